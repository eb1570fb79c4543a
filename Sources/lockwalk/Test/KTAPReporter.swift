/// KTAP version 1, as the kernel's own tests write it: a test per model, a subtest per row and variant.
///
/// A model's plan has to stand before its first row, so its rows are held back until it has ended.
final class KTAPReporter: TestReporter {
    private let out: Output
    private var number = 0

    init(out: Output) {
        self.out = out
    }

    func begin(models: [String]) {
        out.line("KTAP version 1")
        out.line("1..\(models.count)")
        out.flush()
    }

    func row(_ outcome: TestOutcome) {}

    func endModel(_ outcome: ModelOutcome) {
        number += 1
        if outcome.isBroken || outcome.rows.isEmpty {
            let isSkip = !outcome.isBroken
            if outcome.isBroken { out.line("# \(clean(outcome.path)): \(clean(outcome.trouble))") }
            out.line("\(isSkip ? "ok" : "not ok") \(number) \(clean(outcome.path))\(isSkip ? " # SKIP no EXPECT" : "")")
            out.flush()
            return
        }
        out.line("  KTAP version 1")
        out.line("  # Subtest: \(clean(outcome.path))")
        out.line("  1..\(outcome.rows.count)")
        for (index, row) in outcome.rows.enumerated() { write(row, index + 1) }
        let isFailed = outcome.rows.contains { $0.isFailure }
        let isSkipped = outcome.rows.allSatisfy { if case .skipped = $0.status { true } else { false } }
        let directive = isSkipped ? " # SKIP no row of it can be judged yet" : ""
        out.line("\(isFailed ? "not ok" : "ok") \(number) \(clean(outcome.path))\(directive)")
        out.flush()
    }

    private func write(_ row: TestOutcome, _ index: Int) {
        let name = clean(row.row) + (row.variant.isEmpty ? "" : " [\(clean(row.variant))]")
        switch row.status {
        case .passed: out.line("  ok \(index) \(name)")
        case .failed(let reason):
            out.line("  # \(clean(row.place)): \(clean(reason))")
            out.line("  # \(clean(row.command))")
            for line in row.traceLines { out.line(line.isEmpty ? "  #" : "  # \(line)") }
            out.line("  not ok \(index) \(name)")
        case .skipped(let reason): out.line("  ok \(index) \(name) # SKIP \(clean(reason))")
        }
    }

    func end(_ summary: TestSummary) {
        if summary.isInterrupted { out.line("Bail out! interrupted") }
        out.line("# Totals: pass:\(summary.passed) fail:\(summary.failed + summary.broken) skip:\(summary.skipped)")
    }

    /// A '#' begins a directive and a line feed ends the line: neither may stand in a name.
    private func clean(_ text: String) -> String {
        String(text.map { $0 == "#" || $0.isNewline ? " " : $0 })
    }
}
