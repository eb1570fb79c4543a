// Whether the steps of a model treat some things alike, so that permuting them turns runs into runs: the scalarsets of
// Ip and Dill ("Better Verification Through Symmetry", Formal Methods in System Design 9, 1996), found out instead of
// declared, and with pointers as Iosif has them ("Symmetry Reduction Criteria for Software Model Checking", SPIN 2002).
//
// Every value has a sort: how a permutation changes it (`SymmetrySort`). Sorts flow through registers and cells until
// nothing changes; then each instruction is looked at: does it do to permuted values what it does to the values,
// permuted? Equality does, of two values of one sort; an order, arithmetic, a constant that names one of the things do
// not. INIT is not looked at: the initial state is one state, whatever permutes it, and only what steps do to states
// must be alike. The search puts that state in its canonical form like any other.
//
// Sound if every operation is judged rightly below; the switches have no default, so that a new operation must be thought
// about. Tests permute states of many models and compare what comes of a step.
//
// Departures: instructions marked `isForEachThread` may name threads by constants, as together they name all of them;
// that their order does not matter is for the primitive that emits them to see to.

import Syntax

struct SymmetryCheck {
    typealias Kind = Symmetry.Domain.Kind

    let model: Model
    let codes: SymmetryCodes
    private(set) var places: SymmetryPlaces
    private(set) var storageSorts: [SymmetrySort]
    private(set) var registerSorts: [[SymmetrySort]]
    private(set) var lists: [[Int]] = []
    private var listNumbers: [[Int]: Int] = [:]
    private let allThreads: Int
    private let candidates: Set<Kind>
    /// By code: registers that hold the beginning of an array that has a cell for each thread, not yet the own one.
    private var blocks: [Set<Register>] = []
    private var changed = false
    private(set) var broken: SymmetryBreak?

    init(_ model: Model, _ codes: SymmetryCodes, _ candidates: [Kind]) {
        self.model = model
        self.codes = codes
        self.candidates = Set(candidates)
        places = SymmetryPlaces(model, candidates)
        storageSorts = model.storages.map {
            if case .pointer = $0.kind { return .address }
            return .unknown
        }
        registerSorts = codes.entries.map { entry in entry.code.registers.map { _ in .unknown } }
        allThreads = 0
        lists = [Array(model.threads.indices)]
        listNumbers[lists[0]] = 0
        if model.threads.indices.contains(where: moves) {
            for lock in model.locks where lock.ownerCell != 0 { storageSorts[model.cells[lock.ownerCell].storage] = .owner }
        }
        for domain in model.domains {
            let mask = maskSort(domain.readers.map(\.thread))
            for cell in domain.masks { storageSorts[model.cells[cell].storage] = mask }
        }
    }

    /// What speaks against the candidates, if anything does.
    mutating func run() -> SymmetryBreak? {
        inferSorts()
        indexArrays()
        if let broken = places.broken { return broken }
        places.settle()
        places.checkStructures()
        if let broken = places.broken { return broken }
        findBlocks()
        for number in codes.entries.indices {
            for (index, instruction) in codes.entries[number].code.instructions.enumerated() where !isIdle(index, number) {
                check(instruction, number)
                if let broken { return broken }
            }
            checkKept(number)
            if let broken { return broken }
        }
        checkZeros()
        checkInitialIndices()
        return broken
    }

    /// For tests: goes on as if nothing spoke against it.
    mutating func settleAnyway() {
        _ = run()
        places.settle()
        broken = nil
    }

    func result(_ obstacles: [Symmetry.Obstacle]) -> Symmetry {
        func settled(_ sort: SymmetrySort) -> SymmetrySort { sort == .unknown ? .plain : sort }
        return Symmetry(
            domains: places.domains.map(named), obstacles: obstacles, places: places.places,
            elementOfThread: places.elementOfThread, roleOfThread: places.roleOfThread,
            storageSorts: storageSorts.map(settled),
            registerSorts: registerSorts.prefix(model.classes.count).map { $0.map(settled) }, lists: lists)
    }

