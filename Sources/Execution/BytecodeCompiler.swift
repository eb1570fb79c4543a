import Program

/// All code of a model as one list of ops.
struct Bytecode {
    var ops: [Op] = []
    var remarks: [OpRemark] = []
    var lockUses: [LockUse] = []
    /// The register files, with the constants in their places.
    var file: [Int64] = []
    /// By thread; then INIT; then the properties.
    var units: [CodeUnit] = []
    /// Tables of `atLabel`: by program point, 1 if the thread stands there.
    var labelPoints: [UInt8] = []
}

/// One `Code`, compiled for one thread.
struct CodeUnit {
    var start: Int
    /// Where each step begins, after its marker.
    var steps: [Int]
    var file: Int
    var registerCount: Int
    /// Registers of pointers; a `free` marks them stale.
    var pointerRegisters: [Int]
    /// The step whose marker comes first, or -1.
    var firstStep: Int
}

/// What the compiler needs to know beside the model.
struct CompilerOptions {
    var records: Bool
    var disabled: Set<FailureKind>
    var recordAccesses: Bool
    var mayRace: [[Bool]]?
    var tracksStalePointers: Bool
}

/// Compiles one `Code` for one thread: operands become places in the register file, constant addresses become places in
/// the state. What this thread can never need is left out.
struct BytecodeCompiler {
    let model: Model
    let tables: MachineTables
    let options: CompilerOptions
    let code: Code
    /// Index of the row entries of `perThread`.
    let thread: Int
    var output: Bytecode

    private let fileStart: Int
    private var constants: [Int64: Int] = [:]
    /// By instruction: its first op.
    private var opOf: [Int] = []
    /// Ops whose `x` (and `y`) still name instructions.
    private var jumps: [Int] = []
    /// The instruction being compiled.
    var instruction = 0
    /// By instruction: whether some step that contains it may race.
    let mayRace: [Bool]
    private let isCallback: Bool

    init(
        model: Model, tables: MachineTables, options: CompilerOptions, code: Code, thread: Int, threadClass: Int?,
        output: Bytecode
    ) {
        self.model = model
        self.tables = tables
        self.options = options
        self.code = code
        self.thread = thread
        self.output = output
        fileStart = output.file.count
        isCallback = threadClass.map { model.classes[$0].kind == .callback } ?? false
        if options.recordAccesses, let threadClass {
            let flags = options.mayRace?[threadClass]
            mayRace = code.stepsContaining().map { $0.contains { flags?[$0] ?? true } }
        } else {
            mayRace = []
        }
    }

    /// Compiles; the unit is the last of `output.units` then.
    mutating func compile() {
        output.file += [Int64](repeating: 0, count: code.registers.count)
        let start = output.ops.count
        opOf = [Int](repeating: 0, count: code.instructions.count)
        for index in code.instructions.indices {
            opOf[index] = output.ops.count
            instruction = index
            emit(code.instructions[index].operation)
        }
        add(Op(code: .end))
        for index in jumps { resolve(index) }

        var steps = [Int](repeating: start, count: code.steps.count)
        var firstStep = -1
        for (index, instruction) in code.instructions.enumerated() {
            guard case .step(let step) = instruction.operation else { continue }
            steps[step] = opOf[index] + 1
            if firstStep < 0 { firstStep = step }
        }
        if isCallback, firstStep >= 0 { steps[firstStep] = compileOpening(upTo: steps[firstStep]) }
        let pointers = code.registers.indices.filter {
            if case .pointer = model.storages[code.registers[$0].storage].kind { return true }
            return false
        }
        output.units.append(
            CodeUnit(
                start: start, steps: steps, file: fileStart, registerCount: code.registers.count,
                pointerRegisters: pointers, firstStep: firstStep))
    }

    /// A callback is started by another thread, which cannot run the work before its first step: that step does it.
    private mutating func compileOpening(upTo afterMarker: Int) -> Int {
        let opening = code.instructions.prefix {
            if case .step = $0.operation { false } else { true }
        }
        if opening.isEmpty { return afterMarker }
        let start = output.ops.count
        for (index, instruction) in opening.enumerated() {
            switch instruction.operation {
            case .jump, .branch, .end: preconditionFailure("a callback branches before its first step")
            default: break
            }
            self.instruction = index
            emit(instruction.operation)
        }
        add(Op(code: .jump, x: Int64(afterMarker)))
        return start
    }

