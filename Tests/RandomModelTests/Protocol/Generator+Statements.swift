extension Generator {
    mutating func statements(_ count: Int, depth: Int) -> [Statement] {
        var result: [Statement] = []
        while result.count < count { result += statement(depth) }
        return result
    }

    private mutating func body(_ depth: Int) -> [Statement] { statements(1 + random.below(2), depth: depth + 1) }

    /// A statement, or a few that belong together.
    private mutating func statement(_ depth: Int) -> [Statement] {
        let room = depth < 2
        switch random.below(room ? 30 : 14) {
        case 0...3: return [access()]
        case 4...6: return [assignment(2)]
        case 7: return proofStatement()
        case 8...10: return primitive() ?? [access()]
        case 11: return [Statement(.waitUntil(awaited(1)))]
        case 12: return objectStatement() ?? [access()]
        case 13: return [loopDepth > 0 && random.chance(50) ? Statement(random.chance(50) ? .breakLoop : .continueLoop) : access()]
        case 14...16: return [choice(depth)]
        case 17: return [loop(depth)]
        case 18...19: return [atomic()]
        case 20...21: return objectStatement() ?? [access()]
        case 22: return [Statement(.call(call(random.among([.skip, .maybe]))))]
        default: return section(depth) ?? primitive() ?? [access()]
        }
    }

    /// Never `l = l`, which the engine is free to see through.
    private mutating func assignment(_ depth: Int) -> Statement {
        let local = numberLocal()
        let value = number(depth)
        if case .local(local) = value.kind { return access() }
        return Statement(.assign(local, value))
    }

    /// Reads or writes shared memory once or twice.
    private mutating func access() -> Statement {
        let place = numberPlace()
        switch random.below(8) {
        case 0...3: return Statement(.store(place, value(for: place, 1), isMarked: random.chance(50)))
        case 4: return Statement(.compound(place, random.among([.and, .or, .exclusiveOr, .add]), constant(random.below(2))))
        case 5: return Statement(.call(Expression(.bump(place, by: random.among([1, 1, -1]), isPrefix: false))))
        default: return Statement(.assign(numberLocal(), load(place, isMarked: random.chance(60))))
        }
    }

    private mutating func choice(_ depth: Int) -> Statement {
        let condition = random.chance(25) ? trylock() ?? condition(1) : condition(1)
        if random.chance(15) { return Statement(.branch(condition, [Statement(.leave)], [])) }
        return Statement(.branch(condition, body(depth), random.chance(50) ? body(depth) : []))
    }

    private mutating func trylock() -> Expression? {
        switch random.below(3) {
        case 0: return place(.spinlock).map { call(.spinTrylock, .address($0)) }
        case 1: return global(.mutex).map { call(.mutexTrylock, .address($0)) }
        default:
            return global(where: { $0.kind == .rwsem }).map {
                call(random.among([.downReadTrylock, .downWriteTrylock]), .address($0))
            }
        }
    }

    /// Every way round it takes a step, or counts.
    private mutating func loop(_ depth: Int) -> Statement {
        loopDepth += 1
        defer { loopDepth -= 1 }
        let shared = comparison(load(numberPlace(isRead: true)))
        switch random.below(3) {
        case 0: return Statement(.forLoop(1 + loopDepth, bound: 2, body(depth)))
        case 1: return Statement(.whileLoop(random.chance(60) ? shared : Expression(.both(shared, condition(0))), body(depth)))
        default: return Statement(.doWhile(body(depth), shared))
        }
    }

    /// Only its first statement may wait.
    private mutating func atomic() -> Statement {
        var body: [Statement] = []
        if random.chance(50) { body.append(Statement(.waitUntil(awaited(1)))) }
        for _ in 0..<1 + random.below(3) {
            switch random.below(6) {
            case 0: body += proofStatement()
            case 1: body.append(Statement(.branch(condition(0), [access()], random.chance(50) ? [access()] : [])))
            case 2: body.append(assignment(1))
            default: body.append(access())
            }
        }
        if random.chance(10) { body.append(Statement(loopDepth > 0 && random.chance(50) ? .breakLoop : .leave)) }
        return Statement(.atomic(body))
    }

    private mutating func proofStatement() -> [Statement] {
        if features.contains(.ghost), random.chance(50) {
            return [Statement(.ghost(model.globals.firstIndex { $0.name == "gh" }!, ghostValue()))]
        }
        assertions += 1
        return [Statement(.assert("a\(assertions)", either(proof(1), proof(1))))]
    }

    private mutating func objectStatement() -> [Statement]? {
        guard features.contains(.objects) else { return nil }
        let local = pointerLocal()
        let global = global(.pointer)!
        switch random.below(8) {
        case 0...1: return take()
        case 2: return [Statement(.store(global, random.chance(40) ? Expression(.null) : Expression(.local(local)), isMarked: true))]
        case 3: return [Statement(.call(call(.kfree, .value(Expression(.local(local))))))]
        case 4:
            // Taken out of sight first.
            return [
                Statement(.assign(local, call(.exchange, .address(global), .value(Expression(.null))))),
                Statement(.call(call(features.contains(.rcu) && random.chance(60) ? .kfreeRCU : .kfree, .value(Expression(.local(local)))))),
            ]
        case 5:
            guard let next = model.fields.firstIndex(where: { $0.kind == .pointer }) else { return nil }
            let place = Place(.field(Expression(.local(local)), next))
            return [Statement(.store(place, random.chance(50) ? pointer() : Expression(.null), isMarked: random.chance(50)))]
        case 6 where features.contains(.rcu): return [Statement(.call(call(.kfreeRCU, .value(Expression(.local(local))))))]
        default: return [Statement(.branch(isNull(), [Statement(.leave)], []))]
        }
    }

    // MARK: Sections

    private func statement(_ primitive: Primitive, _ arguments: Argument...) -> Statement {
        Statement(.call(Expression(.call(primitive, arguments))))
    }

    /// Something that is opened and, nearly always, closed.
    private mutating func section(_ depth: Int) -> [Statement]? {
        guard let (opening, closing) = pair() else { return nil }
        var result = opening + (depth < 2 ? body(depth) : [access()])
        if random.chance(93) { result += closing }
        return result
    }

    private mutating func pair() -> (opening: [Statement], closing: [Statement])? {
        switch random.among(Array(features).sorted { "\($0)" < "\($1)" }) {
        case .spinlock, .objects:
            guard let place = place(.spinlock) else { return nil }
            // One place of the text each, so that positions stay apart.
            let again = Place(place.kind)
            let irq = features.contains(.interrupts) && random.chance(40)
            return (
                [statement(irq ? .spinLockIrq : .spinLock, .address(place))],
                [statement(irq ? .spinUnlockIrq : .spinUnlock, .address(again))]
            )
        case .mutex:
            let place = global(.mutex)!
            return ([statement(.mutexLock, .address(place))], [statement(.mutexUnlock, .address(Place(place.kind)))])
        case .rwsem: return semaphorePair()
        case .rcu: return ([statement(.rcuReadLock)], [statement(.rcuReadUnlock)])
        case .srcu:
            let place = global(where: { $0.kind == .srcu })!
            return (
                [statement(.srcuReadLock, .address(place))],
                [statement(.srcuReadUnlock, .address(Place(place.kind)), .value(constant(0)))]
            )
        case .interrupts: return ([statement(.irqDisable)], [statement(.irqEnable)])
        case .preemption: return ([statement(.preemptDisable)], [statement(.preemptEnable)])
        case .seqcount:
            let place = global(where: { $0.kind == .seqcount })!
            if random.chance(50) {
                return (
                    [statement(.writeSeqcountBegin, .address(place))],
                    [statement(.writeSeqcountEnd, .address(Place(place.kind)))]
                )
            }
            let begin = call(random.chance(80) ? .readSeqcountBegin : .rawReadSeqcount, .address(place))
            let retry = call(.readSeqcountRetry, .address(Place(place.kind)), .value(Expression(.local(3))))
            return ([Statement(.assign(3, begin))], [Statement(.assign(numberLocal(), retry))])
        case .atomic, .refcount, .completion, .array, .bits, .ghost: return nil
        }
    }

    private mutating func semaphorePair() -> (opening: [Statement], closing: [Statement]) {
        let place = global(where: { $0.kind == .rwsem })!
        let again = Place(place.kind)
        if random.chance(50) {
            return ([statement(.downRead, .address(place))], [statement(.upRead, .address(again))])
        }
        if random.chance(25) {
            return (
                [statement(.downWrite, .address(place)), access(), statement(.downgradeWrite, .address(Place(place.kind)))],
                [statement(.upRead, .address(again))]
            )
        }
        return ([statement(.downWrite, .address(place))], [statement(.upWrite, .address(again))])
    }

    /// Statements that wait in the queue, or wake up who does; some forget what belongs to it.
    mutating func waiting(_ queue: Int) -> [Statement] {
        func make(_ primitive: Primitive) -> Statement { statement(primitive, .address(Place(.global(queue)))) }
        let condition = comparison(load(numberPlace(isRead: true)))
        switch random.below(7) {
        case 0...2: return [make(random.chance(70) ? .wakeUp : .wakeUpAll)]
        case 3...4: return [Statement(.waitEvent(queue, condition))]
        case 5:
            let sleeps = Statement(.branch(condition, [statement(.schedule)], []))
            return [make(.prepareToWait), sleeps] + (random.chance(85) ? [make(.finishWait)] : [])
        default:
            var result = [make(.prepareToWait)]
            if random.chance(40) { result.append(access()) }
            return result + [statement(.schedule), make(.finishWait)]
        }
    }

    // MARK: Single calls

    private mutating func primitive() -> [Statement]? {
        switch random.among(Array(features).sorted { "\($0)" < "\($1)" }) {
        case .atomic:
            guard let place = place(.atomic) else { return nil }
            switch random.below(4) {
            case 0: return [statement(.atomicInc, .address(place))]
            case 1: return [statement(.atomicDec, .address(place))]
            case 2: return [statement(.atomicAdd, .value(number(1)), .address(place))]
            default: return [statement(.atomicSet, .address(place), .value(constant(random.below(3))))]
            }
        case .refcount:
            guard let place = place(.refcount) else { return nil }
            switch random.below(4) {
            case 0...1: return [statement(.refcountInc, .address(place))]
            case 2: return [statement(.refcountDec, .address(place))]
            default:
                guard features.contains(.objects) else { return [Statement(.assign(0, call(.refcountDecAndTest, .address(place))))] }
                let free = statement(.kfree, .value(Expression(.local(pointerLocal()))))
                return [Statement(.branch(call(.refcountDecAndTest, .address(place)), [free], []))]
            }
        case .rcu: return [statement(.synchronizeRCU)]
        case .srcu: return [statement(.synchronizeSRCU, .address(global(where: { $0.kind == .srcu })!))]
        case .interrupts: return [statement(.callFunctionSync)]
        case .completion:
            let place = global(where: { $0.kind == .completion })!
            return [statement(random.among([.complete, .complete, .completeAll, .waitForCompletion, .waitForCompletion]), .address(place))]
        case .bits:
            let place = global(where: { $0.name == "word" })!
            return [statement(random.among([.setBit, .clearBit]), .value(constant(random.below(3))), .address(place))]
        case .spinlock, .mutex, .rwsem:
            guard let attempt = trylock() else { return nil }
            return random.chance(20) ? [Statement(.assign(0, attempt))] : nil
        default: return nil
        }
    }
}
