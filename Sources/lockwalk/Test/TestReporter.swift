/// Tells a test run while it goes on.
protocol TestReporter: AnyObject {
    func begin(models: [String])
    func row(_ outcome: TestOutcome)
    func endModel(_ outcome: ModelOutcome)
    func end(_ summary: TestSummary)
}

/// One line a row, with its place first so that editors can jump to it.
final class TextReporter: TestReporter {
    private let out: Output

    init(out: Output) {
        self.out = out
    }

    func begin(models: [String]) {}

    func row(_ outcome: TestOutcome) {
        let variant = outcome.variant.isEmpty ? "" : " [\(outcome.variant)]"
        switch outcome.status {
        case .passed(let found):
            out.line(
                "ok    \(outcome.place): \(outcome.row)\(variant): \(found), \(Quantities.duration(outcome.seconds))")
        case .failed(let reason):
            out.line(
                "FAIL  \(outcome.place): \(outcome.row)\(variant): \(reason), \(Quantities.duration(outcome.seconds))")
            out.line("      \(outcome.command)")
            for line in outcome.traceLines { out.line(line.isEmpty ? "" : "      \(line)") }
        case .skipped(let reason):
            out.line("skip  \(outcome.place): \(outcome.row)\(variant): \(reason)")
        }
        out.flush()
    }

    func endModel(_ outcome: ModelOutcome) {
        if outcome.isBroken { out.line("FAIL  \(outcome.path): \(outcome.trouble)") }
        if outcome.hasNoRows { out.line("none  \(outcome.path): it has no EXPECT") }
        out.flush()
    }

    func end(_ summary: TestSummary) {
        var line =
            "\(Quantities.plural(summary.passed, "row")) passed, \(Quantities.grouped(summary.failed)) failed, "
            + "\(Quantities.grouped(summary.skipped)) skipped, in \(Quantities.plural(summary.models, "model"))"
        if !summary.withoutRows.isEmpty { line += "; \(Quantities.grouped(summary.withoutRows.count)) without EXPECT" }
        if summary.broken > 0 { line += "; \(Quantities.grouped(summary.broken)) that cannot be tested" }
        out.line(line + "; \(Quantities.duration(summary.seconds))")
        if summary.isInterrupted { out.line("interrupted: the rest was not run") }
    }
}
