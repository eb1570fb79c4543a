/// Makes a protocol that shows a difference smaller, as long as it still shows one: a statement less at a time.
struct Shrinker {
    let limit: Int

    func shrunk(_ model: Protocol) -> Protocol {
        var best = model
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for candidate in Self.smaller(best) where differs(candidate) {
                best = candidate
                isSmaller = true
                break
            }
        }
        return best
    }

    /// A model that is refused is another fault than the one looked for.
    private func differs(_ model: Protocol) -> Bool {
        guard case .differ(let difference) = Comparison.compare(model, limit: limit) else { return false }
        return !difference.hasPrefix("refused")
    }

    private static func smaller(_ model: Protocol) -> [Protocol] {
        var result: [Protocol] = []
        func add(_ change: (inout Protocol) -> Void) {
            var candidate = model
            change(&candidate)
            result.append(candidate)
        }
        for list in [\Protocol.invariants, \.finals, \.sometimes] where !model[keyPath: list].isEmpty {
            add { $0[keyPath: list] = [] }
        }
        // Threads keep their numbers, which ended() names.
        for thread in model.threads.indices where !model.threads[thread].body.isEmpty {
            add { $0.threads[thread].body = [] }
        }
        for thread in model.threads.indices {
            if model.threads[thread].count > 1 { add { $0.threads[thread].count = 1 } }
            for body in smaller(model.threads[thread].body) { add { $0.threads[thread].body = body } }
        }
        for body in smaller(model.initialization) { add { $0.initialization = body } }
        return result
    }

    private static func smaller(_ body: [Statement]) -> [[Statement]] {
        var result: [[Statement]] = []
        for index in body.indices {
            for replacement in replacements(body[index]) {
                result.append(Array(body[..<index]) + replacement + Array(body[(index + 1)...]))
            }
        }
        return result
    }

    /// What may stand in for a statement: nothing, its parts, or itself made smaller.
    private static func replacements(_ statement: Statement) -> [[Statement]] {
        var result: [[Statement]] = [[]]
        func inside(_ body: [Statement], _ make: ([Statement]) -> Statement.Kind) {
            for inner in smaller(body) where !inner.isEmpty { result.append([Statement(make(inner))]) }
        }
        switch statement.kind {
        case .branch(let condition, let yes, let no):
            result += [yes, no]
            if !no.isEmpty { result.append([Statement(.branch(condition, yes, []))]) }
            inside(yes) { .branch(condition, $0, no) }
            inside(no) { .branch(condition, yes, $0) }
            result += expressions(condition).map { [Statement(.branch($0, yes, no))] }
        case .whileLoop(let condition, let body):
            inside(body) { .whileLoop(condition, $0) }
            result += expressions(condition).map { [Statement(.whileLoop($0, body))] }
        case .doWhile(let body, let condition): inside(body) { .doWhile($0, condition) }
        case .forLoop(let local, let bound, let body): inside(body) { .forLoop(local, bound: bound, $0) }
        case .atomic(let body):
            result.append(body)
            inside(body) { .atomic($0) }
        case .assign(let local, let value):
            result += expressions(value).map { [Statement(.assign(local, $0))] }
        case .store(let place, let value, let isMarked):
            result += expressions(value).map { [Statement(.store(place, $0, isMarked: isMarked))] }
        case .assert(let name, let condition):
            result += expressions(condition).map { [Statement(.assert(name, $0))] }
        default: break
        }
        return result
    }

    private static func expressions(_ expression: Expression) -> [Expression] {
        switch expression.kind {
        case .binary(_, let a, let b), .both(let a, let b), .either(let a, let b): [a, b]
        case .unary(_, let a): [a]
        case .conditional(let c, let a, let b): [a, b, c]
        case .call, .load, .bump, .bumpLocal: [Expression(.constant(1))]
        default: []
        }
    }
}
