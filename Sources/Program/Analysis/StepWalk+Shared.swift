/// The instructions that look at more than the thread's registers.
extension StepWalk {
    private var model: Model { context.model }

    mutating func executeShared(_ operation: Operation, _ path: inout StepPath) -> Bool {
        switch operation {
        case .load(let target, let address, let access):
            return load(target, address, access, &path)
        case .store(let address, let stored, let access):
            return store(address, stored, access, &path)
        case .checkPlace(let address, _, _):
            return checkPlace(address, &path)
        case .live(let target, let address):
            return live(target, address, &path)
        case .allocate(let target, let pool):
            return allocate(target, pool, &path)
        case .free(let address):
            return free(address, &path)
        case .ended(let target, let threadClass, let index), .atLabel(let target, let threadClass, let index, _):
            observe(threadClass, index, &path)
            return set(target, nil, &path)
        case .startCallback(let threadClass, let object, let domain):
            return startCallback(threadClass, object, domain, &path)
        case .quiesce(let domain):
            quiesce(domain, &path)
            return next(&path)
        case .checkNoLockHeld:
            guard isOn(.lockHeldAtExit) else { return next(&path) }
            for lock in model.locks { testHold(lock, &path) }
            finish(path, .fails)
            return next(&path)
        case .checkLockHeld(let address, _):
            guard isOn(.assertion) else { return next(&path) }
            let cells = addressed(address, path)
            for lock in model.locks where cells.contains(lock.firstCell) { testHold(lock, &path) }
            finish(path, .fails)
            return next(&path)
        case .graceBegin(_, let into):
            apply(operation, &path)
            if let cell = value(into, path) { write(CellID(cell), nil, &path) }
            return next(&path)
        default:
            // Nothing is left over; should something be, it is anything.
            apply(operation, &path)
            return next(&path)
        }
    }

    /// The cells that an operand may name here.
    private func addressed(_ operand: Operand, _ path: StepPath) -> CellSet {
        guard let known = value(operand, path) else { return pointsTo.cells(operand) }
        var set = CellSet(cellCount: model.cells.count)
        if known > 0, known < Int64(model.cells.count) { set.insert(CellID(known)) }
        return set
    }

    /// What the instruction may do at all, not followed further.
    private func apply(_ operation: Operation, _ path: inout StepPath) {
        let effect = InstructionEffect.of(operation, model: model, thread: thread, pointsTo: pointsTo)
        path.reads.formUnion(effect.reads)
        for cell in effect.writes.members { write(cell, nil, &path) }
        path.starts.formUnion(effect.starts)
    }

    // MARK: Memory

    private mutating func load(
        _ target: Register, _ address: Operand, _ access: Access, _ path: inout StepPath
    ) -> Bool {
        guard let known = value(address, path) else {
            let cells = pointsTo.cells(address)
            path.reads.formUnion(cells)
            if access.isGhost { readLiveness(of: cells, &path) }
            return set(target, nil, &path)
        }
        guard known > 0, known < Int64(model.cells.count) else { return set(target, 0, &path) }
        let cell = CellID(known)
        if access.isGhost { readLiveness(of: addressed(address, path), &path) }
        path.instruction += 1
        // A ghost of a free object reads as zero.
        path.sums[target] = access.isGhost ? nil : sum(of: cell, path)
        guard isRelevant[target] else {
            path.reads.insert(cell)
            path.registers[target] = nil
            return true
        }
        for (value, other) in read(cell, path) {
            var other = other
            other.registers[target] = value
            open.append(other)
        }
        return false
    }

    private func readLiveness(of cells: CellSet, _ path: inout StepPath) {
        for slot in model.slots where cells.touches(slot) {
            path.reads.insert(slot.liveCell)
            if slot.quarantineCell != 0 { path.reads.insert(slot.quarantineCell) }
        }
    }

