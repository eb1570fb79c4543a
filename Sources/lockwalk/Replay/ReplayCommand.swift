import Execution
import Program
import Search
import Trace

/// `lockwalk replay TRACE [MODEL]`
enum ReplayCommand: Command {
    static let syntax = CommandSyntax(
        name: "replay", summary: "walk through a run that was found", operands: "TRACE [MODEL]",
        description: """
            Executes the run in TRACE, a file that 'check --trace' or 'check --json' wrote,
            step by step, on a terminal with keys: forward and back, the state, who cannot
            go on and why, and into another interleaving. MODEL is the model's path if it
            has moved. A model that has changed since is followed until it does something
            else, and where that is, is told.
            """,
        options: [
            OptionSyntax(
                long: "print", short: "p", help: "print the run, without keys (default where\nthere is no terminal)"),
            OptionSyntax(
                long: "state", value: "N", help: "print the state after step N: variables, threads,\nwho waits and why"),
            OptionSyntax(long: "json", help: "print the run as JSON"),
            OptionSyntax(long: "html", value: "FILE", help: "write the run to FILE as one page, for a browser"),
            Colors.option,
        ],
        notes: "exit status, without keys: 0 nothing is wrong at the end of the run,\n"
            + "1 something is, 2 the command, TRACE or MODEL is wrong, 3 the model does\n"
            + "something else, 4 internal error")

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        guard let path = arguments.operands.first else { throw UsageError("TRACE is missing", command: syntax.name) }
        guard arguments.operands.count <= 2 else {
            throw UsageError(
                "'\(arguments.operands[2])' is one too many: replay takes TRACE and MODEL", command: syntax.name)
        }
        let colors = try Colors.wanted(arguments, console.out, command: syntax.name)
        try Files.checkPlaces(arguments, options: ["html"])
        let trace = try read(path)
        let modelPath = try arguments.operands.dropFirst().first ?? modelPath(trace, besides: path)
        let replayed = try ReplayedTrace(trace, modelPath: modelPath, console: console)
        if let file = arguments.last("html") {
            try PageReport.write(
                replayed.exampleWithStates(), of: replayed.model, name: replayed.modelName, to: file, console)
        }
        let isInteractive =
            !["print", "state", "json", "html"].contains(where: arguments.has)
            && console.out.isTerminal && isatty(0) != 0
        if isInteractive {
            var screen = ReplayTerminal(replayed, tracePath: path, colors: colors)
            try screen.run()
            return .holds
        } else if let text = arguments.last("state") {
            console.out.write(try state(after: text, replayed, colors))
        } else if arguments.has("json") {
            console.out.write(replayed.document().formatted())
        } else {
            console.out.write(replayed.text(colors: colors))
        }
        return replayed.exitCode
    }

    private static func state(after text: String, _ replayed: ReplayedTrace, _ colors: TextColors) throws -> String {
        var session = ReplaySession(replayed.walk, judge: replayed.judge, wanted: replayed.trace.verdict)
        guard let number = Int(text), number >= 0, number <= session.count else {
            throw UsageError(
                "'\(text)' is no value for --state; write 0 to \(session.count)", command: syntax.name)
        }
        session.go(to: number)
        // Wide enough that nothing is cut.
        let screen = ReplayScreen(session: session, title: replayed.title, width: 1000, height: 1, colors: colors)
        return screen.stateText().map { $0 + "\n" }.joined()
    }

    private static func read(_ path: String) throws -> SavedTrace {
        let bytes = try Files.read(path)
        do {
            return try SavedTrace(json: bytes)
        } catch {
            let hint = path.hasSuffix(".c") ? "; a trace is what 'lockwalk check --trace FILE \(path)' writes" : ""
            throw Files.Failure(message: "'\(path)' \(error.message)\(hint)")
        }
    }

    /// As the trace has it, from here or from where the trace lies.
    private static func modelPath(_ trace: SavedTrace, besides path: String) throws -> String {
        if access(trace.model, R_OK) == 0 { return trace.model }
        if !trace.model.hasPrefix("/"), let slash = path.lastIndex(of: "/") {
            let beside = String(path[...slash]) + trace.model
            if access(beside, R_OK) == 0 { return beside }
        }
        throw Files.Failure(
            message: "the trace is of '\(trace.model)', which is not there; give the model's path: "
                + "lockwalk replay \(path) MODEL")
    }
}
