import Program

/// Follows code in one state, only to see which cells it looks at; gives up where that is not plain. Nothing is decided
/// by this: it picks the values that a sentence names.
struct CellReads {
    private let code: Code
    private let state: StateView
    /// The thread that the code runs in; nil for a property.
    private let thread: Int?
    private var values: [Register: Int64]
    private var found: [CellID] = []
    /// Where the code waits, if it was followed that far: the condition is false there.
    private(set) var wait: Wait?

    private static let instructionsMax = 10_000

    init(code: Code, state: StateView, thread: Int? = nil, registers: [Register: Int64] = [:]) {
        self.code = code
        self.state = state
        self.thread = thread
        values = registers
    }

    /// The cells read from that instruction on, in order, up to the next step, a wait, or where nobody can tell.
    func cells(from start: Int) -> [CellID] { following(from: start).found }

    /// The same walk, with what it came to.
    func following(from start: Int) -> (found: [CellID], wait: Wait?) {
        var copy = self
        var index = start
        for _ in 0..<Self.instructionsMax {
            guard code.instructions.indices.contains(index) else { break }
            guard let next = copy.step(code.instructions[index].operation, index) else { break }
            index = next
        }
        return (copy.found, copy.wait)
    }

    /// The next instruction; nil at the end and where nobody can tell.
    private mutating func step(_ operation: Operation, _ index: Int) -> Int? {
        switch operation {
        // The thread takes its CPU: nothing in the step reads that again.
        case .store(_, _, let access) where access.isHidden: return index + 1
        case .cover, .check, .checkPlace, .fence, .refine, .acquired, .released, .checkLockHeld: return index + 1
        case .jump(let next): return next
        case .branch(let condition, let yes, let no):
            guard let value = value(condition) else { return nil }
            return value != 0 ? yes : no
        case .await(let condition, let what):
            guard let value = value(condition) else { return nil }
            if value == 0 {
                wait = what
                return nil
            }
        case .load(let target, let address, _):
            guard let cell = value(address).map({ CellID(clamping: $0) }), cell >= 0, cell < state.model.cells.count
            else { return nil }
            if cell > 0 { found.append(cell) }
            values[target] = state.freeSlot(around: cell) == nil ? state.value(of: cell) : 0
        default:
            guard let target = operation.target, let value = result(operation) else { return nil }
            values[target] = value
        }
        return index + 1
    }

    private func value(_ operand: Operand) -> Int64? {
        switch operand {
        case .register(let register): return values[register]
        case .constant(let value): return value
        case .perThread(let row):
            let table = state.model.threadTables[row]
            guard let thread, table.indices.contains(thread) else { return table.last }
            return table[thread]
        }
    }

    private func result(_ operation: Operation) -> Int64? {
        switch operation {
        case .move(_, let a), .convert(_, let a, _): return value(a)
        case .unary(let kind, _, let a):
            guard let a = value(a) else { return nil }
            switch kind {
            case .negate: return 0 &- a
            case .complement: return ~a
            case .isZero: return a == 0 ? 1 : 0
            }
        case .binary(let kind, _, let a, let b):
            guard let a = value(a), let b = value(b) else { return nil }
            return result(kind, a, b)
        case .fieldAddress(_, let base, let offset):
            guard let base = value(base), let offset = value(offset) else { return nil }
            return base == 0 ? 0 : base &+ offset
        case .elementAddress(_, let base, let index, let count, let stride, _):
            guard let base = value(base), let index = value(index), index >= 0, index < Int64(count) else { return 0 }
            return base == 0 ? 0 : base &+ index &* Int64(stride)
        case .live(_, let address):
            guard let cell = value(address).map({ CellID(clamping: $0) }) else { return nil }
            return cell > 0 && state.freeSlot(around: cell) == nil ? 1 : 0
        default: return nil
        }
    }

    private func result(_ kind: BinaryOperation, _ a: Int64, _ b: Int64) -> Int64? {
        switch kind {
        case .add: a &+ b
        case .subtract: a &- b
        case .multiply: a &* b
        case .and: a & b
        case .or: a | b
        case .exclusiveOr: a ^ b
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .lessSigned: a < b ? 1 : 0
        case .lessOrEqualSigned: a <= b ? 1 : 0
        case .shiftLeft: b >= 0 && b < 64 ? a << b : nil
        case .hasBit: b >= 0 && b < 64 ? a >> b & 1 : 0
        case .andNot: a & ~b
        default: nil
        }
    }
}
