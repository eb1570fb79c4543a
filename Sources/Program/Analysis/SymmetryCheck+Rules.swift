import Syntax

// What each operation may do with values of each sort.
extension SymmetryCheck {
    // MARK: Instructions

    /// Looks at one instruction; what is wrong is in `broken`.
    mutating func check(_ instruction: Instruction, _ number: Int) {
        let range = instruction.range
        switch instruction.operation {
        case .step, .jump, .end, .checkNoLockHeld, .fence, .cover, .allocate, .spurious:
            break
        case .move(let target, let a):
            demandFit(a, number, registerSorts[number][target], range)
        case .convert(let target, let a, let shape):
            demandFit(a, number, registerSorts[number][target], range)
            if !isFixed(a, number), !survives(sort(a, number), shape) {
                note(moving(a, number), "computes with their numbers", range)
            }
        case .unary(let operation, _, let a):
            if case .isZero = operation { demandTruth(a, number, range) } else {
                demandPlain(a, in: number, "computes with their numbers", range)
            }
        case .binary(let operation, let target, let a, let b):
            checkBinary(operation, target, a, b, number, instruction)
        case .fieldAddress(_, let base, let offset):
            checkField(base, offset, number, instruction)
        case .elementAddress(_, let base, let index, let count, let stride, _):
            checkElement(base, index, count, stride, number, instruction)
        case .loadElement(let target, let first, let index, let count, let stride, let offset):
            demandPlain(index, in: number, "indexes a local array by one of them", range)
            for position in 0..<max(0, count) {
                let element = Operand.register(first + position * stride + offset)
                demandFit(element, number, registerSorts[number][target], range)
            }
        case .storeElement(let first, let index, let count, let stride, let offset, let value):
            demandPlain(index, in: number, "indexes a local array by one of them", range)
            for position in 0..<max(0, count) {
                demandFit(value, number, registerSorts[number][first + position * stride + offset], range)
            }
        case .branch(let a, _, _), .check(let a, _):
            demandTruth(a, number, range)
        case .load(let target, let address, _):
            demandAddress(address, number, instruction)
            if registerSorts[number][target] == .conflict {
                for storage in storages(address, number) {
                    note(ofConflict: storageSorts[storage], cells(.register(target), number), range)
                }
            }
        case .store(let address, let value, _):
            demandAddress(address, number, instruction)
            for storage in storages(address, number).sorted() { demandFit(value, number, storageSorts[storage], range) }
        case .checkPlace(let a, _, _), .live(_, let a), .free(let a), .quiesce(let a), .acquired(let a, _), .released(let a),
            .checkLockHeld(let a, _):
            demandAddress(a, number, instruction)
            if codes.entries[number].threadClass == nil, case .checkLockHeld = instruction.operation {
                note(candidatesOfThreads, "asks who holds a lock", range)
            }
        case .graceBegin(let domain, let into):
            demandAddress(domain, number, instruction)
            demandAddress(into, number, instruction)
        case .startCallback(_, let object, let domain):
            demandAddress(object, number, instruction)
            demandAddress(domain, number, instruction)
        case .ended(_, let threadClass, let index), .atLabel(_, let threadClass, let index, _):
            checkInstance(of: threadClass, index, number, range)
        case .choose(_, let low, let high):
            demandPlain(low, high, in: number, "computes with their numbers", range)
        case .await(let condition, let wait):
            demandTruth(condition, number, range)
            checkWait(wait, number, instruction)
        case .refine(let a, let b):
            demandComparable(.register(a), .register(b), number, range)
        }
    }

    private var candidatesOfThreads: Set<Kind> { places.kinds(places.elementOfThread.filter { $0 >= 0 }) }

    private mutating func note(ofConflict sort: SymmetrySort, _ cells: [CellID], _ range: SourceRange) {
        let kinds = moving(sort, cells: cells)
        if sort != .conflict, !kinds.isEmpty { note(kinds, "mixes their numbers with others", range) }
    }

    /// The value fits into what it is converted to, so that nothing of it is lost.
    private func survives(_ sort: SymmetrySort, _ shape: IntegerShape) -> Bool {
        switch sort {
        case .unknown, .plain: true
        case .address: shape.bits >= 32
        case .owner, .number, .place: shape.bits >= 8
        case .index(let count): Arithmetic.converted(Int64(count - 1), to: shape) == Int64(count - 1)
        case .instance(_, let offset): shape.bits >= 16 && abs(offset) < 1 << 14
        case .mask(let list, let shift): lists[list].count + shift < shape.bits
        case .truth, .conflict: false
        }
    }

