/// Builds a small random protocol. Locks are mostly balanced and loops always take steps, so that most models get far
/// before something goes wrong, and about half of them hold.
struct Generator {
    /// What a protocol is about; a few of these at a time keep it small and its parts close together.
    enum Feature: CaseIterable {
        case spinlock, mutex, rwsem, objects, atomic, refcount, rcu, srcu, interrupts, preemption, completion, seqcount
        case array, bits, ghost
    }

    var random: SplitMix
    var model = Protocol()
    var features: Set<Feature> = []
    var locals: [Local] = []
    var instances = 1
    /// The pointers that have been given a value, NULL or not.
    var taken: [Int] = []
    /// Loops around, so that each has a counter of its own.
    var loopDepth = 0
    var inAtomic = false
    var assertions = 0

    static func model(seed: UInt64) -> Protocol {
        var generator = Generator(random: SplitMix(seed: seed))
        generator.build()
        return generator.model
    }

    private init(random: SplitMix) { self.random = random }

    private mutating func build() {
        for _ in 0..<random.among([1, 2, 2, 3, 3, 4]) { features.insert(random.among(Feature.allCases)) }
        if !features.isDisjoint(with: [.refcount]), random.chance(60) { features.insert(.objects) }
        if features.contains(.rcu), random.chance(70) { features.insert(.objects) }
        if random.chance(30) { features.insert(.ghost) }
        declare()
        let shape = random.among([[1, 1], [1, 1], [2], [1, 2], [1, 1, 1], [2, 1]])
        for (number, count) in shape.enumerated() { thread("t\(number)", count, others: shape.reduce(0, +) - 1) }
        properties()
        // Last, so that seeds without it keep their protocols.
        if random.chance(40) { placeOnCPUs() }
        if model.threads.allSatisfy({ $0.cpu == nil }), random.chance(35) { addWaiting() }
    }

    /// Puts waits for an event, and wake-ups, between the statements of the threads.
    private mutating func addWaiting() {
        let queue = model.globals.count
        model.globals.append(Global(name: "wq", kind: .waitQueue))
        for thread in model.threads.indices {
            locals = model.threads[thread].locals
            instances = model.threads[thread].count
            taken = []
            for _ in 0..<1 + random.below(2) {
                let more = waiting(queue)
                let at = random.below(model.threads[thread].body.count + 1)
                model.threads[thread].body.insert(contentsOf: more, at: at)
            }
        }
    }

    /// Puts most threads on one CPU, and mostly an interrupt on top of them.
    private mutating func placeOnCPUs() {
        model.preemption = random.among([.full, .full, .voluntary, .none])
        for thread in model.threads.indices where random.chance(80) { model.threads[thread].cpu = 0 }
        let total = model.threads.reduce(0) { $0 + $1.count }
        guard random.chance(total > 2 ? 30 : 60) else { return }
        let count = random.among([1, 1, 2])
        thread("irq", count, others: 2)
        model.threads[model.threads.count - 1].cpu = 0
        model.threads[model.threads.count - 1].isInterrupt = true
    }

    // MARK: Declarations

    private mutating func declare() {
        for index in 0..<random.among([1, 2, 2]) {
            let type = random.weighted([
                (2, IntegerType.narrow(1)), (3, .narrow(2)), (2, .narrow(3)), (2, .u8), (3, .int), (1, .bool),
            ])
            let initial = random.chance(25) ? random.below(type.highest + 1) : 0
            model.globals.append(Global(name: "x\(index)", kind: .cell(.integer(type)), initial: initial))
        }
        func add(_ name: String, _ kind: GlobalKind, _ initial: Int = 0) {
            model.globals.append(Global(name: name, kind: kind, initial: initial))
        }
        if features.contains(.spinlock) {
            add("sl0", .cell(.spinlock))
            if random.chance(40) { add("sl1", .cell(.spinlock)) }
        }
        if features.contains(.mutex) {
            add("mu0", .cell(.mutex))
            if random.chance(40) { add("mu1", .cell(.mutex)) }
        }
        if features.contains(.rwsem) {
            add("sem", .rwsem)
            model.readerPreference = random.chance(25)
        }
        if features.contains(.atomic) { add("count", .cell(.atomic), random.below(3)) }
        if features.contains(.refcount), !features.contains(.objects) || random.chance(30) {
            add("refs", .cell(.refcount), 1 + random.below(2))
        }
        if features.contains(.srcu) { add("domain", .srcu) }
        if features.contains(.completion) { add("done", .completion) }
        if features.contains(.seqcount) { add("seq", .seqcount) }
        if features.contains(.array) { add("table", .array(random.among([.narrow(2), .u8, .int]), count: 2)) }
        if features.contains(.bits) { add("word", .cell(.integer(random.among([.u8, .narrow(3)])))) }
        if features.contains(.ghost) { add("gh", .ghost(random.among([.int, .narrow(2)]))) }
        if features.contains(.rcu) { model.preemptOnly = random.chance(30) }
        if features.contains(.objects) { declareObjects() }
    }

