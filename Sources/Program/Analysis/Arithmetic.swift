/// What the operators of the code yield on numbers, for analyses that follow values.
enum Arithmetic {
    static func unary(_ operation: UnaryOperation, _ a: Int64) -> Int64 {
        switch operation {
        case .negate: 0 &- a
        case .complement: ~a
        case .isZero: a == 0 ? 1 : 0
        }
    }

    static func converted(_ value: Int64, to shape: IntegerShape) -> Int64 {
        guard shape.bits < 64 else { return value }
        let shift = Int64(64 - shape.bits)
        if shape.isSigned { return (value &<< shift) &>> shift }
        return Int64(bitPattern: (UInt64(bitPattern: value) &<< UInt64(shift)) &>> UInt64(shift))
    }

    /// nil where it is not worth following.
    static func binary(_ operation: BinaryOperation, _ a: Int64, _ b: Int64) -> Int64? {
        let (left, right) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
        switch operation {
        case .add: return a &+ b
        case .subtract: return a &- b
        case .multiply: return a &* b
        case .divideSigned, .divideUnsigned, .remainderSigned, .remainderUnsigned: return nil
        case .and: return a & b
        case .or: return a | b
        case .exclusiveOr: return a ^ b
        case .andNot: return a & ~b
        case .hasBit: return right < 64 ? (a &>> b) & 1 : 0
        case .shiftLeft: return a &<< b
        case .shiftRightSigned: return a &>> b
        case .shiftRightUnsigned: return Int64(bitPattern: left &>> right)
        case .equal: return a == b ? 1 : 0
        case .notEqual: return a != b ? 1 : 0
        case .lessSigned: return a < b ? 1 : 0
        case .lessOrEqualSigned: return a <= b ? 1 : 0
        case .lessUnsigned: return left < right ? 1 : 0
        case .lessOrEqualUnsigned: return left <= right ? 1 : 0
        }
    }
}
