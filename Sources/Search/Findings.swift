import Execution
import Program

/// Something wrong that a level brought to light, not yet with a run.
struct Candidate {
    var kind: FailureKind
    /// The state that is bad or, of a failure, in which the step fails; and its level.
    var state: [UInt64]
    var level: Int
    var failure: StepFailure?
    /// Index into `Model.properties`, or -1.
    var property = -1
    /// Of a deadlock.
    var stuck: UInt64 = 0
    /// The slot, of a leak.
    var slot = -1
    /// Orders candidates of one kind whose runs are alike: by property, or by class and instruction.
    var order = 0

    /// An order that does not depend on when they were found.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
        if a.order != b.order { return a.order < b.order }
        if a.state != b.state { return a.state.lexicographicallyPrecedes(b.state) }
        let first = a.failure.map { ($0.move.thread, $0.move.choice) } ?? (-1, -1)
        let second = b.failure.map { ($0.move.thread, $0.move.choice) } ?? (-1, -1)
        return first < second
    }
}

/// The candidates for runs of one length. Only those of the first kind are kept, as only one of them will be reported.
struct Findings {
    private(set) var candidates: [Candidate] = []
    /// A level may be full of failing states. The shortest run with the fewest switches is looked for among the first
    /// this many, in the order of `precedes`: which those are does not depend on the order in which they came.
    private static let candidatesMax = 1 << 14
    /// When there were too many: the last one that was kept.
    private var last: Candidate?

    var isEmpty: Bool { candidates.isEmpty }
    var kind: FailureKind? { candidates.first?.kind }

    mutating func add(_ candidate: Candidate) {
        if let kind {
            guard candidate.kind <= kind else { return }
            if candidate.kind < kind {
                candidates.removeAll(keepingCapacity: true)
                last = nil
            }
        }
        if let last, !Candidate.precedes(candidate, last) { return }
        candidates.append(candidate)
        if candidates.count >= 2 * Self.candidatesMax { prune() }
    }

    mutating func add(_ other: Findings) {
        for candidate in other.candidates { add(candidate) }
    }

    private mutating func prune() {
        candidates.sort(by: Candidate.precedes)
        if candidates.count > Self.candidatesMax {
            candidates.removeLast(candidates.count - Self.candidatesMax)
            last = candidates.last
        }
    }

    /// In an order that does not depend on when they were found, and no more than are looked at.
    func settled() -> [Candidate] {
        var copy = self
        copy.prune()
        return copy.candidates
    }
}
