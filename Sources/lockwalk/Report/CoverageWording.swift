import Program
import Search
import Syntax
import Trace

/// What no run reached, for the report: often the first sign that a model does not say what was meant.
struct CoverageWording {
    enum Kind {
        case neverReached
        case neverTrue
        case neverFalse
        /// A lock operation without contention.
        case neverWaited
        /// A part of an INVARIANT that was never judged, as its premise was never met.
        case vacuous
    }

    struct Entry {
        var kind: Kind
        var range: SourceRange
        var text: String
    }

    let model: Model
    let coverage: CoverageReport
    var premises: Premises?
    /// Whether somebody waits somewhere is not seen where interleavings were left out.
    var knowsWaits = true

    /// In the order of the text. A place that was inlined several times counts as reached if one copy was.
    func entries() -> [Entry] {
        let steps = unreachedSteps()
        // Of a case label and the steps behind it one is enough.
        let places = unreached().filter { place in
            place.kind != .neverReached || !steps.contains { place.range.union($0.range) == place.range }
        }
        return (places + steps + (knowsWaits ? uncontended() : []) + vacuous()).sorted {
            ($0.range.file, $0.range.start, $0.range.end, $0.text) < ($1.range.file, $1.range.start, $1.range.end, $1.text)
        }
    }

    func lines() -> [String] {
        entries().map { entry in
            let what =
                switch entry.kind {
                case .neverReached: "never reached"
                case .neverTrue: "never true"
                case .neverFalse: "never false"
                case .neverWaited: "never had to wait"
                case .vacuous: "never judged"
                }
            return "\(place(entry.range))\(what): \(entry.text)"
        }
    }

    func json() -> JSONValue {
        let entries = entries()
        func list(_ wanted: Kind) -> JSONValue {
            .array(
                entries.filter { $0.kind == wanted }.map { entry in
                    let place = model.texts.place(of: entry.range)
                    return .object([
                        .init("file", JSONValue(place?.file)), .init("line", JSONValue(place?.line)),
                        .init("text", .string(entry.text)),
                    ])
                })
        }
        return .object([
            .init("never_reached", list(.neverReached)), .init("never_true", list(.neverTrue)),
            .init("never_false", list(.neverFalse)), .init("never_waited", list(.neverWaited)),
            .init("vacuous", list(.vacuous)),
        ])
    }

    // MARK: What there is

    private struct Key: Hashable {
        var range: SourceRange
        var branch: Bool?
    }

    private func unreached() -> [Entry] {
        var reached: [Key: Bool] = [:]
        var order: [Key] = []
        for (index, item) in model.coverage.enumerated() where item.range.file >= 0 {
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
            guard let branch = key.branch else {
                return Entry(kind: .neverReached, range: key.range, text: text(key.range))
            }
            // A condition that was never evaluated is told by its statement.
            guard reached[Key(range: key.range, branch: !branch)] == true else { return nil }
            return Entry(kind: branch ? .neverTrue : .neverFalse, range: key.range, text: text(key.range))
        }
    }

    /// Steps that no thread came to; of several in a row the first, with the lines that they stand on.
    private func unreachedSteps() -> [Entry] {
        var reached: [SourceRange: Bool] = [:]
        var texts: [SourceRange: String] = [:]
        for (number, threadClass) in model.classes.enumerated() where number < coverage.stepTaken.count {
            for (index, step) in threadClass.code.steps.enumerated() where step.range.file >= 0 {
                guard index < coverage.stepTaken[number].count else { continue }
                let isReached = coverage.stepTaken[number][index] || coverage.stepWaited[number][index]
                reached[step.range] = reached[step.range, default: false] || isReached
                texts[step.range] = step.text
            }
        }
        var entries: [Entry] = []
        var isOpen = false
        // Of places that begin together the shortest comes first, or the answer would differ from run to run.
        let places = reached.sorted {
            ($0.key.file, $0.key.start, $0.key.end) < ($1.key.file, $1.key.start, $1.key.end)
        }
        for (range, isReached) in places {
            defer { isOpen = !isReached }
            if isReached { continue }
            if isOpen, entries[entries.count - 1].range.file == range.file {
                entries[entries.count - 1].range.end = max(entries[entries.count - 1].range.end, range.end)
            } else {
                entries.append(Entry(kind: .neverReached, range: range, text: texts[range] ?? ""))
            }
        }
        return entries.map { entry in
            var entry = entry
            var end = entry.range
            end.start = max(end.start, end.end - 1)
            if let first = model.texts.place(of: entry.range)?.line, let last = model.texts.place(of: end)?.line,
                last > first
            {
                entry.text = "lines \(first) to \(last), \(StepText.shortened(entry.text)) first"
            } else {
                entry.text = StepText.shortened(entry.text)
            }
            return entry
        }
    }

    /// Lock operations that were taken and never had to wait, whichever copy or instance took them.
    private func uncontended() -> [Entry] {
        var waited: [SourceRange: Bool] = [:]
        var texts: [SourceRange: String] = [:]
        for (number, threadClass) in model.classes.enumerated() where number < coverage.stepTaken.count {
            for (index, step) in threadClass.code.steps.enumerated() where step.kind == .lock {
                guard index < coverage.stepTaken[number].count, coverage.stepTaken[number][index] else { continue }
                waited[step.range] = waited[step.range, default: false] || coverage.stepWaited[number][index]
                texts[step.range] = step.text
            }
        }
        return waited.filter { !$0.value }.map {
            Entry(kind: .neverWaited, range: $0.key, text: texts[$0.key] ?? "")
        }
    }

    private func vacuous() -> [Entry] {
        (premises?.unmet(coverage) ?? []).map { premise in
            let property = model.properties[premise.property]
            return Entry(
                kind: .vacuous, range: premise.range,
                text: "\(property.kind.rawValue)(\(property.name)), as this is never \(premise.isTrue): "
                    + text(premise.range))
        }
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
