// One thread's part in a level: it takes units of states from the frontier, expands them some tens at a time, judges them,
// and inserts their successors, so many together that the memory works on many lines at once.
//
// A worker has a step engine, buffers and findings of its own; what it shares with others is the store, the frontier
// and a few counters. After a level everything that workers found is put together.

import CMachine
import Execution
import Program

struct Worker: ~Copyable {
    let level: Level
    let engine: StepEngine
    var batch: StepBatch
    var properties: Properties
    var races: RaceWatch?
    var lockOrder: LockOrderWatch?
    /// What is wrong with the level's states, and with runs that are one step longer.
    var found = Findings()
    var foundNext = Findings()
    var transitions = 0
    var stepCounts: StepCounts?
    var sawMore = false

    let wordCount: Int
    let threadCount: Int
    let important: UInt64
    let interrupts: UInt64
    let states: LoadedStates
    /// By the reduction, in this level.
    var saved = ReductionStatistics()
    private var sampler: SavingsSampler?
    /// Of folded states: what their parts are.
    var memory: StateFolding.Memory?
    let canonicalMemory: CanonicalMemory?
    private let canonicalCache: CanonicalCache?
    /// Of the successors in the batch: their mixed keys; lists of numbers among them.
    var mixed: UnsafeMutablePointer<UInt64>
    private var fresh: UnsafeMutablePointer<UInt32>
    private var later: UnsafeMutablePointer<UInt32>
    private var unseen: UnsafeMutablePointer<UInt32>
    private var keyRoom: Int
    // The block of the next level that is being filled.
    private var block: UnsafeMutablePointer<UInt8>?
    private var blockCount = 0

    init(_ level: Level, properties: Properties, races: RaceWatch?, lockOrder: LockOrderWatch?) {
        let analyses = level.analyses
        let options = analyses.options
        let engine = StepEngine(
            Interpreter(
                model: analyses.model, layout: level.layout,
                options: ExecutionOptions(
                    checks: options.enabled.union(options.errors), recordAccesses: races != nil,
                    mayRace: races?.mayRace, keyParts: level.store.dense?.stretches ?? [])))
        let wordCount = level.layout.wordCount
        let threadCount = analyses.model.threads.count
        let batch = StepBatch(wordCount: wordCount, threadCount: threadCount)
        let keyRoom = batch.capacity
        let states = LoadedStates(level.store)
        let mixed = UnsafeMutablePointer<UInt64>.allocate(capacity: keyRoom)
        let fresh = UnsafeMutablePointer<UInt32>.allocate(capacity: keyRoom)
        let later = UnsafeMutablePointer<UInt32>.allocate(capacity: keyRoom)
        let unseen = UnsafeMutablePointer<UInt32>.allocate(capacity: keyRoom)
        let canonicalMemory = level.canonicalizer.map(CanonicalMemory.init)
        let canonicalCache =
            options.remembersForms ? level.canonicalizer.flatMap { CanonicalCache($0, canonicalMemory!) } : nil
        self.level = level
        self.engine = engine
        self.batch = batch
        self.properties = properties
        self.races = races
        self.lockOrder = lockOrder
        stepCounts = options.countsSteps ? StepCounts(model: analyses.model) : nil
        self.wordCount = wordCount
        self.threadCount = threadCount
        important = level.important
        interrupts = level.deadlocks.interrupts
        self.states = states
        memory = nil
        self.canonicalMemory = canonicalMemory
        self.canonicalCache = canonicalCache
        self.mixed = mixed
        self.fresh = fresh
        self.later = later
        self.unseen = unseen
        self.keyRoom = keyRoom
    }

    deinit {
        mixed.deallocate()
        fresh.deallocate()
        later.deallocate()
        unseen.deallocate()
        memory?.deallocate()
        if let block { level.frontier.handOver(Records(bytes: block, count: 0)) }
    }

    // MARK: A level

