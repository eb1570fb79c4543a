import Program

/// Runs the steps of one thread of a search: interpreted at first, as machine code once there is some. Both yield the
/// same, so that nobody can tell when one takes over from the other.
public final class StepEngine {
    public let interpreter: Interpreter
    /// What has been adopted.
    public private(set) var native: NativeSteps?
    /// Made when a reduction is first used.
    var reducer: Reducer?
    private let context: UnsafeMutablePointer<NativeContext>
    /// What the machine code writes for a single state.
    private let record: UnsafeMutablePointer<ExpandedState>
    private let accesses: UnsafeMutablePointer<NativeAccess>
    /// What the interpreter yields on its way into a batch.
    var scratch: Expansion

    /// States that the machine code left to the interpreter.
    public private(set) var statesLeft = 0

    public init(_ interpreter: Interpreter) {
        self.interpreter = interpreter
        precondition(MemoryLayout<ExpandedState>.stride == 56 && MemoryLayout<NativeAccess>.stride == 16)
        precondition(MemoryLayout<Move>.stride == 8 && MemoryLayout<NativeContext>.stride == 128)
        record = .allocate(capacity: 1)
        record.initialize(to: ExpandedState())
        accesses = .allocate(capacity: Self.accessCapacity)
        scratch = Expansion(
            wordCount: interpreter.layout.wordCount, threadCount: interpreter.model.threads.count)
        let none = UnsafeMutablePointer<UInt64>(bitPattern: 8)!
        context = .allocate(capacity: 1)
        context.initialize(
            to: NativeContext(
                covered: interpreter.covered, taken: interpreter.stepTaken, waited: interpreter.stepWaited,
                exhausted: interpreter.exhausted, onlyOneSlot: interpreter.onlyOneSlot, words: none,
                moves: UnsafeMutablePointer<Move>(bitPattern: 8)!, holders: none, records: record,
                accesses: accesses, capacity: 0, accessCapacity: UInt32(Self.accessCapacity)))
    }

    deinit {
        context.deallocate()
        record.deallocate()
        accesses.deallocate()
    }

    /// Enough for one state; a batch goes on with the next call where there are more.
    private static let accessCapacity = 4 * NativeLimits.accesses

    public var isNative: Bool { native != nil }

    /// From the next state on, machine code. It must have been built for the interpreter's model, layout and options.
    public func adopt(_ steps: NativeSteps) { native = steps }

    // MARK: One state

    /// All successors of a state, as `Interpreter.expand` has them. `Expansion.accesses` is left empty where no two of
    /// them conflict.
    public func expand(_ state: UnsafePointer<UInt64>, into expansion: inout Expansion) {
        guard let native else { return interpreter.expand(state, into: &expansion) }
        if expansion.capacity < native.successorsMax { expansion.reserve(native.successorsMax) }
        let context = self.context
        context.pointee.words = expansion.words
        context.pointee.moves = expansion.moves
        context.pointee.holders = expansion.holders
        context.pointee.records = record
        context.pointee.capacity = UInt32(truncatingIfNeeded: expansion.capacity)
        _ = native.entries.expand(context, state, 1)
        if record.pointee.flags != 0 {
            statesLeft &+= 1
            return interpreter.expand(state, into: &expansion)
        }
        expansion.count = Int(record.pointee.count)
        expansion.masks = record.pointee.masks
        if !expansion.failures.isEmpty { expansion.failures.removeAll(keepingCapacity: true) }
        if !expansion.accesses.isEmpty { expansion.accesses.removeAll(keepingCapacity: true) }
        if record.pointee.accessCount != 0 {
            copyAccesses(Int(record.pointee.accessCount), to: &expansion.accesses)
        }
    }