    private mutating func resolve(_ index: Int) {
        func target(_ instruction: Int64) -> Int64 {
            Int(instruction) < opOf.count ? Int64(opOf[Int(instruction)]) : Int64(output.ops.count - 1)
        }
        output.ops[index].x = target(output.ops[index].x)
        output.ops[index].y = UInt64(target(Int64(output.ops[index].y)))
    }

    // MARK: Operands

    /// The value, if it is the same in every execution.
    func constant(_ operand: Operand) -> Int64? {
        switch operand {
        case .register: nil
        case .constant(let value): value
        case .perThread(let row): model.threadTables[row][thread]
        }
    }

    mutating func place(_ operand: Operand) -> UInt16 {
        if case .register(let register) = operand { return UInt16(register) }
        let value = constant(operand)!
        if let known = constants[value] { return UInt16(known) }
        let place = output.file.count - fileStart
        precondition(place < 1 << 16, "a code has at most 65536 registers and constants")
        output.file.append(value)
        constants[value] = place
        return UInt16(place)
    }

    func isPointer(_ operand: Operand) -> Bool {
        guard case .register(let register) = operand,
            case .pointer = model.storages[code.registers[register].storage].kind
        else { return false }
        return true
    }

    mutating func add(_ op: Op, cell: Int = 0, assigns: Register? = nil, lockUse: Int = -1) {
        var remark = OpRemark(instruction: Int32(min(instruction, max(0, code.instructions.count - 1))))
        remark.cell = Int32(cell)
        if let assigns, code.registers[assigns].name != nil { remark.assigned = Int32(assigns) }
        remark.lockUse = Int32(lockUse)
        output.ops.append(op)
        output.remarks.append(remark)
    }

    private mutating func addJump(_ op: Op, assigns: Register? = nil) {
        jumps.append(output.ops.count)
        add(op, assigns: assigns)
    }

    /// Whether a failure of this kind cannot happen because its check is off and the run goes on past it.
    func isOff(_ kind: FailureKind) -> Bool { kind.canContinue && options.disabled.contains(kind) }

    // MARK: Instructions

    private mutating func emit(_ operation: Operation) {
        switch operation {
        case .step(let step):
            add(Op(code: .mark, x: Int64(step)))
        case .move(let target, let value):
            move(target, value)
        case .unary(let operation, let target, let value):
            let opcode: Opcode =
                switch operation {
                case .negate: .negate
                case .complement: .complement
                case .isZero: .isZero
                }
            if opcode == .isZero, emitFused(.branchIsZero, target, value, value) { return }
            add(Op(code: opcode, a: UInt16(target), b: place(value)), assigns: target)
        case .binary(let operation, let target, let left, let right):
            binary(operation, target, left, right)
        case .convert(let target, let value, let shape):
            if shape.bits >= 64 { return move(target, value) }
            add(
                Op(
                    code: shape.isSigned ? .extendSigned : .extendUnsigned, a: UInt16(target), b: place(value),
                    x: Int64(64 - shape.bits)), assigns: target)
        case .fieldAddress(let target, let base, let offset):
            if let base = constant(base), let offset = constant(offset) {
                return moveImmediate(target, base == 0 ? 0 : base &+ offset)
            }
            add(Op(code: .fieldAddress, a: UInt16(target), b: place(base), c: place(offset)), assigns: target)
        case .elementAddress(let target, let base, let index, let count, let stride, let isGhost):
            add(
                Op(
                    code: .elementAddress, flag: isGhost ? 1 : 0, a: UInt16(target), b: place(base), c: place(index),
                    x: Int64(count), y: UInt64(stride)), assigns: target)
        case .loadElement(let target, let first, let index, let count, let stride, let offset):
            add(
                Op(
                    code: .loadElement, a: UInt16(target), b: UInt16(first), c: place(index), x: Int64(count),
                    y: UInt64(stride), z: UInt64(offset)), assigns: target)
        case .storeElement(let first, let index, let count, let stride, let offset, let value):
            add(
                Op(
                    code: .storeElement, a: place(value), b: UInt16(first), c: place(index), x: Int64(count),
                    y: UInt64(stride), z: UInt64(offset)))
        case .jump(let target):
            addJump(Op(code: target <= instruction ? .jumpBack : .jump, x: Int64(target)))
        case .branch(let condition, let yes, let no):
            if let known = constant(condition) { return emit(.jump(known != 0 ? yes : no)) }
            addJump(
                Op(
                    code: min(yes, no) <= instruction ? .branchBack : .branch, a: place(condition), x: Int64(yes),
                    y: UInt64(no)))
        case .end:
            add(Op(code: .end))
        default:
            emitShared(operation)
        }
    }

