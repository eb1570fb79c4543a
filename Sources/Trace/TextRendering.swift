/// Draws a counterexample the way kernel people draw a race in a mail: one column per CPU, time running down, ASCII
/// only, never wider than 80 characters.
public struct TextRendering {
    /// A mail's width.
    public static let width = 80
    /// More threads stand one below the other.
    private static let columnsMax = 3

    private let example: Counterexample
    private let margin: LockMargin
    private let colors: TextColors

    public init(_ example: Counterexample, colors: TextColors = .none) {
        self.example = example
        self.colors = colors
        margin = LockMargin(example)
    }

    /// The whole text, with a line feed at its end.
    public func text() -> String {
        var lines = painted(picture())
        for section in [legendLines() + remarkLines(), sourceLines(), explanationLines(), heldLines(), localLines()]
        where !section.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines += section
        }
        for other in example.companion {
            lines += ["", "the other run:", ""]
            lines += TextRendering(other, colors: colors).text().split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast()
                .map(String.init)
        }
        return lines.map(withoutTrailingBlanks).joined(separator: "\n") + "\n"
    }

    // MARK: The columns

    private var numberWidth: Int { max(2, "\(example.steps.count)".count) }
    /// Of the number and the locks in the margin.
    private var headWidth: Int { numberWidth + (margin.width > 0 ? margin.width + 1 : 0) }

    private func painted(_ lines: [String]) -> [String] {
        guard colors.isOn else { return lines }
        let header = lines.firstIndex { $0.contains("---") && $0.allSatisfy { $0 == "-" || $0 == " " } } ?? -1
        return lines.enumerated().map { index, line in
            colors.row(withoutTrailingBlanks(line), head: headWidth, isHeader: index <= header)
        }
    }

    private func picture() -> [String] {
        guard !participants.isEmpty, !example.steps.isEmpty || !example.pending.isEmpty else { return [] }
        let cells = stepCells()
        let total = Self.width - headWidth - ColumnWidths.gap
        guard participants.count <= Self.columnsMax,
            let widths = ColumnWidths.overlapping(total: total, wanted: wantedWidths(cells))
        else {
            return singleColumn(cells)
        }
        let textWidths = widths.indices.map { ColumnWidths.textWidth(of: $0, in: widths, total: total) }
        var lines = header(widths: widths)
        for (step, cell) in zip(shownSteps, cells) {
            let column = participants.firstIndex { $0.thread == step.thread } ?? 0
            let fails = example.lastStepFails && step.number == example.steps.count
            for (index, line) in stepLines(cell, fails: fails, width: textWidths[column]).enumerated() {
                lines.append(row(index == 0 ? step : nil, [column: line], widths))
            }
        }
        return lines + pendingRows(widths, textWidths)
    }

    /// A step's lines; under those of the last one, why it fails.
    private func stepLines(_ cell: StepLines, fails: Bool, width: Int) -> [String] {
        let lines = cell.wrappedLines(width: width, fails: fails, failingText: example.failingText)
        guard fails, let remark = example.failingRemark else { return lines }
        let indent = cell.lines.last?.indent ?? 0
        let margin = String(repeating: " ", count: indent)
        return lines + wrapped("(\(remark))", width: width - indent, indent: 1).map { margin + $0 }
    }

    /// Those that have a step in the picture.
    private var participants: [Counterexample.Participant] {
        example.participants.filter { participant in
            shownSteps.contains { $0.thread == participant.thread }
                || example.pending.contains { $0.thread == participant.thread }
        }
    }

    /// Those that matter for the end.
    private var shownSteps: [Counterexample.Step] { example.steps.filter(\.matters) }

    private func stepCells() -> [StepLines] {
        var previous: [Int: Counterexample.Step] = [:]
        return shownSteps.map { step in
            defer { previous[step.thread] = step }
            return StepLines(step, previous: previous[step.thread])
        }
    }

    private func wantedWidths(_ cells: [StepLines]) -> [Int] {
        participants.map { participant in
            var wanted = participant.title.count
            for (step, cell) in zip(shownSteps, cells) where step.thread == participant.thread {
                wanted = max(wanted, cell.naturalWidth)
            }
            if let last = example.steps.last, last.thread == participant.thread {
                wanted = max(wanted, (example.failingText?.count ?? 0) + 2)
                // In other columns than the last it may run on.
                if participant.thread == participants.last?.thread {
                    wanted = max(wanted, (example.failingRemark?.count ?? 0) + 2)
                }
            }
            for pending in example.pending where pending.thread == participant.thread {
                wanted = max(wanted, pending.text.count, pending.remark.count + 2)
            }
            return wanted
        }
    }

    private func header(widths: [Int]) -> [String] {
        let titles = zip(participants, widths).map { wrapped($0.title, width: $1, indent: 2) }
        let height = titles.map(\.count).max() ?? 0
        var lines = (0..<height).map { line in
            row(
                nil,
                Dictionary(
                    uniqueKeysWithValues: titles.enumerated().compactMap { column, title in
                        line < title.count ? (column, title[line]) : nil
                    }), widths)
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        lines.append(row(nil, Dictionary(uniqueKeysWithValues: rule.enumerated().map { ($0, $1) }), widths))
        return lines
    }

    /// The step whose first line it is has its number and its thread's locks in the margin.
    private func row(_ step: Counterexample.Step?, _ cells: [Int: String], _ widths: [Int]) -> String {
        var line =
            step.map { step in
                let number = "\(step.number)"
                return padded(
                    String(repeating: " ", count: numberWidth - number.count) + number
                        + (margin.width > 0 ? " " + margin.text(step) : ""), to: headWidth)
            } ?? String(repeating: " ", count: headWidth)
        for (column, width) in widths.enumerated() {
            line += String(repeating: " ", count: ColumnWidths.gap) + padded(cells[column] ?? "", to: width)
        }
        return line
    }

    /// The steps that nobody takes, side by side if there is room: they are all about to happen at once, or never.
    private func pendingRows(_ widths: [Int], _ textWidths: [Int]) -> [String] {
        var columns: [Int: [String]] = [:]
        var isTight = false
        for pending in example.pending {
            guard let column = participants.firstIndex(where: { $0.thread == pending.thread }) else { continue }
            if pending.text.count > widths[column] { isTight = true }
        }
        for pending in example.pending {
            guard let column = participants.firstIndex(where: { $0.thread == pending.thread }) else { continue }
            columns[column, default: []] += pendingLines(pending, width: isTight ? textWidths[column] : widths[column])
        }
        if isTight {
            return columns.sorted { $0.key < $1.key }.flatMap { column, lines in
                lines.map { row(nil, [column: $0], widths) }
            }
        }
        let height = columns.values.map(\.count).max() ?? 0
        return (0..<height).map { line in
            row(nil, columns.compactMapValues { line < $0.count ? $0[line] : nil }, widths)
        }
    }

    private func pendingLines(_ pending: Counterexample.Pending, width: Int) -> [String] {
        let text = wrapped(pending.text, width: width, indent: 2)
        return text + [carets(under: text[text.count - 1])] + wrapped("(\(pending.remark))", width: width, indent: 1)
    }

    /// Too many threads for columns: one below the other, each line with the thread's name.
    private func singleColumn(_ cells: [StepLines]) -> [String] {
        let names = participants.map(\.title)
        let nameWidth = min(24, names.map(\.count).max() ?? 0)
        let width = Self.width - headWidth - 2 * ColumnWidths.gap - nameWidth
        var lines: [String] = []
        func add(_ step: Counterexample.Step?, _ thread: Int, _ texts: [String]) {
            let name = wrapped(example.participant(thread).map(\.title) ?? "", width: nameWidth, indent: 2)
            for index in 0..<max(texts.count, name.count) {
                let cells = [
                    0: index < name.count ? name[index] : "", 1: index < texts.count ? texts[index] : "",
                ]
                lines.append(row(index == 0 ? step : nil, cells, [nameWidth, width]))
            }
        }
        for (step, cell) in zip(shownSteps, cells) {
            let fails = example.lastStepFails && step.number == example.steps.count
            let lines = fails ? stepLines(cell, fails: true, width: width) : cell.compactLines(width: width)
            add(step, step.thread, lines)
        }
        for pending in example.pending { add(nil, pending.thread, pendingLines(pending, width: width)) }
        return lines
    }

    // MARK: Below the columns

    private func legendLines() -> [String] {
        wrapped(margin.tiedLegend, width: Self.width, indent: 6).filter { !$0.isEmpty }.map {
            $0.replacing(LockMargin.tie, with: " ")
        }
    }

    /// `3, 7 to 9`
    private static func ranges(_ numbers: [Int]) -> String {
        var texts: [String] = []
        var rest = numbers[...]
        while let first = rest.first {
            let length = rest.enumerated().prefix { $0.element == first + $0.offset }.count
            texts.append(length > 2 ? "\(first) to \(first + length - 1)" : rest.prefix(length).map(String.init).joined(separator: ", "))
            rest = rest.dropFirst(length)
        }
        return texts.joined(separator: ", ")
    }

    /// What is not in the picture.
    private func remarkLines() -> [String] {
        var remarks: [String] = []
        if example.stepsLeftOut > 0 {
            let count = example.stepsLeftOut
            remarks.append("(\(count) \(count == 1 ? "step that does" : "steps that do") not matter for this left out)")
        }
        let hidden = example.steps.filter { !$0.matters }.map(\.number)
        if !hidden.isEmpty {
            let isOne = hidden.count == 1
            remarks.append(
                "(not shown: \(isOne ? "step" : "steps") \(Self.ranges(hidden)), which \(isOne ? "does" : "do") not matter for this)")
        }
        let shown = participants.map(\.thread)
        let idle = example.idleThreads + example.participants.filter { !shown.contains($0.thread) }.map(\.name)
        if !idle.isEmpty, !example.steps.isEmpty {
            remarks.append("(no part in this: \(idle.joined(separator: ", ")))")
        }
        if !example.isShortest { remarks.append("(not proven to be the shortest such run)") }
        return remarks.flatMap { wrapped($0, width: Self.width, indent: 1) }
    }

    private func sourceLines() -> [String] {
        guard let source = example.source else { return [] }
        let text = source.text.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
        return wrapped("\(source.place.text): \(text)", width: Self.width, indent: 8)
    }

    private func explanationLines() -> [String] {
        example.explanation.flatMap { wrapped($0, width: Self.width, indent: 2) }
    }

    private func heldLines() -> [String] {
        let some = example.holdings.filter { !$0.locks.isEmpty }
        guard !example.steps.isEmpty else { return [] }
        guard !some.isEmpty else { return ["locks held: none"] }
        return ["locks held:"]
            + some.flatMap { holding -> [String] in
                let locks = holding.locks.map { lock in
                    lock.name + (lock.isShared ? " for reading" : "") + (lock.since.map { " (step \($0))" } ?? "")
                }
                let name = example.participant(holding.thread)?.name ?? ""
                return wrapped("  \(name): \(locks.joined(separator: ", "))", width: Self.width, indent: 4)
            }
    }

    /// The variables that are still alive. The dead ones are in the counterexample for renderings with more room.
    private func localLines() -> [String] {
        let live = example.locals.filter { $0.value != nil }
        guard !live.isEmpty else { return [] }
        return ["variables:"]
            + example.participants.flatMap { participant -> [String] in
                let own = live.filter { $0.thread == participant.thread }.map { "\($0.name) = \($0.value ?? "dead")" }
                if own.isEmpty { return [] }
                return wrapped("  \(participant.name): \(own.joined(separator: ", "))", width: Self.width, indent: 4)
            }
    }
}
