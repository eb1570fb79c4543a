import Execution
import Program
import Search
import Syntax

/// Builds tiny models by hand, with locks that work as those of the library do.
final class SmallModel {
    private(set) var model = Model()
    private let bit = 0
    private let point = 1
    private let number = 2
    private let owner = 3
    /// Row of the thread tables with each thread's number plus 1.
    private let selfRow = 0

    init() {
        model.storages = [
            Storage(name: "bit", kind: .fixed(low: 0, high: 1, overflowName: "bit")),
            Storage(name: "point", kind: .fixed(low: 0, high: 63, overflowName: nil)),
            Storage(name: "int", kind: .inferred(low: 0, high: 0)),
            Storage(name: "owner", kind: .fixed(low: 0, high: 64, overflowName: nil)),
        ]
        model.cells = [Cell(name: "NULL", storage: 0)]
        model.initialization.instructions = [Instruction(.end, .none)]
    }

    /// The model, with its tables filled in.
    func built() -> Model {
        var model = model
        model.threadTables = [model.threads.indices.map { Int64($0 + 1) } + [0]]
        return model
    }

    func check(_ options: SearchOptions = SearchOptions()) throws -> SearchResult {
        try search(model: built(), options: options)
    }

    // MARK: Memory

    func global(_ name: String, range: ClosedRange<Int64> = 0...1) -> CellID {
        model.storages.append(
            Storage(name: name, kind: .fixed(low: range.lowerBound, high: range.upperBound, overflowName: name)))
        return cell(name, model.storages.count - 1)
    }

    /// An `int` whose range is to be found out.
    func inferred(_ name: String, initial: Int64 = 0) -> CellID {
        model.storages.append(Storage(name: name, kind: .inferred(low: initial, high: initial)))
        let cell = cell(name, model.storages.count - 1)
        model.cells[cell].initial = initial
        return cell
    }

    private func cell(_ name: String, _ storage: Int, slot: Int = -1, role: Cell.Role = .data) -> CellID {
        model.cells.append(Cell(name: name, storage: storage, slot: slot, role: role))
        return model.cells.count - 1
    }

    /// A global lock, or one of several of a class.
    func lock(_ name: String, class className: String? = nil, kind: LockPlace.Kind = .spinlock) -> CellID {
        let first = cell(name, owner, role: .synchronization)
        let className = className ?? name
        if !model.lockClasses.contains(className) { model.lockClasses.append(className) }
        model.locks.append(
            LockPlace(
                kind: kind, firstCell: first, name: name, lockClass: model.lockClasses.firstIndex(of: className)!,
                ownerCell: first, readerCells: [], waiterCells: [], slot: -1))
        return first
    }

    /// Objects of one field; returns the first cell of each and a storage for pointers to them.
    func pool(_ name: String, count: Int) -> (objects: [CellID], pointer: Int) {
        var firsts: [CellID] = []
        var slots: [Int] = []
        for index in 0..<count {
            let live = cell("\(name)[\(index)].live", bit, role: .live)
            let first = cell("\(name)[\(index)].value", bit, slot: model.slots.count)
            slots.append(model.slots.count)
            model.slots.append(
                Slot(
                    pool: model.pools.count, index: index, firstCell: first, cellCount: 1, liveCell: live,
                    quarantineCell: 0))
            firsts.append(first)
        }
        model.pools.append(
            Pool(name: name, typeName: "object", slots: slots, isTypesafe: false, range: .none))
        model.pointerSets.append(firsts)
        model.storages.append(Storage(name: "\(name) *", kind: .pointer(set: model.pointerSets.count - 1)))
        return (firsts, model.storages.count - 1)
    }

    func pointer(_ name: String, _ storage: Int) -> CellID { cell(name, storage) }

    // MARK: Code

    @discardableResult
    func thread(
        _ name: String, count: Int = 1, kind: ThreadClass.Kind = .thread, _ build: (inout SmallCode) -> Void
    ) -> Int {
        var code = SmallCode(temporary: number, selfRow: selfRow)
        build(&code)
        code.emit(.end)
        let first = model.threads.count
        for index in 0..<count {
            let number = first + index
            let point = cell("\(name)[\(index)].pc", self.point, role: .programPoint(thread: number))
            model.threads.append(
                ModelThread(
                    threadClass: model.classes.count, index: index, name: count == 1 ? name : "\(name)[\(index)]",
                    cpu: number, programPointCell: point))
        }
        model.classes.append(
            ThreadClass(name: name, kind: kind, code: code.code, threads: first..<first + count))
        return model.classes.count - 1
    }