    /// Elements of arrays are called by the arrays that they are in.
    private func named(_ domain: Symmetry.Domain) -> Symmetry.Domain {
        guard domain.kind.isIndices else { return domain }
        var names: [String] = []
        for (cell, place) in places.places.enumerated()
        where place.elements.contains(domain.elements.lowerBound) && model.cells[cell].slot < 0 {
            let name = String(model.cells[cell].name.prefix { $0 != "[" })
            if !names.contains(name) { names.append(name) }
        }
        var result = domain
        if !names.isEmpty { result.name = "elements of " + names.joined(separator: " and ") }
        return result
    }

    // MARK: Sorts

    mutating func list(_ threads: [Int]) -> Int {
        if let known = listNumbers[threads] { return known }
        listNumbers[threads] = lists.count
        lists.append(threads)
        return lists.count - 1
    }

    private func moves(_ thread: Int) -> Bool { places.elementOfThread[thread] >= 0 }

    private mutating func maskSort(_ threads: [Int], shift: Int = 0) -> SymmetrySort {
        threads.contains(where: moves) ? .mask(list: list(threads), shift: shift) : .plain
    }

    private mutating func rowSort(_ row: Int, _ entry: SymmetryCodes.Entry) -> SymmetrySort {
        let anyMoves = model.threads.indices.contains(where: moves)
        switch model.threadRows[row] {
        case .owner: return anyMoves ? .owner : .plain
        case .number: return anyMoves ? .number : .plain
        case .address: return .address
        case .place(let threads): return threads.contains(where: moves) ? .place(list: list(threads)) : .plain
        case .instance, .cpu:
            guard let number = entry.threadClass, candidates.contains(.threads(threadClass: number)) else { return .plain }
            let first = model.threadTables[row][model.classes[number].threads.lowerBound]
            return .instance(threadClass: number, offset: first)
        }
    }

    mutating func sort(_ operand: Operand, _ number: Int) -> SymmetrySort {
        switch operand {
        case .constant: .unknown
        case .register(let register): registerSorts[number][register]
        case .perThread(let row): rowSort(row, codes.entries[number])
        }
    }

    private static func join(_ a: SymmetrySort, _ b: SymmetrySort) -> SymmetrySort {
        if a == b || b == .unknown { return a }
        if a == .unknown { return b }
        if (a == .truth && b == .plain) || (a == .plain && b == .truth) { return .truth }
        return .conflict
    }

    // MARK: Flow

    /// Sorts flow forwards until nothing changes. Then what only constants have come to takes the sort of that where it
    /// goes, if it has one; and what is still unknown is plain.
    private mutating func inferSorts() {
        func flowAll(_ check: inout SymmetryCheck) {
            repeat {
                check.changed = false
                for number in check.codes.entries.indices { check.flow(number) }
            } while check.changed
        }
        flowAll(&self)
        repeat {
            changed = false
            for number in codes.entries.indices { flowBack(number) }
            let went = changed
            flowAll(&self)
            changed = went
        } while changed
        for storage in storageSorts.indices where storageSorts[storage] == .unknown { storageSorts[storage] = .plain }
        flowAll(&self)
        for number in codes.entries.indices {
            for instruction in codes.entries[number].code.instructions {
                if case .move(_, .constant) = instruction.operation { continue }
                for register in RegisterUse(instruction.operation).writes
                where registerSorts[number][register] == .unknown { registerSorts[number][register] = .plain }
            }
        }
        flowAll(&self)
    }

    /// A register of which nothing is known has the sort of what it is stored to or compared with.
    private mutating func flowBack(_ number: Int) {
        func give(_ check: inout SymmetryCheck, _ sort: SymmetrySort, _ operand: Operand) {
            guard case .register(let register) = operand, check.registerSorts[number][register] == .unknown else { return }
            switch sort {
            case .address, .owner, .number, .index, .instance, .place, .mask: check.put(sort, register, number)
            case .unknown, .plain, .truth, .conflict: break
            }
        }
        for instruction in codes.entries[number].code.instructions {
            switch instruction.operation {
            case .store(let address, let value, _):
                for storage in storages(address, number).sorted() { give(&self, storageSorts[storage], value) }
            case .move(let target, let value), .convert(let target, let value, _):
                give(&self, registerSorts[number][target], value)
            case .storeElement(let first, _, _, _, let offset, let value):
                give(&self, registerSorts[number][first + offset], value)
            case .binary(.equal, _, let a, let b), .binary(.notEqual, _, let a, let b):
                give(&self, sort(a, number), b)
                give(&self, sort(b, number), a)
            default: break
            }
        }
    }

