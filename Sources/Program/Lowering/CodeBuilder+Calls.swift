import Syntax

extension CodeBuilder {
    /// A call: of a primitive, or of a function of the model, which is inlined.
    func call(_ name: Name, _ arguments: [Expression], _ expression: Expression) -> Value {
        let isOwn = LanguageNames.additions.contains(name.text) && model.functions[name.text] != nil
        if !isOwn, let primitive = PrimitiveTable.all[name.text] {
            let site = CallSite(name: name, arguments: arguments, range: expression.range)
            guard primitive.arity.contains(arguments.count) else {
                report(.wrongArgumentCount(name, arguments.count, primitive.arity))
                return .error
            }
            guard primitive.effect.isAllowed(in: mode) else {
                report(
                    mode == .condition
                        ? .conditionHasSideEffect(expression.range) : .proofChangesProgram(expression.range))
                return .error
            }
            return primitive.lower(self, site)
        }
        guard let function = model.functions[name.text] else {
            let known = Array(PrimitiveTable.all.keys) + Array(model.functions.keys)
            report(.unknownFunction(name, nearest(name.text, in: known.sorted())))
            return .error
        }
        guard let body = function.body else {
            report(.functionWithoutBody(name))
            return .error
        }
        return inline(function, body, arguments, expression)
    }

    // MARK: Inlining

    private func inline(
        _ function: Declaration.Function, _ body: Statement, _ arguments: [Expression], _ expression: Expression
    ) -> Value {
        guard arguments.count == function.parameters.count else {
            let called = Name(function.name.text, expression.range)
            report(.wrongArgumentCount(called, arguments.count, function.parameters.count...function.parameters.count))
            return .error
        }
        if frames.contains(where: { $0.name == function.name.text }) {
            report(.recursion(expression.range, function.name.text))
            return .error
        }
        // Calls are counted as well: functions that call the one below twice grow without an instruction.
        model.inlinedCalls += 1
        guard frames.count < 64, depth < ModelBuilder.depthMax, model.inlinedCalls <= ModelBuilder.inlinedCallsMax,
            model.instructionTotal < ModelBuilder.instructionsMax
        else {
            reportTooLarge(expression.range)
            return .error
        }
        var bindings: [String: Binding] = [:]
        let values = arguments.indices.map { kept(lower(arguments[$0]), before: arguments[($0 + 1)...], arguments[$0].range) }
        for (parameter, (value, argument)) in zip(function.parameters, zip(values, arguments)) {
            bindings[parameter.name.text] = bind(parameter, value, argument.range, in: body)
        }
        var resultType = model.types.resolveAgain(function.result)
        if resultType != .void, !resultType.isError, !canBeLocal(resultType, function.name.range) { resultType = .error }
        let results = resultType == .void ? [] : declareResult(resultType, function.name.text, expression.range)
        let done = newLabel()
        callSites.append(expression.range)
        frames.append(
            Frame(
                name: function.name.text, returnLabel: done, resultType: resultType, resultRegisters: results,
                scopeBase: scopes.count))
        scopes.append(bindings)
        let loops = (breakLabels, continueLabels, caseLabels)
        (breakLabels, continueLabels, caseLabels) = ([], [], [])
        // A condition's or proof's function may change its own variables.
        lower(body)
        checkGotos()
        (breakLabels, continueLabels, caseLabels) = loops
        scopes.removeLast()
        frames.removeLast()
        callSites.removeLast()
        place(done)
        if resultType == .void { return .nothing }
        return Value(type: resultType, parts: results.map { .register($0) }, range: valueRange(resultType))
    }

    private func declareResult(_ type: Type, _ name: String, _ range: SourceRange) -> [Register] {
        let place = declareLocal(type, name: "the value of \(name)()", range, isGhost: mode == .proof)
        guard case .registers(let first, _, _, let total) = place.location else { return [] }
        for register in first..<(first + total) { code.registers[register].isGhost = false }
        return Array(first..<(first + total))
    }

