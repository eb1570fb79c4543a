// Runs one step abstractly, along every path that it may take: the one place that says what each instruction means to a
// `LocalGraph`. Registers hold a number or nothing known; memory is open except for what this step has read or written.
//
// Where an instruction's effect is not followed exactly, its reads and writes are those of `InstructionEffect`, and
// what it yields is not known.

/// What a path through a step has done so far.
struct StepPath {
    enum End {
        case marker(step: Int)
        case end
        case fails
        case waits
    }

    var instruction: Int
    var registers: [Int64?]
    var reads: CellSet
    var writes: CellSet
    var clears: CellSet
    var holdTests: CellSet
    /// By cell: the packed values that it is assumed to have had.
    var assumed: [CellID: UInt64] = [:]
    /// By cell: what it holds now; nil inside if that is open.
    var known: [CellID: Int64?] = [:]
    /// By register: the cell whose value before the step it holds, and how much more.
    var sums: [Register: CellSum] = [:]
    /// By written cell: how much more it holds than before the step.
    var changes: [CellID: Int64] = [:]
    var starts: Set<Int> = []
    /// The step whose marker is passed over.
    var skips: Int?
    var end = End.end
}

/// What a cell held before the step, and so much more.
struct CellSum {
    var cell: CellID
    var more: Int64
}

struct StepWalk {
    let context: LocalGraphContext
    let thread: Int
    let code: Code
    let isRelevant: [Bool]
    let pointsTo: PointsTo
    private(set) var ended: [StepPath] = []
    private(set) var instructionsRun = 0
    var open: [StepPath] = []

    init(_ context: LocalGraphContext, thread: Int, code: Code, isRelevant: [Bool]) {
        self.context = context
        self.thread = thread
        self.code = code
        self.isRelevant = isRelevant
        pointsTo = context.access.pointsTo[thread]
    }

    /// False if there are too many paths. `skipsMarker` is the step whose marker is passed over.
    mutating func run(from start: Int, registers: [Int64?], skipsMarker: Int?) -> Bool {
        let nothing = CellSet(cellCount: context.model.cells.count)
        open = [
            StepPath(
                instruction: start, registers: registers, reads: nothing, writes: nothing, clears: nothing,
                holdTests: nothing, skips: skipsMarker)
        ]
        while var path = open.popLast() {
            while true {
                instructionsRun += 1
                if instructionsRun > LocalGraphLimits.nodeWork { return false }
                guard path.instruction < code.instructions.count else {
                    finish(path, .end)
                    break
                }
                let operation = code.instructions[path.instruction].operation
                if case .step(let step) = operation {
                    if step == path.skips {
                        path.skips = nil
                        path.instruction += 1
                        continue
                    }
                    finish(path, .marker(step: step))
                    break
                }
                if case .end = operation {
                    finish(path, .end)
                    break
                }
                guard execute(operation, &path) else { break }
            }
        }
        return true
    }

    mutating func finish(_ path: StepPath, _ end: StepPath.End) {
        var path = path
        path.end = end
        ended.append(path)
    }

    func value(_ operand: Operand, _ path: StepPath) -> Int64? {
        switch operand {
        case .register(let register): path.registers[register]
        case .constant(let value): value
        case .perThread(let row): context.model.threadTables[row][thread]
        }
    }

    func isOn(_ kind: FailureKind) -> Bool { context.checks.contains(kind) || !kind.canContinue }

    /// Goes on behind the instruction, with the target given this value.
    func set(_ target: Register, _ value: Int64?, _ path: inout StepPath) -> Bool {
        path.registers[target] = isRelevant[target] ? value : nil
        path.sums[target] = nil
        path.instruction += 1
        return true
    }

    func next(_ path: inout StepPath) -> Bool {
        path.instruction += 1
        return true
    }

