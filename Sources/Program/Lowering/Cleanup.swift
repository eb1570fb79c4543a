import Syntax

/// Makes finished code of what a `CodeBuilder` emitted: labels become instruction indexes, what cannot be reached (the
/// other variants of a CONFIG, above all) is dropped, and steps are numbered anew.
final class Cleanup {
    private var code: Code
    private let labelTargets: [Int]
    private var reachable: [Bool] = []
    /// The same before jumps to jumps were shortened: by the indexes at which instructions were emitted.
    private var emittedReachable: [Bool] = []
    /// Places of loops that neither take a step nor end.
    private(set) var cyclesWithoutExit: [SourceRange] = []

    init(code: Code, labelTargets: [Int]) {
        self.code = code
        self.labelTargets = labelTargets
    }

    /// Whether the instruction with this index, as emitted, can be reached.
    func isReachable(_ instruction: Int) -> Bool {
        instruction < emittedReachable.count && emittedReachable[instruction]
    }

    func run() -> Code {
        resolveLabels()
        findReachable()
        emittedReachable = reachable
        shortenJumps()
        findReachable()
        findEndlessCycles()
        code.labels = code.labels.filter { $0.value < code.instructions.count && emittedReachable[$0.value] }
        sinkAddresses()
        compact()
        renumberSteps()
        return code
    }

    private func resolveLabels() {
        func target(_ label: Int) -> Int {
            let index = labelTargets[label]
            return index < 0 ? code.instructions.count - 1 : min(index, code.instructions.count - 1)
        }
        for index in code.instructions.indices {
            switch code.instructions[index].operation {
            case .jump(let label): code.instructions[index].operation = .jump(target(label))
            case .branch(let condition, let yes, let no):
                code.instructions[index].operation = .branch(condition, target(yes), target(no))
            default: break
            }
        }
    }

    /// A jump to a jump goes there at once.
    private func shortenJumps() {
        func final(_ start: Int) -> Int {
            var index = start
            for _ in 0..<16 {
                guard case .jump(let next) = code.instructions[index].operation, next != index else { break }
                index = next
            }
            return index
        }
        for index in code.instructions.indices {
            switch code.instructions[index].operation {
            case .jump(let target): code.instructions[index].operation = .jump(final(target))
            case .branch(let condition, let yes, let no):
                code.instructions[index].operation = .branch(condition, final(yes), final(no))
            default: break
            }
        }
    }

    private func successors(_ index: Int) -> [Int] {
        switch code.instructions[index].operation {
        case .jump(let target): [target]
        case .branch(_, let yes, let no): [yes, no]
        case .end: []
        default: index + 1 < code.instructions.count ? [index + 1] : []
        }
    }

    private func findReachable() {
        reachable = [Bool](repeating: false, count: code.instructions.count)
        var work = code.instructions.isEmpty ? [] : [0]
        while let index = work.popLast() {
            if reachable[index] { continue }
            reachable[index] = true
            work += successors(index)
        }
    }

    private func findEndlessCycles() {
        var predecessors = [[Int]](repeating: [], count: code.instructions.count)
        var work: [Int] = []
        var leads = [Bool](repeating: false, count: code.instructions.count)
        for index in code.instructions.indices where reachable[index] {
            for next in successors(index) { predecessors[next].append(index) }
            switch code.instructions[index].operation {
            case .step, .end: work.append(index)
            default: break
            }
        }
        while let index = work.popLast() {
            if leads[index] { continue }
            leads[index] = true
            work += predecessors[index]
        }
        if let endless = code.instructions.indices.first(where: { reachable[$0] && !leads[$0] }) {
            cyclesWithoutExit.append(code.instructions[endless].range)
        }
    }

    // MARK: Sinking

    /// Moves the computing of addresses and values that only the next step uses to behind that step's beginning, so that the
    /// state between the steps holds the variables and not, beside them, what was computed of them. A value of a variable
    /// that is not needed any more stays where it is: `l & 1` tells fewer states apart than `l`.
    private func sinkAddresses() {
        let liveAtStep = Liveness(code).steps
        var isTarget = [Bool](repeating: false, count: code.instructions.count + 1)
        for index in code.instructions.indices {
            switch code.instructions[index].operation {
            case .jump(let target): isTarget[target] = true
            case .branch(_, let yes, let no):
                isTarget[yes] = true
                isTarget[no] = true
            default: break
            }
        }
        for (_, index) in code.labels { isTarget[index] = true }
        for marker in code.instructions.indices where reachable[marker] && !isTarget[marker] {
            guard case .step(let step) = code.instructions[marker].operation else { continue }
            sink(into: marker, isTarget, live: liveAtStep[step])
        }
    }

    private func sink(into marker: Int, _ isTarget: [Bool], live: [Register]) {
        var position = marker
        var blocked: Set<Register> = []
        var index = marker - 1
        while index >= 0, !isTarget[index + 1] || index + 1 == marker {
            let operation = code.instructions[index].operation
            switch operation {
            case .step, .jump, .branch, .end: return
            default: break
            }
            let use = RegisterUse(operation)
            if isSinkable(operation, live: live), let result = use.writes.first, !blocked.contains(result),
                !use.reads.contains(where: { blocked.contains($0) })
            {
                let instruction = code.instructions.remove(at: index)
                code.instructions.insert(instruction, at: position)
                let flag = reachable.remove(at: index)
                reachable.insert(flag, at: position)
                position -= 1
            } else {
                // Nothing may move across a use of its result or a change of its operands.
                blocked.formUnion(use.reads)
                blocked.formUnion(use.writes)
                if use.readsArray != nil || use.writesArray != nil { return }
            }
            index -= 1
        }
    }

    private func isSinkable(_ operation: Operation, live: [Register]) -> Bool {
        func isTemporary(_ register: Register) -> Bool { code.registers[register].name == nil }
        func isCheap(_ operand: Operand) -> Bool {
            if case .register(let register) = operand { return !isTemporary(register) }
            return true
        }
        func isKept(_ operand: Operand) -> Bool {
            if case .register(let register) = operand { return !isTemporary(register) && live.contains(register) }
            return true
        }
        switch operation {
        case .fieldAddress(let result, _, _): return isTemporary(result)
        case .elementAddress(let result, _, let index, _, _, _): return isTemporary(result) && isCheap(index)
        case .unary(_, let result, let a), .convert(let result, let a, _): return isTemporary(result) && isKept(a)
        case .binary(_, let result, let a, let b): return isTemporary(result) && isKept(a) && isKept(b)
        default: return false
        }
    }

    // MARK: Compacting

    private func compact() {
        var newIndex = [Int](repeating: -1, count: code.instructions.count + 1)
        var kept: [Instruction] = []
        for index in code.instructions.indices {
            newIndex[index] = kept.count
            guard reachable[index] else { continue }
            if case .jump(let target) = code.instructions[index].operation, isNext(target, after: index) { continue }
            kept.append(code.instructions[index])
        }
        newIndex[code.instructions.count] = kept.count
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

    /// Whether nothing that is kept stands between.
    private func isNext(_ target: Int, after index: Int) -> Bool {
        guard target > index else { return false }
        return !((index + 1)..<target).contains { reachable[$0] }
    }

    private func renumberSteps() {
        var steps: [Step] = []
        for index in code.instructions.indices {
            guard case .step(let old) = code.instructions[index].operation else { continue }
            code.instructions[index].operation = .step(steps.count)
            steps.append(code.steps[old])
        }
        code.steps = steps
    }
}
