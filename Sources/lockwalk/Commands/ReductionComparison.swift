import Program
import Search

/// `lockwalk check --check-reductions MODEL`: the searches with and without each reduction beside each other, and what
/// makes the reductions right tried out in the states themselves.
struct ReductionComparison {
    /// States of the plain search, unless the user says otherwise: all of it is done the slow way.
    private static let statesDefault = 20_000
    /// Of each state, so many of those that the other threads reach on their own.
    private static let bound = 200
    /// Of each state, so many of those that differ from it only in who is who.
    private static let times = 8

    let name: String
    let model: Model
    let request: SearchRequest

    func run(_ console: Console) throws -> ExitCode {
        Signals.install()
        let limit = request.states ?? Self.statesDefault
        var plainRequest = request
        plainRequest.reduction = .none
        plainRequest.states = limit
        plainRequest.showsProgress = false
        let plain = try Engine.search(model, plainRequest, console)
        if case .incomplete(.states) = plain.verdict { return tooLarge(limit, console) }
        if case .incomplete(let cut) = plain.verdict { return incomplete(cut, console) }
        let said = VerdictWording.short(plain)
        var symmetric = plain
        for reduction in [ReductionChoice.partialOrder, .symmetry, .all] {
            var reducedRequest = plainRequest
            reducedRequest.reduction = reduction
            reducedRequest.reducesAlways = true
            let reduced = try Engine.search(model, reducedRequest, console)
            if case .incomplete(let cut) = reduced.verdict { return incomplete(cut, console) }
            let saysNow = VerdictWording.short(reduced)
            guard said == saysNow else {
                return differ("the plain search says \(said), \(Self.told(reduction)) \(saysNow)", console)
            }
            if reduction == .symmetry { symmetric = reduced }
        }
        var options = SearchOptions(
            enabled: Engine.checks(model, request), errors: model.checksOn.union(request.asErrors),
            timeLimit: request.seconds ?? .infinity)
        options.keepsDeadLocals = request.keepsDeadLocals
        let order = checkReduction(model: model, options: options, limit: limit, samples: .max, bound: Self.bound)
        if let ended = end(order, limit, console) { return ended }
        let symmetry = checkSymmetry(
            model: model, options: options, ranges: symmetric.ranges, limit: limit, times: Self.times, samples: .max,
            bound: Self.bound)
        if let ended = end(symmetry, symmetric, limit, console) { return ended }
        console.out.line("agree: \(name): \(said) with and without reductions")
        for line in text(order, symmetry) { console.out.write(TextWrapping.hanging(line, width: 80)) }
        return .holds
    }

    private static func told(_ reduction: ReductionChoice) -> String {
        switch reduction {
        case .partialOrder: "the one with partial order reduction"
        case .symmetry: "the one with symmetry"
        default: "the one with both reductions"
        }
    }

    // MARK: What ends the comparison

    private func end(_ result: ReductionCheckResult, _ limit: Int, _ console: Console) -> ExitCode? {
        switch result {
        case .agrees, .notReduced: nil
        case .differs(let difference): differ(difference, console)
        case .tooLarge: tooLarge(limit, console)
        case .cut(let cut): incomplete(cut, console)
        }
    }

    private func end(
        _ result: SymmetryCheckResult, _ symmetric: SearchResult, _ limit: Int, _ console: Console
    ) -> ExitCode? {
        switch result {
        case .agrees(let agreement):
            // A search that found something has not seen all.
            guard case .holds = symmetric.verdict else { return nil }
            let (expected, found) = (agreement.symmetricStates - agreement.cutStates, symmetric.statistics.states)
            if expected == found { return nil }
            return differ("the search with symmetry counts \(found) states instead of \(expected)", console)
        case .notSymmetric: return nil
        case .differs(let difference): return differ(difference, console)
        case .tooLarge: return tooLarge(limit, console)
        case .cut(let cut): return incomplete(cut, console)
        }
    }

    // MARK: What is said

    private func text(_ order: ReductionCheckResult, _ symmetry: SymmetryCheckResult) -> [String] {
        var counts: [String] = []
        if case .agrees(let agreement) = order {
            counts = [
                "plain \(Quantities.grouped(agreement.plainStates))",
                "partial order \(Quantities.grouped(agreement.reducedStates))",
            ]
        }
        if case .agrees(let agreement) = symmetry {
            if counts.isEmpty { counts = ["plain \(Quantities.grouped(agreement.plainStates))"] }
            counts.append("symmetry \(Quantities.grouped(agreement.symmetricStates))")
            if let states = agreement.bothStates { counts.append("both \(Quantities.grouped(states))") }
        }
        if counts.isEmpty { return text(order) + text(symmetry) }
        return [
            "states: " + counts.joined(separator: ", "),
            "all found the same steps, failing steps, races, properties and states at rest",
        ] + text(order) + text(symmetry)
    }

    private func text(_ result: ReductionCheckResult) -> [String] {
        guard case .agrees(let agreement) = result else {
            return ["partial order: nothing can be left out of this model, or it uses what the analysis does not know"]
        }
        let alone = Quantities.plural(agreement.aloneStates, "state")
        var lines = [
            "partial order: one thread was taken alone in \(alone); in each, what the others can do meanwhile was "
                + "tried, and nothing of it met that thread's step"
        ]
        if agreement.boundedStates > 0 {
            lines.append(
                "(in \(Quantities.grouped(agreement.boundedStates)) of them only the first "
                    + "\(Quantities.plural(Self.bound, "state")) that the others reach)")
        }
        return lines
    }

    private func text(_ result: SymmetryCheckResult) -> [String] {
        guard case .agrees(let agreement) = result else {
            return ["symmetry: nothing in this model is interchangeable ('lockwalk layout' says why)"]
        }
        let names = agreement.names.joined(separator: ", ")
        let tried = Quantities.plural(agreement.permutedStates, "permuted state")
        let (were, their) = agreement.permutedStates == 1 ? ("was", "its") : ("were", "their")
        return [
            "symmetry of \(names): \(tried) \(were) tried; \(their) threads step, fail and "
                + "wait as before, properties say the same, and the states kept stand for all others"
        ]
    }

    private func differ(_ difference: String, _ console: Console) -> ExitCode {
        console.out.line("differ: \(name): \(difference)")
        console.out.line("This is an error of Lockwalk: please report it with the model. --reduction none is right.")
        return .internal
    }

    private func tooLarge(_ limit: Int, _ console: Console) -> ExitCode {
        console.out.line(
            "incomplete: \(name) has more than \(Quantities.plural(limit, "state")); this check is slow and for small models "
                + "(--states N raises the limit)")
        return .incomplete
    }

    private func incomplete(_ cut: Cut, _ console: Console) -> ExitCode {
        console.out.line("incomplete: \(VerdictWording.reason(cut)); nothing was compared in \(name)")
        return .incomplete
    }
}
