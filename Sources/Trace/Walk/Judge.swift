import Execution
import Program
import Search

/// Says what is wrong where a walk stands, by the search's own judgement: a step that failed, a broken INVARIANT, a
/// deadlock, a FINALLY that is false or an object that leaks when all have come to rest, a data race where they are
/// looked for; and of several walks together, an inversion of their lock order.
public final class Judge {
    private let model: Model
    private let checks: Set<FailureKind>
    private let basis: JudgementBasis
    /// Judges states of the layout that belongs to these ranges: a walk whose counters outgrow it gets another.
    private var current: (ranges: InferredRanges, judge: StateJudge)?

    public init(model: Model, checks: Set<FailureKind>) {
        self.model = model
        self.checks = checks
        basis = JudgementBasis(model: model)
    }

    private func judge(of machine: WalkMachine) -> StateJudge {
        if let current, current.ranges == machine.ranges { return current.judge }
        let judge = StateJudge(basis, layout: machine.layout, checks: checks)
        current = (machine.ranges, judge)
        return judge
    }

    // MARK: One walk

    /// What is wrong at the walk's end, with the walk as its run; nil if nothing is. Of several things the one with the
    /// verdict that is wanted, else the first.
    public func finding(_ walk: inout Walk, wanted: String? = nil) -> Finding? {
        let moment = walk.look()
        let judge = judge(of: walk.machine)
        if let record = walk.records.last, let failure = record.failure {
            let before = walk.records.dropLast().last?.after ?? walk.start
            return judge.finding(failure, before: before, record: record, initial: walk.initial, moves: walk.moves)
        }
        let findings = judge.judge(moment.judged, isFalse: walk.isFalse).map {
            judge.finding($0, in: moment.judged, initial: walk.initial, moves: walk.moves)
        }
        return findings.first { $0.verdictText == wanted } ?? findings.first
    }

    /// The walk as the run of what was judged of its end.
    func finding(_ judgement: Judgement, _ walk: inout Walk) -> Finding {
        let moment = walk.look()
        return judge(of: walk.machine).finding(
            judgement, in: moment.judged, initial: walk.initial, moves: walk.moves)
    }

    /// What is wrong where a stepper stands that has looked round.
    func judgements(_ stepper: Stepper) -> [Judgement] {
        judge(of: stepper.machine).judge(stepper.moment.judged, isFalse: stepper.isFalse)
    }

    /// A CONSTRAINT that the state breaks: the run is not to be followed.
    func brokenConstraint(_ stepper: Stepper) -> Int? {
        judge(of: stepper.machine).brokenConstraint(isFalse: stepper.isFalse)
    }

    // MARK: Several walks

    /// A watch over the lock order of walks, in the layout of one of them.
    func lockOrder(of machine: WalkMachine) -> LockOrderRecord { LockOrderRecord(basis, layout: machine.layout) }

    /// The inversion that two walks show together, each by its last step. Of a longer circle they are two links, and
    /// nil is returned.
    public func inversion(_ first: Walk, _ second: Walk?) -> Finding? {
        guard checks.contains(.lockOrder) else { return nil }
        var record = lockOrder(of: first.machine)
        for (tag, walk) in ([first] + [second].compactMap { $0 }).enumerated() {
            guard let last = walk.records.last, last.failure == nil else { return nil }
            record.change(to: walk.machine.layout)
            let before = walk.records.dropLast().last?.after ?? walk.start
            _ = record.see(last.move, before: before, after: last.after, tag: tag)
        }
        guard let found = record.inversions().first(where: { $0.links.count <= 2 }) else { return nil }
        return Finding(
            kind: .lockOrder, names: found.names, initial: first.initial, moves: first.moves, message: found.message,
            second: second?.moves ?? [], secondInitial: second?.initial ?? 0, isShortest: false)
    }
}
