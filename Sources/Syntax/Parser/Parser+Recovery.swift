/// Where the parser goes on after a fault: never silently, and never far.
extension Parser {
    /// A fault that swallows more tokens than this ends the parse: what follows could not be understood anyway.
    private static let skippedMax = 20_000

    /// Passes over a token on the way to the end of what is at fault.
    private mutating func skipOne(_ skipped: inout Int) {
        skipped += 1
        if skipped > Self.skippedMax { source.giveUp() }
        advance()
    }

    /// To the end of the statement at fault: behind its `;` or block, before a `}` that closes the block around it.
    mutating func skipStatement() {
        var depth = 0
        var skipped = 0
        while !at(.end) {
            if current.startsLine, isAtPart { return }
            switch current.kind {
            case .semicolon where depth == 0:
                return advance()
            case .leftBrace:
                depth += 1
            case .rightBrace:
                if depth == 0 { return }
                depth -= 1
                if depth == 0 { return advance() }
            default:
                break
            }
            skipOne(&skipped)
        }
    }

    /// To behind the `)` of a header such as `if (…)`, or before the block that follows it.
    mutating func skipHeader(stopsAtSemicolon: Bool) {
        var depth = 0
        var skipped = 0
        while !at(.end) {
            if current.startsLine, isAtPart { return }
            switch current.kind {
            case .leftParen: depth += 1
            case .rightParen:
                if depth == 0 { return advance() }
                depth -= 1
            case .semicolon where stopsAtSemicolon: return
            case .leftBrace, .rightBrace: return
            default: break
            }
            skipOne(&skipped)
        }
    }

    /// To behind the declaration at fault, at the top of the file.
    mutating func skipDeclaration() {
        var depth = 0
        var skipped = 0
        while !at(.end) {
            if current.startsLine, isAtPart { return }
            switch current.kind {
            case .semicolon where depth == 0:
                return advance()
            case .leftBrace:
                depth += 1
            case .rightBrace:
                depth = max(0, depth - 1)
                // `} name = { … };` goes on after the brace.
                if depth == 0, peek(1).kind == .semicolon || peek(1).startsLine {
                    advance()
                    _ = take(.semicolon)
                    return
                }
            default:
                break
            }
            skipOne(&skipped)
        }
    }

    /// Skips from an opening bracket to behind its partner; unequal brackets are not told apart. A bracket that is never
    /// closed is reported.
    mutating func skipBalanced() throws(SyntaxFailure) {
        var depth = 0
        let open = current
        while !at(.end) {
            switch current.kind {
            case .leftParen, .leftBrace, .leftBracket: depth += 1
            case .rightParen, .rightBrace, .rightBracket: depth -= 1
            default: break
            }
            advance()
            if depth <= 0 { return }
        }
        if open.kind == .leftBrace { throw fail(.missingBrace(current.range, describe(current), opened: open.range)) }
        throw fail(.expected(current.range, "')'", describe(current)))
    }
}
