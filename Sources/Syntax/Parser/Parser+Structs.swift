/// Definitions of structs and enums.
extension Parser {
    /// struct: "struct" [ tag ] [ "{" { field } "}" ]
    mutating func parseStruct() throws(SyntaxFailure) -> TypeName.Base {
        let start = current.range
        try enter()
        defer { leave() }
        advance()
        try skipAttributes()
        let tag = try parseTag(start)
        guard at(.leftBrace) else { return .structure(tag: tag, definition: nil) }
        if LanguageNames.structs.contains(tag.text) { report(.reservedName(tag.range, tag.text)) }
        guard structNesting < Self.structNestingMax else {
            throw fail(.nestedTooDeep(current.range, "structs", Self.structNestingMax))
        }
        structNesting += 1
        defer { structNesting -= 1 }
        let open = current.range
        advance()
        var fields: [StructDefinition.Field] = []
        while !at(.rightBrace), !at(.end), !isUnwinding {
            if current.startsLine, isAtPart { break }
            do throws(SyntaxFailure) {
                try parseFields(into: &fields)
            } catch {
                skipStatement()
            }
        }
        try closeBrace(open)
        try skipAttributes()
        return .structure(tag: tag, definition: StructDefinition(fields: fields, range: open.union(previous)))
    }

    static let structNestingMax = 16

    private mutating func parseTag(_ start: SourceRange) throws(SyntaxFailure) -> Name {
        if at(.leftBrace) { return Name(unnamedTag(), start) }
        return try parseAnyName()
    }

    /// The `}` of a block or definition; if it is missing, all that is open is given up.
    mutating func closeBrace(_ open: SourceRange) throws(SyntaxFailure) {
        if take(.rightBrace) { return }
        if !isUnwinding { report(.missingBrace(current.range, describe(current), opened: open)) }
        isUnwinding = true
        throw SyntaxFailure()
    }

    /// field: specifiers declarator [ ":" bits ] { "," declarator [ ":" bits ] } ";"
    private mutating func parseFields(into fields: inout [StructDefinition.Field]) throws(SyntaxFailure) {
        if take(.semicolon) { return }
        let specifiers = try parseSpecifiers()
        refuseStorage(specifiers)
        if at(.semicolon) {
            report(specifiers.hasDefinition ? .anonymousMember(specifiers.range) : .emptyDeclaration(specifiers.range))
            advance()
            return
        }
        var isFirst = true
        repeat {
            if at(.colon) { throw fail(.unnamedBitField(current.range)) }
            var type = try parsePointers(specifiers, isFirst: isFirst)
            if at(.leftParen) { throw refuseParenthesis() }
            let name = try parseAnyName()
            if at(.leftParen) { throw fail(.functionPointer(name.range)) }
            let brackets = current.range
            type.arrayLengths = try parseArrayLengths()
            if let first = type.arrayLengths.first, first == nil { report(.unsizedArray(brackets)) }
            type.range = type.range.union(previous)
            var bits: Expression?
            if take(.colon) { bits = try parseConditional() }
            if at(.assign) { throw fail(.fieldInitializer(current.range, "a field")) }
            try skipAttributes()
            fields.append(.init(name: name, type: type, bits: bits, isGhost: specifiers.ghostRange != nil))
            isFirst = false
        } while take(.comma)
        try expectSemicolon("a field")
    }

    /// Words about storage that have no place in a field or a parameter.
    mutating func refuseStorage(_ specifiers: Specifiers) {
        if specifiers.isStatic || specifiers.isTypedef {
            report(.expected(specifiers.range, "a type alone", "a word about storage", hint: "delete static or typedef"))
        }
        if let place = specifiers.externRange { report(.externVariable(place)) }
    }

    /// enum: "enum" [ tag ] [ "{" name [ "=" constant ] { "," … } [ "," ] "}" ]
    mutating func parseEnum() throws(SyntaxFailure) -> TypeName.Base {
        let start = current.range
        advance()
        try skipAttributes()
        let tag = try parseTag(start)
        guard at(.leftBrace) else { return .enumeration(tag: tag, definition: nil) }
        let open = current.range
        advance()
        var enumerators: [EnumDefinition.Enumerator] = []
        while !at(.rightBrace), !at(.end) {
            let name = try parseNewName()
            let value = take(.assign) ? try parseConditional() : nil
            enumerators.append(.init(name: name, value: value))
            if !take(.comma) { break }
        }
        try expect(.rightBrace, "'}' or ','")
        return .enumeration(tag: tag, definition: EnumDefinition(enumerators: enumerators, range: open.union(previous)))
    }
}
