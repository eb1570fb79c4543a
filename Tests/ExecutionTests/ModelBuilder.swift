import Execution
import Program
import Syntax

/// Builds small models by hand, so that the interpreter is tested without the compiler that feeds it.
final class ModelBuilder {
    var model = Model()
    /// Storage of a bool, of a byte, of an `int` that starts as 0, and of masks over eight readers.
    let bit: Int
    let byte: Int
    let inferred: Int
    let mask: Int

    init() {
        model.storages = [
            Storage(name: "bit", kind: .fixed(low: 0, high: 1, overflowName: "bit")),
            Storage(name: "byte", kind: .fixed(low: 0, high: 255, overflowName: "byte")),
            Storage(name: "int", kind: .inferred(low: 0, high: 0)),
            Storage(name: "mask", kind: .fixed(low: 0, high: 255, overflowName: nil)),
        ]
        (bit, byte, inferred, mask) = (0, 1, 2, 3)
        model.cells = [Cell(name: "NULL", storage: 0)]
        model.initialization.instructions = [Instruction(.end, .none)]
    }

    func storage(_ low: Int64, _ high: Int64) -> Int {
        model.storages.append(Storage(name: "number", kind: .fixed(low: low, high: high, overflowName: "number")))
        return model.storages.count - 1
    }

    func pointers(_ cells: [CellID]) -> Int {
        model.pointerSets.append(cells)
        model.storages.append(Storage(name: "pointer", kind: .pointer(set: model.pointerSets.count - 1)))
        return model.storages.count - 1
    }

    func global(_ name: String, _ storage: Int, initial: Int64 = 0, isGhost: Bool = false) -> CellID {
        model.cells.append(Cell(name: name, storage: storage, isGhost: isGhost, initial: initial))
        return model.cells.count - 1
    }

    /// A pool of objects with one field per storage. Returns the first cell of each slot.
    func pool(_ name: String, count: Int, fields: [Int], isTypesafe: Bool = false) -> [CellID] {
        var firsts: [CellID] = []
        var slots: [Int] = []
        for index in 0..<count {
            let live = global("\(name)[\(index)].live", bit)
            model.cells[live].role = .live
            var quarantine = 0
            if isTypesafe {
                quarantine = global("\(name)[\(index)].quarantine", mask)
                model.cells[quarantine].role = .quarantine
            }
            let first = model.cells.count
            for (field, storage) in fields.enumerated() {
                model.cells.append(
                    Cell(name: "\(name)[\(index)].f\(field)", storage: storage, slot: model.slots.count))
            }
            slots.append(model.slots.count)
            model.slots.append(
                Slot(
                    pool: model.pools.count, index: index, firstCell: first, cellCount: fields.count, liveCell: live,
                    quarantineCell: quarantine))
            firsts.append(first)
        }
        model.pools.append(
            Pool(name: name, typeName: name, slots: slots, isTypesafe: isTypesafe, range: .none))
        return firsts
    }

    /// Adds a class with so many instances.
    @discardableResult
    func thread(
        _ name: String, count: Int = 1, kind: ThreadClass.Kind = .thread, objects: [CellID] = [],
        callbackMasks: [CellID] = [], _ build: (inout CodeBuilder) -> Void
    ) -> Int {
        var code = CodeBuilder()
        build(&code)
        code.emit(.end)
        let points = storage(0, Int64(code.code.steps.count))
        let first = model.threads.count
        for index in 0..<count {
            let cell = global("\(name)[\(index)].pc", points)
            model.cells[cell].role = .programPoint(thread: first + index)
            model.threads.append(
                ModelThread(
                    threadClass: model.classes.count, index: index, name: name, cpu: first + index,
                    programPointCell: cell, callbackMaskCell: callbackMasks.isEmpty ? 0 : callbackMasks[index]))
        }
        model.classes.append(
            ThreadClass(name: name, kind: kind, code: code.code, threads: first..<first + count, objects: objects))
        return model.classes.count - 1
    }

    func initialize(_ build: (inout CodeBuilder) -> Void) {
        var code = CodeBuilder()
        build(&code)
        code.emit(.end)
        model.initialization = code.code
    }

    func property(_ build: (inout CodeBuilder) -> Register) -> Int {
        var code = CodeBuilder()
        let result = build(&code)
        code.emit(.end)
        model.properties.append(
            Property(kind: .invariant, name: "property", code: code.code, result: result, range: .none))
        return model.properties.count - 1
    }

