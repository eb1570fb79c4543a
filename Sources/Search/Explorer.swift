// Exhaustive search, breadth-first by levels.
//
// The states of a level are dealt out to threads, in no particular order; what they have not seen before is the next
// level. Whatever is reported is chosen when a level is complete, by an order of states that does not depend on when they
// were found, so it is the same for any number of threads. What is wrong comes to light at two places, and both are put
// down to the length of the run that shows it:
//   - expanding a state of level n finds the steps that fail and the new states that violate an INVARIANT: runs of n + 1;
//   - it also finds what is wrong with the state itself, a deadlock or a FINALLY: runs of n steps.
// So before a finding for n steps is settled, level n is looked at too, unless what was found comes first in the order
// of kinds anyway. Nothing shorter can turn up later: every state's level is its distance from the start.

import CMachine
import Execution
import Program

/// What does not change from attempt to attempt.
struct Analyses {
    let model: Model
    let options: SearchOptions
    let access: AccessSets
    let mayEnable: MayEnable
    let liveness: [Liveness]
    let start = ContinuousClock.now
    let experience: AttemptExperience

    init(model: Model, options: SearchOptions) {
        self.model = model
        self.options = options
        access = AccessSets(model: model)
        mayEnable = MayEnable(model: model, access: access)
        liveness = model.liveness(keepsDead: options.keepsDeadLocals)
        experience = AttemptExperience(SymmetryUse(model, access, options))
    }

    func looksFor(_ kind: FailureKind) -> Bool {
        options.enabled.contains(kind) || options.errors.contains(kind)
    }

    func layout(_ ranges: InferredRanges) -> StateLayout {
        StateLayout(
            model: model, liveness: liveness, ranges: experience.symmetry.sharing(ranges),
            tracksStalePointers: looksFor(.stalePointer))
    }

    /// Whether the search is to end now.
    func interrupted() -> Cut? {
        let signal = searchInterrupt.load(ordering: .relaxed)
        if signal != 0 { return .signal(signal) }
        if options.timeLimit < .infinity, seconds > options.timeLimit { return .time(seconds: options.timeLimit) }
        return nil
    }

    var seconds: Double {
        let passed = (ContinuousClock.now - start).components
        return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
    }
}

/// How one attempt ended.
enum Ending {
    case complete
    /// Runs of `length` steps end in what was found.
    case found(Findings, length: Int)
    /// INIT, or what a thread does before its first step, fails.
    case failedAtStart(StepFailure)
    case cut(Cut)
    /// A value left the range that its storage had in this attempt.
    case widened(InferredRanges)
    /// It pays to begin again with one state for all that are alike.
    case symmetric
}

struct Explorer: ~Copyable {
    let analyses: Analyses
    let model: Model
    let options: SearchOptions
    let layout: StateLayout
    let wordCount: Int
    let view: StateView
    let level: Level
    let team = Team()
    /// The first has `workerCount` workers; the room is for as many as there may be.
    let workers: UnsafeMutablePointer<Worker>
    private(set) var workerCount = 1
    private let workersMax: Int

    /// The initial states, in the order in which INIT makes them.
    private(set) var initials: [[UInt64]] = []
    private(set) var transitions = 0
    private var saved = ReductionStatistics()
    /// The states and transitions that are reported: those of the last complete level if the search was cut.
    private(set) var statistics = SearchStatistics()
    private var peakBytes = 0

