import Trace

/// All rows as one JSON document, with the runs of those that failed. Its grammar is in `JSONGrammar`.
final class JSONReporter: TestReporter {
    private let out: Output
    private var models: [JSONValue] = []

    init(out: Output) {
        self.out = out
    }

    func begin(models: [String]) {}
    func row(_ outcome: TestOutcome) {}

    func endModel(_ outcome: ModelOutcome) {
        models.append(
            .object([
                .init("model", .string(outcome.path)),
                .init("trouble", outcome.isBroken ? .string(outcome.trouble) : .null),
                .init("rows", .array(outcome.rows.map(json))),
            ]))
    }

    private func json(_ row: TestOutcome) -> JSONValue {
        let (status, text) =
            switch row.status {
            case .passed(let found): ("passed", found)
            case .failed(let reason): ("failed", reason)
            case .skipped(let reason): ("skipped", reason)
            }
        return .object([
            .init("place", .string(row.place)), .init("row", .string(row.row)), .init("variant", .string(row.variant)),
            .init("status", .string(status)), .init("reason", .string(text)),
            .init("seconds", .fraction((row.seconds * 1e6).rounded() / 1e6)), .init("command", .string(row.command)),
            .init("finding", row.example?.findingJSON() ?? .null),
        ])
    }

    func end(_ summary: TestSummary) {
        let document = JSONValue.object([
            .init("format", .string("lockwalk-test")), .init("version", .number(TraceFormat.version)),
            .init("lockwalk", .string(version)),
            .init("passed", .number(summary.passed)), .init("failed", .number(summary.failed)),
            .init("skipped", .number(summary.skipped)), .init("broken", .number(summary.broken)),
            .init("is_interrupted", .bool(summary.isInterrupted)),
            .init("models", .array(models)),
        ])
        out.write(document.formatted())
    }
}
