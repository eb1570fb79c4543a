/// Statements with a header in parentheses. A fault in a header is skipped, so that the body is still read.
extension Parser {
    /// "(" expression ")"; 0 stands for a condition that could not be read
    private mutating func parseCondition() throws(SyntaxFailure) -> Expression {
        let start = current.range
        do throws(SyntaxFailure) {
            try expect(.leftParen, "'('")
            let condition = try parseExpression()
            try expect(.rightParen, "')'")
            return condition
        } catch {
            skipHeader(stopsAtSemicolon: true)
            if source.isStopped || at(.end) { throw error }
            return Expression(.integer(0, isUnsigned: false, isLong: false), start, depth: 1)
        }
    }

    mutating func parseIf() throws(SyntaxFailure) -> Statement {
        let start = current.range
        advance()
        let condition = try parseCondition()
        let yes = try parseStatement()
        guard atWord("else") else { return Statement(.ifElse(condition, yes, nil), start.union(previous)) }
        advance()
        let no = try parseStatement()
        return Statement(.ifElse(condition, yes, no), start.union(previous))
    }

    mutating func parseWhile() throws(SyntaxFailure) -> Statement {
        let start = current.range
        advance()
        let condition = try parseCondition()
        let body = try parseStatement()
        return Statement(.whileLoop(condition, body), start.union(previous))
    }

    mutating func parseDo() throws(SyntaxFailure) -> Statement {
        let start = current.range
        advance()
        let body = try parseStatement()
        guard atWord("while") else {
            throw fail(.expected(current.range, "'while' after the body of do", describe(current)))
        }
        advance()
        try expect(.leftParen, "'('")
        let condition = try parseExpression()
        try expect(.rightParen, "')'")
        try expectSemicolon("do … while (…)")
        return Statement(.doWhile(body, condition), start.union(previous))
    }

    mutating func parseSwitch() throws(SyntaxFailure) -> Statement {
        let start = current.range
        advance()
        let value = try parseCondition()
        let body = try parseStatement()
        return Statement(.switchOn(value, body), start.union(previous))
    }

    /// for: "for" "(" ( declaration | [ expression ] ";" ) [ expression ] ";" [ expression ] ")" statement
    mutating func parseFor() throws(SyntaxFailure) -> Statement {
        let start = current.range
        advance()
        var first = Statement(.empty, current.range)
        var condition: Expression?
        var step: Expression?
        do throws(SyntaxFailure) {
            try expect(.leftParen, "'('")
            first = try parseForStart()
            if !at(.semicolon) { condition = try parseExpression() }
            try expect(.semicolon, "';'")
            if !at(.rightParen) { step = try parseExpression() }
            try expect(.rightParen, "')'")
        } catch {
            skipHeader(stopsAtSemicolon: false)
            if source.isStopped || at(.end) { throw error }
        }
        let body = try parseStatement()
        return Statement(.forLoop(first, condition, step, body), start.union(previous))
    }

    private mutating func parseForStart() throws(SyntaxFailure) -> Statement {
        if startsDeclaration(current) { return try parseLocals() }
        let start = current.range
        if take(.semicolon) { return Statement(.empty, start) }
        if at(.identifier), peek(1).kind == .identifier, !LanguageNames.keywords.contains(current.text) {
            throw unknownType()
        }
        let expression = try parseExpression()
        try expect(.semicolon, "';'")
        return Statement(.expression(expression), start.union(previous))
    }
}
