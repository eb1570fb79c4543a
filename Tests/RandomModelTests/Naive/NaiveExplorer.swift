// Breadth-first over everything that a protocol can do. An error ends its own run and nothing else, so that the whole
// graph can be compared, not only what comes before the first error.

/// What an exploration came to, in terms that both sides know.
struct Exploration: Equatable {
    /// New states by level.
    var levels: [Int] = []
    var transitions = 0
    /// By length of the run: how many steps (or states) fail, by the word of EXPECT. Length 0 is before the first step.
    var faults: [[String: Int]] = []
    /// Shared memory and who has ended or is pending, each with the level that first shows it.
    var projections: [[Int]: Int] = [:]
    /// The SOMETIMES that some state fulfils, the FINALLYs that some state is judged by.
    var reached: Set<String> = []

    var states: Int { levels.reduce(0, +) }

    mutating func add(_ word: String, length: Int) {
        while faults.count <= length { faults.append([:]) }
        faults[length][word, default: 0] += 1
    }
}

struct NaiveExplorer {
    let machine: NaiveMachine
    private(set) var exploration = Exploration()
    private(set) var states: [NaiveState] = []
    private(set) var depths: [Int] = []
    /// By state: the threads that move on there, by a step or into an error, bit n for thread n, callbacks last.
    private(set) var movers: [Int] = []
    /// By state: the threads that have ended, and the callbacks that are idle.
    private(set) var idle: [Int] = []
    private(set) var predecessors: [[Int]] = []
    private var numbers: [NaiveState: Int] = [:]

    var threadCount: Int { machine.memory.threads.count + machine.memory.slotCell.count }

    init(_ model: Protocol) { machine = NaiveMachine(memory: NaiveMemory(model)) }

    /// False if there are more than so many states.
    mutating func explore(limit: Int) -> Bool {
        for state in initialStates() { _ = insert(state, depth: 0) }
        var next = 0
        while next < states.count {
            if states.count > limit { return false }
            expand(next)
            next += 1
        }
        return true
    }

    private mutating func initialStates() -> [NaiveState] {
        let opened = machine.initialize()
        for fault in opened.faults { exploration.add(fault.word, length: 0) }
        var states = opened.states
        for thread in machine.memory.threads.indices {
            states = states.flatMap { state in
                let moves = machine.open(thread, from: state)
                for fault in moves.faults { exploration.add(fault.word, length: 0) }
                return moves.states
            }
        }
        return states
    }

    private mutating func insert(_ state: NaiveState, depth: Int) -> Int {
        if let known = numbers[state] { return known }
        let number = states.count
        numbers[state] = number
        states.append(state)
        depths.append(depth)
        predecessors.append([])
        while exploration.levels.count <= depth { exploration.levels.append(0) }
        exploration.levels[depth] += 1
        let projection = project(state)
        if exploration.projections[projection] == nil { exploration.projections[projection] = depth }
        for property in machine.model.invariants where !holds(property, state) {
            exploration.add(Fault.violated.word, length: depth)
        }
        for property in machine.model.sometimes where holds(property, state) { exploration.reached.insert(property.name) }
        return number
    }

    private func holds(_ property: NamedCondition, _ state: NaiveState) -> Bool {
        let instant = NaiveInstant(memory: machine.memory, state: state, thread: 0, isProof: true)
        return (try? instant.value(property.condition)) ?? 0 != 0
    }

    private mutating func expand(_ number: Int) {
        let state = states[number]
        var moving = 0
        var resting = 0
        for thread in 0..<threadCount {
            guard let moves = moves(of: thread, state) else {
                resting |= 1 << thread
                continue
            }
            // What need never come is nothing to wait for.
            let certain = moves.states.count - moves.spurious.count + moves.faults.count - moves.spuriousFaults
            if certain > 0 { moving |= 1 << thread }
            if isPending(thread, state) { resting |= 1 << thread }
            for fault in moves.faults { exploration.add(fault.word, length: depths[number] + 1) }
            for (index, after) in moves.states.enumerated() {
                exploration.transitions += 1
                let target = insert(after, depth: depths[number] + 1)
                if !moves.spurious.contains(index) { predecessors[target].append(number) }
            }
        }
        movers.append(moving)
        idle.append(resting)
        guard resting == (1 << threadCount) - 1 else { return }
        for property in machine.model.finals {
            exploration.reached.insert(property.name)
            if !holds(property, state) { exploration.add(Fault.violated.word, length: depths[number]) }
        }
    }

    /// Nil for a thread that has ended or a callback that is idle.
    private func moves(of thread: Int, _ state: NaiveState) -> NaiveMachine.Moves? {
        let callback = thread - machine.memory.threads.count
        if callback < 0 { return state.threads[thread].hasEnded ? nil : machine.step(thread, from: state) }
        if state.pending[callback] == nil { return nil }
        return machine.callback(callback, from: state) ?? NaiveMachine.Moves()
    }

    /// An interrupt that has not come need not come.
    private func isPending(_ thread: Int, _ state: NaiveState) -> Bool {
        thread < machine.memory.threads.count && machine.isInterrupt(thread) && !state.threads[thread].hasCome
    }

    private func project(_ state: NaiveState) -> [Int] {
        let memory = machine.memory
        return memory.kinds.indices.filter { memory.kinds[$0] != nil }.map { state.cells[$0] }
            + state.live.map { $0 ? 1 : 0 } + state.threads.map { $0.hasEnded ? 1 : 0 }
            + state.pending.map { $0 == nil ? 1 : 0 }
    }

    // MARK: Deadlocks

    /// By state: the threads that have not ended and that no continuation moves on, found by going backwards.
    func stuck() -> [Int] {
        var result = [Int](repeating: 0, count: states.count)
        for thread in 0..<threadCount {
            let bit = 1 << thread
            var canMove = movers.map { $0 & bit != 0 }
            var work = canMove.indices.filter { canMove[$0] }
            while let state = work.popLast() {
                for before in predecessors[state] where !canMove[before] {
                    canMove[before] = true
                    work.append(before)
                }
            }
            for state in states.indices where !canMove[state] && idle[state] & bit == 0 { result[state] |= bit }
        }
        return result
    }

    /// The level of the first state in which nobody moves though somebody is left.
    func firstStandstill() -> Int? {
        let everybody = (1 << threadCount) - 1
        return states.indices.first { movers[$0] == 0 && idle[$0] != everybody }.map { depths[$0] }
    }
}