    /// Runs one instruction; false if the path has ended.
    private mutating func execute(_ operation: Operation, _ path: inout StepPath) -> Bool {
        switch operation {
        case .move(let target, let a):
            let sum = sum(a, path)
            defer { path.sums[target] = sum }
            return set(target, value(a, path), &path)
        case .unary(let operation, let target, let a):
            return set(target, value(a, path).map { Arithmetic.unary(operation, $0) }, &path)
        case .binary(let operation, let target, let a, let b):
            let sum = sum(operation, a, b, path)
            defer { path.sums[target] = sum }
            guard let left = value(a, path), let right = value(b, path) else { return set(target, nil, &path) }
            return set(target, Arithmetic.binary(operation, left, right), &path)
        case .convert(let target, let a, let shape):
            let sum = sum(a, path).flatMap { isExact($0, in: shape) ? $0 : nil }
            defer { path.sums[target] = sum }
            return set(target, value(a, path).map { Arithmetic.converted($0, to: shape) }, &path)
        case .fieldAddress(let target, let base, let offset):
            guard let from = value(base, path), let distance = value(offset, path) else {
                return set(target, nil, &path)
            }
            return set(target, from == 0 ? 0 : from &+ distance, &path)
        case .elementAddress(let target, let base, let index, let count, let stride, let isGhost):
            return element(target, base, index, count, stride, isGhost, &path)
        case .loadElement(let target, let first, let index, let count, let stride, let offset):
            guard let index = value(index, path) else { return set(target, nil, &path) }
            guard index >= 0, index < Int64(count) else { return fail(path) }
            return set(target, path.registers[first + Int(index) * stride + offset], &path)
        case .storeElement(let first, let index, let count, let stride, let offset, let stored):
            guard let index = value(index, path) else {
                for index in 0..<count {
                    path.registers[first + index * stride + offset] = nil
                    path.sums[first + index * stride + offset] = nil
                }
                return next(&path)
            }
            guard index >= 0, index < Int64(count) else { return fail(path) }
            path.registers[first + Int(index) * stride + offset] = value(stored, path)
            path.sums[first + Int(index) * stride + offset] = nil
            return next(&path)
        case .jump(let target):
            path.instruction = target
            return true
        case .branch(let condition, let yes, let no):
            if let known = value(condition, path) {
                path.instruction = known != 0 ? yes : no
                return true
            }
            var other = path
            other.instruction = no
            open.append(other)
            path.instruction = yes
            return true
        case .choose(let target, let low, let high):
            return choose(target, low, high, &path)
        case .await(let condition, _):
            return test(condition, .waits, &path)
        case .check(let condition, let failure):
            guard isOn(context.model.failures[failure].kind) else { return next(&path) }
            return test(condition, .fails, &path)
        case .cover, .fence, .acquired, .released, .refine:
            return next(&path)
        default:
            return executeShared(operation, &path)
        }
    }

    mutating func fail(_ path: StepPath) -> Bool {
        finish(path, .fails)
        return false
    }

    /// Goes on if the operand is not zero; ends the path otherwise.
    private mutating func test(_ operand: Operand, _ end: StepPath.End, _ path: inout StepPath) -> Bool {
        guard let known = value(operand, path) else {
            finish(path, end)
            return next(&path)
        }
        if known != 0 { return next(&path) }
        finish(path, end)
        return false
    }

    private mutating func element(
        _ target: Register, _ base: Operand, _ index: Operand, _ count: Int, _ stride: Int, _ isGhost: Bool,
        _ path: inout StepPath
    ) -> Bool {
        let from = value(base, path)
        if from == 0 { return set(target, 0, &path) }
        guard let number = value(index, path) else {
            // It may lie outside.
            if !isGhost { finish(path, .fails) }
            return set(target, nil, &path)
        }
        guard number >= 0, number < Int64(count) else {
            if isGhost { return set(target, 0, &path) }
            guard from == nil else { return fail(path) }
            // From NULL it stays NULL.
            finish(path, .fails)
            return set(target, 0, &path)
        }
        return set(target, from.map { $0 &+ number &* Int64(stride) }, &path)
    }

    private mutating func choose(_ target: Register, _ low: Operand, _ high: Operand, _ path: inout StepPath) -> Bool {
        guard let first = value(low, path), let last = value(high, path) else {
            finish(path, .fails)
            return set(target, nil, &path)
        }
        guard first <= last else { return fail(path) }
        guard isRelevant[target], last - first < Int64(LocalGraphLimits.values) else { return set(target, nil, &path) }
        path.instruction += 1
        for choice in first...last {
            var other = path
            other.registers[target] = choice
            other.sums[target] = nil
            open.append(other)
        }
        return false
    }

    // MARK: Values of cells

    func field(_ cell: CellID) -> BitField { context.layout.cells[cell] }

