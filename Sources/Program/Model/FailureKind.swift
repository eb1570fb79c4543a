/// What a run can do wrong, in the order in which one is preferred over another found at the same depth.
public enum FailureKind: Int, CaseIterable, Comparable, Hashable, Sendable {
    case useAfterFree, doubleFree, freeOfLocked, nullDereference, outOfBounds
    case badUnlock, recursiveLock, lockHeldAtExit
    case sleepInAtomic, unbalanced
    case refcount
    case staleTLB
    case overflow
    case assertion, violated
    case deadlock
    case unreached
    case livelock
    // Warnings, errors where a CHECK, an option or an EXPECT names them.
    case lockOrder, dataRace, leak, stalePointer
    /// The model itself is at fault, and only a run shows it: a cycle without a step, an ATOMIC that waits.
    case modelError

    public static func < (a: FailureKind, b: FailureKind) -> Bool { a.rawValue < b.rawValue }

    /// The word of EXPECT and of verdicts.
    public var word: String {
        switch self {
        case .useAfterFree: "USE_AFTER_FREE"
        case .doubleFree: "DOUBLE_FREE"
        case .freeOfLocked: "FREE_OF_LOCKED"
        case .nullDereference: "NULL_DEREF"
        case .outOfBounds: "OUT_OF_BOUNDS"
        case .badUnlock: "BAD_UNLOCK"
        case .recursiveLock: "RECURSIVE_LOCK"
        case .lockHeldAtExit: "LOCK_HELD_AT_EXIT"
        case .sleepInAtomic: "SLEEP_IN_ATOMIC"
        case .unbalanced: "UNBALANCED"
        case .refcount: "REFCOUNT"
        case .staleTLB: "STALE_TLB"
        case .overflow: "OVERFLOW"
        case .assertion: "ASSERTION"
        case .violated: "VIOLATED"
        case .deadlock: "DEADLOCK"
        case .unreached: "UNREACHED"
        case .livelock: "LIVELOCK"
        case .lockOrder: "LOCK_ORDER"
        case .dataRace: "DATA_RACE"
        case .leak: "LEAK"
        case .stalePointer: "STALE_POINTER"
        case .modelError: "MODEL_ERROR"
        }
    }

    public init?(word: String) {
        guard let kind = Self.allCases.first(where: { $0.word == word && $0 != .modelError }) else { return nil }
        self = kind
    }

    /// The name that `--no-check` and `--error` take: `use-after-free`; the word is taken too.
    public var optionName: String { word.lowercased().split(separator: "_").joined(separator: "-") }

    /// Told after a search that found no error, unless made an error.
    public var isWarning: Bool { self == .lockOrder || self == .dataRace }

    /// Looked for only where `CHECK(…)` or an option asks.
    public var isOnRequest: Bool { self == .leak || self == .stalePointer }

    /// With the check off a run goes on past it; otherwise (it cannot: there is no such place) the run is given up there.
    public var canContinue: Bool {
        switch self {
        case .sleepInAtomic, .unbalanced, .lockHeldAtExit, .assertion, .freeOfLocked, .stalePointer, .refcount: true
        default: false
        }
    }
}
