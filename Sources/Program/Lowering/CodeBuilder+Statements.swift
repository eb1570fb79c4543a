import Syntax

extension CodeBuilder {
    func lower(_ statement: Statement) {
        depth += 1
        defer { depth -= 1 }
        switch statement.kind {
        case .empty: break
        case .expression(let expression): _ = lower(expression)
        case .declaration(let variables):
            for variable in variables { declare(variable) }
        case .block(let statements):
            withScope { lowerList(statements) }
        case .atomic(let statements): atomic(statements, statement)
        case .ifElse(let condition, let yes, let no): ifElse(condition, yes, no)
        case .whileLoop(let condition, let body): whileLoop(condition, body)
        case .doWhile(let body, let condition): doWhile(body, condition)
        case .forLoop(let first, let condition, let step, let body): forLoop(first, condition, step, body)
        case .switchOn(let value, let body): switchOn(value, body, statement)
        case .caseLabel(_, let inner), .defaultLabel(let inner): caseLabel(statement, inner)
        case .label(let name, let inner): label(name, inner)
        case .goto(let name): goto(name)
        case .breakLoop:
            if let target = breakLabels.last { jump(target, statement.range) } else { report(.notInLoop("break", statement.range)) }
        case .continueLoop:
            if let target = continueLabels.last { jump(target, statement.range) } else { report(.notInLoop("continue", statement.range)) }
        case .returnValue(let value): returnValue(value, statement.range)
        }
    }

    // MARK: Declarations

    private func declare(_ variable: Variable) {
        let type = model.types.resolve(variable, &model.diagnostics)
        model.memory.types = model.types
        model.checkName(variable.name)
        if scopes[scopes.count - 1][variable.name.text] != nil {
            report(.redefined(variable.name.text, variable.name.range))
        }
        // Until all is well the name stands for something wrong, of which nothing more is said.
        scopes[scopes.count - 1][variable.name.text] = .place(
            Place(.registers(first: 0, offset: 0, index: nil, total: 1), .error, isGhost: variable.isGhost))
        guard !type.isError, canBeLocal(type, isStatic: variable.isStatic, variable.name.range) else { return }
        if variable.isStatic {
            declareStatic(variable, type)
            return
        }
        let place = declareLocal(type, name: variable.name.text, variable.name.range, isGhost: variable.isGhost)
        if let initializer = variable.initializer {
            // In C the name is in scope in its own initialiser, where its value means nothing.
            if variable.isGhost {
                inProof { initializeLocal(place, initializer, variable.name.range) }
            } else {
                initializeLocal(place, initializer, variable.name.range)
            }
        }
        var named = place
        named.isReadOnly = variable.isReadOnly
        scopes[scopes.count - 1][variable.name.text] = .place(named)
    }

    /// The most registers of one local.
    static let localSizeMax = 256

    /// Whether a function may have a variable of the type; says so if not.
    func canBeLocal(_ type: Type, isStatic: Bool = false, _ range: SourceRange) -> Bool {
        if !types.isComplete(type) {
            report(.incompleteType(types.describe(type), range))
        } else if isStatic {
            return true
        } else if containsLock(type) {
            report(.lockByValue(range))
        } else if types.room(type) > Self.localSizeMax {
            report(.tooMuchMemory(range, Self.localSizeMax))
        } else {
            return true
        }
        return false
    }

    /// A static local is shared memory, one for all calls and threads.
    private func declareStatic(_ variable: Variable, _ type: Type) {
        let known = model.staticLocals[variable.name.range]
        let global = known ?? model.declareStaticLocal(variable, type, function: frames.last?.name ?? className)
        var place = Place(
            .memory(address: .constant(Int64(global.address)), isChecked: false), global.type, isGhost: global.isGhost,
            name: variable.name.text)
        place.isReadOnly = variable.isReadOnly
        scopes[scopes.count - 1][variable.name.text] = .place(place)
    }

    // MARK: ATOMIC

    private func atomic(_ statements: [Statement], _ statement: Statement) {
        guard mode == .program else {
            report(mode == .condition ? .conditionHasSideEffect(statement.range) : .proofChangesProgram(statement.range))
            return
        }
        if atomics.isEmpty { beginStep(.atomic, statement.range) }
        if atomics.isEmpty { mayWaitInAtomic = true }
        atomicTotal += 1
        atomics.append(atomicTotal)
        withScope { lowerList(statements) }
        atomics.removeLast()
        mayWaitInAtomic = false
        freshTemporary = nil
    }

