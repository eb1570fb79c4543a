// What was found out about one thread and one object holds for those that are alike: a permutation turns a node into
// another, and the knowledge that lets the one's thread go alone into what is worth knowing at the other. Finding rules is
// most of what preparing the reduction costs, and so it is done once for all nodes that are alike.
//
// Nothing rests on it: the image of a rule's knowledge is looked into as any other, and makes a rule of its own.

import Program

struct RuleImages {
    private let dependence: Dependence
    private let symmetry: Symmetry
    /// By node in the numbering of all: nodes with different numbers are never each other's image.
    let groupOf: [Int]
    /// By family and elements; by role and element.
    private var cells: [[Int]: CellID] = [:]
    private var threads: [[Int]: Int] = [:]

    /// Nil if nothing is alike.
    init?(_ dependence: Dependence, _ symmetry: Symmetry) {
        if symmetry.isTrivial { return nil }
        self.dependence = dependence
        self.symmetry = symmetry
        groupOf = AlikeNodes(dependence, symmetry).groupOf
        for (cell, place) in symmetry.places.enumerated() where !place.elements.isEmpty {
            cells[[place.family] + place.elements] = cell
        }
        for (thread, element) in symmetry.elementOfThread.enumerated() where element >= 0 {
            threads[[symmetry.roleOfThread[thread], element]] = thread
        }
    }

    // MARK: Permutations

    /// A permutation that turns the one node into the other, by element; nil if there is none or none is known.
    func permutation(from node: Int, to other: Int) -> [Int]? {
        let (thread, target) = (dependence.thread(ofNode: node), dependence.thread(ofNode: other))
        var partial = Partial(elementCount: symmetry.elementCount)
        guard map(thread: thread, to: target, &partial) else { return nil }
        let (graph, image) = (dependence.graphs[thread], dependence.graphs[target])
        let (local, imageLocal) = (node - dependence.firstNode[thread], other - dependence.firstNode[target])
        let step = graph.steps[local]
        guard step == image.steps[imageLocal], graph.tracked[step].count == image.tracked[step].count else { return nil }
        let sorts = symmetry.registerSorts[dependence.model.threads[thread].threadClass]
        for (index, tracked) in graph.tracked[step].enumerated() {
            let (value, imageValue) = (graph.values[local][index], image.values[imageLocal][index])
            guard tracked.register == image.tracked[step][index].register,
                map(value, to: imageValue, sorts[tracked.register], &partial)
            else { return nil }
        }
        return partial.completed(symmetry.domains.map(\.elements))
    }

    /// What is decided so far of a permutation.
    private struct Partial {
        var images: [Int?]
        private var isTaken: [Bool]

        init(elementCount: Int) {
            images = [Int?](repeating: nil, count: elementCount)
            isTaken = [Bool](repeating: false, count: elementCount)
        }

        mutating func add(_ element: Int, _ image: Int) -> Bool {
            if let known = images[element] { return known == image }
            if isTaken[image] { return false }
            images[element] = image
            isTaken[image] = true
            return true
        }

        /// The rest stays where it can. Nil if an element would leave its domain.
        func completed(_ domains: [Range<Int>]) -> [Int]? {
            var full = self
            for domain in domains {
                for element in domain where full.images[element] == nil && !full.isTaken[element] {
                    _ = full.add(element, element)
                }
                var free = domain.filter { !full.isTaken[$0] }
                for element in domain where full.images[element] == nil {
                    if free.isEmpty { return nil }
                    _ = full.add(element, free.removeFirst())
                }
                for element in domain where !domain.contains(full.images[element]!) { return nil }
            }
            return full.images.map { $0! }
        }
    }

    private func map(thread: Int, to image: Int, _ partial: inout Partial) -> Bool {
        let (element, target) = (symmetry.elementOfThread[thread], symmetry.elementOfThread[image])
        if element < 0 || target < 0 { return thread == image }
        return symmetry.roleOfThread[thread] == symmetry.roleOfThread[image] && partial.add(element, target)
    }

