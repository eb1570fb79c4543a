import Execution
import Program
import Syntax

/// What a condition that turned out wrong had read: `l = 1, ptpages[0].pte = true`.
struct ConditionValues {
    let run: Run
    let names: Names

    /// More would not be read.
    private static let shownMax = 6
    private static let originsMax = 3

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
        for (cell, value) in reads(record, in: range, code) { add(cell, value, to: &values) }
        return Array(values.prefix(Self.shownMax))
    }

    private func reads(_ record: StepRecord, in range: SourceRange, _ code: Code) -> [(cell: CellID, value: Int64)] {
        record.events.compactMap { instruction, event in
            guard case .read(let cell, let value) = event, code.instructions.indices.contains(instruction),
                code.instructions[instruction].range.lies(in: range)
            else { return nil }
            return (cell, value)
        }
    }

    /// Where the values come from that the condition read, or that the last step gave to a variable of it.
    func originsOfFailure(_ failure: StepFailure) -> [String] {
        guard let record = run.records.last, failure.instruction >= 0 else { return [] }
        let code = run.code(of: Int(failure.move.thread))
        let range = code.instructions[Int(failure.instruction)].range
        let text = model.texts.text(of: range)
        var values = reads(record, in: range, code)
        let assigned = record.events.compactMap { _, event -> Int64? in
            guard case .assigned(let register, let value) = event, code.registers.indices.contains(register),
                let name = code.registers[register].name, StepText.mentions(text, name)
            else { return nil }
            return value
        }
        for case (_, .read(let cell, let value)) in record.events where assigned.contains(value) {
            values.append((cell, value))
        }
        return origins(values, before: run.records.count - 1)
    }

    /// The same of an INVARIANT or a FINALLY.
    func origins(of property: Property) -> [String] {
        origins(
            CellReads(code: property.code, state: run.last).cells(from: 0).map { ($0, run.last.value(of: $0)) },
            before: run.records.count, isFinal: property.kind == .finally)
    }

    /// `ptpages[0].pte = true is from step 23: fault, mm.c:105: WRITE_ONCE(...)`. What the last step itself wrote stands
    /// right above.
    private func origins(_ values: [(cell: CellID, value: Int64)], before end: Int, isFinal: Bool = false) -> [String] {
        var sentences: [String] = []
        for (cell, value) in values {
            guard model.cells.indices.contains(cell), case .data = model.cells[cell].role,
                let writer = run.lastStep(
                    before: end, where: { if case .wrote(cell, _, _) = $0 { true } else { false } }),
                writer < run.records.count || isFinal
            else { continue }
            let text = names.value(value, ofCell: cell, in: run.last)
            let sentence = "\(names.place(cell)) = \(text) is from \(run.describe(stepNumber: writer))."
            if !sentences.contains(sentence) { sentences.append(sentence) }
        }
        return Array(sentences.prefix(Self.originsMax))
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
