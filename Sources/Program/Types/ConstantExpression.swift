import Syntax

extension TypeTable {
    /// The value of a constant expression over integers, enumerators and CONFIGs; nil after an error.
    func evaluate(_ expression: Expression, _ diagnostics: inout Diagnostics) -> Int64? {
        switch expression.kind {
        case .integer(let value, _, _):
            return Int64(bitPattern: value)
        case .identifier(let name):
            if let value = constants[name] { return value }
            let suggestion = nearest(name, in: constants.keys.sorted())
            diagnostics.add(.notConstant(expression.range, name: name, suggestion: suggestion))
            return nil
        case .unary(let operation, let operand):
            guard let value = evaluate(operand, &diagnostics) else { return nil }
            switch operation {
            case .plus: return value
            case .minus: return 0 &- value
            case .not: return value == 0 ? 1 : 0
            case .complement: return ~value
            case .dereference, .addressOf: break
            }
        case .binary(let operation, let left, let right):
            guard let a = evaluate(left, &diagnostics), let b = evaluate(right, &diagnostics) else { return nil }
            guard let value = Self.apply(operation, a, b) else {
                diagnostics.add(.badConstantOperation(expression.range))
                return nil
            }
            return value
        case .logicalAnd(let left, let right):
            // As in C, what does not count may have no value: `n && 8 / n`.
            guard let a = evaluate(left, &diagnostics) else { return nil }
            if a == 0 { return 0 }
            return evaluate(right, &diagnostics).map { $0 != 0 ? 1 : 0 }
        case .logicalOr(let left, let right):
            guard let a = evaluate(left, &diagnostics) else { return nil }
            if a != 0 { return 1 }
            return evaluate(right, &diagnostics).map { $0 != 0 ? 1 : 0 }
        case .conditional(let condition, let yes, let no):
            guard let c = evaluate(condition, &diagnostics) else { return nil }
            return evaluate(c != 0 ? yes : no, &diagnostics)
        case .cast(_, let operand):
            return evaluate(operand, &diagnostics)
        case .call(let name, let arguments) where (name.text == "likely" || name.text == "unlikely") && arguments.count == 1:
            return evaluate(arguments[0], &diagnostics)
        default: break
        }
        diagnostics.add(.notConstant(expression.range, name: nil, suggestion: nil))
        return nil
    }

    /// Nil for a division by zero, a shift too wide, a result that 64 bits do not hold.
    static func apply(_ operation: BinaryOperator, _ a: Int64, _ b: Int64) -> Int64? {
        func checked(_ result: (partialValue: Int64, overflow: Bool)) -> Int64? {
            result.overflow ? nil : result.partialValue
        }
        switch operation {
        case .multiply: return checked(a.multipliedReportingOverflow(by: b))
        case .divide: return b == 0 ? nil : checked(a.dividedReportingOverflow(by: b))
        case .remainder: return b == 0 ? nil : checked(a.remainderReportingOverflow(dividingBy: b))
        case .add: return checked(a.addingReportingOverflow(b))
        case .subtract: return checked(a.subtractingReportingOverflow(b))
        case .shiftLeft: return b < 0 || b > 62 ? nil : a << b
        case .shiftRight: return b < 0 || b > 63 ? nil : a >> b
        case .less: return a < b ? 1 : 0
        case .greater: return a > b ? 1 : 0
        case .lessOrEqual: return a <= b ? 1 : 0
        case .greaterOrEqual: return a >= b ? 1 : 0
        case .equal: return a == b ? 1 : 0
        case .notEqual: return a != b ? 1 : 0
        case .and: return a & b
        case .exclusiveOr: return a ^ b
        case .or: return a | b
        }
    }
}
