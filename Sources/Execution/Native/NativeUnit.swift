import Program

/// Writes the C function of one `Code`, from its ops.
struct NativeUnit {
    let source: NativeSource
    let unit: CodeUnit
    let ops: Range<Int>
    /// The thread that runs it; the number of threads for a property.
    let thread: Int
    let isProperty: Bool
    let pointsTo: PointsTo
    /// Registers that are elements of an array that is indexed by a register.
    let elements: Set<Int>
    /// Of the function being written: the ops that its steps can get to, and what is among them.
    private var reached: [Int] = []
    private var targets: Set<Int> = []
    private var hasChoice = false
    private var hasSpurious = false
    /// Jumps back within a step, in loops that may never end.
    private(set) var endless: Set<Int> = []
    private var notesAccesses = false
    /// By the op that ends a step: what of the thread's locals is carried over as it is.
    private(set) var kept: [Int: [Register: Kept]] = [:]
    private let neverNull: Set<Int>

    var tables: MachineTables { source.tables }
    var model: Model { source.model }

    init(_ source: NativeSource, unit number: Int, code: Code) {
        self.source = source
        unit = source.bytecode.units[number]
        ops = source.ops(number)
        isProperty = number > source.model.threads.count
        thread = isProperty ? source.model.threads.count : number
        pointsTo = PointsTo(model: source.model, code: code, thread: thread)
        var elements: Set<Int> = []
        for op in source.bytecode.ops[ops] where op.code == .loadElement || op.code == .storeElement {
            elements.formUnion(Int(op.b)..<Int(op.b) + Int(op.x) * Int(op.y))
        }
        self.elements = elements
        let locals = isProperty ? [] : Set(source.layout.locals[thread].joined().map { $0.register })
        neverNull = Self.neverNull(source, source.bytecode.units[number], source.ops(number), locals: locals)
    }

    private func isChoice(_ place: Int) -> Bool {
        source.bytecode.ops[place].code == .choose || source.bytecode.ops[place].code == .allocate
    }

    /// Translates the ops that runs from these can get to.
    private mutating func translate(from starts: [Int]) -> String {
        reached = reach(starts).sorted()
        targets = Set(starts)
        hasChoice = reached.contains(where: isChoice)
        hasSpurious = reached.contains { source.bytecode.ops[$0].code == .spurious }
        endless = []
        notesAccesses = false
        for (index, place) in reached.enumerated() {
            let code = source.bytecode.ops[place].code
            if code == .jumpBack || code == .branchBack, reach(following(place)).contains(place) {
                endless.insert(place)
            }
            if code == .noteAccess { notesAccesses = true }
            for next in following(place)
            where next != place + 1 || index + 1 == reached.count || reached[index + 1] != next
                || source.isBranch(code)
            {
                targets.insert(next)
            }
        }
        var text = ""
        // Stores of constants to one word in a row become one; the end of a step takes them along.
        var settings = Settings()
        for place in reached {
            let op = source.bytecode.ops[place]
            if targets.contains(place) { text += settings.take() + "L\(place): ;\n" }
            switch op.code {
            case .storeImmediate:
                settings.add(word: Int(op.b), keep: op.y, value: UInt64(bitPattern: op.x))
            case .mark, .end:
                text += "    " + ending(op, place, &settings) + "\n"
            case .cover:
                text += "    " + statement(op, place) + "\n"
            default:
                text += settings.take() + "    " + statement(op, place) + "\n"
            }
        }
        return text
    }

    // MARK: Operands

    /// Places behind the registers are constants. What is no place in the file gives just anything: an op that does not
    /// use it as one will not ask.
    func constant(_ place: UInt16) -> Int64? {
        if Int(place) < unit.registerCount { return nil }
        let index = unit.file + Int(place)
        return index < source.bytecode.file.count ? source.bytecode.file[index] : 0
    }

    func value(_ place: UInt16) -> String { constant(place).map(literal) ?? register(Int(place)) }

    func register(_ number: Int) -> String { elements.contains(number) ? "f[\(number)]" : "r\(number)" }

    /// The cells that an address may name, NULL left out.
    func cells(_ place: UInt16) -> [Int] {
        pointsTo.cells(constant(place).map { .constant($0) } ?? .register(Int(place))).members
    }

