/// Which reductions a search uses. Whether a model holds never depends on it.
public struct ReductionChoice: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Of interleavings that come to the same, one is explored.
    public static let partialOrder = ReductionChoice(rawValue: 1)
    /// Of states that differ only in which of several alike threads and objects is which, one is explored.
    public static let symmetry = ReductionChoice(rawValue: 2)
    public static let all: ReductionChoice = [.partialOrder, .symmetry]
    public static let none: ReductionChoice = []
    /// Unless somebody asks for another.
    public static let usual = all

    /// The words of the command line, in the order in which help lists them.
    public static let words = ["none", "por", "symmetry", "all"]

    /// nil if the word is not one of `words`.
    public init?(word: String) {
        switch word {
        case "none": self = .none
        case "por": self = .partialOrder
        case "symmetry": self = .symmetry
        case "all": self = .all
        default: return nil
        }
    }
}

/// What a reduction saved.
public struct ReductionStatistics: Sendable {
    /// States that were gone through and not stored, as the thread that came to them went on alone.
    public var statesPassed = 0
    /// Stored states in which one thread was taken alone, and all that were expanded meanwhile.
    public var statesPicked = 0
    public var statesExpanded = 0
    /// What was left out.
    public var savings = Savings()
    /// The reduction was on in the search that the verdict comes from, not only prepared.
    public var isUsed = false

    public init() {}

    /// Without that, the search was the plain one.
    public var leftSomethingOut: Bool { isUsed && statesPicked + statesPassed > 0 }

    mutating func add(_ other: ReductionStatistics) {
        statesPassed += other.statesPassed
        statesPicked += other.statesPicked
        statesExpanded += other.statesExpanded
        savings.add(other.savings)
    }

    /// Of a sample of states, too few were spared.
    var picksTooLittle: Bool { statesExpanded > 60_000 && statesPicked * 400 < statesExpanded }

    var isTooLittle: Bool {
        statesExpanded > 200_000 && (statesPassed + statesPicked) * 20 < statesExpanded + statesPassed
    }
}
