import Execution
import Program

/// How many transitions took each step of each class, for those who want to know. Counted from the moves of a batch,
/// whoever made them, so that it is the same for interpreted steps and for machine code.
struct StepCounts {
    private let programPoints: [CellID]
    /// By thread: where the counts of its class begin.
    private let starts: [Int]
    private let classStarts: [Int]
    private var counts: [Int]

    init(model: Model) {
        var classStarts: [Int] = []
        var total = 0
        for threadClass in model.classes {
            classStarts.append(total)
            total += threadClass.code.steps.count
        }
        self.classStarts = classStarts
        programPoints = model.threads.map(\.programPointCell)
        starts = model.threads.map { classStarts[$0.threadClass] }
        counts = [Int](repeating: 0, count: total)
    }

    /// Takes in the successors of one state.
    mutating func count(_ batch: borrowing StepBatch, _ index: Int, state: UnsafePointer<UInt64>, _ view: StateView) {
        let first = Int(batch.states[index].first)
        for successor in first..<first + Int(batch.states[index].count) {
            let thread = Int(batch.moves[successor].thread)
            counts[starts[thread] + Int(view.value(programPoints[thread], state)) - 1] += 1
        }
    }

    mutating func add(_ other: StepCounts) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// By class, by step.
    func byClass(_ model: Model) -> [[Int]] {
        model.classes.enumerated().map { number, threadClass in
            threadClass.code.steps.indices.map { counts[classStarts[number] + $0] }
        }
    }
}
