import Trace

/// What `lockwalk replay` shows in a terminal: the steps around the current one, the threads with what keeps them, the
/// variables with what the last step changed. Draws lines and nothing else, so it can be tested without a terminal.
struct ReplayScreen {
    let session: ReplaySession
    let title: String
    let width: Int
    let height: Int
    let colors: TextColors
    /// The first line of the variables that is shown.
    var scroll = 0
    /// The last line but one: a question, or what came of the last key.
    var message = ""
    /// The other steps are listed with numbers instead of the variables.
    var choices: [ReplaySession.Choice]?

    static let keys = "n next  p back  g G ends  7 Enter: step 7  b branch  w save  ? help  q quit"

    /// Exactly `height` lines of at most `width` characters.
    func lines() -> [String] {
        let state = session.snapshot()
        let room = max(0, height - 5)
        let threads = threadLines(state)
        let threadRoom = min(threads.count, max(1, room * 2 / 5))
        let stepRoom = min(session.count + 1, max(1, (room - threadRoom) / 2))
        var lines = [header(), rule("steps")]
        lines += stepLines(room: stepRoom)
        lines.append(rule("threads"))
        lines += fitted(threads, room: threadRoom)
        lines.append(rule(choices == nil ? "state (* changed by this step)" : "go on with"))
        let rest = max(0, height - lines.count - 2)
        let below = choices.map(choiceLines) ?? stateLines(state)
        let start = min(scroll, max(0, below.count - rest))
        lines += fitted(Array(below.dropFirst(start)), room: rest)
        lines += [String](repeating: "", count: max(0, height - 2 - lines.count))
        lines.append(colors.paint(cut(message), .warning))
        lines.append(colors.paint(cut(Self.keys), .dim))
        return Array(lines.suffix(max(1, height)))
    }

    /// Where the session stands, whole: for those who have no keys.
    func stateText() -> [String] {
        let state = session.snapshot()
        let steps = session.example.steps
        let last = session.position > 0 ? steps[session.position - 1] : nil
        let step = last.map { step in
            ": \(session.example.participant(step.thread)?.name ?? ""): "
                + ([step.text] + step.remarks).joined(separator: " ")
        }
        var lines = [
            session.position == 0
                ? "the initial state" : "after step \(session.position) of \(session.count)\(step ?? "")"
        ]
        lines += ["", "threads:"] + threadLines(state)
        lines += ["", session.position == 0 ? "state:" : "state (* changed by this step):"] + stateLines(state)
        return lines
    }

    // MARK: Parts

    private func cut(_ text: String) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 3)) + "..."
    }

    private func header() -> String {
        let place = "step \(session.position) of \(session.count)" + (session.isTrace ? "" : ", off the trace")
        let room = max(0, width - place.count - 2)
        let name = title.count <= room ? title : title.prefix(max(0, room - 3)) + "..."
        let gap = String(repeating: " ", count: max(1, width - name.count - place.count))
        return colors.paint(cut(name + gap + place), .bold)
    }

    private func rule(_ title: String) -> String {
        let head = "-- \(title) "
        return colors.paint(cut(head + String(repeating: "-", count: max(0, width - head.count))), .dim)
    }

    /// Lines that do not fit end with how many are missing.
    private func fitted(_ lines: [String], room: Int) -> [String] {
        if lines.count <= room { return lines }
        return lines.prefix(max(0, room - 1)) + (room > 0 ? ["   (\(lines.count - room + 1) more)"] : [])
    }

    private func stepLines(room: Int) -> [String] {
        let steps = session.example.steps
        let all = 0...steps.count
        // The current one in the middle, where the ends allow it.
        let first = min(max(0, session.position - room / 2), max(0, all.count - room))
        return (first..<min(first + room, all.count)).map { number in
            let isHere = number == session.position
            let mark = isHere ? "> " : "  "
            guard number > 0 else { return painted("\(mark)  0  the initial state", isHere, fails: false) }
            let step = steps[number - 1]
            let digits = "\(number)"
            let margin = String(repeating: " ", count: max(0, 3 - digits.count)) + digits
            let name = session.example.participant(step.thread)?.name ?? ""
            let fails = session.example.lastStepFails && number == steps.count
            let remarks = ([step.text] + step.remarks).joined(separator: " ")
            return painted(
                "\(mark)\(margin)  \(name): \(remarks)" + (fails ? "   <- \(session.example.verdict)" : ""), isHere,
                fails: fails)
        }
    }

    private func painted(_ line: String, _ isHere: Bool, fails: Bool) -> String {
        let line = cut(line)
        return isHere ? colors.paint(line, .bold) : fails ? colors.paint(line, .bad) : line
    }

    private func threadLines(_ state: StateSnapshot) -> [String] {
        var lines: [String] = []
        if let trouble = session.trouble() { lines.append(colors.paint(cut("  ! " + trouble), .bad)) }
        let shown = state.threads.filter { $0.status != .idle }
        let name = min(24, shown.map(\.name.count).max() ?? 0)
        for thread in shown {
            let head = "  " + thread.name + String(repeating: " ", count: max(0, name - thread.name.count)) + "  "
            let at = (thread.place.map { "\($0.line): " } ?? "") + (thread.text ?? "")
            switch thread.status {
            case .ended, .idle: lines.append(cut(head + "has ended"))
            case .enabled: lines.append(cut(head + at))
            case .waits:
                // Why it waits is what one came for: it is never cut.
                let reason = "WAITS " + (thread.place.map { "\($0.line): " } ?? "") + (thread.reason ?? at)
                let broken = TextWrapping.paragraph(reason, width: max(20, width - head.count))
                let margin = String(repeating: " ", count: head.count)
                lines += broken.enumerated().map { colors.paint(cut(($0 == 0 ? head : margin) + $1), .held) }
            }
            let own = thread.holds.map { $0.isShared ? "\($0.name) (reading)" : $0.name }
            let locals = thread.locals.map { "\($0.name) = \($0.value)" }
            if !own.isEmpty { lines.append(cut("      holds " + own.joined(separator: ", "))) }
            if !locals.isEmpty { lines.append(cut("      " + locals.joined(separator: ", "))) }
        }
        return lines
    }

    private func stateLines(_ state: StateSnapshot) -> [String] {
        let before = session.snapshotBefore()
        var old: [String: String] = [:]
        for group in before?.groups ?? [] {
            for variable in group.variables { old[group.title + "\u{0}" + variable.name] = variable.value }
        }
        // What changed comes first: the rest may have to be scrolled to.
        var changed: [String] = []
        var lines: [String] = []
        for group in state.groups {
            for variable in group.variables {
                let place =
                    group.title == "globals"
                    ? variable.name
                    : variable.name.isEmpty ? group.title : "\(group.title).\(variable.name)"
                let was = old[group.title + "\u{0}" + variable.name]
                let isChanged = before != nil && was != variable.value
                let change = isChanged ? was.map { "   (was \($0))" } ?? "" : ""
                let line = cut(
                    "\(isChanged ? "* " : "  ")\(place) = \(variable.value)\(change)"
                        + (variable.isGhost ? "   (ghost)" : ""))
                if isChanged { changed.append(colors.paint(line, .good)) } else { lines.append(line) }
            }
        }
        return changed + lines
    }

    private func choiceLines(_ choices: [ReplaySession.Choice]) -> [String] {
        choices.enumerated().map { index, choice in
            cut(
                "  \(index + 1)  \(choice.thread): \(choice.text)" + (choice.result.map { " -> \($0)" } ?? "")
                    + (choice.failure.map { "   fails: \($0)" } ?? ""))
        }
    }
}
