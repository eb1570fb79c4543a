import Program

/// What each op is in C.
extension NativeUnit {
    func statement(_ op: Op, _ place: Int) -> String {
        let a = value(op.a)
        let b = value(op.b)
        let c = value(op.c)
        func set(_ expression: String) -> String { "\(a) = \(expression);" }
        func unsigned(_ symbol: String) -> String { set("(i64)((u64)\(b) \(symbol) (u64)\(c))") }
        func compare(_ symbol: String) -> String { set("\(b) \(symbol) \(c)") }
        func decide(_ condition: String) -> String {
            "\(a) = \(condition); if (\(a)) goto L\(op.x); else goto L\(op.y);"
        }
        switch op.code {
        case .mark, .end, .storeImmediate: preconditionFailure("it has a place in `translate`")
        case .jump: return "goto L\(op.x);"
        case .jumpBack: return "\(countDown(place))goto L\(op.x);"
        case .branch: return "if (\(a)) goto L\(op.x); else goto L\(op.y);"
        case .branchBack: return "\(countDown(place))if (\(a)) goto L\(op.x); else goto L\(op.y);"
        case .branchEqual: return decide("\(b) == \(c)")
        case .branchNotEqual: return decide("\(b) != \(c)")
        case .branchLessSigned: return decide("\(b) < \(c)")
        case .branchLessOrEqualSigned: return decide("\(b) <= \(c)")
        case .branchIsZero: return decide("\(b) == 0")

        case .move: return set(b)
        case .moveImmediate: return set(literal(op.x))
        case .negate: return set("(i64)(0 - (u64)\(b))")
        case .complement: return set("~\(b)")
        case .isZero: return set("\(b) == 0")
        case .add: return unsigned("+")
        case .subtract: return unsigned("-")
        case .multiply: return unsigned("*")
        case .divideSigned: return set("divs(\(b), \(c))")
        case .divideUnsigned: return set("divu((u64)\(b), (u64)\(c))")
        case .remainderSigned: return set("rems(\(b), \(c))")
        case .remainderUnsigned: return set("remu((u64)\(b), (u64)\(c))")
        case .and: return set("\(b) & \(c)")
        case .or: return set("\(b) | \(c)")
        case .exclusiveOr: return set("\(b) ^ \(c)")
        case .andNot: return set("\(b) & ~\(c)")
        case .hasBit: return set("(u64)\(c) < 64 ? (\(b) >> (\(c) & 63)) & 1 : 0")
        case .shiftLeft: return set("(i64)((u64)\(b) << (\(c) & 63))")
        case .shiftRightSigned: return set("\(b) >> (\(c) & 63)")
        case .shiftRightUnsigned: return set("(i64)((u64)\(b) >> (\(c) & 63))")
        case .equal: return compare("==")
        case .notEqual: return compare("!=")
        case .lessSigned: return compare("<")
        case .lessOrEqualSigned: return compare("<=")
        case .lessUnsigned: return set("(u64)\(b) < (u64)\(c)")
        case .lessOrEqualUnsigned: return set("(u64)\(b) <= (u64)\(c)")
        case .extendSigned: return set("(i64)((u64)\(b) << \(op.x)) >> \(op.x)")
        case .extendUnsigned: return set("(i64)(((u64)\(b) << \(op.x)) >> \(op.x))")
        case .fieldAddress:
            return set(isNeverNull(op.b) ? "\(b) + \(c)" : "\(b) == 0 ? 0 : \(b) + \(c)")
        case .elementAddress:
            let otherwise = op.flag != 0 ? "\(a) = 0;" : fail(.outOfBounds)
            let isNull = isNeverNull(op.b) ? "" : "if (\(b) == 0) \(a) = 0; else "
            if let base = constant(op.b), base != 0, let index = constant(op.c), index >= 0, index < op.x {
                return set(literal(base &+ index &* Int64(bitPattern: op.y)))
            }
            return "\(isNull)if ((u64)\(c) < \(op.x)) \(a) = \(b) + \(c) * \(op.y); else \(otherwise)"
        case .loadElement:
            return "if ((u64)\(c) >= \(op.x)) \(fail(.outOfBounds)) \(a) = \(element(op, c));"
        case .storeElement:
            return "if ((u64)\(c) >= \(op.x)) \(fail(.outOfBounds)) \(element(op, c)) = \(a);"
        case .strip, .refine: return "goto F;"
        case .cover: return "c->covered[\(op.x)] = 1;"
        case .noteAcquired, .noteReleased: return ";"
        default: return sharedStatement(op, place)
        }
    }

