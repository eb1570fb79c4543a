// What the reductions of a search saved. What is left out is never computed, so it is estimated: a part of the states
// that are expanded, chosen by their hash, is executed as a whole, and each of them stands for as many as were not chosen.
// Which they are depends neither on the number of threads nor on who runs the steps.

import Execution

/// Left out of a search by its reductions, as far as a sample of its states tells.
public struct Savings: Sendable {
    /// Steps that could be taken in states stored or gone through and were not, as another thread was taken alone.
    public internal(set) var stepsOfOthers = 0.0
    /// States that differ from a stored one only in which thing is which, and the successors that they have. At least.
    public internal(set) var statesAlike = 0.0
    public internal(set) var successorsAlike = 0.0

    mutating func add(_ other: Savings) {
        stepsOfOthers += other.stepsOfOthers
        statesAlike += other.statesAlike
        successorsAlike += other.successorsAlike
    }
}

/// Takes the sample, for one worker.
final class SavingsSampler {
    private let level: Level
    private let canonicalizer: Canonicalizer?
    private let memory: CanonicalMemory?
    private let elementsToldApart: UInt64
    private var batch: StepBatch
    /// An engine of its own: what it executes is no part of the search, and neither covers anything nor widens a range.
    private lazy var engine = StepEngine(
        Interpreter(
            model: level.analyses.model, layout: level.layout,
            options: ExecutionOptions(checks: level.analyses.options.enabled.union(level.analyses.options.errors))))

    init(_ level: Level, initials: [[UInt64]]) {
        let memory = level.canonicalizer.map(CanonicalMemory.init)
        self.level = level
        canonicalizer = level.canonicalizer
        self.memory = memory
        elementsToldApart = canonicalizer?.elementsToldApart(in: initials, memory!) ?? 0
        batch = StepBatch(wordCount: level.layout.wordCount, threadCount: level.analyses.model.threads.count)
    }

    /// Takes a state that the search has expanded to so many successors.
    func take(
        _ state: UnsafePointer<UInt64>, successors: Int, reduction: PartialOrder?, use: ReductionUse, weight: Double,
        _ savings: inout Savings
    ) {
        var taken = successors
        if let reduction, !use.isEmpty {
            let leftOut = engine.stepsLeftOut(state, reduction: reduction.tables, use: use, into: &batch)
            savings.stepsOfOthers += weight * Double(leftOut)
            taken = batch.count + batch.stepsPassed
        }
        if let canonicalizer, let memory {
            let others = canonicalizer.orbitSize(state, keeping: elementsToldApart, memory) - 1
            savings.statesAlike += weight * others
            savings.successorsAlike += weight * others * Double(taken)
        }
    }
}
