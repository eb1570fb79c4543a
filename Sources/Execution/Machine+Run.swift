import Program

extension Machine {
    /// Runs from `start` until a step begins, the code ends, or something stops it. The one place that says what each
    /// op means.
    @inline(never)
    func run<R: Recorder>(
        _ start: Int, thread: Int, file: UnsafeMutablePointer<Int64>, words: UnsafeMutablePointer<UInt64>, _: R.Type
    ) -> Outcome {
        // The place is a pointer, not a number: the next op's address then depends on no multiplication.
        var next = ops + start
        var last = -1
        var budget = Scratch.backwardJumpsMax
        scratch.pointee.depth = 0
        scratch.pointee.isSpurious = false
        while true {
            let op = next
            let a = Int(op.pointee.a)
            let b = Int(op.pointee.b)
            let c = Int(op.pointee.c)
            if R.isOn {
                if last >= 0 { noteAssignment(last, file) }
                last = place(op)
            }
            next = op + 1
            switch op.pointee.code {
            case .mark:
                scratch.pointee.reached = Int(op.pointee.x)
                scratch.pointee.pc = place(op)
                return .stepped
            case .end:
                scratch.pointee.pc = place(op)
                return .ended
            case .jump:
                next = ops + Int(op.pointee.x)
            case .jumpBack:
                next = ops + Int(op.pointee.x)
                budget &-= 1
                if budget == 0 { return fail(.modelError, ModelFault.endlessStep.rawValue, pc: place(op)) }
            case .branch:
                next = ops + (file[a] != 0 ? Int(op.pointee.x) : Int(truncatingIfNeeded: op.pointee.y))
            case .branchBack:
                next = ops + (file[a] != 0 ? Int(op.pointee.x) : Int(truncatingIfNeeded: op.pointee.y))
                budget &-= 1
                if budget == 0 { return fail(.modelError, ModelFault.endlessStep.rawValue, pc: place(op)) }
            case .branchEqual:
                next = ops + decide(file[b] == file[c], op, file)
            case .branchNotEqual:
                next = ops + decide(file[b] != file[c], op, file)
            case .branchLessSigned:
                next = ops + decide(file[b] < file[c], op, file)
            case .branchLessOrEqualSigned:
                next = ops + decide(file[b] <= file[c], op, file)
            case .branchIsZero:
                next = ops + decide(file[b] == 0, op, file)

            case .move: file[a] = file[b]
            case .moveImmediate: file[a] = op.pointee.x
            case .negate: file[a] = 0 &- file[b]
            case .complement: file[a] = ~file[b]
            case .isZero: file[a] = file[b] == 0 ? 1 : 0
            case .add: file[a] = file[b] &+ file[c]
            case .subtract: file[a] = file[b] &- file[c]
            case .multiply: file[a] = file[b] &* file[c]
            case .divideSigned, .divideUnsigned, .remainderSigned, .remainderUnsigned:
                file[a] = Self.divide(op.pointee.code, file[b], file[c])
            case .and: file[a] = file[b] & file[c]
            case .or: file[a] = file[b] | file[c]
            case .exclusiveOr: file[a] = file[b] ^ file[c]
            case .andNot: file[a] = file[b] & ~file[c]
            case .hasBit: file[a] = UInt64(bitPattern: file[c]) < 64 ? (file[b] &>> file[c]) & 1 : 0
            case .shiftLeft: file[a] = file[b] &<< file[c]
            case .shiftRightSigned: file[a] = file[b] &>> file[c]
            case .shiftRightUnsigned:
                file[a] = Int64(bitPattern: UInt64(bitPattern: file[b]) &>> UInt64(bitPattern: file[c]))
            case .equal: file[a] = file[b] == file[c] ? 1 : 0
            case .notEqual: file[a] = file[b] != file[c] ? 1 : 0
            case .lessSigned: file[a] = file[b] < file[c] ? 1 : 0
            case .lessOrEqualSigned: file[a] = file[b] <= file[c] ? 1 : 0
            case .lessUnsigned: file[a] = UInt64(bitPattern: file[b]) < UInt64(bitPattern: file[c]) ? 1 : 0
            case .lessOrEqualUnsigned: file[a] = UInt64(bitPattern: file[b]) <= UInt64(bitPattern: file[c]) ? 1 : 0
            case .extendSigned: file[a] = (file[b] &<< op.pointee.x) &>> op.pointee.x
            case .extendUnsigned:
                let shift = UInt64(bitPattern: op.pointee.x)
                file[a] = Int64(bitPattern: (UInt64(bitPattern: file[b]) &<< shift) &>> shift)
            case .fieldAddress: file[a] = file[b] == 0 ? 0 : file[b] &+ file[c]
            case .elementAddress:
                if file[b] == 0 {
                    file[a] = 0
                } else if UInt64(bitPattern: file[c]) < UInt64(bitPattern: op.pointee.x) {
                    file[a] = file[b] &+ file[c] &* Int64(bitPattern: op.pointee.y)
                } else if op.pointee.flag != 0 {
                    file[a] = 0
                } else {
                    return fail(.outOfBounds, file[c], pc: place(op))
                }
            case .loadElement:
                if UInt64(bitPattern: file[c]) >= UInt64(bitPattern: op.pointee.x) {
                    return fail(.outOfBounds, file[c], pc: place(op))
                }
                file[a] = file[element(op, file[c])]
            case .storeElement:
                if UInt64(bitPattern: file[c]) >= UInt64(bitPattern: op.pointee.x) {
                    return fail(.outOfBounds, file[c], pc: place(op))
                }
                let register = element(op, file[c])
                file[register] = file[a]
                if R.isOn { note(.assigned(register: register, value: file[a]), pc: place(op)) }
            case .strip: file[a] = file[b] & ~staleMark

            case .loadField:
                file[a] = op.pointee.x &+ Int64(bitPattern: (words[b] &>> UInt64(c)) & op.pointee.y)
                if R.isOn { note(.read(cell: Int(remarks[place(op)].cell), value: file[a]), pc: place(op)) }
            case .loadPointer:
                let raw = (words[b] &>> UInt64(c)) & op.pointee.y
                file[a] = Int64(pointers[Int(op.pointee.x) &+ Int(truncatingIfNeeded: raw)])
                if R.isOn { note(.read(cell: Int(remarks[place(op)].cell), value: file[a]), pc: place(op)) }
            case .loadCell:
                let cell = Self.address(file[b])
                file[a] = decode(&cells[cell].field, words)
                if R.isOn { note(.read(cell: cell, value: unmarked(file[a])), pc: place(op)) }
            case .storeField:
                let raw = UInt64(bitPattern: file[a] &- op.pointee.x)
                if raw > op.pointee.z {
                    return outside(
                        storage: cells[Int(remarks[place(op)].cell)].field.storage, file[a], pc: place(op))
                }
                let old = words[b]
                words[b] = (old & ~(op.pointee.y &<< UInt64(c))) | ((raw & op.pointee.y) &<< UInt64(c))
                if R.isOn { noteStore(Int(remarks[place(op)].cell), b, old, words, pc: place(op)) }
            case .storePointer:
                let address = Self.address(file[a])
                if address >= cellCount { noSuchPointer(file[a], pc: place(op)) }
                let index = indices[Int(op.pointee.x) &+ address]
                if index < 0 { noSuchPointer(file[a], pc: place(op)) }
                let old = words[b]
                let raw = UInt64(truncatingIfNeeded: index)
                words[b] = (old & ~(op.pointee.y &<< UInt64(c))) | (raw &<< UInt64(c))
                if R.isOn { noteStore(Int(remarks[place(op)].cell), b, old, words, pc: place(op)) }
            case .storeImmediate:
                let old = words[b]
                words[b] = (old & op.pointee.y) | UInt64(bitPattern: op.pointee.x)
                if R.isOn { noteStore(Int(remarks[place(op)].cell), b, old, words, pc: place(op)) }
            case .storeCell:
                let cell = Self.address(file[b])
                if op.pointee.flag != 0, !isLive(cell, words) { continue }
                let word = Int(cells[cell].field.word)
                let old = words[word]
                let outcome = encode(&cells[cell].field, file[a], words, pc: place(op))
                if outcome != .goesOn { return outcome }
                if R.isOn { noteStore(cell, word, old, words, pc: place(op)) }
            case .checkPlace:
                let cell = Self.address(file[a])
                if !isLive(cell, words) || file[a] & staleMark != 0 {
                    let outcome = placeFault(file[a], words, isTranslation: file[b] != 0, pc: place(op))
                    if outcome != .goesOn { return outcome }
                }
            case .checkedLoad:
                let cell = Self.address(file[b])
                if !isLive(cell, words) || file[b] & staleMark != 0 {
                    let outcome = placeFault(file[b], words, pc: place(op))
                    if outcome != .goesOn { return outcome }
                }
                file[a] = decode(&cells[cell].field, words)
                next = op + 2
            case .checkedStore:
                let cell = Self.address(file[b])
                if !isLive(cell, words) || file[b] & staleMark != 0 {
                    let outcome = placeFault(file[b], words, pc: place(op))
                    if outcome != .goesOn { return outcome }
                }
                let outcome = encode(&cells[cell].field, file[a], words, pc: place(op) &+ 1)
                if outcome != .goesOn { return outcome }
                next = op + 2
            case .live:
                file[a] = isLive(Self.address(file[b]), words) ? 1 : 0
            case .allocate:
                let (slot, address) = allocate(pool: Int(op.pointee.x), words)
                if address < 0 { return fail(.modelError, ModelFault.tooManyChoices.rawValue, pc: place(op)) }
                file[a] = address
                if R.isOn, slot >= 0 { note(.allocated(slot: slot), pc: place(op)) }
            case .free:
                let outcome = release(file[a], words, file, thread: thread, pc: place(op), R.self)
                if outcome != .goesOn { return outcome }

            case .ended:
                let entry = classes + Int(op.pointee.x)
                let index = file[b]
                let exists = UInt64(bitPattern: index) < UInt64(entry.pointee.threads.count)
                file[a] =
                    !exists
                        || rawNumber(&threads[entry.pointee.threads.lowerBound &+ Int(index)].point, words) == 0
                    ? 1 : 0
            case .atLabel:
                let entry = classes + Int(op.pointee.x)
                let index = file[b]
                if UInt64(bitPattern: index) < UInt64(entry.pointee.threads.count) {
                    let point = rawNumber(&threads[entry.pointee.threads.lowerBound &+ Int(index)].point, words)
                    file[a] = Int64(labelPoints[Int(truncatingIfNeeded: op.pointee.z &+ point)])
                } else {
                    file[a] = 0
                }
            case .choose:
                let low = file[b]
                if low > file[c] { return fail(.modelError, ModelFault.emptyChoice.rawValue, pc: place(op)) }
                let choice = choose(file[c] &- low &+ 1)
                if choice < 0 { return fail(.modelError, ModelFault.tooManyChoices.rawValue, pc: place(op)) }
                file[a] = low &+ choice
                if R.isOn { note(.chose(value: file[a]), pc: place(op)) }
            case .awaitCondition:
                if file[a] == 0 { return block(op, file, pc: place(op)) }
            case .spurious:
                scratch.pointee.isSpurious = true
            case .check:
                if file[a] == 0 {
                    let failure = Int(op.pointee.x)
                    let outcome = fail(failureKinds[failure], 0, pc: place(op), failure: failure)
                    if outcome != .goesOn { return outcome }
                }
            case .graceBegin:
                let domain = domain(file[a])
                let mask = inside(domain, words) & ~readerBits(of: thread, in: domain)
                let cell = Self.address(file[b])
                let outcome = encode(&cells[cell].field, Int64(bitPattern: mask), words, pc: place(op))
                if outcome != .goesOn { return outcome }
            case .quiesce:
                quiesce(file[a], words, thread: thread, pc: place(op), R.self)
            case .startCallback:
                let outcome = startCallback(
                    Int(op.pointee.x), object: file[a], domain: file[b], words, pc: place(op), R.self)
                if outcome != .goesOn { return outcome }
            case .checkNoLockHeld:
                let lock = heldLock(thread: thread, words)
                if lock != 0 {
                    let outcome = fail(.lockHeldAtExit, Int64(lock), pc: place(op))
                    if outcome != .goesOn { return outcome }
                }
            case .checkLockHeld:
                if !holds(file[a], thread: thread, forWriting: op.pointee.flag != 0, words) {
                    let outcome = fail(.assertion, Int64(Self.address(file[a])), pc: place(op))
                    if outcome != .goesOn { return outcome }
                }
            case .cover:
                covered[Int(op.pointee.x)] = 1
            case .refine:
                if file[a] & staleMark == 0 || file[b] & staleMark == 0 {
                    file[a] &= ~staleMark
                    file[b] &= ~staleMark
                }
            case .noteAccess:
                noteAccess(op, Self.address(file[a]), thread: thread)
            case .noteAcquired:
                if R.isOn { noteAcquired(Self.address(file[a]), pc: place(op)) }
            case .noteReleased:
                if R.isOn { note(.released(cell: Self.address(file[a])), pc: place(op)) }
            }
        }
    }

