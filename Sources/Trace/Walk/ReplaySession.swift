import Execution
import Program
import Search

/// A run that somebody walks along, and may leave by another step: what `lockwalk replay` shows.
public struct ReplaySession {
    /// Something that a thread can do where the session stands.
    public struct Choice: Sendable {
        public var move: Move
        public var thread: String
        /// The step's text, and what it would come to.
        public var text: String
        public var result: String?
        /// `USE_AFTER_FREE(ptpages)` where it fails.
        public var failure: String?
    }

    private var walk: Walk
    private let judge: Judge
    private let wanted: String?
    private var trace: [Move]
    /// Of a trace with two runs the one that is not shown.
    private var other: Walk?
    /// Steps taken before the state that is shown.
    public private(set) var position: Int
    /// What is wrong at the end of the whole run, told with the run.
    public private(set) var example: Counterexample

    /// `walk` stands at the end of the trace.
    /// `second` is the other run of a trace with two; `wanted` the verdict of the trace.
    public init(_ walk: Walk, second: Walk? = nil, judge: Judge, wanted: String? = nil) {
        self.walk = walk
        self.judge = judge
        self.wanted = wanted
        trace = walk.moves
        other = second
        position = 0
        var open = walk
        example = Counterexample(walk: &open)
        example = told()
    }

    public var hasOtherRun: Bool { other != nil }

    /// Goes over to the other run of the trace, to its beginning.
    public mutating func changeRun() {
        guard let next = other else { return }
        restore()
        other = walk
        walk = next
        trace = next.moves
        position = 0
        example = told()
    }

    /// What is wrong at the end of a walk; of the run of the trace, with its other run.
    private func finding(_ walk: inout Walk) -> Finding? {
        if let other, walk.moves == trace, let inversion = judge.inversion(walk, other) { return inversion }
        return judge.finding(&walk, wanted: wanted)
    }

    private func told() -> Counterexample {
        var walk = walk
        guard let finding = finding(&walk) else { return Counterexample(walk: &walk) }
        return Counterexample(finding: finding, run: walk, second: other)
    }

    public var count: Int { walk.records.count }
    /// Whether the run is still that of the trace.
    public var isTrace: Bool { walk.moves == trace }

    // MARK: Along the run

    public mutating func go(to step: Int) {
        position = min(max(0, step), count)
    }

    /// Leaves the run here by another step; what came after it is dropped. False if there is no such step.
    public mutating func leave(by move: Move) -> Bool {
        if position < count, walk.records[position].move == move {
            position += 1
            return true
        }
        var other = walk
        other.goBack(to: position)
        guard other.take(move) else { return false }
        walk = other
        position += 1
        example = told()
        return true
    }

    /// Back to the run of the trace.
    public mutating func restore() {
        guard !isTrace else { return }
        var other = walk
        other.goBack(to: 0)
        for move in trace { guard other.take(move) else { break } }
        walk = other
        example = told()
        go(to: position)
    }

    // MARK: What is there

    private var here: Walk {
        var here = walk
        here.goBack(to: position)
        return here
    }

    public func snapshot() -> StateSnapshot {
        var here = here
        return here.snapshot()
    }

    /// The state one step earlier, to see what changed; nil at the start.
    public func snapshotBefore() -> StateSnapshot? {
        guard position > 0 else { return nil }
        var before = walk
        before.goBack(to: position - 1)
        return before.snapshot()
    }

    /// All that can be done here, by thread and choice.
    public func choices() -> [Choice] {
        var here = here
        guard !here.hasFailed else { return [] }
        return here.look().moves.compactMap { move in
            var next = here
            guard next.take(move), let step = Counterexample(walk: &next).steps.last else { return nil }
            let failure = next.records.last?.failure == nil ? nil : judge.finding(&next)?.verdictText
            return Choice(
                move: move, thread: here.model.threads[Int(move.thread)].name, text: step.text, result: step.result,
                failure: failure)
        }
    }

    /// What is wrong in the state that is shown, in one sentence; nil if nothing is.
    public func trouble() -> String? {
        var here = here
        guard let finding = finding(&here) else { return nil }
        let first = Counterexample(finding: finding, run: here, second: other).explanation.first
        return finding.verdictText + (first.map { ": \($0)" } ?? "")
    }

    /// The run up to where the session stands, told as a finding; and what is wrong there.
    public func shown() -> Counterexample {
        var here = here
        guard let finding = finding(&here) else { return Counterexample(walk: &here) }
        return Counterexample(finding: finding, run: here, second: other)
    }
}

extension Counterexample {
    /// A run in which nothing is wrong, at least not yet.
    public init(walk: inout Walk) {
        self = Counterexample(open: walk.run(), initial: walk.initial, moves: walk.moves)
    }

    /// Whether there is something wrong at its end.
    public var isOpen: Bool { verdict.isEmpty }

    /// Tells what is wrong at the end of a walk.
    public init(finding: Finding, run walk: Walk, second: Walk? = nil) {
        var walk = walk
        var second = second
        self.init(finding: finding, run: walk.run(), sibling: finding.second.isEmpty ? nil : second?.run())
    }
}