    /// Nil if there is no room to begin.
    init?(_ analyses: Analyses, layout: StateLayout) {
        let model = analyses.model
        let options = analyses.options
        guard
            let store = StateStore(
                model: model, layout: layout, choice: options.store, directBitsMax: options.directBitsMax,
                room: options.memoryLimit)
        else { return nil }
        store.table?.inOrderBytes = options.inOrderBytes
        store.dense?.bitsMax = options.denseBitsMax
        let view = StateView(model: model, layout: layout)
        var races = analyses.looksFor(.dataRace) ? RaceWatch(model: model, access: analyses.access) : nil
        if races?.isNeeded != true { races = nil }
        var lockOrder =
            analyses.looksFor(.lockOrder) ? LockOrderWatch(model: model, access: analyses.access, view: view) : nil
        if lockOrder?.isNeeded != true { lockOrder = nil }
        self.analyses = analyses
        self.model = model
        self.options = options
        self.layout = layout
        wordCount = layout.wordCount
        self.view = view
        level = Level(analyses: analyses, layout: layout, store: store, view: view)
        workersMax = store.isShared ? max(1, options.threads == 0 ? Int(cm_processor_count()) : options.threads) : 1
        workers = .allocate(capacity: workersMax)
        workers.initialize(
            to: Worker(
                level, properties: Properties(model: model, enabled: options.enabled), races: races,
                lockOrder: lockOrder))
    }

    deinit {
        team.end()
        workers.deinitialize(count: workerCount)
        workers.deallocate()
    }

    var store: StateStore { level.store }
    var log: LevelLog { level.log }
    /// What all workers came to is put together in the first.
    var properties: Properties { workers[0].properties }
    var races: RaceWatch? { workers[0].races }
    var lockOrder: LockOrderWatch? { workers[0].lockOrder }
    var interpreter: Interpreter { workers[0].engine.interpreter }

    /// Searches until everything was seen, something is wrong, or a limit is reached.
    mutating func explore() -> Ending {
        var findings = Findings()
        if let ending = seed(&findings) { return ending }
        var number = 0
        while true {
            let count = level.frontier.count
            if findings.isEmpty, count > 0, number < options.depthLimit, lookForSymmetry() { return .symmetric }
            level.lookForReduction(saved, isWatched: workers[0].lockOrder?.watchedSteps)
            level.lookForNative(interpreter)
            note(level: number)
            if let kind = findings.kind, kind <= .violated || count == 0 { return .found(findings, length: number) }
            if count == 0 { return ended() }
            let isLastLook = !findings.isEmpty || number >= options.depthLimit
            let look = expand(number, isLastLook ? .lastLook : .explore)
            if let met = look.widened { return .widened(met) }
            findings.add(look.found)
            if !findings.isEmpty { return .found(findings, length: number) }
            if hasWarningsSought { return .complete }
            if let cut = look.cut {
                // What is wrong in the part that was seen is wrong, and nothing shorter was left out.
                return look.next.isEmpty ? .cut(cut) : .found(look.next, length: number + 1)
            }
            if isLastLook { return look.sawMore ? .cut(.depth(options.depthLimit)) : ended() }
            findings = look.next
            advance()
            number += 1
            if level.frontier.count > 0, let cut = analyses.interrupted() {
                note(level: number)
                return findings.isEmpty ? .cut(cut) : .found(findings, length: number)
            }
        }
    }

    private var hasWarningsSought: Bool {
        guard let sought = options.warningsSought else { return false }
        return (races?.found.count ?? 0) >= sought.races && (lockOrder?.edges.count ?? 0) >= sought.edges
    }

    /// Everything was seen.
    private func ended() -> Ending {
        store.isLossy ? .cut(.hashed(odds: store.oddsOfOmission)) : .complete
    }

    /// The initial states. An ending if there is nothing to search from.
    private mutating func seed(_ findings: inout Findings) -> Ending? {
        let (states, failures) = interpreter.initialStates()
        if !interpreter.widenings.isEmpty { return .widened(interpreter.widenings) }
        if let first = failures.min(by: { $0.kind < $1.kind }) { return .failedAtStart(first) }
        initials = states
        level.number = -1
        level.gate.open(for: 1)
        for state in states { workers[0].seed(state) }
        workers[0].handOverBlock()
        findings = workers[0].foundNext
        workers[0].foundNext = Findings()
        if let cut = level.cut { return .cut(cut) }
        advance()
        return nil
    }

    private func advance() {
        level.frontier.advance()
        level.log.append(level.frontier.records)
    }

    /// What a level came to.
    private struct Look {
        /// Wrong with its states.
        var found = Findings()
        /// Wrong one step later.
        var next = Findings()
        var cut: Cut?
        /// There is something beyond this level.
        var sawMore = false
        /// Values that the layout has no room for: all else is worth nothing.
        var widened: InferredRanges?
    }

