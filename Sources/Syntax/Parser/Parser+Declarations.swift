/// Declarations of variables, functions and types.
extension Parser {
    /// declaration: specifiers [ declarator [ "=" initializer ] { "," … } ] ";", or a function, at the top of the file
    mutating func parseDeclaration() throws(SyntaxFailure) -> [Declaration] {
        let start = current.range
        let specifiers = try parseSpecifiers()
        if take(.semicolon) { return typeAlone(specifiers, start) }
        if specifiers.isTypedef { return try parseTypedef(specifiers, start) }
        let type = try parsePointers(specifiers, isFirst: true)
        if at(.leftParen) { throw refuseParenthesis() }
        if at(.identifier), LanguageNames.parts.contains(current.text) {
            throw fail(.expectedName(current.range, describe(current)))
        }
        let name = try parseNewName()
        if at(.leftParen) {
            return [try parseFunction(name, type, specifiers, start)]
        }
        if let place = specifiers.externRange { report(.externVariable(place)) }
        let variables = try parseVariables(name, type, specifiers, isLocal: false)
        try expectSemicolon("a declaration")
        return [Declaration(.variables(variables), start.union(previous))]
    }

    /// `struct page { … };`, `struct page;`, and what declares nothing
    private mutating func typeAlone(_ specifiers: Specifiers, _ start: SourceRange) -> [Declaration] {
        if let ghost = specifiers.ghostRange { report(.misplacedGhost(ghost)) }
        let range = start.union(previous)
        var isType = specifiers.hasDefinition
        switch specifiers.base {
        case .named: isType = false
        case .structure(let tag, let definition):
            isType = definition != nil || !tag.text.hasPrefix("<")
            if definition != nil, tag.text.hasPrefix("<") { isType = false }
        case .enumeration: isType = true
        }
        guard isType, !specifiers.isTypedef else {
            report(.emptyDeclaration(specifiers.range))
            return []
        }
        let type = TypeName(
            base: specifiers.base, pointerDepth: 0, arrayLengths: [], isConst: specifiers.isConst,
            range: specifiers.range)
        return [Declaration(.type(type), range)]
    }

    private mutating func parseTypedef(
        _ specifiers: Specifiers, _ start: SourceRange
    ) throws(SyntaxFailure) -> [Declaration] {
        if let ghost = specifiers.ghostRange { report(.misplacedGhost(ghost)) }
        var result: [Declaration] = []
        repeat {
            var type = try parsePointers(specifiers, isFirst: result.isEmpty)
            if at(.leftParen) { throw refuseParenthesis() }
            let name = try parseAnyName()
            if LanguageNames.isReserved(name.text) { report(.reservedName(name.range, name.text)) }
            if at(.leftParen) { throw fail(.functionPointer(name.range)) }
            type.arrayLengths = try parseArrayLengths()
            if let first = type.arrayLengths.first, first == nil { report(.unsizedArray(name.range)) }
            type.range = type.range.union(previous)
            try skipAttributes()
            if at(.assign) { throw fail(.fieldInitializer(current.range, "a typedef")) }
            typedefs.insert(name.text)
            result.append(Declaration(.typedef(name: name, type), start.union(previous)))
        } while take(.comma)
        try expectSemicolon("a typedef")
        return result
    }

    /// The variables of one declaration, from after the first name to before the `;`.
    mutating func parseVariables(
        _ firstName: Name, _ firstType: TypeName, _ specifiers: Specifiers, isLocal: Bool
    ) throws(SyntaxFailure) -> [Variable] {
        var variables: [Variable] = []
        var name = firstName
        var type = firstType
        while true {
            if isLocal, at(.leftParen) { throw fail(.nestedFunction(name.range)) }
            let brackets = current.range
            type.arrayLengths = try parseArrayLengths()
            type.range = type.range.union(previous)
            try skipAttributes()
            try refuseWord()
            let initializer = take(.assign) ? try parseInitializer() : nil
            if let first = type.arrayLengths.first, first == nil, initializer == nil { report(.unsizedArray(brackets)) }
            variables.append(
                Variable(
                    name: name, type: type, initializer: initializer, isGhost: specifiers.ghostRange != nil,
                    isStatic: specifiers.isStatic))
            guard take(.comma) else { return variables }
            type = try parsePointers(specifiers, isFirst: false)
            if at(.leftParen) { throw refuseParenthesis() }
            name = try parseNewName()
            if !isLocal, at(.leftParen) {
                throw fail(.expected(current.range, "';' or ','", describe(current), hint: "declare the function alone"))
            }
        }
    }

