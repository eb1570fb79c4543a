import Execution
import Program

/// What of a model's analyses every judgement rests on; made once, whatever layouts follow.
public struct JudgementBasis: Sendable {
    public let model: Model
    let access: AccessSets
    let mayEnable: MayEnable

    public init(model: Model) {
        self.model = model
        access = AccessSets(model: model)
        mayEnable = MayEnable(model: model, access: access)
    }
}

/// A state, and what its threads can do there.
public struct JudgedState: Sendable {
    public var words: [UInt64]
    /// By thread.
    public var status: [ThreadStatus]
    /// By thread: whom it waits for, where it waits for holders.
    public var holders: [UInt64]
    /// What the threads are about to read and write.
    public var accesses: [PendingAccess]

    public init(words: [UInt64], status: [ThreadStatus], holders: [UInt64], accesses: [PendingAccess]) {
        self.words = words
        self.status = status
        self.holders = holders
        self.accesses = accesses
    }
}

/// One thing that is wrong with a state.
public struct Judgement: Sendable, Equatable {
    public var kind: FailureKind
    /// Index into `Model.properties`.
    public var property: Int?
    /// Of a deadlock: the threads that wait for ever.
    public var stuck: [Int] = []
    /// Of a leak.
    public var slot: Int?
    /// Of a data race: the two.
    public var accesses: [PendingAccess] = []

    public static func == (a: Judgement, b: Judgement) -> Bool {
        func places(_ accesses: [PendingAccess]) -> [[Int32]] { accesses.map { [$0.thread, $0.instruction, $0.cell] } }
        return a.kind == b.kind && a.property == b.property && a.stuck == b.stuck && a.slot == b.slot
            && places(a.accesses) == places(b.accesses)
    }
}

/// The search's judgement of one state, for those who walk along single runs: by the same code, so that a state is as
/// wrong there as it is in a search.
public struct StateJudge {
    private let basis: JudgementBasis
    private let checks: Set<FailureKind>
    private let view: StateView
    private let deadlocks: DeadlockCheck
    private let leaks: LeakCheck?
    private let properties: Properties

    private var model: Model { basis.model }

    /// `layout` is that of the states.
    public init(_ basis: JudgementBasis, layout: StateLayout, checks: Set<FailureKind>) {
        self.basis = basis
        self.checks = checks
        view = StateView(model: basis.model, layout: layout)
        deadlocks = DeadlockCheck(model: basis.model, layout: layout, mayEnable: basis.mayEnable, view: view)
        leaks = checks.contains(.leak) ? LeakCheck(model: basis.model, view: view) : nil
        properties = Properties(model: basis.model, enabled: checks)
    }

    /// All that is wrong with a state, in the order in which a search reports it. `isFalse` judges a property there.
    public func judge(_ state: JudgedState, isFalse: (Int) -> Bool) -> [Judgement] {
        var found = properties.invariants.filter(isFalse).map { Judgement(kind: .violated, property: $0) }
        let threads = ThreadMasks(state.status)
        // An interrupt that has not come need not come.
        let pending = deadlocks.pendingInterrupts(state.words)
        if threads.waiting & deadlocks.important & ~pending != 0 {
            if checks.contains(.deadlock) {
                let stuck = deadlocks.stuck(threads, holders: state.holders, state: state.words)
                if stuck != 0 {
                    found.append(Judgement(kind: .deadlock, stuck: state.status.indices.filter { stuck >> UInt64($0) & 1 != 0 }))
                }
            }
        } else if threads.goingOn & ~pending == 0 {
            if checks.contains(.violated) {
                found += properties.finals.filter(isFalse).map { Judgement(kind: .violated, property: $0) }
            }
            if let slot = leaks?.leak(state.words) { found.append(Judgement(kind: .leak, slot: slot)) }
        }
        if checks.contains(.dataRace) {
            for pair in RaceWatch.pairs(state.accesses[...]) {
                found.append(Judgement(kind: .dataRace, accesses: [pair.first, pair.second]))
            }
        }
        return found.enumerated().sorted { ($0.element.kind, $0.offset) < ($1.element.kind, $1.offset) }.map(\.element)
    }

    /// A CONSTRAINT that the state breaks: the run is not to be followed.
    public func brokenConstraint(isFalse: (Int) -> Bool) -> Int? { properties.constraints.first(where: isFalse) }

    // MARK: Telling

    private var wording: Wording { Wording(model: model, access: basis.access, view: view) }

    /// What was judged, as a search would have found it at the end of this run.
    public func finding(_ judgement: Judgement, in state: JudgedState, initial: Int, moves: [Move]) -> Finding {
        let told: Wording.Told
        if judgement.kind == .dataRace, judgement.accesses.count == 2 {
            told = wording.tell(
                RaceFound(
                    state: state.words, level: moves.count, first: judgement.accesses[0],
                    second: judgement.accesses[1]))
        } else {
            let candidate = Candidate(
                kind: judgement.kind, state: state.words, level: moves.count, property: judgement.property ?? -1,
                stuck: judgement.stuck.reduce(0) { $0 | 1 << UInt64($1) }, slot: judgement.slot ?? -1)
            told = wording.tell(candidate, state: state.words, holders: state.holders)
        }
        return Finding(
            kind: judgement.kind, names: told.names, initial: initial, moves: moves, stuck: judgement.stuck,
            accesses: judgement.accesses, message: told.message, isShortest: false)
    }

    /// The last of these moves fails, in the state before it; `record` is of that step.
    public func finding(
        _ failure: StepFailure, before state: [UInt64], record: StepRecord, initial: Int, moves: [Move]
    ) -> Finding {
        let candidate = Candidate(kind: failure.kind, state: state, level: moves.count - 1, failure: failure)
        var told = wording.tell(candidate, state: state, holders: [])
        wording.addLock(&told, failure.kind, record)
        return Finding(
            kind: failure.kind, names: told.names, initial: initial, moves: moves, failure: failure,
            message: told.message, isShortest: false)
    }
}

extension ThreadMasks {
    init(_ status: [ThreadStatus]) {
        for (thread, status) in status.enumerated() {
            let bit: UInt64 = 1 << UInt64(thread)
            all |= bit
            switch status {
            case .ended: ended |= bit
            case .waitsForHolders: waitingForHolders |= bit
            case .waitsForCondition: waitingForCondition |= bit
            case .enabled, .abandoned: continue
            }
        }
    }
}