    private mutating func checkBinary(
        _ operation: BinaryOperation, _ target: Register, _ a: Operand, _ b: Operand, _ number: Int,
        _ instruction: Instruction
    ) {
        let range = instruction.range
        let x = sort(a, number)
        let y = sort(b, number)
        if isFixed(a, number), isFixed(b, number), !isConstantBound(a, y), !isConstantBound(b, x) { return }
        switch operation {
        case .equal, .notEqual:
            return demandComparable(a, b, number, range)
        case .or:
            if case .mask(_, 0) = x, x == y { return }
            if b == .constant(0), !isBlock(a, number) { return }
            if a == .constant(0), !isBlock(b, number) { return }
            if keepsTruth(x), keepsTruth(y), !isBlock(a, number), !isBlock(b, number) {
                return isTruthOnly(target, number) ? () : note(moving(a, number).union(moving(b, number)), "computes with their numbers", range)
            }
        case .and, .andNot:
            if case .mask(_, 0) = x, x == y { return }
        case .add, .subtract:
            if case .instance = x, case .constant = b { return }
            if operation == .add, case .instance = y, case .constant = a { return }
        case .shiftLeft:
            switch y {
            case .owner, .number, .place: if a == .constant(1) { return }
            default: break
            }
        case .shiftRightUnsigned:
            if case .mask(_, 1) = x, b == .constant(1) { return }
        case .hasBit:
            if case .mask(let list, 0) = x {
                if instruction.isForEachThread { return }
                if case .place(list) = y { return }
            }
        case .multiply, .divideSigned, .divideUnsigned, .remainderSigned, .remainderUnsigned, .exclusiveOr,
            .shiftRightSigned, .lessSigned, .lessOrEqualSigned, .lessUnsigned, .lessOrEqualUnsigned:
            break
        }
        let isOrder: Bool =
            switch operation {
            case .lessSigned, .lessOrEqualSigned, .lessUnsigned, .lessOrEqualUnsigned: true
            default: false
            }
        note(
            moving(a, number).union(moving(b, number)),
            isOrder ? "puts them in an order" : "computes with their numbers", range)
    }

    /// A constant beside a value that moves: whether it may stand there depends on the operation.
    private func isConstantBound(_ operand: Operand, _ other: SymmetrySort) -> Bool {
        if case .constant = operand { return isMoved(other) && other != .address }
        return false
    }

    private func isTruthOnly(_ register: Register, _ number: Int) -> Bool {
        switch registerSorts[number][register] {
        case .truth: true
        default: false
        }
    }

    private mutating func checkField(_ base: Operand, _ offset: Operand, _ number: Int, _ instruction: Instruction) {
        if instruction.isForEachThread { return }
        switch offset {
        case .constant:
            // Where this leads from the beginning of an array with a cell for each thread into it, it is a block.
            if case .constant = base { return demandAddress(base, number, instruction) }
            if case .perThread(let row) = base { return checkRow(row, number, instruction.range) }
            if isBlock(base, number) {
                note(moving(base, number), "computes which of them it uses", instruction.range)
            }
        case .perThread:
            if case .place = sort(offset, number) { return }
            let both = moving(base, number).union(moving(offset, number))
            if !both.isEmpty { note(both, "computes which of them it uses", instruction.range) }
        case .register:
            let both = moving(base, number).union(moving(offset, number))
            if !both.isEmpty { note(both, "computes which of them it uses", instruction.range) }
        }
    }

    private mutating func checkElement(
        _ base: Operand, _ index: Operand, _ count: Int, _ stride: Int, _ number: Int, _ instruction: Instruction
    ) {
        if case .instance = sort(index, number) { return }
        if case .index(count) = sort(index, number) { return }
        let range = instruction.range
        demandPlain(index, in: number, "indexes an array by one of them", range)
        // All the elements, or the one, belong to whom the array belongs to.
        var positions = 0..<max(0, count)
        if case .constant(let value) = index, value >= 0, value < Int64(count) { positions = Int(value)..<Int(value) + 1 }
        for cell in cells(base, number) {
            for position in positions {
                let element = cell + position * stride
                guard element < model.cells.count else { continue }
                if position == positions.lowerBound, case .constant = base {
                    let elements = places.places[element].elements
                    if !elements.isEmpty {
                        return note(places.kinds(elements), "names \(model.cells[element].name), which is one of them", range)
                    }
                }
                if !belongAlike(cell, element) || isBlock(base, number) {
                    let elements = places.places[cell].elements + places.places[element].elements
                    return note(places.kinds(elements), "names \(model.cells[element].name), which is one of them", range)
                }
            }
        }
    }

