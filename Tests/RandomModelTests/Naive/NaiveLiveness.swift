/// The locals that may still be read from a position on: classical liveness, told by the structure of the statements.
///
/// What a local holds that nobody will read again does not tell two states apart.
struct NaiveLiveness {
    typealias Locals = Set<Int>

    /// What is live where `break` and `continue` lead to.
    private struct Loop {
        var afterwards: Locals
        var again: Locals
    }

    static func live(at items: [Item]) -> Locals {
        var live: Locals = []
        var loop: Loop?
        for item in items {
            if case .loop(let statement) = item {
                let again = atTop(of: statement, live)
                loop = Loop(afterwards: live, again: again)
                live = again
            } else {
                live = before(item, live, loop)
            }
        }
        return live
    }

    private static func before(_ item: Item, _ after: Locals, _ loop: Loop?) -> Locals {
        switch item {
        case .statement(let statement): return before(statement, after, loop)
        case .finish(let statement):
            switch statement.kind {
            case .assign(let local, _): return after.subtracting([local])
            case .branch(_, let yes, let no): return before(yes, after, loop).union(before(no, after, loop))
            case .compound(_, _, _), .store: return after
            default: return after
            }
        case .loadOld(let statement):
            if case .compound(_, _, let value) = statement.kind { return after.union(reads(value)) }
            return after
        case .test(let statement):
            // Beneath it lies its loop, whose top is live already.
            guard let loop else { preconditionFailure("a test outside of its loop") }
            switch statement.kind {
            case .whileLoop(_, let body), .doWhile(let body, _): return before(body, loop.again, loop).union(loop.afterwards)
            case .forLoop(let local, _, let body):
                return before(body, loop.again, loop).union(loop.afterwards).union([local])
            default: preconditionFailure()
            }
        case .evaluate(let expression): return after.union(reads(expression))
        case .address(let place): return after.union(reads(place))
        case .shortCircuit(let expression):
            switch expression.kind {
            case .both(_, let b), .either(_, let b): return after.union(reads(b))
            default: preconditionFailure()
            }
        case .arms(let expression):
            guard case .conditional(_, let a, let b) = expression.kind else { preconditionFailure() }
            return after.union(reads(a)).union(reads(b))
        case .call(let expression):
            guard case .call(_, let arguments) = expression.kind else { preconditionFailure() }
            var live = after
            for case .local(let local) in arguments { live.insert(local) }
            return live
        case .wait(let statement, let part):
            guard case .waitEvent(_, let condition) = statement.kind, part != .leave else { return after }
            return after.union(reads(condition))
        default: return after
        }
    }

    private static func before(_ statements: [Statement], _ after: Locals, _ loop: Loop?) -> Locals {
        statements.reversed().reduce(after) { before($1, $0, loop) }
    }

    private static func before(_ statement: Statement, _ after: Locals, _ loop: Loop?) -> Locals {
        switch statement.kind {
        case .call(let value): return after.union(reads(value))
        case .assign(let local, let value): return after.subtracting([local]).union(reads(value))
        case .store(let place, let value, _), .compound(let place, _, let value):
            return after.union(reads(place)).union(reads(value))
        case .ghost(_, let value), .assert(_, let value), .waitUntil(let value), .waitEvent(_, let value):
            return after.union(reads(value))
        case .branch(let condition, let yes, let no):
            return before(yes, after, loop).union(before(no, after, loop)).union(reads(condition))
        case .whileLoop: return atTop(of: statement, after)
        case .doWhile(let body, _):
            let again = atTop(of: statement, after)
            return before(body, again, Loop(afterwards: after, again: again))
        case .forLoop(let local, _, let body):
            let again = atTop(of: statement, after)
            // The text shows that the body runs at least once.
            return before(body, again, Loop(afterwards: after, again: again)).subtracting([local])
        case .atomic(let body): return before(body, after, loop)
        case .leave: return []
        case .breakLoop: return loop!.afterwards
        case .continueLoop: return loop!.again
        }
    }

    /// Live where a loop begins anew: before the condition, or before a `for`'s increment.
    private static func atTop(of statement: Statement, _ after: Locals) -> Locals {
        var again: Locals = []
        while true {
            let next: Locals
            let loop = Loop(afterwards: after, again: again)
            switch statement.kind {
            case .whileLoop(let condition, let body), .doWhile(let body, let condition):
                next = before(body, again, loop).union(after).union(reads(condition))
            case .forLoop(let local, _, let body):
                next = before(body, again, loop).union(after).union([local])
            default: preconditionFailure()
            }
            if next == again { return again }
            again = next
        }
    }

    private static func reads(_ place: Place) -> Locals {
        switch place.kind {
        case .global: []
        case .element(_, let index): reads(index)
        case .field(let base, _): reads(base)
        }
    }

    private static func reads(_ expression: Expression) -> Locals {
        switch expression.kind {
        case .constant, .null, .selfIndex: return []
        case .local(let local), .bumpLocal(let local, _, _): return [local]
        case .load(let place, _), .bump(let place, _, _): return reads(place)
        case .unary(_, let a), .live(let a), .ended(_, let a): return reads(a)
        case .binary(_, let a, let b), .both(let a, let b), .either(let a, let b): return reads(a).union(reads(b))
        case .conditional(let a, let b, let c): return reads(a).union(reads(b)).union(reads(c))
        case .call(_, let arguments):
            return arguments.reduce(into: []) { locals, argument in
                switch argument {
                case .address(let place): locals.formUnion(reads(place))
                case .value(let value): locals.formUnion(reads(value))
                case .local(let local): locals.insert(local)
                }
            }
        }
    }
}