    @inline(never)
    private func copyAccesses(_ count: Int, to target: inout [PendingAccess]) {
        for index in 0..<count {
            let access = accesses[index]
            target.append(
                PendingAccess(
                    thread: access.thread, instruction: access.instruction, cell: access.cell,
                    isWrite: access.isWrite != 0, isPlain: access.isPlain != 0))
        }
    }

    // MARK: Many states

    /// The successors of states that lie one after the other, `StepBatch.statesMax` at most. Returns how many of them
    /// were expanded, from the first on; at least one.
    public func expand(_ states: UnsafePointer<UInt64>, count: Int, into batch: inout StepBatch) -> Int {
        batch.removeAll()
        guard let native else {
            for index in 0..<count { interpret(states + index &* batch.wordCount, index, &batch) }
            return count
        }
        let done = run(native, states, count: count, room: native.successorsMax + 512, into: &batch)
        for index in 0..<done where batch.states[index].flags != 0 {
            statesLeft &+= 1
            interpret(states + index &* batch.wordCount, index, &batch)
        }
        return done
    }

    /// The same with a reduction; nil if there is no machine code that knows it.
    func expandNative(
        _ states: UnsafePointer<UInt64>, count: Int, reducer: Reducer, use: ReductionUse, into batch: inout StepBatch
    ) -> Int? {
        guard let native, native.knowsReduction else { return nil }
        batch.removeAll()
        context.pointee.use = use.rawValue
        context.pointee.stack = reducer.stack
        defer { context.pointee.use = 0 }
        // Room for what a state leads to, and for some states more, so that the batch is not cut short.
        let room = native.successorsMax + ReductionPlan.passesMax * NativeLimits.outcomes + 2048
        let done = run(native, states, count: count, room: room, into: &batch)
        batch.stepsPassed = Int(context.pointee.passed)
        batch.statesPicked = Int(context.pointee.picked)
        for index in 0..<done where batch.states[index].flags != 0 {
            statesLeft &+= 1
            reduce(states + index &* batch.wordCount, index, reducer, use, &batch)
        }
        return done
    }

    private func run(
        _ native: NativeSteps, _ states: UnsafePointer<UInt64>, count: Int, room: Int, into batch: inout StepBatch
    ) -> Int {
        batch.reserve(room)
        let context = self.context
        context.pointee.words = batch.words
        context.pointee.moves = batch.moves
        context.pointee.holders = batch.holders
        context.pointee.records = batch.states
        context.pointee.capacity = UInt32(truncatingIfNeeded: batch.capacity)
        let done = Int(native.entries.expand(context, states, UInt32(truncatingIfNeeded: count)))
        let last = batch.states + (done &- 1)
        batch.count = Int(last.pointee.first &+ last.pointee.count)
        if context.pointee.kept != 0 { copyAccesses(Int(context.pointee.kept), to: &batch.accesses) }
        return done
    }

    private func interpret(_ state: UnsafePointer<UInt64>, _ index: Int, _ batch: inout StepBatch) {
        interpreter.expand(state, into: &scratch)
        batch.take(scratch, for: index)
    }

    /// Writes the keys of states that lie one after the other: what `shares` has, by part of `ExecutionOptions.keyParts`
    /// and by its value, put together by or. False, with nothing written, as long as there is no machine code.
    public func keys(
        _ states: UnsafePointer<UInt64>, count: Int, shares: UnsafePointer<UnsafeMutablePointer<UInt64>>,
        into keys: UnsafeMutablePointer<UInt64>
    ) -> Bool {
        guard let entry = native?.entries.keys else { return false }
        entry(states, UInt32(truncatingIfNeeded: count), shares, keys)
        return true
    }

    // MARK: Properties

    /// Whether a property holds in a state.
    public func evaluate(property: Int, _ state: UnsafePointer<UInt64>) -> Bool {
        if let native {
            let answer = native.entries.property(context, state, UInt32(truncatingIfNeeded: property))
            if answer < 2 { return answer == 1 }
        }
        return interpreter.evaluate(property: property, state)
    }
}