    private func element(_ op: Op, _ index: String) -> String {
        "f[\(Int(op.b) + Int(op.z)) + \(index) * \(op.y)]"
    }

    /// Loops within a step have an end that is counted to.
    private func countDown(_ place: Int) -> String { endless.contains(place) ? "if (--budget == 0) goto F; " : "" }

    /// A step ends where the next one begins: what is live there goes back into the state. The thread's locals and its
    /// program point are cleared and set a word at a time, together with what was to be set anyway.
    func ending(_ op: Op, _ place: Int, _ settings: inout Settings) -> String {
        if isProperty { return settings.take() + (op.code == .end ? "goto E;" : "goto F;") }
        let locals = op.code == .end ? [] : source.layout.locals[thread][Int(op.x)]
        let kept = self.kept[place] ?? [:]
        var inPlace: [Int: UInt64] = [:]
        for (register, field) in locals where kept[register]?.isInPlace == true {
            inPlace[field.word, default: 0] |= field.mask << UInt64(field.shift)
        }
        for (word, mask) in source.layout.localMasks[thread] {
            settings.add(word: word, keep: ~mask | inPlace[word, default: 0], value: 0)
        }
        let point = tables.cells[model.threads[thread].programPointCell].field
        settings.add(
            word: Int(point.word), keep: ~(point.mask << UInt64(point.shift)),
            value: (op.code == .end ? 0 : UInt64(op.x + 1) & point.mask) << UInt64(point.shift))
        var text = settings.take()
        for (register, field) in locals where kept[register]?.isInPlace != true {
            if kept[register] == nil {
                text += store(tables.field(field, stale: false), self.register(register), isCleared: true) + " "
            } else if field.width > 0 {
                text += "w[\(field.word)] |= b\(register) << \(field.shift); "
            }
        }
        return text + "goto E;"
    }

    private func sharedStatement(_ op: Op, _ place: Int) -> String {
        let a = value(op.a)
        let b = value(op.b)
        switch op.code {
        case .loadField:
            return "\(a) = \(number(word: Int(op.b), shift: Int(op.c), mask: op.y, low: op.x));"
        case .loadPointer:
            return "\(a) = P[\(op.x) + \(raw(word: Int(op.b), shift: Int(op.c), mask: op.y))];"
        case .storeField, .storePointer:
            return store(tables.cells[Int(source.bytecode.remarks[place].cell)].field, a, known: constant(op.a))
        case .loadCell: return loadCell(a, address: op.b, isChecked: false)
        case .storeCell:
            return storeCell(a, known: constant(op.a), address: op.b, isGhost: op.flag != 0, isChecked: false)
        case .checkPlace: return checkPlace(op.a, fromTLB: op.b)
        case .checkedLoad:
            return "\(checkPlace(op.b)) \(loadCell(a, address: op.b, isChecked: true)) goto L\(place + 2);"
        case .checkedStore:
            let stored = storeCell(a, known: constant(op.a), address: op.b, isGhost: false, isChecked: true)
            return "\(checkPlace(op.b)) \(stored) goto L\(place + 2);"
        case .live: return "\(a) = \(isLive(op.b));"
        case .allocate: return allocate(a, pool: Int(op.x))
        case .free: return release(op.a)
        case .ended: return askThread(op) { point, _ in "\(point) == 0" } none: { "1" }
        case .atLabel: return askThread(op) { point, _ in "LP[\(op.z) + \(point)]" } none: { "0" }
        case .choose:
            return "if (\(b) > \(value(op.c))) goto F; " + choose("\(value(op.c)) - \(b) + 1")
                + " \(a) = \(b) + q; }"
        case .awaitCondition: return awaitCondition(op)
        case .spurious: return "odd = 1;"
        case .check:
            return "if (!\(a)) \(fail(model.failures[Int(op.x)].kind))"
        case .graceBegin:
            return overDomains(op.a) { domain in
                "{ i64 q = (i64)(in\(domain)(w) & \(hex(~readerBits(domain)))); "
                    + storeCell("q", address: op.b, isGhost: false, isChecked: false) + " }"
            }
        case .quiesce: return overDomains(op.a, quiesce)
        case .startCallback: return startCallback(op)
        case .checkNoLockHeld: return checkNoLockHeld()
        case .checkLockHeld: return checkLockHeld(op)
        case .noteAccess: return noteAccess(op)
        default: return "goto F;"
        }
    }

