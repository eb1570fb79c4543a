// Threads that share a CPU, and interrupts on top of them, as hidden cells and waits.
//
// Two cells of a CPU tell who may run there. The first is kept by the one thread that the scheduler cannot take the CPU
// from: under PREEMPTION(FULL) while it has preemption off (preempt_disable(), irqs or bottom halves off, a spinlock held
// or spun for), under VOLUNTARY and NONE from its first step until it sleeps, ends or says that it may be rescheduled. The
// second names who has the CPU's interrupts off, be it a thread or a handler that runs. A step waits until each of them is
// free or the thread's own; a handler begins when the second is free.
//
// A read section of RCU may be preempted, as in the kernel's preemptible RCU, and keeps no CPU. A spinning thread gives no
// CPU up, so its spinning is a step of its own where it takes hold of the CPU: what waits there for that CPU is stuck.
// (kernel/sched/core.c, include/linux/preempt.h, include/linux/kernel.h: might_sleep() reschedules under VOLUNTARY.)
//
// Sound for "holds": no step is enabled that the kernel could not take next, and none is missing, as a thread that waits
// for its CPU goes on when the cell is free. Models without shared CPUs and interrupts have neither cells nor waits.

import Syntax

extension CodeBuilder {
    /// What a thread does with its CPU while it waits.
    enum WaitStyle {
        /// It sleeps: others may run.
        case sleeps
        /// It spins with preemption off, as spin_lock() does.
        case spins
        /// It spins as its context is: wait_until(), smp_cond_load_*(), read_seqcount_begin().
        case polls
    }

    /// Whether some thread of the class shares its CPU with another.
    var sharesCPU: Bool { kind == .thread && model.placement.sharingClasses.contains(className) }

    /// Whether some thread of the class may be interrupted.
    var isInterruptible: Bool { kind == .thread && model.placement.interruptedClasses.contains(className) }

    /// `self` is the instance of a THREAD or INTERRUPT.
    var hasSelf: Bool { kind == .thread || (kind == .interrupt && !isCalled) }

    private var isPreemptible: Bool { model.settings.preemption == .full }

    // MARK: Steps

    /// After the marker of each step: waits for the CPU.
    func waitForCPU(_ range: SourceRange) {
        if sharesCPU || isInterruptible {
            stepLabel = newLabel()
            labelTargets[stepLabel] = code.instructions.count - 1
        }
        if isInterruptible { waitForCell(.interruptCell, range) }
        guard sharesCPU else { return }
        keeperAtStep = waitForCell(.cpuCell, range)
        if !isPreemptible { keepCPU(range) }
    }

    /// Waits until the cell is free or the thread's own, and gives what it holds.
    @discardableResult
    private func waitForCell(_ table: ThreadTable, _ range: SourceRange) -> Operand {
        let keeper = loadHidden(model.perThread(table), range)
        let taken = newLabel(), kept = newLabel(), go = newLabel()
        branch(keeper, taken, go, range)
        place(taken)
        branch(binary(.equal, keeper, model.perThread(.owner), range), go, kept, range)
        place(kept)
        emit(.await(.constant(0), .holders(ownerMask(keeper, range))), range)
        place(go)
        return keeper
    }

    private func keepCPU(_ range: SourceRange) { storeHidden(model.perThread(.cpuCell), model.perThread(.owner), range) }

    private func leaveCPU(_ range: SourceRange) { storeHidden(model.perThread(.cpuCell), .constant(0), range) }

    // MARK: Preemption

    /// After one of the thread's depths has grown.
    func notePreemptionOff(_ range: SourceRange) {
        if sharesCPU, isPreemptible { keepCPU(range) }
    }

    /// After one of them has shrunk: the CPU is free for others once all are zero.
    func notePreemption(_ range: SourceRange) {
        guard sharesCPU, isPreemptible else { return }
        var depth: Operand = .constant(0)
        for field in [ContextField.preemption, .spinlocks, .interruptsOff, .bottomHalves] where hasContext(field) {
            let own = loadHidden(context(field), range)
            depth = depth == .constant(0) ? own : binary(.or, depth, own, range)
        }
        let isOff = binary(.notEqual, depth, .constant(0), range)
        storeHidden(model.perThread(.cpuCell), binary(.multiply, isOff, model.perThread(.owner), range), range)
    }

