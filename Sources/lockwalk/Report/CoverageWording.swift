import Program
import Search
import Syntax

/// What no run reached, as lines for the report: often the first sign that a model does not say what was meant.
struct CoverageWording {
    let model: Model
    let coverage: CoverageReport

    /// In the order of the text. A place that was inlined several times counts as reached if one copy was.
    func lines() -> [String] {
        (unreached() + uncontended()).sorted { ($0.range.file, $0.range.start) < ($1.range.file, $1.range.start) }
            .map { "\(place($0.range))\($0.text)" }
    }

    private func unreached() -> [(range: SourceRange, text: String)] {
        struct Key: Hashable {
            var range: SourceRange
            var branch: Bool?
        }
        var reached: [Key: Bool] = [:]
        var order: [Key] = []
        for (index, item) in model.coverage.enumerated() {
            let key: Key
            switch item.kind {
            case .statement: key = Key(range: item.range)
            case .branch(let isTrue): key = Key(range: item.range, branch: isTrue)
            }
            let isReached = index < coverage.reached.count && coverage.reached[index]
            if reached[key] == nil { order.append(key) }
            reached[key] = reached[key, default: false] || isReached
        }
        return order.compactMap { key in
            guard reached[key] == false else { return nil }
            guard let branch = key.branch else { return (key.range, "never reached: \(text(key.range))") }
            // A condition that was never evaluated is told by its statement.
            guard reached[Key(range: key.range, branch: !branch)] == true else { return nil }
            return (key.range, "never \(branch ? "true" : "false"): \(text(key.range))")
        }
    }

    /// Lock operations that were taken and never had to wait, whichever copy or instance took them.
    private func uncontended() -> [(range: SourceRange, text: String)] {
        var waited: [SourceRange: Bool] = [:]
        var texts: [SourceRange: String] = [:]
        for (number, threadClass) in model.classes.enumerated() where number < coverage.stepTaken.count {
            for (index, step) in threadClass.code.steps.enumerated() where step.kind == .lock {
                guard index < coverage.stepTaken[number].count, coverage.stepTaken[number][index] else { continue }
                waited[step.range] = waited[step.range, default: false] || coverage.stepWaited[number][index]
                texts[step.range] = step.text
            }
        }
        return waited.filter { !$0.value }.map { ($0.key, "never had to wait: \(texts[$0.key] ?? "")") }
    }

    private func place(_ range: SourceRange) -> String {
        model.texts.place(of: range).map { "\($0.file):\($0.line): " } ?? ""
    }

    /// The first line of the place's text, not too long.
    private func text(_ range: SourceRange) -> String {
        let whole = model.texts.text(of: range)
        let line = whole.prefix { $0 != "\n" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 48 ? line.prefix(45) + "..." : line
    }
}
