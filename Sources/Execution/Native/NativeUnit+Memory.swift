import Program

/// Reading and writing the state. An address that is not known now is one of a few cells: where they are alike but for
/// their place, the place is selected without a branch; where not, each gets its own code.
extension NativeUnit {
    func raw(word: Int, shift: Int, mask: UInt64) -> String {
        mask == 0 ? "0" : "((w[\(word)] >> \(shift)) & \(hex(mask)))"
    }

    func number(word: Int, shift: Int, mask: UInt64, low: Int64) -> String {
        let bits = "(i64)\(raw(word: word, shift: shift, mask: mask))"
        return low == 0 ? bits : "(i64)((u64)\(bits) + (u64)\(literal(low)))"
    }

    func load(_ field: FieldEntry) -> String {
        let bits = raw(word: Int(field.word), shift: Int(field.shift), mask: field.mask)
        return decode(field, bits)
    }

    func decode(_ field: FieldEntry, _ bits: String) -> String {
        if !field.isPointer {
            return field.low == 0 ? "(i64)\(bits)" : "(i64)((u64)\(bits) + (u64)\(literal(field.low)))"
        }
        if field.mask == 0 { return "0" }
        if field.mask == 1 {
            // One cell or NULL.
            return "(-(i64)\(bits) & \(tables.pointers[Int(field.decode) + 1]))"
        }
        return "P[\(field.decode) + \(bits)]"
    }

    /// Opens a block in which `v` holds the raw bits of a value that fits; the caller closes it.
    private func encode(_ field: FieldEntry, _ value: String, _ known: Int64?) -> String {
        if let known, let bits = rawBits(known, field) { return "{ const u64 v = \(hex(bits));" }
        if field.isPointer {
            return """
                { if ((u64)\(value) >= \(tables.cells.count)) goto F; i64 v = X[\(field.encode) + \(value)]; if (v < 0) goto F;
                """
        }
        let low = field.low == 0 ? "(u64)\(value)" : "(u64)\(value) - (u64)\(literal(field.low))"
        if field.span == .max { return "{ u64 v = \(low);" }
        return "{ u64 v = \(low); if (v > \(hex(field.span))) \(outside(field.storage))"
    }

    /// How a value is packed; nil if the field cannot hold it, which is found out as the run gets there.
    private func rawBits(_ value: Int64, _ field: FieldEntry) -> UInt64? {
        if field.isPointer {
            guard value >= 0, value < tables.cells.count else { return nil }
            let index = tables.indices[Int(field.encode) + Int(value)]
            return index < 0 ? nil : UInt64(index)
        }
        let raw = UInt64(bitPattern: value &- field.low)
        return raw <= field.span && raw & field.mask == raw ? raw : nil
    }

    /// `isCleared`: the field's bits are zero already.
    func store(_ field: FieldEntry, _ value: String, known: Int64? = nil, isCleared: Bool = false) -> String {
        let word = "w[\(field.word)]"
        let old = isCleared ? word : "(\(word) & \(hex(~(field.mask << UInt64(field.shift)))))"
        if field.mask == 0 { return encode(field, value, known) + " (void)v; }" }
        // A value that fits has no more bits than the field, unless the field takes any.
        let bits =
            field.isPointer || field.span <= field.mask ? "(u64)v" : "((u64)v & \(hex(field.mask)))"
        return "\(encode(field, value, known)) \(word) = \(old) | (\(bits) << \(field.shift)); }"
    }

    /// The bits are known to be no more than the field has, or are cut off.
    func setRaw(_ field: FieldEntry, _ bits: String) -> String {
        if field.mask == 0 { return ";" }
        return """
            w[\(field.word)] = (w[\(field.word)] & \(hex(~(field.mask << UInt64(field.shift))))) | ((\(bits) & \
            \(hex(field.mask))) << \(field.shift));
            """
    }

    // MARK: Places known only in the run

    /// The fields are the same but for where they lie.
    private func areAlike(_ cells: [Int]) -> Bool {
        guard let first = cells.first.map({ tables.cells[$0].field }) else { return false }
        return cells.allSatisfy {
            let field = tables.cells[$0].field
            return field.mask == first.mask && field.low == first.low && field.span == first.span
                && field.isPointer == first.isPointer && field.decode == first.decode && field.encode == first.encode
                && (tables.storages[Int(field.storage)] == .overflow)
                    == (tables.storages[Int(first.storage)] == .overflow)
        }
    }