    // MARK: Computing

    private mutating func move(_ target: Register, _ value: Operand) {
        if let known = constant(value) { return moveImmediate(target, known) }
        add(Op(code: .move, a: UInt16(target), b: place(value)), assigns: target)
    }

    private mutating func moveImmediate(_ target: Register, _ value: Int64) {
        add(Op(code: .moveImmediate, a: UInt16(target), x: value), assigns: target)
    }

    /// A comparison whose result the next instruction branches on becomes one op with it. The branch itself is still
    /// emitted: others may lead to it.
    private mutating func emitFused(_ opcode: Opcode, _ target: Register, _ left: Operand, _ right: Operand) -> Bool {
        guard instruction + 1 < code.instructions.count,
            case .branch(.register(target), let yes, let no) = code.instructions[instruction + 1].operation,
            min(yes, no) > instruction
        else { return false }
        addJump(
            Op(
                code: opcode, a: UInt16(target), b: place(left), c: place(right), x: Int64(yes), y: UInt64(no)),
            assigns: target)
        return true
    }

    private mutating func binary(
        _ operation: BinaryOperation, _ target: Register, _ left: Operand, _ right: Operand
    ) {
        if options.tracksStalePointers, isPointer(left) || isPointer(right) {
            let a = stripped(left)
            let b = stripped(right)
            add(Op(code: Self.opcode(operation), a: UInt16(target), b: a, c: b), assigns: target)
            return
        }
        let fused: Opcode? =
            switch operation {
            case .equal: .branchEqual
            case .notEqual: .branchNotEqual
            case .lessSigned: .branchLessSigned
            case .lessOrEqualSigned: .branchLessOrEqualSigned
            default: nil
            }
        if let fused, emitFused(fused, target, left, right) { return }
        add(
            Op(code: Self.opcode(operation), a: UInt16(target), b: place(left), c: place(right)), assigns: target)
    }

    /// A copy of a pointer without the mark that it is stale, in a place of its own.
    private mutating func stripped(_ operand: Operand) -> UInt16 {
        guard isPointer(operand) else { return place(operand) }
        let source = place(operand)
        let place = output.file.count - fileStart
        precondition(place < 1 << 16, "a code has at most 65536 registers and constants")
        output.file.append(0)
        add(Op(code: .strip, a: UInt16(place), b: source))
        return UInt16(place)
    }

    private static func opcode(_ operation: BinaryOperation) -> Opcode {
        switch operation {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divideSigned: .divideSigned
        case .divideUnsigned: .divideUnsigned
        case .remainderSigned: .remainderSigned
        case .remainderUnsigned: .remainderUnsigned
        case .and: .and
        case .or: .or
        case .exclusiveOr: .exclusiveOr
        case .shiftLeft: .shiftLeft
        case .shiftRightSigned: .shiftRightSigned
        case .shiftRightUnsigned: .shiftRightUnsigned
        case .equal: .equal
        case .notEqual: .notEqual
        case .lessSigned: .lessSigned
        case .lessOrEqualSigned: .lessOrEqualSigned
        case .lessUnsigned: .lessUnsigned
        case .lessOrEqualUnsigned: .lessOrEqualUnsigned
        case .andNot: .andNot
        case .hasBit: .hasBit
        }
    }
}
