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
        for cell in CellReads(code: property.code, state: run.last).cells(from: 0) {
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
