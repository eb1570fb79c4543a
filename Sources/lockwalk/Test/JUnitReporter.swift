/// The XML that CI servers read, as JUnit's Ant task began it: a suite for each model, a case for each row and variant.
///
/// The sums stand in the first line, so all is held back until the end.
final class JUnitReporter: TestReporter {
    private let out: Output
    private var models: [ModelOutcome] = []

    init(out: Output) {
        self.out = out
    }

    func begin(models: [String]) {}
    func row(_ outcome: TestOutcome) {}
    func endModel(_ outcome: ModelOutcome) { models.append(outcome) }

    func end(_ summary: TestSummary) {
        out.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        let tests = summary.passed + summary.failed + summary.skipped + summary.broken
        out.line(
            "<testsuites name=\"lockwalk\" tests=\"\(tests)\" failures=\"\(summary.failed)\" "
                + "errors=\"\(summary.broken)\" skipped=\"\(summary.skipped)\" time=\"\(seconds(summary.seconds))\">")
        for model in models { write(model) }
        out.line("</testsuites>")
    }

    private func write(_ model: ModelOutcome) {
        let failures = model.rows.count { $0.isFailure }
        let skipped = model.rows.count { if case .skipped = $0.status { true } else { false } }
        let time = model.rows.reduce(0) { $0 + $1.seconds }
        out.line(
            "  <testsuite name=\"\(escaped(model.path))\" tests=\"\(model.rows.count + (model.isBroken ? 1 : 0))\" "
                + "failures=\"\(failures)\" errors=\"\(model.isBroken ? 1 : 0)\" skipped=\"\(skipped)\" "
                + "time=\"\(seconds(time))\">")
        for row in model.rows { write(row, model.path) }
        if model.isBroken {
            out.line("    <testcase name=\"the model\" classname=\"\(escaped(model.path))\" time=\"0\">")
            out.line("      <error message=\"\(escaped(model.trouble))\"/>")
            out.line("    </testcase>")
        }
        out.line("  </testsuite>")
    }

    private func write(_ row: TestOutcome, _ path: String) {
        let name = row.row + (row.variant.isEmpty ? "" : " [\(row.variant)]")
        let line = row.line.map { " line=\"\($0)\"" } ?? ""
        let head =
            "    <testcase name=\"\(escaped(name))\" classname=\"\(escaped(path))\" file=\"\(escaped(path))\"\(line) "
            + "time=\"\(seconds(row.seconds))\""
        switch row.status {
        case .passed:
            out.line(head + "/>")
            return
        case .failed(let reason):
            out.line(head + ">")
            let text = ([row.place + ": " + reason, row.command, ""] + row.traceLines.map(String.init)).joined(
                separator: "\n")
            out.line("      <failure message=\"\(escaped(reason))\">\(escaped(text))</failure>")
        case .skipped(let reason):
            out.line(head + ">")
            out.line("      <skipped message=\"\(escaped(reason))\"/>")
        }
        out.line("    </testcase>")
    }

    private func seconds(_ value: Double) -> String { Quantities.fixed(value, 3) }

    /// XML 1.0 has no way to write most control characters at all.
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