    /// The number of an op.
    @inline(__always)
    private func place(_ op: UnsafeMutablePointer<Op>) -> Int { op - ops }

    @inline(__always)
    private func decide(_ holds: Bool, _ op: UnsafePointer<Op>, _ file: UnsafeMutablePointer<Int64>) -> Int {
        file[Int(op.pointee.a)] = holds ? 1 : 0
        return holds ? Int(op.pointee.x) : Int(truncatingIfNeeded: op.pointee.y)
    }

    @inline(__always)
    private func element(_ op: UnsafePointer<Op>, _ index: Int64) -> Int {
        Int(op.pointee.b) &+ Int(index) &* Int(truncatingIfNeeded: op.pointee.y)
            &+ Int(truncatingIfNeeded: op.pointee.z)
    }

    /// Divisors were checked before; what a disabled check lets through must still not stop the checker.
    @inline(never)
    private static func divide(_ code: Opcode, _ a: Int64, _ b: Int64) -> Int64 {
        if b == 0 { return 0 }
        let unsigned = (UInt64(bitPattern: a), UInt64(bitPattern: b))
        switch code {
        case .divideSigned: return b == -1 ? 0 &- a : a / b
        case .remainderSigned: return b == -1 ? 0 : a % b
        case .divideUnsigned: return Int64(bitPattern: unsigned.0 / unsigned.1)
        default: return Int64(bitPattern: unsigned.0 % unsigned.1)
        }
    }

