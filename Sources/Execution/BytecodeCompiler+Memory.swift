import Program

/// The instructions that look at more than the thread's registers.
extension BytecodeCompiler {
    /// Emits what `emit` leaves over.
    mutating func emitShared(_ operation: Operation) {
        switch operation {
        case .load(let target, let address, let access):
            note(address, access, isWrite: false)
            load(target, address)
        case .store(let address, let value, let access):
            note(address, access, isWrite: true)
            store(address, value, isGhost: access.isGhost)
        case .checkPlace(let address, let use, let fromTLB):
            if let cell = constant(address), cell != 0, tables.cells[Int(cell)].slot < 0 { return }
            if constant(fromTLB) == 0, emitChecked(address) { return }
            let flag: UInt8 =
                switch use {
                case .read: 0
                case .write: 1
                case .lock: 2
                }
            add(Op(code: .checkPlace, flag: flag, a: place(address), b: place(fromTLB)))
        case .live(let target, let address):
            add(Op(code: .live, a: UInt16(target), b: place(address)), assigns: target)
        case .allocate(let target, let pool):
            add(Op(code: .allocate, a: UInt16(target), x: Int64(pool)), assigns: target)
        case .free(let address):
            add(Op(code: .free, a: place(address)))
        case .ended(let target, let threadClass, let index):
            add(Op(code: .ended, a: UInt16(target), b: place(index), x: Int64(threadClass)), assigns: target)
        case .atLabel(let target, let threadClass, let index, let label):
            let table = labelTable(threadClass, label)
            add(
                Op(code: .atLabel, a: UInt16(target), b: place(index), x: Int64(threadClass), z: UInt64(table)),
                assigns: target)
        case .choose(let target, let low, let high):
            add(Op(code: .choose, a: UInt16(target), b: place(low), c: place(high)), assigns: target)
        case .await(let condition, let wait):
            emitAwait(condition, wait)
        case .spurious:
            add(Op(code: .spurious))
        case .check(let condition, let failure):
            if isOff(model.failures[failure].kind) { return }
            if let known = constant(condition), known != 0 { return }
            add(Op(code: .check, a: place(condition), x: Int64(failure)))
        case .graceBegin(let domain, let into):
            add(Op(code: .graceBegin, a: place(domain), b: place(into)))
        case .quiesce(let domain):
            add(Op(code: .quiesce, a: place(domain)))
        case .startCallback(let threadClass, let object, let domain):
            add(Op(code: .startCallback, a: place(object), b: place(domain), x: Int64(threadClass)))
        case .checkNoLockHeld:
            if !isOff(.lockHeldAtExit) { add(Op(code: .checkNoLockHeld)) }
        case .checkLockHeld(let lock, let isWrite):
            if !isOff(.assertion) { add(Op(code: .checkLockHeld, flag: isWrite ? 1 : 0, a: place(lock))) }
        case .cover(let item):
            add(Op(code: .cover, x: Int64(item)))
        case .refine(let a, let b):
            if options.tracksStalePointers { add(Op(code: .refine, a: UInt16(a), b: UInt16(b))) }
        case .acquired(let lock, let use):
            guard options.records else { return }
            output.lockUses.append(use)
            add(Op(code: .noteAcquired, a: place(lock)), lockUse: output.lockUses.count - 1)
        case .released(let lock):
            if options.records { add(Op(code: .noteReleased, a: place(lock))) }
        case .fence:
            break
        default:
            preconditionFailure("an operation without code")
        }
    }

    private mutating func emitAwait(_ condition: Operand, _ wait: Wait) {
        if let known = constant(condition), known != 0 { return }
        var op = Op(code: .awaitCondition, a: place(condition))
        switch wait {
        case .condition:
            break
        case .holders(let mask):
            op.flag = 1
            op.b = place(mask)
        case .grace(let domain, let mask):
            op.flag = 2
            op.b = place(domain)
            op.c = place(mask)
        }
        add(op)
    }

