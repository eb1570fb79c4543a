extension StepBatch {
    /// Says where the successors of a state are now, after some were left out.
    public mutating func setSuccessors(of state: Int, first: Int, count: Int) {
        states[state].first = UInt32(truncatingIfNeeded: first)
        states[state].count = UInt32(truncatingIfNeeded: count)
    }

    public mutating func setCount(_ count: Int) { self.count = count }
}
