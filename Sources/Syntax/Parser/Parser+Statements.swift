/// Statements.
extension Parser {
    /// The body of a function or part; the braces are its own.
    mutating func parseBody() throws(SyntaxFailure) -> Statement {
        let start = current.range
        let items = try parseBlock()
        return Statement(.block(items), start.union(previous))
    }

    /// block: "{" { item } "}"; a fault in one item does not hide the others
    mutating func parseBlock() throws(SyntaxFailure) -> [Statement] {
        let open = current.range
        advance()
        openBraces.append(open)
        defer { openBraces.removeLast() }
        var items: [Statement] = []
        while !at(.rightBrace), !at(.end), !isUnwinding {
            if current.startsLine, isAtPart {
                report(.partInsideFunction(current.range, current.text, opened: open))
                isUnwinding = true
                break
            }
            let mark = current.range
            do throws(SyntaxFailure) {
                items.append(try parseItem())
            } catch {
                if isUnwinding { break }
                skipStatement()
                // A fault at a token that ends nothing must still make progress.
                if current.range == mark, !at(.rightBrace), !at(.end), !(current.startsLine && isAtPart) { advance() }
            }
        }
        if isUnwinding { throw SyntaxFailure() }
        try closeBrace(open)
        return items
    }

    /// item: declaration | statement
    private mutating func parseItem() throws(SyntaxFailure) -> Statement {
        if startsDeclaration(current), peek(1).kind != .colon { return try parseLocals() }
        if startsUnknownDeclaration() { throw unknownType() }
        return try parseStatement(inBlock: true)
    }

    /// `foo_t x;` and `foo_t *x;`, which could only be a product that nobody uses.
    private mutating func startsUnknownDeclaration() -> Bool {
        guard at(.identifier), !LanguageNames.keywords.contains(current.text) else { return false }
        if LanguageNames.parts.contains(current.text) || LanguageNames.markers.contains(current.text) { return false }
        if peek(1).kind == .identifier, !peek(1).startsLine { return !LanguageNames.keywords.contains(peek(1).text) }
        guard peek(1).kind == .star, peek(2).kind == .identifier else { return false }
        switch peek(3).kind {
        case .semicolon, .assign, .comma, .leftBracket: return true
        default: return false
        }
    }

    /// statement: what may stand behind `if (…)`, and in a block
    mutating func parseStatement(inBlock: Bool = false) throws(SyntaxFailure) -> Statement {
        guard statementNesting < Statement.depthLimit else {
            throw fail(.nestedTooDeep(current.range, "statements", Statement.depthLimit))
        }
        statementNesting += 1
        defer { statementNesting -= 1 }
        let start = current.range
        switch current.kind {
        case .semicolon:
            advance()
            return Statement(.empty, start)
        case .leftBrace:
            let items = try parseBlock()
            return Statement(.block(items), start.union(previous))
        case .identifier:
            if let statement = try parseWordStatement(inBlock: inBlock) { return statement }
        default:
            break
        }
        let expression = try parseExpression()
        try expectSemicolon("an expression")
        return Statement(.expression(expression), start.union(previous))
    }

    /// A statement that begins with a word of its own or a label; nil for an expression.
    private mutating func parseWordStatement(inBlock: Bool) throws(SyntaxFailure) -> Statement? {
        switch current.text {
        case "if": return try parseIf()
        case "while": return try parseWhile()
        case "do": return try parseDo()
        case "for": return try parseFor()
        case "switch": return try parseSwitch()
        case "case", "default": return try parseCase(inBlock: inBlock)
        case "goto", "break", "continue", "return": return try parseJump()
        case "else": throw fail(.elseWithoutIf(current.range))
        case "ATOMIC": return try parseAtomic()
        case "fallthrough" where peek(1).kind == .semicolon:
            let start = current.range
            advance()
            advance()
            return Statement(.block([]), start.union(previous))
        default: break
        }
        let isWord = LanguageNames.keywords.contains(current.text) || LanguageNames.isReserved(current.text)
        if peek(1).kind == .colon, !isWord || LanguageNames.primitives.contains(current.text) {
            let start = current.range
            let name = try parseAnyName()
            advance()
            let statement = try parseLabelled(inBlock: inBlock)
            return Statement(.label(name, statement), start.union(previous))
        }
        if startsDeclaration(current) {
            if !inBlock { throw fail(.declarationNeedsBraces(current.range)) }
            return try parseLocals()
        }
        return nil
    }

    /// What a label stands before; nothing at all before `}`.
    private mutating func parseLabelled(inBlock: Bool) throws(SyntaxFailure) -> Statement {
        try skipAttributes()
        if at(.rightBrace) {
            return Statement(.empty, SourceRange(file: previous.file, start: previous.end, end: previous.end))
        }
        if inBlock, startsUnknownDeclaration() { throw unknownType() }
        return try parseStatement(inBlock: inBlock)
    }

    private mutating func parseCase(inBlock: Bool) throws(SyntaxFailure) -> Statement {
        let start = current.range
        let isDefault = current.text == "default"
        advance()
        var value: Expression?
        if !isDefault {
            value = try parseConditional()
            if at(.ellipsis) { throw fail(.valueRange(current.range)) }
        }
        try expect(.colon, "':'")
        let statement = try parseLabelled(inBlock: inBlock)
        let range = start.union(previous)
        if let value { return Statement(.caseLabel(value, statement), range) }
        return Statement(.defaultLabel(statement), range)
    }

    private mutating func parseJump() throws(SyntaxFailure) -> Statement {
        let start = current.range
        let word = current.text
        advance()
        let kind: Statement.Kind
        switch word {
        case "goto":
            if at(.star) { throw fail(.computedGoto(current.range)) }
            kind = .goto(try parseAnyName())
        case "break": kind = .breakLoop
        case "continue": kind = .continueLoop
        default: kind = .returnValue(at(.semicolon) || at(.rightBrace) ? nil : try parseExpression())
        }
        try expectSemicolon(word)
        return Statement(kind, start.union(previous))
    }

    private mutating func parseAtomic() throws(SyntaxFailure) -> Statement {
        let start = current.range
        advance()
        guard at(.leftBrace) else { throw fail(.missingBody(start, "ATOMIC")) }
        let items = try parseBlock()
        return Statement(.atomic(items), start.union(previous))
    }
}
