/// What a token is; names and keywords are told apart by the parser.
enum TokenKind: UInt8 {
    case end, identifier, integer
    case leftParen, rightParen, leftBrace, rightBrace, leftBracket, rightBracket
    case semicolon, comma, colon, question, dot, arrow, ellipsis, hash
    case plusPlus, minusMinus
    case plus, minus, star, slash, percent, shiftLeft, shiftRight
    case less, greater, lessEqual, greaterEqual, equalEqual, notEqual
    case ampersand, caret, bar, andAnd, orOr, exclamation, tilde
    case assign, starAssign, slashAssign, percentAssign, plusAssign, minusAssign
    case shiftLeftAssign, shiftRightAssign, andAssign, caretAssign, orAssign
}

/// One token of the text. A token that comes from a macro stands where the macro is used.
struct Token {
    var kind: TokenKind
    var range: SourceRange
    /// The first on its line, so that `#` opens a directive and a part name opens a part.
    var startsLine = false
    /// The name, for an identifier only.
    var text = ""
    var value: UInt64 = 0
    var isUnsigned = false
    var isLong = false

    init(_ kind: TokenKind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    /// The same spelling, wherever it stands: macros may be defined twice alike.
    func isSpelledLike(_ other: Token) -> Bool {
        kind == other.kind && text == other.text && value == other.value
            && isUnsigned == other.isUnsigned && isLong == other.isLong
    }
}
