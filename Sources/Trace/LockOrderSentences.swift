import Execution
import Program

/// A lock order inversion as lockdep tells it: which lock was taken where, and which was held since where. A sentence
/// for each of the two runs, and what comes of them.
struct LockOrderSentences {
    let run: Run
    let names: Names
    let held: HeldLocks

    /// `later takes a at m.c:30 (step 8) while it holds b, taken at m.c:29 (step 7).`
    var taking: String? {
        guard let record = run.records.last else { return nil }
        let thread = Int(record.move.thread)
        var taken: [String] = []
        for case (_, .acquired(let cell, _)) in record.events { taken.append(names.place(cell)) }
        guard let lock = taken.last else { return nil }
        let others = held.locks(of: thread).filter { $0.name != lock }
        guard !others.isEmpty else { return nil }
        let place = names.line(of: run.step(record).range).map { " at \($0.text)" } ?? ""
        let list = others.map { other in
            var text = other.isShared ? "\(other.name) for reading" : other.name
            if let since = other.since, run.records.indices.contains(since - 1) {
                let place = names.line(of: run.step(run.records[since - 1]).range).map { " at \($0.text)" } ?? ""
                text += ", taken\(place) (step \(since))"
            }
            return text
        }
        return "\(run.name(of: thread)) takes \(lock)\(place) (step \(run.records.count)) while it holds "
            + list.joined(separator: "; and ") + "."
    }
}
