/// What is written for one step in its column, before it is wrapped.
struct StepLines {
    struct Line {
        var text: String
        var indent: Int
        /// A caret line goes under this one if its step fails.
        var isText = false
        /// It stands behind the line before it if there is room.
        var isRemark = false
        /// It is left out if there is none: the margin says it too.
        var isOptional = false
    }

    var lines: [Line] = []

    /// `previousFunction` is that of the thread's step before this one: a change of function is worth a line.
    init(_ step: Counterexample.Step, previous: Counterexample.Step?) {
        let entersFunction = step.depth > 0 && (previous == nil || previous?.function != step.function)
        if entersFunction { lines.append(Line(text: "\(step.function)():", indent: 0)) }
        let indent = step.depth > 0 ? 2 : 0
        lines.append(Line(text: step.text, indent: indent, isText: true))
        let released = Set(step.effects.compactMap { if case .released(let lock) = $0 { "[\(lock)]" } else { nil } })
        for remark in StepLines.remarks(step) {
            lines.append(
                Line(text: remark, indent: indent, isRemark: true, isOptional: released.contains(remark)))
        }
    }

    /// The value, and those effects that the text does not say by itself.
    static func remarks(_ step: Counterexample.Step) -> [String] {
        var remarks: [String] = []
        if let result = step.result { remarks.append("-> \(result)") }
        var step = step
        step.effects = finalEffects(step.effects)
        let whole = wholeStruct(step)
        if let whole { remarks.append(whole) }
        for effect in step.effects {
            switch effect {
            case .allocated(let object):
                if step.result == nil { remarks.append("[allocates \(object)]") }
            case .freed(let object): remarks.append("[frees \(object)]")
            case .gone(let object): remarks.append("[\(object) is gone]")
            case .queued(let callback): remarks.append("[queues \(callback)]")
            case .beganToWait(let lock): remarks.append("[waits for \(lock)]")
            case .fellAsleep: remarks.append("[sleeps]")
            case .beganToSpin: remarks.append("[spins]")
            case .switched(let thread): remarks.append("[switch from \(thread)]")
            case .interrupted(let thread): remarks.append("[interrupts \(thread)]")
            case .gracePeriodEnded:
                if !step.text.contains("grace period"), !step.text.contains("answered") { remarks.append("[grace period ended]") }
            case .acquired(let lock), .released(let lock):
                if !StepText.mentions(step.text, lock), !remarks.contains("[\(lock)]") { remarks.append("[\(lock)]") }
            case .wrote(let place, let value):
                if whole == nil, let remark = written(place, value, by: step.text) { remarks.append(remark) }
            }
        }
        return remarks
    }

    /// Of several writes to one place by one step, which only an ATOMIC can do, the last one.
    private static func finalEffects(_ effects: [Counterexample.Effect]) -> [Counterexample.Effect] {
        effects.enumerated().filter { index, effect in
            guard case .wrote(let place, _) = effect else { return true }
            return !effects[(index + 1)...].contains { if case .wrote(place, _) = $0 { true } else { false } }
        }.map(\.element)
    }

    /// `[.table = NULL, .huge = true]` where one step wrote a struct that the text names.
    private static func wholeStruct(_ step: Counterexample.Step) -> String? {
        let values = step.effects.compactMap { effect -> (place: String, value: String)? in
            if case .wrote(let place, let value) = effect { (place, value) } else { nil }
        }
        guard let parent = StructValue.parent(values.map(\.place)), StepText.mentions(step.text, parent) else {
            return nil
        }
        return StructValue.text(values).map { "[\($0)]" }
    }

    /// `[= ptpages[1]]` where the text names the place, `[ptpages[0].mapped = 1]` where it does not, nothing where it
    /// says the value too.
    private static func written(_ place: String, _ value: String, by text: String) -> String? {
        guard StepText.mentions(text, place), !text.hasPrefix("ATOMIC") else { return "[\(place) = \(value)]" }
        let says = [" = \(value)", ", \(value))", "= \(value));"].contains { text.hasSuffix($0) }
        return says ? nil : "[= \(value)]"
    }

    /// All of it within a width, and the caret line if the step is the one at fault: under its text, or under what its
    /// thread did next and failed in.
    func wrappedLines(width: Int, fails: Bool, failingText: String? = nil) -> [String] {
        if fails, let failingText {
            let indent = lines.last?.indent ?? 0
            let margin = String(repeating: " ", count: indent)
            let text = wrapped(failingText, width: width - indent, indent: 2).map { margin + $0 }
            return wrappedLines(width: width, fails: false) + text + [carets(under: text[text.count - 1])]
        }
        let lines = fails ? self.lines : joined(width: width)
        return lines.flatMap { line -> [String] in
            let margin = String(repeating: " ", count: line.indent)
            var result = wrapped(line.text, width: width - line.indent, indent: 2).map { margin + $0 }
            if fails, line.isText, let last = result.last { result.append(carets(under: last)) }
            return result
        }
    }

    /// Remarks behind the line before them where they fit.
    private func joined(width: Int) -> [Line] {
        var result: [Line] = []
        for line in lines {
            if line.isRemark, let last = result.last, last.isText || last.isRemark,
                last.indent + last.text.count + 1 + line.text.count <= width
            {
                result[result.count - 1].text += " " + line.text
            } else if !line.isOptional {
                result.append(line)
            }
        }
        return result
    }

    /// For a trace in one column: in one line if there is room, `pmd_populate(): READ_ONCE(mm.pmd) -> NULL`.
    func compactLines(width: Int) -> [String] {
        let text = lines.map(\.text).joined(separator: " ")
        return text.count > width ? wrappedLines(width: width, fails: false) : [text]
    }

    /// Remarks are broken rather than make a column wider than this.
    private static let remarkWidthMax = 28

    /// The longest line if there were room enough.
    var naturalWidth: Int {
        joined(width: ColumnWidths.textMax).map {
            ($0.isText ? $0.text.count : min($0.text.count, Self.remarkWidthMax)) + $0.indent
        }.max() ?? 0
    }
}

/// `^^^^` under a line, not under its margin.
func carets(under line: String) -> String {
    let margin = line.prefix { $0 == " " }.count
    return String(repeating: " ", count: margin) + String(repeating: "^", count: max(3, line.count - margin))
}

extension Counterexample.Step {
    /// `-> NULL`, `[frees ptpages[0]]`: what the text does not say by itself.
    public var remarks: [String] { StepLines.remarks(self) }
}
