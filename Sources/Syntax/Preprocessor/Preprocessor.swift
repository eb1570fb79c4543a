/// The few directives of model C. Gives the parser one token at a time, with includes read and macros expanded.
struct Preprocessor {
    static let byteCountMax = 4 << 20
    static let tokenCountMax = 1_000_000
    static let expansionCountMax = 1_000_000
    static let includeDepthMax = 16
    static let includeCountMax = 256

    /// A file being read.
    struct OpenFile {
        let lexer: Lexer
        let path: String
        var conditionals: [Conditional] = []
        /// Nothing but comments was read: an `#ifndef` here is an include guard.
        var isFresh = true
    }

    struct Conditional {
        let range: SourceRange
        /// Both this group and all around it are read.
        var isActive: Bool
        let isParentActive: Bool
        var sawElse = false
    }

    /// A macro being expanded; where it is used is where its tokens stand.
    struct Expansion {
        let macro: Macro
        var index = 0
        let use: SourceRange
    }

    final class Macro {
        let name: Token
        let body: [Token]
        /// Being expanded now, so not expanded again inside itself.
        var isActive = false

        init(name: Token, body: [Token]) {
            self.name = name
            self.body = body
        }
    }

    var texts = SourceTexts()
    var diagnostics: Diagnostics
    let readFile: (String) -> [UInt8]?
    var files: [OpenFile] = []
    var macros: [String: Macro] = [:]
    private var expansions: [Expansion] = []
    /// Which text a path is, so that a file included twice is one text.
    var fileIndices: [String: Int32] = [:]
    var oncePaths: Set<String> = []
    /// The macro that an `#ifndef` at the start of a file asks for.
    var guards: [String: String] = [:]
    var includeCount = 0
    var byteCount = 0
    private var tokenCount = 0
    private var expansionCount = 0
    var sawHeader = false
    /// Nothing more is read: a limit was reached, or there were too many errors.
    private(set) var isStopped = false

    init(name: String, bytes: [UInt8], diagnostics: Diagnostics, readFile: @escaping (String) -> [UInt8]?) {
        self.diagnostics = diagnostics
        self.readFile = readFile
        byteCount = bytes.count
        let isTooLarge = bytes.count > Self.byteCountMax
        let kept = isTooLarge ? [] : bytes
        texts.files.append(SourceFile(name: name, bytes: kept))
        fileIndices[name] = 0
        files.append(OpenFile(lexer: Lexer(file: 0, bytes: kept), path: name))
        if isTooLarge { stop(.textTooLarge(SourceRange(file: 0, start: 0, end: 0))) }
    }

    mutating func report(_ diagnostic: Diagnostic) {
        guard !isStopped else { return }
        diagnostics.add(diagnostic)
        if diagnostics.isFull { isStopped = true }
    }

    /// Reports why, and gives only `.end` from now on, so that no follow-up errors are told.
    mutating func stop(_ diagnostic: Diagnostic) {
        report(diagnostic)
        isStopped = true
    }

    /// Ends the parse after a fault that nothing can be made of; there is always an error then.
    mutating func giveUp() {
        precondition(diagnostics.hasErrors, "a parse cannot end early without an error")
        isStopped = true
    }

    /// The next token of the model; `.end` at its end, again and again.
    mutating func next() -> Token {
        while true {
            if isStopped { return Token(.end, files[0].lexer.range(from: files[0].lexer.end, to: files[0].lexer.end)) }
            let token: Token
            if expansions.isEmpty {
                token = nextFromFile()
                tokenCount += 1
                if tokenCount > Self.tokenCountMax {
                    stop(.tooManyTokens(token.range))
                    continue
                }
            } else {
                guard let expanded = nextFromExpansion() else { continue }
                token = expanded
            }
            if token.kind != .identifier || macros.isEmpty { return token }
            guard let macro = macros[token.text], !macro.isActive else { return token }
            macro.isActive = true
            expansions.append(Expansion(macro: macro, use: token.range))
            countExpansion(token.range)
        }
    }

    private mutating func countExpansion(_ use: SourceRange) {
        expansionCount += 1
        if expansionCount > Self.expansionCountMax { stop(.expansionTooLarge(use)) }
    }

    private mutating func nextFromExpansion() -> Token? {
        let last = expansions.count - 1
        let macro = expansions[last].macro
        let index = expansions[last].index
        guard index < macro.body.count else {
            macro.isActive = false
            expansions.removeLast()
            return nil
        }
        expansions[last].index = index + 1
        var token = macro.body[index]
        token.range = expansions[last].use
        token.startsLine = false
        countExpansion(token.range)
        return token
    }

    private mutating func nextFromFile() -> Token {
        while true {
            let token = rawToken()
            if isStopped || diagnostics.isFull {
                isStopped = true
                return token
            }
            let isSkipping = files[files.count - 1].conditionals.last?.isActive == false
            switch token.kind {
            case .end:
                for open in files[files.count - 1].conditionals { report(.unterminatedConditional(open.range)) }
                files[files.count - 1].conditionals = []
                if files.count == 1 { return token }
                files.removeLast()
            case .hash where token.startsLine:
                directive(token)
            default:
                files[files.count - 1].isFresh = false
                if !isSkipping { return token }
            }
        }
    }

    mutating func rawToken() -> Token {
        files[files.count - 1].lexer.next(&diagnostics)
    }

    /// The tokens up to the end of the line.
    mutating func restOfLine() -> [Token] {
        var tokens: [Token] = []
        while true {
            let mark = files[files.count - 1].lexer.position
            let token = rawToken()
            if token.startsLine || diagnostics.isFull {
                files[files.count - 1].lexer.position = mark
                return tokens
            }
            tokens.append(token)
        }
    }
}
