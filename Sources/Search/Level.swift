import CMachine
import Execution
import Program

/// What the workers of a level have in common.
final class Level: @unchecked Sendable {
    enum Task {
        /// Insert successors.
        case explore
        /// Nothing beyond this level is stored: judge its states, and see whether there are states beyond.
        case lastLook
        /// The search is cut here: judge the states and their successors, store nothing.
        case judgeAll
    }

    let analyses: Analyses
    let layout: StateLayout
    let store: StateStore
    let frontier: Frontier
    let log: LevelLog
    let gate: GrowthGate
    let view: StateView
    /// Nil where every state stands for itself only.
    let canonicalizer: Canonicalizer?
    let deadlocks: DeadlockCheck
    let leaks: LeakCheck?
    let important: UInt64
    let judgesDeadlocks: Bool
    /// States, without those that violate a CONSTRAINT.
    let admitted: UnsafeMutablePointer<UInt64>
    /// Not 0 once the level is given up; why is in `cut`.
    let isCut: UnsafeMutablePointer<UInt64>
    private(set) var cut: Cut?
    /// Not 0 once there is machine code.
    private let hasNative: UnsafeMutablePointer<UInt64>
    /// Written before `hasNative` says so.
    private var nativeSteps: NativeSteps?
    private var handOver: NativeHandOver
    private let monitor: UnsafeMutablePointer<cm_monitor>
    var number = 0
    /// States that were admitted before the level.
    var admittedBefore = 0
    private var lastProgress = 0.0
    var task = Task.explore
    /// Set between levels, once the search has grown enough.
    private(set) var reduction: PartialOrder?
    /// How much of it is used.
    private(set) var use: ReductionUse = []
    /// The search is too small for it yet.
    private var isReductionAwaited: Bool

    init(analyses: Analyses, layout: StateLayout, store: StateStore, view: StateView) {
        self.analyses = analyses
        self.layout = layout
        self.store = store
        let frontier = Frontier(recordBytes: store.recordBytes, unitRecords: analyses.options.unitRecords)
        let log = LevelLog(recordBytes: store.recordBytes)
        self.frontier = frontier
        self.log = log
        gate = GrowthGate(store: store) { analyses.options.memoryLimit - frontier.bytes - log.bytes }
        self.view = view
        canonicalizer = analyses.experience.symmetry.inUse.flatMap {
            Canonicalizer(model: analyses.model, layout: layout, symmetry: $0)
        }
        deadlocks = DeadlockCheck(
            model: analyses.model, layout: layout, mayEnable: analyses.mayEnable, view: view)
        leaks = analyses.looksFor(.leak) ? LeakCheck(model: analyses.model, view: view) : nil
        important = deadlocks.important
        judgesDeadlocks = analyses.options.enabled.contains(.deadlock)
        admitted = .allocate(capacity: 3)
        admitted.initialize(repeating: 0, count: 3)
        isCut = admitted + 1
        hasNative = admitted + 2
        handOver = NativeHandOver(analyses.options, analyses.experience)
        // A limit on the length of runs needs levels of one step each.
        isReductionAwaited =
            analyses.options.reduction.contains(.partialOrder) && analyses.options.depthLimit == .max
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
    }

    deinit {
        admitted.deallocate()
        cm_monitor_destroy(monitor)
        monitor.deallocate()
    }

    /// All that the states take.
    var bytes: Int { store.bytes + frontier.bytes + log.bytes }
    var memoryCut: Cut { .memory(bytes: analyses.options.memoryLimit) }

    /// Gives the level up. If several workers want to, one reason is kept, always the same of two.
    func stop(_ reason: Cut) {
        cm_lock(monitor)
        if cut == nil || reason.isDeterministic { cut = reason }
        cm_store(isCut, 1)
        cm_unlock(monitor)
    }

    func clearCut() {
        cut = nil
        cm_store(isCut, 0)
    }

    // MARK: Progress

