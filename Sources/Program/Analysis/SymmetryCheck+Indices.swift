// Elements of arrays that are alike: those of arrays that are indexed by nothing but what a `pick` among all indices chose.
//
// A value of the sort `index` is always an index of such an array, never another number: `pick` chooses all of them,
// nothing else makes one, and what memory holds at the beginning is looked at here. So no conversion that has room for
// the largest of them makes another out of one. A constant is one of them, and that tells it from the others; but the
// constant of a declaration that nobody reads says nothing, and what a thread begins with is part of the initial state,
// which need not be alike.

import Syntax

extension SymmetryCodes {
    /// A choice among all indices of an array of some length.
    static func indexChoice(_ operation: Operation) -> (target: Register, count: Int)? {
        guard case .choose(let target, .constant(0), .constant(let high)) = operation, (1..<64).contains(high) else {
            return nil
        }
        return (target, Int(high) + 1)
    }

    static func indexRegisters(_ code: Code) -> [Register: Set<Int>] {
        var counts: [Register: Set<Int>] = [:]
        var sources: [Register: [Register]] = [:]
        var work: [(Register, Int)] = []
        for instruction in code.instructions {
            switch instruction.operation {
            case .elementAddress(_, _, .register(let index), let count, _, _): work.append((index, count))
            case .move(let target, .register(let source)), .convert(let target, .register(let source), _):
                sources[target, default: []].append(source)
            default: break
            }
        }
        while let (register, count) = work.popLast() {
            guard counts[register, default: []].insert(count).inserted else { continue }
            for source in sources[register, default: []] { work.append((source, count)) }
        }
        return counts
    }

    /// Constants that nobody reads.
    static func deadMoves(_ code: Code) -> Set<Int> {
        let live = Liveness.liveBefore(code)
        return Set(
            code.instructions.indices.filter { index in
                guard case .move(let target, .constant) = code.instructions[index].operation else { return false }
                return code.successors(of: index).allSatisfy { $0 >= live.count || !live[$0].contains(target) }
            })
    }

    /// Constants of a thread's beginning, before its first step.
    static func openingMoves(_ code: Code) -> Set<Int> {
        let steps = code.stepsContaining()
        return Set(
            code.instructions.indices.filter { index in
                guard case .move(_, .constant) = code.instructions[index].operation else { return false }
                return steps[index].isEmpty
            })
    }
}

extension SymmetryCheck {
    /// Whether an instruction tells nothing apart although it has a constant.
    func isIdle(_ index: Int, _ number: Int) -> Bool {
        let entry = codes.entries[number]
        if entry.deadMoves.contains(index) { return true }
        guard entry.openingMoves.contains(index),
            case .move(let target, .constant(let value)) = entry.code.instructions[index].operation,
            case .index(let count) = registerSorts[number][target]
        else { return false }
        return (0..<Int64(count)).contains(value)
    }

    /// Where memory holds indices, it does so from the beginning.
    mutating func checkInitialIndices() {
        for info in model.cells {
            guard case .index(let count) = storageSorts[info.storage], !(0..<Int64(count)).contains(info.initial) else {
                continue
            }
            return note([.indices(count: count)], "begins with a number in \(info.name) that is none of them", .none)
        }
        let pointsTo = PointsTo(model: model, code: model.initialization, thread: model.threads.count)
        for instruction in model.initialization.instructions {
            guard case .store(let address, let value, _) = instruction.operation else { continue }
            for cell in pointsTo.cells(address).members {
                guard case .index(let count) = storageSorts[model.cells[cell].storage] else { continue }
                if case .constant(let constant) = value, (0..<Int64(count)).contains(constant) { continue }
                return note(
                    [.indices(count: count)], "begins with a number in \(model.cells[cell].name) that may be none of them",
                    instruction.range)
            }
        }
    }
}
