/// Which registers an instruction reads and writes: what every analysis of a `Code` begins with.
package struct RegisterUse {
    package var reads: [Register] = []
    /// Written for certain.
    package var writes: [Register] = []
    /// Read as a whole array: it contains this register.
    package var readsArray: Register?
    /// An element of this array is written, no one knows which.
    package var writesArray: Register?

    private mutating func read(_ operands: Operand...) {
        for case .register(let register) in operands { reads.append(register) }
    }

    package init(_ operation: Operation) {
        switch operation {
        case .step, .jump, .end, .checkNoLockHeld, .fence, .cover, .spurious:
            break
        case .move(let target, let a), .unary(_, let target, let a), .convert(let target, let a, _),
            .load(let target, let a, _), .live(let target, let a), .ended(let target, _, let a),
            .atLabel(let target, _, let a, _):
            read(a)
            writes = [target]
        case .binary(_, let target, let a, let b), .fieldAddress(let target, let a, let b),
            .elementAddress(let target, let a, let b, _, _, _), .choose(let target, let a, let b):
            read(a, b)
            writes = [target]
        case .loadElement(let target, let first, let index, _, _, _):
            read(index)
            readsArray = first
            writes = [target]
        case .storeElement(let first, let index, _, _, _, let value):
            read(index, value)
            writesArray = first
        case .allocate(let target, _):
            writes = [target]
        case .branch(let a, _, _), .free(let a), .check(let a, _), .quiesce(let a),
            .acquired(let a, _), .released(let a), .checkLockHeld(let a, _):
            read(a)
        case .checkPlace(let a, _, let b):
            read(a, b)
        case .store(let a, let b, _), .graceBegin(let a, let b), .startCallback(_, let a, let b):
            read(a, b)
        case .await(let a, let wait):
            read(a)
            switch wait {
            case .condition: break
            case .holders(let b): read(b)
            case .grace(let b, let c): read(b, c)
            }
        case .refine(let a, let b):
            // It may change both, but never makes one dead.
            reads = [a, b]
        }
    }
}

extension Code {
    /// Where control may go after the instruction.
    package func successors(of index: Int) -> [Int] {
        switch instructions[index].operation {
        case .jump(let target): [target]
        case .branch(_, let yes, let no): yes == no ? [yes] : [yes, no]
        case .end: []
        default: index + 1 < instructions.count ? [index + 1] : []
        }
    }

    /// The registers of the array that this one belongs to, itself alone if it belongs to none.
    package func arrayMembers(of register: Register) -> Range<Register> {
        guard let first = registers[register].arrayFirst else { return register..<register + 1 }
        return first..<first + max(1, registers[first].arrayCount)
    }

    /// The steps that come first when control stands at an instruction.
    public func stepsReached(from start: Int) -> Set<Int> {
        var found: Set<Int> = []
        var seen: Set<Int> = [start]
        var work = [start]
        while let index = work.popLast() {
            guard index < instructions.count else { continue }
            if case .step(let step) = instructions[index].operation {
                found.insert(step)
                continue
            }
            for next in successors(of: index) where seen.insert(next).inserted { work.append(next) }
        }
        return found
    }

    /// By instruction: the steps in which it may run. Work before the first step belongs to none.
    public func stepsContaining() -> [Set<Int>] {
        var result = [Set<Int>](repeating: [], count: instructions.count)
        for (marker, instruction) in instructions.enumerated() {
            guard case .step(let step) = instruction.operation else { continue }
            var work = successors(of: marker)
            while let index = work.popLast() {
                guard index < instructions.count, result[index].insert(step).inserted else { continue }
                if case .step = instructions[index].operation {
                    result[index].remove(step)
                    continue
                }
                work += successors(of: index)
            }
        }
        return result
    }
}
