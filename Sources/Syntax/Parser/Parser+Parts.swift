/// The parts of a model that are no C: `THREAD`, `OBJECTS`, `INVARIANT` and the others.
extension Parser {
    /// The part that begins at the current token.
    mutating func parsePart() throws(SyntaxFailure) -> Declaration {
        let start = current.range
        let word = current.text
        advance()
        let kind: Declaration.Kind
        switch word {
        case "CONFIG": kind = try parseConfig()
        case "THREAD", "THREAD_ON", "DAEMON", "INTERRUPT": kind = try parseThread(word, start)
        case "INIT": kind = .initialization(body: try parsePartBody("INIT", start))
        case "OBJECTS": kind = try parseObjects()
        case "LEADS_TO": kind = try parseLeadsTo()
        case "CHECK", "NO_CHECK":
            try expect(.leftParen, "'('")
            let name = try parseAnyName()
            try expect(.rightParen, "')'")
            kind = .check(name, isOn: word == "CHECK")
        case "EXPECT": kind = try parseExpect()
        case "RCU_FLAVOR", "LOCKS", "PREEMPTION":
            try expect(.leftParen, "'('")
            kind = .setting(Name(word, start), try parseAssignment())
            try expect(.rightParen, "')'")
        case "WIDTH": kind = try parseWidth()
        case "PER_CPU", "REGISTER": kind = try parsePerCPU(word)
        case "TLB": kind = try parseTLB()
        case "TLB_WALK":
            try expect(.leftParen, "'('")
            let name = try parseAnyName()
            try expect(.rightParen, "')'")
            kind = .tlbWalk(name, body: try parsePartBody(word, start))
        default: kind = try parseProperty(word, start)
        }
        let hasBody = previousKind == .rightBrace
        let range = start.union(previous)
        if !take(.semicolon), !hasBody, !isFreeStanding(word) {
            throw fail(
                .missingSemicolon(SourceRange(file: previous.file, start: previous.end, end: previous.end), word))
        }
        return Declaration(kind, range)
    }

    /// Parts whose macro is complete by itself.
    private func isFreeStanding(_ word: String) -> Bool { word == "LEADS_TO" }

    private mutating func parsePartBody(_ word: String, _ start: SourceRange) throws(SyntaxFailure) -> Statement {
        guard at(.leftBrace) else { throw fail(.missingBody(start, word)) }
        return try parseBody()
    }

    /// CONFIG(type, name, value)
    private mutating func parseConfig() throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let type = try parseTypeName()
        try expect(.comma, "','")
        let name = try parseNewName()
        try expect(.comma, "','")
        let value = try parseAssignment()
        try expect(.rightParen, "')'")
        return .config(type, name, value)
    }

    /// THREAD(name, count) { … }, THREAD_ON(cpu, name, count) { … }
    private mutating func parseThread(_ word: String, _ start: SourceRange) throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        var cpu: Expression?
        if word == "THREAD_ON" || word == "INTERRUPT" {
            cpu = try parseAssignment()
            try expect(.comma, "','")
        }
        let name = try parseAnyName()
        try expect(.comma, "','")
        let count = try parseAssignment()
        try expect(.rightParen, "')'")
        if at(.semicolon), word != "INTERRUPT" { return .announcedThread(name) }
        let body = try parsePartBody(word, start)
        let role: Declaration.Thread.Role = word == "DAEMON" ? .daemon : word == "INTERRUPT" ? .interrupt : .thread
        return .thread(.init(name: name, count: count, role: role, cpu: cpu, body: body))
    }

    /// OBJECTS(type, name, count, flags…)
    private mutating func parseObjects() throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let type = try parseTypeName()
        try expect(.comma, "','")
        let name = try parseNewName()
        try expect(.comma, "','")
        let count = try parseAssignment()
        var flags: [Expression] = []
        while take(.comma) { flags.append(try parseAssignment()) }
        try expect(.rightParen, "')'")
        return .objects(type, name, count: count, flags: flags)
    }

    /// INVARIANT(name) { … } and its kin
    private mutating func parseProperty(_ word: String, _ start: SourceRange) throws(SyntaxFailure) -> Declaration.Kind {
        guard let kind = Declaration.PropertyKind(rawValue: word) else {
            preconditionFailure("part \(word) has no parser")
        }
        try expect(.leftParen, "'('")
        let name = try parseNewName()
        try expect(.rightParen, "')'")
        return .property(kind, name, body: try parsePartBody(word, start))
    }

    private mutating func parseLeadsTo() throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let name = try parseNewName()
        try expect(.comma, "','")
        let from = try parseAssignment()
        try expect(.comma, "','")
        let to = try parseAssignment()
        try expect(.rightParen, "')'")
        return .leadsTo(name, from, to)
    }

    /// EXPECT(condition, word, …)
    private mutating func parseExpect() throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let condition = try parseAssignment()
        var words: [Expression] = []
        while take(.comma) { words.append(try parseAssignment()) }
        try expect(.rightParen, "')'")
        return .expect(condition, words: words)
    }

    /// WIDTH(variable, bits) or WIDTH(struct tag.field, bits)
    private mutating func parseWidth() throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let isStruct = atWord("struct")
        if isStruct { advance() }
        var path = [try parseAnyName()]
        while take(.dot) { path.append(try parseAnyName()) }
        try expect(.comma, "','")
        let bits = try parseAssignment()
        try expect(.rightParen, "')'")
        return .width(path: path, isStruct: isStruct, bits: bits)
    }

    private mutating func parsePerCPU(_ word: String) throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let type = try parseTypeName()
        try expect(.comma, "','")
        let name = try parseNewName()
        try expect(.rightParen, "')'")
        if at(.assign) { throw fail(.perCPUInitializer(current.range)) }
        return word == "PER_CPU" ? .perCPU(type, name) : .register(type, name)
    }

    /// TLB(type, name, entries)
    private mutating func parseTLB() throws(SyntaxFailure) -> Declaration.Kind {
        try expect(.leftParen, "'('")
        let type = try parseTypeName()
        try expect(.comma, "','")
        let name = try parseNewName()
        try expect(.comma, "','")
        let entries = try parseAssignment()
        try expect(.rightParen, "')'")
        return .tlb(type, name, entries: entries)
    }
}