    private mutating func note(_ address: Operand, _ access: Access, isWrite: Bool) {
        guard isNoted(access, at: instruction) else { return }
        if let cell = constant(address), !tables.cells[Int(cell)].isData { return }
        add(
            Op(
                code: .noteAccess, flag: (isWrite ? 1 : 0) | (access.kind == .plain ? 2 : 0), a: place(address),
                x: Int64(instruction)))
    }

    /// A check becomes one with the access of the same address that follows; that access alone is still emitted, others
    /// may lead to it. Not where events are recorded: each has an instruction of its own.
    private mutating func emitChecked(_ address: Operand) -> Bool {
        guard !options.records, case .register(let register) = address,
            instruction + 1 < code.instructions.count
        else { return false }
        switch code.instructions[instruction + 1].operation {
        case .load(let target, .register(register), let access) where !isNoted(access, at: instruction + 1):
            add(Op(code: .checkedLoad, a: UInt16(target), b: UInt16(register)))
        case .store(.register(register), let value, let access)
        where !isNoted(access, at: instruction + 1) && !access.isGhost:
            add(Op(code: .checkedStore, a: place(value), b: UInt16(register)))
        default:
            return false
        }
        return true
    }

    private func isNoted(_ access: Access, at instruction: Int) -> Bool {
        options.recordAccesses && !mayRace.isEmpty && mayRace[instruction] && access.kind != .hidden
    }

    private mutating func load(_ target: Register, _ address: Operand) {
        guard let cell = constant(address).map({ Int($0) }) else {
            return add(Op(code: .loadCell, a: UInt16(target), b: place(address)), assigns: target)
        }
        let field = tables.cells[cell].field
        if field.staleBit != 0 {
            return add(Op(code: .loadCell, a: UInt16(target), b: place(address)), assigns: target)
        }
        add(
            Op(
                code: field.isPointer ? .loadPointer : .loadField, a: UInt16(target), b: field.word,
                c: UInt16(field.shift), x: field.isPointer ? Int64(field.decode) : field.low, y: field.mask),
            cell: cell, assigns: target)
    }

    private mutating func store(_ address: Operand, _ value: Operand, isGhost: Bool) {
        let cell = constant(address).map { Int($0) }
        if cell == 0, isGhost { return }
        guard let cell, !(isGhost && tables.cells[cell].slot >= 0), tables.cells[cell].field.staleBit == 0 else {
            return add(Op(code: .storeCell, flag: isGhost ? 1 : 0, a: place(value), b: place(address)))
        }
        let field = tables.cells[cell].field
        if let known = constant(value), let raw = raw(known, field) {
            let keep = ~(field.mask << UInt64(field.shift))
            return add(
                Op(
                    code: .storeImmediate, b: field.word, x: Int64(bitPattern: raw << UInt64(field.shift)), y: keep),
                cell: cell)
        }
        if field.isPointer {
            add(
                Op(
                    code: .storePointer, a: place(value), b: field.word, c: UInt16(field.shift),
                    x: Int64(field.encode), y: field.mask), cell: cell)
        } else {
            add(
                Op(
                    code: .storeField, a: place(value), b: field.word, c: UInt16(field.shift), x: field.low,
                    y: field.mask, z: field.span), cell: cell)
        }
    }

    /// How a value is packed, nil if the field cannot hold it.
    private func raw(_ value: Int64, _ field: FieldEntry) -> UInt64? {
        if field.isPointer {
            guard value >= 0, value < tables.cells.count else { return nil }
            let index = tables.indices[Int(field.encode) + Int(value)]
            return index < 0 ? nil : UInt64(index)
        }
        let raw = UInt64(bitPattern: value &- field.low)
        return raw <= field.span && raw & field.mask == raw ? raw : nil
    }

    private mutating func labelTable(_ threadClass: Int, _ label: String) -> Int {
        let start = output.labelPoints.count
        let code = model.classes[threadClass].code
        output.labelPoints += [UInt8](repeating: 0, count: code.steps.count + 1)
        if let instruction = code.labels[label] {
            for step in code.stepsReached(from: instruction) { output.labelPoints[start + step + 1] = 1 }
        }
        return start
    }
}
