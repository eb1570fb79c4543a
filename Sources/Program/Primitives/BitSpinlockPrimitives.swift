import Syntax

/// A bit of a word as a spinlock: nobody knows the owner, and preemption is off while it is held.
/// (include/linux/bit_spinlock.h.)
enum BitSpinlockPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "bit_spin_lock": Primitive(2) { $0.bitSpinLock($1) },
        "bit_spin_trylock": Primitive(2) { $0.bitSpinTrylock($1) },
        "bit_spin_unlock": Primitive(2) { $0.bitSpinUnlock($1) },
        "bit_spin_is_locked": Primitive(2, .pure) { $0.testBit($1) },
    ]
}

extension CodeBuilder {
    private func turnPreemptionOff(_ range: SourceRange) { addContext(.preemption, 1, "", range) }

    func bitSpinLock(_ site: CallSite) -> Value {
        guard let word = bitArguments(site) else { return .nothing }
        let range = site.range
        beginStep(.lock, range, ordering: .acquire)
        let old = load(word.address, word.place, isChecked: word.isChecked, access(.marked, .acquire), range)
        blockUnless(isZero(binary(.hasBit, old.operand, word.bit, range), range), .condition, .spins, range)
        store(word, old, isSet: true, .acquire, range)
        turnPreemptionOff(range)
        return .nothing
    }

    func bitSpinTrylock(_ site: CallSite) -> Value {
        guard let word = bitArguments(site) else { return .error }
        let range = site.range
        beginStep(.trylock, range, ordering: .acquire)
        let old = load(word.address, word.place, isChecked: word.isChecked, access(.marked, .acquire), range)
        let isFree = isZero(binary(.hasBit, old.operand, word.bit, range), range)
        let done = newLabel()
        unless(isFree, goto: done, range)
        store(word, old, isSet: true, .acquire, range)
        turnPreemptionOff(range)
        place(done)
        showResult(isFree)
        return Value(type: .bool, parts: [isFree], range: 0...1)
    }

    func bitSpinUnlock(_ site: CallSite) -> Value {
        guard let word = bitArguments(site) else { return .nothing }
        let range = site.range
        beginStep(.unlock, range, ordering: .release)
        let old = load(word.address, word.place, isChecked: word.isChecked, access(.marked, .release), range)
        check(
            binary(.hasBit, old.operand, word.bit, range), .badUnlock, name: site.name.text,
            "\(site.name.text)() of a bit that is not set", range)
        store(word, old, isSet: false, .release, range)
        addContext(.preemption, -1, "bit_spin_unlock() without bit_spin_lock()", range)
        quiesceRCU(range)
        return .nothing
    }
}
