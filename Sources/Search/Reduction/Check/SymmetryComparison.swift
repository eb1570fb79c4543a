// Symmetry held to its own definition, on models that are small enough: `--check-reductions` and the tests.
//
//   - In every state of a plain search, permuting and stepping commute (`CommutationCheck`).
//   - A search that keeps one state of those that are alike comes to one of every orbit that the plain search comes to,
//     and to no other; and it finds the same, up to who is who.
//   - So does one that takes threads alone as well, and taking them alone is right in the states that it keeps.
//
// The searches share no code with the engine's; only the form in which a state is kept is the engine's own.

import Execution
import Program

/// What was compared, and how much of it there was.
public struct SymmetryAgreement: Sendable, Equatable {
    /// What is interchangeable, by name.
    public var names: [String]
    /// States of the plain search, and of the one that keeps one state of those that are alike, in how many of them a
    /// CONSTRAINT ends the run.
    public var plainStates: Int
    public var symmetricStates: Int
    public var cutStates: Int
    /// Of how many orbits they are; nil if that takes too long to count.
    public var orbits: Int?
    /// Permuted states that were tried.
    public var permutedStates: Int
    /// States of the search with both reductions; nil if there is nothing to reduce in the other way.
    public var bothStates: Int?
}

public enum SymmetryCheckResult: Sendable, Equatable {
    case agrees(SymmetryAgreement)
    case differs(String)
    /// More states than the limit.
    case tooLarge
    /// Nothing is interchangeable.
    case notSymmetric
    /// The time was over, or somebody asked it to end.
    case cut(Cut)
}

/// Checks the symmetry of a model, alone and with partial order reduction.
///
/// The layout is the one of a search that met `ranges`. Of each state, `times` permuted ones are tried; `samples` and
/// `bound` as for `checkReduction`.
public func checkSymmetry(
    model: Model, options: SearchOptions = SearchOptions(), ranges: InferredRanges = [:], limit: Int, times: Int = 8,
    samples: Int = 40, bound: Int = 200
) -> SymmetryCheckResult {
    let analyses = Analyses(model: model, options: options)
    let symmetry = Symmetry(model: model, access: analyses.access)
    var ranges = ranges
    while true {
        let comparison = SymmetryComparison(analyses, symmetry, ranges, times: times, samples: samples, bound: bound)
        guard let comparison else { return .notSymmetric }
        switch comparison.run(limit: limit) {
        case .result(let result): return result
        case .widened(let met): ranges = widened(ranges, by: met, model: model)
        }
    }
}

/// One attempt, with one layout.
struct SymmetryComparison {
    let analyses: Analyses
    let layout: StateLayout
    let canonicalizer: Canonicalizer
    let times: Int
    let samples: Int
    let bound: Int
    /// Off to plant a fault: the rules that say which thread is taken alone are those of a search without symmetry.
    var joinsRules = true
    /// Whether to try both reductions together.
    var triesBoth = true

    enum Outcome {
        case result(SymmetryCheckResult)
        case widened(InferredRanges)
    }

    /// Nil if nothing is interchangeable, or nothing that the layout lets move.
    init?(
        _ analyses: Analyses, _ symmetry: Symmetry, _ ranges: InferredRanges, times: Int, samples: Int = 0,
        bound: Int = 0
    ) {
        self.analyses = analyses
        layout = StateLayout(
            model: analyses.model, liveness: analyses.liveness,
            ranges: symmetry.sharingRanges(ranges, model: analyses.model),
            tracksStalePointers: analyses.looksFor(.stalePointer))
        guard layout.bitCount <= StateLayout.bitsMax,
            let canonicalizer = Canonicalizer(model: analyses.model, layout: layout, symmetry: symmetry)
        else { return nil }
        self.canonicalizer = canonicalizer
        self.times = times
        self.samples = samples
        self.bound = bound
    }

    private var checks: Set<FailureKind> { analyses.options.enabled.union(analyses.options.errors) }
    private var orbits: Orbits { Orbits(canonicalizer) }