    private func bind(_ parameter: Variable, _ value: Value, _ range: SourceRange, in body: Statement) -> Binding {
        let type = model.types.resolveAgain(parameter.type)
        if let target = value.localTarget {
            guard case .pointer(let pointed) = type, pointed == target.type || types.pointerKey(pointed) == types.pointerKey(target.type) else {
                report(.typeMismatch(range, types.describe(value.type), types.describe(type)))
                return .value(.error)
            }
            return .alias(target)
        }
        guard canBeLocal(type, parameter.name.range), let converted = convert(value, to: type, range) else {
            return .value(.error)
        }
        if converted.parts.count == 1 { checkNarrow(converted.operand, type, converted.range, parameter.name.text, range) }
        let isConstant = converted.parts.allSatisfy { if case .register = $0 { false } else { true } }
        if isConstant, type.isScalar, !AssignedNames.contains(parameter.name.text, in: body) { return .value(converted) }
        let place = declareLocal(type, name: parameter.name.text, parameter.name.range, isGhost: false)
        if case .registers(let first, _, _, _) = place.location {
            for (index, part) in converted.parts.enumerated() { move(part, to: first + index, range) }
        }
        var named = place
        named.isReadOnly = parameter.isReadOnly
        return .place(named)
    }

    // MARK: Whole codes

    func beginFrame(_ name: String, _ result: Type = .void, _ registers: [Register] = []) -> Int {
        let done = newLabel()
        frames = [
            Frame(name: name, returnLabel: done, resultType: result, resultRegisters: registers, scopeBase: 0)
        ]
        return done
    }

    func lowerThread(_ body: Statement) -> Code {
        let done = beginFrame(className)
        lower(body)
        checkGotos()
        place(done)
        emitExitChecks(body.range)
        endOnCPU(body.range)
        emit(.end, body.range)
        return finish()
    }

    /// INTERRUPT: on top of what its CPU does.
    func lowerInterrupt(_ body: Statement, _ range: SourceRange) -> Code {
        let done = beginFrame(className)
        beginHandler("interrupt \(className)", range)
        lower(body)
        checkGotos()
        place(done)
        endHandler(body.range)
        emit(.end, body.range)
        return finish()
    }

    /// A callback waits for its grace period in its first step; then it runs its function.
    func lowerCallback(_ callback: CallbackNeed) -> Code {
        let range: SourceRange
        switch callback.function {
        case .named(let name): range = model.functions[name]?.name.range ?? .none
        case .free: range = .none
        }
        let done = beginFrame(className)
        beginStep(.endWait, range, text: "the grace period ends")
        let mask = loadHidden(model.perThread(.callbackMask), range)
        let domain = callbackDomain(callback)
        emit(.await(isZero(mask, range), .grace(domain: domain, mask: mask)), range)
        switch callback.function {
        case .free:
            code.steps[0].kind = .free
            code.steps[0].text = "the grace period ends; kfree()"
            emit(.free(model.perThread(.callbackObject)), range)
        case .named(let name):
            let isReader = model.settings.rcuFlavor == .consolidated
            if isReader { setContext(.callbackRunning, to: 1, range) }
            if let function = model.functions[name], let body = function.body {
                callSites = []
                frames[0].name = name
                scopes.append([:])
                if let parameter = function.parameters.first {
                    let value = Value(
                        type: model.types.resolveAgain(parameter.type), parts: [model.perThread(.callbackObject)],
                        range: 0...Int64(ModelBuilder.cellsMax))
                    if AssignedNames.contains(parameter.name.text, in: body) {
                        let place = declareLocal(value.type, name: parameter.name.text, parameter.name.range, isGhost: false)
                        if case .registers(let first, _, _, _) = place.location { move(value.operand, to: first, range) }
                        scopes[scopes.count - 1][parameter.name.text] = .place(place)
                    } else {
                        scopes[scopes.count - 1][parameter.name.text] = .value(value)
                    }
                }
                lower(body)
                checkGotos()
            }
            place(done)
            emitExitChecks(range)
            if isReader {
                setContext(.callbackRunning, to: 0, range)
                quiesceRCU(range)
            }
        }
        if callback.function.isFree { place(done) }
        if model.callbackDomainCell != 0 {
            emit(.store(model.perThread(.programPoint), .constant(0), .hidden), range)
            emit(.quiesce(domain: .constant(Int64(model.callbackDomainCell))), range)
        }
        emit(.end, range)
        return finish()
    }

