import Execution
import Program
import Search
import Syntax

/// Random runs of a model, with the checks of a search: a first look at a model that is too large to be searched, and
/// no proof of anything.
///
/// Every other run draws a thread in each state, all alike. The others let the threads go on by priorities, which
/// change at a few places: that finds what needs one thread to stand still while others go a long way (Burckhardt,
/// Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS
/// 2010; here the length of a run is that of the longest so far). A step that would fail is found in the state before
/// it, whether it is drawn or not. Run n of a seed is the same on every machine.
public struct Simulation {
    public struct Options: Sendable {
        public var seed: UInt64
        public var runs: Int
        /// Steps of one run at most.
        public var depth: Int
        /// Seconds for all of them.
        public var timeLimit: Double

        public init(seed: UInt64, runs: Int, depth: Int, timeLimit: Double = .infinity) {
            self.seed = seed
            self.runs = runs
            self.depth = depth
            self.timeLimit = timeLimit
        }
    }

    public struct Outcome: Sendable {
        /// The error that was found, and in which run (from 1); its run is cut down to what matters.
        public var finding: Finding?
        public var foundInRun = 0
        /// The steps of that run as it was drawn.
        public var stepsBefore = 0
        /// Where no error was found: data races and lock order inversions, in the order in which they were met.
        public var warnings: [Finding] = []
        /// The layout that the moves are meant for.
        public var ranges: InferredRanges = [:]
        public var runs = 0
        public var steps = 0
        /// Steps of the longest run.
        public var longest = 0
        /// Runs that were ended by their depth, and by a CONSTRAINT.
        public var cutByDepth = 0
        public var cutByConstraint = 0
        public var seconds = 0.0
        /// A signal came, or the time is over.
        public var isInterrupted = false
    }

    private let model: Model
    private let checks: Set<FailureKind>
    private let errors: Set<FailureKind>
    private let judge: Judge

    /// `errors` are the warnings that end a run, as errors do.
    public init(model: Model, checks: Set<FailureKind>, errors: Set<FailureKind> = []) {
        self.model = model
        self.checks = checks
        self.errors = errors
        judge = Judge(model: model, checks: checks)
    }

    /// Draws runs until something is wrong or all are done. Throws `Walk.Trouble` if no run can begin.
    public func run(_ options: Options) throws -> Outcome {
        let clock = ContinuousClock.now
        func seconds() -> Double {
            let passed = (ContinuousClock.now - clock).components
            return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
        }
        var outcome = Outcome()
        var machine = WalkMachine(model: model, checks: checks, ranges: [:])
        let (states, failures) = machine.initialStates()
        if let failure = failures.first { throw Walk.Trouble.failsAtStart(failure) }
        let stepper = Stepper(machine)
        var seen = SeenWarnings(model, checks.contains(.lockOrder) ? judge.lockOrder(of: machine) : nil)
        for run in 1...max(1, options.runs) {
            if searchInterrupt.load(ordering: .relaxed) != 0 || seconds() > options.timeLimit {
                outcome.isInterrupted = true
                break
            }
            var numbers = RandomNumbers(seed: options.seed, run: UInt64(run))
            let initial = numbers.below(states.count)
            let schedule =
                run % 2 == 1
                ? Schedule.uniform
                : .priorities(Priorities(model.threads.count, length: max(16, outcome.longest), &numbers))
            let drawn = draw(initial, numbers, schedule, options.depth, stepper, &outcome, &seen)
            outcome.runs = run
            outcome.steps += drawn.moves.count
            outcome.longest = max(outcome.longest, drawn.moves.count)
            guard drawn.isWrong || seen.hasInversion(among: errors) else { continue }
            outcome.foundInRun = run
            outcome.stepsBefore = drawn.moves.count
            outcome.finding =
                drawn.isWrong ? finding(drawn.moves, initial, stepper) : inversions(seen, stepper).first
            break
        }
        if outcome.finding == nil { outcome.warnings = races(seen, stepper) + inversions(seen, stepper) }
        outcome.ranges = stepper.machine.ranges
        outcome.seconds = seconds()
        return outcome
    }