    private mutating func put(_ sort: SymmetrySort, _ register: Register, _ number: Int) {
        let joined = Self.join(registerSorts[number][register], sort)
        if joined != registerSorts[number][register] {
            registerSorts[number][register] = joined
            changed = true
        }
    }

    private mutating func putStored(_ sort: SymmetrySort, _ storage: Int) {
        let joined = Self.join(storageSorts[storage], sort)
        if joined != storageSorts[storage] {
            storageSorts[storage] = joined
            changed = true
        }
    }

    /// The cells that an operand may name.
    func cells(_ operand: Operand, _ number: Int) -> [CellID] {
        switch operand {
        case .register(let register): return codes.entries[number].cells[register]
        case .constant(let value): return value > 0 && value < Int64(model.cells.count) ? [CellID(value)] : []
        case .perThread(let row):
            let entry = codes.entries[number]
            let threads = entry.threadClass == nil ? [model.threads.count] : entry.threads
            return threads.map { CellID(model.threadTables[row][$0]) }.filter { $0 > 0 && $0 < model.cells.count }
        }
    }

    func storages(_ address: Operand, _ number: Int) -> Set<Int> {
        Set(cells(address, number).map { model.cells[$0].storage })
    }

    private mutating func flow(_ number: Int) {
        for instruction in codes.entries[number].code.instructions {
            switch instruction.operation {
            case .store(let address, let value, _):
                let sort = sort(value, number)
                for storage in storages(address, number) { putStored(sort, storage) }
            case .storeElement(let first, _, let count, let stride, let offset, let value):
                let sort = sort(value, number)
                for position in 0..<max(0, count) { put(sort, first + position * stride + offset, number) }
            default:
                guard let target = RegisterUse(instruction.operation).writes.first, !instruction.operation.isRefine
                else { continue }
                put(resultSort(instruction, number), target, number)
            }
        }
    }

    /// The sort of what an instruction computes.
    private mutating func resultSort(_ instruction: Instruction, _ number: Int) -> SymmetrySort {
        switch instruction.operation {
        case .move(_, let a), .convert(_, let a, _): return sort(a, number)
        case .binary(let operation, _, let a, let b):
            return binarySort(operation, a, b, number, isForEachThread: instruction.isForEachThread)
        case .fieldAddress, .elementAddress, .allocate: return .address
        case .load(_, let address, _):
            return storages(address, number).reduce(.unknown) { Self.join($0, storageSorts[$1]) }
        case .loadElement(_, let first, _, let count, let stride, let offset):
            return (0..<max(0, count)).reduce(.unknown) { sort, position in
                Self.join(sort, registerSorts[number][first + position * stride + offset])
            }
        case .choose:
            guard let (target, count) = SymmetryCodes.indexChoice(instruction.operation),
                candidates.contains(.indices(count: count)),
                codes.indexRegisters[number][target, default: []].contains(count)
            else { return .plain }
            return .index(count: count)
        case .unary, .live, .ended, .atLabel: return .plain
        case .step, .storeElement, .jump, .branch, .end, .store, .checkPlace, .free, .await, .check, .graceBegin,
            .quiesce, .startCallback, .acquired, .released, .checkNoLockHeld, .checkLockHeld, .fence, .cover, .refine,
            .spurious:
            return .plain
        }
    }