    private func awaitCondition(_ op: Op) -> String {
        let condition = value(op.a)
        switch op.flag {
        case 0: return "if (!\(condition)) goto B0;"
        case 1: return "if (!\(condition)) { mask = (u64)\(value(op.b)); goto B1; }"
        default:
            return "if (!\(condition)) { "
                + overDomains(op.b) { domain in
                    var text = "mask = 0; "
                    for (bit, reader) in tables.domains[domain].readers.enumerated() {
                        text += "if ((u64)\(value(op.c)) & \(hex(1 << UInt64(bit)))) "
                            + "mask |= \(hex(1 << UInt64(tables.readers[reader].thread))); "
                    }
                    return text
                } + " goto B1; }"
        }
    }

    /// Opens a block in which `q` is the choice among `count`; the caller closes it.
    func choose(_ count: String) -> String {
        """
        { i64 q = \(count); if (q == 1) q = 0; else { if (depth == CHOICES || q > OUTCOMES) goto F; \
        if (depth >= known) choice[depth] = 0; limit[depth] = q; q = choice[depth++]; }
        """
    }

    /// Asks about one instance of a class, which is known only as the run gets there, or now.
    private func askThread(
        _ op: Op, _ answer: (String, Int) -> String, none: () -> String
    ) -> String {
        let threads = model.classes[Int(op.x)].threads
        func point(_ thread: Int) -> String {
            let field = tables.cells[model.threads[thread].programPointCell].field
            return raw(word: Int(field.word), shift: Int(field.shift), mask: field.mask)
        }
        let target = value(op.a)
        if let index = constant(op.b) {
            guard index >= 0, index < Int64(threads.count) else { return "\(target) = \(none());" }
            let thread = threads.lowerBound + Int(index)
            return "\(target) = \(answer(point(thread), thread));"
        }
        var text = "switch (\(value(op.b))) { "
        for (index, thread) in threads.enumerated() {
            text += "case \(index): \(target) = \(answer(point(thread), thread)); break; "
        }
        return text + "default: \(target) = \(none()); }"
    }

    private func noteAccess(_ op: Op) -> String {
        let named = cells(op.a)
        if !named.contains(where: { tables.cells[$0].isData }) { return ";" }
        let address = value(op.a)
        var conditions: [String] = []
        if constant(op.a) == nil {
            conditions.append(address)
            for cell in named where !tables.cells[cell].isData { conditions.append("\(address) != \(cell)") }
        }
        let note = """
            { if (c->noted == ACCESSES) goto F; struct access *x = c->accesses + c->kept + c->noted++; \
            x->thread = \(thread); x->instruction = \(op.x); x->cell = (i32)\(address); \
            x->write = \(op.flag & 1); x->plain = \(op.flag >> 1 & 1); }
            """
        return conditions.isEmpty ? note : "if (\(conditions.joined(separator: " && "))) \(note)"
    }
}
