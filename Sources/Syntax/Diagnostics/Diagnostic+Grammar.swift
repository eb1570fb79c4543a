/// What does not follow the grammar, L0200 to L0299.
extension Diagnostic {
    static func expected(_ range: SourceRange, _ what: String, _ found: String, hint: String? = nil) -> Diagnostic {
        error("L0201", range, "expected \(what), found \(found)", hint ?? "write \(what) here")
    }

    static func expectedExpression(_ range: SourceRange, _ found: String) -> Diagnostic {
        error("L0202", range, "expected an expression, found \(found)", "is an operand missing, or an operator too many?")
    }

    static func expectedName(_ range: SourceRange, _ found: String) -> Diagnostic {
        error("L0203", range, "expected a name, found \(found)", "names are letters, digits and _, and no word of C")
    }

    static func expectedType(_ range: SourceRange, _ found: String) -> Diagnostic {
        error("L0204", range, "expected a type, found \(found)", "write a type such as int, u8 or struct page")
    }

    static func unknownType(_ range: SourceRange, _ name: String, nearest: String?) -> Diagnostic {
        let hint = nearest.map { "did you mean '\($0)'?" } ?? "define it above with typedef, or write struct \(name)"
        return error("L0205", range, "unknown type '\(name)'", hint)
    }

    static func unknownPart(_ range: SourceRange, _ name: String, nearest: String?) -> Diagnostic {
        let hint = nearest.map { "did you mean '\($0)'?" }
            ?? "a function needs a result type: static void \(name)(…)"
        return error("L0206", range, "'\(name)' is no part of a model, and no type", hint)
    }

    static func missingBrace(_ range: SourceRange, _ found: String, opened: SourceRange) -> Diagnostic {
        error(
            "L0207", range, "expected '}', found \(found)", "close the block",
            notes: [(opened, "the block begins here")])
    }

    static func strayBrace(_ range: SourceRange) -> Diagnostic {
        error("L0208", range, "this '}' closes nothing", "delete it, or look for one too many above")
    }

    static func badTypeWords(_ range: SourceRange, _ words: String) -> Diagnostic {
        error("L0209", range, "'\(words)' is no type", "write one of C's types, such as unsigned int or u32")
    }

    static func expressionTooDeep(_ range: SourceRange) -> Diagnostic {
        error(
            "L0210", range, "this expression nests deeper than \(Expression.depthLimit) levels",
            "split it up with locals")
    }

    static func nestedTooDeep(_ range: SourceRange, _ what: String, _ limit: Int) -> Diagnostic {
        error("L0211", range, "\(what) nest deeper than \(limit) levels", "split them up, with a function for instance")
    }

    static func declarationNeedsBraces(_ range: SourceRange) -> Diagnostic {
        error("L0212", range, "a declaration cannot be the only statement here", "put braces around it")
    }

    static func statementOutsideFunction(_ range: SourceRange, _ found: String) -> Diagnostic {
        error("L0213", range, "\(found) cannot stand outside functions", "put it into a THREAD, INIT or a function")
    }

    static func partInsideFunction(_ range: SourceRange, _ name: String, opened: SourceRange?) -> Diagnostic {
        error(
            "L0214", range, "\(name) cannot stand inside a function", "is a '}' missing above?",
            notes: opened.map { [($0, "this block is still open")] } ?? [])
    }

    static func elseWithoutIf(_ range: SourceRange) -> Diagnostic {
        error("L0215", range, "this else belongs to no if", "put the statements of the if into braces")
    }

    static func nameIsType(_ range: SourceRange, _ name: String) -> Diagnostic {
        error("L0216", range, "'\(name)' is the name of a type", "choose another name")
    }

    static func emptyDeclaration(_ range: SourceRange) -> Diagnostic {
        error("L0217", range, "this declares nothing", "add a name, or delete it")
    }

    static func typeTooComplex(_ range: SourceRange, _ what: String, _ limit: Int) -> Diagnostic {
        error("L0218", range, "more than \(limit) \(what)", "put a struct in between")
    }

    static func missingSemicolon(_ range: SourceRange, _ after: String) -> Diagnostic {
        error("L0219", range, "expected ';' after \(after)", "add ';'")
    }

    static func missingBody(_ range: SourceRange, _ what: String) -> Diagnostic {
        error("L0220", range, "\(what) needs a body", "write { … } after it")
    }
}
