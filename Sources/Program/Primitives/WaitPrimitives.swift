import Syntax

/// The IPI that is sent to every CPU and waited for. (mm/mmu_gather.c: tlb_remove_table_sync_one().)
enum InterruptWaitPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "smp_call_function_sync": Primitive(0) { $0.waitForInterrupts($1) },
        "tlb_remove_table_sync_one": Primitive(0) { $0.waitForInterrupts($1) },
    ]
}

/// Completions. (Documentation/scheduler/completion.rst.)
enum CompletionPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "wait_for_completion": Primitive(1) { $0.waitForCompletion($1) },
        "reinit_completion": Primitive(1) { $0.reinitializeCompletion($1) },
        "complete": Primitive(1) { $0.complete($1, all: false) },
        "complete_all": Primitive(1) { $0.complete($1, all: true) },
    ]
}

extension CodeBuilder {
    /// Spins until every other CPU that had interrupts off has had them on; legal under a spinlock.
    func waitForInterrupts(_ site: CallSite) -> Value {
        let range = site.range
        if kind == .initialization { return .nothing }
        note { $0.waitsForIPI = true }
        needContext(.ipiWait)
        beginStep(.beginWait, range)
        checkMayWaitForCPUs(site)
        guard hasContext(.ipiWait), model.ipiDomainCell != 0 else { return .nothing }
        let domain = Operand.constant(Int64(model.ipiDomainCell))
        emit(.graceBegin(domain: domain, into: context(.ipiWait)), range)
        beginWaiting(.spins, range)
        beginStep(.endWait, range, text: "\(folded(range)): all CPUs have answered")
        let mask = loadHidden(context(.ipiWait), range)
        blockUnless(isZero(mask, range), .grace(domain: domain, mask: mask), .spins, range)
        notePreemption(range)
        return .nothing
    }

    /// A CPU that waits for others with its interrupts off may be waited for by one that does the same.
    func checkMayWaitForCPUs(_ site: CallSite) {
        let name = site.name.text
        if kind == .interrupt || kind == .callback {
            let place = kind == .interrupt ? "an interrupt" : "an RCU callback"
            check(
                .constant(0), .sleepInAtomic, name: name,
                "\(name)() waits for other CPUs, and is called in \(place)", site.range)
        }
        guard hasContext(.interruptsOff) else { return }
        let isOn = isZero(loadHidden(context(.interruptsOff), site.range), site.range)
        check(
            isOn, .sleepInAtomic, name: name,
            "\(name)() waits for other CPUs, and is called with interrupts off", site.range)
    }

    func waitForCompletion(_ site: CallSite) -> Value {
        guard let (base, isChecked, _) = lockArgument(site.arguments[0], .completion) else { return .nothing }
        let range = site.range
        mightSleep(range)
        beginStep(.endWait, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(base, .lock), range) }
        checkMaySleep("wait_for_completion", range)
        let done = loadHidden(base, range)
        let all = loadHidden(offset(base, by: 1, range), range)
        let ready = binary(.notEqual, binary(.or, done, all, range), .constant(0), range)
        blockUnless(ready, .condition, .sleeps, range)
        let skip = newLabel(), take = newLabel()
        branch(all, skip, take, range)
        place(take)
        storeHidden(base, binary(.subtract, done, .constant(1), range), range)
        place(skip)
        return .nothing
    }

    /// Nothing is done any more; those who wait already go on waiting.
    func reinitializeCompletion(_ site: CallSite) -> Value {
        guard let (base, isChecked, _) = lockArgument(site.arguments[0], .completion) else { return .nothing }
        beginStep(.store, site.range)
        if isChecked { emit(.checkPlace(base, .lock), site.range) }
        storeHidden(base, .constant(0), site.range)
        storeHidden(offset(base, by: 1, site.range), .constant(0), site.range)
        return .nothing
    }

    func complete(_ site: CallSite, all: Bool) -> Value {
        guard let (base, isChecked, _) = lockArgument(site.arguments[0], .completion) else { return .nothing }
        let range = site.range
        beginStep(.readModifyWrite, range, ordering: .release)
        if isChecked { emit(.checkPlace(base, .lock), range) }
        if all {
            storeHidden(offset(base, by: 1, range), .constant(1), range)
            storeHidden(base, .constant(0), range)
        } else {
            let skip = newLabel(), add = newLabel()
            branch(loadHidden(offset(base, by: 1, range), range), skip, add, range)
            place(add)
            storeHidden(base, binary(.add, loadHidden(base, range), .constant(1), range), range)
            place(skip)
        }
        return .nothing
    }
}
