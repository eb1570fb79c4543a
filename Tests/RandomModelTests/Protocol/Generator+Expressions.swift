extension Generator {
    // MARK: Numbers

    /// A place that holds a number which plain code may read and write. Only what is loaded at once may lie outside of an
    /// array: the design does not say at which of several steps another index is found out.
    mutating func numberPlace(isRead: Bool = false) -> Place {
        if features.contains(.array), random.chance(30), let index = model.globals.firstIndex(where: { $0.name == "table" }) {
            let number = random.weighted([(4, 0), (3, 1), (2, 2)])
            if number == 0 { return Place(.element(index, constant(random.below(2)))) }
            if number == 1, instances == 2 { return Place(.element(index, Expression(.selfIndex))) }
            let local = Expression(.local(numberLocal()))
            if isRead, random.chance(30) { return Place(.element(index, local)) }
            return Place(.element(index, Expression(.binary(.and, local, constant(1)))))
        }
        if random.chance(45), let place = field(where: { if case .integer = $0 { true } else { false } }) { return place }
        return global(where: { if case .cell(.integer) = $0.kind { true } else { false } })!
    }

    func type(of place: Place) -> IntegerType {
        switch place.kind {
        case .global(let global):
            if case .cell(.integer(let type)) = model.globals[global].kind { return type }
        case .element(let global, _):
            if case .array(let type, _) = model.globals[global].kind { return type }
        case .field(_, let field):
            if case .integer(let type) = model.fields[field].kind { return type }
        }
        return .int
    }

    /// A value for the place: mostly one that fits.
    mutating func value(for place: Place, _ depth: Int) -> Expression {
        let type = type(of: place)
        if random.chance(50) { return constant(random.below(type.highest + 1)) }
        let value = number(depth)
        if case .narrow(let bits) = type, random.chance(80) {
            return Expression(.binary(.and, value, constant(1 << bits - 1)))
        }
        if type == .int || type == .u8, random.chance(70) { return Expression(.binary(.and, value, constant(3))) }
        return value
    }

    mutating func number(_ depth: Int) -> Expression {
        if depth <= 0, random.chance(15) { return bumpLocal() }
        if depth <= 0 || random.chance(30) {
            return random.weighted([(3, 0), (5, 1), (instances == 2 ? 3 : 0, 2)]) == 0
                ? constant(random.below(4)) : leaf()
        }
        switch random.below(18) {
        case 0...5: return load(numberPlace(isRead: true), isMarked: random.chance(50))
        case 6...8:
            let operation = random.among([BinaryOperation.add, .subtract, .and, .or, .exclusiveOr, .multiply])
            return Expression(.binary(operation, number(depth - 1), number(depth - 1)))
        case 9: return Expression(.unary(random.among(UnaryOperation.allCases), number(depth - 1)))
        case 10: return Expression(.conditional(condition(depth - 1), number(depth - 1), number(depth - 1)))
        case 11: return condition(depth - 1)
        case 12: return Expression(.bump(numberPlace(), by: random.among([1, 1, -1]), isPrefix: random.chance(50)))
        case 13: return bumpLocal()
        case 14:
            let operation = random.among([BinaryOperation.divide, .remainder, .shiftLeft, .shiftRight])
            let divisor = random.chance(60) ? constant(1 + random.below(2)) : leaf()
            return Expression(.binary(operation, number(depth - 1), divisor))
        default: return valuedCall(depth) ?? leaf()
        }
    }

    private mutating func bumpLocal() -> Expression {
        Expression(.bumpLocal(0, by: random.among([1, 1, -1]), isPrefix: random.chance(50)))
    }

    /// Not a constant, so that no condition can be folded.
    private mutating func leaf() -> Expression {
        if instances == 2, random.chance(25) { return Expression(.selfIndex) }
        return Expression(.local(numberLocal()))
    }

    private mutating func valuedCall(_ depth: Int) -> Expression? {
        switch random.below(10) {
        case 0: return call(.maybe)
        case 1: return call(.pick, .value(Expression(.binary(.and, number(0), constant(1)))), .value(constant(1 + random.below(2))))
        case 2...4:
            let place = numberPlace()
            let new = Argument.value(value(for: place, depth - 1))
            switch random.below(4) {
            case 0: return call(.exchange, .address(place), new)
            case 1:
                let expected = random.chance(50) ? Expression(.local(0)) : number(depth - 1)
                return call(.compareExchange, .address(place), .value(expected), random.chance(30) ? .value(bumpLocal()) : new)
            default: return call(.tryCompareExchange, .address(place), .local(0), new)
            }
        case 5...6: return atomicValue(depth)
        case 7:
            guard let place = place(.refcount) else { return nil }
            switch random.below(4) {
            case 0: return call(.refcountRead, .address(place))
            case 1: return call(.refcountIncNotZero, .address(place))
            case 2: return call(.refcountFreeze, .address(place), .value(constant(1)))
            default: return call(.refcountDecAndTest, .address(place))
            }
        case 8:
            guard let place = global(where: { $0.name == "word" }) else { return nil }
            let bit = Argument.value(constant(random.below(3)))
            return call(random.among([.testBit, .testAndSetBit, .testAndClearBit]), bit, .address(place))
        default: return lockQuery()
        }
    }

    private mutating func atomicValue(_ depth: Int) -> Expression? {
        guard let place = place(.atomic) else { return nil }
        let one = Argument.value(constant(1))
        let some = Argument.value(random.chance(60) ? constant(random.below(3)) : number(depth - 1))
        switch random.below(12) {
        case 0...1: return call(.atomicRead, .address(place))
        case 2: return call(.atomicIncReturn, .address(place))
        case 3: return call(.atomicSubReturn, one, .address(place))
        case 4: return call(.atomicFetchAdd, some, .address(place))
        case 5: return call(random.among([.atomicFetchOr, .atomicFetchAndNot]), some, .address(place))
        case 6: return call(.atomicExchange, .address(place), some)
        case 7: return call(.atomicCompareExchange, .address(place), some, .value(random.chance(30) ? bumpLocal() : constant(1)))
        case 8: return call(.atomicTryCompareExchange, .address(place), .local(0), some)
        case 9: return call(.atomicDecAndTest, .address(place))
        case 10: return call(.atomicIncNotZero, .address(place))
        default: return call(.atomicAddUnless, .address(place), some, .value(constant(random.below(3))))
        }
    }

    private mutating func lockQuery() -> Expression? {
        switch random.below(3) {
        case 0: return place(.spinlock).map { call(.spinIsLocked, .address($0)) }
        case 1: return global(.mutex).map { call(.mutexIsLocked, .address($0)) }
        default: return global(where: { $0.kind == .rwsem }).map { call(.rwsemIsLocked, .address($0)) }
        }
    }

    // MARK: Conditions

    mutating func condition(_ depth: Int) -> Expression {
        switch random.below(depth > 0 ? 10 : 5) {
        case 0: return leaf()
        case 1: return Expression(.unary(.not, leaf()))
        case 2...4: return comparison(load(numberPlace(isRead: true), isMarked: random.chance(60)))
        case 5: return comparison(leaf())
        case 6: return Expression(.both(condition(depth - 1), condition(depth - 1)))
        case 7: return Expression(.either(condition(depth - 1), condition(depth - 1)))
        case 8: return features.contains(.objects) && !locals.isEmpty ? pointerCondition() : leaf()
        default: return valuedCall(depth).map { comparison($0) } ?? leaf()
        }
    }

    mutating func comparison(_ value: Expression) -> Expression {
        let operation = random.among([BinaryOperation.equal, .notEqual, .less, .greaterOrEqual, .greater])
        return Expression(.binary(operation, value, constant(random.below(3))))
    }

    mutating func isNull() -> Expression { Expression(.unary(.not, Expression(.local(pointerLocal())))) }

    private mutating func pointerCondition() -> Expression {
        if random.chance(40) { return isNull() }
        let operation = random.among([BinaryOperation.equal, .notEqual])
        return Expression(.binary(operation, Expression(.local(pointerLocal())), load(global(.pointer)!)))
    }

    mutating func pointer() -> Expression {
        let next = model.fields.firstIndex { $0.kind == .pointer }
        switch random.below(8) {
        case 0...3: return load(global(.pointer)!, isMarked: random.chance(70))
        case 4: return call(.alloc)
        case 5: return Expression(.local(pointerLocal()))
        case 6 where next != nil && !taken.isEmpty:
            return load(Place(.field(Expression(.local(random.among(taken))), next!)))
        case 7 where random.chance(50):
            return Expression(.conditional(condition(0), load(global(.pointer)!), Expression(.local(pointerLocal()))))
        default: return call(.exchange, .address(global(.pointer)!), .value(random.chance(60) ? Expression(.null) : Expression(.local(pointerLocal()))))
        }
    }

    // MARK: Conditions of one instant

    /// A condition without side effects, for `wait_until`.
    mutating func awaited(_ depth: Int) -> Expression {
        if depth > 0, random.chance(35) {
            let a = awaited(depth - 1)
            let b = awaited(depth - 1)
            return random.chance(50) ? Expression(.both(a, b)) : either(a, b)
        }
        if random.chance(15), let place = place(.atomic) { return comparison(call(.atomicRead, .address(place))) }
        if random.chance(10), let place = global(.spinlock) {
            return Expression(.unary(.not, call(.spinIsLocked, .address(place))))
        }
        return comparison(load(numberPlace(isRead: true), isMarked: random.chance(60)))
    }

    /// A condition of a proof: locals where there are any, ghosts, shared memory without a step.
    mutating func proof(_ depth: Int) -> Expression {
        if depth > 0, random.chance(50) {
            let a = proof(depth - 1)
            let b = proof(depth - 1)
            return random.chance(30) ? Expression(.both(a, b)) : either(a, b)
        }
        switch random.below(7) {
        case 0 where !locals.isEmpty: return comparison(leaf())
        case 1 where features.contains(.objects):
            let pointer = locals.isEmpty || taken.isEmpty || random.chance(50) ? load(global(.pointer)!, isMarked: false) : Expression(.local(pointerLocal()))
            return Expression(.live(pointer))
        case 2 where !model.threads.isEmpty:
            let thread = random.below(model.threads.count)
            return Expression(.ended(thread: thread, constant(random.below(3))))
        case 3...4:
            if let ghost = global(where: { if case .ghost = $0.kind { true } else { false } }) {
                return comparison(load(ghost, isMarked: false))
            }
            return proofOfNumber()
        default: return proofOfNumber()
        }
    }

    private mutating func proofOfNumber() -> Expression {
        if locals.isEmpty {
            let place = global(where: { if case .cell(.integer) = $0.kind { true } else { false } })!
            return comparison(load(place, isMarked: false))
        }
        return comparison(load(numberPlace(isRead: true), isMarked: random.chance(30)))
    }

    /// What a ghost is set to.
    mutating func ghostValue() -> Expression {
        switch random.below(4) {
        case 0: return constant(random.below(4))
        case 1: return Expression(.binary(.and, leaf(), constant(3)))
        case 2: return Expression(.binary(.and, load(numberPlace(isRead: true), isMarked: false), constant(3)))
        default:
            let ghost = global(where: { if case .ghost = $0.kind { true } else { false } })!
            let next = Expression(.binary(.add, load(ghost, isMarked: false), constant(1)))
            return random.chance(90) ? Expression(.binary(.and, next, constant(3))) : next
        }
    }
}
