/// What one instruction may touch, hidden cells included.
enum InstructionEffect {
    static func of(_ operation: Operation, model: Model, thread: Int, pointsTo: PointsTo) -> StepAccess {
        var effect = StepAccess(cellCount: model.cells.count)
        switch operation {
        case .load(_, let address, let access):
            let cells = pointsTo.cells(address)
            effect.reads.formUnion(cells)
            // A free slot may read as zero: the same place, another value.
            effect.readLiveness(of: cells, model)
            switch access.kind {
            case .plain: effect.plainReads = cells
            case .marked: effect.markedReads = cells
            case .hidden: break
            }
        case .store(let address, _, let access):
            let cells = pointsTo.cells(address)
            effect.writes.formUnion(cells)
            effect.readLiveness(of: cells, model)
            switch access.kind {
            case .plain: effect.plainWrites = cells
            case .marked: effect.markedWrites = cells
            case .hidden: effect.startHandlers(cells, model, thread)
            }
        case .checkPlace(let address, _, _), .live(_, let address):
            effect.readLiveness(of: pointsTo.cells(address), model)
        case .allocate(_, let pool):
            for slot in model.pools[pool].slots { effect.changeSlot(slot, model) }
        case .free(let address):
            let cells = pointsTo.cells(address)
            for slot in model.slots.indices where cells.touches(model.slots[slot]) { effect.changeSlot(slot, model) }
            effect.readReaders(ofDomain: model.rcuDomain, model)
        case .ended(_, let threadClass, _), .atLabel(_, let threadClass, _, _):
            for other in model.classes[threadClass].threads {
                effect.reads.insert(model.threads[other].programPointCell)
            }
        default:
            ofSynchronization(operation, model: model, thread: thread, pointsTo: pointsTo, into: &effect)
        }
        return effect
    }

    private static func ofSynchronization(
        _ operation: Operation, model: Model, thread: Int, pointsTo: PointsTo, into effect: inout StepAccess
    ) {
        switch operation {
        case .graceBegin(let domain, let into):
            for index in domains(pointsTo.cells(domain), model) { effect.readReaders(ofDomain: index, model) }
            effect.writes.formUnion(pointsTo.cells(into))
        case .quiesce(let domain):
            for index in domains(pointsTo.cells(domain), model) {
                effect.readReaders(ofDomain: index, model)
                for mask in model.domains[index].masks {
                    effect.reads.insert(mask)
                    effect.writes.insert(mask)
                }
                guard index == model.rcuDomain else { continue }
                // The last reader gone, a free typesafe slot is zeroed.
                for slot in model.slots.indices where model.slots[slot].quarantineCell != 0 {
                    effect.changeSlot(slot, model)
                }
            }
        case .startCallback(let threadClass, let object, let domain):
            for index in domains(pointsTo.cells(domain), model) { effect.readReaders(ofDomain: index, model) }
            let objects = pointsTo.cells(object)
            for (offset, other) in model.classes[threadClass].threads.enumerated() {
                let known = model.classes[threadClass].objects
                if offset < known.count, !objects.contains(known[offset]) { continue }
                let callback = model.threads[other]
                effect.starts.append(other)
                effect.reads.insert(callback.programPointCell)
                effect.writes.insert(callback.programPointCell)
                if callback.callbackMaskCell != 0 { effect.writes.insert(callback.callbackMaskCell) }
            }
        case .checkNoLockHeld:
            for lock in model.locks { effect.readHolders(of: lock, thread) }
        case .checkLockHeld(let address, _):
            let cells = pointsTo.cells(address)
            for lock in model.locks where cells.contains(lock.firstCell) { effect.readHolders(of: lock, thread) }
        case .await(_, .grace(let domain, _)):
            // Waiting reads the mask, which a load before it has done; the domain says only whose bits they are.
            for index in domains(pointsTo.cells(domain), model) { effect.readReaders(ofDomain: index, model) }
        default:
            break
        }
    }

    /// The domains that an address may name.
    private static func domains(_ cells: CellSet, _ model: Model) -> [Int] {
        model.domains.indices.filter { cells.contains(model.domains[$0].firstCell) }
    }
}

extension CellSet {
    func touches(_ slot: Slot) -> Bool {
        (slot.firstCell..<slot.firstCell + max(1, slot.cellCount)).contains { contains($0) }
    }
}

extension StepAccess {
    mutating func readLiveness(of cells: CellSet, _ model: Model) {
        for slot in model.slots where cells.touches(slot) {
            reads.insert(slot.liveCell)
            if slot.quarantineCell != 0 { reads.insert(slot.quarantineCell) }
        }
    }

    /// Allocating and freeing look at all of a slot and may change all of it.
    mutating func changeSlot(_ index: Int, _ model: Model) {
        let slot = model.slots[index]
        for cell in slot.firstCell..<slot.firstCell + slot.cellCount {
            reads.insert(cell)
            writes.insert(cell)
        }
        for cell in [slot.liveCell, slot.quarantineCell] where cell != 0 {
            reads.insert(cell)
            writes.insert(cell)
        }
    }

    /// An IPI with code is sent by a store to its handler's program point.
    mutating func startHandlers(_ cells: CellSet, _ model: Model, _ thread: Int) {
        for (number, other) in model.threads.enumerated()
        where number != thread && cells.contains(other.programPointCell) { starts.append(number) }
    }

    mutating func readReaders(ofDomain index: Int?, _ model: Model) {
        guard let index else { return }
        for reader in model.domains[index].readers {
            for cell in reader.cells { reads.insert(cell) }
        }
    }

    mutating func readHolders(of lock: LockPlace, _ thread: Int) {
        if lock.ownerCell != 0 { reads.insert(lock.ownerCell) }
        if thread < lock.readerCells.count, lock.readerCells[thread] != 0 { reads.insert(lock.readerCells[thread]) }
    }
}
