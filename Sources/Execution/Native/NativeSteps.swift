import Program

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `struct access`.
struct NativeAccess {
    var thread: Int32
    var instruction: Int32
    var cell: Int32
    var isWrite: UInt8
    var isPlain: UInt8
}

/// `struct lw`: where the generated code finds its caller's buffers. `ExpandedState` is its `struct record`.
struct NativeContext {
    var covered: UnsafeMutablePointer<UInt8>
    var taken: UnsafeMutablePointer<UInt8>
    var waited: UnsafeMutablePointer<UInt8>
    var exhausted: UnsafeMutablePointer<UInt8>
    var onlyOneSlot: UnsafeMutablePointer<UInt8>
    var words: UnsafeMutablePointer<UInt64>
    var moves: UnsafeMutablePointer<Move>
    var holders: UnsafeMutablePointer<UInt64>
    var records: UnsafeMutablePointer<ExpandedState>
    var accesses: UnsafeMutablePointer<NativeAccess>
    var capacity: UInt32
    var accessCapacity: UInt32
    var kept: UInt32 = 0
    var noted: UInt32 = 0
}

/// The entries of one loaded object. Bare code addresses: calling one counts nothing.
struct NativeEntries {
    typealias Expand = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt64>, UInt32) -> UInt32
    typealias Judge = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt64>, UInt32) -> UInt32

    var expand: Expand
    var property: Judge
}

/// The steps of one model in one layout as machine code. Shared by all threads of the search; each has a `StepEngine`.
public final class NativeSteps: @unchecked Sendable {
    let entries: NativeEntries
    /// The most successors that one state can have.
    let successorsMax: Int
    private let handle: UnsafeMutableRawPointer
    /// What had to be built, or 0 if it came from the cache.
    public let compileSeconds: Double

    /// Loads a built object.
    init(path: String, threadCount: Int, compileSeconds: Double) throws(NativeUnavailable) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw .notLoaded(dlerror().map { String(cString: $0) } ?? "dlopen")
        }
        guard let expand = dlsym(handle, "lw_expand"), let property = dlsym(handle, "lw_property") else {
            dlclose(handle)
            throw .notLoaded("an entry is missing")
        }
        self.handle = handle
        self.compileSeconds = compileSeconds
        successorsMax = NativeSource.successorsMax(threadCount)
        entries = NativeEntries(
            expand: unsafeBitCast(expand, to: NativeEntries.Expand.self),
            property: unsafeBitCast(property, to: NativeEntries.Judge.self))
    }

    deinit { dlclose(handle) }

    /// Builds and loads at once. `NativeCompilation` does it beside the search.
    public static func compile(
        model: Model, layout: StateLayout, options: ExecutionOptions, cache: NativeCache = .usual
    ) throws(NativeUnavailable) -> NativeSteps {
        try build(model: model, layout: layout, options: options, cache: cache) { false }
    }
}