    @inline(never)
    private func block(_ op: UnsafePointer<Op>, _ file: UnsafeMutablePointer<Int64>, pc: Int) -> Outcome {
        scratch.pointee.pc = pc
        scratch.pointee.waitsForHolders = op.pointee.flag != 0
        switch op.pointee.flag {
        case 0:
            scratch.pointee.holders = 0
        case 1:
            scratch.pointee.holders = UInt64(bitPattern: file[Int(op.pointee.b)])
        default:
            scratch.pointee.holders = threads(
                of: UInt64(bitPattern: file[Int(op.pointee.c)]), in: domain(file[Int(op.pointee.b)]))
        }
        return .blocked
    }

    @inline(never)
    private func noteAccess(_ op: UnsafePointer<Op>, _ cell: Int, thread: Int) {
        guard cell != 0, cells[cell].isData else { return }
        if scratch.pointee.accessCount == scratch.pointee.accessCapacity {
            let more = UnsafeMutablePointer<PendingAccess>.allocate(capacity: 2 * scratch.pointee.accessCapacity)
            more.update(from: scratch.pointee.accesses, count: scratch.pointee.accessCount)
            scratch.pointee.accesses.deallocate()
            scratch.pointee.accesses = more
            scratch.pointee.accessCapacity *= 2
        }
        scratch.pointee.accesses[scratch.pointee.accessCount] = PendingAccess(
            thread: Int32(thread), instruction: Int32(truncatingIfNeeded: op.pointee.x), cell: Int32(cell),
            isWrite: op.pointee.flag & 1 != 0, isPlain: op.pointee.flag & 2 != 0)
        scratch.pointee.accessCount += 1
    }

    // MARK: Recording

    /// The op before may have assigned a variable of the user.
    @inline(never)
    private func noteAssignment(_ previous: Int, _ file: UnsafeMutablePointer<Int64>) {
        let register = remarks[previous].assigned
        if register >= 0 {
            note(.assigned(register: Int(register), value: unmarked(file[Int(register)])), pc: previous)
        }
    }

    @inline(never)
    private func noteAcquired(_ cell: Int, pc: Int) {
        let use = log.takeUnretainedValue().lockUses[Int(remarks[pc].lockUse)]
        note(.acquired(cell: cell, use: use), pc: pc)
    }

    @inline(never)
    private func noteStore(_ cell: Int, _ word: Int, _ oldWord: UInt64, _ words: Words, pc: Int) {
        let new = decode(&cells[cell].field, words)
        let newWord = words[word]
        words[word] = oldWord
        let old = decode(&cells[cell].field, words)
        words[word] = newWord
        note(.wrote(cell: cell, old: unmarked(old), new: unmarked(new)), pc: pc)
    }
}