    private mutating func checkInstance(of threadClass: Int, _ index: Operand, _ number: Int, _ range: SourceRange) {
        let kind = Kind.threads(threadClass: threadClass)
        demandFitsInstance(index, threadClass, number, range)
        guard places.domains.contains(where: { $0.kind == kind }) else { return }
        if case .instance(threadClass, 0) = sort(index, number) { return }
        if case .constant(let value) = index, isFixed(value, as: .instance(threadClass: threadClass, offset: 0)) { return }
        note([kind], "asks about one of them", range)
    }

    /// An index of another class's kind tells those apart.
    private mutating func demandFitsInstance(
        _ index: Operand, _ threadClass: Int, _ number: Int, _ range: SourceRange
    ) {
        if case .instance(threadClass, 0) = sort(index, number) { return }
        demandPlain(index, in: number, "uses the number of one of them for another's", range)
    }

    private mutating func checkWait(_ wait: Wait, _ number: Int, _ instruction: Instruction) {
        switch wait {
        case .condition: break
        case .holders(let mask):
            if isFixed(mask, number), !isConstant(mask) { return }
            if case .constant(let value) = mask {
                if !isFixed(value, as: .mask(list: 0, shift: 0)) {
                    note(candidatesOfThreads, "waits for one of them", instruction.range)
                }
                return
            }
            if case .mask(0, 0) = sort(mask, number) { return }
            note(moving(mask, number), "waits for one of them", instruction.range)
        case .grace(let domain, let mask):
            demandAddress(domain, number, instruction)
            if isFixed(mask, number) { return }
            if case .mask(let list, 0) = sort(mask, number),
                cells(domain, number).allSatisfy({ cell in
                    model.domains.contains { $0.firstCell == cell && $0.readers.map(\.thread) == lists[list] }
                })
            {
                return
            }
            note(moving(mask, number), "waits for one of them", instruction.range)
        }
    }

    private func isConstant(_ operand: Operand) -> Bool {
        if case .constant = operand { return true }
        return false
    }

    // MARK: What is kept

    /// What the state keeps of registers must be something that can be permuted.
    mutating func checkKept(_ number: Int) {
        let code = codes.entries[number].code
        guard codes.entries[number].threadClass != nil else {
            let property = model.properties[number - model.classes.count]
            return demandTruth(.register(property.result), number, property.range)
        }
        let live = Set(Liveness(code).steps.joined())
        for register in live.sorted() {
            let kinds = moving(.register(register), number)
            if kinds.isEmpty { continue }
            let range = code.registers[register].range
            switch registerSorts[number][register] {
            case .unknown, .plain, .owner, .number, .index, .instance, .place, .mask(_, 0): break
            case .address: if isBlock(.register(register), number) { note(kinds, "keeps the place of an array that has one for each of them", range) }
            case .mask, .truth, .conflict: note(kinds, "keeps a number computed of theirs", range)
            }
        }
    }

    /// Free objects are zero: that must stand for nobody.
    mutating func checkZeros() {
        for (cell, info) in model.cells.enumerated() where info.slot >= 0 {
            let sort = storageSorts[info.storage]
            if !isFixed(0, as: sort) {
                note(moving(sort, cells: []), "keeps the number of one of them in \(model.cells[cell].name), where zero may be nobody", .none)
            }
        }
        for (storage, sort) in storageSorts.enumerated() {
            switch sort {
            case .unknown, .plain, .address, .owner, .number, .index, .instance, .place, .mask(_, 0): continue
            case .mask, .truth, .conflict:
                let cells = model.cells.indices.filter { model.cells[$0].storage == storage }
                let kinds = moving(sort, cells: cells)
                if !kinds.isEmpty { note(kinds, "stores a number computed of theirs in \(model.storages[storage].name)", .none) }
            }
        }
    }
}