    /// Expands a level. Where a limit cuts it, everything of it is judged all the same, so that what is found does not
    /// depend on which thread came how far.
    private mutating func expand(_ number: Int, _ task: Level.Task) -> Look {
        level.number = number
        run(task)
        var look = gather()
        if look.widened != nil { return look }
        guard let cut = level.cut else {
            settleWarnings()
            return look
        }
        level.frontier.dropNext()
        dropWarnings()
        if cut.isDeterministic {
            level.clearCut()
            run(.judgeAll)
            look = gather()
            settleWarnings()
        }
        look.cut = level.cut ?? cut
        return look
    }

    /// Has the workers do the current level.
    private mutating func run(_ task: Level.Task) {
        level.task = task
        level.noteSample()
        level.frontier.deal()
        let count = level.frontier.count < options.sharedLevelMin ? 1 : workersMax
        if count > workerCount { addWorkers(team.grow(to: count)) }
        let participants = min(count, workerCount)
        level.gate.open(for: participants)
        let workers = workers
        team.run(participants) { workers[$0].work(isFirst: $0 == 0) }
    }

    private mutating func addWorkers(_ count: Int) {
        while workerCount < count {
            let first = workers[0].properties
            (workers + workerCount).initialize(
                to: Worker(level, properties: first, races: workers[0].races, lockOrder: workers[0].lockOrder))
            workerCount += 1
        }
    }

    /// Puts together what the workers came to.
    private mutating func gather() -> Look {
        var look = Look()
        for index in 0..<workerCount {
            look.found.add(workers[index].found)
            look.next.add(workers[index].foundNext)
            look.sawMore = look.sawMore || workers[index].sawMore
            workers[index].found = Findings()
            workers[index].foundNext = Findings()
            workers[index].sawMore = false
            transitions += workers[index].transitions
            workers[index].transitions = 0
            saved.add(workers[index].saved)
            workers[index].saved = ReductionStatistics()
            let met = workers[index].engine.interpreter.widenings
            if !met.isEmpty {
                look.widened = (look.widened ?? [:]).merging(met) {
                    min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
                }
            }
            if index == 0 { continue }
            workers[0].properties.merge(workers[index].properties)
            if let races = workers[index].races { workers[0].races?.merge(races) }
            if let lockOrder = workers[index].lockOrder { workers[0].lockOrder?.merge(lockOrder) }
        }
        peakBytes = max(peakBytes, level.bytes)
        return look
    }

    /// What the level showed is known from now on, to all workers.
    private func settleWarnings() {
        workers[0].races?.settleLevel()
        workers[0].lockOrder?.settleLevel()
        share()
    }

    private func dropWarnings() {
        workers[0].races?.dropLevel()
        workers[0].lockOrder?.dropLevel()
        share()
    }

    private func share() {
        for index in stride(from: 1, to: workerCount, by: 1) {
            workers[index].properties = workers[0].properties
            workers[index].races = workers[0].races
            workers[index].lockOrder = workers[0].lockOrder
        }
    }

    /// The counts with all levels up to this one complete.
    private mutating func note(level number: Int) {
        statistics.states = Int(cm_load(level.admitted))
        statistics.transitions = transitions
        statistics.reduction = saved
        statistics.reduction.isUsed = level.usedReduction
        if level.frontier.count > 0 { statistics.depth = number }
        statistics.stateBits = layout.bitCount
        statistics.symmetry = level.canonicalizer?.symmetry
        statistics.threads = workerCount
        statistics.oddsOfOmission = store.oddsOfOmission
        statistics.bytesPerState = store.count == 0 ? 0 : Double(max(peakBytes, level.bytes)) / Double(store.count)
        statistics.seconds = analyses.seconds
        statistics.isNative = workers[0].engine.isNative
        statistics.nativeUnavailable = level.nativeUnavailable
        statistics.bytes = max(peakBytes, level.bytes)
        level.admittedBefore = statistics.states
        level.number = number
        level.tellProgress()
    }
}