    private struct Drawn {
        var moves: [Move] = []
        var isWrong = false
    }

    /// One run, begun again where a layout turns out too narrow.
    private func draw(
        _ initial: Int, _ numbers: RandomNumbers, _ schedule: Schedule, _ depth: Int, _ stepper: Stepper,
        _ outcome: inout Outcome, _ seen: inout SeenWarnings
    ) -> Drawn {
        while true {
            seen.lockOrder?.change(to: stepper.machine.layout)
            if let drawn = drawOnce(initial, numbers, schedule, depth, stepper, &outcome, &seen) { return drawn }
        }
    }

    private func drawOnce(
        _ initial: Int, _ numbers: RandomNumbers, _ schedule: Schedule, _ depth: Int, _ stepper: Stepper,
        _ outcome: inout Outcome, _ seen: inout SeenWarnings
    ) -> Drawn? {
        var numbers = numbers
        var schedule = schedule
        guard stepper.begin(initial) else { return Drawn() }
        var moves: [Move] = []
        while true {
            if judge.brokenConstraint(stepper) != nil {
                outcome.cutByConstraint += 1
                return Drawn(moves: moves)
            }
            guard stepper.look() else { return nil }
            if let failure = stepper.expansion.failures.min(by: { $0.kind < $1.kind }) {
                return Drawn(moves: moves + [failure.move], isWrong: true)
            }
            for judgement in judge.judgements(stepper) {
                if !judgement.kind.isWarning || errors.contains(judgement.kind) {
                    return Drawn(moves: moves, isWrong: true)
                }
                seen.note(judgement, SeenWarnings.Run(initial: initial, moves: moves))
            }
            if stepper.expansion.count == 0 { return Drawn(moves: moves) }
            if moves.count >= depth {
                outcome.cutByDepth += 1
                return Drawn(moves: moves)
            }
            let index = pick(&numbers, &schedule, step: moves.count, stepper)
            let before = stepper.words
            moves.append(stepper.expansion.moves[index])
            stepper.take(successor: index)
            seen.note(before, stepper.words, SeenWarnings.Run(initial: initial, moves: moves))
        }
    }

    /// A thread among those that go on, then one of its successors, which stand side by side.
    private func pick(_ numbers: inout RandomNumbers, _ schedule: inout Schedule, step: Int, _ stepper: Stepper) -> Int
    {
        let moves = stepper.expansion.moves
        let count = stepper.expansion.count
        let starts = (0..<count).filter { $0 == 0 || moves[$0].thread != moves[$0 - 1].thread }
        let place: Int
        switch schedule {
        case .uniform: place = numbers.below(starts.count)
        case .priorities(var priorities):
            place = priorities.first(of: starts.map { Int(moves[$0].thread) }, step: step, &numbers)
            schedule = .priorities(priorities)
        }
        let end = place + 1 < starts.count ? starts[place + 1] : count
        return starts[place] + numbers.below(end - starts[place])
    }

    // MARK: Telling

    private func walk(_ moves: [Move], _ initial: Int, _ stepper: Stepper) -> Walk? {
        let ranges = stepper.machine.ranges
        guard var walk = try? Walk(model: model, checks: checks, ranges: ranges, initial: initial) else { return nil }
        for move in moves { guard walk.take(move) else { return nil } }
        return walk
    }

    private func finding(_ moves: [Move], _ initial: Int, _ stepper: Stepper) -> Finding? {
        // A warning beside the error is not what the run is cut down to.
        let judge = Judge(model: model, checks: checks.filter { !$0.isWarning || errors.contains($0) })
        let reduced = RunReduction(judge: judge, initial: initial).reduced(moves, stepper)
        guard var walk = walk(reduced, initial, stepper) else { return nil }
        return judge.finding(&walk)
    }

    private func races(_ seen: SeenWarnings, _ stepper: Stepper) -> [Finding] {
        seen.races.compactMap { race, run in
            let reduction = RunReduction(judge: judge, initial: run.initial, wanted: race)
            guard var walk = walk(reduction.reduced(run.moves, stepper), run.initial, stepper) else { return nil }
            return judge.finding(race, &walk)
        }
    }