    /// Every value that the cell may have now, each with the path on which it has it.
    func read(_ cell: CellID, _ path: StepPath) -> [(value: Int64?, path: StepPath)] {
        var path = path
        path.reads.insert(cell)
        if let known = path.known[cell] { return [(known, path)] }
        let count = LocalGraph.valueCount(field(cell), context.model)
        let limit =
            switch context.model.cells[cell].role {
            case .data: LocalGraphLimits.loadedValues
            default: 64
            }
        guard count > 0, count <= limit else { return [(nil, path)] }
        let allowed = path.assumed[cell] ?? ~0
        return (0..<count).filter { allowed >> UInt64($0) & 1 != 0 }.map { packed in
            var other = path
            let value = LocalGraph.value(field(cell), packed: packed, context.model)
            other.assumed[cell] = 1 << UInt64(packed)
            other.known[cell] = .some(value)
            return (value, other)
        }
    }

    /// A cell's value that is one of two, as far as the path does not know it.
    func split(_ cell: CellID, _ path: StepPath, where holds: (Int64) -> Bool) -> (yes: StepPath?, no: StepPath?) {
        var path = path
        path.reads.insert(cell)
        if let known = path.known[cell] {
            guard let value = known else { return (path, path) }
            return holds(value) ? (path, nil) : (nil, path)
        }
        let count = LocalGraph.valueCount(field(cell), context.model)
        guard count > 0 else { return (path, path) }
        var masks: (yes: UInt64, no: UInt64) = (0, 0)
        for packed in 0..<count {
            let isYes = holds(LocalGraph.value(field(cell), packed: packed, context.model))
            if isYes { masks.yes |= 1 << UInt64(packed) } else { masks.no |= 1 << UInt64(packed) }
        }
        func with(_ mask: UInt64) -> StepPath? {
            let allowed = mask & (path.assumed[cell] ?? ~0)
            if allowed == 0 { return nil }
            var other = path
            other.assumed[cell] = allowed
            if allowed & (allowed - 1) == 0 {
                other.known[cell] = .some(
                    LocalGraph.value(field(cell), packed: allowed.trailingZeroBitCount, context.model))
            }
            return other
        }
        return (with(masks.yes), with(masks.no))
    }

    /// The cell has been given a value; nil if that is open.
    func write(_ cell: CellID, _ value: Int64?, _ path: inout StepPath) {
        path.writes.insert(cell)
        path.known[cell] = .some(value)
        path.changes[cell] = nil
    }

    // MARK: Sums

    /// What an operand is as a sum, if it is one.
    func sum(_ operand: Operand, _ path: StepPath) -> CellSum? {
        guard case .register(let register) = operand else { return nil }
        return path.sums[register]
    }

    /// What a cell holds now as a sum: what it held before the step if nothing was written there since.
    func sum(of cell: CellID, _ path: StepPath) -> CellSum? {
        guard field(cell).pointerSet < 0 else { return nil }
        if !path.writes.contains(cell) { return path.clears.contains(cell) ? nil : CellSum(cell: cell, more: 0) }
        return path.changes[cell].map { CellSum(cell: cell, more: $0) }
    }

    private func sum(_ operation: BinaryOperation, _ a: Operand, _ b: Operand, _ path: StepPath) -> CellSum? {
        func plus(_ sum: CellSum?, _ more: Int64?) -> CellSum? {
            guard let sum, let more, (-Self.sumMax...Self.sumMax).contains(more) else { return nil }
            let total = sum.more + more
            return (-Self.sumMax...Self.sumMax).contains(total) ? CellSum(cell: sum.cell, more: total) : nil
        }
        switch operation {
        case .add: return plus(sum(a, path), value(b, path)) ?? plus(sum(b, path), value(a, path))
        case .subtract: return plus(sum(a, path), value(b, path).flatMap { $0 == .min ? nil : -$0 })
        default: return nil
        }
    }

    private static let sumMax: Int64 = 1 << 20

    /// Whether the sum keeps its value in that shape, whatever the cell holds.
    private func isExact(_ sum: CellSum, in shape: IntegerShape) -> Bool {
        let field = field(sum.cell)
        let (low, lowOverflows) = field.low.addingReportingOverflow(sum.more)
        let (high, highOverflows) = field.high.addingReportingOverflow(sum.more)
        return !lowOverflows && !highOverflows && Arithmetic.converted(low, to: shape) == low
            && Arithmetic.converted(high, to: shape) == high
    }
}
