import Syntax

/// Interval arithmetic over what types and constants tell of operands, so that results that fit are not wrapped.
enum ValueRanges {
    static let everything = Int64.min...Int64.max

    static func result(_ operation: BinaryOperator, _ a: ClosedRange<Int64>, _ b: ClosedRange<Int64>) -> ClosedRange<Int64> {
        switch operation {
        case .add:
            let low = a.lowerBound.addingReportingOverflow(b.lowerBound)
            let high = a.upperBound.addingReportingOverflow(b.upperBound)
            return low.overflow || high.overflow ? everything : low.partialValue...high.partialValue
        case .subtract:
            let low = a.lowerBound.subtractingReportingOverflow(b.upperBound)
            let high = a.upperBound.subtractingReportingOverflow(b.lowerBound)
            return low.overflow || high.overflow ? everything : low.partialValue...high.partialValue
        case .multiply:
            return product(a, b)
        case .and:
            if a.lowerBound >= 0, b.lowerBound >= 0 { return 0...min(a.upperBound, b.upperBound) }
            if b.lowerBound >= 0 { return 0...b.upperBound }
            if a.lowerBound >= 0 { return 0...a.upperBound }
            return everything
        case .or, .exclusiveOr:
            guard a.lowerBound >= 0, b.lowerBound >= 0 else { return everything }
            let highest = max(a.upperBound, b.upperBound)
            let bits = 64 - highest.leadingZeroBitCount
            return bits >= 63 ? everything : 0...((Int64(1) << Int64(bits)) - 1)
        case .divide:
            return a.lowerBound >= 0 && b.lowerBound >= 0 ? 0...a.upperBound : everything
        case .remainder:
            guard a.lowerBound >= 0, b.lowerBound >= 0 else { return everything }
            return 0...max(0, min(a.upperBound, b.upperBound - 1))
        case .shiftLeft:
            guard a.lowerBound >= 0, b.lowerBound >= 0, b.upperBound < 31, a.upperBound < 1 << 31 else { return everything }
            return 0...(a.upperBound << b.upperBound)
        case .shiftRight:
            return a.lowerBound >= 0 ? 0...a.upperBound : everything
        default:
            return 0...1
        }
    }

    private static func product(_ a: ClosedRange<Int64>, _ b: ClosedRange<Int64>) -> ClosedRange<Int64> {
        var low = Int64.max
        var high = Int64.min
        for x in [a.lowerBound, a.upperBound] {
            for y in [b.lowerBound, b.upperBound] {
                let result = x.multipliedReportingOverflow(by: y)
                if result.overflow { return everything }
                low = min(low, result.partialValue)
                high = max(high, result.partialValue)
            }
        }
        return low...high
    }
}
