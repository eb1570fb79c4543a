/// Expressions, from the comma down to the unary operators.
extension Parser {
    /// Builds a node, unless the tree becomes too high for those who walk it.
    mutating func node(
        _ kind: Expression.Kind, _ range: SourceRange, over children: Int...
    ) throws(SyntaxFailure) -> Expression {
        var depth = 0
        for child in children { depth = max(depth, child) }
        guard depth < Expression.depthLimit else { throw fail(.expressionTooDeep(range)) }
        return Expression(kind, range, depth: depth + 1)
    }

    /// expression: assignment { "," assignment }
    mutating func parseExpression() throws(SyntaxFailure) -> Expression {
        var left = try parseAssignment()
        while take(.comma) {
            let right = try parseAssignment()
            left = try node(.comma(left, right), left.range.union(right.range), over: left.depth, right.depth)
        }
        return left
    }

    /// assignment: conditional [ assignment-operator assignment ]
    mutating func parseAssignment() throws(SyntaxFailure) -> Expression {
        try enter()
        defer { leave() }
        let target = try parseConditional()
        guard let operation = assignmentOperator(current.kind) else { return target }
        if case .identifier(let name) = target.kind, LanguageNames.isReserved(name) {
            report(.reservedName(target.range, name))
        }
        advance()
        let value = try parseAssignment()
        let range = target.range.union(value.range)
        return try node(.assign(target, operation.binary, value), range, over: target.depth, value.depth)
    }

    /// conditional: binary [ "?" expression ":" conditional ]
    mutating func parseConditional() throws(SyntaxFailure) -> Expression {
        let condition = try parseBinary(0)
        guard at(.question) else { return condition }
        advance()
        if at(.colon) { throw fail(.omittedOperand(previous.union(current.range))) }
        try enter()
        defer { leave() }
        let yes = try parseExpression()
        try expect(.colon, "':'")
        let no = try parseConditional()
        let range = condition.range.union(no.range)
        return try node(.conditional(condition, yes, no), range, over: condition.depth, yes.depth, no.depth)
    }

    /// Binary operators by precedence climbing: all of at least `floor`.
    private mutating func parseBinary(_ floor: Int) throws(SyntaxFailure) -> Expression {
        var left = try parseUnary()
        while let (level, meaning) = binaryOperator(current.kind), level >= floor {
            advance()
            let right = try parseBinary(level + 1)
            let kind: Expression.Kind
            switch meaning {
            case .logicalAnd: kind = .logicalAnd(left, right)
            case .logicalOr: kind = .logicalOr(left, right)
            case .plain(let operation): kind = .binary(operation, left, right)
            }
            left = try node(kind, left.range.union(right.range), over: left.depth, right.depth)
        }
        return left
    }

    /// unary: { prefix-operator | cast } postfix
    mutating func parseUnary() throws(SyntaxFailure) -> Expression {
        try enter()
        defer { leave() }
        let start = current.range
        if let operation = unaryOperator(current.kind) {
            advance()
            let operand = try parseUnary()
            return try node(.unary(operation, operand), start.union(operand.range), over: operand.depth)
        }
        switch current.kind {
        case .plusPlus, .minusMinus:
            let step = at(.plusPlus) ? 1 : -1
            advance()
            let operand = try parseUnary()
            let kind = Expression.Kind.increment(operand, by: step, isPrefix: true)
            return try node(kind, start.union(operand.range), over: operand.depth)
        case .andAnd:
            throw fail(.computedGoto(start))
        case .leftParen where startsTypeName(peek(1)):
            return try parseCast()
        case .identifier where current.text == "sizeof":
            return try parseSizeof()
        default:
            return try parsePostfix(try parsePrimary())
        }
    }

    /// cast: "(" type ")" unary, or a compound literal
    private mutating func parseCast() throws(SyntaxFailure) -> Expression {
        let start = current.range
        advance()
        let type = try parseTypeName()
        try expect(.rightParen, "')'")
        if at(.leftBrace) { return try parsePostfix(try parseCompoundLiteral(type, start)) }
        let operand = try parseUnary()
        return try node(.cast(type, operand), start.union(operand.range), over: operand.depth, depth(of: type))
    }

    private mutating func parseCompoundLiteral(
        _ type: TypeName, _ start: SourceRange
    ) throws(SyntaxFailure) -> Expression {
        let value = try parseInitializer()
        let range = start.union(previous)
        return try node(.compoundLiteral(type, value), range, over: depth(of: value), depth(of: type))
    }

    private mutating func parseSizeof() throws(SyntaxFailure) -> Expression {
        let start = current.range
        advance()
        if at(.leftParen), startsTypeName(peek(1)) {
            let open = current.range
            advance()
            let type = try parseTypeName()
            try expect(.rightParen, "')'")
            if !at(.leftBrace) { return try node(.sizeofType(type), start.union(previous), over: depth(of: type)) }
            let literal = try parsePostfix(try parseCompoundLiteral(type, open))
            return try node(.sizeofExpression(literal), start.union(literal.range), over: literal.depth)
        }
        let operand = try parseUnary()
        return try node(.sizeofExpression(operand), start.union(operand.range), over: operand.depth)
    }

    /// The height that the array lengths inside a type add to the expression around it.
    func depth(of type: TypeName) -> Int {
        var depth = 0
        for length in type.arrayLengths { depth = max(depth, length?.depth ?? 0) }
        return depth
    }

    func depth(of initializer: Initializer) -> Int {
        switch initializer {
        case .expression(let value): return value.depth
        case .list(let items, _):
            var deepest = 0
            for item in items {
                deepest = max(deepest, depth(of: item.value))
                for case .index(let index) in item.designators { deepest = max(deepest, index.depth) }
            }
            return deepest + 1
        }
    }
}
