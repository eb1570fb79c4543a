import Syntax

/// Sleeping locks that a signal may keep a task from taking: 0, or -EINTR. (Documentation/locking/mutex-design.rst.)
///
/// Whether the signal comes is a choice and a step of its own, before the lock is asked for: so a task that must have the
/// lock to go on is still found waiting for it for ever, since no signal need ever come. A task that has queued up stays.
enum InterruptibleLockPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "mutex_lock_interruptible": Primitive(1) { builder, site in
            builder.unlessSignalled(site) { builder.mutexLock(site, subclass: 0) }
        },
        "mutex_lock_killable": Primitive(1) { builder, site in
            builder.unlessSignalled(site) { builder.mutexLock(site, subclass: 0) }
        },
        "down_read_interruptible": Primitive(1) { builder, site in
            builder.unlessSignalled(site) { builder.readLock(site, .rwsem) }
        },
        "down_read_killable": Primitive(1) { builder, site in
            builder.unlessSignalled(site) { builder.readLock(site, .rwsem) }
        },
        "down_write_killable": Primitive(1) { builder, site in
            builder.unlessSignalled(site) { builder.writeLock(site, .rwsem) }
        },
    ]
}

extension CodeBuilder {
    private static let interrupted: Int64 = -4

    /// What `lock` does, and 0; or nothing, and -EINTR.
    func unlessSignalled(_ site: CallSite, _ lock: () -> Value) -> Value {
        let range = site.range
        if kind == .initialization {
            _ = lock()
            return Value(type: .int, parts: [.constant(0)], range: 0...0)
        }
        let result = number()
        let signalled = newLabel(), undisturbed = newLabel(), done = newLabel()
        beginStep(.choice, range, text: "\(folded(range)): a signal?")
        let choice = define(.bool, range) { .choose($0, low: .constant(0), high: .constant(1)) }
        showResult(choice)
        branch(choice, signalled, undisturbed, range)
        place(signalled)
        move(.constant(Self.interrupted), to: result, range)
        jump(done, range)
        place(undisturbed)
        _ = lock()
        move(.constant(0), to: result, range)
        place(done)
        return Value(type: .int, parts: [.register(result)], range: Self.interrupted...0)
    }
}
