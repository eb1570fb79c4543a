import Program
import Search
import Syntax

/// What the user asks of a search: limits and checks.
struct SearchRequest {
    var memoryBytes = MachineMemory.ceiling()
    var states: Int?
    var depth: Int?
    var seconds: Double?
    /// Warnings that are errors here, and checks on request that are on.
    var asErrors: Set<FailureKind> = []
    var checksOff: Set<FailureKind> = []
    /// 0: one per processor.
    var threads = 0
    var store = StoreChoice.exact
    var reduction = ReductionChoice.usual
    /// For comparisons: reduce from the first state on, however little it saves.
    var reducesAlways = false
    var keepsDeadLocals = false
    var native = NativeUse.automatic
    var cachesNative = true
    var showsProgress = true

    /// The options that every searching command takes.
    static let options: [OptionSyntax] = [
        OptionSyntax(
            long: "memory", value: "SIZE",
            help: "stop before using more: 16G, 500M\n(default: 3/4 of the machine's)"),
        OptionSyntax(long: "states", value: "N", help: "stop after N states: 1000000, 10M"),
        OptionSyntax(long: "depth", value: "N", help: "stop after runs of N steps"),
        OptionSyntax(long: "time", value: "TIME", help: "stop after TIME: 90 (seconds), 10m, 2h"),
        OptionSyntax(
            long: "check", value: "NAME", help: "look for NAME too: leak, stale-pointer"),
        OptionSyntax(
            long: "error", value: "NAME", help: "make the warning NAME an error:\nlock-order, data-race"),
        OptionSyntax(long: "no-check", value: "NAME", help: "do not look for NAME: data-race, overflow, ..."),
        OptionSyntax(
            long: "threads", value: "N", help: "search with N threads (default: one per processor)"),
        OptionSyntax(
            long: "store", value: "HOW",
            help: "keep states exact (default); plain: whole, as a\ncheck; hash:64: wide states as hashes, no proof"),
        OptionSyntax(
            long: "native", value: "WHEN", help: "run steps as machine code: auto (default, when\nthe search grows), off, always"),
        OptionSyntax(
            long: "reduction", value: "WHICH",
            help: "leave out what makes no difference: all (default),\npor (interleavings), symmetry (who is who), none",
            values: ReductionChoice.words),
        OptionSyntax(long: "keep-dead", help: "keep dead locals in the state, to compare with"),
        OptionSyntax(long: "no-cache", help: "do not keep machine code for the next search"),
        OptionSyntax(long: "no-progress", help: "no progress line on a terminal"),
    ]

    init(_ arguments: Arguments, command: String) throws {
        func amount<T>(_ option: String, _ example: String, _ read: (String) -> T?) throws -> T? {
            guard let text = arguments.last(option) else { return nil }
            if let value = read(text) { return value }
            throw UsageError("'\(text)' is no value for --\(option); write \(example)", command: command)
        }
        if let bytes = try amount("memory", "16G or 500M", Quantities.bytes) { memoryBytes = bytes }
        states = try amount("states", "1000000 or 10M", Quantities.count)
        depth = try amount("depth", "a number of steps, 100", Quantities.count)
        seconds = try amount("time", "90, 10m or 2h", Quantities.seconds)
        reduction = try amount("reduction", "none, por, symmetry or all", ReductionChoice.init(word:)) ?? reduction
        if let use = try amount("native", "auto, off or always", NativeUse.init(rawValue:)) { native = use }
        threads = try amount("threads", "a number, 2") { text in
            Quantities.count(text).flatMap { (1...Self.threadsMax).contains($0) ? $0 : nil }
        } ?? 0
        store = try amount("store", "exact, plain or hash:64", Self.store) ?? .exact
        keepsDeadLocals = arguments.has("keep-dead")
        cachesNative = !arguments.has("no-cache")
        for name in arguments.all("check") + arguments.all("error") {
            asErrors.insert(try Self.kind(name, command: command))
        }
        for name in arguments.all("no-check") { checksOff.insert(try Self.kind(name, command: command)) }
        showsProgress = !arguments.has("no-progress")
    }

    /// More are of no use to anybody.
    private static let threadsMax = 1024

    /// `exact`, `plain`, `hash:40` to `hash:64`.
    private static func store(_ text: String) -> StoreChoice? {
        switch text {
        case "exact": return .exact
        case "plain": return .plain
        default:
            guard text.hasPrefix("hash:"), let bits = Int(text.dropFirst(5)), (40...64).contains(bits) else { return nil }
            return .hashed(bits: bits)
        }
    }

    /// Takes `data-race` and `DATA_RACE`.
    private static func kind(_ name: String, command: String) throws -> FailureKind {
        let kinds = FailureKind.allCases.filter { $0 != .modelError }
        let wanted = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
        if let kind = kinds.first(where: { $0.optionName == wanted }) { return kind }
        let names = kinds.map(\.optionName)
        let near = nearest(wanted, in: names).map { "; did you mean '\($0)'?" }
            ?? "; 'lockwalk explain' lists them, DATA_RACE is data-race here"
        throw UsageError("there is no check '\(name)'\(near)", command: command)
    }
}
