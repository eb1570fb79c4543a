import Syntax

/// Looks through a function's body for what would make a parameter a variable: an assignment, `++`, `&`, a variable of the
/// same name.
enum AssignedNames {
    static func contains(_ name: String, in statement: Statement) -> Bool {
        switch statement.kind {
        case .empty, .goto, .breakLoop, .continueLoop: false
        case .expression(let e): contains(name, in: e)
        case .declaration(let variables):
            variables.contains { $0.name.text == name || ($0.initializer.map { contains(name, in: $0) } ?? false) }
        case .block(let statements), .atomic(let statements): statements.contains { contains(name, in: $0) }
        case .ifElse(let c, let yes, let no):
            contains(name, in: c) || contains(name, in: yes) || (no.map { contains(name, in: $0) } ?? false)
        case .whileLoop(let c, let body), .doWhile(let body, let c), .switchOn(let c, let body):
            contains(name, in: c) || contains(name, in: body)
        case .forLoop(let first, let c, let step, let body):
            contains(name, in: first) || (c.map { contains(name, in: $0) } ?? false)
                || (step.map { contains(name, in: $0) } ?? false) || contains(name, in: body)
        case .caseLabel(_, let inner), .defaultLabel(let inner), .label(_, let inner): contains(name, in: inner)
        case .returnValue(let e): e.map { contains(name, in: $0) } ?? false
        }
    }

    private static func contains(_ name: String, in initializer: Initializer) -> Bool {
        switch initializer {
        case .expression(let e): contains(name, in: e)
        case .list(let items, _): items.contains { contains(name, in: $0.value) }
        }
    }

    static func contains(_ name: String, in e: Expression) -> Bool {
        switch e.kind {
        case .integer, .identifier, .sizeofType, .sizeofExpression: false
        case .unary(.addressOf, let a): isRooted(name, a) || contains(name, in: a)
        case .unary(_, let a), .cast(_, let a): contains(name, in: a)
        case .increment(let a, _, _): isRooted(name, a) || contains(name, in: a)
        case .assign(let a, _, let b): isRooted(name, a) || contains(name, in: a) || contains(name, in: b)
        case .binary(_, let a, let b), .logicalAnd(let a, let b), .logicalOr(let a, let b), .comma(let a, let b),
            .index(let a, let b):
            contains(name, in: a) || contains(name, in: b)
        case .conditional(let a, let b, let c):
            contains(name, in: a) || contains(name, in: b) || contains(name, in: c)
        case .call(let callee, let arguments):
            // Some primitives assign their plain argument: the flags of irqsave.
            arguments.contains { contains(name, in: $0) }
                || (callee.text.contains("save") && arguments.contains { isRooted(name, $0) })
        case .member(let a, _, _): contains(name, in: a)
        case .compoundLiteral(_, let initializer): contains(name, in: initializer)
        }
    }

    private static func isRooted(_ name: String, _ e: Expression) -> Bool {
        switch e.kind {
        case .identifier(let text): text == name
        case .member(let base, _, isArrow: false), .index(let base, _): isRooted(name, base)
        default: false
        }
    }
}
