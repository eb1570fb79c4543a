import Program
import Syntax

/// `lockwalk explain CODE`
enum ExplainCommand: Command {
    static let syntax = CommandSyntax(
        name: "explain", summary: "tell more about an error code or a verdict", operands: "[CODE...]",
        description: """
            Tells more about the code of an error in a model (L0123), or about the word of a
            verdict (USE_AFTER_FREE). Without CODE lists all of them.
            """,
        options: [], operandWords: ["HOLDS"] + FailureKind.allCases.filter { $0 != .modelError }.map(\.word))

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        if arguments.operands.isEmpty {
            for entry in codes { console.out.line("\(entry.code)  \(entry.title)") }
            for entry in VerdictExplanations.all { console.out.line("\(entry.code)  \(entry.title)") }
            return .holds
        }
        for (index, word) in arguments.operands.enumerated() {
            if index > 0 { console.out.line() }
            console.out.write(text(try find(word)))
        }
        return .holds
    }

    private static var codes: [Explanation] {
        (SyntaxExplanations.all + ProgramExplanations.all).sorted { $0.code < $1.code }
    }

    /// Takes `L0123`, `l0123`, `USE_AFTER_FREE`, `use-after-free` and `USE_AFTER_FREE(ptpages)`.
    private static func find(_ word: String) throws -> Explanation {
        let bare = word.prefix { $0 != "(" }
        let wanted = String(bare.uppercased().map { $0 == "-" ? "_" : $0 })
        let all = codes + VerdictExplanations.all
        if let entry = all.first(where: { $0.code == wanted }) { return entry }
        let near = nearest(wanted, in: all.map(\.code)).map { "; did you mean '\($0)'?" }
            ?? "; 'lockwalk explain' lists all that there is"
        throw UsageError("there is nothing to explain about '\(word)'\(near)", command: syntax.name)
    }

    private static func text(_ entry: Explanation) -> String {
        var text = "\(entry.code): \(entry.title)\n\n"
        for line in TextWrapping.paragraph(entry.text, width: 80) { text += line + "\n" }
        if !entry.example.isEmpty {
            text += "\n"
            for line in entry.example.split(separator: "\n", omittingEmptySubsequences: false) {
                text += line.isEmpty ? "\n" : "    \(line)\n"
            }
        }
        return text
    }
}