    /// Of a circle of more than two links, which two runs do not show, the first and the last; its sentence has all.
    private func inversions(_ seen: SeenWarnings, _ stepper: Stepper) -> [Finding] {
        guard let inversions = seen.lockOrder?.inversions() else { return [] }
        return inversions.map { inversion in
            var runs = ([inversion.links[0]] + inversion.links.dropFirst().suffix(1)).map { link in
                let run = seen.runs[link.tag]
                let moves = RunReduction(
                    judge: judge, initial: run.initial, link: LockLink(held: link.held, taken: link.taken)
                ).reduced(run.moves, stepper)
                return SeenWarnings.Run(initial: run.initial, moves: moves)
            }
            let first = runs.removeFirst()
            return Finding(
                kind: .lockOrder, names: inversion.names, initial: first.initial, moves: first.moves,
                message: inversion.message, second: runs.first?.moves ?? [], secondInitial: runs.first?.initial ?? 0,
                isShortest: false)
        }
    }
}

/// The warnings of all runs together.
private struct SeenWarnings {
    struct Run {
        var initial: Int
        var moves: [Move]
    }

    private let model: Model
    private(set) var races: [(race: Judgement, run: Run)] = []
    private var racePlaces: Set<[SourceRange]> = []
    var lockOrder: LockOrderRecord?
    /// By tag.
    private(set) var runs: [Run] = []

    init(_ model: Model, _ lockOrder: LockOrderRecord?) {
        self.model = model
        self.lockOrder = lockOrder?.isNeeded == true ? lockOrder : nil
    }

    /// A race between the same two places of the text is the same race.
    mutating func note(_ judgement: Judgement, _ run: @autoclosure () -> Run) {
        let places = judgement.accesses.map { access in
            model.classes[model.threads[Int(access.thread)].threadClass].code.instructions[Int(access.instruction)]
                .range
        }.sorted { ($0.file, $0.start, $0.end) < ($1.file, $1.start, $1.end) }
        if racePlaces.insert(places).inserted { races.append((judgement, run())) }
    }

    /// The last step of a run.
    mutating func note(_ before: [UInt64], _ after: [UInt64], _ run: @autoclosure () -> Run) {
        guard lockOrder != nil, let move = run().moves.last else { return }
        if lockOrder!.see(move, before: before, after: after, tag: runs.count) { runs.append(run()) }
    }

    func hasInversion(among errors: Set<FailureKind>) -> Bool {
        errors.contains(.lockOrder) && lockOrder?.inversions().isEmpty == false
    }
}

private enum Schedule {
    case uniform
    case priorities(Priorities)
}

/// Who goes on before whom, and where that changes.
private struct Priorities {
    private var ranks: [Int]
    private var changes: [Int]
    private var lowest = 0

    init(_ threads: Int, length: Int, _ numbers: inout RandomNumbers) {
        ranks = Array(1...max(1, threads))
        for index in ranks.indices.dropFirst().reversed() { ranks.swapAt(index, numbers.below(index + 1)) }
        changes = []
        for _ in 0..<1 + numbers.below(3) { changes.append(numbers.below(length)) }
    }

    /// The place in the list of the thread that goes on. At a change it falls behind all others from then on; so it
    /// does now and then, lest a thread that spins keeps everybody from going on.
    mutating func first(of threads: [Int], step: Int, _ numbers: inout RandomNumbers) -> Int {
        let place = threads.indices.max { ranks[threads[$0]] < ranks[threads[$1]] } ?? 0
        if changes.contains(step) || numbers.below(64) == 0 {
            lowest -= 1
            ranks[threads[place]] = lowest
        }
        return place
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): small, and the
/// same everywhere.
struct RandomNumbers {
    private var state: UInt64

    /// Each run has a stream of its own.
    init(seed: UInt64, run: UInt64) {
        state = seed
        state = next() ^ run &* 0x9e37_79b9_7f4a_7c15
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<count`, by multiplication; the bias is far below what a run could show.
    mutating func below(_ count: Int) -> Int {
        count <= 1 ? 0 : Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
