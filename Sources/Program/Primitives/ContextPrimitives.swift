import Syntax

/// Preemption, interrupts and bottom halves of the thread's CPU, and what may not be called in them.
enum ContextPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "preempt_disable": Primitive(0) { builder, site in
            builder.beginStep(.enterSection, site.range)
            builder.addContext(.preemption, 1, "", site.range)
            return .nothing
        },
        "preempt_enable": Primitive(0) { builder, site in
            builder.beginStep(.leaveSection, site.range)
            builder.addContext(.preemption, -1, "preempt_enable() without preempt_disable()", site.range)
            builder.quiesceRCU(site.range)
            return .nothing
        },
        "local_bh_disable": Primitive(0) { builder, site in
            builder.beginStep(.enterSection, site.range)
            builder.addContext(.bottomHalves, 1, "", site.range)
            return .nothing
        },
        "local_bh_enable": Primitive(0) { builder, site in
            builder.beginStep(.leaveSection, site.range)
            builder.addContext(.bottomHalves, -1, "local_bh_enable() without local_bh_disable()", site.range)
            builder.quiesceRCU(site.range)
            return .nothing
        },
        "local_irq_disable": Primitive(0) { builder, site in
            builder.disableInterrupts(site.range, isPart: false)
            return .nothing
        },
        "local_irq_enable": Primitive(0) { builder, site in
            builder.enableInterrupts(site.range, isPart: false)
            return .nothing
        },
        "local_irq_save": Primitive(1) { builder, site in
            builder.saveInterrupts(site.arguments[0], site.range, isPart: false)
            return .nothing
        },
        "local_irq_restore": Primitive(1) { builder, site in
            builder.restoreInterrupts(site.arguments[0], site.range, isPart: false)
            return .nothing
        },
        "might_sleep": Primitive(0) { builder, site in
            builder.checkMaySleep("might_sleep", site.range)
            builder.mightSleep(site.range)
            return .nothing
        },
        "cond_resched": Primitive(0) { builder, site in
            builder.checkMaySleep("cond_resched", site.range)
            builder.mayReschedule(site.range)
            return .nothing
        },
        "smp_processor_id": Primitive(0, .any) { builder, _ in
            Value(type: .int, parts: [builder.model.perThread(.cpu)], range: 0...63)
        },
        "get_cpu": Primitive(0) { builder, site in
            builder.beginStep(.enterSection, site.range)
            builder.addContext(.preemption, 1, "", site.range)
            return Value(type: .int, parts: [builder.model.perThread(.cpu)], range: 0...63)
        },
        "put_cpu": Primitive(0) { builder, site in
            builder.beginStep(.leaveSection, site.range)
            builder.addContext(.preemption, -1, "put_cpu() without get_cpu()", site.range)
            builder.quiesceRCU(site.range)
            return .nothing
        },
        "cpu_relax": Primitive(0, .any) { _, _ in .nothing },
    ]
}

extension CodeBuilder {
    /// `isPart`: of a lock operation. It is a step of its own even then, as the CPU spins with interrupts off already.
    func disableInterrupts(_ range: SourceRange, isPart: Bool) {
        beginStep(.enterSection, range, text: isPart ? "\(folded(range)): irqs off" : nil)
        setContext(.interruptsOff, to: 1, range)
        noteInterrupts(off: .constant(1), range)
    }

    func enableInterrupts(_ range: SourceRange, isPart: Bool) {
        beginStep(.leaveSection, range, text: isPart ? "\(folded(range)): irqs on" : nil)
        needContext(.interruptsOff)
        guard hasContext(.interruptsOff) else { return }
        let off = loadHidden(context(.interruptsOff), range)
        check(off, .unbalanced, "interrupts are turned on that were not off", range)
        storeHidden(context(.interruptsOff), .constant(0), range)
        noteInterrupts(off: .constant(0), range)
        quiesceInterrupts(range)
    }

    /// Grace periods and IPIs that waited for this CPU go on.
    func quiesceInterrupts(_ range: SourceRange) {
        quiesceRCU(range)
        if model.needs.waitsForIPI, model.ipiDomainCell != 0 {
            emit(.quiesce(domain: .constant(Int64(model.ipiDomainCell))), range)
        }
    }

    func saveInterrupts(_ flags: Expression, _ range: SourceRange, isPart: Bool) {
        beginStep(.enterSection, range, text: isPart ? "\(folded(range)): irqs off" : nil)
        needContext(.interruptsOff)
        guard let place = lowerPlace(flags) else { return }
        guard hasContext(.interruptsOff) else {
            write(place, Value(0), range)
            return
        }
        let old = loadHidden(context(.interruptsOff), range)
        storeHidden(context(.interruptsOff), .constant(1), range)
        noteInterrupts(off: .constant(1), range)
        write(place, Value(type: .int, parts: [old], range: 0...1), range)
    }

    func restoreInterrupts(_ flags: Expression, _ range: SourceRange, isPart: Bool) {
        let value = lower(flags)
        beginStep(.leaveSection, range, text: isPart ? "\(folded(range)): irqs as before" : nil)
        needContext(.interruptsOff)
        guard hasContext(.interruptsOff), value.type.isInteger else { return }
        let off = truth(value, range)
        storeHidden(context(.interruptsOff), off, range)
        noteInterrupts(off: off, range)
        quiesceInterrupts(range)
    }
}
