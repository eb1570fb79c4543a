// Exhaustive search, breadth-first by levels.
//
// The states of a level are a range of numbers in the visited set; expanding them in order yields the next level. What
// is wrong comes to light at two places, and both are put down to the length of the run that shows it:
//   - expanding a state of level n finds the steps that fail and the new states that violate an INVARIANT: runs of n + 1;
//   - it also finds what is wrong with the state itself, a deadlock or a FINALLY: runs of n steps.
// So before a finding for n steps is settled, level n is looked at too, unless what was found comes first in the order
// of kinds anyway. Nothing shorter can turn up later: every state's level is its distance from the start.

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

    init(model: Model, options: SearchOptions) {
        self.model = model
        self.options = options
        access = AccessSets(model: model)
        mayEnable = MayEnable(model: model, access: access)
        liveness = model.liveness()
    }

    func looksFor(_ kind: FailureKind) -> Bool {
        options.enabled.contains(kind) || options.errors.contains(kind)
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
}

struct Explorer: ~Copyable {
    let analyses: Analyses
    let model: Model
    let options: SearchOptions
    let layout: StateLayout
    let interpreter: Interpreter
    let engine: StepEngine
    private var handOver: NativeHandOver
    let view: StateView
    let wordCount: Int
    var store: VisitedSet
    var expansion: Expansion
    private var batch: StateBatch

    /// Where each level begins; a level ends where the next begins, the last one at `store.count`.
    private(set) var levels: [Int] = []
    /// States that violate a CONSTRAINT, ascending: stored, so that they are judged once, but never expanded.
    private(set) var dropped: [UInt32] = []
    /// The number in the store of each initial state.
    private(set) var initials: [Int] = []
    private(set) var properties: Properties
    private(set) var races: RaceWatch?
    private(set) var lockOrder: LockOrderWatch?
    private(set) var transitions = 0
    /// The states and transitions that are reported: those of the last complete level if the search was cut.
    private(set) var statistics = SearchStatistics()

    private let deadlocks: DeadlockCheck
    private let leaks: LeakCheck?
    /// Threads that a deadlock is judged for: all but daemons.
    private let important: UInt64
    private let judgesDeadlocks: Bool
    private var lastProgress = 0.0

    init(_ analyses: Analyses, ranges: InferredRanges) {
        // Everything is made before anything is assigned: the compiler (6.3) destroys fields of a noncopyable value
        // that were never set where the two alternate.
        let model = analyses.model
        let options = analyses.options
        let layout = StateLayout(
            model: model, liveness: analyses.liveness, ranges: ranges,
            tracksStalePointers: analyses.looksFor(.stalePointer))
        let view = StateView(model: model, layout: layout)
        var races = analyses.looksFor(.dataRace) ? RaceWatch(model: model, access: analyses.access) : nil
        if races?.isNeeded != true { races = nil }
        var lockOrder =
            analyses.looksFor(.lockOrder) ? LockOrderWatch(model: model, access: analyses.access, view: view) : nil
        if lockOrder?.isNeeded != true { lockOrder = nil }
        let interpreter = Interpreter(
            model: model, layout: layout,
            options: ExecutionOptions(
                checks: options.enabled.union(options.errors), recordAccesses: races != nil,
                mayRace: races?.mayRace))
        let engine = StepEngine(interpreter)
        let properties = Properties(model: model, enabled: options.enabled)
        let deadlocks = DeadlockCheck(model: model, mayEnable: analyses.mayEnable, view: view)
        let leaks = analyses.looksFor(.leak) ? LeakCheck(model: model, view: view) : nil

        self.analyses = analyses
        self.model = model
        self.options = options
        self.layout = layout
        self.interpreter = interpreter
        self.engine = engine
        self.handOver = NativeHandOver(options)
        self.view = view
        self.wordCount = layout.wordCount
        self.store = VisitedSet(wordCount: layout.wordCount, memoryLimit: options.memoryLimit)
        self.expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        self.batch = StateBatch(wordCount: layout.wordCount)
        self.properties = properties
        self.races = races
        self.lockOrder = lockOrder
        self.deadlocks = deadlocks
        self.leaks = leaks
        self.important = deadlocks.important
        self.judgesDeadlocks = options.enabled.contains(.deadlock)
    }

