/// Turns the bytes of one text into tokens, on demand, so that a hopeless text costs no more than its first errors.
///
/// A class, because it is read byte by byte and a struct would be copied on the way.
final class Lexer {
    let file: Int32
    private let splices: LineSplices
    /// The text without its line continuations.
    let bytes: [UInt8]
    let end: Int
    /// The next byte to read, in the text without its continuations.
    var position = 0
    var isAtLineStart = true
    /// Set while a group is skipped by `#ifdef`: what stands there need not be C.
    var isQuiet = false

    /// Longer names are refused: nobody writes them, and messages quote names.
    static let nameLengthMax = 255

    init(file: Int32, bytes: [UInt8]) {
        self.file = file
        splices = LineSplices(bytes)
        self.bytes = splices.bytes
        end = self.bytes.count
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The byte `distance` after the next one; 0 past the end, which no token contains.
    func byte(_ distance: Int = 0) -> UInt8 {
        let index = position + distance
        return index < end ? bytes[index] : 0
    }

    func range(from start: Int, to finish: Int) -> SourceRange {
        let first = splices.original(start)
        let last = finish > start ? splices.original(finish - 1) + 1 : first
        return SourceRange(file: file, start: Int32(first), end: Int32(last))
    }

    func report(_ diagnostics: inout Diagnostics, _ diagnostic: Diagnostic) {
        if !isQuiet { diagnostics.add(diagnostic) }
    }

    /// The next token; `.end` at the end of the text, again and again.
    func next(_ diagnostics: inout Diagnostics) -> Token {
        while true {
            skipBlanks(&diagnostics)
            let startsLine = isAtLineStart
            isAtLineStart = false
            if position >= end {
                var token = Token(.end, range(from: end, to: end))
                token.startsLine = true
                return token
            }
            if var token = token(&diagnostics) {
                token.startsLine = startsLine
                return token
            }
            // A byte that is no C was reported and passed over.
            isAtLineStart = startsLine
            if diagnostics.isFull { position = end }
        }
    }

    private func token(_ diagnostics: inout Diagnostics) -> Token? {
        let first = byte()
        if first.isNameStart { return name(&diagnostics) }
        if first.isDigit || (first == UInt8(ascii: ".") && byte(1).isDigit) { return number(&diagnostics) }
        if first == UInt8(ascii: "'") { return character(&diagnostics) }
        if first == UInt8(ascii: "\"") { return string(&diagnostics) }
        if let (kind, length) = Punctuators.longest(first, byte(1), byte(2)) {
            let start = position
            position += length
            return Token(kind, range(from: start, to: position))
        }
        stray(&diagnostics)
        return nil
    }

    /// Blanks, line ends and comments.
    private func skipBlanks(_ diagnostics: inout Diagnostics) {
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\n"):
                isAtLineStart = true
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
                position += 1
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
                while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
                skipComment(&diagnostics)
            default:
                return
            }
        }
    }

    private func skipComment(_ diagnostics: inout Diagnostics) {
        let start = position
        position += 2
        while position < end {
            if bytes[position] == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
        diagnostics.add(.unterminatedComment(range(from: start, to: start + 2)))
    }

    private func name(_ diagnostics: inout Diagnostics) -> Token? {
        let start = position
        repeat { position += 1 } while position < end && bytes[position].isNamePart
        let place = range(from: start, to: position)
        if byte() == UInt8(ascii: "'"), position - start == 1, "LuU".utf8.contains(bytes[start]) {
            report(&diagnostics, .badCharacter(place, "wide character constants are not part of model C"))
            return character(&diagnostics)
        }
        guard position - start <= Self.nameLengthMax else {
            report(&diagnostics, .nameTooLong(place))
            return nil
        }
        var token = Token(.identifier, place)
        token.text = String(decoding: bytes[start..<position], as: UTF8.self)
        return token
    }

    /// A string is refused; it stands for a constant, so that what follows is still read.
    private func string(_ diagnostics: inout Diagnostics) -> Token {
        let start = position
        position += 1
        while position < end, bytes[position] != UInt8(ascii: "\n") {
            let byte = bytes[position]
            position += byte == UInt8(ascii: "\\") && self.byte(1) != UInt8(ascii: "\n") ? 2 : 1
            if byte == UInt8(ascii: "\"") { break }
        }
        position = min(position, end)
        let place = range(from: start, to: position)
        report(&diagnostics, .stringLiteral(place))
        return Token(.integer, place)
    }

    /// Reports a run of bytes that no token starts with, once, and passes over it.
    private func stray(_ diagnostics: inout Diagnostics) {
        let start = position
        let first = byte()
        while position < end, bytes[position] == first || (first >= 0x80 && bytes[position] >= 0x80) {
            position += 1
        }
        let place = range(from: start, to: position)
        if first == 0 {
            report(&diagnostics, .nulByte(place))
        } else if first >= 0x80 {
            guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
                return report(&diagnostics, .notUTF8(place, first))
            }
            report(&diagnostics, .strayCharacter(place, String(text.prefix(1))))
        } else {
            let text = first < 0x20 || first == 0x7F ? "\\x" + String(first, radix: 16) : String(UnicodeScalar(first))
            report(&diagnostics, .strayCharacter(place, text))
        }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    var isNameStart: Bool { isLetter || self == 0x5F }
    var isNamePart: Bool { isNameStart || isDigit }

    /// The value of a digit in any base up to 16.
    var digitValue: Int? {
        if isDigit { return Int(self) - 0x30 }
        let lower = self | 0x20
        return lower >= 0x61 && lower <= 0x66 ? Int(lower) - 0x61 + 10 : nil
    }
}