    func run(limit: Int) -> Outcome {
        let isInterrupted = { analyses.interrupted() != nil }
        var plain = ReferenceSearch(model: analyses.model, layout: layout, checks: checks)
        plain.run(limit: limit, isInterrupted: isInterrupted)
        if let cut = analyses.interrupted() { return .result(.cut(cut)) }
        let met = plain.interpreter.widenings
        if !met.isEmpty { return .widened(met) }
        guard plain.isComplete else { return .result(.tooLarge) }
        var commutation = CommutationCheck(
            model: analyses.model, layout: layout, canonicalizer: canonicalizer, checks: checks, times: times)
        for state in plain.states {
            if let fault = commutation.fault(in: state) { return .result(.differs(fault)) }
            if let cut = analyses.interrupted() { return .result(.cut(cut)) }
        }
        var symmetric = ReferenceSearch(model: analyses.model, layout: layout, checks: checks, orbits: orbits)
        symmetric.run(limit: .max, isInterrupted: isInterrupted)
        if let cut = analyses.interrupted() { return .result(.cut(cut)) }
        if let difference = difference(symmetric, plain) { return .result(.differs("with symmetry: " + difference)) }
        var agreement = SymmetryAgreement(
            names: canonicalizer.symmetry.domains.map(\.name), plainStates: plain.states.count,
            symmetricStates: symmetric.states.count, cutStates: symmetric.cutStates,
            orbits: orbits.count(symmetric.seen), permutedStates: commutation.tried)
        if triesBoth, let difference = differenceOfBoth(plain, &agreement) {
            return .result(.differs("with both reductions: " + difference))
        }
        if let cut = analyses.interrupted() { return .result(.cut(cut)) }
        return .result(.agrees(agreement))
    }

    /// What a search that keeps all states of the orbits that it comes to found otherwise.
    private func difference(_ symmetric: borrowing ReferenceSearch, _ plain: borrowing ReferenceSearch) -> String? {
        if !symmetric.isComplete { return "a value is out of its range" }
        let expected = Set(plain.states.map(orbits.representative))
        let missed = orbits.missing(expected, from: symmetric.seen)
        if missed > 0 { return "\(missed) states, up to permutations, are not reached" }
        let gained = orbits.missing(symmetric.seen, from: expected)
        if gained > 0 { return "\(gained) states are reached that no permutation turns into one of the plain search's" }
        return differenceOfFindings(symmetric, plain)
    }

    private func differenceOfFindings(
        _ reduced: borrowing ReferenceSearch, _ plain: borrowing ReferenceSearch
    ) -> String? {
        let symmetry = canonicalizer.symmetry
        let expected = plain.findings.upToPermutations(symmetry)
        if let difference = reduced.findings.upToPermutations(symmetry).difference(from: expected) { return difference }
        let standstills = Set(plain.findings.standstills.map(orbits.representative))
        let missed = orbits.missing(standstills, from: reduced.findings.standstills)
        let gained = orbits.missing(reduced.findings.standstills, from: standstills)
        return missed + gained == 0 ? nil : "\(missed) standstills, up to permutations, are missed, \(gained) gained"
    }

    private func differenceOfBoth(_ plain: borrowing ReferenceSearch, _ agreement: inout SymmetryAgreement) -> String? {
        guard
            let reduction = PartialOrder(
                model: analyses.model, layout: layout, access: analyses.access, checks: checks,
                symmetry: joinsRules ? canonicalizer.symmetry : nil)
        else { return nil }
        var both = ReferenceSearch(
            model: analyses.model, layout: layout, checks: checks, reduction: reduction, orbits: orbits)
        both.run(limit: .max, isInterrupted: { analyses.interrupted() != nil })
        if analyses.interrupted() != nil { return nil }
        if !both.isComplete { return "a value is out of its range" }
        agreement.bothStates = both.states.count
        if let difference = differenceOfFindings(both, plain) { return difference }
        var alone = ReductionAgreement(
            plainStates: 0, reducedStates: 0, aloneStates: 0, triedStates: 0, boundedStates: 0)
        return persistenceFault(
            &both, samples: samples, bound: bound, &alone, isInterrupted: { analyses.interrupted() != nil })
    }
}