    private func map(_ value: Int64, to image: Int64, _ sort: SymmetrySort, _ partial: inout Partial) -> Bool {
        if case .address = sort {
            guard symmetry.places.indices.contains(Int(value)), symmetry.places.indices.contains(Int(image)) else {
                return value == image
            }
            let (place, target) = (symmetry.places[Int(value)], symmetry.places[Int(image)])
            if place.elements.isEmpty { return value == image }
            guard place.family == target.family else { return false }
            return zip(place.elements, target.elements).allSatisfy { partial.add($0, $1) }
        }
        if case .mask = sort { return value == image }
        if case .index(let count) = sort {
            let elements = symmetry.elements(ofIndices: count)
            guard (0..<Int64(elements.count)).contains(value), (0..<Int64(elements.count)).contains(image) else {
                return value == image
            }
            return partial.add(elements.lowerBound + Int(value), elements.lowerBound + Int(image))
        }
        guard let thread = symmetry.thread(value, sort, dependence.model),
            let target = symmetry.thread(image, sort, dependence.model)
        else { return value == image }
        return map(thread: thread, to: target, &partial)
    }

    // MARK: Images

    /// What the knowledge becomes; nil if that is not known.
    func image(of knowledge: Knowledge, _ permutation: [Int]) -> Knowledge? {
        let sort = symmetry.storageSorts[dependence.model.cells[knowledge.cell].storage]
        let place = symmetry.places[knowledge.cell]
        let cell = place.elements.isEmpty ? knowledge.cell : cells[[place.family] + place.elements.map { permutation[$0] }]
        guard let cell else { return nil }
        var image = Knowledge(cell: cell, values: 0, isCounted: knowledge.isCounted)
        let (field, target) = (dependence.layout.cells[knowledge.cell], dependence.layout.cells[cell])
        let count = LocalGraph.valueCount(field, dependence.model)
        if count == 0 { return nil }
        for packed in 0..<count where knowledge.values >> UInt64(packed) & 1 != 0 {
            guard
                let value = self.image(
                    of: LocalGraph.value(field, packed: packed, dependence.model), sort, permutation),
                let packed = LocalGraph.packed(target, value, dependence.model)
            else { return nil }
            image.values |= 1 << UInt64(packed)
        }
        return image
    }

    private func image(of value: Int64, _ sort: SymmetrySort, _ permutation: [Int]) -> Int64? {
        switch sort {
        case .unknown, .plain, .truth: return value
        case .conflict: return nil
        case .address:
            guard value > 0, value < Int64(symmetry.places.count) else { return value }
            let place = symmetry.places[Int(value)]
            if place.elements.isEmpty { return value }
            return cells[[place.family] + place.elements.map { permutation[$0] }].map(Int64.init)
        case .mask(let list, let shift):
            var image: Int64 = 0
            for (number, thread) in symmetry.lists[list].enumerated() where value >> Int64(number + shift) & 1 != 0 {
                guard let target = self.image(ofThread: thread, permutation),
                    let place = symmetry.lists[list].firstIndex(of: target)
                else { return nil }
                image |= 1 << Int64(place + shift)
            }
            return image
        case .index(let count):
            let elements = symmetry.elements(ofIndices: count)
            guard (0..<Int64(elements.count)).contains(value) else { return value }
            return Int64(permutation[elements.lowerBound + Int(value)] - elements.lowerBound)
        case .owner, .number, .instance, .place:
            guard let thread = symmetry.thread(value, sort, dependence.model) else { return value }
            guard let target = image(ofThread: thread, permutation) else { return nil }
            return symmetry.value(ofThread: target, sort, dependence.model)
        }
    }

    private func image(ofThread thread: Int, _ permutation: [Int]) -> Int? {
        let element = symmetry.elementOfThread[thread]
        return element < 0 ? thread : threads[[symmetry.roleOfThread[thread], permutation[element]]]
    }
}