    /// One value for each cell, chosen by the address: constant, one of two, or from the table.
    private func select(_ address: String, _ cells: [Int], table: String, _ value: (Int) -> Int) -> String {
        let values = cells.map(value)
        if values.allSatisfy({ $0 == values[0] }) { return "\(values[0])" }
        if cells.count == 2 { return "(\(address) == \(cells[0]) ? \(values[0]) : \(values[1]))" }
        return "\(table)[\(address)]"
    }

    /// The word that a cell lies in, by value.
    private func selectWord(_ address: String, _ cells: [Int], table: String, _ word: (Int) -> Int) -> String {
        let words = Set(cells.map(word)).sorted()
        if words.count == 1 { return "w[\(words[0])]" }
        if cells.count == 2 { return "(\(address) == \(cells[0]) ? w[\(word(cells[0]))] : w[\(word(cells[1]))])" }
        return words.dropLast().reversed().reduce("w[\(words.last!)]") {
            "(\(table)[\(address)] == \($1) ? w[\($1)] : \($0))"
        }
    }

    func loadCell(_ target: String, address place: UInt16, isChecked: Bool) -> String {
        let address = value(place)
        let named = cells(place)
        if let known = constant(place) {
            return known == 0 ? "\(target) = 0;" : "\(target) = \(load(tables.cells[Int(known)].field));"
        }
        if named.isEmpty { return "if (\(address)) goto F; \(target) = 0;" }
        guard areAlike(named) else {
            let cases = named.map { "case \($0): \(target) = \(load(tables.cells[$0].field)); break; " }.joined()
            return "switch (\(address)) { case 0: \(target) = 0; break; \(cases)default: goto F; }"
        }
        let field = tables.cells[named[0]].field
        var found = decode(field, "0")
        if field.mask != 0 {
            let word = selectWord(address, named, table: "WD") { Int(tables.cells[$0].field.word) }
            let shift = select(address, named, table: "SH") { Int(tables.cells[$0].field.shift) }
            found = decode(field, "((\(word) >> \(shift)) & \(hex(field.mask)))")
        }
        return isChecked || isNeverNull(place) ? "\(target) = \(found);" : "\(target) = \(address) ? \(found) : 0;"
    }

    func storeCell(
        _ value: String, known: Int64? = nil, address place: UInt16, isGhost: Bool, isChecked: Bool
    ) -> String {
        let address = self.value(place)
        if let cell = constant(place) {
            if cell == 0 { return ";" }
            let text = store(tables.cells[Int(cell)].field, value, known: known)
            return isGhost ? "if (\(isLive(place))) \(text)" : text
        }
        let named = cells(place)
        if named.isEmpty { return "if (\(address)) goto F;" }
        var text: String
        if areAlike(named) {
            text = storeSelected(value, known, address, named)
        } else {
            let cases = named.map { cell in
                "case \(cell): \(store(tables.cells[cell].field, value, known: known)) break; "
            }.joined()
            text = "switch (\(address)) { case 0: break; \(cases)default: goto F; }"
        }
        if isGhost { return "if (\(isLive(place))) { \(text) }" }
        if !isChecked, !isNeverNull(place) { text = "if (\(address)) { \(text) }" }
        return text
    }

    private func storeSelected(_ value: String, _ known: Int64?, _ address: String, _ named: [Int]) -> String {
        let field = tables.cells[named[0]].field
        if field.mask == 0 { return encode(field, value, known) + " (void)v; }" }
        let shift = select(address, named, table: "SH") { Int(tables.cells[$0].field.shift) }
        var text = "\(encode(field, value, known)) const u32 h = \(shift); "
        text += "const u64 keep = ~(\(hex(field.mask)) << h), "
        text += "more = ((u64)v & \(hex(field.mask))) << h; "
        let words = Set(named.map { Int(tables.cells[$0].field.word) }).sorted()
        if words.count == 1 {
            text += "w[\(words[0])] = (w[\(words[0])] & keep) | more; "
        } else {
            text += "const u32 k = \(select(address, named, table: "WD") { Int(tables.cells[$0].field.word) }); "
            for word in words { text += "w[\(word)] = k == \(word) ? (w[\(word)] & keep) | more : w[\(word)]; " }
        }
        return text + "}"
    }

    // MARK: Life

