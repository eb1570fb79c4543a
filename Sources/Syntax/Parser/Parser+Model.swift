/// The top of a model.
extension Parser {
    /// model: { part | declaration | ";" }
    mutating func parseModel() -> [Declaration] {
        var declarations: [Declaration] = []
        while !at(.end) {
            if take(.semicolon) { continue }
            let mark = current.range
            do throws(SyntaxFailure) {
                declarations += try parseTop()
            } catch {
                // An open block that was given up ends where the next part begins.
                if !isUnwinding { skipDeclaration() }
                if current.range == mark, !at(.end), !isUnwinding { advance() }
            }
            isUnwinding = false
            nesting = 0
            statementNesting = 0
        }
        if !source.sawHeader { report(.missingHeader(SourceRange(file: 0, start: 0, end: 0))) }
        return declarations
    }

    private mutating func parseTop() throws(SyntaxFailure) -> [Declaration] {
        if isAtPart { return [try parsePart()] }
        if at(.rightBrace) {
            report(.strayBrace(current.range))
            advance()
            return []
        }
        guard at(.identifier) else {
            throw fail(.expected(current.range, "a part of the model", describe(current), hint: topHint))
        }
        if let type = definedType() { return [try parseDefiner(type)] }
        if startsDeclaration(current) { return try parseDeclaration() }
        try refuseWord()
        if LanguageNames.keywords.contains(current.text) || atWord("ATOMIC") {
            throw fail(.statementOutsideFunction(current.range, describe(current)))
        }
        throw unknownTop()
    }

    /// The type that `[static] DEFINE_SPINLOCK(…)` and its like declare, if one stands here.
    private mutating func definedType() -> LanguageNames.DefinedType? {
        let isStatic = atWord("static")
        let name = isStatic ? peek(1) : current
        guard let type = LanguageNames.definers[name.text], peek(isStatic ? 2 : 1).kind == .leftParen else { return nil }
        return type
    }

    /// `[static] DEFINE_SPINLOCK(name);`: a variable, and it starts free.
    private mutating func parseDefiner(_ type: LanguageNames.DefinedType) throws(SyntaxFailure) -> Declaration {
        let start = current.range
        let isStatic = atWord("static")
        if isStatic { advance() }
        let word = current.range
        advance()
        try expect(.leftParen, "'('")
        let name = try parseNewName()
        try expect(.rightParen, "')'")
        try expectSemicolon("a declaration")
        let base: TypeName.Base
        switch type {
        case .named(let text): base = .named(Name(text, word))
        case .structure(let tag): base = .structure(tag: Name(tag, word), definition: nil)
        }
        let typeName = TypeName(base: base, pointerDepth: 0, arrayLengths: [], isConst: false, range: word)
        let variable = Variable(name: name, type: typeName, initializer: nil, isGhost: false, isStatic: isStatic)
        return Declaration(.variables([variable]), start.union(previous))
    }

    private var topHint: String { "a struct, a variable, a function, a THREAD or another part may stand here" }

    /// A name that starts nothing: a part or a type misspelt, or a statement in the wrong place.
    private mutating func unknownTop() -> SyntaxFailure {
        switch peek(1).kind {
        case .identifier, .star:
            return unknownType()
        case .leftParen, .leftBrace:
            if LanguageNames.primitives.contains(current.text) {
                return fail(.statementOutsideFunction(current.range, describe(current)))
            }
            let hint = nearest(current.text, in: LanguageNames.parts)
            return fail(.unknownPart(current.range, current.text, nearest: hint))
        default:
            return fail(.statementOutsideFunction(current.range, describe(current)))
        }
    }
}
