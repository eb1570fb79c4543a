/// Whether a variable that `DefiniteAssignment` complains of is assigned after all, on every way that a run can take:
///
///     pte = pte_offset_map_lock(mm, pmd, addr, &ptl);      assigns ptl, or returns NULL
///     if (!pte)
///             return;
///     … ptl …
///
/// Property simulation (Das, Lerner and Seigle, "ESP", 2002), with one property: has the variable been assigned? Every way
/// through the code is followed with what is known of locals (a constant, or not zero), so that a branch on what an
/// earlier branch decided goes one way only. Locals belong to their thread: what is known of them stays true over steps.
/// Ways that know the same at the same instruction are followed once; where there are too many, the complaint stands.
struct CorrelatedBranches {
    /// What is known of a local.
    private enum Fact: Hashable {
        case constant(Int64)
        case notZero
        /// 1 if that register is zero, else 0; or the other way round.
        case isZero(Register)
        case isNotZero(Register)
    }

    private struct Way: Hashable {
        var instruction: Int
        var isAssigned: Bool
        var facts: [Register: Fact]
    }

    private static let waysMax = 20_000

    private let code: Code
    private let uses: [RegisterUse]
    private let decisive: Set<Register>

    init(_ code: Code, _ uses: [RegisterUse]) {
        self.code = code
        self.uses = uses
        decisive = Self.decisive(code)
    }

    /// The registers on which a branch depends, through copies and tests for zero.
    private static func decisive(_ code: Code) -> Set<Register> {
        var found: Set<Register> = []
        for instruction in code.instructions {
            if case .branch(.register(let register), _, _) = instruction.operation { found.insert(register) }
        }
        var before = -1
        while found.count != before {
            before = found.count
            for instruction in code.instructions {
                switch instruction.operation {
                case .move(let target, .register(let a)), .unary(_, let target, .register(let a)),
                    .convert(let target, .register(let a), _):
                    if found.contains(target) { found.insert(a) }
                case .binary(_, let target, let a, let b) where found.contains(target):
                    for case .register(let register) in [a, b] { found.insert(register) }
                default: break
                }
            }
        }
        return found
    }

    /// Whether some way reads the variable before it is assigned. `register` is the first element of an array.
    func mayReadUnassigned(_ register: Register, result: Register?) -> Bool {
        func group(_ other: Register) -> Register { code.registers[other].arrayFirst ?? other }
        let start = Way(instruction: 0, isAssigned: false, facts: [:])
        var seen: Set<Way> = [start]
        var work = [start]
        while var way = work.popLast() {
            guard way.instruction < code.instructions.count else { continue }
            let use = uses[way.instruction]
            let operation = code.instructions[way.instruction].operation
            if !way.isAssigned {
                if use.reads.contains(where: { group($0) == register }) { return true }
                if let array = use.readsArray, group(array) == register { return true }
                if case .end = operation, let result, group(result) == register { return true }
            }
            if use.writes.contains(where: { group($0) == register }) { way.isAssigned = true }
            if let array = use.writesArray, group(array) == register { way.isAssigned = true }
            // What comes after an assignment on this way is of no interest, unless the variable is read elsewhere first.
            if way.isAssigned { continue }
            for next in follow(operation, way) where seen.insert(next).inserted {
                if seen.count > Self.waysMax { return true }
                work.append(next)
            }
        }
        return false
    }

    private func follow(_ operation: Operation, _ way: Way) -> [Way] {
        guard case .branch(let condition, let yes, let no) = operation, yes != no else {
            var after = way
            learn(operation, &after.facts)
            return code.successors(of: way.instruction).map {
                after.instruction = $0
                return after
            }
        }
        var taken = way, passed = way
        taken.instruction = yes
        passed.instruction = no
        switch value(condition, way.facts) {
        case .constant(let constant): return [constant != 0 ? taken : passed]
        case .notZero: return [taken]
        case let fact:
            guard case .register(let register) = condition else { return [taken, passed] }
            assume(register, fact, isZero: false, &taken.facts)
            assume(register, fact, isZero: true, &passed.facts)
            return [taken, passed]
        }
    }

    /// Notes that a register is zero, or is not, and what that says of the register that it was a test of.
    private func assume(_ register: Register, _ fact: Fact?, isZero: Bool, _ facts: inout [Register: Fact]) {
        switch fact {
        case .isZero(let tested): facts[tested] = isZero ? .notZero : .constant(0)
        case .isNotZero(let tested): facts[tested] = isZero ? .constant(0) : .notZero
        default: break
        }
        facts[register] = isZero ? .constant(0) : .notZero
    }

    private func value(_ operand: Operand, _ facts: [Register: Fact]) -> Fact? {
        switch operand {
        case .constant(let constant): .constant(constant)
        case .register(let register): facts[register]
        case .perThread: nil
        }
    }

    private func learn(_ operation: Operation, _ facts: inout [Register: Fact]) {
        let use = RegisterUse(operation)
        var learned: (Register, Fact?)?
        switch operation {
        case .move(let target, let a): learned = (target, value(a, facts))
        case .convert(let target, let a, let shape):
            if case .constant(let constant) = value(a, facts), shape.range.contains(constant) {
                learned = (target, .constant(constant))
            }
        case .unary(.isZero, let target, let a): learned = (target, test(a, facts, isZero: true))
        case .binary(.notEqual, let target, let a, .constant(0)), .binary(.notEqual, let target, .constant(0), let a):
            learned = (target, test(a, facts, isZero: false))
        case .binary(.equal, let target, let a, .constant(0)), .binary(.equal, let target, .constant(0), let a):
            learned = (target, test(a, facts, isZero: true))
        case .binary(let binary, let target, let a, let b):
            if case .constant(let x) = value(a, facts), case .constant(let y) = value(b, facts) {
                learned = (target, Folding.apply(binary, x, y).map { .constant($0) })
            }
        default: break
        }
        var lost = Set(use.writes)
        if let array = use.writesArray { lost.formUnion(code.arrayMembers(of: array)) }
        if case .refine(let a, let b) = operation { lost.formUnion([a, b]) }
        facts = facts.filter { register, fact in
            if lost.contains(register) { return false }
            switch fact {
            case .isZero(let tested), .isNotZero(let tested): return !lost.contains(tested)
            default: return true
            }
        }
        if let (target, fact) = learned, let fact, decisive.contains(target) {
            switch fact {
            case .isZero(target), .isNotZero(target): break
            default: facts[target] = fact
            }
        }
    }

    private func test(_ operand: Operand, _ facts: [Register: Fact], isZero: Bool) -> Fact? {
        switch value(operand, facts) {
        case .constant(let constant): return .constant((constant == 0) == isZero ? 1 : 0)
        case .notZero: return .constant(isZero ? 0 : 1)
        case .isZero(let tested): return isZero ? .isNotZero(tested) : .isZero(tested)
        case .isNotZero(let tested): return isZero ? .isZero(tested) : .isNotZero(tested)
        case nil:
            guard case .register(let register) = operand else { return nil }
            return isZero ? .isZero(register) : .isNotZero(register)
        }
    }
}
