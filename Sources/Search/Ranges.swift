import Program

/// The ranges for the next attempt, after values outside those of the last one were met.
///
/// The new range takes in what was met and is then widened, towards where it grew, until its span is a power of two: the
/// bits are paid for anyway, and each attempt begins the search again.
public func widened(_ ranges: InferredRanges, by met: InferredRanges, model: Model) -> InferredRanges {
    var result = ranges
    for (storage, values) in met {
        let old = ranges[storage] ?? initialRange(storage, model)
        let low = min(old.lowerBound, values.lowerBound)
        let high = max(old.upperBound, values.upperBound)
        let span = UInt64(bitPattern: high &- low)
        // Both ends of the 64-bit numbers: there is nothing left to add.
        guard span < 1 << 62 else {
            result[storage] = low...high
            continue
        }
        var room: UInt64 = 1
        while room <= span { room <<= 1 }
        let extra = Int64(room - 1 - span)
        let (top, overflows) = high.addingReportingOverflow(extra)
        if high > old.upperBound, !overflows {
            result[storage] = low...top
        } else {
            let (bottom, underflows) = low.subtractingReportingOverflow(extra)
            result[storage] = (underflows ? low : bottom)...high
        }
    }
    return result
}

/// The range that the first attempt takes.
private func initialRange(_ storage: Int, _ model: Model) -> ClosedRange<Int64> {
    if case .inferred(let low, let high) = model.storages[storage].kind { return low...high }
    return 0...0
}
