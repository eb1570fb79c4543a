import Syntax

/// A run as one page for a browser: a lane for each thread, the state beside it with what the last step changed, the
/// source with the lines at which the threads stand. Everything is in the one file; it asks the network for nothing.
///
/// The lanes are plain HTML, so the page can be read, searched and printed without its script; the script moves along
/// them and fills the panel from the data at the page's end.
public struct HTMLPage {
    private let example: Counterexample
    private let title: String
    private let subtitle: String
    private let texts: SourceTexts

    /// `subtitle` is the configuration, the counts, or nothing.
    public init(_ example: Counterexample, title: String, subtitle: String, texts: SourceTexts) {
        self.example = example
        self.title = title
        self.subtitle = subtitle
        self.texts = texts
    }

    public func text() -> String {
        let runs = [example] + example.companion
        let verdict = example.isOpen ? "nothing is wrong at the end" : example.verdict
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'unsafe-inline'; img-src data:">
            <link rel="icon" href="data:,">
            <title>\(escaped(verdict)) in \(escaped(title))</title>
            <style>
            \(Self.style)</style>
            </head>
            <body>
            <section id="runs" aria-label="the run">
            <header>
            <h1><span class="\(example.isOpen ? "open" : "verdict")">\(escaped(verdict))</span> \
            <span class="model">\(escaped(title))</span></h1>
            \(subtitle.isEmpty ? "" : "<p class=\"sub\">\(escaped(subtitle))</p>\n")\(explanation())</header>
            \(runs.enumerated().map { run($1, number: $0) }.joined())</section>
            <aside id="panel" aria-label="the state">
            <nav>
            <button id="back" title="one step back (arrow left, k)">&#9664;</button>
            <span id="where">the state</span>
            <button id="next" title="one step on (arrow right, j)">&#9654;</button>
            <span class="tabs"><button data-tab="threads">threads</button><button data-tab="state">state</button>\
            <button data-tab="source">source</button></span>
            <button id="theme" title="light or dark">&#9680;</button>
            </nav>
            <div id="threads" class="tab"></div>
            <div id="state" class="tab"></div>
            <div id="source" class="tab">\(sources())</div>
            </aside>
            <script type="application/json" id="data">\(data(runs).compact)</script>
            <script>
            \(Self.script)</script>
            </body>
            </html>

            """
    }

    // MARK: Above the lanes

    private func explanation() -> String {
        var lines = example.explanation
        if let source = example.source {
            let code = source.text.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
            lines.insert("\(source.place.text): \(code)", at: 0)
        }
        if example.stepsLeftOut > 0 {
            lines.append("\(example.stepsLeftOut) steps that do not matter for this are left out.")
        }
        if example.steps.contains(where: { !$0.matters }) { lines.append("The steps in pale do not matter for this.") }
        if !example.idleThreads.isEmpty {
            lines.append("No part in this: \(example.idleThreads.joined(separator: ", ")).")
        }
        if !example.isShortest { lines.append("This is not proven to be the shortest such run.") }
        return lines.isEmpty
            ? "" : "<ul class=\"why\">" + lines.map { "<li>\(linked(breakable($0)))</li>" }.joined() + "</ul>\n"
    }

    /// `step 6` leads there.
    private func linked(_ text: String) -> String {
        text.replacing(#/\bstep ([0-9]+)\b/#) { match in
            guard let number = Int(match.1), number <= example.steps.count else { return String(match.0) }
            return "<a href=\"#step-\(number)\">step \(number)</a>"
        }
    }

    // MARK: The lanes

    private func run(_ run: Counterexample, number: Int) -> String {
        let lanes = run.participants
        let colors = lockColors(run)
        var text = ""
        if number > 0 {
            text = "<h2>the other run</h2>\n"
            for sentence in run.explanation { text += "<p>\(breakable(sentence))</p>\n" }
        }
        text += "<div class=\"run\" style=\"--lanes:\(max(1, lanes.count))\" data-run=\"\(number)\">\n"
        text += "<div class=\"row head\"><div class=\"number\"></div>"
        for (index, lane) in lanes.enumerated() {
            let place = lane.cpu.map { "CPU\($0)" } ?? (lane.name.hasPrefix("MMU of ") ? "hardware" : "callback")
            text += "<div class=\"lane lane\(index % 8)\"><b>\(escaped(lane.name))</b> <small>\(place)</small></div>"
        }
        text +=
            "</div>\n" + row(id(number, 0), "0", lanes.map { _ in "" }, classes: "start", label: "the initial state")
        var previous: [Int: Counterexample.Step] = [:]
        for step in run.steps {
            let fails = run.lastStepFails && step.number == run.steps.count
            let content = stepContent(step, previous[step.thread], run, fails: fails)
            previous[step.thread] = step
            text += row(
                id(number, step.number), "\(step.number)",
                lanes.map { lane in
                    bars(step.holdings.first { $0.thread == lane.thread }?.locks ?? [], colors)
                        + (lane.thread == step.thread ? content : "")
                }, classes: fails ? "fails" : step.matters ? "" : "aside", owner: lanes.firstIndex { $0.thread == step.thread })
        }
        if !run.pending.isEmpty {
            text += row(
                "", "",
                lanes.map { lane in
                    bars(run.holdings.first { $0.thread == lane.thread }?.locks ?? [], colors)
                        + run.pending.filter { $0.thread == lane.thread }.map { pending in
                            "<div class=\"what\"><span class=\"who\">\(escaped(lane.name))</span>"
                                + "<code>\(breakable(pending.text))</code>"
                                + "<div class=\"remark bad\">\(escaped(pending.remark))</div></div>"
                        }.joined()
                }, classes: "pending")
        }
        return text + "</div>\n"
    }

    private func id(_ run: Int, _ step: Int) -> String { run == 0 ? "step-\(step)" : "other-step-\(step)" }

    private func row(
        _ id: String, _ number: String, _ cells: [String], classes: String, owner: Int? = nil, label: String = ""
    ) -> String {
        var text = "<div class=\"row \(classes)\"" + (id.isEmpty ? "" : " id=\"\(id)\" tabindex=\"-1\"") + ">"
        text += "<div class=\"number\">" + (id.isEmpty ? "" : "<a href=\"#\(id)\">\(number)</a>") + "</div>"
        if !label.isEmpty { return text + "<div class=\"label\">\(label)</div></div>\n" }
        for (index, cell) in cells.enumerated() {
            let isOwn = index == owner || (owner == nil && cell.contains("class=\"what\""))
            text += "<div class=\"lane lane\(index % 8)\(isOwn ? " own" : "")\">\(cell)</div>"
        }
        return text + "</div>\n"
    }

    private func stepContent(
        _ step: Counterexample.Step, _ previous: Counterexample.Step?, _ run: Counterexample, fails: Bool
    ) -> String {
        var text = "<div class=\"what\"><span class=\"who\">\(escaped(run.participant(step.thread)?.name ?? ""))</span>"
        if step.depth > 0, previous?.function != step.function {
            text += "<div class=\"function\">\(escaped(step.function))():</div>"
        }
        text += "<code>\(breakable(step.text))</code>"
        for remark in step.remarks { text += " <span class=\"remark\">\(breakable(remark))</span>" }
        if fails {
            if let failing = run.failingText { text += "<code class=\"bad\">\(breakable(failing))</code>" }
            text += "<div class=\"remark bad\">\(escaped(run.failingRemark ?? run.verdict))</div>"
        }
        return text + "</div>"
    }

    // MARK: Locks

    /// A bar for each lock that is held, as long as it is held.
    private func bars(_ locks: [Counterexample.HeldLock], _ colors: [String: Int]) -> String {
        if locks.isEmpty { return "" }
        let bars = locks.map { lock in
            "<i class=\"bar c\(colors[lock.name] ?? 0)\(lock.isShared ? " shared" : "")\" title=\"holds "
                + "\(escaped(lock.name))\(lock.isShared ? " for reading" : "")\"></i>"
        }
        return "<span class=\"bars\">\(bars.joined())</span>"
    }

    private func lockColors(_ run: Counterexample) -> [String: Int] {
        var colors: [String: Int] = [:]
        for lock in run.steps.flatMap(\.holdings).flatMap(\.locks) where colors[lock.name] == nil {
            colors[lock.name] = colors.count % 8
        }
        return colors
    }

    // MARK: Source and data

    private func sources() -> String {
        texts.files.enumerated().map { index, file in
            var text = "<h3>\(escaped(file.name))</h3><ol class=\"code\">"
            let isClosed = file.bytes.last == UInt8(ascii: "\n")
            for number in 1...max(1, file.lineStarts.count - (isClosed ? 1 : 0)) {
                text += "<li id=\"line-\(index)-\(number)\"><code>\(escaped(file.line(number)))</code></li>"
            }
            return text + "</ol>"
        }.joined()
    }

    private func file(_ place: Counterexample.Place?) -> JSONValue {
        guard let place, let index = texts.files.firstIndex(where: { $0.name == place.file }) else { return .null }
        return .string("line-\(index)-\(place.line)")
    }

    /// What the script needs: of each state the variables and the threads, of each step its line.
    private func data(_ runs: [Counterexample]) -> JSONValue {
        .array(
            runs.map { run in
                .object([
                    .init(
                        "steps",
                        .array(
                            run.steps.map { step in
                                .object([
                                    .init("thread", .string(run.participant(step.thread)?.name ?? "")),
                                    .init("line", file(step.place)),
                                ])
                            })),
                    .init("states", .array(run.states.map(state))),
                ])
            })
    }

    private func state(_ state: StateSnapshot) -> JSONValue {
        let groups = state.groups.map { group -> JSONValue in
            .object([
                .init("title", .string(group.title)),
                .init(
                    "variables",
                    .array(
                        group.variables.map { variable in
                            .array([.string(variable.name), .string(variable.value), .bool(variable.isGhost)])
                        })),
            ])
        }
        let threads = state.threads.filter { $0.status != .idle }.map { thread -> JSONValue in
            .object([
                .init("name", .string(thread.name)), .init("status", .string(thread.status.rawValue)),
                .init("text", JSONValue(thread.text)), .init("reason", JSONValue(thread.reason)),
                .init("line", file(thread.place)),
                .init("locals", .array(thread.locals.map { .array([.string($0.name), .string($0.value)]) })),
                .init("holds", .strings(thread.holds.map { $0.isShared ? "\($0.name) for reading" : $0.name })),
            ])
        }
        return .object([.init("groups", .array(groups)), .init("threads", .array(threads))])
    }

    /// A C expression has few blanks: lines may also break behind brackets and commas and before arrows, never within
    /// one.
    private func breakable(_ text: String) -> String {
        escaped(text).replacing("-&gt;", with: "<wbr><span class=\"arrow\">-&gt;</span>")
            .replacing("(", with: "(<wbr>").replacing(",", with: ",<wbr>")
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
