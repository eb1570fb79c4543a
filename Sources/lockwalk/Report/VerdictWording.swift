import Execution
import Program
import Search
import Trace

/// The words for verdicts: what the first line of an answer says, and what the tables of `test` say.
enum VerdictWording {
    /// The same, and for a row of `test` the CONSTRAINTs that cut runs: `HOLDS within few`.
    static func found(_ result: SearchResult) -> String {
        guard case .holds = result.verdict, !result.constraints.isEmpty else { return short(result) }
        return "HOLDS within \(result.constraints.joined(separator: ", "))"
    }

    /// `HOLDS`, `USE_AFTER_FREE(ptpages)`, `incomplete`: as EXPECT would have it.
    static func short(_ result: SearchResult) -> String {
        switch result.verdict {
        case .holds: "HOLDS"
        case .violated(let finding): finding.verdictText
        case .incomplete(.hashed): "found nothing"
        case .incomplete: "incomplete"
        }
    }

    /// The answer's first line, without its line feed. `title` is the model with its configuration.
    static func headline(_ result: SearchResult, title: String, within bounds: [String]) -> String {
        switch result.verdict {
        case .holds:
            let within = bounds.isEmpty ? "" : " within \(bounds.joined(separator: ", "))"
            let count = result.warnings.count
            let warnings = count == 0 ? "" : ", with \(Quantities.plural(count, "warning"))"
            return "holds\(within)\(warnings): every interleaving of \(title)"
        case .violated(let finding):
            return "violated: \(finding.verdictText) in \(title)"
        case .incomplete(.hashed(let odds)):
            return "found nothing in \(title), but that is no proof: \(omission(odds))"
        case .incomplete(let cut):
            return "incomplete: \(reason(cut)); no error so far in \(title)"
        }
    }

    /// Why a search ended too early, and which option moves the limit.
    static func reason(_ cut: Cut) -> String {
        switch cut {
        case .states(let count): "the limit of \(Quantities.plural(count, "state")) was reached (--states)"
        case .memory(let bytes): "the memory of \(Quantities.size(bytes)) is used up (--memory)"
        case .depth(let steps): "runs were followed for \(Quantities.plural(steps, "step")) only (--depth)"
        case .time(let seconds): "the time of \(Quantities.duration(seconds)) is over (--time)"
        case .width(let bits):
            "a state has \(Quantities.plural(bits, "bit")), and \(Quantities.grouped(StateLayout.bitsMax)) are the most "
                + "(make arrays or OBJECTS smaller; `lockwalk layout` shows what takes them)"
        case .hashed(let odds): omission(odds)
        case .signal(let number): "interrupted by \(signalName(number))"
        }
    }

    /// How sure a search is that told states apart by hash.
    private static func omission(_ odds: Double) -> String {
        let chance = odds >= 0.5 ? "it is likely that some" : "with odds of at most 1 in \(Quantities.rough(1 / odds)) some"
        return "states were told apart by hash (--store), and \(chance) state was taken for another one and left out"
    }

    static func exitCode(_ result: SearchResult) -> ExitCode {
        switch result.verdict {
        case .holds: .holds
        case .violated(let finding): finding.kind == .modelError ? .usage : .violated
        case .incomplete: .incomplete
        }
    }

    /// What a "holds" is bounded by: constraints that cut runs, and pools whose size the model felt.
    static func bounds(_ result: SearchResult, _ model: Model) -> [String] {
        result.constraints + tightPools(result, model).map { "OBJECTS(\($0.name), \($0.slots.count))" }
    }

    /// The sentences behind those bounds.
    static func boundNotes(_ result: SearchResult, _ model: Model) -> [String] {
        var notes = result.constraints.map { "runs that leave CONSTRAINT(\($0)) were not followed" }
        for (index, pool) in model.pools.enumerated() {
            if flag(result.coverage.exhausted, index) {
                notes.append("some alloc(\(pool.name)) found no free object and returned NULL")
            } else if flag(result.coverage.onlyOneSlot, index) {
                notes.append("some alloc(\(pool.name)) had only one object to give")
            }
        }
        return notes
    }

    private static func tightPools(_ result: SearchResult, _ model: Model) -> [Pool] {
        model.pools.enumerated().filter {
            flag(result.coverage.exhausted, $0.offset) || flag(result.coverage.onlyOneSlot, $0.offset)
        }.map(\.element)
    }

    private static func flag(_ flags: [Bool], _ index: Int) -> Bool { index < flags.count && flags[index] }

    private static func signalName(_ number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        default: "signal \(number)"
        }
    }
}
