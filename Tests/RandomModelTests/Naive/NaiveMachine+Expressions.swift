extension NaiveMachine {
    /// One item of an expression. Operands are pushed so that the leftmost one is evaluated first.
    func evaluate(_ item: Item, _ thread: Int, _ state: inout NaiveState) -> Effect {
        func give(_ value: Int) { state.threads[thread].values.append(value) }
        switch item {
        case .evaluate(let expression): begin(expression, thread, &state)
        case .address(let place):
            switch place.kind {
            case .global(let global): give(memory.firstCell[global])
            case .element(_, let index): state.threads[thread].items += [.resolve(place), .evaluate(index)]
            case .field(let base, _): state.threads[thread].items += [.resolve(place), .evaluate(base)]
            }
        case .resolve(let place):
            let value = pop(thread, &state)
            switch place.kind {
            case .element(let global, _):
                guard case .array(_, let count) = model.globals[global].kind else { preconditionFailure() }
                // An access finds out by itself that it has no place to go: each wrong index is a negative address of its own.
                let wrong = value < 0 ? 2 * value : -2 * value - 1
                give((0..<count).contains(value) ? memory.firstCell[global] + value : wrong)
            case .field(_, let field): give(value == 0 ? 0 : value + field)
            case .global: preconditionFailure()
            }
        case .apply(let expression): return apply(expression, thread, &state)
        case .shortCircuit(let expression):
            let isTrue = pop(thread, &state) != 0
            switch expression.kind {
            case .both(_, let b) where isTrue: state.threads[thread].items += [.apply(expression), .evaluate(b)]
            case .either(_, let b) where !isTrue: state.threads[thread].items += [.apply(expression), .evaluate(b)]
            default: give(isTrue ? 1 : 0)
            }
        case .arms(let expression):
            guard case .conditional(_, let a, let b) = expression.kind else { preconditionFailure() }
            state.threads[thread].items.append(.evaluate(pop(thread, &state) != 0 ? a : b))
        case .loadPlace: return read(state.threads[thread].values.last!, thread, &state)
        case .bumped(let expression):
            guard case .bump(_, let by, let isPrefix) = expression.kind else { preconditionFailure() }
            let old = pop(thread, &state)
            give(NaiveMemory.int(old + by))
            convertTop(thread, &state)
            let new = pop(thread, &state)
            let address = pop(thread, &state)
            // A result that is dropped at once tells no two states apart.
            let isDropped = state.threads[thread].items.dropLast().last == .discard
            give(isDropped ? 0 : isPrefix ? new : old)
            give(address)
            give(new)
        case .storePlace: return storeTop(thread, &state)
        case .call(let expression):
            let effect = call(expression, thread, &state)
            leaveSections(thread, &state)
            return effect
        case .second(let expression):
            let effect = second(expression, thread, &state)
            leaveSections(thread, &state)
            return effect
        default: preconditionFailure("an item that is no expression")
        }
        return .goesOn
    }

    private func begin(_ expression: Expression, _ thread: Int, _ state: inout NaiveState) {
        func give(_ value: Int) { state.threads[thread].values.append(value) }
        func then(_ items: Item...) { state.threads[thread].items += items.reversed() }
        switch expression.kind {
        case .constant(let value): give(value)
        case .null: give(0)
        case .local(let local): give(state.threads[thread].locals[local])
        case .selfIndex: give(memory.threads[thread].index)
        case .bumpLocal(let local, let by, let isPrefix):
            let old = state.threads[thread].locals[local]
            let new = NaiveMemory.int(old + by)
            state.threads[thread].locals[local] = new
            give(isPrefix ? new : old)
        case .load(let place, _): then(.address(place), .apply(expression))
        case .bump(let place, _, _):
            then(.address(place), .loadPlace(expression), .bumped(expression), .storePlace(expression))
        case .unary(_, let a): then(.evaluate(a), .apply(expression))
        case .binary(_, let a, let b): then(.evaluate(a), .evaluate(b), .apply(expression))
        case .both(let a, _), .either(let a, _): then(.evaluate(a), .shortCircuit(expression))
        case .conditional(let a, _, _): then(.evaluate(a), .arms(expression))
        case .call(_, let arguments):
            then(.call(expression))
            for argument in arguments.reversed() {
                switch argument {
                case .address(let place): then(.address(place))
                case .value(let value): then(.evaluate(value))
                case .local: break
                }
            }
        case .live, .ended: preconditionFailure("a proof inside the program")
        }
    }

    private func apply(_ expression: Expression, _ thread: Int, _ state: inout NaiveState) -> Effect {
        let result: Int?
        switch expression.kind {
        case .load: return read(pop(thread, &state), thread, &state)
        case .unary(let operation, _): result = NaiveMemory.apply(operation, pop(thread, &state))
        case .binary(let operation, _, _):
            let b = pop(thread, &state)
            let a = pop(thread, &state)
            result = NaiveMemory.apply(operation, a, b)
        case .both, .either: result = pop(thread, &state) != 0 ? 1 : 0
        default: preconditionFailure()
        }
        guard let result else { return .fails(.overflow) }
        state.threads[thread].values.append(result)
        return .goesOn
    }
}