    /// Searches until everything was seen, something is wrong, or a limit is reached.
    mutating func explore() -> Ending {
        var findings = Findings()
        if let ending = seed(&findings) { return ending }
        var level = 0
        while true {
            let range = levels[level]..<store.count
            handOver.look(engine, states: store.count)
            note(level: level)
            if let ending = settledBefore(level, findings, range) { return ending }
            let isLastLook = !findings.isEmpty || level >= options.depthLimit
            var next = Findings()
            let look = expand(range, isLastLook: isLastLook, findings: &findings, next: &next)
            if !interpreter.widenings.isEmpty { return .widened(interpreter.widenings) }
            if !findings.isEmpty { return .found(findings, length: level) }
            if let cut = look.cut {
                // What is wrong in the part that was seen is wrong, and nothing shorter was left out.
                levels.append(range.upperBound)
                return next.isEmpty ? .cut(cut) : .found(next, length: level + 1)
            }
            if isLastLook { return look.sawMore ? .cut(.depth(options.depthLimit)) : .complete }
            findings = next
            level += 1
            levels.append(range.upperBound)
            if let cut = limitReached() {
                note(level: level)
                return findings.isEmpty ? .cut(cut) : .found(findings, length: level)
            }
        }
    }

    /// The initial states. An ending if there is nothing to search from.
    private mutating func seed(_ findings: inout Findings) -> Ending? {
        levels = [0]
        let (states, failures) = interpreter.initialStates()
        if !interpreter.widenings.isEmpty { return .widened(interpreter.widenings) }
        if let first = failures.min(by: { $0.kind < $1.kind }) { return .failedAtStart(first) }
        for state in states {
            let outcome: (insertion: PlainInsertion, hash: UInt64) = state.withUnsafeBufferPointer { words in
                let hash = VisitedSet.hash(words.baseAddress!, wordCount)
                return (store.insert(words.baseAddress!, hash: hash), hash)
            }
            switch outcome.insertion {
            case .new(let number):
                initials.append(number)
                judgeNew(number, &findings)
            case .seen:
                initials.append(store.find(state, hash: outcome.hash)!)
            case .full:
                return .cut(.memory(bytes: options.memoryLimit))
            }
        }
        return nil
    }

    /// Whether the search ends before this level is expanded.
    private func settledBefore(_ level: Int, _ findings: Findings, _ range: Range<Int>) -> Ending? {
        if let kind = findings.kind, kind <= .violated || range.isEmpty {
            return .found(findings, length: level)
        }
        return range.isEmpty ? .complete : nil
    }

    /// What a level came to.
    private struct Look {
        var cut: Cut?
        /// There is something beyond this level.
        var sawMore = false
    }

    /// Expands a level. `findings` takes what is wrong with its states, `next` what is wrong one step later. A last look
    /// only judges: nothing is stored.
    private mutating func expand(
        _ range: Range<Int>, isLastLook: Bool, findings: inout Findings, next: inout Findings
    ) -> Look {
        var look = Look()
        var droppedIndex = firstDropped(from: range.lowerBound)
        for number in range {
            if droppedIndex < dropped.count, dropped[droppedIndex] == number {
                droppedIndex += 1
                continue
            }
            let state = store.state(number)
            engine.expand(state, into: &expansion)
            let threads = ThreadMasks(expansion)
            if threads.waiting & important != 0 || threads.goingOn == 0 {
                judgeRest(number, state, threads, &findings)
            }
            if !expansion.failures.isEmpty { addFailures(number, &next) }
            if isLastLook {
                look.sawMore = look.sawMore || hasUnseenSuccessor()
                continue
            }
            if races != nil, !expansion.accesses.isEmpty { races!.judge(expansion.accesses, state: number) }
            if lockOrder != nil {
                lockOrder!.judge(expansion, state: state, number: number)
            }
            let count = expansion.count
            let words = UnsafePointer(expansion.words)
            transitions &+= count
            for index in 0..<count {
                batch.append(words + index &* wordCount)
                if batch.isFull {
                    look.cut = flush(&next)
                    if look.cut != nil { return look }
                }
            }
            if number & 0xfff == 0xfff {
                handOver.look(engine, states: store.count)
                look.cut = interrupted()
                if look.cut != nil { return look }
            }
        }
        look.cut = flush(&next)
        return look
    }

