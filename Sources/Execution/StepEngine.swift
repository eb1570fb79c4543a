import Program

/// Runs the steps of one thread of a search: interpreted at first, as machine code once there is some. Both yield the
/// same, so that nobody can tell when one takes over from the other.
public final class StepEngine {
    public let interpreter: Interpreter
    private var native: NativeSteps?
    private var context: UnsafeMutablePointer<NativeContext>
    /// Owned: what the context points to beside the caller's buffers.
    private let record: UnsafeMutablePointer<NativeRecord>
    private let accesses: UnsafeMutablePointer<NativeAccess>

    /// States that the machine code left to the interpreter.
    public private(set) var statesLeft = 0

    public init(_ interpreter: Interpreter) {
        self.interpreter = interpreter
        precondition(MemoryLayout<NativeRecord>.stride == 56 && MemoryLayout<NativeAccess>.stride == 16)
        precondition(MemoryLayout<Move>.stride == 8 && MemoryLayout<NativeContext>.stride == 96)
        record = .allocate(capacity: 1)
        record.initialize(to: NativeRecord())
        accesses = .allocate(capacity: NativeLimits.accesses)
        let none = UnsafeMutablePointer<UInt64>(bitPattern: 8)!
        context = .allocate(capacity: 1)
        context.initialize(
            to: NativeContext(
                covered: interpreter.covered, taken: interpreter.stepTaken, waited: interpreter.stepWaited,
                exhausted: interpreter.exhausted, onlyOneSlot: interpreter.onlyOneSlot, words: none,
                moves: UnsafeMutablePointer<Move>(bitPattern: 8)!, holders: none, records: record,
                accesses: accesses, capacity: 0, accessCapacity: UInt32(NativeLimits.accesses)))
    }

    deinit {
        context.deallocate()
        record.deallocate()
        accesses.deallocate()
    }

    public var isNative: Bool { native != nil }

    /// From the next state on, machine code. It must have been built for the interpreter's model, layout and options.
    public func adopt(_ steps: NativeSteps) { native = steps }

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
        context.pointee.accesses = accesses
        context.pointee.capacity = UInt32(truncatingIfNeeded: expansion.capacity)
        context.pointee.accessCapacity = UInt32(NativeLimits.accesses)
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
            handOver(accesses, Int(record.pointee.accessCount), &expansion)
        }
    }

    @inline(never)
    private func handOver(_ from: UnsafePointer<NativeAccess>, _ count: Int, _ expansion: inout Expansion) {
        for index in 0..<count {
            expansion.accesses.append(
                PendingAccess(
                    thread: from[index].thread, instruction: from[index].instruction, cell: from[index].cell,
                    isWrite: from[index].isWrite != 0, isPlain: from[index].isPlain != 0))
        }
    }

    /// Whether a property holds in a state.
    public func evaluate(property: Int, _ state: UnsafePointer<UInt64>) -> Bool {
        if let native {
            let answer = native.entries.property(context, state, UInt32(truncatingIfNeeded: property))
            if answer < 2 { return answer == 1 }
        }
        return interpreter.evaluate(property: property, state)
    }
}
