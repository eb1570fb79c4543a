/// First guesses for the ranges of numbers whose width is to be found out: the constants that the code gives them, carried
/// along moves, loads and stores. A search widens what turns out too narrow; a good guess saves it the restart.
struct InitialRanges {
    private var ranges: [ClosedRange<Int64>]

    init(_ model: Model) {
        ranges = model.storages.map {
            switch $0.kind {
            case .fixed(let low, let high, _): low...max(low, high)
            case .inferred(let low, let high): low...high
            case .pointer: 0...0
            }
        }
        for cell in model.cells { join(cell.storage, cell.initial...cell.initial) }
        let codes = model.classes.map(\.code) + [model.initialization]
        for _ in 0..<4 {
            for code in codes {
                for instruction in code.instructions { visit(instruction.operation, code, model) }
            }
        }
    }

    private mutating func join(_ storage: Int, _ range: ClosedRange<Int64>) {
        let old = ranges[storage]
        ranges[storage] = min(old.lowerBound, range.lowerBound)...max(old.upperBound, range.upperBound)
    }

    private func range(_ operand: Operand, _ code: Code, _ model: Model) -> ClosedRange<Int64>? {
        switch operand {
        case .constant(let value): return value...value
        case .register(let register): return ranges[code.registers[register].storage]
        case .perThread(let row):
            guard let low = model.threadTables[row].min(), let high = model.threadTables[row].max() else { return nil }
            return low...high
        }
    }

    private func storage(_ address: Operand, _ model: Model) -> Int? {
        guard case .constant(let cell) = address, cell > 0, cell < Int64(model.cells.count) else { return nil }
        return model.cells[Int(cell)].storage
    }

    private mutating func visit(_ operation: Operation, _ code: Code, _ model: Model) {
        func target(_ register: Register) -> Int { code.registers[register].storage }
        switch operation {
        case .move(let register, let operand):
            if let range = range(operand, code, model) { join(target(register), range) }
        case .load(let register, let address, _):
            if let cell = storage(address, model) { join(target(register), ranges[cell]) }
        case .store(let address, let value, _):
            if let cell = storage(address, model), let range = range(value, code, model) { join(cell, range) }
        case .binary(let binary, let register, _, _):
            switch binary {
            case .equal, .notEqual, .lessSigned, .lessOrEqualSigned, .lessUnsigned, .lessOrEqualUnsigned, .hasBit:
                join(target(register), 0...1)
            default: break
            }
        case .unary(.isZero, let register, _), .live(let register, _):
            join(target(register), 0...1)
        case .choose(let register, let low, let high):
            if let a = range(low, code, model), let b = range(high, code, model) {
                join(target(register), min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound))
            }
        default: break
        }
    }

    func apply(to model: inout Model) {
        for index in model.storages.indices {
            guard case .inferred = model.storages[index].kind else { continue }
            // What cannot be a guess of a small number is left to the search.
            let guess = ranges[index]
            let low = max(guess.lowerBound, -(1 << 40)), high = min(guess.upperBound, 1 << 40)
            model.storages[index].kind = .inferred(low: low, high: max(low, high))
        }
    }

    /// A value wrapped to a C width and sign.
    static func wrap(_ value: Int64, _ shape: IntegerShape) -> Int64 {
        guard shape.bits < 64 else { return value }
        let mask = Int64(bitPattern: (UInt64(1) << UInt64(shape.bits)) - 1)
        let bits = value & mask
        if shape.isSigned, bits >> Int64(shape.bits - 1) != 0 { return bits | ~mask }
        return bits
    }
}
