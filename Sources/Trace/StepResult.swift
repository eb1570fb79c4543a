import Execution
import Program

/// What a step's text evaluated to, as the trace shows it behind `->`.
struct StepResult {
    let run: Run
    let names: Names

    private var model: Model { run.model }

    func text(_ record: StepRecord, _ step: Step) -> String? {
        let code = run.code(of: Int(record.move.thread))
        if StepText.returnsNothing(step.text) { return nil }
        if let value = record.result, let register = step.result {
            guard isDefined(register, by: record, code) else { return nil }
            return name(value, register, record, step, code)
        }
        for case (_, .chose(let value)) in record.events {
            guard let names = step.choiceNames else { return "\(value)" }
            if let name = names[value] { return name }
        }
        if let woken = WakeUps(run: run).woken(by: record) {
            return woken.isEmpty ? "nobody sleeps" : "wakes " + woken.map { model.threads[$0].name }.joined(separator: ", ")
        }
        return readValues(record, step, code)
    }

    private func name(_ value: Int64, _ register: Register, _ record: StepRecord, _ step: Step, _ code: Code) -> String
    {
        let after = run.view(record.after)
        let storage = code.registers[register].storage
        if names.hasNames(storage: storage) { return names.value(value, storage: storage, in: after) }
        if StepText.tellsTruth(step.text), value == 0 || value == 1 { return value == 0 ? "false" : "true" }
        // What was computed on the way may have lost its names: they are those of the cell that it came from.
        let reads = reads(record, code)
        if reads.count == 1, reads[0].value == value { return names.value(value, ofCell: reads[0].cell, in: after) }
        return names.value(value, storage: storage, in: after)
    }

    /// A step that failed on the way to its result has none.
    private func isDefined(_ register: Register, by record: StepRecord, _ code: Code) -> Bool {
        guard let failure = record.failure else { return true }
        guard let start = code.start(ofStep: record.step), Int(failure.instruction) > start else { return false }
        return code.instructions[start..<Int(failure.instruction)].contains { $0.operation.target == register }
    }

    /// The program's own reads of data: nothing of locks, of ghosts or for an ASSERT.
    private func reads(_ record: StepRecord, _ code: Code) -> [(cell: CellID, value: Int64)] {
        record.events.compactMap { instruction, event in
            guard case .read(let cell, let value) = event, case .data = model.cells[cell].role,
                code.instructions.indices.contains(instruction),
                case .load(_, _, let access) = code.instructions[instruction].operation, !access.isGhost
            else { return nil }
            if case .hidden = access.kind { return nil }
            return (cell, value)
        }
    }

    /// What the program read, for those who want all of it.
    func accesses(_ record: StepRecord) -> [Counterexample.Access] {
        let after = run.view(record.after)
        return reads(record, run.code(of: Int(record.move.thread))).map { cell, value in
            Counterexample.Access(place: names.place(cell), value: names.value(value, ofCell: cell, in: after))
        }
    }

    /// A struct has no one value: `.table = ptpages[0], .huge = false`.
    private func readValues(_ record: StepRecord, _ step: Step, _ code: Code) -> String? {
        guard step.kind == .load || step.kind == .readModifyWrite else { return nil }
        let after = run.view(record.after)
        let values = reads(record, code).map {
            (names.place($0.cell), names.value($0.value, ofCell: $0.cell, in: after))
        }
        if values.count < 2 { return values.first?.1 }
        return StructValue.text(values) ?? values.map { "\($0.0) = \($0.1)" }.joined(separator: ", ")
    }
}

/// The fields of a struct that one step moved.
enum StructValue {
    /// `mm.pmd` of `mm.pmd.table` and `mm.pmd.huge`; nil if they are not of one struct.
    static func parent(_ places: [String]) -> String? {
        guard places.count > 1, var prefix = places.first else { return nil }
        for place in places.dropFirst() { prefix = String(zip(prefix, place).prefix { $0 == $1 }.map(\.0)) }
        while let last = prefix.last, last != "." { prefix.removeLast() }
        return prefix.isEmpty ? nil : String(prefix.dropLast())
    }

    /// `.table = NULL, .huge = true`
    static func text(_ values: [(place: String, value: String)]) -> String? {
        guard let parent = parent(values.map(\.place)) else { return nil }
        return values.map { "\($0.place.dropFirst(parent.count)) = \($0.value)" }.joined(separator: ", ")
    }
}

extension Code {
    /// The instruction at which a step begins.
    func start(ofStep number: Int) -> Int? {
        instructions.firstIndex { if case .step(number) = $0.operation { true } else { false } }
    }
}

extension Operation {
    /// The register that the instruction gives a value.
    var target: Register? {
        switch self {
        case .move(let target, _), .unary(_, let target, _), .binary(_, let target, _, _), .convert(let target, _, _),
            .fieldAddress(let target, _, _), .elementAddress(let target, _, _, _, _, _),
            .loadElement(let target, _, _, _, _, _), .load(let target, _, _), .live(let target, _),
            .allocate(let target, _), .ended(let target, _, _), .atLabel(let target, _, _, _),
            .choose(let target, _, _):
            target
        default: nil
        }
    }
}