    private mutating func store(_ address: Operand, _ stored: Operand, _ access: Access, _ path: inout StepPath) -> Bool {
        let cells = addressed(address, path)
        if access.isGhost { readLiveness(of: cells, &path) }
        guard let known = value(address, path) else {
            for cell in cells.members { write(cell, nil, &path) }
            return next(&path)
        }
        guard known > 0, known < Int64(model.cells.count) else { return next(&path) }
        // A ghost of a free object stays as it is.
        let isDropped = access.isGhost && model.cells[CellID(known)].slot >= 0
        let sum = sum(stored, path)
        write(CellID(known), isDropped ? nil : value(stored, path), &path)
        if let sum, sum.cell == CellID(known), !isDropped { path.changes[sum.cell] = sum.more }
        return next(&path)
    }

    private mutating func checkPlace(_ address: Operand, _ path: inout StepPath) -> Bool {
        guard let known = value(address, path) else {
            readLiveness(of: pointsTo.cells(address), &path)
            finish(path, .fails)
            return next(&path)
        }
        guard known > 0, known < Int64(model.cells.count) else { return fail(path) }
        let number = model.cells[CellID(known)].slot
        guard number >= 0 else { return next(&path) }
        let slot = model.slots[number]
        if slot.quarantineCell != 0 {
            // Free, but held for readers, it may still be followed.
            path.reads.insert(slot.liveCell)
            path.reads.insert(slot.quarantineCell)
            finish(path, .fails)
            return next(&path)
        }
        let (isLive, isFree) = split(slot.liveCell, path) { $0 != 0 }
        if let isFree { finish(isFree, .fails) }
        guard let isLive else { return false }
        path = isLive
        return next(&path)
    }

    private mutating func live(_ target: Register, _ address: Operand, _ path: inout StepPath) -> Bool {
        guard let known = value(address, path) else {
            readLiveness(of: pointsTo.cells(address), &path)
            return set(target, nil, &path)
        }
        guard known > 0, known < Int64(model.cells.count) else { return set(target, 0, &path) }
        let number = model.cells[CellID(known)].slot
        guard number >= 0 else { return set(target, 1, &path) }
        path.instruction += 1
        for (value, other) in read(model.slots[number].liveCell, path) {
            var other = other
            other.registers[target] = isRelevant[target] ? value : nil
            other.sums[target] = nil
            open.append(other)
        }
        return false
    }

    // MARK: Objects

    private mutating func allocate(_ target: Register, _ pool: Int, _ path: inout StepPath) -> Bool {
        path.instruction += 1
        for slot in model.pools[pool].slots { path.reads.insert(model.slots[slot].liveCell) }
        var none: StepPath? = path
        for number in model.pools[pool].slots {
            let slot = model.slots[number]
            if let before = none { none = split(slot.liveCell, before) { $0 == 0 }.no }
            guard var taken = split(slot.liveCell, path, where: { $0 == 0 }).yes else { continue }
            write(slot.liveCell, 1, &taken)
            if slot.quarantineCell != 0 { write(slot.quarantineCell, nil, &taken) }
            taken.registers[target] = isRelevant[target] ? Int64(slot.firstCell) : nil
            taken.sums[target] = nil
            open.append(taken)
        }
        if var none {
            none.registers[target] = isRelevant[target] ? 0 : nil
            none.sums[target] = nil
            open.append(none)
        }
        return false
    }

    private mutating func free(_ address: Operand, _ path: inout StepPath) -> Bool {
        guard let known = value(address, path) else {
            apply(.free(address), &path)
            finish(path, .fails)
            return next(&path)
        }
        guard known != 0 else { return next(&path) }
        guard known > 0, known < Int64(model.cells.count), model.cells[CellID(known)].slot >= 0 else {
            return fail(path)
        }
        let slot = model.slots[model.cells[CellID(known)].slot]
        guard slot.firstCell == CellID(known) else { return fail(path) }
        let (isLive, isFree) = split(slot.liveCell, path) { $0 != 0 }
        if let isFree { finish(isFree, .fails) }
        guard var released = isLive else { return false }
        let isTypesafe = model.pools[slot.pool].isTypesafe
        if !isTypesafe, isOn(.freeOfLocked) {
            guard let unlocked = unlocked(slot, released) else { return false }
            released = unlocked
        }
        for cell in slot.firstCell..<slot.firstCell + slot.cellCount {
            released.reads.insert(cell)
            write(cell, isTypesafe ? nil : 0, &released)
        }
        write(slot.liveCell, 0, &released)
        if isTypesafe {
            released.reads.insert(slot.quarantineCell)
            write(slot.quarantineCell, nil, &released)
            readReaders(model.rcuDomain, &released)
        }
        path = released
        return next(&path)
    }

