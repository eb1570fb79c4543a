import Program

/// What is known of a thread's registers beyond the ops themselves. All of it only spares work: where nothing is known,
/// the general code is right.
extension NativeUnit {
    /// Where an op goes on; nowhere if the step ends with it.
    func following(_ place: Int) -> [Int] {
        let op = source.bytecode.ops[place]
        switch op.code {
        case .mark, .end: return []
        case .jump, .jumpBack: return [Int(op.x)]
        case .branch, .branchBack, .branchEqual, .branchNotEqual, .branchLessSigned, .branchLessOrEqualSigned,
            .branchIsZero:
            return [Int(op.x), Int(op.y)]
        case .checkedLoad, .checkedStore: return [place + 2]
        default: return [place + 1]
        }
    }

    /// The ops that runs from these can get to before they stop.
    func reach(_ starts: [Int]) -> Set<Int> {
        var found = Set(starts)
        var pending = starts
        while let place = pending.popLast() {
            for next in following(place) where found.insert(next).inserted { pending.append(next) }
        }
        return found
    }

    /// The registers that an op gives a value. Of an op that is not known here, all that it might.
    private static func assigned(_ op: Op) -> Range<Int> {
        switch op.code {
        case .mark, .end, .jump, .jumpBack, .branch, .branchBack, .storeField, .storePointer, .storeImmediate,
            .storeCell, .checkPlace, .checkedStore, .free, .awaitCondition, .check, .graceBegin, .quiesce,
            .startCallback, .checkNoLockHeld, .checkLockHeld, .cover, .noteAccess, .noteAcquired, .noteReleased:
            return 0..<0
        case .storeElement:
            return Int(op.b)..<Int(op.b) + Int(op.x) * Int(op.y)
        case .refine:
            return min(Int(op.a), Int(op.b))..<max(Int(op.a), Int(op.b)) + 1
        default:
            return Int(op.a)..<Int(op.a) + 1
        }
    }

    /// A register whose bits a step leaves as they are.
    struct Kept {
        /// They lie where they did.
        var isInPlace: Bool
    }

    /// By the op that ends a step, by register: what every run that gets there has only read, and found in the state in
    /// the same form. Its bits are carried over as they are, with no value made of them and no check: they fit, as they
    /// came from a field of the same width. Nothing else writes where a running thread keeps its locals.
    func keptLocals(from steps: [Int], thread: Int) -> [Int: [Register: Kept]] {
        var kept: [Int: [Register: Kept]] = [:]
        for step in steps {
            let reached = reach([unit.steps[step]])
            var changed: Set<Int> = []
            for place in reached { changed.formUnion(Self.assigned(source.bytecode.ops[place])) }
            let before = source.layout.locals[thread][step]
            for place in reached where source.bytecode.ops[place].code == .mark {
                let after = source.layout.locals[thread][Int(source.bytecode.ops[place].x)]
                var here: [Register: Kept] = [:]
                for (register, field) in after where !changed.contains(register) {
                    guard let old = before.first(where: { $0.register == register })?.field, isAlike(old, field)
                    else { continue }
                    here[register] = Kept(isInPlace: old.word == field.word && old.shift == field.shift)
                }
                guard let known = kept[place] else {
                    kept[place] = here
                    continue
                }
                kept[place] = known.compactMapValues { $0 }.filter { here[$0.key] != nil }
                for (register, other) in here where kept[place]![register] != nil && !other.isInPlace {
                    kept[place]![register]!.isInPlace = false
                }
            }
        }
        return kept
    }

    private func isAlike(_ a: BitField, _ b: BitField) -> Bool {
        a.width == b.width && a.low == b.low && a.high == b.high && a.pointerSet == b.pointerSet
    }

    /// The registers that are never NULL: elements of an array that is no object's, and their fields.
    static func neverNull(_ source: NativeSource, _ unit: CodeUnit, _ ops: Range<Int>, locals: Set<Int>) -> Set<Int> {
        var nonNull: Set<Int> = []
        var others = locals
        var candidates: [(register: Int, base: Int?)] = []
        for place in ops {
            let op = source.bytecode.ops[place]
            let constant = Int(op.b) >= unit.registerCount
            switch op.code {
            case .elementAddress where op.flag == 0 && constant && source.bytecode.file[unit.file + Int(op.b)] != 0:
                candidates.append((Int(op.a), nil))
            case .elementAddress where op.flag == 0 && !constant:
                candidates.append((Int(op.a), Int(op.b)))
            case .fieldAddress where !constant:
                candidates.append((Int(op.a), Int(op.b)))
            default:
                others.formUnion(assigned(op))
            }
        }
        var grew = true
        nonNull = Set(candidates.map { $0.register }).subtracting(others)
        while grew {
            grew = false
            for (register, base) in candidates where nonNull.contains(register) {
                if let base, !nonNull.contains(base) {
                    nonNull.remove(register)
                    grew = true
                }
            }
        }
        return nonNull
    }
}
