import Program
import Search
import Trace

/// `lockwalk check MODEL`
enum CheckCommand: Command {
    static let syntax = CommandSyntax(
        name: "check", summary: "explore every interleaving of a model", operands: "MODEL",
        description: """
            Explores every interleaving of MODEL, a C file ('-' is standard input), and says
            whether its rules hold; if not, shows the shortest run that breaks one.
            """,
        options: [
            LoadedModel.defineOption,
            OptionSyntax(long: "quiet", short: "q", help: "the verdict's line only"),
            OptionSyntax(long: "json", help: "answer as JSON ('lockwalk help json' tells how)"),
            OptionSyntax(
                long: "trace", value: "FILE", help: "write the answer to FILE as JSON, too, for\n'lockwalk replay'"),
            OptionSyntax(long: "html", value: "FILE", help: "write the run to FILE as one page, for a browser"),
            OptionSyntax(long: "coverage", help: "list all that was not reached"),
            OptionSyntax(
                long: "cover",
                help: "show the model line by line: what was reached,\nand how many transitions took it"),
            OptionSyntax(
                long: "check-reductions",
                help: "hold --reduction to its rules on this model, state\n"
                    + "by state, instead (--states: up to so many, 20000)"),
            OptionSyntax(long: "progress", help: "lines of progress, terminal or not"),
            Colors.option,
        ] + SearchRequest.options,
        notes: "exit status: 0 holds, 1 violated, 2 the command or the model is wrong,\n"
            + "3 incomplete, 4 internal error")

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let path = try operand(arguments, "MODEL")
        let request = try SearchRequest(arguments, command: syntax.name)
        let colors = try Colors.wanted(arguments, console.out, command: syntax.name)
        try Files.checkPlaces(arguments, options: ["trace", "html"])
        let loaded = try LoadedModel(path: path, console: console)
        let configuration = try loaded.configuration(arguments.all("define"), command: syntax.name)
        var model = try loaded.lower(configuration, console: console)
        if arguments.has("check-reductions") {
            return try ReductionComparison(name: loaded.name, model: model, request: request).run(console)
        }
        let premises = Premises(marking: &model)
        let result = try Engine.search(
            model, request, console, saysProgress: arguments.has("progress"), countsSteps: arguments.has("cover"))
        var violation: Counterexample?
        if case .violated(let finding) = result.verdict {
            violation = try Engine.counterexample(
                finding, of: result, model, request, withStates: arguments.has("html"))
        }
        let isQuiet = arguments.has("quiet")
        if case .violated(let finding) = result.verdict, finding.kind == .modelError {
            console.errors.write(ModelFaultReport(model: model, finding: finding).text(violation, isQuiet: isQuiet))
            console.errors.flush()
            return .usage
        }
        let needsWarnings = !isQuiet || ["json", "trace", "html"].contains(where: arguments.has)
        let warnings =
            !needsWarnings
            ? []
            : try result.warnings.prefix(CheckReport.warningsMax).map {
                try Engine.counterexample($0, of: result, model, request, withStates: arguments.has("html"))
            }
        let notLookedFor = request.checksOff.union(model.checksOff).subtracting(Engine.checks(model, request)).sorted()
        let document = CheckDocument(
            name: loaded.name, model: model, result: result, violation: violation, warnings: warnings,
            checksOn: request.asErrors.sorted(), checksOff: request.checksOff.sorted(), notLookedFor: notLookedFor,
            premises: premises, showsLines: arguments.has("cover"))
        let report = CheckReport(
            name: loaded.name, model: model, result: result, violation: violation, warnings: warnings,
            checksOff: notLookedFor, premises: premises, isQuiet: isQuiet, showsAllCoverage: arguments.has("coverage"),
            showsLines: arguments.has("cover"), colors: colors)
        if let file = arguments.last("trace") { try Files.write(document.json().formatted(), to: file) }
        if let file = arguments.last("html") {
            try PageReport.write(violation ?? warnings.first, of: model, name: loaded.name, to: file, console)
        }
        console.out.write(arguments.has("json") ? document.json().formatted() : report.text())
        return VerdictWording.exitCode(result)
    }
}
