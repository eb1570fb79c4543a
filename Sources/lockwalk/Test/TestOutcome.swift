import Program
import Search
import Trace

/// One EXPECT row of one variant, and what came of it.
struct TestOutcome {
    enum Status {
        case passed(found: String)
        /// `reason` says what was found instead of what the row accepts.
        case failed(reason: String)
        /// Never counted as passed.
        case skipped(reason: String)
    }

    /// `models/seed0.c:62`.
    var place: String
    /// The row as the text has it.
    var row: String
    /// `rule=RECHECK depth=2`: those CONFIGs that the row names.
    var variant: String
    var status: Status
    var seconds: Double
    /// The command that shows the run.
    var command: String
    /// Of a failed row: what was found instead, with its run.
    var example: Counterexample?

    /// Line of the row in its file.
    var line: Int? { place.lastIndex(of: ":").flatMap { Int(place[place.index(after: $0)...]) } }

    /// The run that was found, in lines; empty where there is none.
    var traceLines: [Substring] {
        guard let example else { return [] }
        return TextRendering(example).text().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    var isFailure: Bool {
        if case .failed = status { true } else { false }
    }
}

/// All rows of one model.
struct ModelOutcome {
    var path: String
    var rows: [TestOutcome] = []
    /// It could not be read, does not compile, or contradicts itself.
    var isBroken = false
    /// What the reports say of a broken model.
    var trouble = ""

    var hasNoRows: Bool { rows.isEmpty && !isBroken }
}

/// The sums of a test run.
struct TestSummary {
    var passed = 0
    var failed = 0
    var skipped = 0
    var broken = 0
    var models = 0
    var withoutRows: [String] = []
    var seconds = 0.0
    var isInterrupted = false

    mutating func add(_ model: ModelOutcome) {
        models += 1
        if model.isBroken { broken += 1 }
        if model.hasNoRows { withoutRows.append(model.path) }
        for row in model.rows {
            switch row.status {
            case .passed: passed += 1
            case .failed: failed += 1
            case .skipped: skipped += 1
            }
        }
    }

    var exitCode: ExitCode {
        if isInterrupted { return .incomplete }
        if broken > 0 { return .usage }
        return failed > 0 ? .violated : .holds
    }
}
