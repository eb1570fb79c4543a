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
        if startsDeclaration(current) { return try parseDeclaration() }
        try refuseWord()
        if LanguageNames.keywords.contains(current.text) || atWord("ATOMIC") {
            throw fail(.statementOutsideFunction(current.range, describe(current)))
        }
        throw unknownTop()
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
