/// The directives, except `#include`.
extension Preprocessor {
    /// Reads a directive, from after its `#` to the end of the line.
    mutating func directive(_ hash: Token) {
        let top = files.count - 1
        let isSkipping = files[top].conditionals.last?.isActive == false
        let isFirst = files[top].isFresh
        files[top].isFresh = false
        files[top].lexer.isQuiet = true
        let mark = files[top].lexer.position
        let word = rawToken()
        if word.startsLine {  // `#` alone on its line means nothing
            files[top].lexer.position = mark
            files[top].lexer.isQuiet = isSkipping
            return
        }
        if word.text == "include", !isSkipping {
            files[top].lexer.isQuiet = false
            return include(word)
        }
        // Only the text of a macro must be C; `#error "…"` is refused as a directive, not for its string.
        files[top].lexer.isQuiet = isSkipping || word.text != "define"
        let line = restOfLine()
        files[top].lexer.isQuiet = isSkipping
        switch word.text {
        case "ifdef", "ifndef":
            if isFirst, word.text == "ifndef", let name = line.first { guards[files[top].path] = name.text }
            openConditional(word, line)
        case "else", "endif", "elif", "elifdef", "elifndef":
            nextGroup(word, line)
        case "if":
            if !isSkipping { report(.unsupportedConditional(word.range, "if")) }
            pushConditional(word.range, isActive: true)
        case _ where isSkipping:
            break
        case "define":
            define(word, line)
        case "undef":
            if let name = macroName(word, line) {
                if line.count > 1 { report(.extraTokens(line[1].range, "undef NAME")) }
                macros[name.text] = nil
            }
        case "pragma":
            if line.first?.text == "once" { oncePaths.insert(files[top].path) }
        default:
            report(.unknownDirective(word.range, word.kind == .identifier ? word.text : "…"))
        }
    }

    private mutating func pushConditional(_ range: SourceRange, isActive: Bool) {
        let top = files.count - 1
        let parent = files[top].conditionals.last?.isActive ?? true
        files[top].conditionals.append(
            Conditional(range: range, isActive: parent && isActive, isParentActive: parent))
        files[top].lexer.isQuiet = !(parent && isActive)
    }

    private mutating func openConditional(_ word: Token, _ line: [Token]) {
        let parent = files[files.count - 1].conditionals.last?.isActive ?? true
        guard parent, let name = macroName(word, line) else { return pushConditional(word.range, isActive: true) }
        if line.count > 1 { report(.extraTokens(line[1].range, "\(word.text) NAME")) }
        let isDefined = macros[name.text] != nil || name.text == "LOCKWALK_H" && sawHeader
        pushConditional(word.range, isActive: isDefined == (word.text == "ifdef"))
    }

    private mutating func nextGroup(_ word: Token, _ line: [Token]) {
        let top = files.count - 1
        guard var open = files[top].conditionals.popLast() else {
            return report(.unbalancedConditional(word.range, word.text))
        }
        if word.text == "endif" {
            if let extra = line.first, open.isParentActive { report(.extraTokens(extra.range, "endif")) }
        } else {
            if open.sawElse { report(.unbalancedConditional(word.range, word.text)) }
            if word.text == "else" {
                if let extra = line.first, open.isParentActive { report(.extraTokens(extra.range, "else")) }
                open.isActive = open.isParentActive && !open.isActive && !open.sawElse
                open.sawElse = true
            } else {
                if open.isParentActive { report(.unsupportedConditional(word.range, word.text)) }
                open.isActive = false
            }
            files[top].conditionals.append(open)
        }
        files[top].lexer.isQuiet = files[top].conditionals.last?.isActive == false
    }

    /// The name that a directive is about; nil, and reported, if there is none.
    private mutating func macroName(_ word: Token, _ line: [Token]) -> Token? {
        guard let name = line.first, name.kind == .identifier else {
            report(.macroName(line.first?.range ?? word.range, word.text))
            return nil
        }
        return name
    }

    private mutating func define(_ word: Token, _ line: [Token]) {
        guard let name = macroName(word, line) else { return }
        if LanguageNames.isReserved(name.text) || LanguageNames.keywords.contains(name.text) {
            return report(.reservedMacro(name.range, name.text))
        }
        if line.count > 1, line[1].kind == .leftParen, line[1].range.start == name.range.end {
            return report(.functionLikeMacro(name.range, name.text))
        }
        let body = Array(line.dropFirst())
        if let hash = body.first(where: { $0.kind == .hash }) { return report(.strayHash(hash.range)) }
        if let earlier = macros[name.text] {
            let isSame = earlier.body.count == body.count
                && zip(earlier.body, body).allSatisfy { $0.isSpelledLike($1) }
            if !isSame { report(.macroRedefined(name.range, name.text, earlier: earlier.name.range)) }
            return
        }
        macros[name.text] = Macro(name: name, body: body)
    }
}
