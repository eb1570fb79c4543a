import Program

/// Reading and writing the packed state. The tables are trusted: an address comes from a pointer set or is within a
/// checked array.
extension Machine {
    typealias Words = UnsafeMutablePointer<UInt64>

    @inline(__always)
    func decode(_ field: UnsafePointer<FieldEntry>, _ words: Words) -> Int64 {
        let raw = (words[Int(field.pointee.word)] &>> UInt64(field.pointee.shift)) & field.pointee.mask
        if !field.pointee.isPointer { return field.pointee.low &+ Int64(bitPattern: raw) }
        return pointer(field, raw)
    }

    @inline(__always)
    func pointer(_ field: UnsafePointer<FieldEntry>, _ raw: UInt64) -> Int64 {
        let index = raw & ~field.pointee.staleBit
        let value = Int64(pointers[Int(field.pointee.decode) &+ Int(truncatingIfNeeded: index)])
        return index == raw ? value : value | staleMark
    }

    /// Packs a value; `goesOn` if it fits.
    @inline(__always)
    func encode(
        _ field: UnsafePointer<FieldEntry>, _ value: Int64, _ words: Words, pc: Int
    ) -> Outcome {
        let raw: UInt64
        if field.pointee.isPointer {
            raw = rawPointer(field, value, pc: pc)
        } else {
            raw = UInt64(bitPattern: value &- field.pointee.low)
            if raw > field.pointee.span {
                return outside(storage: field.pointee.storage, value, pc: pc)
            }
        }
        let shift = UInt64(field.pointee.shift)
        let word = Int(field.pointee.word)
        words[word] = (words[word] & ~(field.pointee.mask &<< shift)) | ((raw & field.pointee.mask) &<< shift)
        return .goesOn
    }

    @inline(__always)
    func rawPointer(_ field: UnsafePointer<FieldEntry>, _ value: Int64, pc: Int) -> UInt64 {
        let address = Self.address(value)
        if address >= cellCount { noSuchPointer(value, pc: pc) }
        let index = indices[Int(field.pointee.encode) &+ address]
        if index < 0 { noSuchPointer(value, pc: pc) }
        let raw = UInt64(truncatingIfNeeded: index)
        return value & staleMark == 0 ? raw : raw | field.pointee.staleBit
    }

    /// The cell that a pointer names, be it stale or not.
    @inline(__always)
    static func address(_ value: Int64) -> Int { Int(UInt32(truncatingIfNeeded: value)) }

    @inline(never)
    func noSuchPointer(_ value: Int64, pc: Int) -> Never {
        preconditionFailure(
            "instruction \(remarks[pc].instruction): address \(value) is not in the pointer set of its place")
    }

    /// A value that its place cannot hold.
    @inline(never)
    func outside(storage: Int32, _ value: Int64, pc: Int) -> Outcome {
        switch storages[Int(storage)] {
        case .overflow:
            return fail(.overflow, value, pc: pc)
        case .inferred:
            scratch.pointee.storage = storage
            scratch.pointee.value = value
            return .widened
        case .impossible:
            preconditionFailure(
                "instruction \(remarks[pc].instruction): value \(value) cannot occur in storage \(storage)")
        }
    }

    @inline(__always)
    func isLive(_ cell: Int, _ words: Words) -> Bool {
        words[Int(cells[cell].liveWord)] & cells[cell].liveBit == cells[cell].liveWant
    }

    /// What is wrong with following a pointer, once something seems to be.
    @inline(never)
    func placeFault(_ value: Int64, _ words: Words, isTranslation: Bool = false, pc: Int) -> Outcome {
        let cell = Self.address(value)
        if cell == 0 { return fail(.nullDereference, 0, pc: pc) }
        if isTranslation { return fail(.staleTLB, Int64(cell), pc: pc) }
        if isLive(cell, words) { return fail(.stalePointer, Int64(cell), pc: pc) }
        let slot = slots + Int(cells[cell].slot)
        if slot.pointee.isTypesafe, rawNumber(&slot.pointee.quarantine, words) != 0 { return .goesOn }
        return fail(.useAfterFree, Int64(cell), pc: pc)
    }

    @inline(__always)
    func rawNumber(_ field: UnsafePointer<FieldEntry>, _ words: Words) -> UInt64 {
        (words[Int(field.pointee.word)] &>> UInt64(field.pointee.shift)) & field.pointee.mask
    }

    @inline(__always)
    func setRaw(_ field: UnsafePointer<FieldEntry>, _ raw: UInt64, _ words: Words) {
        let shift = UInt64(field.pointee.shift)
        let word = Int(field.pointee.word)
        words[word] = (words[word] & ~(field.pointee.mask &<< shift)) | ((raw & field.pointee.mask) &<< shift)
    }

