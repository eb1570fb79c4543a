import Execution
import Program

/// What the interpreter says of one state, kept until the machine code has expanded it among others.
struct Expected {
    var words: [UInt64]
    var moves: [Move]
    var masks: StatusMasks
    /// By thread; 0 for one that does not wait.
    var holders: [UInt64]
    var accesses: [PendingAccess]
    var hasFailures: Bool
    /// The interpreter has found nothing that the machine code may leave to it.
    var isPlain: Bool

    init(_ expansion: borrowing Expansion, isPlain: Bool) {
        words = Array(UnsafeBufferPointer(start: expansion.words, count: expansion.count * expansion.wordCount))
        moves = Array(UnsafeBufferPointer(start: expansion.moves, count: expansion.count))
        masks = expansion.masks
        let waiting = masks.waitsForHolders | masks.waitsForCondition
        holders = (0..<expansion.threadCount).map { waiting >> UInt64($0) & 1 != 0 ? expansion.holders[$0] : 0 }
        accesses = expansion.accesses
        hasFailures = !expansion.failures.isEmpty
        self.isPlain = isPlain
    }
}

/// Expands many states with one call and compares each with what the interpreter said of it alone.
final class BatchComparison {
    static let statesMax = 64

    let model: Model
    let wordCount: Int
    let steps: NativeSteps
    var differences: [String] = []
    var leftForNothing = 0
    /// States of which two threads' accesses conflict: so that a test can tell that there were any.
    private(set) var racing = 0
    /// Whether any state was left to the interpreter.
    private(set) var anyLeft = false
    private var states: [[UInt64]] = []
    private var expected: [Expected] = []

    private let context: UnsafeMutablePointer<NativeContext>
    private let records: UnsafeMutablePointer<ExpandedState>
    private let capacity: Int
    private let accessCapacity: Int
    private static let canary: UInt64 = 0x5ca1_ab1e_0ddb_a115

