/// Colours for a terminal, by what a line says. The text without them is the whole truth: a mail loses nothing.
public struct TextColors: Sendable {
    public let isOn: Bool

    public static let none = TextColors(isOn: false)

    public init(isOn: Bool) {
        self.isOn = isOn
    }

    /// SGR parameters of ECMA-48.
    public enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case bad = "1;31"
        case good = "1;32"
        case warning = "1;33"
        case value = "32"
        case effect = "36"
        case held = "33"
    }

    public func paint(_ text: String, _ style: Style) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A row of a picture: its number and margin are `head` characters wide.
    func row(_ line: String, head: Int, isHeader: Bool) -> String {
        guard isOn else { return line }
        if isHeader { return paint(line, line.contains { $0 != "-" && $0 != " " } ? .bold : .dim) }
        let number = line.prefix { $0 == " " || $0.isNumber }
        let start = line.index(line.startIndex, offsetBy: min(head, line.count))
        let margin = line[min(number.endIndex, start)..<start]
        let body = line[start...]
        let blanks = body.prefix { $0 == " " }
        let text = String(body[blanks.endIndex...])
        return paint(String(line[..<min(number.endIndex, start)]), .dim) + paint(String(margin), .held) + blanks
            + (style(of: text).map { paint(text, $0) } ?? text)
    }

    private func style(of text: String) -> Style? {
        if text.hasPrefix("^"), text.allSatisfy({ $0 == "^" || $0 == " " }) { return .bad }
        if text.hasPrefix("-> ") { return .value }
        if text.hasPrefix("["), text.hasSuffix("]") { return .effect }
        return nil
    }
}
