import Program
import Synchronization

/// Set it, from a signal handler too, to the signal's number, and running searches end soon with what they have.
public let searchInterrupt = Atomic<Int32>(0)

public struct SearchOptions: Sendable {
    /// What is looked for.
    public var enabled: Set<FailureKind>
    /// Warnings that count as errors.
    public var errors: Set<FailureKind>
    /// The search ends as incomplete before it passes one of these.
    public var stateLimit: Int
    /// Bytes that the visited set, the frontier and the log of the levels may take.
    public var memoryLimit: Int
    public var depthLimit: Int
    /// Seconds.
    public var timeLimit: Double
    public var native: NativeUse
    /// Machine code is kept for the next search, and taken from there.
    public var cachesNative: Bool
    /// Threads that search; 0 for one per processor. Verdict, counts and runs do not depend on it.
    public var threads: Int
    public var store: StoreChoice
    public var reduction = ReductionChoice.usual
    /// A search with fewer states is over before a reduction is prepared.
    public var reductionFrom = 4096
    /// A reduction that saves too little is given up.
    public var givesUpReduction = true
    /// Canonical forms are remembered for a while.
    var remembersForms = true
    /// States in which a thread goes on alone are gone through at once, so that levels are no longer one step each.
    var followsChains = true
    /// Of 2 to the power of so many states one is looked at for what the reductions saved; of large levels fewer.
    var savingsShift = 4
    /// How many races and edges of the lock order there are to be found: the search ends when it has them.
    var warningsSought: (races: Int, edges: Int)?
    /// Dead locals stay in the state, as a comparison: more states, the same verdict.
    public var keepsDeadLocals = false
    /// `CoverageReport.stepCounts` is wanted. It costs a look at each transition.
    public var countsSteps = false
    /// Told how far the search has come, ten times a second at most. What is told does not count transitions.
    public var progress: (@Sendable (SearchStatistics) -> Void)?

    /// Smaller levels are not worth waking other threads for; and a thread takes so many states of a level at a time.
    /// Tests set them lower.
    var sharedLevelMin = 2048
    var unitRecords = 512
    /// Tables of so many bytes stay in order when keys get longer. Likewise.
    var inOrderBytes = 1 << 20
    /// States of more bits have keys made of the numbers of their parts. Likewise.
    var directBitsMax = StateStore.directBitsMax
    /// Keys made of the numbers of parts have so many bits at most, then dictionaries take over. Likewise.
    var denseBitsMax = DenseFolding.keyBitsMax
    /// Where machine code is kept, if not in the usual place. Likewise.
    var cacheDirectory: String?

    public init(
        enabled: Set<FailureKind> = SearchOptions.defaultChecks, errors: Set<FailureKind> = [],
        stateLimit: Int = .max, memoryLimit: Int = 4 << 30, depthLimit: Int = .max, timeLimit: Double = .infinity,
        native: NativeUse = .automatic, cachesNative: Bool = true,
        threads: Int = 0, store: StoreChoice = .exact,
        progress: (@Sendable (SearchStatistics) -> Void)? = nil
    ) {
        self.enabled = enabled
        self.errors = errors
        self.stateLimit = stateLimit
        self.memoryLimit = memoryLimit
        self.depthLimit = depthLimit
        self.timeLimit = timeLimit
        self.native = native
        self.cachesNative = cachesNative
        self.threads = threads
        self.store = store
        self.progress = progress
    }

    /// Everything but what is looked for on request only.
    public static let defaultChecks = Set(FailureKind.allCases.filter { !$0.isOnRequest })
}

/// A fault of Lockwalk itself: what it was about to report does not stand up to being executed again.
public struct InternalError: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
