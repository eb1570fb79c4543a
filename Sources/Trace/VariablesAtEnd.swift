import Execution
import Program

/// The variables of a thread when a run ends.
struct VariablesAtEnd {
    let run: Run
    let names: Names

    /// A dead one has no value, and is not given one. What the step that failed had assigned by then has its value,
    /// though the state does not keep it.
    func of(_ thread: Int) -> [Counterexample.Local] {
        let state = run.last
        let assigned = assignedByFailure(thread)
        var fields: [Register: BitField] = [:]
        if let next = state.nextStep(of: thread), next < run.layout.locals[thread].count {
            for (register, field) in run.layout.locals[thread][next] { fields[register] = field }
        } else if assigned.isEmpty {
            return []
        }
        var result: [Counterexample.Local] = []
        for (register, info) in run.code(of: thread).registers.enumerated() {
            guard let name = info.name, !info.isGhost else { continue }
            let value = assigned[register] ?? fields[register].map { state.value(of: $0) }
            let local = Counterexample.Local(
                thread: thread, name: name, value: value.map { names.value($0, storage: info.storage, in: state) })
            // A function that is inlined twice has its variables twice.
            if !result.contains(local) { result.append(local) }
        }
        return result
    }

    private func assignedByFailure(_ thread: Int) -> [Register: Int64] {
        guard let record = run.records.last, record.failure != nil, Int(record.move.thread) == thread else { return [:] }
        var values: [Register: Int64] = [:]
        for case (_, .assigned(let register, let value)) in record.events { values[register] = value }
        return values
    }
}