    /// Goes on where no lock of the slot is held or waited for; fails where one is.
    private mutating func unlocked(_ slot: Slot, _ path: StepPath) -> StepPath? {
        var path = path
        for lock in model.locks where lock.slot >= 0 && model.slots[lock.slot].firstCell == slot.firstCell {
            for cell in [lock.ownerCell] + lock.readerCells + lock.waiterCells where cell != 0 {
                let (isFree, isTaken) = split(cell, path) { $0 == 0 }
                if let isTaken { finish(isTaken, .fails) }
                guard let isFree else { return nil }
                path = isFree
            }
        }
        return path
    }

    // MARK: Other threads

    private func observe(_ threadClass: Int, _ index: Operand, _ path: inout StepPath) {
        let threads = model.classes[threadClass].threads
        if let known = value(index, path) {
            guard known >= 0, known < Int64(threads.count) else { return }
            path.reads.insert(model.threads[threads.lowerBound + Int(known)].programPointCell)
            return
        }
        for other in threads { path.reads.insert(model.threads[other].programPointCell) }
    }

    private mutating func startCallback(
        _ threadClass: Int, _ object: Operand, _ domain: Operand, _ path: inout StepPath
    ) -> Bool {
        let info = model.classes[threadClass]
        let objects = addressed(object, path)
        let domains = addressed(domain, path)
        for index in model.domains.indices where domains.contains(model.domains[index].firstCell) {
            readReaders(index, &path)
        }
        let started = info.threads.enumerated().filter { offset, _ in
            offset >= info.objects.count || objects.contains(info.objects[offset])
        }
        for (_, other) in started { path.reads.insert(model.threads[other].programPointCell) }
        finish(path, .fails)
        for (_, other) in started {
            let callback = model.threads[other]
            path.starts.insert(other)
            write(callback.programPointCell, nil, &path)
            if callback.callbackMaskCell != 0 { write(callback.callbackMaskCell, nil, &path) }
        }
        return next(&path)
    }

    private func readReaders(_ domain: Int?, _ path: inout StepPath) {
        guard let domain else { return }
        for reader in model.domains[domain].readers {
            for cell in reader.cells { path.reads.insert(cell) }
        }
    }

    /// Leaves the domain: reads its own counters, and clears its own bit in the masks.
    private func quiesce(_ domain: Operand, _ path: inout StepPath) {
        let domains = addressed(domain, path)
        for index in model.domains.indices where domains.contains(model.domains[index].firstCell) {
            for reader in model.domains[index].readers where reader.thread == thread {
                for cell in reader.cells { path.reads.insert(cell) }
            }
            for mask in model.domains[index].masks {
                path.clears.insert(mask)
                path.known[mask] = .some(nil)
                path.changes[mask] = nil
            }
            guard index == model.rcuDomain else { continue }
            // The last reader gone, a free slot is zeroed: that depends on everything about it.
            for slot in model.slots where slot.quarantineCell != 0 {
                for cell in slot.firstCell..<slot.firstCell + slot.cellCount {
                    path.reads.insert(cell)
                    write(cell, nil, &path)
                }
                path.reads.insert(slot.liveCell)
                path.reads.insert(slot.quarantineCell)
                write(slot.quarantineCell, nil, &path)
            }
        }
    }

    /// Whether this thread holds the lock: that changes only by its own steps, as far as `Dependence` can confirm it.
    private func testHold(_ lock: LockPlace, _ path: inout StepPath) {
        if lock.ownerCell != 0 { path.holdTests.insert(lock.ownerCell) }
        if thread < lock.readerCells.count, lock.readerCells[thread] != 0 {
            path.holdTests.insert(lock.readerCells[thread])
        }
    }
}
