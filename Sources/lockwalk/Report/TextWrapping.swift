/// Prose in lines.
enum TextWrapping {
    /// A paragraph whose lines after the first are indented, with line feeds.
    static func hanging(_ text: String, width: Int) -> String {
        var lines = paragraph(text, width: width)
        let first = lines.removeFirst()
        if lines.isEmpty { return first + "\n" }
        let rest = text.dropFirst(first.count).drop { $0 == " " }
        return first + "\n" + paragraph(String(rest), width: width - 2).map { "  \($0)\n" }.joined()
    }

    /// Breaks at blanks; a word longer than the width has a line of its own.
    static func paragraph(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in part.split(separator: " ") {
                if line.isEmpty {
                    line = String(word)
                } else if line.count + 1 + word.count <= width {
                    line += " " + word
                } else {
                    lines.append(line)
                    line = String(word)
                }
            }
            lines.append(line)
        }
        return lines
    }
}
