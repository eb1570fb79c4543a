/// The text of `lockwalk COMMAND --help`, drawn from the command's syntax.
func helpText(_ syntax: CommandSyntax) -> String {
    var usage = "usage: lockwalk \(syntax.name)"
    // That every command takes --help is told by the overview.
    let hasOptions = syntax.options.contains { $0.long != "help" }
    if hasOptions { usage += " [options]" }
    if !syntax.operands.isEmpty { usage += " \(syntax.operands)" }
    var text = usage + "\n\n" + syntax.description + "\n"
    if hasOptions { text += "\noptions:\n" + syntax.options.map(optionLine).joined() }
    if !syntax.notes.isEmpty { text += "\n" + syntax.notes + "\n" }
    return text
}

private func optionLine(_ option: OptionSyntax) -> String {
    let indent = 27
    var head = "  " + (option.short.map { "-\($0), " } ?? "    ") + "--\(option.long)"
    if let value = option.value { head += " \(value)" }
    let lines = option.help.split(separator: "\n", omittingEmptySubsequences: false)
    let margin = String(repeating: " ", count: indent)
    let first = head.count + 1 < indent
        ? head + String(repeating: " ", count: indent - head.count) : head + "\n" + margin
    return first + lines.joined(separator: "\n" + margin) + "\n"
}

/// The text of `lockwalk help`.
func overviewText(_ commands: [CommandSyntax]) -> String {
    let width = (commands.map(\.name.count).max() ?? 0) + 2
    let list = commands.map { command in
        "  \(command.name)\(String(repeating: " ", count: width - command.name.count))\(command.summary)\n"
    }
    return """
        usage: lockwalk COMMAND [options] ...

        Explores every interleaving of a locking protocol that is written as a small C
        file, and proves its rules or shows the shortest run that breaks one.

        commands:
        \(list.joined())
        'lockwalk COMMAND --help' tells more about a command.

        exit status: 0 holds, 1 violated, 2 the command or the model is wrong,
        3 incomplete (a limit was reached), 4 internal error

        """
}
