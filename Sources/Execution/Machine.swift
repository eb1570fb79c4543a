import Program

/// What changes while a step runs, beside the state and the registers.
struct Scratch {
    static let choicesMax = 4096
    static let backwardJumpsMax = 1 << 20

    /// Choices met in this execution; how many of them were given beforehand.
    var depth = 0
    var known = 0
    let choices: UnsafeMutablePointer<Int64>
    let limits: UnsafeMutablePointer<Int64>
    /// In INIT, which takes the lowest free slot.
    var takesLowest = false

    /// The step before which it stopped.
    var reached = 0
    /// Where it is blocked: on whom, or 0 for a condition.
    var waitsForHolders = false
    var holders: UInt64 = 0
    /// The execution went on by itself: see `Operation.spurious`.
    var isSpurious = false
    /// What failed.
    var kind = FailureKind.modelError
    var failure: Int32 = -1
    var pc = 0
    var detail: Int64 = 0
    /// The value that left its storage's range.
    var storage: Int32 = -1
    var value: Int64 = 0

    /// Accesses that may race; grown outside the hot path.
    var accesses: UnsafeMutablePointer<PendingAccess>
    var accessCount = 0
    var accessCapacity = 256

    init() {
        choices = .allocate(capacity: Self.choicesMax)
        limits = .allocate(capacity: Self.choicesMax)
        accesses = .allocate(capacity: accessCapacity)
    }

    func deallocate() {
        choices.deallocate()
        limits.deallocate()
        accesses.deallocate()
    }
}

/// What a modelError found by the machine itself is about: `StepFailure.detail`.
public enum ModelFault: Int64, Sendable {
    /// A cycle without a step, or a step too long to tell it from one.
    case endlessStep = 1
    /// INIT waits for something.
    case initialWait
    /// A choice among nothing.
    case emptyChoice
    /// More choices in one step than are kept.
    case tooManyChoices
}

/// Whether what happens is written down. The loop is compiled once for each.
protocol Recorder {
    static var isOn: Bool { get }
}

enum Silent: Recorder {
    @inline(__always) static var isOn: Bool { false }
}

enum Recording: Recorder {
    @inline(__always) static var isOn: Bool { true }
}

/// The events of the execution under way.
final class EventLog {
    let lockUses: [LockUse]
    var events: [(instruction: Int, event: StepRecord.Event)] = []

    init(lockUses: [LockUse]) { self.lockUses = lockUses }
}

/// All tables of the interpreter as bare pointers: what runs in the hot loop touches nothing that is counted.
struct Machine {
    let ops: UnsafeMutablePointer<Op>
    let remarks: UnsafeMutablePointer<OpRemark>
    let cells: UnsafeMutablePointer<CellEntry>
    let pointers: UnsafeMutablePointer<Int32>
    let indices: UnsafeMutablePointer<Int32>
    let storages: UnsafeMutablePointer<StorageRule>
    let slots: UnsafeMutablePointer<SlotEntry>
    let slotNumbers: UnsafeMutablePointer<Int>
    let pools: UnsafeMutablePointer<PoolEntry>
    let zeros: UnsafeMutablePointer<BitSetting>
    let tests: UnsafeMutablePointer<BitTest>
    let testCells: UnsafeMutablePointer<Int>
    let domains: UnsafeMutablePointer<DomainEntry>
    let readers: UnsafeMutablePointer<ReaderEntry>
    let masks: UnsafeMutablePointer<MaskEntry>
    let domainOfCell: UnsafeMutablePointer<Int32>
    let lockOfCell: UnsafeMutablePointer<Int32>
    let holds: UnsafeMutablePointer<HoldEntry>
    let objects: UnsafeMutablePointer<Int>
    let threads: UnsafeMutablePointer<ThreadEntry>
    let steps: UnsafeMutablePointer<StepEntry>
    let locals: UnsafeMutablePointer<LocalEntry>
    let localMasks: UnsafeMutablePointer<BitSetting>
    let classes: UnsafeMutablePointer<ClassEntry>
    let labelPoints: UnsafeMutablePointer<UInt8>
    /// By thread, then INIT and the properties: the registers of pointers.
    let pointerRegisters: UnsafeMutablePointer<Int>
    let pointerRanges: UnsafeMutablePointer<Range<Int>>
    let failureKinds: UnsafeMutablePointer<FailureKind>
    let file: UnsafeMutablePointer<Int64>
    let scratch: UnsafeMutablePointer<Scratch>

    let covered: UnsafeMutablePointer<UInt8>
    let stepTaken: UnsafeMutablePointer<UInt8>
    let stepWaited: UnsafeMutablePointer<UInt8>
    let exhausted: UnsafeMutablePointer<UInt8>
    let onlyOneSlot: UnsafeMutablePointer<UInt8>

    let wordCount: Int
    let threadCount: Int
    let lockCount: Int
    let slotCount: Int
    let cellCount: Int
    /// Index of the RCU domain, or -1.
    let rcuDomain: Int
    /// Bit by `FailureKind.rawValue`: the checks that are on.
    let enabled: UInt64
    let tracksStalePointers: Bool
    let log: Unmanaged<EventLog>

    /// Takes note of a failure. `goesOn` if its check is off and the run can do without.
    @inline(never)
    func fail(_ kind: FailureKind, _ detail: Int64, pc: Int, failure: Int = -1) -> Outcome {
        if enabled >> UInt64(kind.rawValue) & 1 == 0 { return kind.canContinue ? .goesOn : .abandoned }
        scratch.pointee.kind = kind
        scratch.pointee.failure = Int32(failure)
        scratch.pointee.pc = pc
        scratch.pointee.detail = detail
        return .failed
    }

    @inline(never)
    func note(_ event: StepRecord.Event, pc: Int) {
        log.takeUnretainedValue().events.append((Int(remarks[pc].instruction), event))
    }

    /// One more choice among `count`; its number, or -1 if there are too many choices in this step.
    @inline(__always)
    func choose(_ count: Int64) -> Int64 {
        if count == 1 { return 0 }
        let depth = scratch.pointee.depth
        if depth == Scratch.choicesMax { return -1 }
        if depth >= scratch.pointee.known { scratch.pointee.choices[depth] = 0 }
        scratch.pointee.limits[depth] = count
        scratch.pointee.depth = depth &+ 1
        return scratch.pointee.choices[depth]
    }

    /// Goes on to the next vector of choices; false if that was the last one.
    @inline(__always)
    func nextChoice() -> Bool {
        var known = scratch.pointee.depth
        while known > 0 {
            let next = scratch.pointee.choices[known &- 1] &+ 1
            if next < scratch.pointee.limits[known &- 1] {
                scratch.pointee.choices[known &- 1] = next
                scratch.pointee.known = known
                return true
            }
            known &-= 1
        }
        return false
    }
}