    func property(_ kind: Property.Kind, _ name: String, _ build: (inout SmallCode) -> Register) {
        var code = SmallCode(temporary: number, selfRow: selfRow)
        let result = build(&code)
        code.emit(.end)
        model.properties.append(
            Property(kind: kind, name: name, code: code.code, result: result, range: .none))
    }

    /// The property that a cell has a value.
    func property(_ kind: Property.Kind, _ name: String, _ cell: CellID, _ operation: BinaryOperation, _ value: Int64) {
        property(kind, name) { code in
            let read = code.temporary()
            let result = code.temporary()
            code.emit(.load(read, .constant(Int64(cell)), .ghost))
            code.emit(.binary(operation, result, .register(read), .constant(value)))
            return result
        }
    }

    func failure(_ kind: FailureKind, _ name: String) -> Int {
        model.failures.append(Failure(kind: kind, name: name))
        return model.failures.count - 1
    }
}

/// Emits the code of one class.
struct SmallCode {
    var code = Code()
    let temporaryStorage: Int
    let selfRow: Int

    init(temporary: Int, selfRow: Int) {
        temporaryStorage = temporary
        self.selfRow = selfRow
    }

    mutating func emit(_ operation: Operation) { code.instructions.append(Instruction(operation, .none)) }

    mutating func temporary() -> Register { register(temporaryStorage) }

    mutating func register(_ storage: Int) -> Register {
        code.registers.append(RegisterInfo(name: nil, range: .none, storage: storage))
        return code.registers.count - 1
    }

    mutating func step(_ text: String, _ kind: Step.Kind = .other) {
        emit(.step(code.steps.count))
        code.steps.append(Step(kind: kind, text: text, function: "f", range: .none))
    }

    mutating func skip() { step("skip()", .skip) }

    mutating func store(_ cell: CellID, _ value: Int64, _ kind: Access.Kind = .marked) {
        step("store", .store)
        emit(.store(.constant(Int64(cell)), .constant(value), Access(kind)))
    }

    @discardableResult
    mutating func load(_ cell: CellID, _ kind: Access.Kind = .marked, into register: Register? = nil) -> Register {
        let target = register ?? temporary()
        step("load", .load)
        emit(.load(target, .constant(Int64(cell)), Access(kind)))
        return target
    }

    /// `cell++` in one step.
    mutating func increment(_ cell: CellID) {
        let value = temporary()
        step("increment", .atomic)
        emit(.load(value, .constant(Int64(cell)), Access(.marked)))
        emit(.binary(.add, value, .register(value), .constant(1)))
        emit(.store(.constant(Int64(cell)), .register(value), Access(.marked)))
    }

    mutating func waitUntil(_ cell: CellID, is value: Int64) {
        let read = temporary()
        let result = temporary()
        step("wait_until", .waitUntil)
        emit(.load(read, .constant(Int64(cell)), Access(.marked)))
        emit(.binary(.equal, result, .register(read), .constant(value)))
        emit(.await(.register(result), .condition))
    }

    mutating func lock(_ lock: CellID, subclass: Int = 0, isTry: Bool = false) {
        let owner = temporary()
        let isFree = temporary()
        let holder = temporary()
        step("spin_lock", .lock)
        emit(.load(owner, .constant(Int64(lock)), .hidden))
        emit(.unary(.isZero, isFree, .register(owner)))
        if isTry {
            // Goes on without the lock where it fails; only the models of these tests can bear that.
            let branch = code.instructions.count
            emit(.branch(.register(isFree), branch + 1, branch + 3))
        } else {
            emit(.binary(.subtract, holder, .register(owner), .constant(1)))
            emit(.binary(.shiftLeft, holder, .constant(1), .register(holder)))
            emit(.await(.register(isFree), .holders(.register(holder))))
        }
        emit(.store(.constant(Int64(lock)), .perThread(selfRow), .hidden))
        emit(.acquired(.constant(Int64(lock)), LockUse(isTry: isTry, subclass: subclass)))
    }

    mutating func unlock(_ lock: CellID) {
        step("spin_unlock", .unlock)
        emit(.released(.constant(Int64(lock))))
        emit(.store(.constant(Int64(lock)), .constant(0), .hidden))
    }

    /// Fails unless the cell has the value, at the end of the step before.
    mutating func assert(_ cell: CellID, is value: Int64, failure: Int) {
        let read = temporary()
        let result = temporary()
        emit(.load(read, .constant(Int64(cell)), .ghost))
        emit(.binary(.equal, result, .register(read), .constant(value)))
        emit(.check(.register(result), failure: failure))
    }

    /// Back to the beginning.
    mutating func loopForever() { emit(.jump(0)) }
}
