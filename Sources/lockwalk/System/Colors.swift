import Trace

/// Whether an answer is coloured.
enum Colors {
    static let option = OptionSyntax(
        long: "color", value: "WHEN", help: "auto (default: on a terminal, unless NO_COLOR\nis set), always, never",
        values: words)

    private static let words = ["auto", "always", "never"]

    /// https://no-color.org: set and not empty. A dumb terminal knows no colours.
    static func wanted(_ arguments: Arguments, _ out: Output, command: String) throws -> TextColors {
        let word = arguments.last("color") ?? "auto"
        guard words.contains(word) else {
            throw UsageError("'\(word)' is no value for --color; write auto, always or never", command: command)
        }
        if word != "auto" { return TextColors(isOn: word == "always") }
        func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return TextColors(isOn: out.isTerminal && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb")
    }
}
