/// The manual page lockwalk(1), in the macros of man(7), drawn from the same table as `--help`.
enum ManualPage {
    static func text(_ commands: [CommandSyntax]) -> String {
        var text = """
            .TH LOCKWALK 1 "" "lockwalk \(version)" "User Commands"
            .SH NAME
            lockwalk \\- explore every interleaving of a kernel locking protocol
            .SH SYNOPSIS
            .B lockwalk
            .I COMMAND
            [options] ...
            .SH DESCRIPTION
            Explores every interleaving of a locking protocol that is written as a small C file, and proves its rules
            or shows the shortest run that breaks one.
            .SH COMMANDS

            """
        for command in commands {
            text += ".SS lockwalk \(escaped(command.name)) [options] \(escaped(command.operands))\n"
            text += filled(command.description)
            for option in command.options { text += entry(option) }
            if !command.notes.isEmpty { text += ".PP\n" + filled(command.notes) }
        }
        text += ".SH EXIT STATUS\n"
        let codes = [
            "0": "The rules hold.", "1": "A rule is broken, and the run is shown.",
            "2": "The command or the model is wrong.",
            "3": "The search is incomplete: a limit was reached.", "4": "An error of the checker itself.",
        ]
        for (code, meaning) in codes.sorted(by: { $0.key < $1.key }) { text += ".TP\n.B \(code)\n\(meaning)\n" }
        return text + """
            .SH ENVIRONMENT
            .TP
            .B NO_COLOR
            If it is set and not empty, answers have no colours unless \\-\\-color says otherwise.

            """
    }

    private static func entry(_ option: OptionSyntax) -> String {
        var names = option.short.map { "\\fB\\-\($0)\\fR, " } ?? ""
        names += "\\fB" + escaped("--\(option.long)") + "\\fR"
        if let value = option.value { names += " \\fI\(escaped(value))\\fR" }
        return ".TP\n\(names)\n" + filled(option.help)
    }

    /// Prose; what is indented is shown as it is.
    private static func filled(_ text: String) -> String {
        var result = ""
        var isVerbatim = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isIndented = line.hasPrefix("  ")
            if isIndented != isVerbatim { result += isIndented ? ".nf\n" : ".fi\n" }
            isVerbatim = isIndented
            result += line.isEmpty ? ".PP\n" : escaped(String(line)) + "\n"
        }
        return result + (isVerbatim ? ".fi\n" : "")
    }

    /// A backslash and a dash mean something to roff, and so do a dot and a quote that begin a line.
    private static func escaped(_ text: String) -> String {
        let body = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return body.hasPrefix(".") || body.hasPrefix("'") ? "\\&" + body : body
    }
}
