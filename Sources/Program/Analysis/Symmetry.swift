import Syntax

/// What is interchangeable in a model: the instances of some THREADs, the slots of some OBJECTS, the elements of some
/// arrays. Permuting them, and with them whatever names or belongs to them, turns runs into runs.
public struct Symmetry: Sendable {
    /// Things of one kind that may change places with one another.
    public struct Domain: Sendable {
        public enum Kind: Hashable, Sendable {
            case threads(threadClass: Int)
            case slots(pool: Int)
            /// The numbers below `count` that `pick` chose to index arrays of so many elements, and those elements.
            case indices(count: Int)
        }

        public var kind: Kind
        /// `walker`, `ptpages`.
        public var name: String
        /// Their numbers among the elements of all domains.
        public var elements: Range<Int>
    }

    /// Why something is not interchangeable.
    public struct Obstacle: Sendable {
        public var kind: Domain.Kind
        public var name: String
        /// A sentence's end: `compares the numbers of two threads`.
        public var reason: String
        public var range: SourceRange
    }

    /// What a cell belongs to. Moving the elements moves the cell to the member of its family that belongs to those
    /// that took their places.
    public struct Place: Hashable, Sendable {
        public var family: Int
        /// None for a cell that stays where it is, two for a cell of a lock in a slot that counts one thread's reads.
        public var elements: [Int]
    }

    public var domains: [Domain]
    public var obstacles: [Obstacle]
    /// By cell.
    public var places: [Place]
    /// By thread: what it moves with, or -1; and what it is there, so that two threads with the same role may take
    /// each other's place.
    public var elementOfThread: [Int]
    public var roleOfThread: [Int]
    /// By storage, and by class and register: how values change when the elements move.
    public var storageSorts: [SymmetrySort]
    public var registerSorts: [[SymmetrySort]]
    /// The threads that places in masks stand for, by list.
    public var lists: [[Int]]

    /// Sets of them are masks.
    public static let elementsMax = 64

    /// In how many ways they can be permuted; nil if it is too many to say.
    public var order: Int? {
        var order = 1
        for domain in domains {
            for factor in 1...domain.elements.count {
                let (product, overflows) = order.multipliedReportingOverflow(by: factor)
                if overflows { return nil }
                order = product
            }
        }
        return order
    }

    public var elementCount: Int { domains.last?.elements.upperBound ?? 0 }
    public var isTrivial: Bool { domains.isEmpty }

    /// Storages whose values move from one to the other must have equal ranges.
    public func sharingRanges(_ ranges: InferredRanges, model: Model) -> InferredRanges {
        if isTrivial || ranges.isEmpty { return ranges }
        var storagesOfFamily: [Int: Set<Int>] = [:]
        for (cell, place) in places.enumerated() where !place.elements.isEmpty {
            storagesOfFamily[place.family, default: []].insert(model.cells[cell].storage)
        }
        var result = ranges
        for storages in storagesOfFamily.values where storages.count > 1 {
            let known = storages.compactMap { ranges[$0] }
            guard let low = known.map(\.lowerBound).min(), let high = known.map(\.upperBound).max() else { continue }
            for storage in storages { result[storage] = low...high }
        }
        return result
    }
}

/// How a permutation changes a value.
public enum SymmetrySort: Hashable, Sendable {
    /// Nothing but constants was seen so far.
    case unknown
    /// Not at all.
    case plain
    /// The number of a cell.
    case address
    /// A thread's number plus 1, or 0 for nobody.
    case owner
    /// A thread's number.
    case number
    /// A number below `count` that is an index and nothing else; it never has another value.
    case index(count: Int)
    /// `self` of an instance of the class, plus `offset`; other values stand for nobody.
    case instance(threadClass: Int, offset: Int64)
    /// A thread's place in the list.
    case place(list: Int)
    /// Bit n + shift is thread n of the list.
    case mask(list: Int, shift: Int)
    /// Only whether it is zero stays the same.
    case truth
    /// Values of different sorts come together in it.
    case conflict
}

extension Symmetry {
    /// What a model has that no permutation is known for.
    private static func unknownConcept(_ model: Model) -> String? {
        if !model.cpus.isEmpty { return "is in a model whose threads share CPUs or are interrupted" }
        if model.threads.contains(where: { $0.taskStateCell != 0 }) { return "is in a model whose threads sleep on wait queues" }
        let isHardware = model.classes.contains { $0.kind == .hardware || $0.kind == .call || $0.kind == .interrupt }
        return isHardware ? "is in a model with TLBs or IPIs with code" : nil
    }

    /// Finds out what is interchangeable. What is not understood is not.
    ///
    /// Every THREAD with several instances, every OBJECTS with several slots and all arrays of a length whose indices a
    /// `pick` chooses are taken to be, until something speaks against it; then again without, as others may depend on it.
    public init(model: Model, access: AccessSets) {
        var candidates: [Domain.Kind] = []
        var obstacles: [Obstacle] = []
        for (number, threadClass) in model.classes.enumerated()
        where threadClass.kind != .callback && threadClass.threads.count > 1 {
            candidates.append(.threads(threadClass: number))
        }
        for (number, pool) in model.pools.enumerated() where pool.slots.count > 1 {
            candidates.append(.slots(pool: number))
        }
        if let reason = Self.unknownConcept(model) {
            for kind in candidates {
                obstacles.append(Obstacle(kind: kind, name: kind.name(in: model), reason: reason, range: .none))
            }
            candidates = []
        }
        let codes = SymmetryCodes(model, access)
        // The arrays of TLBs are none of the model's.
        if Self.unknownConcept(model) == nil { candidates += codes.indexCounts.map { .indices(count: $0) } }
        func count(_ kind: Domain.Kind) -> Int {
            switch kind {
            case .threads(let number): model.classes[number].threads.count
            case .slots(let number): model.pools[number].slots.count
            case .indices(let count): count
            }
        }
        while candidates.reduce(0, { $0 + count($1) }) > Self.elementsMax, let last = candidates.popLast() {
            obstacles.append(
                Obstacle(
                    kind: last, name: last.name(in: model), reason: "has more than \(Self.elementsMax) such things",
                    range: .none))
        }
        while true {
            var check = SymmetryCheck(model, codes, candidates)
            guard !candidates.isEmpty, let broken = check.run() else {
                self = check.result(obstacles)
                return
            }
            let kinds = candidates.filter { broken.kinds.contains($0) }
            // An array's elements may be those of threads in truth, so that this goes first. Whatever it was, it must not
            // go unheeded.
            let indices = kinds.filter(\.isIndices)
            let blamed = kinds.isEmpty ? candidates : indices.isEmpty ? kinds : indices
            for kind in blamed {
                obstacles.append(
                    Obstacle(kind: kind, name: kind.name(in: model), reason: broken.reason, range: broken.range))
            }
            candidates.removeAll { blamed.contains($0) }
        }
    }
}

extension Symmetry.Domain.Kind {
    func name(in model: Model) -> String {
        switch self {
        case .threads(let number): model.classes[number].name
        case .slots(let number): model.pools[number].name
        case .indices(let count): "elements of arrays of \(count)"
        }
    }

    var isIndices: Bool {
        if case .indices = self { true } else { false }
    }
}
