import Syntax

/// Warns of a ghost that is given two values within one step: nothing can see the first one.
///
/// From each store to a ghost cell known by its address, the code is followed up to the next step; another store to the
/// same cell on the way earns the warning.
struct GhostWrites {
    private(set) var warnings: [Diagnostic] = []

    init(_ code: Code, cells: [Cell]) {
        for (index, instruction) in code.instructions.enumerated() {
            guard let cell = Self.ghostStore(instruction.operation), cell < cells.count else { continue }
            var seen: Set<Int> = []
            var work = code.successors(of: index)
            while let next = work.popLast() {
                guard next < code.instructions.count, seen.insert(next).inserted else { continue }
                let operation = code.instructions[next].operation
                if case .step = operation { continue }
                if Self.ghostStore(operation) == cell, next != index {
                    let second = code.instructions[next].range
                    warnings.append(.ghostWrittenTwice(second, cells[cell].name, instruction.range))
                    continue
                }
                work += code.successors(of: next)
            }
        }
    }

    private static func ghostStore(_ operation: Operation) -> CellID? {
        guard case .store(.constant(let address), _, let access) = operation, access.isGhost else { return nil }
        return CellID(address)
    }
}
