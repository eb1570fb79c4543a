/// Breaks a text into lines of at most `width` characters; lines after the first are indented by `indent`.
///
/// Breaks at a blank if there is one, beside a `=` only if there is no other, else behind an opening bracket or an operator, before an arrow or a dot, else
/// anywhere: a C expression has few blanks, and a column must not burst.
func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
    var rest = Array(text)
    var lines: [String] = []
    while true {
        let room = max(1, lines.isEmpty ? width : width - indent)
        let margin = lines.isEmpty ? "" : String(repeating: " ", count: indent)
        if rest.count <= room {
            lines.append(margin + String(rest))
            return lines
        }
        let end = breakPoint(rest, room: room)
        lines.append(margin + trimmedEnd(rest[..<end]))
        rest = Array(rest[end...].drop { $0 == " " })
        if rest.isEmpty { return lines }
    }
}

/// How many characters the line takes: at least 1, at most `room`.
private func breakPoint(_ text: [Character], room: Int) -> Int {
    let least = max(1, room / 3)
    let blanks = (1...room).filter { text[$0] == " " }
    let free = blanks.last { $0 >= least && text[$0 - 1] != "=" && ($0 + 1 == text.count || text[$0 + 1] != "=") }
    if let blank = free ?? blanks.last { return blank }
    let nice = (least...room).last { end in
        "(,|&=?:+".contains(text[end - 1]) && text[end] != "=" || text[end] == "." || text[end...].starts(with: "->")
    }
    return nice ?? room
}

private func trimmedEnd(_ text: ArraySlice<Character>) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return String(text)
}

/// A text filled up with blanks.
func padded(_ text: String, to width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
}

/// Joins rows without blanks at the ends of lines, which mail programs mangle.
func withoutTrailingBlanks(_ line: String) -> String {
    trimmedEnd(Array(line)[...])
}