    /// Takes part in a level until there is nothing left to take. The first worker also looks after the machine code.
    mutating func work(isFirst: Bool) {
        let level = self.level
        while cm_load(level.isCut) == 0, let unit = level.frontier.take() {
            if let native = level.native(otherThan: engine.native) { engine.adopt(native) }
            expand(unit)
            if isFirst {
                level.lookForNative(engine.interpreter)
                level.tellProgress()
            }
            if let cut = level.analyses.interrupted() { level.stop(cut) }
        }
        if level.task == .explore { handOverBlock() }
        level.gate.leave()
    }

    private mutating func expand(_ unit: Records) {
        let task = level.task
        let use = task == .explore ? level.use : []
        var first = 0
        while first < unit.count {
            let wanted = min(StepBatch.statesMax, unit.count &- first)
            states.load(unit, from: first, count: wanted)
            let count: Int
            if !use.isEmpty, let reduction = level.reduction {
                count = engine.expand(
                    states.words, count: wanted, reduction: reduction.tables, use: use, into: &batch)
                saved.statesPassed &+= batch.stepsPassed
                saved.statesPicked &+= batch.statesPicked
                saved.statesExpanded &+= count
            } else {
                count = engine.expand(states.words, count: wanted, into: &batch)
            }
            first &+= count
            judge(count)
            if task == .explore, let mask = level.sampleMask { sample(count, mask, use) }
            if task != .lastLook, stepCounts != nil { countSteps(count) }
            canonicalizeSuccessors()
            switch task {
            case .explore:
                transitions &+= batch.count &+ batch.stepsPassed
                insertSuccessors(of: count)
            case .lastLook:
                sawMore = sawMore || !batch.failures.isEmpty || hasUnseenSuccessor()
            case .judgeAll:
                transitions &+= batch.count
                judgeSuccessors()
            }
        }
    }

    @inline(never)
    private mutating func countSteps(_ count: Int) {
        for index in 0..<count { stepCounts!.count(batch, index, state: states.state(index), level.view) }
    }

    /// Looks at some of the states for what the reductions leave out.
    private mutating func sample(_ count: Int, _ mask: UInt64, _ use: ReductionUse) {
        for index in 0..<count {
            let state = states.state(index)
            if VisitedSet.hash(state, wordCount) & mask != 0 { continue }
            let sampler = self.sampler ?? SavingsSampler(level, initials: engine.interpreter.initialStates().states)
            self.sampler = sampler
            sampler.take(
                state, successors: Int(batch.states[index].count), reduction: level.reduction, use: use,
                weight: Double(mask + 1), &saved.savings)
        }
    }

    /// From here on one state stands for all that differ from it only in which thing is which.
    func canonicalizeSuccessors() {
        guard let canonicalizer = level.canonicalizer, let memory = canonicalMemory else { return }
        let count = batch.count
        var state = batch.words
        if let cache = canonicalCache {
            for _ in 0..<count {
                cache.canonicalize(state, canonicalizer, memory)
                state += wordCount
            }
            return
        }
        for _ in 0..<count {
            _ = canonicalizer.canonicalize(state, memory)
            state += wordCount
        }
    }

    // MARK: Inserting

    /// Puts the successors into the set; those that are new are judged, and wait for the next level.
    private mutating func insertSuccessors(of stateCount: Int) {
        if keyRoom < batch.count { growKeys() }
        let count = batch.count
        let store = level.store
        if store.kind == .plain { return insertPlain(count, store) }
        guard mixKeys(stateCount, store) else { return level.stop(level.memoryCut) }
        let table = store.table.unsafelyUnwrapped
        let lists = TableView.Lists(unseen: unseen, later: later, fresh: fresh)
        var (new, left) = table.view.insertAtHome(mixed, count, lists)
        while left > 0 {
            left = table.view.insertLater(mixed, left, lists, &new)
            if left == 0 { break }
            store.noteOverflow()
            // Growing may change what the keys are.
            guard level.gate.grow(), mixKeys(stateCount, store) else {
                level.stop(level.memoryCut)
                break
            }
        }
        if new == 0 { return }
        take(new)
        let total = Int(cm_add(store.counter, UInt64(new))) + new
        if total >= table.shape.growAt, !level.gate.isAtCeiling, !level.gate.grow(), level.gate.isBroken {
            level.stop(level.memoryCut)
        }
    }

