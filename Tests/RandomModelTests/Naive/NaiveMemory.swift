/// Where everything of a protocol lies, and what kind it is.
struct NaiveMemory {
    let model: Protocol
    /// By cell; nil for NULL and for globals that are more than a number.
    private(set) var kinds: [CellKind?] = [nil]
    private(set) var names: [String] = ["NULL"]
    /// By global: its first cell.
    private(set) var firstCell: [Int] = []
    private(set) var globalOfCell: [Int: Int] = [:]
    /// By slot: its first cell.
    private(set) var slotCell: [Int] = []
    private(set) var initial: [Int] = [0]
    /// By thread: which declaration, and `self`.
    private(set) var threads: [(declaration: Int, index: Int)] = []
    /// By thread; who is not placed takes the lowest number where no thread is.
    private(set) var cpus: [Int] = []

    init(_ model: Protocol) {
        self.model = model
        for (number, global) in model.globals.enumerated() {
            firstCell.append(kinds.count)
            globalOfCell[kinds.count] = number
            switch global.kind {
            case .cell(let kind): add(kind, global.name, global.initial)
            case .ghost(let type): add(.integer(type), global.name, global.initial)
            case .array(let type, let count):
                for index in 0..<count { add(.integer(type), "\(global.name)[\(index)]", 0) }
            case .rwsem, .seqcount, .completion, .srcu, .waitQueue: add(nil, global.name, 0)
            }
        }
        for slot in 0..<model.slotCount {
            slotCell.append(kinds.count)
            for field in model.fields { add(field.kind, "objs[\(slot)].\(field.name)", 0) }
        }
        for (declaration, thread) in model.threads.enumerated() {
            for index in 0..<thread.count { threads.append((declaration, index)) }
        }
        var taken = Set(model.threads.filter { !$0.isInterrupt && $0.count > 0 }.compactMap(\.cpu))
        for (declaration, _) in threads {
            let cpu = model.threads[declaration].cpu ?? (0...).first { !taken.contains($0) }!
            if !model.threads[declaration].isInterrupt { taken.insert(cpu) }
            cpus.append(cpu)
        }
    }

    private mutating func add(_ kind: CellKind?, _ name: String, _ value: Int) {
        kinds.append(kind)
        names.append(name)
        initial.append(value)
    }

    /// The slot that a cell lies in.
    func slot(of cell: Int) -> Int? { slotCell.lastIndex { cell >= $0 } }

    func isLock(_ cell: Int) -> Bool { kinds[cell] == .spinlock || kinds[cell] == .mutex }

    /// The state before INIT.
    func blank() -> NaiveState {
        let count = threads.count
        var state = NaiveState(
            cells: initial, live: [Bool](repeating: false, count: model.slotCount),
            pending: [Int?](repeating: nil, count: model.slotCount),
            threads: threads.map { thread in
                let declaration = model.threads[thread.declaration]
                return ThreadState(
                    items: declaration.body.reversed().map { .statement($0) } + (declaration.isInterrupt ? [.comes] : []),
                    locals: [Int](repeating: 0, count: declaration.locals.count))
            })
        let zeros = [Int](repeating: 0, count: count)
        for (number, global) in model.globals.enumerated() {
            switch global.kind {
            case .rwsem: state.semaphores[number] = Semaphore(reads: zeros, behind: zeros)
            case .seqcount: state.sequences[number] = SequenceCounter(since: zeros)
            case .completion: state.completions[number] = [0, 0]
            case .srcu: state.sleepable[number] = zeros
            default: break
            }
        }
        return state
    }

    /// Why an address cannot be followed.
    func fault(_ address: Int, _ state: NaiveState) -> Fault? {
        if address < 0 { return .outOfBounds }
        if address == 0 { return .nullDereference }
        if let slot = slot(of: address), !state.live[slot] { return .useAfterFree }
        return nil
    }

    // MARK: C's integers

    static func int(_ value: Int) -> Int { Int(Int32(truncatingIfNeeded: value)) }

    /// A value on its way into a variable; a `u1 … u7` is checked when it gets there.
    static func converted(_ value: Int, _ kind: CellKind) -> Int {
        switch kind {
        case .integer(.u8): Int(UInt8(truncatingIfNeeded: value))
        case .integer(.bool): value == 0 ? 0 : 1
        case .integer, .atomic, .refcount: int(value)
        case .pointer, .spinlock, .mutex: value
        }
    }

    static func fits(_ value: Int, _ kind: CellKind) -> Bool {
        guard case .integer(.narrow(let bits)) = kind else { return true }
        return (0..<1 << bits).contains(value)
    }

    static func apply(_ operation: UnaryOperation, _ a: Int) -> Int {
        switch operation {
        case .not: a == 0 ? 1 : 0
        case .minus: int(-a)
        case .complement: ~a
        }
    }

    /// Nil is an OVERFLOW: a division by zero, a shift too wide.
    static func apply(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int? {
        switch operation {
        case .add: return int(a + b)
        case .subtract: return int(a - b)
        case .multiply: return int(a * b)
        case .divide: return b == 0 ? nil : int(a / b)
        case .remainder: return b == 0 ? nil : int(a % b)
        case .and: return a & b
        case .or: return a | b
        case .exclusiveOr: return a ^ b
        case .shiftLeft: return (0..<32).contains(b) ? int(a << b) : nil
        case .shiftRight: return (0..<32).contains(b) ? a >> b : nil
        case .equal: return a == b ? 1 : 0
        case .notEqual: return a != b ? 1 : 0
        case .less: return a < b ? 1 : 0
        case .lessOrEqual: return a <= b ? 1 : 0
        case .greater: return a > b ? 1 : 0
        case .greaterOrEqual: return a >= b ? 1 : 0
        }
    }
}