    private mutating func binarySort(
        _ operation: BinaryOperation, _ a: Operand, _ b: Operand, _ number: Int, isForEachThread: Bool
    ) -> SymmetrySort {
        let x = sort(a, number)
        let y = sort(b, number)
        // What is not known yet may turn out to be anything: sorts only grow. A mask grows from bits that are put into it.
        for case .register(let register) in [a, b] where registerSorts[number][register] == .unknown {
            if operation == .or, case .mask = x { return x }
            if operation == .or, case .mask = y { return y }
            return .unknown
        }
        switch operation {
        case .or:
            if isPlain(x), isPlain(y) { return .plain }
            if a == .constant(0) { return y }
            if b == .constant(0) { return x }
            if case .mask = x, x == y { return x }
            return .truth
        case .and, .andNot:
            return isPlain(x) ? y : x
        case .add, .subtract:
            if case .instance(let threadClass, let offset) = x, case .constant(let value) = b {
                return .instance(
                    threadClass: threadClass, offset: operation == .add ? offset &+ value : offset &- value)
            }
            if operation == .add, case .instance(let threadClass, let offset) = y, case .constant(let value) = a {
                return .instance(threadClass: threadClass, offset: offset &+ value)
            }
            return .plain
        case .shiftLeft:
            if y == .owner { return .mask(list: allThreads, shift: 1) }
            if y == .number { return .mask(list: allThreads, shift: 0) }
            if case .place(let list) = y { return .mask(list: list, shift: 0) }
            if isForEachThread, case .constant = b { return maskSort(lists[allThreads]) }
            return .plain
        case .shiftRightUnsigned:
            if case .mask(let list, 1) = x, b == .constant(1) { return .mask(list: list, shift: 0) }
            return .plain
        case .multiply, .divideSigned, .divideUnsigned, .remainderSigned, .remainderUnsigned, .exclusiveOr,
            .shiftRightSigned, .equal, .notEqual, .lessSigned, .lessOrEqualSigned, .lessUnsigned,
            .lessOrEqualUnsigned, .hasBit:
            return .plain
        }
    }

    private func isPlain(_ sort: SymmetrySort) -> Bool { sort == .plain || sort == .unknown }

    // MARK: Arrays

    /// Arrays that have a cell for each thread are known by how they are indexed.
    private mutating func indexArrays() {
        for number in codes.entries.indices {
            for instruction in codes.entries[number].code.instructions {
                switch instruction.operation {
                case .fieldAddress(_, let base, let offset):
                    guard case .place(let list) = sort(offset, number) else { continue }
                    for cell in cells(base, number) { places.index(cell, lists[list], stride: 1, range: instruction.range) }
                case .elementAddress(_, let base, let index, let count, let stride, _):
                    if case .index(count) = sort(index, number) {
                        for cell in cells(base, number) {
                            places.index(cell, count: count, stride: stride, range: instruction.range)
                        }
                    }
                    guard case .instance(let threadClass, let offset) = sort(index, number) else { continue }
                    let threads = model.classes[threadClass].threads
                    let owners = (0..<Int64(max(0, count))).map { position -> Int in
                        let instance = position &- offset
                        return instance >= 0 && instance < Int64(threads.count) ? threads.lowerBound + Int(instance) : -1
                    }
                    for cell in cells(base, number) {
                        places.index(cell, owners, stride: stride, range: instruction.range)
                    }
                default: continue
                }
            }
        }
    }

    /// Whether two cells belong to the same elements.
    func belongAlike(_ a: CellID, _ b: CellID) -> Bool {
        guard b > 0, b < places.places.count else { return false }
        return places.places[a].elements == places.places[b].elements
    }

    private mutating func findBlocks() {
        blocks = codes.entries.map { _ in [] }
        for number in codes.entries.indices {
            for instruction in codes.entries[number].code.instructions where !instruction.isForEachThread {
                guard case .fieldAddress(let target, let base, .constant(let offset)) = instruction.operation
                else { continue }
                if cells(base, number).contains(where: { !belongAlike($0, $0 + Int(offset)) && $0 + Int(offset) < model.cells.count }) {
                    blocks[number].insert(target)
                }
            }
        }
    }

    func isBlock(_ operand: Operand, _ number: Int) -> Bool {
        if case .register(let register) = operand { return blocks[number].contains(register) }
        return false
    }

    mutating func note(_ kinds: Set<Kind>, _ reason: String, _ range: SourceRange) {
        if broken == nil { broken = SymmetryBreak(kinds: kinds, reason: reason, range: range) }
    }
}

extension Operation {
    var isRefine: Bool {
        if case .refine = self { return true }
        return false
    }
}