    private mutating func declareObjects() {
        model.fields = [Field(name: "f0", kind: .integer(random.among([.narrow(1), .narrow(2), .u8, .int])))]
        if random.chance(50) { model.fields.append(Field(name: "next", kind: .pointer)) }
        if random.chance(60) || features.contains(.spinlock) { model.fields.append(Field(name: "lock", kind: .spinlock)) }
        if features.contains(.refcount) { model.fields.append(Field(name: "ref", kind: .refcount)) }
        if features.contains(.atomic) { model.fields.append(Field(name: "cnt", kind: .atomic)) }
        if random.chance(20) { model.fields.swapAt(0, random.below(model.fields.count)) }
        model.slotCount = random.among([1, 2, 2])
        model.globals.append(Global(name: "gp", kind: .cell(.pointer)))
        if random.chance(30) { model.globals.append(Global(name: "gq", kind: .cell(.pointer))) }
        guard random.chance(80) else { return }
        let pointer = global(.pointer)!
        model.initialization.append(store(pointer, call(.alloc)))
        for (number, field) in model.fields.enumerated() {
            let place = Place(.field(load(global(.pointer)!), number))
            if place.isField, field.kind == .refcount {
                model.initialization.append(
                    Statement(.call(call(.refcountSet, .address(place), .value(constant(1 + random.below(2)))))))
            } else if case .integer(let type) = field.kind, random.chance(40) {
                model.initialization.append(store(place, constant(random.below(type.highest + 1))))
            }
        }
        if model.initialization.count > 1, model.globals.filter({ $0.kind == .cell(.pointer) }).count > 1 {
            // Which of the two was set is not known: start again with the first alone.
            model.initialization = [store(Place(.global(firstPointer)), call(.alloc))]
        }
    }

    private var firstPointer: Int { model.globals.firstIndex { $0.kind == .cell(.pointer) }! }

    private mutating func thread(_ name: String, _ count: Int, others: Int) {
        instances = count
        locals = [
            Local(name: "l0", kind: .integer(.int)),
            Local(name: "l1", kind: .integer(random.weighted([(4, .int), (1, .u8), (1, .narrow(2)), (1, .bool)]))),
            Local(name: "i0", kind: .integer(.int)), Local(name: "i1", kind: .integer(.int)),
        ]
        if features.contains(.objects) {
            locals += [Local(name: "p0", kind: .pointer), Local(name: "p1", kind: .pointer)]
        }
        let length = others > 1 ? 2 + random.below(3) : 3 + random.below(5)
        var body: [Statement] = []
        taken = []
        if features.contains(.objects), random.chance(70) { body += take() }
        body += statements(length, depth: 0)
        model.threads.append(ThreadDeclaration(name: name, count: count, locals: locals, body: body))
    }

    private mutating func properties() {
        locals = []
        instances = 1
        if random.chance(25) {
            model.invariants.append(NamedCondition(name: "always", condition: either(proof(2), proof(2))))
        }
        if random.chance(25) { model.finals.append(NamedCondition(name: "last", condition: either(proof(2), proof(1)))) }
        if random.chance(15) { model.sometimes.append(NamedCondition(name: "once", condition: proof(2))) }
    }

    // MARK: Small makers

    func constant(_ value: Int) -> Expression { Expression(.constant(value)) }
    func load(_ place: Place, isMarked: Bool = true) -> Expression { Expression(.load(place, isMarked: isMarked)) }
    func call(_ primitive: Primitive, _ arguments: Argument...) -> Expression { Expression(.call(primitive, arguments)) }
    func store(_ place: Place, _ value: Expression) -> Statement { Statement(.store(place, value, isMarked: false)) }
    func either(_ a: Expression, _ b: Expression) -> Expression { Expression(.either(a, b)) }

    /// A global of that kind, if there is one.
    mutating func global(_ kind: CellKind) -> Place? { global(where: { $0.kind == .cell(kind) }) }

    mutating func global(where isWanted: (Global) -> Bool) -> Place? {
        let found = model.globals.indices.filter { isWanted(model.globals[$0]) }
        return found.isEmpty ? nil : Place(.global(random.among(found)))
    }

    mutating func field(_ kind: CellKind) -> Place? { field(where: { $0 == kind }) }

    /// A field of that kind through a pointer at hand.
    mutating func field(where isWanted: (CellKind) -> Bool) -> Place? {
        let found = model.fields.indices.filter { isWanted(model.fields[$0].kind) }
        if found.isEmpty || locals.isEmpty { return nil }
        let base: Expression
        if random.chance(92), !taken.isEmpty {
            base = Expression(.local(random.among(taken)))
        } else if random.chance(85) {
            base = load(Place(.global(firstPointer)), isMarked: false)
        } else {
            base = Expression(.local(pointerLocal()))
        }
        return Place(.field(base, random.among(found)))
    }

    /// A place of that kind, in an object or not.
    mutating func place(_ kind: CellKind) -> Place? {
        random.chance(60) ? field(kind) ?? global(kind) : global(kind) ?? field(kind)
    }

    /// Gives a pointer a value and, mostly, looks whether there is something behind it.
    mutating func take() -> [Statement] {
        let local = pointerLocal()
        let value = pointer()
        if !taken.contains(local) { taken.append(local) }
        let isNull = Expression(.unary(.not, Expression(.local(local))))
        let assign = Statement(.assign(local, value))
        return random.chance(85) ? [assign, Statement(.branch(isNull, [Statement(.leave)], []))] : [assign]
    }

    mutating func pointerLocal() -> Int { random.among(locals.indices.filter { locals[$0].kind == .pointer }) }

    /// `l0` mostly, as few values as possible should be dead.
    mutating func numberLocal() -> Int { random.chance(65) ? 0 : 1 }

    func sizeOfTable(_ global: Int) -> Int {
        if case .array(_, let count) = model.globals[global].kind { count } else { 0 }
    }
}

extension Place {
    var isField: Bool {
        if case .field = kind { true } else { false }
    }
}
