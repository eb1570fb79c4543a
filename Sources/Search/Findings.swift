import Execution
import Program

/// Something wrong that a level brought to light, not yet with a run.
struct Candidate {
    var kind: FailureKind
    /// Number of the state that is bad or, of a failure, in which the step fails.
    var state: Int
    var failure: StepFailure?
    /// Index into `Model.properties`, or -1.
    var property = -1
    /// Of a deadlock.
    var stuck: UInt64 = 0
    /// The slot, of a leak.
    var slot = -1
    /// Orders candidates of one kind whose runs are alike: by property, or by class and instruction.
    var order = 0
}

/// The candidates for runs of one length. Only those of the first kind are kept, as only one of them will be reported.
struct Findings {
    private(set) var candidates: [Candidate] = []
    /// A level may be full of failing states. The shortest run with the fewest switches is looked for among the first
    /// this many.
    private static let candidatesMax = 1 << 14

    var isEmpty: Bool { candidates.isEmpty }
    var kind: FailureKind? { candidates.first?.kind }

    mutating func add(_ candidate: Candidate) {
        if let kind {
            guard candidate.kind <= kind else { return }
            if candidate.kind < kind { candidates.removeAll(keepingCapacity: true) }
        }
        guard candidates.count < Self.candidatesMax else { return }
        candidates.append(candidate)
    }

    mutating func add(_ other: Findings) {
        for candidate in other.candidates { add(candidate) }
    }
}
