// When a search looks at one state of those that are alike.
//
// Most searches are over before finding out what is alike would pay, and in others next to nothing is. So a search begins
// without. When it has grown, the level that comes next is put into canonical form, and what is left of it counted: that
// is what symmetry saves, measured on this very search. If it is enough, the search begins again from the initial states,
// each replaced by its representative. If not, the same is asked whenever the search has grown fourfold: threads are alike
// from the start, but slots get mixed up only once they were freed and allocated again. As that may be late, the second
// time some runs are followed to see whether it comes to that (`SlotMixing`).
//
// Beginning again costs the states so far, and less than going on as long as the levels still grow. And it is why nothing
// has to be said about a search that is partly reduced. What was found is forgotten with the states, so the states that are stored, the
// levels, the warnings and the coverage are those of a search with symmetry from its first state; its numbers can be
// compared with those of other checkers; a run is made of representatives throughout (`RealRun`). A search in which
// something is already wrong goes on as it is, so its run is the one that a plain search shows.
//
// The decision rests on the states of a level and their number, not on their order nor on time: so it is the same for any
// number of threads, and so are all counts.

import Execution
import Program

/// What is known of a model's symmetry across the attempts of one search.
final class SymmetryUse {
    /// A level must be at least this much larger than its representatives. Putting a state into canonical form takes one to
    /// three times as long as expanding and storing it, and what is saved mostly grows as the search goes on.
    static let worth = 2.5

    private let model: Model
    private let access: AccessSets
    /// It is asked when there are so many states.
    private var due: Int
    private var looks = 0
    /// States of the last level.
    private var lastCount = 0
    /// Nobody asks any more.
    private var isSettled: Bool
    /// Known as soon as it was looked for. From then on storages whose values may change places have equal ranges.
    private var symmetry: Symmetry?
    private var isUsed = false
    private var lastRanges: InferredRanges = [:]
    /// Else it is used however little it saves: for tests.
    let isMeasured: Bool

    init(_ model: Model, _ access: AccessSets, _ options: SearchOptions) {
        self.model = model
        self.access = access
        due = options.reductionFrom
        isSettled = !options.reduction.contains(.symmetry)
        isMeasured = options.givesUpReduction
        guard !isSettled, options.reductionFrom <= 1 else { return }
        symmetry = Symmetry(model: model, access: access)
        use()
    }

    /// What states are put into canonical form by.
    var inUse: Symmetry? { isUsed ? symmetry : nil }

    /// The ranges for the next attempt.
    func sharing(_ ranges: InferredRanges) -> InferredRanges {
        lastRanges = ranges
        return symmetry?.sharingRanges(ranges, model: model) ?? ranges
    }

    /// Whether it is time to ask: in a search of so many states, the next level of which has so many.
    func isDue(states: Int, level count: Int) -> Bool {
        let grows = count >= lastCount
        lastCount = count
        return !isSettled && grows && states >= due
    }

    enum Look {
        case nothing
        case measure(Symmetry)
        /// Alike storages came to have ranges of their own: the states must be laid out anew before they can be permuted.
        case layOutAnew
    }

    func look() -> Look {
        let isFirst = symmetry == nil
        let symmetry = self.symmetry ?? Symmetry(model: model, access: access)
        self.symmetry = symmetry
        if symmetry.isTrivial { isSettled = true }
        if isSettled { return .nothing }
        if isFirst, symmetry.sharingRanges(lastRanges, model: model) != lastRanges { return .layOutAnew }
        due = due > .max / 4 ? .max : 4 * due
        looks += 1
        return .measure(symmetry)
    }

    var isSecondLook: Bool { looks == 2 }

    func use() {
        isUsed = true
        isSettled = true
    }
}

extension Explorer {
    /// Between levels: true if the search is to begin again with symmetry.
    func lookForSymmetry() -> Bool {
        let use = analyses.experience.symmetry
        guard use.isDue(states: store.count, level: level.frontier.count) else { return false }
        switch use.look() {
        case .nothing: return false
        case .layOutAnew: return true
        case .measure(let symmetry):
            guard let canonicalizer = Canonicalizer(model: model, layout: layout, symmetry: symmetry) else { return false }
            if !use.isMeasured {
                use.use()
                return true
            }
            let counts = countRepresentatives(canonicalizer)
            var saving = Double(counts.states) / Double(max(1, counts.representatives))
            if saving < SymmetryUse.worth, use.isSecondLook, let mixing = SlotMixing(model, layout, symmetry) {
                saving *= mixing.ratio(checks: options.enabled.union(options.errors))
            }
            if saving < SymmetryUse.worth { return false }
            use.use()
            return true
        }
    }

    /// How many states of the level there are, and how many representatives they have. Of a large level those whose
    /// representative has a hash that ends in zeros.
    private func countRepresentatives(_ canonicalizer: Canonicalizer) -> (states: Int, representatives: Int) {
        let memory = CanonicalMemory(canonicalizer)
        let loaded = LoadedStates(store)
        var mask: UInt64 = 0
        while level.frontier.count >> mask.nonzeroBitCount > Self.representativesMax { mask = mask << 1 | 1 }
        var states = 0
        var seen: Set<UInt64> = []
        for records in level.frontier.records {
            var first = 0
            while first < records.count {
                let count = min(StepBatch.statesMax, records.count - first)
                loaded.load(records, from: first, count: count)
                for index in 0..<count {
                    let words = loaded.words + index * wordCount
                    _ = canonicalizer.canonicalize(words, memory)
                    let hash = VisitedSet.hash(UnsafePointer(words), wordCount)
                    if hash & mask != 0 { continue }
                    states += 1
                    seen.insert(hash)
                }
                first += count
            }
        }
        return (states, seen.count)
    }

    private static let representativesMax = 1 << 14
}