    private func callbackDomain(_ callback: CallbackNeed) -> Operand {
        guard let name = callback.domain else { return .constant(Int64(model.rcuDomainCell)) }
        return .constant(Int64(model.memory.srcuDomains.first { $0.name == name }?.firstCell ?? 0))
    }

    /// The hardware of a CPU: over and over, one step for some entry, if that changes it.
    func lowerWalk(_ tlb: TranslationBuffer, _ body: Statement) -> (code: Code, asksForCPU: Bool) {
        let done = beginFrame(className)
        let top = newLabel()
        place(top)
        beginStep(.other, body.range, text: className)
        let entry = newRegister(.int, name: "entry", range: body.range)
        emit(.choose(entry, low: .constant(0), high: .constant(Int64(tlb.entries - 1))), body.range)
        nameChoices([:])
        let filled = newRegister(.bool)
        hasFilled = filled
        emit(.move(filled, .constant(0)), body.range)
        atomics = [0]
        let cpu = newRegister(.int, name: "cpu", range: body.range)
        walkCPU = cpu
        emit(.move(cpu, model.perThread(.cpu)), body.range)
        let questions = model.cpuQuestions
        func parameter(_ register: Register, _ name: String) -> Binding {
            var place = Place(.registers(first: register, offset: 0, index: nil, total: 1), .int, isGhost: false, name: name)
            place.isReadOnly = true
            return .place(place)
        }
        scopes.append(["cpu": parameter(cpu, "cpu"), "entry": parameter(entry, "entry")])
        lower(body)
        checkGotos()
        self.place(done)
        atomics = []
        emit(.await(.register(filled), .condition), body.range)
        jump(top, body.range)
        emit(.end, body.range)
        let asksForCPU = model.cpuQuestions > questions
        let code = finish()
        return (code, asksForCPU || code.instructions.contains { RegisterUse($0.operation).reads.contains(cpu) })
    }

    func lowerInitialization(_ body: Statement?) -> Code {
        let done = beginFrame("INIT")
        if let body { lower(body) }
        checkGotos()
        place(done)
        emit(.checkNoLockHeld, body?.range ?? .none)
        emit(.end, body?.range ?? .none)
        return finish()
    }

    func lowerProperty(_ body: Statement, _ name: Name) -> (Code, Register) {
        let result = newRegister(.bool, name: "the value of \(name.text)()", range: name.range)
        let done = beginFrame(name.text, .bool, [result])
        propertyResult = result
        lower(body)
        checkGotos()
        place(done)
        emit(.end, body.range)
        return (finish(), result)
    }

    /// Resolves labels, drops what cannot be reached, and keeps the needs of what can.
    func finish() -> Code {
        for (name, label) in programLabels { code.labels[name] = labelTargets[label] }
        if model.isTooLarge { return Code() }
        let cleanup = Cleanup(code: code, labelTargets: labelTargets)
        var cleaned = cleanup.run()
        if kind != .initialization, kind != .property { TranslationTaint(model).apply(to: &cleaned) }
        for (instruction, need) in needNotes where cleanup.isReachable(instruction) { need(&needs) }
        for range in cleanup.cyclesWithoutExit { report(.cycleWithoutStep(range)) }
        let assigned = DefiniteAssignment(cleaned, result: propertyResult)
        for (instruction, register) in assigned.findings {
            let name = cleaned.registers[register].name ?? "it"
            report(.usedBeforeAssigned(cleaned.instructions[instruction].range, name, cleaned.registers[register].range))
        }
        if kind != .property {
            for warning in GhostWrites(cleaned, cells: model.memory.cells).warnings { report(warning) }
        }
        return cleaned
    }
}

extension CallbackNeed.Function {
    var isFree: Bool {
        if case .free = self { return true }
        return false
    }
}