    // MARK: Objects

    /// The address of the slot that is chosen, 0 if none is free; -1 if there are too many choices.
    @inline(never)
    func allocate(pool: Int, _ words: Words) -> (slot: Int, address: Int64) {
        let range = pools[pool].slots
        var free: Int64 = 0
        for index in range where words[slots[slotNumbers[index]].liveWord] & slots[slotNumbers[index]].liveBit == 0 {
            free &+= 1
        }
        if free == 0 {
            exhausted[pool] = 1
            return (-1, 0)
        }
        if free == 1 { onlyOneSlot[pool] = 1 }
        var wanted = scratch.pointee.takesLowest ? 0 : choose(free)
        if wanted < 0 { return (-1, -1) }
        for index in range {
            let number = slotNumbers[index]
            let slot = slots + number
            if words[slot.pointee.liveWord] & slot.pointee.liveBit != 0 { continue }
            if wanted > 0 {
                wanted &-= 1
                continue
            }
            words[slot.pointee.liveWord] |= slot.pointee.liveBit
            setRaw(&slot.pointee.quarantine, 0, words)
            return (number, Int64(slot.pointee.firstCell))
        }
        preconditionFailure("a free slot was counted and is not there")
    }

    @inline(__always)
    func zero(_ slot: UnsafePointer<SlotEntry>, _ words: Words) {
        for index in slot.pointee.zeros {
            words[zeros[index].word] = words[zeros[index].word] & zeros[index].keep | zeros[index].value
        }
    }

    @inline(never)
    func release<R: Recorder>(
        _ value: Int64, _ words: Words, _ file: UnsafeMutablePointer<Int64>, thread: Int, pc: Int, _: R.Type
    ) -> Outcome {
        let cell = Self.address(value)
        if cell == 0 { return .goesOn }
        let number = Int(cells[cell].slot)
        guard number >= 0, slots[number].firstCell == cell, isLive(cell, words) else {
            return fail(.doubleFree, Int64(cell), pc: pc)
        }
        let slot = slots + number
        if !slot.pointee.isTypesafe {
            for test in slot.pointee.lockTests where tests[test].differs(words) {
                let outcome = fail(.freeOfLocked, Int64(testCells[test]), pc: pc)
                if outcome != .goesOn { return outcome }
                break
            }
        }
        words[slot.pointee.liveWord] &= ~slot.pointee.liveBit
        if R.isOn { note(.freed(slot: number), pc: pc) }
        var mask: UInt64 = 0
        if slot.pointee.isTypesafe {
            mask = rcuDomain < 0 ? 0 : inside(rcuDomain, words)
            setRaw(&slot.pointee.quarantine, mask, words)
        }
        if mask == 0 {
            zero(slot, words)
            if R.isOn, slot.pointee.isTypesafe { note(.gone(slot: number), pc: pc) }
        }
        if tracksStalePointers { markStale(number, words, file, thread: thread) }
        return .goesOn
    }

    /// A value as the program sees it: without the mark of a stale pointer. Numbers have none.
    func unmarked(_ value: Int64) -> Int64 {
        tracksStalePointers && value >= staleMark && value < 2 * staleMark ? value & ~staleMark : value
    }

    /// Marks every pointer into a slot, wherever it is kept.
    @inline(never)
    func markStale(_ number: Int, _ words: Words, _ file: UnsafeMutablePointer<Int64>, thread: Int) {
        let first = slots[number].firstCell
        let range = first..<first + slots[number].cellCount
        func mark(_ field: UnsafePointer<FieldEntry>) {
            guard field.pointee.isPointer, field.pointee.staleBit != 0 else { return }
            let raw = rawNumber(field, words)
            if range.contains(Self.address(pointer(field, raw))) { setRaw(field, raw | field.pointee.staleBit, words) }
        }
        for cell in 1..<max(1, cellCount) { mark(&cells[cell].field) }
        for other in 0..<threadCount where other != thread {
            let point = Int(rawNumber(&threads[other].point, words))
            if point == 0 { continue }
            for local in steps[threads[other].steps &+ point &- 1].locals { mark(&locals[local].field) }
        }
        for index in pointerRanges[thread] {
            let register = pointerRegisters[index]
            if range.contains(Self.address(file[register])) { file[register] |= staleMark }
        }
    }

    // MARK: Grace periods

    @inline(__always)
    func isInside(_ reader: Int, _ words: Words) -> Bool {
        for test in readers[reader].tests where tests[test].differs(words) { return true }
        return false
    }

