import Execution
import Program

/// One thing that a search found, with the run that leads to it.
public struct Finding: Sendable {
    public var kind: FailureKind
    /// The property, assertion, object type or variable: what EXPECT puts in brackets. Several may fit
    /// (`ptpages` and `ptpage`).
    public var names: [String]
    /// Index into the initial states.
    public var initial: Int
    /// The steps from there; the last one fails if `failure` is set.
    public var moves: [Move]
    public var failure: StepFailure?
    /// Of a deadlock: the threads that wait for ever.
    public var stuck: [Int]
    /// Of a data race: the two accesses about to happen. Of a lock order inversion: see `second`.
    public var accesses: [PendingAccess]
    /// One sentence that tells it, in kernel words.
    public var message: String
    /// A warning that takes two runs to show (lock order): the other one.
    public var second: [Move]
    /// Where that begins.
    public var secondInitial: Int
    /// Whether this is proven to be a shortest run.
    public var isShortest: Bool

    public init(
        kind: FailureKind, names: [String], initial: Int, moves: [Move], failure: StepFailure? = nil,
        stuck: [Int] = [], accesses: [PendingAccess] = [], message: String, second: [Move] = [],
        secondInitial: Int = 0, isShortest: Bool = true
    ) {
        self.kind = kind
        self.names = names
        self.initial = initial
        self.moves = moves
        self.failure = failure
        self.stuck = stuck
        self.accesses = accesses
        self.message = message
        self.second = second
        self.secondInitial = secondInitial
        self.isShortest = isShortest
    }
}

/// Why a search ended before it had seen everything.
public enum Cut: Sendable, Equatable {
    case states(Int)
    case memory(bytes: Int)
    case depth(Int)
    case time(seconds: Double)
    case signal(Int32)
    /// A state has too many bits.
    case width(bits: Int)
    /// Everything was seen but what was taken for something else: with these odds, at most, some state was left out.
    case hashed(odds: Double)
}

public struct SearchStatistics: Sendable {
    public var states = 0
    public var transitions = 0
    /// Steps of the longest shortest run: number of levels.
    public var depth = 0
    /// States that were found and not expanded yet, and the bytes that the search takes, for those who watch it.
    public var frontier = 0
    public var bytes = 0
    public var seconds = 0.0
    public var bytesPerState = 0.0
    public var stateBits = 0
    /// Threads that took part.
    public var threads = 1
    /// The odds, at most, that some state was taken for another one; 0 if the set is exact.
    public var oddsOfOmission = 0.0
    public var restarts = 0
    /// What was taken as interchangeable, if anything was.
    public var symmetry: Symmetry?
    public var reduction = ReductionStatistics()
    /// Steps ran as machine code at the end; or why they could not, though it was tried.
    public var isNative = false
    public var nativeUnavailable: NativeUnavailable?

    public init() {}
}

/// What was reached, summed over the search.
public struct CoverageReport: Sendable {
    /// By index into `Model.coverage`.
    public var reached: [Bool] = []
    /// By class, by step: was it ever taken; did it ever have to wait.
    public var stepTaken: [[Bool]] = []
    public var stepWaited: [[Bool]] = []
    /// By class, by step: how many transitions took it; empty unless they were to be counted.
    public var stepCounts: [[Int]] = []
    /// By pool: some alloc returned NULL; some alloc had only one slot to give.
    public var exhausted: [Bool] = []
    public var onlyOneSlot: [Bool] = []

    public init() {}
}

/// The answer to `lockwalk check`.
public struct SearchResult: Sendable {
    public enum Verdict: Sendable {
        case holds
        case violated(Finding)
        case incomplete(Cut)
    }

    public var verdict: Verdict
    public var warnings: [Finding]
    public var statistics: SearchStatistics
    public var coverage: CoverageReport
    /// The CONSTRAINTs that cut runs: the verdict holds within them.
    public var constraints: [String]
    /// The layout that the moves are meant for.
    public var ranges: InferredRanges

    public init(
        verdict: Verdict, warnings: [Finding] = [], statistics: SearchStatistics = SearchStatistics(),
        coverage: CoverageReport = CoverageReport(), constraints: [String] = [], ranges: InferredRanges = [:]
    ) {
        self.verdict = verdict
        self.warnings = warnings
        self.statistics = statistics
        self.coverage = coverage
        self.constraints = constraints
        self.ranges = ranges
    }
}
