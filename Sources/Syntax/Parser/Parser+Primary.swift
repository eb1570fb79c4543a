/// Names, constants, parentheses, and what follows them: calls, indices, members.
extension Parser {
    /// primary: constant | name | name "(" arguments ")" | "(" expression ")"
    mutating func parsePrimary() throws(SyntaxFailure) -> Expression {
        let start = current.range
        switch current.kind {
        case .integer:
            let token = current
            advance()
            let kind = Expression.Kind.integer(token.value, isUnsigned: token.isUnsigned, isLong: token.isLong)
            return try node(kind, start)
        case .identifier:
            return try parseNamed()
        case .leftParen:
            return try parseParenthesised()
        case .ellipsis:
            throw fail(.variadic(start))
        default:
            throw fail(.expectedExpression(start, describe(current)))
        }
    }

    private mutating func parseNamed() throws(SyntaxFailure) -> Expression {
        try refuseWord()
        if LanguageNames.parts.contains(current.text) || LanguageNames.markers.contains(current.text) {
            throw fail(.partInsideFunction(current.range, current.text, opened: openBraces.last))
        }
        if LanguageNames.keywords.contains(current.text) || startsTypeName(current) {
            throw fail(.expectedExpression(current.range, describe(current)))
        }
        let name = Name(current.text, current.range)
        if LanguageNames.typeTakingMacros.contains(name.text), peek(1).kind == .leftParen {
            throw fail(.castToContainer(name.range, name.text))
        }
        advance()
        guard at(.leftParen) else { return try node(.identifier(name.text), name.range) }
        let (arguments, depth) = try parseArguments()
        return try node(.call(name: name, arguments: arguments), name.range.union(previous), over: depth)
    }

    /// arguments: "(" [ assignment { "," assignment } ] ")", with the height of the highest
    mutating func parseArguments() throws(SyntaxFailure) -> ([Expression], Int) {
        advance()
        var arguments: [Expression] = []
        var depth = 0
        if take(.rightParen) { return ([], 0) }
        repeat {
            let argument = try parseAssignment()
            depth = max(depth, argument.depth)
            arguments.append(argument)
        } while take(.comma)
        try expect(.rightParen, "')' or ','")
        return (arguments, depth)
    }

    private mutating func parseParenthesised() throws(SyntaxFailure) -> Expression {
        let open = current.range
        advance()
        if at(.leftBrace) {
            report(.statementExpression(open.union(current.range)))
            try skipBalanced()
            try expect(.rightParen, "')'")
            return try node(.integer(0, isUnsigned: false, isLong: false), open.union(previous))
        }
        // `(name) value` can only be a cast to a type that nobody defined.
        if at(.identifier), peek(1).kind == .rightParen {
            let next = peek(2)
            let isOperand = next.kind == .integer || next.kind == .tilde || next.kind == .exclamation
                || (next.kind == .identifier && !LanguageNames.keywords.contains(next.text)) || next.kind == .leftBrace
            if isOperand, !next.startsLine, !LanguageNames.keywords.contains(current.text) { throw unknownType() }
        }
        let inner = try parseExpression()
        try expect(.rightParen, "')'")
        if at(.leftParen) { throw fail(.indirectCall(open.union(previous))) }
        return Expression(inner.kind, open.union(previous), depth: inner.depth)
    }

    /// Reports the current token as a type that nobody defined.
    mutating func unknownType() -> SyntaxFailure {
        let known = LanguageNames.types.union(typedefs).union(LanguageNames.typeWords)
        return fail(.unknownType(current.range, current.text, nearest: nearest(current.text, in: known)))
    }

    /// postfix: primary { "[" expression "]" | "." name | "->" name | "++" | "--" }
    mutating func parsePostfix(_ primary: Expression) throws(SyntaxFailure) -> Expression {
        var left = primary
        while true {
            switch current.kind {
            case .leftBracket:
                advance()
                let index = try parseExpression()
                try expect(.rightBracket, "']'")
                left = try node(.index(left, index), left.range.union(previous), over: left.depth, index.depth)
            case .dot, .arrow:
                let isArrow = at(.arrow)
                advance()
                let name = try parseAnyName()
                let kind = Expression.Kind.member(left, name, isArrow: isArrow)
                left = try node(kind, left.range.union(name.range), over: left.depth)
            case .plusPlus, .minusMinus:
                let kind = Expression.Kind.increment(left, by: at(.plusPlus) ? 1 : -1, isPrefix: false)
                advance()
                left = try node(kind, left.range.union(previous), over: left.depth)
            case .leftParen:
                throw fail(.indirectCall(left.range))
            default:
                return left
            }
        }
    }
}
