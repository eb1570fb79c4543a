// Partial deadlocks: the greatest set of waiting threads that nobody outside it can help.
//
// A greatest fixpoint over thread masks. Begin with all threads that wait; take out
//   - one that waits for holders, if none of them is in the set or has ended: the one that goes on may let go;
//   - one that waits for a condition, if a thread outside the set that has not ended may enable it (`MayEnable`).
// What is left waits for ever whatever the others do: those outside can never free a member, and each member can only be
// freed by one that is not, or by a member, which would have to be freed first. In the terms of Knapp ("Deadlock
// Detection in Distributed Databases", ACM Computing Surveys 19, 1987): the AND model for holders, the OR model for
// conditions. Sound because `MayEnable` leaves nothing out that a thread may still write.
//
// A holder that has ended keeps what it holds; an idle callback counts as one. An interrupt that has not come may come and
// help, and need not: that it cannot is no deadlock.

import Execution
import Program

struct DeadlockCheck {
    private let mayEnable: MayEnable
    private let view: StateView
    private let programPoints: [CellID]
    private let help: DirectHelp
    /// The threads that make a deadlock an error: daemons that wait among themselves are idle.
    let important: UInt64
    /// The interrupts, come or not.
    let interrupts: UInt64

    init(model: Model, layout: StateLayout, mayEnable: MayEnable, view: StateView) {
        self.mayEnable = mayEnable
        self.view = view
        programPoints = model.threads.map(\.programPointCell)
        help = DirectHelp(model: model, layout: layout, mayEnable: mayEnable)
        var important: UInt64 = 0
        var interrupts: UInt64 = 0
        for (number, thread) in model.threads.enumerated() {
            let kind = model.classes[thread.threadClass].kind
            if kind != .daemon { important |= 1 << UInt64(number) }
            if kind == .interrupt { interrupts |= 1 << UInt64(number) }
        }
        self.important = important
        self.interrupts = interrupts
    }

    /// The interrupts that have not come: each stands at its first step.
    func pendingInterrupts(_ state: UnsafePointer<UInt64>) -> UInt64 {
        var pending: UInt64 = 0
        var rest = interrupts
        while rest != 0 {
            let thread = rest.trailingZeroBitCount
            rest &= rest - 1
            if view.value(programPoints[thread], state) == 1 { pending |= 1 << UInt64(thread) }
        }
        return pending
    }

    /// The set of those stuck, if it is an error; else 0.
    func stuck(_ threads: ThreadMasks, holders: UnsafePointer<UInt64>, state: UnsafePointer<UInt64>) -> UInt64 {
        let pending = pendingInterrupts(state)
        let important = self.important & ~pending
        guard threads.waiting & important != 0 else { return 0 }
        if help.isForAll(threads, holders, state) { return 0 }
        var set = threads.waiting
        var changed = true
        while changed {
            changed = false
            var rest = set
            while rest != 0 {
                let thread = rest.trailingZeroBitCount
                rest &= rest - 1
                if !staysStuck(thread, set: set, threads, holders, state) {
                    set &= ~(1 << UInt64(thread))
                    changed = true
                }
            }
            if set & important == 0 { return 0 }
        }
        return set & ~pending
    }

    private func staysStuck(
        _ thread: Int, set: UInt64, _ threads: ThreadMasks, _ holders: UnsafePointer<UInt64>,
        _ state: UnsafePointer<UInt64>
    ) -> Bool {
        var outside = threads.all & ~set & ~threads.ended
        if threads.waitingForHolders >> UInt64(thread) & 1 != 0, holders[thread] != 0 {
            return holders[thread] & (set | threads.ended) != 0
        }
        let step = Int(view.value(programPoints[thread], state)) - 1
        let waits = mayEnable.waitNumber[thread]
        let wait = step >= 0 && step < waits.count ? waits[step] : -1
        // Not known what it waits for: anybody may help.
        guard wait >= 0 else { return outside == 0 }
        while outside != 0 {
            let other = outside.trailingZeroBitCount
            outside &= outside - 1
            let at = Int(view.value(programPoints[other], state)) - 1
            if at >= 0, mayEnable.mayEnable(thread: other, step: at, wait: Int(wait)) { return false }
        }
        return true
    }
}

