import Program
import Search
import Syntax
import Trace

/// Runs the rows of one model.
struct ModelTest {
    let path: String
    let request: SearchRequest
    let console: Console
    /// Called with each row as soon as it is judged.
    let report: (TestOutcome) -> Void

    func run() throws -> ModelOutcome {
        var outcome = ModelOutcome(path: path)
        let loaded: LoadedModel
        do {
            loaded = try LoadedModel(path: path, console: console)
        } catch is LoadedModel.Refused {
            return broken(outcome, "it cannot be read or does not compile")
        }
        let contradictions = RowRules.contradictions(loaded.source.expectations, configs: loaded.source.configs)
        if !contradictions.isEmpty {
            for (first, second, variant) in contradictions { tell(first, second, variant, loaded) }
            return broken(outcome, "its EXPECT rows contradict each other")
        }
        var verdicts: [Question: Answer] = [:]
        for row in loaded.source.expectations {
            for variant in row.variants {
                if Engine.signalReceived != nil { return outcome }
                do {
                    let tested = try judge(row, variant, loaded, &verdicts)
                    outcome.rows.append(tested)
                    report(tested)
                } catch is LoadedModel.Refused {
                    return broken(outcome, "a variant of it does not compile: \(describe(variant, loaded))")
                }
            }
        }
        // Rows that cannot be judged, or none at all: the model must compile all the same.
        if verdicts.isEmpty {
            do {
                _ = try loaded.lower([:], console: console, tellsWarnings: false)
            } catch is LoadedModel.Refused {
                return broken(outcome, "it does not compile")
            }
        }
        return outcome
    }

    private struct Answer {
        var result: SearchResult
        var model: Model
        /// In the words of the table.
        var found: String
        var seconds: Double
    }

    private func ask(_ variant: [String: Int64], _ wanted: SearchRequest, _ loaded: LoadedModel) throws -> Answer {
        let model = try loaded.lower(variant, console: console, tellsWarnings: false)
        let start = Clock.now()
        let result = try Engine.search(model, wanted, console)
        var found = VerdictWording.found(result)
        if case .violated(let finding) = result.verdict, finding.kind == .modelError {
            found = ModelFaultReport(model: model, finding: finding).line
        }
        return Answer(result: result, model: model, found: found, seconds: Clock.now() - start)
    }

    /// Rows that ask the same search share it.
    private struct Question: Hashable {
        var configuration: [String: Int64]
        var asErrors: Set<FailureKind>
    }

    private func judge(
        _ row: Expectation, _ variant: [String: Int64], _ loaded: LoadedModel,
        _ verdicts: inout [Question: Answer]
    ) throws -> TestOutcome {
        func outcome(_ status: TestOutcome.Status, _ seconds: Double) -> TestOutcome {
            TestOutcome(
                place: place(row, loaded), row: row.text, variant: describe(variant, loaded), status: status,
                seconds: seconds, command: command(row, variant, loaded))
        }
        if let reason = RowRules.reasonToSkip(row) { return outcome(.skipped(reason: reason), 0) }
        var wanted = request
        wanted.asErrors.formUnion(RowRules.asErrors(row))
        let defaults = Dictionary(uniqueKeysWithValues: loaded.source.configs.map { ($0.name, $0.defaultValue) })
        let question = Question(configuration: defaults.merging(variant) { $1 }, asErrors: wanted.asErrors)
        let answer = try verdicts[question] ?? ask(variant, wanted, loaded)
        verdicts[question] = answer
        let (result, found, seconds) = (answer.result, answer.found, answer.seconds)
        if RowRules.accepts(row, result) { return outcome(.passed(found: found), seconds) }
        var reason = "found \(found), wanted \(RowRules.wanted(row))"
        if case .incomplete(let cut) = result.verdict { reason = "incomplete: \(VerdictWording.reason(cut))" }
        var failed = outcome(.failed(reason: reason), seconds)
        failed.example = try example(answer, wanted)
        return failed
    }

    /// What was found instead, executed again; nothing where a fault of the model's text says it all.
    private func example(_ answer: Answer, _ request: SearchRequest) throws -> Counterexample? {
        guard case .violated(let finding) = answer.result.verdict, finding.kind != .modelError else { return nil }
        return try Engine.counterexample(finding, of: answer.result, answer.model, request)
    }

    private func broken(_ outcome: ModelOutcome, _ trouble: String) -> ModelOutcome {
        var outcome = outcome
        outcome.isBroken = true
        outcome.trouble = trouble
        return outcome
    }

    private func tell(_ first: Expectation, _ second: Expectation, _ variant: [String: Int64], _ loaded: LoadedModel) {
        let values = describe(variant, loaded)
        console.complain("\(place(first, loaded)): \(first.text) contradicts")
        console.errors.line(
            "          \(place(second, loaded)): \(second.text)" + (values.isEmpty ? "" : " for \(values)"))
        console.errors.flush()
    }

    private func place(_ row: Expectation, _ loaded: LoadedModel) -> String {
        loaded.texts.place(of: row.range).map { "\($0.file):\($0.line)" } ?? path
    }

    /// In the order of the text, with the names of enumerators.
    private func describe(_ variant: [String: Int64], _ loaded: LoadedModel) -> String {
        loaded.source.configs.compactMap { config in
            variant[config.name].map { "\(config.name)=\(config.text(of: $0))" }
        }.joined(separator: " ")
    }

    private func command(_ row: Expectation, _ variant: [String: Int64], _ loaded: LoadedModel) -> String {
        var words = ["lockwalk check"]
        words += describe(variant, loaded).split(separator: " ").map { "-D\($0)" }
        words += RowRules.asErrors(row).sorted().map { "--error \($0.optionName)" }
        return (words + [path]).joined(separator: " ")
    }
}
