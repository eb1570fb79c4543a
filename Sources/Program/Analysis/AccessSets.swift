// Which cells of shared memory a step may read and write: the base of "may enable", of the race filter and of partial
// order reduction.
//
// An over-approximation per thread and step, from the step's marker along every path to the next markers, through what
// `PointsTo` says of each address. Sound if it names every cell that the step could look at or change in any state,
// the hidden ones too: liveness of slots, what `free` clears, the masks of a grace period, program points.

/// What one step, or one instruction, may touch.
public struct StepAccess: Sendable {
    /// Cells whose values may matter to what the step does or finds.
    public var reads: CellSet
    /// Cells whose values it may change. Its own thread's program point is always among those of a step.
    public var writes: CellSet
    /// Of these, the accesses that take part in data races: by the program's text, plain or marked.
    public var plainReads: CellSet
    public var plainWrites: CellSet
    public var markedReads: CellSet
    public var markedWrites: CellSet
    /// Callback threads that it may start.
    public var starts: [Int] = []

    init(cellCount: Int) {
        let empty = CellSet(cellCount: cellCount)
        (reads, writes) = (empty, empty)
        (plainReads, plainWrites, markedReads, markedWrites) = (empty, empty, empty, empty)
    }

    mutating func formUnion(_ other: StepAccess) {
        reads.formUnion(other.reads)
        writes.formUnion(other.writes)
        plainReads.formUnion(other.plainReads)
        plainWrites.formUnion(other.plainWrites)
        markedReads.formUnion(other.markedReads)
        markedWrites.formUnion(other.markedWrites)
        for thread in other.starts where !starts.contains(thread) { starts.append(thread) }
    }
}

public struct AccessSets: Sendable {
    /// By thread, by step.
    public let steps: [[StepAccess]]
    /// By thread, by step: the steps that may come next in that thread.
    public let successors: [[[Int]]]
    /// By thread, by step: what a wait for a condition at this step depends on; nil if it never waits for one.
    public let awaited: [[CellSet?]]
    /// By thread: what work before its first step may touch, and the steps that may be first.
    public let entry: [StepAccess]
    public let firstSteps: [[Int]]
    /// By thread.
    public let pointsTo: [PointsTo]

    public init(model: Model) {
        let pointsTo = model.threads.indices.map { thread in
            PointsTo(model: model, code: model.classes[model.threads[thread].threadClass].code, thread: thread)
        }
        self.pointsTo = pointsTo
        var steps: [[StepAccess]] = []
        var successors: [[[Int]]] = []
        var awaited: [[CellSet?]] = []
        var entry: [StepAccess] = []
        var firstSteps: [[Int]] = []
        for thread in model.threads.indices {
            let collector = AccessCollector(model: model, thread: thread, pointsTo: pointsTo[thread])
            let code = collector.code
            var own: [StepAccess] = Array(
                repeating: StepAccess(cellCount: model.cells.count), count: code.steps.count)
            var next = [[Int]](repeating: [], count: code.steps.count)
            var waits = [CellSet?](repeating: nil, count: code.steps.count)
            for (index, instruction) in code.instructions.enumerated() {
                guard case .step(let step) = instruction.operation else { continue }
                let walk = collector.walk(from: code.successors(of: index))
                own[step] = walk.access
                own[step].writes.insert(model.threads[thread].programPointCell)
                next[step] = walk.nextSteps
                waits[step] = collector.condition(from: code.successors(of: index))
            }
            let start = collector.walk(from: code.instructions.isEmpty ? [] : [0])
            steps.append(own)
            successors.append(next)
            awaited.append(waits)
            entry.append(start.access)
            firstSteps.append(start.nextSteps)
        }
        // Work before a callback's first step is done by the step that starts it.
        for thread in steps.indices {
            for step in steps[thread].indices {
                for started in steps[thread][step].starts { steps[thread][step].formUnion(entry[started]) }
            }
        }
        self.steps = steps
        self.successors = successors
        self.awaited = awaited
        self.entry = entry
        self.firstSteps = firstSteps
    }
}

extension AccessSets {
    /// What the code of a property may read.
    public static func reads(of code: Code, model: Model) -> CellSet {
        let thread = model.threads.count
        let pointsTo = PointsTo(model: model, code: code, thread: thread)
        var reads = CellSet(cellCount: model.cells.count)
        for instruction in code.instructions {
            let effect = InstructionEffect.of(instruction.operation, model: model, thread: thread, pointsTo: pointsTo)
            reads.formUnion(effect.reads)
        }
        return reads
    }
}

/// Walks the paths of one thread's code and adds up what their instructions touch.
private struct AccessCollector {
    let model: Model
    let thread: Int
    let code: Code
    /// By instruction.
    let effects: [StepAccess]

    init(model: Model, thread: Int, pointsTo: PointsTo) {
        self.model = model
        self.thread = thread
        code = model.classes[model.threads[thread].threadClass].code
        effects = code.instructions.map {
            InstructionEffect.of($0.operation, model: model, thread: thread, pointsTo: pointsTo)
        }
    }

    /// Everything up to the next markers.
    func walk(from starts: [Int]) -> (access: StepAccess, nextSteps: [Int]) {
        var access = StepAccess(cellCount: model.cells.count)
        var next: Set<Int> = []
        var seen = Set(starts)
        var work = starts
        while let index = work.popLast() {
            guard index < code.instructions.count else { continue }
            if case .step(let step) = code.instructions[index].operation {
                next.insert(step)
                continue
            }
            access.formUnion(effects[index])
            for follower in code.successors(of: index) where seen.insert(follower).inserted { work.append(follower) }
        }
        return (access, next.sorted())
    }

    /// What is read on the paths to a wait for a condition: before the wait, so nothing that only what follows reads. Who
    /// keeps the CPU is left out: a thread that waits for its CPU waits for a holder, and no change of that alone makes a
    /// condition true.
    func condition(from starts: [Int]) -> CellSet? {
        var waits: [Int] = []
        var before: [Int: [Int]] = [:]
        var seen = Set(starts)
        var work = starts
        while let index = work.popLast() {
            guard index < code.instructions.count else { continue }
            if case .step = code.instructions[index].operation { continue }
            if case .await(_, .condition) = code.instructions[index].operation {
                waits.append(index)
                continue
            }
            for follower in code.successors(of: index) {
                before[follower, default: []].append(index)
                if seen.insert(follower).inserted { work.append(follower) }
            }
        }
        guard !waits.isEmpty else { return nil }
        var reads = CellSet(cellCount: model.cells.count)
        seen = Set(waits)
        while let index = waits.popLast() {
            reads.formUnion(effects[index].reads)
            for earlier in before[index] ?? [] where seen.insert(earlier).inserted { waits.append(earlier) }
        }
        for cpu in model.cpus {
            for cell in [cpu.keeperCell, cpu.interruptCell] where cell != 0 { reads.remove(cell) }
        }
        return reads
    }
}