    private mutating func insertPlain(_ count: Int, _ store: StateStore) {
        var new = 0
        for index in 0..<count {
            let state = UnsafePointer(batch.words + index * wordCount)
            switch store.plain!.insert(state, hash: VisitedSet.hash(state, wordCount)) {
            case .seen: continue
            case .new:
                fresh[new] = UInt32(truncatingIfNeeded: index)
                new += 1
            case .full:
                level.stop(level.memoryCut)
            }
        }
        _ = cm_add(store.counter, UInt64(new))
        take(new)
    }

    @inline(never)
    private mutating func growKeys() {
        mixed.deallocate()
        fresh.deallocate()
        later.deallocate()
        unseen.deallocate()
        keyRoom = batch.capacity
        mixed = .allocate(capacity: keyRoom)
        fresh = .allocate(capacity: keyRoom)
        later = .allocate(capacity: keyRoom)
        unseen = .allocate(capacity: keyRoom)
    }

    // MARK: The next level

    /// The successors in `fresh` are new: they are judged, and wait for the next level.
    private mutating func take(_ new: Int) {
        let count = properties.hasWork ? admit(new) : new
        let recordsPerBlock = level.frontier.recordsPerBlock
        var done = 0
        while done < count {
            if block == nil || blockCount == recordsPerBlock { nextBlock() }
            let end = done + min(count - done, recordsPerBlock - blockCount)
            write(done..<end, to: block.unsafelyUnwrapped + blockCount * level.frontier.recordBytes)
            blockCount += end - done
            done = end
        }
    }

    /// Leaves those in `fresh` that no CONSTRAINT excludes; returns how many they are.
    private mutating func admit(_ new: Int) -> Int {
        var left = 0
        for index in 0..<new {
            let words = UnsafePointer(batch.words + Int(fresh[index]) * wordCount)
            let isAdmitted = properties.admit(
                words, level: level.number + 1, engine: engine, findings: &foundNext)
            if !isAdmitted { continue }
            fresh[left] = fresh[index]
            left += 1
        }
        return left
    }

    private func write(_ range: Range<Int>, to block: UnsafeMutablePointer<UInt8>) {
        let bytes = level.frontier.recordBytes
        let fresh = self.fresh
        let words = UnsafePointer(batch.words)
        var record = block
        if wordCount == 1 {
            for index in range {
                cm_store_any(record, words[Int(fresh[index])])
                record += bytes
            }
            return
        }
        for index in range {
            let state = words + Int(fresh[index]) &* wordCount
            // The last word reaches into the next record, which is written after it.
            for word in 0..<wordCount { cm_store_any(record + word &* 8, state[word]) }
            record += bytes
        }
    }

    @inline(never)
    private mutating func nextBlock() {
        handOverBlock()
        block = level.frontier.block()
        if level.bytes > level.analyses.options.memoryLimit { level.stop(level.memoryCut) }
    }

    mutating func handOverBlock() {
        guard let full = block else { return }
        let limit = level.analyses.options.stateLimit
        if Int(cm_add(level.admitted, UInt64(blockCount))) + blockCount > limit { level.stop(.states(limit)) }
        level.frontier.handOver(Records(bytes: full, count: blockCount))
        block = nil
        blockCount = 0
    }

    /// Inserts one of the initial states.
    mutating func seed(_ words: [UInt64]) {
        batch.setSingle(words)
        canonicalizeSuccessors()
        states.set(0, words)
        insertSuccessors(of: 1)
    }

    // MARK: Looking back

    /// The state that stands for a record of the frontier or of the log.
    func read(_ record: Records, _ index: Int) -> UnsafePointer<UInt64> {
        states.load(record, from: index, count: 1)
        return states.state(0)
    }
}