    /// 1 if the address may be followed.
    func isLive(_ place: UInt16) -> String {
        let address = value(place)
        if let known = constant(place) {
            if known == 0 { return "0" }
            let cell = tables.cells[Int(known)]
            return cell.liveBit == 0 ? "1" : "((w[\(cell.liveWord)] & \(hex(cell.liveBit))) != 0)"
        }
        let named = cells(place)
        let inObjects = named.filter { tables.cells[$0].liveBit != 0 }
        if inObjects.isEmpty { return isNeverNull(place) ? "1" : "(\(address) != 0)" }
        let word = selectWord(address, inObjects, table: "LW") { Int(tables.cells[$0].liveWord) }
        guard inObjects.count == named.count else { return "((\(word) & LB[\(address)]) == LV[\(address)])" }
        let bits = inObjects.map { tables.cells[$0].liveBit }
        if bits.allSatisfy({ $0 == bits[0] }) { return "(\(address) && (\(word) & \(hex(bits[0]))))" }
        // The bit of no cell but NULL is zero.
        return "((\(word) & LB[\(address)]) != 0)"
    }

    func checkPlace(_ place: UInt16, fromTLB: UInt16? = nil) -> String {
        let address = value(place)
        let typesafe = Set(cells(place).map { Int(tables.cells[$0].slot) })
            .filter { $0 >= 0 && tables.slots[$0].isTypesafe }
        var onFree = fail(.useAfterFree)
        if !typesafe.isEmpty {
            // A typesafe slot may be followed for as long as somebody was inside when it was freed.
            var quarantined = "0"
            for slot in typesafe.sorted() {
                let entry = tables.slots[slot]
                let bits = raw(
                    word: Int(entry.quarantine.word), shift: Int(entry.quarantine.shift), mask: entry.quarantine.mask)
                let last = entry.firstCell + entry.cellCount
                quarantined += " || (\(address) >= \(entry.firstCell) && \(address) < \(last) && \(bits))"
            }
            onFree = "{ if (!(\(quarantined))) \(onFree) }"
        }
        if let fromTLB, constant(fromTLB) != 0 { onFree = "{ if (\(value(fromTLB))) \(fail(.staleTLB)) else \(onFree) }" }
        let live = isLive(place)
        return live == "1" ? ";" : "if (!\(live)) { if (\(address) == 0) \(fail(.nullDereference)) else \(onFree) }"
    }

    private func zero(_ slot: Int) -> String {
        tables.slots[slot].zeros.map {
            let setting = tables.zeros[$0]
            return "w[\(setting.word)] = (w[\(setting.word)] & \(hex(setting.keep))) | \(hex(setting.value)); "
        }.joined()
    }

    func allocate(_ target: String, pool: Int) -> String {
        let slots = tables.pools[pool].slots.map { tables.slotNumbers[$0] }
        func isFree(_ slot: Int) -> String {
            "!(w[\(tables.slots[slot].liveWord)] & \(hex(tables.slots[slot].liveBit)))"
        }
        var text = "{ u32 free = 0\(slots.map { " + (\(isFree($0)))" }.joined()); "
        text += "if (!free) { c->exhausted[\(pool)] = 1; \(target) = 0; } else { "
        text += "if (free == 1) c->only[\(pool)] = 1; " + choose("free") + " "
        for (index, slot) in slots.enumerated() {
            let entry = tables.slots[slot]
            text += "\(index == 0 ? "" : "else ")if (\(isFree(slot)) && q-- == 0) { "
            text += "w[\(entry.liveWord)] |= \(hex(entry.liveBit)); "
            text += "\(setRaw(entry.quarantine, "0ull")) \(target) = \(entry.firstCell); } "
        }
        return text + "} } }"
    }

    func release(_ place: UInt16) -> String {
        let address = value(place)
        var text = "switch (\(address)) { case 0: break; "
        let named = Set(cells(place))
        for slot in tables.slots.indices where named.contains(tables.slots[slot].firstCell) {
            text += "case \(tables.slots[slot].firstCell): { \(releaseSlot(slot)) break; } "
        }
        return text + "default: \(fail(.doubleFree)) }"
    }

    private func releaseSlot(_ slot: Int) -> String {
        let entry = tables.slots[slot]
        var text = "if (!(w[\(entry.liveWord)] & \(hex(entry.liveBit)))) \(fail(.doubleFree)) "
        if !entry.isTypesafe {
            let held = entry.lockTests.map { source.differs(tables.tests[$0]) }
            if !held.isEmpty { text += "if (\(held.joined(separator: " || "))) \(fail(.freeOfLocked)) " }
        }
        text += "w[\(entry.liveWord)] &= \(hex(~entry.liveBit)); "
        guard entry.isTypesafe else { return text + zero(slot) }
        let inside = model.rcuDomain.map { "in\($0)(w)" } ?? "0ull"
        return text + "{ u64 v = \(inside); \(setRaw(entry.quarantine, "v")) if (!v) { \(zero(slot))} }"
    }
}