    /// Inserts the successors that have gathered.
    private mutating func flush(_ findings: inout Findings) -> Cut? {
        batch.prepare(store)
        defer { batch.removeAll() }
        for index in 0..<batch.count {
            switch store.insert(batch.state(index), hash: batch.hash(index)) {
            case .seen: continue
            case .new(let number): if properties.hasWork { judgeNew(number, &findings) }
            case .full: return .memory(bytes: options.memoryLimit)
            }
        }
        return store.count - dropped.count > options.stateLimit ? .states(options.stateLimit) : nil
    }

    private mutating func judgeNew(_ number: Int, _ findings: inout Findings) {
        if !properties.admit(store.state(number), number: number, engine: engine, findings: &findings) {
            dropped.append(UInt32(number))
            store.bytesBeside = dropped.capacity * 4
        }
    }

    /// Somebody waits, or nobody goes on: is it a deadlock, or has everything come to rest?
    private mutating func judgeRest(
        _ number: Int, _ state: UnsafePointer<UInt64>, _ threads: ThreadMasks, _ findings: inout Findings
    ) {
        if threads.waiting & important != 0 {
            guard judgesDeadlocks else { return }
            let stuck = deadlocks.stuck(threads, holders: UnsafePointer(expansion.holders), state: state)
            if stuck != 0 { findings.add(Candidate(kind: .deadlock, state: number, stuck: stuck)) }
            return
        }
        properties.judgeFinal(
            state, number: number, engine: engine, isEnabled: options.enabled.contains(.violated),
            findings: &findings)
        if let slot = leaks?.leak(state) {
            findings.add(Candidate(kind: .leak, state: number, slot: slot, order: slot))
        }
    }

    private mutating func addFailures(_ number: Int, _ findings: inout Findings) {
        for failure in expansion.failures {
            let threadClass = model.threads[Int(failure.move.thread)].threadClass
            findings.add(
                Candidate(
                    kind: failure.kind, state: number, failure: failure,
                    order: threadClass << 24 | Int(failure.instruction)))
        }
    }

    private func hasUnseenSuccessor() -> Bool {
        if !expansion.failures.isEmpty { return true }
        for index in 0..<expansion.count {
            let state = UnsafePointer(expansion.words + index * wordCount)
            if store.find(state, hash: VisitedSet.hash(state, wordCount)) == nil { return true }
        }
        return false
    }

    // MARK: Limits

    /// Index of the first dropped state that is not below `number`.
    func firstDropped(from number: Int) -> Int {
        var low = 0
        var high = dropped.count
        while low < high {
            let middle = (low + high) / 2
            if dropped[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func interrupted() -> Cut? {
        let signal = searchInterrupt.load(ordering: .relaxed)
        if signal != 0 { return .signal(signal) }
        if options.timeLimit < .infinity, analyses.seconds > options.timeLimit {
            return .time(seconds: options.timeLimit)
        }
        return nil
    }

    private func limitReached() -> Cut? { levels.last! < store.count ? interrupted() : nil }

    /// The counts with all levels up to this one complete.
    private mutating func note(level: Int) {
        statistics.states = store.count - dropped.count
        statistics.transitions = transitions
        if levels[level] < store.count { statistics.depth = level }
        statistics.stateBits = layout.bitCount
        statistics.bytesPerState = store.count == 0 ? 0 : Double(store.bytesUsed) / Double(store.count)
        statistics.seconds = analyses.seconds
        statistics.isNative = engine.isNative
        statistics.nativeUnavailable = handOver.unavailable
        guard let progress = options.progress, statistics.seconds - lastProgress >= 0.25 else { return }
        lastProgress = statistics.seconds
        progress(statistics)
    }

    /// The level that a state is of.
    func level(of number: Int) -> Int {
        var low = 0
        var high = levels.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if levels[middle] <= number { low = middle } else { high = middle }
        }
        return low
    }

    func isDropped(_ number: Int) -> Bool {
        let index = firstDropped(from: number)
        return index < dropped.count && dropped[index] == number
    }
}