    /// An operand that is never NULL.
    func isNeverNull(_ place: UInt16) -> Bool { constant(place).map { $0 != 0 } ?? neverNull.contains(Int(place)) }

    // MARK: Failing

    /// What follows where a check of this kind fails: nothing if the run goes on.
    func fail(_ kind: FailureKind) -> String {
        if source.enabled.contains(kind) { return "goto F;" }
        return kind.canContinue ? ";" : "goto A;"
    }

    func outside(_ storage: Int32) -> String {
        tables.storages[Int(storage)] == .overflow ? fail(.overflow) : "goto F;"
    }

    // MARK: Functions

    private func declarations() -> String {
        let registers = (0..<unit.registerCount).filter { !elements.contains($0) }
        var text = registers.isEmpty ? "" : "    i64 \(registers.map { "r\($0) = 0" }.joined(separator: ", "));\n"
        if let last = elements.max() { text += "    i64 f[\(last + 1)] = {0};\n" }
        if !endless.isEmpty { text += "    u32 budget;\n" }
        text += "    u64 w[N];\n"
        return text
    }

    private func loadWords() -> String {
        var text = (0..<source.layout.wordCount).map { "    w[\($0)] = s[\($0)];\n" }.joined()
        if !endless.isEmpty { text += "    budget = \(Scratch.backwardJumpsMax);\n" }
        return text
    }

    /// All that the thread can do in a state: returns the number of successors, or `NOT_MINE`. The steps with a choice
    /// have a function of their own, for it is the repetition that is hard to compile and slow.
    mutating func threadFunctions(_ thread: Int, coverage: Int) -> String {
        let steps = unit.steps.indices
        let choosing = steps.filter { reach([unit.steps[$0]]).contains(where: isChoice) }
        let plain = steps.filter { !choosing.contains($0) }
        let tail = "(s, out, mv, r, c, held);"
        var text = ""
        if !choosing.isEmpty {
            text = threadFunction(
                "choose\(thread)", storage: "static", thread, choosing, coverage: coverage,
                otherwise: "return NOT_MINE;")
        }
        return text
            + threadFunction(
                // Inlined before anything is optimised: nothing is then optimised twice.
                "step\(thread)", storage: "ALWAYS", thread, plain, coverage: coverage,
                otherwise: choosing.isEmpty ? "return NOT_MINE;" : "return choose\(thread)\(tail)")
    }

    private mutating func threadFunction(
        _ name: String, storage: String, _ thread: Int, _ steps: [Int], coverage: Int, otherwise: String
    ) -> String {
        kept = keptLocals(from: steps, thread: thread)
        var carried: Set<Register> = []
        for locals in kept.values { for (register, how) in locals where !how.isInPlace { carried.insert(register) } }
        let body = translate(from: steps.map { unit.steps[$0] })
        let point = tables.cells[model.threads[thread].programPointCell].field
        let bit = hex(1 << UInt64(thread))
        var text = """
            \(storage) u32 \(name)(const u64 *restrict s, u64 *restrict out, u64 *restrict mv,
                struct record *restrict r, struct lw *restrict c, u64 *restrict held) {

            """
        text += declarations()
        if !carried.isEmpty { text += "    u64 \(carried.sorted().map { "b\($0) = 0" }.joined(separator: ", "));\n" }
        text += "    const u32 point = (u32)((s[\(point.word)] >> \(point.shift)) & \(hex(point.mask)));\n"
        text += "    u64 mask = 0;\n"
        if hasChoice {
            text += "    u32 depth, known = 0, n = 0, outcomes = 0, blocked = 0, given_up = 0, holds = 0, now;\n"
            text += "    u64 masks = 0;\n    i64 choice[CHOICES], limit[CHOICES];\n"
            if hasSpurious { text += "    u32 odd, spurious = 0;\n" }
        }
        if notesAccesses { text += "    u32 noted;\n" }
        text += "again: ;\n" + loadWords()
        if hasChoice { text += "    depth = 0;\n" }
        if hasSpurious { text += "    odd = 0;\n" }
        if notesAccesses { text += "    noted = c->noted;\n" }
        text += "    switch (point) {\n    case 0: r->ended |= \(bit); return 0;\n"
        for step in steps {
            text += "    case \(step + 1):\n"
            for (register, place) in source.layout.locals[thread][step] {
                let field = tables.field(place, stale: false)
                if carried.contains(register), field.mask != 0 {
                    let bits = raw(word: place.word, shift: place.shift, mask: place.mask)
                    text += "        b\(register) = \(bits);\n"
                    text += "        \(self.register(register)) = \(decode(field, "b\(register)"));\n"
                } else {
                    text += "        \(self.register(register)) = \(load(field));\n"
                }
            }
            text += "        goto L\(unit.steps[step]);\n"
        }
        text += "    default: \(otherwise)\n    }\n" + body
        text += hasChoice ? choiceEnd(coverage, bit) : plainEnd(coverage, bit)
        return text + "F:\n    return NOT_MINE;\n}\n"
    }

