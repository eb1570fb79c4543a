/// Initialisers, with their designators.
extension Parser {
    /// Initialiser lists nest at most this deep.
    static let initializerDepthMax = 32

    /// initializer: assignment | "{" [ item { "," item } [ "," ] ] "}"
    mutating func parseInitializer(depth: Int = 0) throws(SyntaxFailure) -> Initializer {
        if at(.identifier), LanguageNames.counterInitializers.contains(current.text), peek(1).kind == .leftParen {
            return try parseCounterInitializer()
        }
        guard at(.leftBrace) else { return .expression(try parseAssignment()) }
        guard depth < Self.initializerDepthMax else {
            throw fail(.nestedTooDeep(current.range, "initialisers", Self.initializerDepthMax))
        }
        try enter()
        defer { leave() }
        let start = current.range
        advance()
        var items: [InitializerItem] = []
        while !at(.rightBrace), !at(.end) {
            let designators = try parseDesignators()
            items.append(InitializerItem(designators: designators, value: try parseInitializer(depth: depth + 1)))
            if !take(.comma) { break }
        }
        try expect(.rightBrace, "'}' or ','")
        return .list(items, start.union(previous))
    }

    /// `ATOMIC_INIT(1)` is `{ 1 }`.
    private mutating func parseCounterInitializer() throws(SyntaxFailure) -> Initializer {
        let start = current.range
        advance()
        advance()
        let value = try parseAssignment()
        try expect(.rightParen, "')'")
        return .list([InitializerItem(designators: [], value: .expression(value))], start.union(previous))
    }

    /// designators: { "." name | "[" constant "]" } "="
    private mutating func parseDesignators() throws(SyntaxFailure) -> [InitializerItem.Designator] {
        var designators: [InitializerItem.Designator] = []
        while at(.dot) || at(.leftBracket) {
            guard designators.count < Self.initializerDepthMax else {
                throw fail(.nestedTooDeep(current.range, "designators", Self.initializerDepthMax))
            }
            if take(.dot) {
                designators.append(.field(try parseAnyName()))
            } else {
                advance()
                designators.append(.index(try parseConditional()))
                if at(.ellipsis) { throw fail(.valueRange(current.range)) }
                try expect(.rightBracket, "']'")
            }
        }
        if !designators.isEmpty { try expect(.assign, "'='") }
        return designators
    }
}
