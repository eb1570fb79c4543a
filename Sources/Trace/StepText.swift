import Program
import Syntax

/// The text of a step as traces show it.
public enum StepText {
    /// Longer texts are cut.
    private static let lengthMax = 120
    private static let statementMax = 60

    /// Without comments; an ATOMIC by its first statement, since what it wrote stands below it.
    public static func shortened(_ text: String) -> String {
        let text = withoutComments(text)
        let opening = "ATOMIC {"
        guard text.hasPrefix(opening), text.count > statementMax else { return cut(text, lengthMax) }
        let body = text.dropFirst(opening.count).drop { $0 == " " }
        var depth = 0
        var statement = ""
        for character in body {
            if character == "(" { depth += 1 } else if character == ")" { depth -= 1 }
            if depth == 0, character == "{" { break }
            statement.append(character)
            if depth == 0, character == ";" { break }
        }
        statement = statement.trimmed
        let isAll = body.dropFirst(statement.count).allSatisfy { $0 == " " || $0 == "}" }
        let shown = cutBetweenWords(statement, statementMax)
        return "ATOMIC { \(shown)\(isAll || shown.hasSuffix("...") ? "" : " ...") }"
    }

    /// What stands in a range, in one line; empty for what stands in no text.
    static func folded(_ range: SourceRange, in texts: SourceTexts) -> String {
        shortened(texts.text(of: range).split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    static func cut(_ text: String, _ length: Int) -> String {
        text.count <= length ? text : text.prefix(length - 3).trimmed + "..."
    }

    private static func cutBetweenWords(_ text: String, _ length: Int) -> String {
        guard text.count > length, let blank = text.prefix(length - 3).lastIndex(of: " ") else {
            return cut(text, length)
        }
        return text[..<blank] + " ..."
    }

    private static func withoutComments(_ text: String) -> String {
        guard text.contains("/*") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "/*") {
            result += rest[..<start.lowerBound].trimmed
            guard let end = rest[start.upperBound...].firstRange(of: "*/") else { return result }
            rest = rest[end.upperBound...]
        }
        return (result + rest).trimmed
    }

    /// Whether a text names a variable, not as a part of another name or of a field: `pt` in `pt->pte`, not in `mm.pt`.
    static func mentions(_ text: String, _ name: String) -> Bool {
        var rest = text[...]
        while !name.isEmpty, let found = rest.firstRange(of: name) {
            let before = text[..<found.lowerBound].last
            let after = text[found.upperBound...].first
            if !isPart(before), before != ".", before != ">", !isPart(after) { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    private static func isPart(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }

    /// Functions of the kernel that return nothing, whatever they have read on the way.
    static func returnsNothing(_ text: String) -> Bool {
        let name = text.prefix { $0 != "(" }
        if ["set_bit", "clear_bit", "change_bit", "clear_bit_unlock"].contains(String(name)) { return true }
        guard name.hasPrefix("atomic_") || name.hasPrefix("refcount_") else { return false }
        return ["return", "fetch", "test", "unless", "read", "xchg", "not_zero", "negative", "positive"].allSatisfy {
            !name.contains($0)
        }
    }

    /// Functions of the kernel that tell whether something is so: their 1 is a `true`.
    static func tellsTruth(_ text: String) -> Bool {
        let name = text.prefix { $0 != "(" }
        guard name.count < text.count else { return false }
        if name.hasSuffix("trylock") || name.contains("_trylock_") { return true }
        if name.hasPrefix("try_cmpxchg") || name.hasPrefix("test_") || name == "maybe" { return true }
        return ["_and_test", "_not_zero", "_unless", "_negative", "seqcount_retry", "seqretry"].contains {
            name.contains($0)
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension String {
    fileprivate var trimmed: String { self[...].trimmed }
}
