import Program

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `struct access`.
package struct NativeAccess {
    package var thread: Int32
    package var instruction: Int32
    package var cell: Int32
    package var isWrite: UInt8
    package var isPlain: UInt8
}

/// `struct lw`: where the generated code finds its caller's buffers. `ExpandedState` is its `struct record`.
package struct NativeContext {
    package var covered: UnsafeMutablePointer<UInt8>
    package var taken: UnsafeMutablePointer<UInt8>
    package var waited: UnsafeMutablePointer<UInt8>
    package var exhausted: UnsafeMutablePointer<UInt8>
    package var onlyOneSlot: UnsafeMutablePointer<UInt8>
    package var words: UnsafeMutablePointer<UInt64>
    package var moves: UnsafeMutablePointer<Move>
    package var holders: UnsafeMutablePointer<UInt64>
    package var records: UnsafeMutablePointer<ExpandedState>
    package var accesses: UnsafeMutablePointer<NativeAccess>
    package var capacity: UInt32
    package var accessCapacity: UInt32
    package var kept: UInt32 = 0
    package var noted: UInt32 = 0
    /// Of a reduction: what was gone through and picked in a call; room for states to go through; how much of it to use.
    package var passed: UInt64 = 0
    package var picked: UInt64 = 0
    package var stack = UnsafeMutablePointer<UInt64>(bitPattern: 8)!
    package var use: UInt32 = 0

    package init(
        covered: UnsafeMutablePointer<UInt8>, taken: UnsafeMutablePointer<UInt8>, waited: UnsafeMutablePointer<UInt8>,
        exhausted: UnsafeMutablePointer<UInt8>, onlyOneSlot: UnsafeMutablePointer<UInt8>,
        words: UnsafeMutablePointer<UInt64>, moves: UnsafeMutablePointer<Move>, holders: UnsafeMutablePointer<UInt64>,
        records: UnsafeMutablePointer<ExpandedState>, accesses: UnsafeMutablePointer<NativeAccess>, capacity: UInt32,
        accessCapacity: UInt32
    ) {
        self.covered = covered
        self.taken = taken
        self.waited = waited
        self.exhausted = exhausted
        self.onlyOneSlot = onlyOneSlot
        self.words = words
        self.moves = moves
        self.holders = holders
        self.records = records
        self.accesses = accesses
        self.capacity = capacity
        self.accessCapacity = accessCapacity
    }
}

/// The entries of one loaded object. Bare code addresses: calling one counts nothing.
package struct NativeEntries {
    package typealias Expand = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt64>, UInt32) -> UInt32
    package typealias Judge = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt64>, UInt32) -> UInt32

    package typealias Keys = @convention(c) (
        UnsafePointer<UInt64>, UInt32, UnsafePointer<UnsafeMutablePointer<UInt64>>, UnsafeMutablePointer<UInt64>
    ) -> Void

    package var expand: Expand
    package var property: Judge
    /// There is none if it was built without `keyParts`.
    package var keys: Keys?
}

/// The steps of one model in one layout as machine code. Shared by all threads of the search; each has a `StepEngine`.
public final class NativeSteps: @unchecked Sendable {
    package let entries: NativeEntries
    /// The most successors that one state can have.
    package let successorsMax: Int
    /// It was built with a plan to reduce by.
    package let knowsReduction: Bool
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
        knowsReduction = dlsym(handle, "lw_reduces") != nil
        entries = NativeEntries(
            expand: unsafeBitCast(expand, to: NativeEntries.Expand.self),
            property: unsafeBitCast(property, to: NativeEntries.Judge.self),
            keys: dlsym(handle, "lw_keys").map { unsafeBitCast($0, to: NativeEntries.Keys.self) })
    }

    deinit { dlclose(handle) }

    /// Builds and loads at once. `NativeCompilation` does it beside the search. A build is given up soon after
    /// `isCancelled` says so.
    public static func compile(
        model: Model, layout: StateLayout, options: ExecutionOptions, cache: NativeCache = .usual,
        isCancelled: () -> Bool = { false }
    ) throws(NativeUnavailable) -> NativeSteps {
        try build(model: model, layout: layout, options: options, cache: cache, isCancelled: isCancelled)
    }
}
