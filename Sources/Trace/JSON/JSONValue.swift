/// A value of JSON (RFC 8259), and its text. Objects keep the order in which they were made, so that what is written
/// twice is the same twice.
public indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Int)
    case fraction(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue

        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// `nil` is `null`.
    public init(_ text: String?) {
        self = text.map { .string($0) } ?? .null
    }

    public init(_ number: Int?) {
        self = number.map { .number($0) } ?? .null
    }

    public static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

    // MARK: Reading

    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var integer: Int? {
        if case .number(let number) = self { number } else { nil }
    }

    public var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    // MARK: Writing

    /// A line for each member, but what fits a line stands in one; a line feed at the end.
    public func formatted() -> String {
        var text = ""
        write(into: &text, indent: 0)
        return text + "\n"
    }

    /// All in one line.
    public var compact: String {
        var text = ""
        writeCompact(into: &text)
        return text
    }

    private static let lineMax = 110

    private func write(into text: inout String, indent: Int) {
        let line = compact
        if line.utf8.count + indent <= Self.lineMax {
            text += line
            return
        }
        let margin = String(repeating: " ", count: indent + 2)
        let closing = "\n" + String(repeating: " ", count: indent)
        switch self {
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index > 0 ? ",\n" : "\n") + margin
                element.write(into: &text, indent: indent + 2)
            }
            text += closing + "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index > 0 ? ",\n" : "\n") + margin + Self.quoted(member.key) + ": "
                member.value.write(into: &text, indent: indent + 2)
            }
            text += closing + "}"
        default:
            text += line
        }
    }

    private func writeCompact(into text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += String(value)
        case .fraction(let value): text += Self.fraction(value)
        case .string(let value): text += Self.quoted(value)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ", " }
                element.writeCompact(into: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += ", " }
                text += Self.quoted(member.key) + ": "
                member.value.writeCompact(into: &text)
            }
            text += "}"
        }
    }

    /// JSON has no word for what is not finite.
    private static func fraction(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

    /// Beside what JSON demands, `<` is written as an escape: the text may then stand in a page's script.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "<", "\u{2028}", "\u{2029}": result += escape(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
