/// Which reductions a search uses. Whether a model holds never depends on it.
public enum ReductionChoice: String, CaseIterable, Sendable {
    case none
    /// Partial order.
    case por
}

/// What a reduction saved.
public struct ReductionStatistics: Sendable {
    /// States that were gone through and not stored, as one thread alone was taken there.
    public var statesPassed = 0
    /// Steps taken from there on, of those that were looked at.
    public var successorsLooked = 0
    /// The reduction was on in the search that the verdict comes from, not only prepared.
    public var isUsed = false

    public init() {}
}
