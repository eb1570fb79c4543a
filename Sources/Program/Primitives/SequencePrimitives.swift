import Syntax

/// Sequence counters and sequence locks. (Documentation/locking/seqlock.rst.)
///
/// The counter has a few bits and wraps. Beside it, each reader has a cell: 0 outside, else 1 plus the number of
/// increments since it began; a reader that finds its count again after a whole turn would miss all of them: OVERFLOW.
enum SequencePrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "read_seqcount_begin": Primitive(1) { $0.sequenceBegin($1, .seqcount, waits: true) },
        "raw_read_seqcount": Primitive(1) { $0.sequenceBegin($1, .seqcount, waits: false) },
        "read_seqcount_retry": Primitive(2) { $0.sequenceRetry($1, .seqcount) },
        "write_seqcount_begin": Primitive(1) { $0.sequenceIncrement($1, .seqcount) },
        "write_seqcount_end": Primitive(1) { $0.sequenceIncrement($1, .seqcount) },
        "raw_write_seqcount_begin": Primitive(1) { $0.sequenceIncrement($1, .seqcount) },
        "raw_write_seqcount_end": Primitive(1) { $0.sequenceIncrement($1, .seqcount) },
        "read_seqbegin": Primitive(1) { $0.sequenceBegin($1, .seqlock, waits: true) },
        "read_seqretry": Primitive(2) { $0.sequenceRetry($1, .seqlock) },
        "write_seqlock": Primitive(1) { builder, site in
            guard let lock = builder.lockArgument(site.arguments[0], .seqlock) else { return .nothing }
            _ = builder.spinLock(at: lock, site)
            return builder.sequenceIncrement(at: lock, site, .seqlock)
        },
        "write_sequnlock": Primitive(1) { builder, site in
            guard let lock = builder.lockArgument(site.arguments[0], .seqlock) else { return .nothing }
            _ = builder.sequenceIncrement(at: lock, site, .seqlock)
            return builder.spinUnlock(at: lock, site)
        },
    ]
}

extension CodeBuilder {
    /// Cells before the counter: a seqlock's owner stands first.
    private func counterOffset(_ type: BuiltinType) -> Int { type == .seqlock ? 1 : 0 }

    private func sequence(_ site: CallSite, _ type: BuiltinType) -> (counter: Operand, base: Operand, isChecked: Bool, key: String?)? {
        guard let (base, isChecked, key) = lockArgument(site.arguments[0], type) else { return nil }
        return (base, base, isChecked, key)
    }

    /// Bits of the counter that goes by that name.
    private func width(_ key: String?) -> Int {
        guard let key else { return 3 }
        for (path, width) in model.settings.widths where path == key || path.hasSuffix(".\(key)") { return width }
        return 3
    }

    private func ownSince(_ base: Operand, _ type: BuiltinType, _ range: SourceRange) -> Operand {
        cell(base, counterOffset(type) + 1, plus: .reader(type), range)
    }

    /// read_seqcount_begin() spins while a writer is inside; raw_read_seqcount() gives whatever stands there.
    func sequenceBegin(_ site: CallSite, _ type: BuiltinType, waits: Bool) -> Value {
        guard let (_, base, isChecked, key) = sequence(site, type) else { return .error }
        let range = site.range
        needLock(type, .reader, key: key)
        beginStep(waits ? .waitUntil : .load, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(base, .read), range) }
        let count = loadHidden(offset(base, by: counterOffset(type), range), range)
        if waits {
            let isEven = isZero(binary(.and, count, .constant(1), range), range)
            blockUnless(isEven, .condition, .polls, range)
        }
        if isRunning { storeHidden(ownSince(base, type, range), .constant(1), range) }
        showResult(count)
        return Value(type: .unsigned, parts: [count], range: 0...Int64(UInt32.max))
    }

    func sequenceRetry(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let (_, base, isChecked, key) = sequence(site, type),
            let start = argument(site.arguments[1], .unsigned)
        else { return .error }
        let range = site.range
        needLock(type, .reader, key: key)
        beginStep(.load, range, ordering: .acquire)
        if isChecked { emit(.checkPlace(base, .read), range) }
        let count = loadHidden(offset(base, by: counterOffset(type), range), range)
        let changed = binary(.notEqual, count, start.operand, range)
        if isRunning {
            let own = ownSince(base, type, range)
            let since = loadHidden(own, range)
            let turn = Int64(1) << Int64(width(key))
            let missed = binary(.and, isZero(changed, range), binary(.lessSigned, .constant(turn), since, range), range)
            check(
                isZero(missed, range), .overflow, name: key ?? "seqcount",
                "the \(width(key))-bit counter has gone round once during the read, and the reader would not notice", range)
            storeHidden(own, .constant(0), range)
        }
        showResult(changed)
        return Value(type: .bool, parts: [changed], range: 0...1)
    }

    /// Entering and leaving a write section: one increment each.
    func sequenceIncrement(_ site: CallSite, _ type: BuiltinType) -> Value {
        guard let lock = lockArgument(site.arguments[0], type) else { return .nothing }
        return sequenceIncrement(at: lock, site, type)
    }

    func sequenceIncrement(at lock: LockArgument, _ site: CallSite, _ type: BuiltinType) -> Value {
        let (base, isChecked, key) = lock
        let range = site.range
        beginStep(.readModifyWrite, range, ordering: .full)
        if isChecked { emit(.checkPlace(base, .write), range) }
        let cell = offset(base, by: counterOffset(type), range)
        let count = loadHidden(cell, range)
        let isEnd = site.name.text.hasSuffix("end") || site.name.text.hasSuffix("unlock")
        if !site.name.text.hasPrefix("raw_") {
            let isOdd = binary(.and, count, .constant(1), range)
            check(
                isEnd ? isOdd : isZero(isOdd, range), .unbalanced, name: site.name.text,
                isEnd
                    ? "\(site.name.text)() outside of a write section"
                    : "\(site.name.text)() while another write section is open", range)
        }
        let turn = Int64(1) << Int64(width(key))
        let next = binary(.and, binary(.add, count, .constant(1), range), .constant(turn - 1), range)
        storeHidden(cell, next, range)
        forEachThread {
            for index in (model.memory.shapes.readers[type] ?? []).indices {
                let since = offset(base, by: counterOffset(type) + 1 + index, range)
                let old = loadHidden(since, range)
                // Outside stays outside; beyond a whole turn it need not count on.
                let counts = binary(
                    .and, binary(.notEqual, old, .constant(0), range),
                    binary(.lessOrEqualSigned, old, .constant(turn), range), range)
                storeHidden(since, binary(.add, old, counts, range), range)
            }
        }
        return .nothing
    }
}
