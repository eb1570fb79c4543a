// Partial order reduction held to its own definition, on models that are small enough: `--check-reductions` and the tests.
//
// Two things are compared that share no code with the engine's search and none with the analysis behind the reduction:
//   - a plain breadth-first search and one with the reduction must find the same failing steps, properties, standstills,
//     races, and take the same steps;
//   - in the states in which one thread is taken alone, all that the others can do on their own is tried, up to a bound,
//     and must commute with that thread's step.

import Execution
import Program

/// What was compared, and how much of it there was.
public struct ReductionAgreement: Sendable, Equatable {
    /// States of the plain search, and of the reduced one.
    public var plainStates: Int
    public var reducedStates: Int
    /// States in which one thread was taken alone, and those of them in which all that the others can do was tried.
    public var aloneStates: Int
    public var triedStates: Int
    /// In so many of these the others can reach more states than were tried.
    public var boundedStates: Int
}

public enum ReductionCheckResult: Sendable, Equatable {
    case agrees(ReductionAgreement)
    case differs(String)
    /// More states than the limit.
    case tooLarge
    /// There is nothing to reduce.
    case notReduced
    /// The time was over, or somebody asked it to end.
    case cut(Cut)
}

/// Checks the reduction of a model.
///
/// `fault` plants a fault that must be found. `samples` states are tried out, of each `bound` states that the others
/// reach on their own.
public func checkReduction(
    model: Model, options: SearchOptions = SearchOptions(), limit: Int, samples: Int = 40, bound: Int = 200,
    fault: PlantedFault? = nil
) -> ReductionCheckResult {
    let analyses = Analyses(model: model, options: options)
    let checks = options.enabled.union(options.errors)
    var ranges: InferredRanges = [:]
    while true {
        let layout = analyses.layout(ranges)
        if layout.bitCount > StateLayout.bitsMax { return .tooLarge }
        var plain = ReferenceSearch(model: model, layout: layout, checks: checks)
        plain.run(limit: limit, isInterrupted: { analyses.interrupted() != nil })
        if let cut = analyses.interrupted() { return .cut(cut) }
        let met = plain.interpreter.widenings
        if !met.isEmpty {
            ranges = widened(ranges, by: met, model: model)
            continue
        }
        guard plain.isComplete else { return .tooLarge }
        guard
            let reduction = PartialOrder(
                model: model, layout: layout, access: analyses.access, checks: checks, fault: fault)
        else { return .notReduced }
        var reduced = ReferenceSearch(model: model, layout: layout, checks: checks, reduction: reduction)
        reduced.run(limit: .max, isInterrupted: { analyses.interrupted() != nil })
        if let cut = analyses.interrupted() { return .cut(cut) }
        if let difference = reduced.findings.difference(from: plain.findings) { return .differs(difference) }
        var agreement = ReductionAgreement(
            plainStates: plain.states.count, reducedStates: reduced.states.count, aloneStates: 0, triedStates: 0,
            boundedStates: 0)
        let difference = persistenceFault(
            &reduced, samples: samples, bound: bound, &agreement, isInterrupted: { analyses.interrupted() != nil })
        if let difference { return .differs(difference) }
        if let cut = analyses.interrupted() { return .cut(cut) }
        return .agrees(agreement)
    }
}

/// Tries out some of the states in which one thread is taken alone, spread over the search.
func persistenceFault(
    _ search: inout ReferenceSearch, samples: Int, bound: Int, _ agreement: inout ReductionAgreement,
    isInterrupted: () -> Bool
) -> String? {
    let check = PersistenceCheck(
        model: search.model, layout: search.layout, checks: search.interpreter.options.checks)
    let alone = search.aloneStates
    agreement.aloneStates = alone.count
    for index in stride(from: 0, to: alone.count, by: max(1, alone.count / max(1, samples))) {
        if isInterrupted() { return nil }
        let state = search.states[alone[index]]
        let thread = search.mask(state).trailingZeroBitCount
        let outcome = check.fault(of: thread, in: state, limit: bound)
        if let fault = outcome.fault { return fault }
        agreement.triedStates += 1
        if outcome.isBounded { agreement.boundedStates += 1 }
    }
    return nil
}
