/// A diagnostic as a compiler prints it: the place, the line, a caret, and what to try.
public func render(_ diagnostic: Diagnostic, texts: SourceTexts) -> String {
    var lines: [String] = []
    let title = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]: \(diagnostic.message)"
    lines.append(heading(title, diagnostic.range, texts))
    lines += excerpt(diagnostic.range, texts)
    if let suggestion = diagnostic.suggestion { lines.append("  = help: \(suggestion)") }
    for note in diagnostic.notes {
        lines.append(heading("note: \(note.text)", note.range, texts))
        lines += excerpt(note.range, texts)
    }
    return lines.joined(separator: "\n") + "\n"
}

private func heading(_ title: String, _ range: SourceRange, _ texts: SourceTexts) -> String {
    let safe = printable(title)
    guard let place = texts.place(of: range) else { return safe }
    return "\(printable(place.file)):\(place.line):\(place.column): \(safe)"
}

/// Longer lines are cut around the caret.
private let excerptWidthMax = 96

/// The line of a range and a caret line under it; nothing for a range that stands in no text.
private func excerpt(_ range: SourceRange, _ texts: SourceTexts) -> [String] {
    guard let place = texts.place(of: range) else { return [] }
    let file = texts.files[Int(range.file)]
    let (cells, caret) = visibleCells(file, place.line, Int(range.start))
    guard !cells.isEmpty || range.start <= Int32(file.bytes.count) else { return [] }
    var length = 0
    for cell in cells[min(caret, cells.count)...] {
        if cell.offset >= Int(range.end) { break }
        length += cell.isTab ? 1 : cell.text.count
    }
    var shown = ""
    var under = ""
    for (index, cell) in cells.enumerated() {
        shown += cell.text
        if index < caret { under += cell.isTab ? "\t" : String(repeating: " ", count: cell.text.count) }
    }
    let gutter = String(place.line)
    let blank = String(repeating: " ", count: gutter.count)
    // Gutters end in one blank before the bar, so tabs in both lines reach the same stops.
    return [
        " \(gutter) | \(shown)",
        " \(blank) | \(under)^" + String(repeating: "~", count: max(0, length - 1)),
    ]
}

/// One character of a line as it is shown: control bytes by number, a tab as it is.
private struct Cell {
    var text: String
    var offset: Int
    var isTab: Bool { text == "\t" }
}

/// The cells of a line that are shown, and the index of the one at `offset`.
private func visibleCells(_ file: SourceFile, _ line: Int, _ offset: Int) -> (cells: [Cell], caret: Int) {
    let start = Int(file.lineStarts[line - 1])
    let next = line < file.lineStarts.count ? Int(file.lineStarts[line]) : file.bytes.count
    // Whatever the length of the line, only the surroundings of the caret are looked at.
    var from = start
    if offset - start > excerptWidthMax * 2 / 3 { from = offset - excerptWidthMax / 2 }
    while from > start, from < next, file.bytes[from] & 0xC0 == 0x80 { from -= 1 }
    var to = min(next, from + excerptWidthMax)
    while to < next, file.bytes[to] & 0xC0 == 0x80 { to += 1 }
    var cells: [Cell] = from > start ? [Cell(text: "…", offset: from)] : []
    var caret: Int?
    var index = from
    while index < to {
        let length = scalarLength(file.bytes, index, to)
        let text = String(decoding: file.bytes[index..<(index + length)], as: UTF8.self)
        if offset < index + length, caret == nil { caret = cells.count }
        if text != "\n", !(text == "\r" && index + 1 < next && file.bytes[index + 1] == 0x0A), text != "\r\n" {
            cells.append(Cell(text: text == "\t" ? text : printable(text), offset: index))
        }
        index += length
    }
    let end = caret.map { min($0, cells.count) } ?? cells.count
    if to < next, file.bytes[to] != 0x0A { cells.append(Cell(text: "…", offset: to)) }
    return (cells, end)
}

/// The bytes of the UTF-8 scalar at `index`; one for a byte that begins none.
private func scalarLength(_ bytes: [UInt8], _ index: Int, _ end: Int) -> Int {
    let first = bytes[index]
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    guard index + length <= end else { return 1 }
    for next in 1..<max(length, 2) where next < length {
        if bytes[index + next] & 0xC0 != 0x80 { return 1 }
    }
    return length
}

/// The text with control characters, and those that turn the direction of writing, shown by number.
private func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        let value = scalar.value
        let isControl = value < 0x20 || (value >= 0x7F && value < 0xA0)
        let isDirection = (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069)
        if isControl || isDirection || value == 0x2028 || value == 0x2029 {
            result += "<" + String(value, radix: 16) + ">"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