    init(model: Model, layout: StateLayout, steps: NativeSteps) {
        self.model = model
        self.steps = steps
        wordCount = layout.wordCount
        capacity = steps.successorsMax * Self.statesMax
        accessCapacity = NativeLimits.accesses * Self.statesMax
        records = .allocate(capacity: Self.statesMax)
        records.initialize(repeating: ExpandedState(), count: Self.statesMax)
        func flags(_ count: Int) -> UnsafeMutablePointer<UInt8> {
            let flags = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, count))
            flags.initialize(repeating: 0, count: max(1, count))
            return flags
        }
        let stepCount = model.classes.reduce(0) { $0 + $1.code.steps.count }
        context = .allocate(capacity: 1)
        context.initialize(
            to: NativeContext(
                covered: flags(model.coverage.count), taken: flags(stepCount), waited: flags(stepCount),
                exhausted: flags(model.pools.count), onlyOneSlot: flags(model.pools.count),
                words: .allocate(capacity: (capacity + 1) * layout.wordCount), moves: .allocate(capacity: capacity),
                holders: .allocate(capacity: Self.statesMax * max(1, model.threads.count)), records: records,
                accesses: .allocate(capacity: accessCapacity), capacity: UInt32(capacity),
                accessCapacity: UInt32(accessCapacity)))
    }

    deinit {
        let buffers = context.pointee
        for flags in [buffers.covered, buffers.taken, buffers.waited, buffers.exhausted, buffers.onlyOneSlot] {
            flags.deallocate()
        }
        buffers.words.deallocate()
        buffers.moves.deallocate()
        buffers.holders.deallocate()
        buffers.accesses.deallocate()
        records.deallocate()
        context.deallocate()
    }

    /// Takes a state; once there are enough of them they are expanded.
    func add(_ state: [UInt64], _ expansion: borrowing Expansion, isPlain: Bool) {
        states.append(state)
        expected.append(Expected(expansion, isPlain: isPlain))
        if states.count == Self.statesMax { finish() }
    }

    /// Expands what has gathered: all at once, by seven, alone, and with hardly any room.
    func finish() {
        for size in [64, 7, 1] {
            for start in stride(from: 0, to: states.count, by: size) {
                let count = min(size, states.count - start)
                let done = run(start, count, capacity: capacity, accessCapacity: accessCapacity)
                if done != count { differences.append("\(done) of \(count) states") }
                compare(start, done, countsLeft: size == 1)
            }
        }
        expandWithLittleRoom()
        states.removeAll()
        expected.removeAll()
    }

    /// The states that there is room for are all expanded, and no more; the next call goes on behind them.
    private func expandWithLittleRoom() {
        var start = 0
        let room = steps.successorsMax + 5
        let accessRoom = NativeLimits.accesses + 3
        while start < states.count {
            let done = run(start, states.count - start, capacity: room, accessCapacity: accessRoom)
            guard done > 0 else {
                differences.append("no state for \(room) successors")
                return
            }
            compare(start, done, countsLeft: false)
            let last = records[done - 1]
            if start + done < states.count,
                room - Int(last.first + last.count) >= steps.successorsMax,
                accessRoom - Int(last.accessFirst + last.accessCount) >= NativeLimits.accesses
            {
                differences.append("it stopped after \(done) states though there was room")
            }
            start += done
        }
        if !states.isEmpty {
            if run(0, states.count, capacity: steps.successorsMax - 1, accessCapacity: accessCapacity) != 0 {
                differences.append("it began without room for the successors of one state")
            }
            if run(0, states.count, capacity: capacity, accessCapacity: NativeLimits.accesses - 1) != 0 {
                differences.append("it began without room for the accesses of one state")
            }
        }
    }

    private func run(_ start: Int, _ count: Int, capacity: Int, accessCapacity: Int) -> Int {
        context.pointee.capacity = UInt32(capacity)
        context.pointee.accessCapacity = UInt32(accessCapacity)
        for word in 0..<wordCount { context.pointee.words[capacity * wordCount + word] = Self.canary }
        let flat = Array(states[start..<start + count].joined())
        let done = flat.withUnsafeBufferPointer { steps.entries.expand(context, $0.baseAddress!, UInt32(count)) }
        for word in 0..<wordCount where context.pointee.words[capacity * wordCount + word] != Self.canary {
            differences.append("a write behind the room that was given")
        }
        return Int(done)
    }

    private func compare(_ start: Int, _ count: Int, countsLeft: Bool) {
        var total = 0
        var accesses = 0
        for index in 0..<count {
            let record = records[index]
            let wanted = expected[start + index]
            let before = differences.count
            if Int(record.first) != total { differences.append("successors begin at \(record.first), not \(total)") }
            total += Int(record.count)
            if Int(record.accessFirst) != accesses {
                differences.append("accesses begin at \(record.accessFirst), not \(accesses)")
            }
            accesses += Int(record.accessCount)
            if record.flags != 0 {
                if countsLeft, wanted.isPlain { leftForNothing += 1 }
                anyLeft = true
                if record.count != 0 || record.accessCount != 0 { differences.append("a state left has successors") }
            } else {
                compare(record, wanted, holders: context.pointee.holders + index * model.threads.count)
            }
            if differences.count > before {
                differences[before] += " in state \(index) of a batch of \(count): \(states[start + index])"
            }
        }
    }

    private func compare(_ record: ExpandedState, _ wanted: Expected, holders: UnsafePointer<UInt64>) {
        // A failure that is not seen is the worst that can happen.
        if wanted.hasFailures { differences.append("a failure is lost") }
        if record.masks != wanted.masks { differences.append("\(wanted.masks), \(record.masks)") }
        let first = Int(record.first)
        let count = Int(record.count)
        let moves = Array(UnsafeBufferPointer(start: context.pointee.moves + first, count: count))
        if moves != wanted.moves { differences.append("moves \(wanted.moves), \(moves)") }
        let words = Array(
            UnsafeBufferPointer(start: context.pointee.words + first * wordCount, count: count * wordCount))
        if words != wanted.words { differences.append("successors \(wanted.words), \(words)") }
        let waiting = wanted.masks.waitsForHolders | wanted.masks.waitsForCondition
        for thread in 0..<model.threads.count where waiting >> UInt64(thread) & 1 != 0 {
            if holders[thread] != wanted.holders[thread] { differences.append("holders of \(thread)") }
        }
        let noted = (0..<Int(record.accessCount)).map { context.pointee.accesses[Int(record.accessFirst) + $0] }
        let got = noted.map {
            PendingAccess(
                thread: $0.thread, instruction: $0.instruction, cell: $0.cell, isWrite: $0.isWrite != 0,
                isPlain: $0.isPlain != 0)
        }
        let isRacing = Self.isRace(wanted.accesses)
        if isRacing { racing += 1 }
        if got.map(Self.describe) != (isRacing ? wanted.accesses : []).map(Self.describe) {
            differences.append("accesses \(wanted.accesses), \(got)")
        }
    }

    /// Takes over what INIT has already given notice of.
    func begin(_ interpreter: Interpreter) {
        let stepCount = model.classes.reduce(0) { $0 + $1.code.steps.count }
        let to = context.pointee
        to.covered.update(from: interpreter.covered, count: model.coverage.count)
        to.taken.update(from: interpreter.stepTaken, count: stepCount)
        to.waited.update(from: interpreter.stepWaited, count: stepCount)
        to.exhausted.update(from: interpreter.exhausted, count: model.pools.count)
        to.onlyOneSlot.update(from: interpreter.onlyOneSlot, count: model.pools.count)
    }

    /// What was reached, taken and waited for. States left to the interpreter are covered by that one.
    func compareCoverage(_ interpreter: Interpreter) {
        let got = context.pointee
        func check(_ what: String, _ a: UnsafeMutablePointer<UInt8>, _ b: UnsafeMutablePointer<UInt8>, _ count: Int) {
            for index in 0..<count where b[index] > a[index] || (a[index] != b[index] && !anyLeft) {
                differences.append("\(what) \(index) of batches")
            }
        }
        let stepCount = model.classes.reduce(0) { $0 + $1.code.steps.count }
        check("covered", interpreter.covered, got.covered, model.coverage.count)
        check("taken", interpreter.stepTaken, got.taken, stepCount)
        check("waited", interpreter.stepWaited, got.waited, stepCount)
        check("exhausted", interpreter.exhausted, got.exhausted, model.pools.count)
        check("one slot", interpreter.onlyOneSlot, got.onlyOneSlot, model.pools.count)
    }

    static func describe(_ access: PendingAccess) -> [Int] {
        [
            Int(access.thread), Int(access.instruction), Int(access.cell), access.isWrite ? 1 : 0,
            access.isPlain ? 1 : 0,
        ]
    }

    /// Two accesses to one place by different threads, one a write, one plain.
    static func isRace(_ accesses: [PendingAccess]) -> Bool {
        for (index, a) in accesses.enumerated() {
            for b in accesses[..<index] where a.cell == b.cell && a.thread != b.thread {
                if a.isWrite || b.isWrite, a.isPlain || b.isPlain { return true }
            }
        }
        return false
    }
}
