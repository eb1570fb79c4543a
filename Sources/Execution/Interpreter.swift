import Program

/// What an interpreter is to look for.
public struct ExecutionOptions: Sendable {
    /// The checks that are on. One that is off lets the run go on where it can; where it cannot, the run is given up.
    public var checks: Set<FailureKind>
    /// Fill `Expansion.accesses`, for data races.
    public var recordAccesses: Bool
    /// By class, by step: whether its accesses may race; nil if all may.
    public var mayRace: [[Bool]]?
    /// The parts of a state that make its key, for machine code: see `StepEngine.keys`.
    public var keyParts: [StateStretch]
    /// What machine code is to know of partial order reduction.
    public var reduction: ReductionPlan?

    /// All but the checks on request.
    public static let usualChecks = Set(FailureKind.allCases.filter { !$0.isOnRequest })

    public init(
        checks: Set<FailureKind> = usualChecks, recordAccesses: Bool = false, mayRace: [[Bool]]? = nil,
        keyParts: [StateStretch] = []
    ) {
        self.checks = checks
        self.recordAccesses = recordAccesses
        self.mayRace = mayRace
        self.keyParts = keyParts
    }
}

/// Executes steps of a model on packed states. One is used by one thread of the search at a time; each makes its own,
/// and their coverage is summed.
///
/// Stale pointers are followed up if `layout.tracksStalePointers` is set.
public final class Interpreter: @unchecked Sendable {
    public let model: Model
    public let layout: StateLayout
    public let options: ExecutionOptions
    /// The ranges that inferred storages turned out to need, beyond those of the layout. Once this is not empty,
    /// successors have been dropped: the search begins again with wider ranges.
    public internal(set) var widenings: InferredRanges = [:]

    /// By index into `Model.coverage`: 1 once reached.
    public let covered: UnsafeMutablePointer<UInt8>
    /// By step, numbered through all classes (`stepNumber`): 1 once taken; once it had to wait.
    public let stepTaken: UnsafeMutablePointer<UInt8>
    public let stepWaited: UnsafeMutablePointer<UInt8>
    /// By pool: 1 once an `alloc` returned NULL; once it had only one slot to give.
    public let exhausted: UnsafeMutablePointer<UInt8>
    public let onlyOneSlot: UnsafeMutablePointer<UInt8>

    let image: MachineImage
    let machine: Machine
    /// The same model, compiled so that all that happens can be written down; made when first asked for.
    private(set) lazy var recordingImage = MachineImage(model: model, layout: layout, options: options, records: true)

    public init(model: Model, layout: StateLayout, options: ExecutionOptions = ExecutionOptions()) {
        self.model = model
        self.layout = layout
        self.options = options
        image = MachineImage(model: model, layout: layout, options: options, records: false)
        machine = image.machine
        covered = machine.covered
        stepTaken = machine.stepTaken
        stepWaited = machine.stepWaited
        exhausted = machine.exhausted
        onlyOneSlot = machine.onlyOneSlot
    }

    /// Index of a step of a class in `stepTaken` and `stepWaited`.
    public func stepNumber(threadClass: Int, step: Int) -> Int { image.coverageStarts[threadClass] + step }

    /// All successors of a state, thread by thread, each thread's in the order of its choices. Bit n of `only` asks for
    /// thread n; of the others nothing is said.
    public func expand(_ state: UnsafePointer<UInt64>, only: UInt64 = ~0, into expansion: inout Expansion) {
        // A copy of its own: nothing that the loop stores can be taken to change it (measured: a quarter faster).
        let machine = self.machine
        let scratch = machine.scratch
        let wordCount = machine.wordCount
        expansion.count = 0
        var masks = StatusMasks()
        if !expansion.failures.isEmpty { expansion.failures.removeAll(keepingCapacity: true) }
        if !expansion.accesses.isEmpty { expansion.accesses.removeAll(keepingCapacity: true) }
        scratch.pointee.accessCount = 0
        for thread in 0..<machine.threadCount where (only &>> UInt64(thread)) & 1 != 0 {
            let info = machine.threads + thread
            let point = Int(machine.rawNumber(&info.pointee.point, UnsafeMutablePointer(mutating: state)))
            let bit: UInt64 = 1 &<< UInt64(thread)
            if point == 0 {
                masks.ended |= bit
                continue
            }
            let step = machine.steps + (info.pointee.steps &+ point &- 1)
            let file = machine.file + info.pointee.file
            var tally = Tally()
            scratch.pointee.known = 0
            repeat {
                if expansion.count == expansion.capacity { expansion.grow() }
                let words = expansion.words + expansion.count &* wordCount
                words[0] = state[0]
                if wordCount > 1 { for word in 1..<wordCount { words[word] = state[word] } }
                machine.loadLocals(step, file, words)
                let accesses = scratch.pointee.accessCount
                var outcome = machine.run(step.pointee.pc, thread: thread, file: file, words: words, Silent.self)
                if outcome.rawValue <= Outcome.ended.rawValue {
                    outcome = machine.finish(outcome, thread, file, words)
                }
                if outcome == .goesOn {
                    expansion.moves[expansion.count] = Move(thread: Int32(thread), choice: tally.outcomes)
                    expansion.count &+= 1
                    tally.outcomes &+= 1
                } else if outcome == .blocked {
                    scratch.pointee.accessCount = accesses
                    tally.block(scratch)
                } else {
                    settle(outcome, thread, &tally, &expansion)
                }
                if scratch.pointee.isSpurious, outcome != .blocked { tally.spurious &+= 1 }
            } while scratch.pointee.depth > 0 && machine.nextChoice()
            if tally.outcomes > 0 { machine.stepTaken[step.pointee.coverage] = 1 }
            if tally.outcomes > tally.spurious {
                if tally.outcomes == tally.abandoned { masks.abandoned |= bit }
            } else {
                if tally.waitsForHolders { masks.waitsForHolders |= bit } else { masks.waitsForCondition |= bit }
                expansion.holders[thread] = tally.holders
                machine.stepWaited[step.pointee.coverage] = 1
            }
            if info.pointee.isHardware { masks.setEnded(bit) }
        }
        expansion.masks = masks
        if scratch.pointee.accessCount > 0 { handOverAccesses(&expansion) }
    }

