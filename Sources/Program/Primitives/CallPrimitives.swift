import Syntax

/// IPIs with code: a function runs on another CPU, as an interrupt there, and the sender spins until it is done.
/// (kernel/smp.c: smp_call_function_single(), smp_call_function(), on_each_cpu(), all with `wait`.)
///
/// Each sender has a handler of its own for each CPU that it may send to, a thread that idles until it is sent. Sending sets
/// its argument and its program point in one step; what the handler then does are steps of its own.
enum CallPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "smp_call_function_single": Primitive(3) { $0.callOnCPUs($1, cpu: $1.arguments[0], function: 1, .named) },
        "smp_call_function": Primitive(2) { $0.callOnCPUs($1, cpu: nil, function: 0, .others) },
        "on_each_cpu": Primitive(2) { $0.callOnCPUs($1, cpu: nil, function: 0, .all) },
    ]
}

extension CodeBuilder {
    enum CallTarget {
        case named, others, all
    }

    func callOnCPUs(_ site: CallSite, cpu: Expression?, function: Int, _ target: CallTarget) -> Value {
        let range = site.range
        let number = cpu.map { kept(lower($0), before: site.arguments[1...], $0.range) } ?? Value(0)
        guard case .identifier(let name) = site.arguments[function].kind, model.functions[name] != nil else {
            report(.calledNotFunction(site.arguments[function].range, site.name.text))
            return .nothing
        }
        guard let type = model.calledParameter(name) else {
            report(.calledSignature(site.arguments[function].range, name))
            return .nothing
        }
        guard number.type.isInteger else {
            if !number.type.isError { report(.notAnInteger(range, types.describe(number.type))) }
            return .nothing
        }
        guard let argument = convert(lower(site.arguments[function + 1]), to: type, range) else { return .nothing }
        guard atomics.isEmpty else {
            check(.constant(0), .modelError, name: "L0480", "\(site.name.text)() waits for a CPU, so it cannot stand in INIT or ATOMIC", range)
            return .nothing
        }
        if let constant = number.constant, target == .named, constant < 0 || constant >= Int64(Placement.cpusMax) {
            report(.badCPU(range, constant, Placement.cpusMax))
            return .nothing
        }
        let caller = className
        let constant = target == .named ? number.constant.map { Int($0) } : nil
        note { needs in
            let need = CallNeed(function: name, caller: caller, cpu: constant)
            if !needs.calls.contains(need) { needs.calls.append(need) }
        }
        let cpus = (constant.map { [$0] } ?? Array(0..<model.placement.cpuCount)).filter { cpu in
            model.needs.calls.contains { $0.function == name && $0.caller == caller && ($0.cpu ?? cpu) == cpu }
        }
        beginStep(.beginWait, range)
        checkMayWaitForCPUs(site)
        send(name, argument.operand, number, target, cpus, range)
        beginWaiting(.spins, range)
        waitForCall(name, cpus, range)
        return .nothing
    }

    /// Starts the handlers on the CPUs that are meant.
    private func send(
        _ function: String, _ argument: Operand, _ number: Value, _ target: CallTarget, _ cpus: [Int], _ range: SourceRange
    ) {
        let sent = newLabel()
        for cpu in cpus {
            let next = newLabel()
            let wanted: Operand =
                switch target {
                case .named: binary(.equal, number.operand, .constant(Int64(cpu)), range)
                case .others: binary(.notEqual, model.perThread(.cpu), .constant(Int64(cpu)), range)
                case .all: .constant(1)
                }
            unless(wanted, goto: next, range)
            storeHidden(model.perThread(.calledArgument(function: function, cpu: cpu)), argument, range)
            storeHidden(model.perThread(.callPoint(function: function, cpu: cpu)), .constant(1), range)
            if target == .named { jump(sent, range) }
            place(next)
        }
        if target == .named, !cpus.isEmpty {
            check(.constant(0), .outOfBounds, name: function, "the model has \(model.placement.cpuCount) CPUs", range)
        }
        place(sent)
    }

    private func waitForCall(_ function: String, _ cpus: [Int], _ range: SourceRange) {
        beginStep(.endWait, range, text: "\(folded(range)): done")
        var busy: Operand = .constant(0)
        for cpu in cpus {
            let point = loadHidden(model.perThread(.callPoint(function: function, cpu: cpu)), range)
            let runs = binary(.notEqual, point, .constant(0), range)
            let number = model.perThread(.callNumber(function: function, cpu: cpu))
            busy = binary(.or, busy, binary(.shiftLeft, runs, number, range), range)
        }
        blockUnless(isZero(busy, range), .holders(busy), .spins, range)
        notePreemption(range)
    }

    /// The function that an IPI runs, with the argument that its sender left.
    func lowerCalled(_ name: String) -> Code {
        let function = model.functions[name]
        let range = function?.name.range ?? .none
        let done = beginFrame(className)
        frames[0].name = name
        beginHandler("IPI: \(name)()", range)
        if let function, let body = function.body, let parameter = function.parameters.first {
            let type = model.types.resolveAgain(parameter.type)
            let cell = model.perThread(.callArgument)
            let place = declareLocal(type, name: parameter.name.text, parameter.name.range, isGhost: false)
            let value = define(type, range) { .load($0, cell, .hidden) }
            if case .registers(let first, _, _, _) = place.location { move(value, to: first, range) }
            storeHidden(cell, .constant(0), range)
            scopes.append([parameter.name.text: .place(place)])
            lower(body)
            checkGotos()
        }
        self.place(done)
        endHandler(range)
        emit(.end, range)
        return finish()
    }
}