    func failure(_ kind: FailureKind) -> Int {
        model.failures.append(Failure(kind: kind))
        return model.failures.count - 1
    }
}

/// Emits one `Code`.
struct CodeBuilder {
    var code = Code()

    mutating func register(_ storage: Int, _ name: String? = nil) -> Register {
        code.registers.append(RegisterInfo(name: name, range: .none, storage: storage))
        return code.registers.count - 1
    }

    mutating func array(_ storage: Int, count: Int, _ name: String) -> Register {
        let first = code.registers.count
        for _ in 0..<count {
            code.registers.append(
                RegisterInfo(name: name, range: .none, storage: storage, arrayFirst: first, arrayCount: count))
        }
        return first
    }

    mutating func emit(_ operation: Operation) { code.instructions.append(Instruction(operation, .none)) }

    /// Begins a step.
    mutating func step(_ text: String = "step") {
        emit(.step(code.steps.count))
        code.steps.append(Step(kind: .other, text: text, function: "f", range: .none))
    }

    var here: Int { code.instructions.count }

    /// Emits a branch to be completed by `land`.
    mutating func branch(_ condition: Operand) -> Int {
        emit(.branch(condition, 0, 0))
        return here - 1
    }

    /// Makes the branch go on after itself if true, and come here if false.
    mutating func land(_ index: Int) {
        guard case .branch(let condition, _, _) = code.instructions[index].operation else { return }
        code.instructions[index].operation = .branch(condition, index + 1, here)
    }

    mutating func load(_ target: Register, _ cell: CellID) {
        emit(.load(target, .constant(Int64(cell)), Access(.marked)))
    }

    mutating func load(_ target: Register, at address: Register) {
        emit(.checkPlace(.register(address), .read))
        emit(.load(target, .register(address), Access(.plain)))
    }

    mutating func store(_ cell: CellID, _ value: Operand) {
        emit(.store(.constant(Int64(cell)), value, Access(.marked)))
    }

    mutating func store(at address: Register, _ value: Operand) {
        emit(.checkPlace(.register(address), .write))
        emit(.store(.register(address), value, Access(.plain)))
    }
}

/// What a search of everything found.
struct Reached {
    var states: Set<[UInt64]> = []
    var transitions = 0
    var failures: [StepFailure] = []
    var deadlocks: [[UInt64]] = []
    var ends: [[UInt64]] = []
}

extension ModelBuilder {
    func interpreter(
        ranges: InferredRanges = [:], stale: Bool = false, options: ExecutionOptions = ExecutionOptions()
    ) -> Interpreter {
        let layout = StateLayout(
            model: model, liveness: model.liveness(), ranges: ranges, tracksStalePointers: stale)
        return Interpreter(model: model, layout: layout, options: options)
    }

    /// Breadth-first search in the plainest way.
    func explore(_ interpreter: Interpreter) -> Reached {
        var reached = Reached()
        var expansion = Expansion(
            wordCount: interpreter.layout.wordCount, threadCount: model.threads.count)
        let initial = interpreter.initialStates()
        reached.failures = initial.failures
        var queue: [[UInt64]] = []
        for state in initial.states where reached.states.insert(state).inserted { queue.append(state) }
        var next = 0
        while next < queue.count {
            let state = queue[next]
            next += 1
            interpreter.expand(state, into: &expansion)
            reached.transitions += expansion.count
            reached.failures += expansion.failures
            let count = interpreter.layout.wordCount
            for index in 0..<expansion.count {
                let words = (0..<count).map { expansion.words[index * count + $0] }
                precondition(
                    interpreter.record(state, move: expansion.moves[index])?.after == words,
                    "the recording machine goes elsewhere")
                if reached.states.insert(words).inserted { queue.append(words) }
            }
            for failure in expansion.failures {
                precondition(
                    interpreter.record(state, move: failure.move)?.failure == failure,
                    "the recording machine fails otherwise")
            }
            let status = model.threads.indices.map { expansion.status[$0] }
            if status.allSatisfy({ $0 == .ended }) {
                reached.ends.append(state)
            } else if !status.contains(.enabled) {
                reached.deadlocks.append(state)
            }
        }
        return reached
    }

    func explore() -> Reached { explore(interpreter()) }
}