/// The threads of a state by what they can do, bit n for thread n.
struct ThreadMasks {
    var all: UInt64 = 0
    var ended: UInt64 = 0
    var waitingForHolders: UInt64 = 0
    var waitingForCondition: UInt64 = 0

    var waiting: UInt64 { waitingForHolders | waitingForCondition }
    var goingOn: UInt64 { all & ~ended & ~waiting }

    @inline(__always)
    init(_ masks: StatusMasks, threadCount: Int) {
        all = threadCount == 64 ? .max : (1 &<< UInt64(threadCount)) &- 1
        ended = masks.ended
        waitingForHolders = masks.waitsForHolders
        waitingForCondition = masks.waitsForCondition
    }
}

/// The quick answer for most states: everybody who waits can be helped by somebody who goes on, so nobody is stuck. It is
/// what the first round of the fixpoint would find.
private final class DirectHelp: Sendable {
    /// By row (a thread's first row plus its program point, 0 having ended): the waits that may be helped from there, and
    /// the wait that it is.
    private struct Row {
        var helps: UInt64 = 0
        var wait: UInt64 = 0
    }

    /// Where a thread's program point lies, and its first row.
    private struct Thread {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        var firstRow: Int
    }

    nonisolated(unsafe) private let rows: UnsafeMutablePointer<Row>
    nonisolated(unsafe) private let threads: UnsafeMutablePointer<Thread>
    /// There are few enough waits for a mask.
    private let isUsable: Bool

    init(model: Model, layout: StateLayout, mayEnable: MayEnable) {
        let threadCount = model.threads.count
        isUsable = mayEnable.waitCount <= 64
        threads = .allocate(capacity: threadCount + 1)
        var all: [Row] = []
        for thread in 0..<threadCount {
            let point = layout.cells[model.threads[thread].programPointCell]
            precondition(point.low == 0, "program points count from 0")
            (threads + thread).initialize(
                to: Thread(word: point.word, shift: UInt64(point.shift), mask: point.mask, firstRow: all.count))
            all.append(Row())
            for (step, wait) in mayEnable.waitNumber[thread].enumerated() {
                var row = Row()
                for other in 0..<min(64, mayEnable.waitCount)
                where mayEnable.mayEnable(thread: thread, step: step, wait: other) {
                    row.helps |= 1 << UInt64(other)
                }
                // A wait of unknown condition may be helped by anybody: by nobody in particular, here.
                row.wait = wait < 0 ? 0 : 1 << UInt64(min(63, wait))
                all.append(row)
            }
        }
        rows = .allocate(capacity: max(1, all.count))
        rows.initialize(from: all, count: all.count)
    }

    deinit {
        rows.deallocate()
        threads.deallocate()
    }

    @inline(__always)
    private func row(_ thread: Int, _ state: UnsafePointer<UInt64>) -> UnsafeMutablePointer<Row> {
        let info = threads + thread
        let point = (state[info.pointee.word] &>> info.pointee.shift) & info.pointee.mask
        return rows + (info.pointee.firstRow &+ Int(truncatingIfNeeded: point))
    }

    func isForAll(
        _ threads: ThreadMasks, _ holders: UnsafePointer<UInt64>, _ state: UnsafePointer<UInt64>
    ) -> Bool {
        guard isUsable, threads.goingOn != 0 else { return false }
        var wanted: UInt64 = 0
        var rest = threads.waiting
        while rest != 0 {
            let thread = rest.trailingZeroBitCount
            rest &= rest &- 1
            if threads.waitingForHolders &>> UInt64(thread) & 1 != 0, holders[thread] != 0 {
                if holders[thread] & ~threads.goingOn != 0 { return false }
                continue
            }
            let row = row(thread, state)
            // What is not known to be a wait for a condition is left to the fixpoint.
            if row.pointee.wait == 0 { return false }
            wanted |= row.pointee.wait
        }
        rest = threads.goingOn
        while wanted != 0, rest != 0 {
            let thread = rest.trailingZeroBitCount
            rest &= rest &- 1
            wanted &= ~row(thread, state).pointee.helps
        }
        return wanted == 0
    }
}
