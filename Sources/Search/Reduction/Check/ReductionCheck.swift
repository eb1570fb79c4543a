// Partial order reduction held to its own definition, on models that are small enough: `--check-reductions` and the tests.
//
// Two things are compared that share no code with the engine's search and none with the analysis behind the reduction:
//   - a plain breadth-first search and one with the reduction must find the same failing steps, properties, standstills,
//     races, and take the same steps;
//   - in the states in which one thread is taken alone, all that the others can do on their own is tried, up to a bound,
//     and must commute with that thread's step.

import Execution
import Program

public enum ReductionCheckResult: Sendable, Equatable {
    /// States of the plain search, and of the reduced one.
    case agrees(plain: Int, reduced: Int)
    case differs(String)
    /// More states than the limit.
    case tooLarge
    /// There is nothing to reduce.
    case notReduced
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
        var plain = ReferenceSearch(model: model, layout: layout, checks: checks, reduction: nil)
        plain.run(limit: limit)
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
        reduced.run(limit: .max)
        if let difference = reduced.findings.difference(from: plain.findings) { return .differs(difference) }
        if let difference = persistenceFault(&reduced, samples: samples, bound: bound) { return .differs(difference) }
        return .agrees(plain: plain.states.count, reduced: reduced.states.count)
    }
}

/// Tries out some of the states in which one thread is taken alone, spread over the search.
private func persistenceFault(_ search: inout ReferenceSearch, samples: Int, bound: Int) -> String? {
    let check = PersistenceCheck(
        model: search.model, layout: search.layout, checks: search.interpreter.options.checks)
    var alone: [Int] = []
    for index in search.states.indices where search.mask(search.states[index]) != ~0 { alone.append(index) }
    for index in stride(from: 0, to: alone.count, by: max(1, alone.count / max(1, samples))) {
        let state = search.states[alone[index]]
        let thread = search.mask(state).trailingZeroBitCount
        if let fault = check.fault(of: thread, in: state, limit: bound) { return fault }
    }
    return nil
}
