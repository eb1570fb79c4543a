// A protocol made over so that its threads pick an element of an array and work on that: models in which the elements of
// arrays are alike.

extension Protocol {
    /// The same with the first number of each kind replaced, in the threads, by an element of an array of three.
    func indexed(seed: UInt64) -> Protocol {
        guard let number = globals.firstIndex(where: { if case .cell(.integer) = $0.kind { true } else { false } }),
            case .cell(.integer(let type)) = globals[number].kind
        else { return self }
        var result = self
        result.globals.append(Global(name: "parts", kind: .array(type, count: Indexing.count)))
        var random = SplitMix(seed: seed &+ 77)
        for thread in threads.indices {
            result.threads[thread].locals.append(Local(name: "k", kind: .integer(.narrow(2))))
            let indexing = Indexing(number: number, parts: globals.count, local: threads[thread].locals.count)
            var body = threads[thread].body.map(indexing.statement)
            if random.below(3) == 0 { body.insert(indexing.choice, at: random.below(body.count + 1)) }
            result.threads[thread].body = [indexing.choice] + body
        }
        return result
    }
}

/// Puts one place, and elements of arrays, elsewhere.
private struct Indexing {
    static let count = 3

    let number: Int
    let parts: Int
    let local: Int

    var choice: Statement {
        Statement(
            .assign(
                local,
                Expression(
                    .call(
                        .pick, [.value(Expression(.constant(0))), .value(Expression(.constant(Self.count - 1)))]))))
    }

    private var element: Place { Place(.element(parts, Expression(.local(local)))) }

    private func place(_ place: Place) -> Place {
        switch place.kind {
        case .global(number), .element: element
        case .global: Place(place.kind)
        case .field(let base, let field): Place(.field(expression(base), field))
        }
    }

    private func argument(_ argument: Argument) -> Argument {
        switch argument {
        case .address(let place): .address(self.place(place))
        case .value(let value): .value(expression(value))
        case .local: argument
        }
    }

    private func expression(_ expression: Expression) -> Expression {
        let all = self.expression
        let kind: Expression.Kind =
            switch expression.kind {
            case .constant, .null, .local, .selfIndex, .bumpLocal: expression.kind
            case .load(let place, let isMarked): .load(self.place(place), isMarked: isMarked)
            case .bump(let place, let by, let isPrefix): .bump(self.place(place), by: by, isPrefix: isPrefix)
            case .unary(let operation, let a): .unary(operation, all(a))
            case .binary(let operation, let a, let b): .binary(operation, all(a), all(b))
            case .both(let a, let b): .both(all(a), all(b))
            case .either(let a, let b): .either(all(a), all(b))
            case .conditional(let a, let b, let c): .conditional(all(a), all(b), all(c))
            case .call(let primitive, let arguments): .call(primitive, arguments.map(argument))
            case .live(let a): .live(all(a))
            case .ended(let thread, let a): .ended(thread: thread, all(a))
            }
        return Expression(kind)
    }

    func statement(_ statement: Statement) -> Statement {
        func body(_ statements: [Statement]) -> [Statement] { statements.map(self.statement) }
        let kind: Statement.Kind =
            switch statement.kind {
            case .call(let call): .call(expression(call))
            case .assign(let local, let value): .assign(local, expression(value))
            case .store(let place, let value, let isMarked):
                .store(self.place(place), expression(value), isMarked: isMarked)
            case .compound(let place, let operation, let value):
                .compound(self.place(place), operation, expression(value))
            case .ghost(let ghost, let value): .ghost(ghost, expression(value))
            case .assert(let name, let condition): .assert(name, expression(condition))
            case .waitUntil(let condition): .waitUntil(expression(condition))
            case .waitEvent(let queue, let condition): .waitEvent(queue, expression(condition))
            case .branch(let condition, let yes, let no): .branch(expression(condition), body(yes), body(no))
            case .whileLoop(let condition, let inner): .whileLoop(expression(condition), body(inner))
            case .doWhile(let inner, let condition): .doWhile(body(inner), expression(condition))
            case .forLoop(let local, let bound, let inner): .forLoop(local, bound: bound, body(inner))
            case .atomic(let inner): .atomic(body(inner))
            case .leave, .breakLoop, .continueLoop: statement.kind
            }
        return Statement(kind)
    }
}