/// Grace periods, callbacks, locks.
extension NativeUnit {
    /// Code for the domain that an operand names.
    func overDomains(_ place: UInt16, _ text: (Int) -> String) -> String {
        if let known = constant(place) {
            let domain = tables.domainOfCell[Int(known)]
            return domain < 0 ? "goto F;" : text(Int(domain))
        }
        let cases = cells(place).filter { tables.domainOfCell[$0] >= 0 }.map {
            "case \($0): { \(text(Int(tables.domainOfCell[$0]))) break; } "
        }.joined()
        return "switch (\(value(place))) { \(cases)default: goto F; }"
    }

    /// The bits of this thread among a domain's readers.
    func readerBits(_ domain: Int) -> UInt64 {
        tables.domains[domain].readers.enumerated().reduce(0) {
            tables.readers[$1.element].thread == thread ? $0 | 1 << UInt64($1.offset) : $0
        }
    }

    func quiesce(_ domain: Int) -> String {
        var text = ""
        for (number, reader) in tables.domains[domain].readers.enumerated()
        where tables.readers[reader].thread == thread {
            let bit: UInt64 = 1 << UInt64(number)
            let inside = tables.readers[reader].tests.map { source.differs(tables.tests[$0]) }
            text += "if (!(\(inside.isEmpty ? "0" : inside.joined(separator: " || ")))) { "
            for index in tables.domains[domain].masks { text += leave(tables.masks[index], bit) }
            text += "} "
        }
        return text + ";"
    }

    private func leave(_ mask: MaskEntry, _ bit: UInt64) -> String {
        let clear = "w[\(mask.word)] &= \(hex(~(bit << mask.shift))); "
        if mask.mask & bit == 0 { return "" }
        guard mask.slot >= 0 else { return clear }
        let slot = tables.slots[mask.slot]
        let old = raw(word: mask.word, shift: Int(mask.shift), mask: mask.mask)
        return "if (\(old) == \(hex(bit)) && !(w[\(slot.liveWord)] & \(hex(slot.liveBit)))) { \(zero(mask.slot))} " + clear
    }

    func startCallback(_ op: Op) -> String {
        let threadClass = model.classes[Int(op.x)]
        var threads: [Int: Int] = [:]
        for (index, object) in threadClass.objects.enumerated() where index < threadClass.threads.count {
            threads[object] = threadClass.threads.lowerBound + index
        }
        let named = Set(cells(op.a))
        var text = "switch (\(value(op.a))) { "
        for (object, thread) in threads.sorted(by: { $0.key < $1.key }) where named.contains(object) {
            text += "case \(object): { \(start(thread, domain: op.b)) break; } "
        }
        return text + "default: goto F; }"
    }

    private func start(_ other: Int, domain: UInt16) -> String {
        let info = model.threads[other]
        let point = tables.cells[info.programPointCell].field
        let step = source.bytecode.units[other].firstStep
        if step < 0 { return "goto F;" }
        var text = "if (\(raw(word: Int(point.word), shift: Int(point.shift), mask: point.mask))) \(fail(.doubleFree)) "
        text += setRaw(point, hex(UInt64(step + 1))) + " "
        if info.callbackMaskCell != 0 {
            text += overDomains(domain) { domain in
                "{ u64 v = in\(domain)(w); \(setRaw(tables.cells[info.callbackMaskCell].field, "v")) }"
            } + " "
        }
        for (_, place) in source.layout.locals[other][step] {
            let field = tables.field(place, stale: false)
            text += setRaw(field, hex(field.rawZero)) + " "
        }
        return text
    }

    private func holds(_ lock: Int, forWriting: Bool) -> [String] {
        let entry = tables.holds[lock * (model.threads.count + 1) + thread]
        var tests: [String] = []
        if entry.owner.mask != 0 { tests.append("!(\(source.differs(entry.owner)))") }
        if !forWriting, entry.reader.mask != 0 { tests.append("(\(source.differs(entry.reader)))") }
        return tests
    }

    func checkNoLockHeld() -> String {
        let tests = model.locks.indices.flatMap { holds($0, forWriting: false) }
        return tests.isEmpty ? ";" : "if (\(tests.joined(separator: " || "))) \(fail(.lockHeldAtExit))"
    }

    func checkLockHeld(_ op: Op) -> String {
        let named = Set(cells(op.a))
        var text = "{ u32 q = 0; switch (\(value(op.a))) { "
        for (number, lock) in model.locks.enumerated() where named.contains(lock.firstCell) {
            let tests = holds(number, forWriting: op.flag != 0)
            text += "case \(lock.firstCell): q = \(tests.isEmpty ? "0" : tests.joined(separator: " || ")); break; "
        }
        return text + "default: break; } if (!q) \(fail(.assertion)) }"
    }
}
