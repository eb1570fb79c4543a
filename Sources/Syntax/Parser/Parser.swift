/// A fault was reported; whoever can recover catches this.
struct SyntaxFailure: Error {}

/// Recursive descent over the grammar of model C. Each `parse…` function reads exactly what its name says, or reports and
/// throws; statements, declarations, fields and headers of loops catch, skip to a place that is surely theirs and go on.
struct Parser {
    var source: Preprocessor
    var current: Token
    private var ahead: [Token] = []
    /// The token before the current one: where a missing `;` belongs.
    var previous: SourceRange
    var previousKind = TokenKind.end
    /// Typedef names of the model, which decide whether `a * b;` declares.
    var typedefs: Set<String> = []
    /// How deep the parse itself is nested: what bounds the stack, whatever the text.
    var nesting = 0
    var statementNesting = 0
    var structNesting = 0
    var unnamedCount = 0
    /// A part begins inside an open block, so all open blocks are given up, with one error.
    var isUnwinding = false
    /// The braces of the blocks around the current token.
    var openBraces: [SourceRange] = []

    /// Levels of recursion in expressions and types; a parenthesis takes two.
    static let nestingMax = 2 * Expression.depthLimit + 64

    init(_ preprocessor: Preprocessor) {
        source = preprocessor
        current = source.next()
        previous = SourceRange(file: 0, start: 0, end: 0)
    }

    // MARK: Tokens

    mutating func advance() {
        previous = current.range
        previousKind = current.kind
        current = ahead.isEmpty ? source.next() : ahead.removeFirst()
    }

    /// The token `distance` after the current one.
    mutating func peek(_ distance: Int) -> Token {
        while ahead.count < distance { ahead.append(source.next()) }
        return ahead[distance - 1]
    }

    func at(_ kind: TokenKind) -> Bool { current.kind == kind }

    func atWord(_ word: String) -> Bool { current.kind == .identifier && current.text == word }

    /// Consumes the token if it is of this kind.
    mutating func take(_ kind: TokenKind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: TokenKind, _ what: String) throws(SyntaxFailure) {
        guard current.kind == kind else { throw fail(.expected(current.range, what, describe(current))) }
        advance()
    }

    /// The place of a missing `;` is the end of what it should end, not the start of what comes next.
    mutating func expectSemicolon(_ after: String) throws(SyntaxFailure) {
        if take(.semicolon) { return }
        if at(.identifier) || at(.rightBrace) || at(.leftBrace) || at(.end) || current.startsLine {
            throw fail(.missingSemicolon(SourceRange(file: previous.file, start: previous.end, end: previous.end), after))
        }
        throw fail(.expected(current.range, "';' after \(after)", describe(current), hint: "is an operator missing?"))
    }

    /// A name that the model chooses where no other meaning is possible: a field, a label, a tag.
    mutating func parseAnyName() throws(SyntaxFailure) -> Name {
        try refuseWord()
        guard at(.identifier), !LanguageNames.keywords.contains(current.text) else {
            throw fail(.expectedName(current.range, describe(current)))
        }
        let name = Name(current.text, current.range)
        advance()
        return name
    }

    /// A name for a variable, function or constant; those of the language are taken.
    mutating func parseNewName() throws(SyntaxFailure) -> Name {
        let name = try parseAnyName()
        checkNew(name)
        return name
    }

    mutating func checkNew(_ name: Name) {
        if LanguageNames.isReserved(name.text) {
            report(.reservedName(name.range, name.text))
        } else if typedefs.contains(name.text) {
            report(.nameIsType(name.range, name.text))
        }
    }

    // MARK: Faults

    mutating func report(_ diagnostic: Diagnostic) { source.report(diagnostic) }

    /// Reports, and gives what to throw. A `#` within a line is never what the grammar makes of it.
    mutating func fail(_ diagnostic: Diagnostic) -> SyntaxFailure {
        report(at(.hash) ? .strayHash(current.range) : diagnostic)
        return SyntaxFailure()
    }

    /// Refuses the current token if it is a word of C that model C does not have.
    mutating func refuseWord() throws(SyntaxFailure) {
        guard at(.identifier), LanguageNames.refusedWords.contains(current.text) else { return }
        throw fail(.refused(current.text, current.range))
    }

    func describe(_ token: Token) -> String {
        switch token.kind {
        case .end: return "the end of the file"
        case .identifier: return "'\(token.text)'"
        default:
            let text = source.texts.text(of: token.range)
            return text.utf8.count > 40 ? "'\(text.prefix(40))…'" : "'\(text)'"
        }
    }

    /// Counts one level of recursion; the caller takes it back.
    mutating func enter() throws(SyntaxFailure) {
        guard nesting < Self.nestingMax else { throw fail(.expressionTooDeep(current.range)) }
        nesting += 1
    }

    mutating func leave() { nesting -= 1 }

    mutating func unnamedTag() -> String {
        unnamedCount += 1
        return "<unnamed \(unnamedCount)>"
    }

    var isAtPart: Bool { at(.identifier) && LanguageNames.parts.contains(current.text) }
}

/// Parses a model. Faults are added to `diagnostics`; the tree holds what could be read.
///
/// `readFile` gives the bytes of an included file, nil if there is none: this module knows no file system.
public func parseModel(
    name: String, bytes: [UInt8], readFile: (String) -> [UInt8]?, diagnostics: inout Diagnostics
) -> SyntaxTree {
    withoutActuallyEscaping(readFile) { readFile in
        let preprocessor = Preprocessor(name: name, bytes: bytes, diagnostics: diagnostics, readFile: readFile)
        var parser = Parser(preprocessor)
        let declarations = parser.parseModel()
        diagnostics = parser.source.diagnostics
        return SyntaxTree(texts: parser.source.texts, declarations: declarations)
    }
}
