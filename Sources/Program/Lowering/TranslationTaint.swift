/// Keeps beside each pointer that a TLB may have given whether it did: following it into a free object is a STALE_TLB then, and
/// never a USE_AFTER_FREE.
///
/// A register that may hold such a pointer (a copy, a field's address, an element counted in) gets a companion of one bit, and
/// every instruction that gives the register a value gives the companion one. The companion is live where the register is
/// followed later, so a model pays for it where it matters, and a variable that holds now the one kind of pointer and now
/// the other is told right. What was put into memory in between counts as an ordinary pointer.
struct TranslationTaint {
    private let model: ModelBuilder

    init(_ model: ModelBuilder) { self.model = model }

    func apply(to code: inout Code) {
        let tainted = Self.tainted(code)
        guard !tainted.isEmpty else { return }
        let companions = addCompanions(of: tainted, to: &code)
        rewrite(&code, companions)
    }

    /// The registers that may hold a pointer from a TLB, somewhere.
    private static func tainted(_ code: Code) -> Set<Register> {
        var set: Set<Register> = []
        func holds(_ operand: Operand) -> Bool {
            if case .register(let register) = operand { return set.contains(register) }
            return false
        }
        var grew = true
        while grew {
            let before = set.count
            for instruction in code.instructions {
                switch instruction.operation {
                case .load(let target, _, let access) where access.isTranslation: set.insert(target)
                case .move(let target, let a), .convert(let target, let a, _), .fieldAddress(let target, let a, _),
                    .elementAddress(let target, let a, _, _, _, _):
                    if holds(a) { set.insert(target) }
                case .loadElement(let target, let first, _, _, _, _):
                    if code.arrayMembers(of: first).contains(where: { set.contains($0) }) { set.insert(target) }
                case .storeElement(let first, _, _, _, _, let value):
                    if holds(value) { set.formUnion(code.arrayMembers(of: first)) }
                default: break
                }
            }
            grew = set.count > before
        }
        // An array is indexed as a whole, so its companions are too.
        for register in set { set.formUnion(code.arrayMembers(of: register)) }
        return set
    }

    private func addCompanions(of tainted: Set<Register>, to code: inout Code) -> [Register: Register] {
        var companions: [Register: Register] = [:]
        for register in tainted.sorted() where companions[register] == nil {
            let members = code.arrayMembers(of: register)
            let first = code.registers.count
            for member in members {
                companions[member] = code.registers.count
                model.memory.storages.append(
                    Storage(
                        name: "\(model.memory.storages[code.registers[member].storage].name) (from a TLB)",
                        kind: .fixed(low: 0, high: 1, overflowName: nil)))
                code.registers.append(
                    RegisterInfo(
                        name: nil, range: code.registers[member].range, storage: model.memory.storages.count - 1,
                        arrayFirst: code.registers[member].arrayFirst == nil ? nil : first,
                        arrayCount: code.registers[member].arrayCount))
            }
        }
        return companions
    }

    private func rewrite(_ code: inout Code, _ companions: [Register: Register]) {
        var kept: [Instruction] = []
        var newIndex: [Int] = []
        for instruction in code.instructions {
            newIndex.append(kept.count)
            kept += Self.rewritten(instruction, companions)
        }
        newIndex.append(kept.count)
        for index in kept.indices {
            switch kept[index].operation {
            case .jump(let target): kept[index].operation = .jump(newIndex[target])
            case .branch(let condition, let yes, let no):
                kept[index].operation = .branch(condition, newIndex[yes], newIndex[no])
            default: break
            }
        }
        code.labels = code.labels.mapValues { newIndex[$0] }
        code.instructions = kept
    }

    private static func rewritten(_ instruction: Instruction, _ companions: [Register: Register]) -> [Instruction] {
        func companion(_ operand: Operand) -> Operand {
            if case .register(let register) = operand, let own = companions[register] { return .register(own) }
            return .constant(0)
        }
        func with(_ operation: Operation) -> [Instruction] { [instruction, Instruction(operation, instruction.range)] }
        switch instruction.operation {
        case .checkPlace(let address, let use, _):
            return [Instruction(.checkPlace(address, use, fromTLB: companion(address)), instruction.range)]
        case .storeElement(let first, let index, let count, let stride, let offset, let value):
            guard let array = companions[first] else { return [instruction] }
            return with(
                .storeElement(
                    first: array, index: index, count: count, stride: stride, offset: offset, value: companion(value)))
        default: break
        }
        guard let target = RegisterUse(instruction.operation).writes.first, let own = companions[target] else {
            return [instruction]
        }
        switch instruction.operation {
        case .load(_, _, let access): return with(.move(own, .constant(access.isTranslation ? 1 : 0)))
        case .move(_, let a), .convert(_, let a, _), .fieldAddress(_, let a, _), .elementAddress(_, let a, _, _, _, _):
            return with(.move(own, companion(a)))
        case .loadElement(_, let first, let index, let count, let stride, let offset):
            guard let array = companions[first] else { return with(.move(own, .constant(0))) }
            let load = Operation.loadElement(
                own, first: array, index: index, count: count, stride: stride, offset: offset)
            // First, where the index is what is overwritten.
            return index == .register(target) ? with(load).reversed() : with(load)
        default: return with(.move(own, .constant(0)))
        }
    }
}
