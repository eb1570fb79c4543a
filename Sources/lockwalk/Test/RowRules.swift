import Program
import Search

/// What EXPECT means: which rows can be judged, when one passes, and when two contradict each other.
enum RowRules {
    /// Why a row cannot be judged by this version; nil if it can.
    static func reasonToSkip(_ row: Expectation) -> String? {
        if let fairness = row.fairness { return "\(fairness): liveness is not judged yet" }
        if let memory = row.memory, memory != "SC" { return "\(memory): this memory model is not supported yet" }
        return nil
    }

    /// The warnings that the row names, which makes them errors in it, and the checks on request.
    static func asErrors(_ row: Expectation) -> Set<FailureKind> {
        Set(row.accepted.compactMap { FailureKind(word: $0.word) }.filter { $0.isWarning || $0.isOnRequest })
    }

    static func accepts(_ row: Expectation, _ result: SearchResult) -> Bool {
        switch result.verdict {
        case .holds: row.accepted.contains { $0.word == "HOLDS" }
        case .violated(let finding):
            row.accepted.contains { verdict in
                verdict.word == finding.kind.word && (verdict.name.map(finding.names.contains) ?? true)
            }
        case .incomplete: false
        }
    }

    /// `HOLDS or DEADLOCK`.
    static func wanted(_ row: Expectation) -> String {
        row.accepted.map { verdict in verdict.name.map { "\(verdict.word)(\($0))" } ?? verdict.word }
            .joined(separator: " or ")
    }

    /// Pairs of rows that no checker could satisfy: the same variant judged in the same way, with no verdict in common.
    /// Rows with different qualifiers, or which make different warnings errors, are judged differently.
    static func contradictions(_ rows: [Expectation], configs: [ConfigInfo]) -> [(Expectation, Expectation, [String: Int64])] {
        let defaults = Dictionary(uniqueKeysWithValues: configs.map { ($0.name, $0.defaultValue) })
        let variants = rows.map { row in Set(row.variants.map { defaults.merging($0) { $1 } }) }
        var found: [(Expectation, Expectation, [String: Int64])] = []
        for (index, first) in rows.enumerated() {
            for (other, second) in rows.enumerated().dropFirst(index + 1)
            where first.fairness == second.fairness && first.memory == second.memory
                && asErrors(first) == asErrors(second) && isDisjoint(first, second)
            {
                guard let common = rows[index].variants.map({ defaults.merging($0) { $1 } })
                    .first(where: { variants[other].contains($0) })
                else { continue }
                found.append((first, second, common))
            }
        }
        return found
    }

    private static func isDisjoint(_ first: Expectation, _ second: Expectation) -> Bool {
        !first.accepted.contains { a in
            second.accepted.contains { b in
                a.word == b.word && (a.name == nil || b.name == nil || a.name == b.name)
            }
        }
    }
}