    /// function: … name "(" parameters ")" ( ";" | block )
    private mutating func parseFunction(
        _ name: Name, _ result: TypeName, _ specifiers: Specifiers, _ start: SourceRange
    ) throws(SyntaxFailure) -> Declaration {
        if let ghost = specifiers.ghostRange { report(.misplacedGhost(ghost)) }
        if specifiers.hasDefinition { report(.localType(specifiers.range)) }
        if let unnamed = oldStyleParameter() {
            report(.oldStyleDefinition(unnamed))
            try skipOldStyleFunction()
            let function = Declaration.Function(name: name, result: result, parameters: [], body: nil)
            return Declaration(.function(function), start.union(previous))
        }
        advance()
        let parameters = try parseParameters()
        try skipAttributes()
        try refuseWord()
        var body: Statement?
        if at(.leftBrace) {
            if let nameless = parameters.first(where: { $0.name.text.isEmpty }) {
                report(.expectedName(nameless.name.range, "a type alone"))
            }
            body = try parseBody()
        } else {
            try expectSemicolon("a function's declaration")
        }
        let function = Declaration.Function(name: name, result: result, parameters: parameters, body: body)
        return Declaration(.function(function), start.union(previous))
    }

    /// The first parameter behind the `(`, if it is a name without a type.
    private mutating func oldStyleParameter() -> SourceRange? {
        let first = peek(1)
        guard isPlainName(first), peek(2).kind == .comma || peek(2).kind == .rightParen else { return nil }
        return first.range
    }

    private func isPlainName(_ token: Token) -> Bool {
        token.kind == .identifier && !startsDeclaration(token) && !LanguageNames.keywords.contains(token.text)
    }

    /// From the `(` of a function in the old style to behind its body.
    private mutating func skipOldStyleFunction() throws(SyntaxFailure) {
        try skipBalanced()
        if take(.semicolon) { return }
        while !at(.leftBrace), !at(.end), !(current.startsLine && isAtPart) { advance() }
        if at(.leftBrace) { try skipBalanced() }
    }

    /// parameters: [ "void" | parameter { "," parameter } ] ")"
    private mutating func parseParameters() throws(SyntaxFailure) -> [Variable] {
        if take(.rightParen) { return [] }
        if atWord("void"), peek(1).kind == .rightParen {
            advance()
            advance()
            return []
        }
        var parameters: [Variable] = []
        repeat {
            if at(.ellipsis) { throw fail(.variadic(current.range)) }
            if at(.identifier), peek(1).kind == .comma || peek(1).kind == .rightParen, isPlainName(current) {
                throw fail(.oldStyleDefinition(current.range))
            }
            parameters.append(try parseParameter())
        } while take(.comma)
        try expect(.rightParen, "')' or ','")
        return parameters
    }

    private mutating func parseParameter() throws(SyntaxFailure) -> Variable {
        let specifiers = try parseSpecifiers()
        refuseStorage(specifiers)
        if let ghost = specifiers.ghostRange { report(.misplacedGhost(ghost)) }
        if specifiers.hasDefinition { report(.localType(specifiers.range)) }
        var type = try parsePointers(specifiers, isFirst: true)
        if at(.leftParen) { throw refuseParenthesis() }
        var name = Name("", SourceRange(file: previous.file, start: previous.end, end: previous.end))
        if at(.identifier) { name = try parseNewName() }
        if at(.leftParen) { throw fail(.functionPointer(name.range)) }
        type.arrayLengths = try parseArrayLengths()
        type.range = type.range.union(previous)
        try skipAttributes()
        if at(.assign) { throw fail(.fieldInitializer(current.range, "a parameter")) }
        return Variable(name: name, type: type, initializer: nil, isGhost: false, isStatic: false)
    }

    /// A declaration inside a function, up to its `;`.
    mutating func parseLocals() throws(SyntaxFailure) -> Statement {
        let start = current.range
        let specifiers = try parseSpecifiers()
        if let place = specifiers.externRange { throw fail(.externVariable(place)) }
        if specifiers.isTypedef || specifiers.hasDefinition {
            report(.localType(specifiers.range))
            if at(.semicolon) || specifiers.isTypedef { throw SyntaxFailure() }
        }
        if at(.semicolon) { throw fail(.emptyDeclaration(specifiers.range)) }
        let type = try parsePointers(specifiers, isFirst: true)
        if at(.leftParen) { throw refuseParenthesis() }
        let name = try parseNewName()
        let variables = try parseVariables(name, type, specifiers, isLocal: true)
        try expectSemicolon("a declaration")
        return Statement(.declaration(variables), start.union(previous))
    }
}
