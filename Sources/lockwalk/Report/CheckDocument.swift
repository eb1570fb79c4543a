import Program
import Search
import Syntax
import Trace

/// The answer of `lockwalk check` as JSON, which `lockwalk replay` reads back. The grammar is in `JSONGrammar`; what
/// changes here changes there, and a change that could mislead a reader raises `TraceFormat.version`.
struct CheckDocument {
    let name: String
    let model: Model
    let result: SearchResult
    let violation: Counterexample?
    let warnings: [Counterexample]
    /// What the command line added to the model's own settings.
    var checksOn: [FailureKind] = []
    var checksOff: [FailureKind] = []
    /// Checks that were off, whoever said so.
    var notLookedFor: [FailureKind] = []
    var premises: Premises?
    /// Each line of the model.
    var showsLines = false

    func json() -> JSONValue {
        .object(
            Self.head(name: name, model: model, checksOn: checksOn, checksOff: checksOff) + [
                .init("verdict", verdict()),
                .init("statistics", statistics()),
                .init("bounds", bounds()),
                .init("not_judged", .strings(model.notJudged)),
                .init("not_looked_for", .strings(notLookedFor.map(\.word))),
                .init("coverage", coverage()),
            ] + (showsLines ? [.init("lines", LineCoverage(model: model, coverage: result.coverage).json())] : []) + [
                .init("finding", violation?.findingJSON() ?? .null),
                .init("warnings", .array(warnings.map { $0.findingJSON() })),
            ])
    }

    private func coverage() -> JSONValue {
        var isHolding = false
        if case .holds = result.verdict { isHolding = true }
        return CoverageWording(
            model: model, coverage: result.coverage, premises: isHolding ? premises : nil,
            knowsWaits: !result.statistics.reduction.leftSomethingOut
        ).json()
    }

    /// What every document begins with.
    static func head(
        name: String, model: Model, checksOn: [FailureKind], checksOff: [FailureKind]
    ) -> [JSONValue.Member] {
        let files = TraceFormat.hashes(model.texts).map { file -> JSONValue in
            .object([.init("name", .string(file.name)), .init("fnv1a", .string(file.hash))])
        }
        return [
            .init("format", .string(TraceFormat.name)),
            .init("version", .number(TraceFormat.version)),
            .init("lockwalk", .string(version)),
            .init(
                "model",
                .object([
                    .init("name", .string(name)),
                    .init("files", .array(files)),
                    .init(
                        "configuration",
                        .object(model.configuration.map { .init($0.name, .string($0.value)) })),
                    .init("checks_on", .strings(checksOn.map(\.word))),
                    .init("checks_off", .strings(checksOff.map(\.word))),
                ])),
        ]
    }

    private func verdict() -> JSONValue {
        var word: String
        var reason: String?
        switch result.verdict {
        case .holds: word = "holds"
        case .violated: word = "violated"
        case .incomplete(let cut): (word, reason) = ("incomplete", VerdictWording.reason(cut))
        }
        return .object([
            .init("result", .string(word)), .init("text", .string(VerdictWording.short(result))),
            .init("reason", JSONValue(reason)),
            .init("exit_status", .number(Int(VerdictWording.exitCode(result).rawValue))),
        ])
    }

    private func statistics() -> JSONValue {
        let statistics = result.statistics
        return .object([
            .init("states", .number(statistics.states)), .init("transitions", .number(statistics.transitions)),
            .init("depth", .number(statistics.depth)), .init("seconds", .fraction(Self.rounded(statistics.seconds))),
            .init("state_bits", .number(statistics.stateBits)),
            .init("bytes_per_state", .fraction(Self.rounded(statistics.bytesPerState))),
            .init("reductions", .strings(Self.reductions(statistics))),
            .init("saved", Self.saved(statistics)),
        ])
    }

    /// Those that left something out.
    private static func reductions(_ statistics: SearchStatistics) -> [String] {
        (statistics.reduction.leftSomethingOut ? ["por"] : []) + (statistics.symmetry == nil ? [] : ["symmetry"])
    }

    /// By reduction that left something out; what is estimated is rounded as in the text.
    private static func saved(_ statistics: SearchStatistics) -> JSONValue {
        let saved = statistics.reduction
        var members: [JSONValue.Member] = []
        if saved.leftSomethingOut {
            let counts: [JSONValue.Member] = [
                .init("states_with_one_thread_alone", .number(saved.statesPicked)),
                .init("states_not_stored", .number(saved.statesPassed)),
                .init("successors", .number(Quantities.roughly(saved.savings.stepsOfOthers))),
            ]
            members.append(.init("por", .object(counts)))
        }
        if statistics.symmetry != nil {
            let counts: [JSONValue.Member] = [
                .init("states", .number(Quantities.roughly(saved.savings.statesAlike))),
                .init("successors", .number(Quantities.roughly(saved.savings.successorsAlike))),
            ]
            members.append(.init("symmetry", .object(counts)))
        }
        return .object(members)
    }

    /// To a thousandth of a thousandth.
    private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

    /// What a "holds" is bounded by.
    private func bounds() -> JSONValue {
        let pools = model.pools.enumerated().map { index, pool -> JSONValue in
            .object([
                .init("name", .string(pool.name)), .init("count", .number(pool.slots.count)),
                .init("ran_out", .bool(Self.flag(result.coverage.exhausted, index))),
                .init("had_one_left", .bool(Self.flag(result.coverage.onlyOneSlot, index))),
            ])
        }
        return .object([
            .init("constraints", .strings(result.constraints)), .init("objects", .array(pools)),
        ])
    }

    private static func flag(_ flags: [Bool], _ index: Int) -> Bool { index < flags.count && flags[index] }
}
