import Execution
import Program
import Syntax

/// What a condition that turned out wrong had read: `l = 1, ptpages[0].pte = true`.
struct ConditionValues {
    let run: Run
    let names: Names

    /// More would not be read.
    private static let shownMax = 6

    private var model: Model { run.model }

    /// Of the ASSERT or BUG_ON that the last step failed in.
    func ofFailure(_ failure: StepFailure) -> [String] {
        guard let record = run.records.last, failure.instruction >= 0 else { return [] }
        let thread = Int(failure.move.thread)
        let code = run.code(of: thread)
        let range = code.instructions[Int(failure.instruction)].range
        let text = model.texts.text(of: range)
        var values = VariablesAtEnd(run: run, names: names).of(thread).compactMap { local -> String? in
            guard let value = local.value, StepText.mentions(text, local.name) else { return nil }
            return "\(local.name) = \(value)"
        }
        for (instruction, event) in record.events {
            guard case .read(let cell, let value) = event, code.instructions.indices.contains(instruction),
                code.instructions[instruction].range.lies(in: range)
            else { continue }
            add(cell, value, to: &values)
        }
        return Array(values.prefix(Self.shownMax))
    }

    /// Of an INVARIANT or a FINALLY that the last state breaks.
    func of(_ property: Property) -> [String] {
        var values: [String] = []
        for cell in PropertyReads(property: property, state: run.last).cells() {
            add(cell, run.last.value(of: cell), to: &values)
        }
        return Array(values.prefix(Self.shownMax))
    }

    private func add(_ cell: CellID, _ value: Int64, to values: inout [String]) {
        guard model.cells.indices.contains(cell), case .data = model.cells[cell].role else { return }
        let text = "\(names.place(cell)) = \(names.value(value, ofCell: cell, in: run.last))"
        if !values.contains(text) { values.append(text) }
    }
}

extension SourceRange {
    func lies(in other: SourceRange) -> Bool {
        file == other.file && start >= other.start && end <= other.end && file >= 0
    }
}

/// Follows the code of a property in one state, only to see which cells it looks at; gives up where that is not plain.
private struct PropertyReads {
    let property: Property
    let state: StateView
    private var values: [Register: Int64] = [:]

    init(property: Property, state: StateView) {
        self.property = property
        self.state = state
    }

    private static let instructionsMax = 10_000

    func cells() -> [CellID] {
        var copy = self
        var cells: [CellID] = []
        var index = 0
        for _ in 0..<Self.instructionsMax {
            guard property.code.instructions.indices.contains(index) else { break }
            guard let next = copy.step(property.code.instructions[index].operation, index, &cells) else { break }
            index = next
        }
        return cells
    }

    /// The next instruction; nil at the end and where nobody can tell.
    private mutating func step(_ operation: Operation, _ index: Int, _ cells: inout [CellID]) -> Int? {
        switch operation {
        case .cover: return index + 1
        case .jump(let next): return next
        case .branch(let condition, let yes, let no):
            guard let value = value(condition) else { return nil }
            return value != 0 ? yes : no
        case .load(let target, let address, _):
            guard let cell = value(address).map({ CellID(clamping: $0) }), cell >= 0, cell < state.model.cells.count
            else { return nil }
            if cell > 0 { cells.append(cell) }
            values[target] = state.freeSlot(around: cell) == nil ? state.value(of: cell) : 0
        default:
            guard let target = operation.target, let value = result(operation) else { return nil }
            values[target] = value
        }
        return index + 1
    }

    private func value(_ operand: Operand) -> Int64? {
        switch operand {
        case .register(let register): values[register]
        case .constant(let value): value
        case .perThread(let row): state.model.threadTables[row].last
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
        case .andNot: a & ~b
        default: nil
        }
    }
}
