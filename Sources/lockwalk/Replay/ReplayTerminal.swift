import Trace

/// The keys of `lockwalk replay`.
struct ReplayTerminal {
    private let replayed: ReplayedTrace
    private let colors: TextColors
    private var session: ReplaySession
    private var message: String
    private var scroll = 0
    private var choices: [ReplaySession.Choice]?
    /// Digits of a step's number so far.
    private var number = ""
    /// The name of a file that is being typed; nil if none is.
    private var fileName: String?
    private let suggestedName: String

    init(_ replayed: ReplayedTrace, tracePath: String, colors: TextColors) {
        self.replayed = replayed
        self.colors = colors
        session = ReplaySession(
            replayed.walk, second: replayed.second, judge: replayed.judge, wanted: replayed.trace.verdict)
        message = (replayed.notes + [replayed.outcome] + (replayed.second == nil ? [] : ["o shows the other run."]))
            .joined(separator: " ")
        let base = tracePath.hasSuffix(".json") ? String(tracePath.dropLast(5)) : tracePath
        suggestedName = base == "-" ? "branch.json" : "\(base)-branch.json"
    }

    mutating func run() throws {
        guard var terminal = RawTerminal() else {
            throw Files.Failure(message: "the terminal cannot be used; try --print")
        }
        while true {
            draw(terminal)
            guard let key = terminal.key() else { return }
            guard handle(key) else { return }
            while let next = terminal.pendingKey() {
                guard handle(next) else { return }
            }
        }
    }

    private func draw(_ terminal: borrowing RawTerminal) {
        let (width, height) = terminal.size
        var screen = ReplayScreen(
            session: session, title: replayed.title, width: width, height: height, colors: colors)
        screen.scroll = scroll
        screen.choices = choices
        screen.message = fileName.map { "save as: \($0)_" } ?? (number.isEmpty ? message : "go to step \(number)_")
        RawTerminal.write(
            "\u{1B}[H" + screen.lines().map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    /// False if that was the last key.
    private mutating func handle(_ key: Key) -> Bool {
        if key == .interrupt { return false }
        if key == .resize { return true }
        if fileName != nil {
            type(key)
            return true
        }
        if choices != nil, choose(key) { return true }
        message = ""
        switch key {
        case .character("q"): return false
        case .character(let digit) where digit.isNumber:
            if number.count < 9 { number.append(digit) }
            return true
        case .backspace where !number.isEmpty: number.removeLast()
        case .enter where !number.isEmpty:
            go(to: Int(number) ?? 0)
            number = ""
        case .escape: number = ""
        default:
            number = ""
            command(key)
        }
        return true
    }

    private mutating func command(_ key: Key) {
        switch key {
        case .character("n"), .character(" "), .character("j"), .right, .down, .enter: go(to: session.position + 1)
        case .character("p"), .character("k"), .left, .up, .backspace: go(to: session.position - 1)
        case .character("g"), .home: go(to: 0)
        case .character("G"), .end: go(to: session.count)
        case .pageDown, .character("d"): scroll += 5
        case .pageUp, .character("u"): scroll = max(0, scroll - 5)
        case .character("b"):
            let found = session.choices()
            if found.isEmpty {
                message = "Nobody can go on here."
            } else {
                (choices, scroll) = (found, 0)
                message = "A number goes on with that step; Esc leaves the list."
            }
        case .character("r"):
            message = session.isTrace ? "This is the run of the trace." : "Back on the run of the trace."
            session.restore()
        case .character("o"):
            message =
                session.hasOtherRun
                ? "The other run of the trace: both together show what is wrong." : "This trace has one run."
            session.changeRun()
        case .character("w"): fileName = suggestedName
        case .character("?"):
            message = "also arrows, Space, Home, End; u d scroll; b: go on with another step; r: back to the trace"
                + (session.hasOtherRun ? "; o: the other run" : "")
        default: message = "There is no such key; ? tells them."
        }
    }

    private mutating func go(to step: Int) {
        let wanted = step
        session.go(to: step)
        scroll = 0
        if wanted > session.count {
            message = session.example.isOpen ? "The run ends here; b goes on with another step." : "The run ends here."
        } else if wanted < 0 {
            message = "This is the initial state."
        }
    }

    /// True if the key was one for the list.
    private mutating func choose(_ key: Key) -> Bool {
        guard let list = choices else { return false }
        switch key {
        case .character(let digit) where digit.isNumber && (number + String(digit)).count < 4:
            number.append(digit)
            // With fewer than ten a digit is enough.
            if list.count < 10 { pick(list) }
        case .enter: pick(list)
        case .pageDown, .down, .character("d"): scroll += 1
        case .pageUp, .up, .character("u"): scroll = max(0, scroll - 1)
        case .escape, .character("b"), .character("q"): (choices, number, scroll) = (nil, "", 0)
        default: return true
        }
        return true
    }

    private mutating func pick(_ list: [ReplaySession.Choice]) {
        let wanted = Int(number) ?? 0
        number = ""
        guard list.indices.contains(wanted - 1) else {
            message = "There is no step with that number; Esc leaves the list."
            return
        }
        (choices, scroll) = (nil, 0)
        let choice = list[wanted - 1]
        message =
            session.leave(by: choice.move)
            ? (session.isTrace ? "" : "Off the trace: r goes back to it, w saves this run.")
            : "This step cannot be taken."
    }

    private mutating func type(_ key: Key) {
        guard var name = fileName else { return }
        switch key {
        case .character(let character): name.append(character)
        case .backspace: if !name.isEmpty { name.removeLast() }
        case .escape:
            fileName = nil
            message = "Not saved."
            return
        case .enter:
            fileName = nil
            message = save(name)
            return
        default: break
        }
        fileName = name
    }

    private func save(_ name: String) -> String {
        if name.isEmpty { return "Not saved." }
        let document = ReplayedTrace.document(
            session.example, name: replayed.modelName, model: replayed.model, checksOn: replayed.checksOn,
            checksOff: replayed.checksOff)
        do {
            try Files.write(document.formatted(), to: name)
            return "Saved as \(name); 'lockwalk replay \(name)' shows it."
        } catch {
            return (error as? Files.Failure)?.message ?? "Not saved: \(error)"
        }
    }
}