    /// What one thread's choices came to in a state.
    struct Tally {
        var outcomes: Int32 = 0
        var abandoned: Int32 = 0
        /// Of the outcomes, those that need never come: a thread that has no others waits.
        var spurious: Int32 = 0
        var blocked = 0
        var waitsForHolders = false
        var holders: UInt64 = 0

        @inline(__always)
        mutating func block(_ scratch: UnsafePointer<Scratch>) {
            blocked &+= 1
            if blocked == 1 {
                waitsForHolders = scratch.pointee.waitsForHolders
                holders = scratch.pointee.holders
            } else if waitsForHolders != scratch.pointee.waitsForHolders || holders != scratch.pointee.holders {
                // It goes on as soon as one choice can, so it waits for nobody in particular.
                waitsForHolders = false
                holders = 0
            }
        }
    }

    /// Everything but a successor. Each outcome takes a number, be it a failure or dropped, so that numbers mean the
    /// same whichever checks are on.
    @inline(never)
    private func settle(_ outcome: Outcome, _ thread: Int, _ tally: inout Tally, _ expansion: inout Expansion) {
        switch outcome {
        case .failed:
            expansion.failures.append(failure(Move(thread: Int32(thread), choice: tally.outcomes), machine))
        case .abandoned:
            tally.abandoned += 1
        case .widened:
            noteWidening(machine)
        default:
            preconditionFailure("an execution ended in no way")
        }
        tally.outcomes += 1
    }

    @inline(never)
    private func handOverAccesses(_ expansion: inout Expansion) {
        let scratch = machine.scratch
        expansion.accesses.append(
            contentsOf: UnsafeBufferPointer(start: scratch.pointee.accesses, count: scratch.pointee.accessCount))
    }

    func failure(_ move: Move, _ machine: Machine) -> StepFailure {
        let scratch = machine.scratch
        return StepFailure(
            move: move, kind: scratch.pointee.kind, failure: scratch.pointee.failure,
            instruction: machine.remarks[scratch.pointee.pc].instruction, detail: scratch.pointee.detail)
    }

    func noteWidening(_ machine: Machine) {
        let storage = Int(machine.scratch.pointee.storage)
        let value = machine.scratch.pointee.value
        var range = value...value
        if let known = widenings[storage] { range = hull(known, range) }
        for place in layout.cells + layout.locals.joined().joined().map({ $0.field }) where place.storage == storage {
            range = hull(place.low...place.high, range)
            break
        }
        widenings[storage] = range
    }

    private func hull(_ a: ClosedRange<Int64>, _ b: ClosedRange<Int64>) -> ClosedRange<Int64> {
        min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
    }

    /// Whether a property holds in a state.
    public func evaluate(property: Int, _ state: UnsafePointer<UInt64>) -> Bool {
        let entry = image.properties[property]
        let file = machine.file + entry.file
        let outcome = machine.run(
            entry.start, thread: machine.threadCount, file: file, words: UnsafeMutablePointer(mutating: state),
            Silent.self)
        return outcome == .ended && file[entry.result] != 0
    }
}

extension Machine {
    @inline(__always)
    func loadLocals(
        _ step: UnsafePointer<StepEntry>, _ file: UnsafeMutablePointer<Int64>, _ words: UnsafeMutablePointer<UInt64>
    ) {
        var local = locals + step.pointee.locals.lowerBound
        let end = locals + step.pointee.locals.upperBound
        while local < end {
            file[local.pointee.register] = decode(&local.pointee.field, words)
            local += 1
        }
    }

    /// Writes back what is live where the thread stopped. `goesOn` if all of it fits.
    @inline(__always)
    func finish(
        _ outcome: Outcome, _ thread: Int, _ file: UnsafeMutablePointer<Int64>, _ words: UnsafeMutablePointer<UInt64>
    ) -> Outcome {
        let info = threads + thread
        for index in info.pointee.localMasks { words[localMasks[index].word] &= localMasks[index].keep }
        if outcome == .ended {
            setRaw(&info.pointee.point, 0, words)
            return .goesOn
        }
        let reached = scratch.pointee.reached
        let step = steps + (info.pointee.steps &+ reached)
        var local = locals + step.pointee.locals.lowerBound
        let end = locals + step.pointee.locals.upperBound
        while local < end {
            let result = encode(
                &local.pointee.field, file[local.pointee.register], words, pc: scratch.pointee.pc)
            if result != .goesOn { return result }
            local += 1
        }
        setRaw(&info.pointee.point, UInt64(truncatingIfNeeded: reached &+ 1), words)
        return .goesOn
    }
}