    /// The thread has turned its CPU's interrupts off, or on.
    func noteInterrupts(off: Operand, _ range: SourceRange) {
        if isInterruptible {
            storeHidden(
                model.perThread(.interruptCell), binary(.multiply, off, model.perThread(.owner), range), range)
        }
        notePreemption(range)
    }

    /// Before a step at which the thread may be rescheduled: it may find another one on its CPU.
    func mayReschedule(_ range: SourceRange) {
        guard sharesCPU, !isPreemptible, mode == .program, atomics.isEmpty else { return }
        leaveCPU(range)
    }

    /// Under VOLUNTARY whatever calls might_sleep() is such a point, so each call that may sleep.
    func mightSleep(_ range: SourceRange) {
        if model.settings.preemption == .voluntary { mayReschedule(range) }
    }

    /// A thread that has begun to wait in a step of its own: it gives the CPU up, or keeps it as it spins.
    func beginWaiting(_ style: WaitStyle, _ range: SourceRange) {
        guard sharesCPU else { return }
        switch style {
        case .sleeps: if !isPreemptible { leaveCPU(range) }
        case .spins: keepCPU(range)
        case .polls: break
        }
    }

    /// At the end of the thread.
    func endOnCPU(_ range: SourceRange) {
        if sharesCPU, !isPreemptible { leaveCPU(range) }
    }

    // MARK: Waiting

    /// Waits within the step at hand until the operand is nonzero. A thread that shares its CPU takes a step to begin:
    /// one that spins keeps the CPU from then on, one that sleeps leaves it.
    func awaitOnCPU(_ condition: Operand, _ wait: Wait, _ style: WaitStyle, _ range: SourceRange) {
        let changes = style == .spins || !isPreemptible
        guard sharesCPU, changes, condition != .constant(1) else {
            emit(.await(condition, wait), range)
            return
        }
        let go = newLabel(), blocked = newLabel(), kept = newLabel(), free = newLabel(), stay = newLabel()
        branch(condition, go, blocked, range)
        place(blocked)
        let isKept = binary(.equal, keeperAtStep, model.perThread(.owner), range)
        branch(isKept, kept, free, range)
        if style == .sleeps {
            place(kept)
            leaveCPU(range)
            jump(stepLabel, range)
            place(free)
        } else {
            place(free)
            keepCPU(range)
            jump(stepLabel, range)
            place(kept)
        }
        place(stay)
        emit(.await(.constant(0), wait), range)
        place(go)
    }

    // MARK: Handlers

    /// The first step of a handler: it begins when its CPU has interrupts on, after the instance before it.
    func beginHandler(_ text: String, _ range: SourceRange) {
        beginStep(.enterSection, range, text: text)
        let earlier = loadHidden(model.perThread(.earlierInterrupt), range)
        emit(.await(isZero(earlier, range), .holders(model.perThread(.earlierInterruptMask))), range)
        let off = loadHidden(model.perThread(.interruptCell), range)
        emit(.await(isZero(off, range), .holders(ownerMask(off, range))), range)
        storeHidden(model.perThread(.interruptCell), model.perThread(.owner), range)
        if handlerIsReader { setContext(.handlerRunning, to: 1, range) }
    }

    /// Grace periods and IPIs that wait for CPUs with interrupts off wait for handlers.
    private var handlerIsReader: Bool {
        model.needs.waitsForIPI || (model.needs.waitsForRCU && model.settings.rcuFlavor == .consolidated)
    }

    /// At the end of a handler: what it interrupted goes on.
    func endHandler(_ range: SourceRange) {
        emitExitChecks(range)
        if handlerIsReader {
            setContext(.handlerRunning, to: 0, range)
            quiesceInterrupts(range)
        }
        storeHidden(model.perThread(.interruptCell), .constant(0), range)
    }
}