    /// The statements of a block. In an ATOMIC only what comes first may wait: before it nothing has happened yet.
    private func lowerList(_ statements: [Statement]) {
        for statement in statements {
            lower(statement)
            if !Self.changesNothing(statement) { mayWaitInAtomic = false }
        }
    }

    /// A declaration that calls and assigns nothing: what follows it comes first still.
    private static func changesNothing(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .empty: true
        case .declaration(let variables):
            variables.allSatisfy { variable in
                switch variable.initializer {
                case nil: true
                case .expression(let value): isPlainRead(value)
                case .list: false
                }
            }
        default: false
        }
    }

    private static func isPlainRead(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .integer, .identifier: true
        case .unary(_, let a), .cast(_, let a), .member(let a, _, _): isPlainRead(a)
        case .binary(_, let a, let b), .index(let a, let b): isPlainRead(a) && isPlainRead(b)
        default: false
        }
    }

    // MARK: Branches and loops

    private func ifElse(_ condition: Expression, _ yes: Statement, _ no: Statement?) {
        let yesLabel = newLabel(), noLabel = newLabel(), done = newLabel()
        let isConstant = constantCondition(condition) != nil
        lowerCondition(condition, yesLabel, noLabel)
        place(yesLabel)
        if !isConstant { cover(.branch(isTrue: true), condition.range) }
        withScope { lower(yes) }
        jump(done, condition.range)
        place(noLabel)
        if !isConstant { cover(.branch(isTrue: false), condition.range) }
        if let no { withScope { lower(no) } }
        place(done)
    }

    private func loopBody(_ body: Statement, breakTo: Int, continueTo: Int) {
        // In the second round it would no longer come first.
        mayWaitInAtomic = false
        breakLabels.append(breakTo)
        continueLabels.append(continueTo)
        withScope { lower(body) }
        breakLabels.removeLast()
        continueLabels.removeLast()
    }

    private func whileLoop(_ condition: Expression, _ body: Statement) {
        let top = newLabel(), inside = newLabel(), done = newLabel()
        place(top)
        lowerCondition(condition, inside, done)
        place(inside)
        loopBody(body, breakTo: done, continueTo: top)
        jump(top, condition.range)
        place(done)
    }

    private func doWhile(_ body: Statement, _ condition: Expression) {
        let top = newLabel(), test = newLabel(), done = newLabel()
        place(top)
        loopBody(body, breakTo: done, continueTo: test)
        place(test)
        lowerCondition(condition, top, done)
        place(done)
    }

    private func forLoop(_ first: Statement, _ condition: Expression?, _ step: Expression?, _ body: Statement) {
        withScope {
            lower(first)
            let top = newLabel(), inside = newLabel(), next = newLabel(), done = newLabel()
            // Before the test is left out the first time, the first value is that of a local for certain.
            if let condition, holdsAtFirst(first, condition) { jump(inside, condition.range) }
            place(top)
            if let condition {
                lowerCondition(condition, inside, done)
                place(inside)
            }
            loopBody(body, breakTo: done, continueTo: next)
            place(next)
            if let step { _ = lower(step) }
            jump(top, body.range)
            place(done)
        }
    }

    /// Whether `for (i = 0; i < 2; …)` runs its body at least once, as the text shows: then what the body assigns is
    /// assigned after the loop.
    private func holdsAtFirst(_ first: Statement, _ condition: Expression) -> Bool {
        let name: String
        let start: Expression
        switch first.kind {
        case .declaration(let variables):
            guard let variable = variables.last, case .expression(let value)? = variable.initializer else { return false }
            (name, start) = (variable.name.text, value)
        case .expression(let expression):
            guard case .assign(let target, nil, let value) = expression.kind, case .identifier(let variable) = target.kind
            else { return false }
            (name, start) = (variable, value)
        default: return false
        }
        var ignored = Diagnostics()
        guard case .binary(let operation, let left, let right) = condition.kind, case .identifier(name) = left.kind,
            isConstant(start), isConstant(right), let a = types.evaluate(start, &ignored),
            let b = types.evaluate(right, &ignored), let result = TypeTable.apply(operation, a, b)
        else { return false }
        // Another thread may change a shared variable; C converts what is negative or too large.
        guard case .place(let place)? = lookUp(name), !place.isMemory, place.type.isInteger, a >= 0, b >= 0 else {
            return false
        }
        return result != 0 && valueRange(place.type).contains(a)
    }

    // MARK: switch

    private func switchOn(_ expression: Expression, _ body: Statement, _ statement: Statement) {
        let value = lower(expression)
        guard value.type.isInteger else {
            if !value.type.isError { report(.notAnInteger(expression.range, types.describe(value.type))) }
            return
        }
        let shape = commonType(value.type, value.type).shape
        var cases: [Statement] = []
        Self.collectCases(body, &cases)
        let done = newLabel()
        var labels: [ObjectIdentifier: Int] = [:]
        var defaultLabel = done
        var seen: Set<Int64> = []
        // The value is looked at once, before the first case.
        for item in cases {
            let target = newLabel()
            labels[ObjectIdentifier(item)] = target
            switch item.kind {
            case .caseLabel(let constant, _):
                guard let written = types.evaluate(constant, &model.diagnostics) else { continue }
                let number = InitialRanges.wrap(written, shape)
                if !seen.insert(number).inserted { report(.duplicateCase(constant.range, number)) }
                let next = newLabel()
                let isEqual = binary(.equal, value.operand, .constant(number), constant.range)
                branch(isEqual, target, next, constant.range)
                place(next)
            default:
                if defaultLabel != done { report(.duplicateDefault(item.range)) }
                defaultLabel = target
            }
        }
        jump(defaultLabel, statement.range)
        caseLabels.append(labels)
        breakLabels.append(done)
        withScope { lower(body) }
        breakLabels.removeLast()
        caseLabels.removeLast()
        place(done)
    }

    private static func collectCases(_ statement: Statement, _ cases: inout [Statement]) {
        switch statement.kind {
        case .caseLabel(_, let inner), .defaultLabel(let inner):
            cases.append(statement)
            collectCases(inner, &cases)
        case .label(_, let inner), .whileLoop(_, let inner), .doWhile(let inner, _), .forLoop(_, _, _, let inner):
            collectCases(inner, &cases)
        case .ifElse(_, let yes, let no):
            collectCases(yes, &cases)
            if let no { collectCases(no, &cases) }
        case .block(let statements):
            for inner in statements { collectCases(inner, &cases) }
        default: break
        }
    }

    private func caseLabel(_ statement: Statement, _ inner: Statement) {
        guard let target = caseLabels.last?[ObjectIdentifier(statement)] else {
            report(.caseOutsideSwitch(statement.range))
            return
        }
        place(target)
        cover(.statement, statement.range)
        lower(inner)
    }

    // MARK: goto and return

    private func userLabel(_ name: String, _ range: SourceRange) -> Int {
        let frame = frames.count - 1
        if let known = frames[frame].labels[name] { return known.label }
        let label = newLabel()
        frames[frame].labels[name] = (label, [], false, range)
        return label
    }

    private func label(_ name: Name, _ inner: Statement) {
        let target = userLabel(name.text, name.range)
        let frame = frames.count - 1
        if frames[frame].labels[name.text]!.isPlaced { report(.redefined("the label \(name.text)", name.range)) }
        frames[frame].labels[name.text] = (target, atomics, true, name.range)
        place(target)
        if frames.count == 1 { programLabels[name.text] = target }
        mayWaitInAtomic = false
        lower(inner)
    }

    private func goto(_ name: Name) {
        jump(userLabel(name.text, name.range), name.range)
        frames[frames.count - 1].pendingGotos.append((name, atomics))
    }

    /// At the end of a function: every label that was gone to must stand in it, and not inside an ATOMIC that the goto
    /// is outside of.
    func checkGotos() {
        guard let frame = frames.last else { return }
        for (name, atomics) in frame.pendingGotos {
            guard let label = frame.labels[name.text], label.isPlaced else {
                report(.unknownLabel(name, nearest(name.text, in: frame.labels.filter(\.value.isPlaced).keys.sorted())))
                place(frame.labels[name.text]!.label)
                continue
            }
            if !atomics.starts(with: label.atomics) { report(.gotoIntoAtomic(name.range)) }
        }
    }

    private func returnValue(_ expression: Expression?, _ range: SourceRange) {
        let frame = frames[frames.count - 1]
        if let expression {
            let value = lower(expression)
            if frame.resultType == .void {
                if value.type != .void, !value.type.isError { report(.returnsValue(range, frame.name)) }
            } else if let converted = convert(value, to: frame.resultType, expression.range) {
                let leaves = leaves(frame.resultType)
                for (index, part) in converted.parts.enumerated() {
                    checkNarrow(part, leaves[index].type, leaves.count == 1 ? converted.range : nil, frame.name, range)
                    move(part, to: frame.resultRegisters[index], range)
                }
            } else {
                for register in frame.resultRegisters { emit(.move(register, .constant(0)), range) }
            }
        } else if frame.resultType != .void {
            report(.returnsNothing(range, frame.name))
            for register in frame.resultRegisters { emit(.move(register, .constant(0)), range) }
        }
        jump(frame.returnLabel, range)
    }
}
