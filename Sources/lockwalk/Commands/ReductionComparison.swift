import Program
import Search

/// `lockwalk check --check-reductions MODEL`: the searches with and without reduction beside each other, and the
/// condition behind the reduction tried out in every state in which it leaves something out.
struct ReductionComparison {
    /// States of the plain search, unless the user says otherwise: all of it is done the slow way.
    private static let statesDefault = 20_000
    /// Of each state, so many of those that the other threads reach on their own.
    private static let bound = 200

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
        var reducedRequest = plainRequest
        reducedRequest.reduction = .all
        reducedRequest.reducesAlways = true
        let reduced = try Engine.search(model, reducedRequest, console)
        if case .incomplete(let cut) = reduced.verdict { return incomplete(cut, console) }
        let (said, saysNow) = (VerdictWording.short(plain), VerdictWording.short(reduced))
        guard said == saysNow else { return differ("the plain search says \(said), the reduced one \(saysNow)", console) }
        var options = SearchOptions(
            enabled: Engine.checks(model, request), errors: model.checksOn.union(request.asErrors),
            timeLimit: request.seconds ?? .infinity)
        options.keepsDeadLocals = request.keepsDeadLocals
        let result = checkReduction(model: model, options: options, limit: limit, samples: .max, bound: Self.bound)
        switch result {
        case .agrees(let agreement):
            console.out.write(text(agreement, verdict: said))
            return .holds
        case .notReduced:
            console.out.line("agree: \(name): \(said) with and without reduction")
            console.out.line("partial order: nothing can be left out of this model, or it uses what the analysis does not know")
            return .holds
        case .differs(let difference): return differ(difference, console)
        case .tooLarge: return tooLarge(limit, console)
        case .cut(let cut): return incomplete(cut, console)
        }
    }

    private func text(_ agreement: ReductionAgreement, verdict: String) -> String {
        let states = Quantities.plural(agreement.aloneStates, "state")
        var lines = [
            "agree: \(name): \(verdict) with and without reduction",
            "plain search: \(Quantities.plural(agreement.plainStates, "state")); with partial order reduction: "
                + Quantities.grouped(agreement.reducedStates),
            "the same steps, failing steps, races, properties and states at rest were found by both",
            "one thread was taken alone in \(states); in each, what the others can do meanwhile",
            "was tried, and nothing of it met that thread's step",
        ]
        if agreement.boundedStates > 0 {
            lines.append(
                "(in \(Quantities.grouped(agreement.boundedStates)) of them only the first "
                    + "\(Quantities.plural(Self.bound, "state")) that the others reach)")
        }
        return lines.map { $0 + "\n" }.joined()
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