    /// Tells how far the search is if it is time. For the first worker, and between levels.
    func tellProgress() {
        guard let progress = analyses.options.progress else { return }
        let seconds = analyses.seconds
        guard seconds - lastProgress >= Self.progressInterval else { return }
        lastProgress = seconds
        var statistics = SearchStatistics()
        statistics.states = Int(cm_load(admitted))
        statistics.depth = max(0, number)
        statistics.frontier = frontier.untaken + max(0, statistics.states - admittedBefore)
        statistics.bytes = bytes
        statistics.seconds = seconds
        progress(statistics)
    }

    /// Seconds.
    private static let progressInterval = 0.1

    // MARK: Reduction

    /// Prepares the reduction when the search is worth it, and gives up what of it saves too little. States that were
    /// stored before or afterwards are expanded as a whole, which is always right. Between levels, by counts that do not
    /// depend on the number of threads.
    func lookForReduction(_ saved: ReductionStatistics, isWatched: @autoclosure () -> [[Bool]]?) {
        let options = analyses.options
        let experience = analyses.experience
        if isReductionAwaited {
            guard store.count >= reductionFrom << min(experience.preparations, 3) else { return }
            isReductionAwaited = false
            reduction = PartialOrder(
                model: analyses.model, layout: layout, access: analyses.access,
                checks: options.enabled.union(options.errors), isWatched: isWatched(),
                symmetry: canonicalizer?.symmetry)
            if options.givesUpReduction {
                experience.preparations += 1
                if reduction?.isOfUse != true { reduction = nil }
            }
            guard reduction != nil else { return }
            use = options.followsChains ? [.picks, .passes] : .picks
            usedReduction = true
            if options.native == .always { handOver = NativeHandOver(options, experience) }
        } else if !use.isEmpty, options.givesUpReduction {
            if saved.picksTooLittle { use.remove(.picks) }
            if saved.isTooLittle { use = [] }
        }
    }

    /// How many states there are to be before the partial order reduction is prepared. That takes the longer the more the
    /// threads can do, and is worth it when the search has taken as long.
    private lazy var reductionFrom: Int = {
        let options = analyses.options
        guard options.givesUpReduction else { return options.reductionFrom }
        let model = analyses.model
        let steps = model.threads.reduce(0) { $0 + model.classes[$1.threadClass].code.steps.count }
        let slots = model.pools.map(\.slots.count).max() ?? 0
        let states = max(options.reductionFrom, options.reductionFrom / 64 * steps * (1 + slots))
        // One state for many that are alike takes longer to find, and there were many when that began.
        return canonicalizer == nil ? states : states / 8
    }()

    /// States were left out.
    private(set) var usedReduction = false

    /// States whose hash has none of these bits are looked at for what the reductions save; nil if there are none. For a
    /// level, before it is dealt out.
    func noteSample() {
        guard canonicalizer != nil || !use.isEmpty else { return sampleMask = nil }
        var shift = analyses.options.savingsShift
        if shift > 0 { while frontier.count >> shift > Self.sampleMax { shift += 1 } }
        sampleMask = 1 << UInt64(shift) - 1
    }

    private(set) var sampleMask: UInt64?
    private static let sampleMax = 64

    // MARK: Machine code

    /// Begins a build, or takes what a build yielded, if it is time. For the first worker only.
    func lookForNative(_ interpreter: Interpreter) {
        // What is built is to know the reduction; who wants machine code from the first state on gets it twice.
        guard !handOver.isOver, !isReductionAwaited || analyses.options.native == .always,
            let steps = handOver.look(interpreter, states: store.count, reduction: reduction?.tables.plan)
        else { return }
        nativeSteps = steps
        cm_store_release(hasNative, 1)
    }

    /// The machine code, once there is some, unless it is that.
    func native(otherThan steps: NativeSteps?) -> NativeSteps? {
        cm_load_acquire(hasNative) == 0 || nativeSteps === steps ? nil : nativeSteps
    }
    var nativeUnavailable: NativeUnavailable? { handOver.unavailable }
}

extension Cut {
    /// The same search is cut there again, however many threads it has.
    var isDeterministic: Bool {
        switch self {
        case .states, .memory, .depth, .width, .hashed: true
        case .time, .signal: false
        }
    }
}
