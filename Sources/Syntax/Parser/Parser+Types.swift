/// What a declaration starts with: the words of its type, and words about storage.
struct Specifiers {
    var base: TypeName.Base
    var range: SourceRange
    var isConst = false
    var isStatic = false
    var isTypedef = false
    var externRange: SourceRange?
    var ghostRange: SourceRange?

    /// The same base for the next declarator, without the definition: it stands in the text once.
    var withoutDefinition: TypeName.Base {
        switch base {
        case .named: return base
        case .structure(let tag, _): return .structure(tag: tag, definition: nil)
        case .enumeration(let tag, _): return .enumeration(tag: tag, definition: nil)
        }
    }

    var hasDefinition: Bool {
        switch base {
        case .named: return false
        case .structure(_, let definition): return definition != nil
        case .enumeration(_, let definition): return definition != nil
        }
    }
}

extension Parser {
    /// Is this a typedef of the model, or a type that has two names?
    private func isTypeName(_ word: String) -> Bool {
        typedefs.contains(word) || LanguageNames.typeAliases[word] != nil
    }

    /// Can a type name start with this token?
    func startsTypeName(_ token: Token) -> Bool {
        guard token.kind == .identifier else { return false }
        let word = token.text
        return LanguageNames.startsType(word) || isTypeName(word) || word == "const" || word == "volatile"
            || LanguageNames.refusedTypeWords.contains(word)
    }

    /// Can a declaration start with this token?
    func startsDeclaration(_ token: Token) -> Bool {
        guard token.kind == .identifier else { return false }
        let word = token.text
        return startsTypeName(token) || LanguageNames.storageWords.contains(word)
            || LanguageNames.ignoredWords.contains(word) || word == "GHOST" || word.hasPrefix("__attribute")
    }

    /// specifiers: { storage word | qualifier | attribute | type }, with exactly one type
    mutating func parseSpecifiers() throws(SyntaxFailure) -> Specifiers {
        let start = current.range
        var words = TypeWords()
        var base: TypeName.Base?
        var result = Specifiers(base: .named(Name("int", start)), range: start)
        var typeRange: SourceRange?
        while at(.identifier) {
            try refuseWord()
            let word = current.text
            let place = current.range
            if LanguageNames.typeWords.contains(word), base == nil {
                words.add(word)
                typeRange = typeRange?.union(place) ?? place
                advance()
            } else if try takeQualifier(&result) {
                continue
            } else if base == nil, words.isEmpty, LanguageNames.types.contains(word) || isTypeName(word) {
                base = .named(Name(word, place))
                typeRange = place
                advance()
            } else if base == nil, words.isEmpty, word == "struct" || word == "enum" {
                base = word == "struct" ? try parseStruct() : try parseEnum()
                typeRange = place.union(previous)
            } else {
                break
            }
        }
        if base == nil {
            guard let place = typeRange else { throw missingType() }
            guard let name = words.canonical else { throw fail(.badTypeWords(place, words.spelling)) }
            base = .named(Name(name, place))
        }
        result.base = base!
        result.range = start.union(previous)
        return result
    }

    /// Takes one word that says nothing about the type itself.
    private mutating func takeQualifier(_ result: inout Specifiers) throws(SyntaxFailure) -> Bool {
        switch current.text {
        case "const", "__const": result.isConst = true
        case "static": result.isStatic = true
        case "typedef": result.isTypedef = true
        case "extern": result.externRange = current.range
        case "GHOST": result.ghostRange = current.range
        case "__attribute__", "__attribute":
            try skipAttribute()
            return true
        default:
            guard LanguageNames.ignoredWords.contains(current.text) else { return false }
        }
        advance()
        return true
    }

    /// `__attribute__((…))`: what it says concerns a compiler.
    mutating func skipAttribute() throws(SyntaxFailure) {
        advance()
        guard at(.leftParen) else { throw fail(.expected(current.range, "'('", describe(current))) }
        try skipBalanced()
    }

    mutating func skipAttributes() throws(SyntaxFailure) {
        while at(.identifier), current.text.hasPrefix("__attribute") || current.text.hasPrefix("__maybe_unused") {
            if current.text.hasPrefix("__attribute") { try skipAttribute() } else { advance() }
        }
    }

    private mutating func missingType() -> SyntaxFailure {
        let next = peek(1).kind
        let isName = at(.identifier) && !LanguageNames.keywords.contains(current.text)
            && !LanguageNames.parts.contains(current.text)
        if isName, next == .identifier || next == .star { return unknownType() }
        return fail(.expectedType(current.range, describe(current)))
    }

    /// type-name: specifiers { "*" } { "[" length "]" }, as in a cast; nothing is defined here
    mutating func parseTypeName() throws(SyntaxFailure) -> TypeName {
        try enter()
        defer { leave() }
        let specifiers = try parseSpecifiers()
        if let ghost = specifiers.ghostRange { report(.misplacedGhost(ghost)) }
        if specifiers.hasDefinition { report(.localType(specifiers.range)) }
        var type = try parsePointers(specifiers, isFirst: true)
        if at(.leftParen) { throw refuseParenthesis() }
        type.arrayLengths = try parseArrayLengths()
        type.range = type.range.union(previous)
        return type
    }

    /// The `*`s of one declarator, with qualifiers that mean nothing to a model.
    mutating func parsePointers(_ specifiers: Specifiers, isFirst: Bool) throws(SyntaxFailure) -> TypeName {
        var depth = 0
        while at(.star) {
            advance()
            depth += 1
            guard depth <= Self.pointerDepthMax else {
                throw fail(.typeTooComplex(previous, "levels of pointers", Self.pointerDepthMax))
            }
            while at(.identifier), current.text == "const" || LanguageNames.ignoredWords.contains(current.text) {
                advance()
            }
        }
        return TypeName(
            base: isFirst ? specifiers.base : specifiers.withoutDefinition, pointerDepth: depth, arrayLengths: [],
            isConst: specifiers.isConst, range: specifiers.range)
    }

    static let pointerDepthMax = 8
    static let dimensionsMax = 8

    /// { "[" [ constant ] "]" }, outermost first
    mutating func parseArrayLengths() throws(SyntaxFailure) -> [Expression?] {
        var lengths: [Expression?] = []
        while at(.leftBracket) {
            let open = current.range
            guard lengths.count < Self.dimensionsMax else {
                throw fail(.typeTooComplex(open, "dimensions", Self.dimensionsMax))
            }
            advance()
            if take(.rightBracket) {
                if !lengths.isEmpty { report(.unsizedArray(open.union(previous))) }
                lengths.append(nil)
                continue
            }
            let isStar = at(.star) && peek(1).kind == .rightBracket
            if isStar || atWord("static") || atWord("const") { throw fail(.unsizedArray(open)) }
            lengths.append(try parseConditional())
            try expect(.rightBracket, "']'")
        }
        return lengths
    }

    /// Tells why no `(` may stand where the name of a declarator belongs.
    mutating func refuseParenthesis() -> SyntaxFailure {
        let open = current.range
        var distance = 1
        while distance < 8, peek(distance).kind == .star || peek(distance).kind == .identifier { distance += 1 }
        let isFunction = peek(1).kind == .star && peek(distance).kind == .rightParen
            && peek(distance + 1).kind == .leftParen
        let isFunctionType = peek(1).kind == .rightParen || (startsTypeName(peek(1)))
        return fail(isFunction || isFunctionType ? .functionPointer(open) : .parenthesisedDeclarator(open))
    }
}
