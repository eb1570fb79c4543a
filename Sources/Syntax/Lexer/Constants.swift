/// Integer and character constants. A wrong one is reported and read as 0, so that the rest is still looked at.
extension Lexer {
    func number(_ diagnostics: inout Diagnostics) -> Token {
        let start = position
        let isHex = byte() == UInt8(ascii: "0") && byte(1) | 0x20 == UInt8(ascii: "x")
        var isFloat = false
        while position < end {
            let byte = bytes[position]
            let isExponent = byte | 0x20 == (isHex ? UInt8(ascii: "p") : UInt8(ascii: "e"))
            guard byte.isNamePart || byte == UInt8(ascii: ".") else { break }
            position += 1
            if byte == UInt8(ascii: ".") || isExponent { isFloat = true }
            let next = self.byte()
            let isSign = next == UInt8(ascii: "+") || next == UInt8(ascii: "-")
            if isExponent || (isHex && byte | 0x20 == UInt8(ascii: "e")), isSign { position += 1 }
        }
        var token = Token(.integer, range(from: start, to: position))
        let isBinary = byteAt(start + 1) | 0x20 == UInt8(ascii: "b") && byteAt(start) == UInt8(ascii: "0")
        if isFloat, !isBinary {
            report(&diagnostics, .floatingPoint(token.range, "a floating-point constant"))
            return token
        }
        let base = isHex ? 16 : isBinary ? 2 : byteAt(start) == UInt8(ascii: "0") ? 8 : 10
        evaluate(&token, start + (isHex || isBinary ? 2 : 0), base, &diagnostics)
        return token
    }

    private func byteAt(_ index: Int) -> UInt8 { index < end ? bytes[index] : 0 }

    private func evaluate(_ token: inout Token, _ digits: Int, _ base: Int, _ diagnostics: inout Diagnostics) {
        var index = digits
        var value: UInt64 = 0
        var isTooLarge = false
        while index < position, let digit = bytes[index].digitValue, digit < base {
            let (product, overflow) = value.multipliedReportingOverflow(by: UInt64(base))
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            isTooLarge = isTooLarge || overflow || carry
            value = sum
            index += 1
        }
        guard index > digits else { return report(&diagnostics, .badConstant(token.range)) }
        var suffix = ""
        if position - index <= 3 {
            suffix = String(decoding: bytes[index..<position], as: UTF8.self).lowercased()
        }
        guard position - index <= 3, ["", "u", "l", "ul", "lu", "ll", "ull", "llu"].contains(suffix) else {
            return report(&diagnostics, .badConstant(token.range))
        }
        if isTooLarge { return report(&diagnostics, .constantTooLarge(token.range)) }
        token.value = value
        token.isLong = suffix.contains("l")
        // A hexadecimal, octal or binary constant that int does not hold is an unsigned int, if that holds it.
        let needsSign = base != 10 && !token.isLong && value > UInt64(Int32.max) && value <= UInt64(UInt32.max)
        token.isUnsigned = suffix.contains("u") || needsSign
    }

    func character(_ diagnostics: inout Diagnostics) -> Token {
        let start = position
        position += 1
        var count = 0
        var value: UInt64 = 0
        var isKnown = true
        while position < end, byte() != UInt8(ascii: "'"), byte() != UInt8(ascii: "\n") {
            if byte() == UInt8(ascii: "\\") {
                position += 1
                if let escaped = escape() { value = escaped } else { isKnown = false }
            } else {
                value = UInt64(byte())
                position += 1
            }
            count += 1
        }
        let isClosed = position < end && byte() == UInt8(ascii: "'")
        if isClosed { position += 1 }
        var token = Token(.integer, range(from: start, to: position))
        if !isClosed {
            report(&diagnostics, .badCharacter(token.range, "this character constant does not end on its line"))
        } else if !isKnown {
            report(&diagnostics, .badEscape(token.range))
        } else if count != 1 {
            let what = count == 0 ? "an empty character constant" : "a character constant of several bytes"
            report(&diagnostics, .badCharacter(token.range, what))
        } else if value > 0x7F {
            report(&diagnostics, .badCharacter(token.range, "a character constant outside ASCII"))
        } else {
            token.value = value
        }
        return token
    }

    /// The value of the escape whose backslash was just passed; nil if C has no such escape.
    private func escape() -> UInt64? {
        let letter = byte()
        if letter >= UInt8(ascii: "0"), letter <= UInt8(ascii: "7") { return digits(base: 8, countMax: 3) }
        guard position < end, letter != UInt8(ascii: "\n") else { return nil }
        position += 1
        switch letter {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "a"): return 7
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "v"): return 11
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "?"): return UInt64(letter)
        case UInt8(ascii: "x"): return digits(base: 16, countMax: .max)
        default: return nil
        }
    }

    private func digits(base: Int, countMax: Int) -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        while count < countMax, let digit = byte().digitValue, digit < base {
            value = min(value * UInt64(base) + UInt64(digit), 1 << 32)
            position += 1
            count += 1
        }
        return count > 0 ? value : nil
    }
}