    /// The mask of the readers inside.
    @inline(__always)
    func inside(_ domain: Int, _ words: Words) -> UInt64 {
        var mask: UInt64 = 0
        var bit: UInt64 = 1
        for reader in domains[domain].readers {
            if isInside(reader, words) { mask |= bit }
            bit &<<= 1
        }
        return mask
    }

    /// The bits of a thread in the masks over a domain's readers.
    @inline(__always)
    func readerBits(of thread: Int, in domain: Int) -> UInt64 {
        var mask: UInt64 = 0
        var bit: UInt64 = 1
        for reader in domains[domain].readers {
            if readers[reader].thread == thread { mask |= bit }
            bit &<<= 1
        }
        return mask
    }

    /// The threads of the readers in a mask.
    @inline(never)
    func threads(of mask: UInt64, in domain: Int) -> UInt64 {
        var result: UInt64 = 0
        var bit: UInt64 = 1
        for reader in domains[domain].readers {
            if mask & bit != 0 { result |= 1 &<< UInt64(readers[reader].thread) }
            bit &<<= 1
        }
        return result
    }

    @inline(never)
    func domain(_ address: Int64) -> Int {
        let domain = Int(domainOfCell[Self.address(address)])
        precondition(domain >= 0, "no grace period domain begins at the address")
        return domain
    }

    @inline(__always)
    func quiesce<R: Recorder>(_ address: Int64, _ words: Words, thread: Int, pc: Int, _: R.Type) {
        let domain = domain(address)
        var bit: UInt64 = 1
        for reader in domains[domain].readers {
            if readers[reader].thread == thread, !isInside(reader, words) {
                leave(domain, bit, words, pc: pc, R.self)
            }
            bit &<<= 1
        }
    }

    @inline(never)
    func leave<R: Recorder>(_ domain: Int, _ bit: UInt64, _ words: Words, pc: Int, _: R.Type) {
        for index in domains[domain].masks {
            let mask = masks + index
            let shift = mask.pointee.shift
            let old = (words[mask.pointee.word] &>> shift) & mask.pointee.mask
            if old & bit == 0 { continue }
            words[mask.pointee.word] &= ~(bit &<< shift)
            let number = mask.pointee.slot
            guard number >= 0, old == bit else { continue }
            let slot = slots + number
            if words[slot.pointee.liveWord] & slot.pointee.liveBit == 0 {
                zero(slot, words)
                if R.isOn { note(.gone(slot: number), pc: pc) }
            }
        }
    }

    @inline(never)
    func startCallback<R: Recorder>(
        _ number: Int, object: Int64, domain address: Int64, _ words: Words, pc: Int, _: R.Type
    ) -> Outcome {
        let entry = classes + number
        var thread = -1
        for index in 0..<entry.pointee.threads.count
        where objects[entry.pointee.objects &+ index] == Self.address(object) {
            thread = entry.pointee.threads.lowerBound &+ index
        }
        precondition(thread >= 0, "no callback serves the object at \(object)")
        let info = threads + thread
        if rawNumber(&info.pointee.point, words) != 0 { return fail(.doubleFree, object, pc: pc) }
        let step = info.pointee.firstStep
        precondition(step >= 0, "a callback has no step")
        setRaw(&info.pointee.point, UInt64(step &+ 1), words)
        if info.pointee.callbackMask != 0 {
            setRaw(&cells[info.pointee.callbackMask].field, inside(domain(address), words), words)
        }
        for local in steps[info.pointee.steps &+ step].locals {
            setRaw(&locals[local].field, locals[local].field.rawZero, words)
        }
        if R.isOn { note(.startedCallback(thread: thread), pc: pc) }
        return .goesOn
    }

    // MARK: Locks

    /// The cell of a lock that the thread holds, or 0.
    @inline(__always)
    func heldLock(thread: Int, _ words: Words) -> Int {
        var hold = holds + thread
        for _ in 0..<lockCount {
            if !hold.pointee.owner.differs(words) || hold.pointee.reader.differs(words) { return hold.pointee.cell }
            hold += threadCount &+ 1
        }
        return 0
    }

    @inline(never)
    func holds(_ address: Int64, thread: Int, forWriting: Bool, _ words: Words) -> Bool {
        let lock = Int(lockOfCell[Self.address(address)])
        if lock < 0 { return false }
        let hold = holds + (lock &* (threadCount &+ 1) &+ thread)
        return !hold.pointee.owner.differs(words) || (!forWriting && hold.pointee.reader.differs(words))
    }
}
