import Execution
import Program
import Search
import Trace

/// The answer of `lockwalk check` on standard output: the verdict first, in words; then what shows it; then the numbers
/// and what the verdict does not cover.
struct CheckReport {
    /// Shorter lists are read.
    static let coverageLinesMax = 12
    /// Of more warnings only the places are told.
    static let warningsMax = 3

    let name: String
    let model: Model
    let result: SearchResult
    /// Of the violation, then of the first warnings, in their order; already executed again.
    let violation: Counterexample?
    let warnings: [Counterexample]
    /// Checks that were off: the verdict says nothing of them.
    var checksOff: [FailureKind] = []
    var premises: Premises?
    var isQuiet = false
    var showsAllCoverage = false
    var showsLines = false
    var colors = TextColors.none

    func text() -> String {
        let (title, configuration) = titleAndConfiguration()
        let bounds = isHolding ? VerdictWording.bounds(result, model) : []
        var text = headline(title, bounds) + "\n"
        if isQuiet { return text }
        if let violation { text += "\n" + TextRendering(violation, colors: colors).text() }
        let told = Self.text(of: result.warnings, warnings, model, colors)
        if !told.isEmpty { text += "\n" + told.dropLast() }
        text += "\n" + numbers().map { $0 + "\n" }.joined()
        if let configuration { text += TextWrapping.hanging(configuration, width: 80) }
        return text + limitsOfTheAnswer().map { $0 + "\n" }.joined() + coverage()
    }

    /// Its first words are the verdict.
    private func headline(_ title: String, _ bounds: [String]) -> String {
        let line = VerdictWording.headline(result, title: title, within: bounds)
        let style: TextColors.Style =
            switch result.verdict {
            case .holds: .good
            case .violated: .bad
            case .incomplete: .warning
            }
        let word = line.prefix { $0 != ":" }
        return colors.paint(String(word), style) + line.dropFirst(word.count)
    }

    /// Warnings, the first of them with their runs; an empty line behind each. Empty if there are none.
    static func text(
        of findings: [Finding], _ examples: [Counterexample], _ model: Model, _ colors: TextColors
    ) -> String {
        var text = ""
        for (finding, example) in zip(findings, examples) {
            text +=
                colors.paint("warning: \(finding.verdictText)", .warning)
                + (finding.kind == .dataRace ? " (under sequential consistency)" : "") + "\n\n"
            text += TextRendering(example, colors: colors).text() + "\n"
        }
        let rest = findings.dropFirst(examples.count)
        if rest.isEmpty || examples.isEmpty { return text }
        let lines = rest.map { finding -> String in
            let places = finding.accesses.compactMap { access -> String? in
                let code = model.classes[model.threads[Int(access.thread)].threadClass].code
                let range = code.instructions[Int(access.instruction)].range
                return model.texts.place(of: range).map { "\($0.file):\($0.line)" }
            }
            let isOne = Set(places).count == 1
            let told = places.isEmpty ? finding.message : (isOne ? places[0] : places.joined(separator: " and "))
            return TextWrapping.paragraph("\(finding.verdictText): \(told)", width: 76).map { "  \($0)\n" }.joined()
        }
        return text + "and \(Quantities.plural(rest.count, "more warning")):\n" + lines.joined() + "\n"
    }

    private var isHolding: Bool {
        if case .holds = result.verdict { true } else { false }
    }

    /// The configuration stands behind the model's name if the line stays readable, else on a line of its own.
    private func titleAndConfiguration() -> (String, String?) {
        let values = model.configuration.map { "\($0.name)=\($0.value)" }
        if values.isEmpty { return (name, nil) }
        let title = "\(name) (\(values.joined(separator: ", ")))"
        if title.count <= 60 { return (title, nil) }
        return (name, "configuration: " + values.joined(separator: " "))
    }

    private func numbers() -> [String] {
        let statistics = result.statistics
        var line =
            "\(Quantities.plural(statistics.states, "state")), "
            + "\(Quantities.plural(statistics.transitions, "transition")), "
        // Where one thread goes on alone, a level takes more than one step.
        line +=
            statistics.reduction.leftSomethingOut
            ? Quantities.plural(statistics.depth, "level") : "depth \(Quantities.grouped(statistics.depth))"
        line += "; \(Quantities.duration(statistics.seconds))"
        var size = "\(Quantities.plural(statistics.stateBits, "bit")) a state"
        // A table has a least size; divided by a handful of states it says nothing.
        if statistics.states >= 1000, statistics.bytesPerState > 0 {
            size += ", \(Quantities.fixed(statistics.bytesPerState, 1)) bytes stored"
        }
        var lines = [line, size]
        let saved = statistics.reduction
        if saved.leftSomethingOut {
            lines += TextWrapping.paragraph(
                "partial order: one thread alone in \(Quantities.grouped(saved.statesPicked)) of "
                    + "\(Quantities.plural(saved.statesExpanded, "state")); "
                    + "\(Quantities.plural(saved.statesPassed, "state")) gone through without being stored; "
                    + "about \(Quantities.rough(saved.savings.stepsOfOthers)) successors saved", width: 80)
        }
        if let symmetry = statistics.symmetry {
            let names = symmetry.domains.map { "\($0.name) (\($0.elements.count))" }.joined(separator: ", ")
            let order = symmetry.order.map { "up to \(Quantities.grouped($0))" } ?? "very many"
            lines += TextWrapping.paragraph(
                "symmetry: \(names) are interchangeable; a state stands for \(order) that differ in nothing else; "
                    + "at least about \(Quantities.rough(saved.savings.statesAlike)) states and "
                    + "\(Quantities.rough(saved.savings.successorsAlike)) successors saved", width: 80)
        }
        return lines
    }

    private func limitsOfTheAnswer() -> [String] {
        var lines = ["explored under sequential consistency"]
        if isHolding { lines += VerdictWording.boundNotes(result, model) }
        if isHolding, result.statistics.transitions == 0 { lines.append("no thread ever takes a step") }
        if result.statistics.reduction.leftSomethingOut {
            lines.append("locks that never had to wait are not told (--reduction none tells)")
        }
        if !checksOff.isEmpty {
            lines.append("not looked for: " + checksOff.map(\.word).joined(separator: ", "))
        }
        if !model.notJudged.isEmpty { lines.append("not judged yet: " + model.notJudged.joined(separator: ", ")) }
        return lines
    }

    /// After a violation the search has not been everywhere: what it did not reach says nothing.
    private func coverage() -> String {
        let lineCoverage = showsLines ? LineCoverage(model: model, coverage: result.coverage).text() : ""
        if case .violated(let finding) = result.verdict, finding.kind != .unreached { return lineCoverage }
        // Of a search that was cut nothing is said to be vacuous.
        let wording = CoverageWording(
            model: model, coverage: result.coverage, premises: isHolding ? premises : nil,
            knowsWaits: !result.statistics.reduction.leftSomethingOut)
        let lines = wording.lines()
        if lines.isEmpty { return lineCoverage }
        let shown = showsAllCoverage ? lines.count : min(lines.count, Self.coverageLinesMax)
        var soFar = ""
        if case .incomplete = result.verdict { soFar = " so far" }
        var text = "not reached\(soFar):\n" + lines.prefix(shown).map { "  \($0)\n" }.joined()
        if shown < lines.count {
            text += "  and \(Quantities.grouped(lines.count - shown)) more (--coverage shows them)\n"
        }
        return text + lineCoverage
    }
}
