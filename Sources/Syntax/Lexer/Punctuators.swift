/// The punctuators of C, longest match first.
enum Punctuators {
    /// The longest punctuator that these bytes begin with, and its length.
    static func longest(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> (TokenKind, Int)? {
        if let found = three(a, b, c) { return (found, 3) }
        if let found = two(a, b) { return (found, 2) }
        if let found = one(a) { return (found, 1) }
        return nil
    }

    private static func three(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> TokenKind? {
        guard a == b || a == UInt8(ascii: ".") else { return nil }
        if a == UInt8(ascii: "."), b == a, c == a { return .ellipsis }
        guard c == UInt8(ascii: "=") else { return nil }
        if a == UInt8(ascii: "<"), b == a { return .shiftLeftAssign }
        if a == UInt8(ascii: ">"), b == a { return .shiftRightAssign }
        return nil
    }

    private static func two(_ a: UInt8, _ b: UInt8) -> TokenKind? {
        if b == UInt8(ascii: "=") { return withAssign(a) }
        if a == UInt8(ascii: "-"), b == UInt8(ascii: ">") { return .arrow }
        guard a == b else { return nil }
        switch a {
        case UInt8(ascii: "+"): return .plusPlus
        case UInt8(ascii: "-"): return .minusMinus
        case UInt8(ascii: "<"): return .shiftLeft
        case UInt8(ascii: ">"): return .shiftRight
        case UInt8(ascii: "&"): return .andAnd
        case UInt8(ascii: "|"): return .orOr
        default: return nil
        }
    }

    private static func withAssign(_ a: UInt8) -> TokenKind? {
        switch a {
        case UInt8(ascii: "="): return .equalEqual
        case UInt8(ascii: "!"): return .notEqual
        case UInt8(ascii: "<"): return .lessEqual
        case UInt8(ascii: ">"): return .greaterEqual
        case UInt8(ascii: "+"): return .plusAssign
        case UInt8(ascii: "-"): return .minusAssign
        case UInt8(ascii: "*"): return .starAssign
        case UInt8(ascii: "/"): return .slashAssign
        case UInt8(ascii: "%"): return .percentAssign
        case UInt8(ascii: "&"): return .andAssign
        case UInt8(ascii: "^"): return .caretAssign
        case UInt8(ascii: "|"): return .orAssign
        default: return nil
        }
    }

    private static func one(_ a: UInt8) -> TokenKind? {
        switch a {
        case UInt8(ascii: "("): return .leftParen
        case UInt8(ascii: ")"): return .rightParen
        case UInt8(ascii: "{"): return .leftBrace
        case UInt8(ascii: "}"): return .rightBrace
        case UInt8(ascii: "["): return .leftBracket
        case UInt8(ascii: "]"): return .rightBracket
        case UInt8(ascii: ";"): return .semicolon
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: ":"): return .colon
        case UInt8(ascii: "?"): return .question
        case UInt8(ascii: "."): return .dot
        case UInt8(ascii: "#"): return .hash
        case UInt8(ascii: "="): return .assign
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        case UInt8(ascii: "*"): return .star
        case UInt8(ascii: "/"): return .slash
        case UInt8(ascii: "%"): return .percent
        case UInt8(ascii: "<"): return .less
        case UInt8(ascii: ">"): return .greater
        case UInt8(ascii: "&"): return .ampersand
        case UInt8(ascii: "^"): return .caret
        case UInt8(ascii: "|"): return .bar
        case UInt8(ascii: "!"): return .exclamation
        case UInt8(ascii: "~"): return .tilde
        default: return nil
        }
    }
}