    private var copyOut: String {
        (0..<source.layout.wordCount).map { "out[\($0)] = w[\($0)]; " }.joined()
    }

    /// A thread without choices has one outcome.
    private func plainEnd(_ coverage: Int, _ bit: String) -> String {
        let restore = notesAccesses ? "c->noted = noted; " : ""
        let slot = coverage == 0 ? "point - 1" : "point + \(coverage - 1)"
        return """
            E:
                \(copyOut)
                mv[0] = \(thread);
                c->taken[\(slot)] = 1;
                return 1;
            B0:
                \(restore)r->on_condition |= \(bit); held[\(thread)] = 0; c->waited[\(slot)] = 1;
                return 0;
            B1:
                \(restore)r->on_holders |= \(bit); held[\(thread)] = mask; c->waited[\(slot)] = 1;
                return 0;
            A:
                r->abandoned |= \(bit); c->taken[\(slot)] = 1;
                return 0;

            """
    }

    /// One execution for each vector of choices, as `Interpreter.expand` has it.
    private func choiceEnd(_ coverage: Int, _ bit: String) -> String {
        let restore = notesAccesses ? "c->noted = noted; " : ""
        let slot = coverage == 0 ? "point - 1" : "point + \(coverage - 1)"
        let count = hasSpurious ? "spurious += odd; " : ""
        let counted = hasSpurious ? "outcomes > spurious" : "outcomes"
        return """
            E:
                if (outcomes == OUTCOMES) goto F;
                \(count)\(copyOut)
                out += N;
                mv[n++] = \(thread) | (u64)outcomes++ << 32;
                goto next;
            A:
                if (outcomes == OUTCOMES) goto F;
                outcomes++; given_up++; \(count)
                goto next;
            B0:
                now = 0; mask = 0;
                goto waits;
            B1:
                now = 1;
            waits:
                \(restore)blocked++;
                if (blocked == 1) { holds = now; masks = mask; }
                else if (holds != now || masks != mask) { holds = 0; masks = 0; }
            next:
                while (depth > 0) {
                    if (choice[depth - 1] + 1 < limit[depth - 1]) { choice[depth - 1]++; known = depth; goto again; }
                    depth--;
                }
                if (outcomes) c->taken[\(slot)] = 1;
                if (\(counted)) {
                    if (outcomes == given_up) r->abandoned |= \(bit);
                } else {
                    if (holds) r->on_holders |= \(bit); else r->on_condition |= \(bit);
                    held[\(thread)] = masks; c->waited[\(slot)] = 1;
                }
                return n;

            """
    }

    /// 1 if the property holds, 0 if not, 2 if the interpreter is to say.
    mutating func propertyFunction(_ number: Int, result: Register) -> String {
        kept = [:]
        let body = translate(from: [unit.start])
        // Nothing to choose from in a state.
        if hasChoice { return "static u32 property\(number)(struct lw *c, const u64 *s) { return 2; }\n" }
        var text = "static u32 property\(number)(struct lw *restrict c, const u64 *restrict s) {\n"
        text += declarations() + loadWords() + "    u64 mask = 0;\n    goto L\(unit.start);\n" + body
        return text + "E:\n    return \(register(result)) != 0;\nB0: B1: A: F:\n    return 2;\n}\n"
    }
}
