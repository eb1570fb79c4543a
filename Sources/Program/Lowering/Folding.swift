/// Arithmetic on constants, as the instructions do it, and small rewritings of instructions.
enum Folding {
    /// Nil where the operation has no result (a division by zero): then the instruction is kept, behind its check.
    static func apply(_ operation: BinaryOperation, _ a: Int64, _ b: Int64) -> Int64? {
        switch operation {
        case .add: return a &+ b
        case .subtract: return a &- b
        case .multiply: return a &* b
        case .divideSigned: return b == 0 || (a == .min && b == -1) ? nil : a / b
        case .divideUnsigned: return b == 0 ? nil : Int64(bitPattern: UInt64(bitPattern: a) / UInt64(bitPattern: b))
        case .remainderSigned: return b == 0 || (a == .min && b == -1) ? nil : a % b
        case .remainderUnsigned: return b == 0 ? nil : Int64(bitPattern: UInt64(bitPattern: a) % UInt64(bitPattern: b))
        case .and: return a & b
        case .or: return a | b
        case .exclusiveOr: return a ^ b
        case .shiftLeft: return b < 0 || b > 63 ? nil : a &<< b
        case .shiftRightSigned: return b < 0 || b > 63 ? nil : a &>> b
        case .shiftRightUnsigned: return b < 0 || b > 63 ? nil : Int64(bitPattern: UInt64(bitPattern: a) &>> UInt64(b))
        case .equal: return a == b ? 1 : 0
        case .notEqual: return a != b ? 1 : 0
        case .lessSigned: return a < b ? 1 : 0
        case .lessOrEqualSigned: return a <= b ? 1 : 0
        case .lessUnsigned: return UInt64(bitPattern: a) < UInt64(bitPattern: b) ? 1 : 0
        case .lessOrEqualUnsigned: return UInt64(bitPattern: a) <= UInt64(bitPattern: b) ? 1 : 0
        case .andNot: return a & ~b
        case .hasBit: return b < 0 || b > 63 ? 0 : (a >> b) & 1
        }
    }

    /// The instruction with another register as its result; nil if `from` is not what it defines.
    static func retarget(_ operation: Operation, from: Register, to: Register) -> Operation? {
        switch operation {
        case .move(from, let a): return .move(to, a)
        case .unary(let op, from, let a): return .unary(op, to, a)
        case .binary(let op, from, let a, let b): return .binary(op, to, a, b)
        case .convert(from, let a, let shape): return .convert(to, a, shape)
        case .fieldAddress(from, let base, let offset): return .fieldAddress(to, base: base, offset: offset)
        case .elementAddress(from, let base, let index, let count, let stride, let isGhost):
            return .elementAddress(to, base: base, index: index, count: count, stride: stride, isGhost: isGhost)
        case .loadElement(from, let first, let index, let count, let stride, let offset):
            return .loadElement(to, first: first, index: index, count: count, stride: stride, offset: offset)
        case .load(from, let address, let access): return .load(to, address, access)
        case .allocate(from, let pool): return .allocate(to, pool: pool)
        case .choose(from, let low, let high): return .choose(to, low: low, high: high)
        default: return nil
        }
    }
}
