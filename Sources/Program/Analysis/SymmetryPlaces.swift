import Syntax

/// What speaks against a symmetry.
struct SymmetryBreak {
    var kinds: Set<Symmetry.Domain.Kind>
    var reason: String
    var range: SourceRange
}

/// The codes of a model with what their addresses may be: classes first, then properties.
struct SymmetryCodes {
    struct Entry {
        var code: Code
        /// Nil for a property.
        var threadClass: Int?
        var threads: [Int]
        var pointsTo: [PointsTo]
        /// By register.
        var cells: [[CellID]]
        /// Instructions that give a register a constant: those whose constant nobody reads, and those of a thread's
        /// beginning, which belong to no step.
        var deadMoves: Set<Int>
        var openingMoves: Set<Int>
    }

    let entries: [Entry]
    /// By code: the registers that come to index an array, and the lengths of those arrays.
    let indexRegisters: [[Register: Set<Int>]]
    /// Lengths of arrays that some `pick` of all their indices indexes.
    let indexCounts: [Int]

    init(_ model: Model, _ access: AccessSets) {
        var entries: [Entry] = []
        func add(_ code: Code, _ threadClass: Int?, _ threads: [Int], _ pointsTo: [PointsTo]) {
            let isStarted = threadClass.map { model.classes[$0].kind.isStarted } ?? true
            let cells = code.registers.indices.map { register -> [CellID] in
                guard var all = pointsTo.first?.cells(.register(register)) else { return [] }
                for other in pointsTo.dropFirst() { all.formUnion(other.cells(.register(register))) }
                return all.members
            }
            entries.append(
                Entry(code: code, threadClass: threadClass, threads: threads, pointsTo: pointsTo, cells: cells,
                    deadMoves: Self.deadMoves(code), openingMoves: isStarted ? [] : Self.openingMoves(code)))
        }
        for (number, threadClass) in model.classes.enumerated() {
            let threads = Array(threadClass.threads)
            add(threadClass.code, number, threads, threads.map { access.pointsTo[$0] })
        }
        for property in model.properties {
            add(property.code, nil, [], [PointsTo(model: model, code: property.code, thread: model.threads.count)])
        }
        self.entries = entries
        indexRegisters = entries.map { Self.indexRegisters($0.code) }
        var counts: Set<Int> = []
        for (entry, registers) in zip(entries, indexRegisters) where entry.threadClass != nil {
            for instruction in entry.code.instructions {
                guard let (target, count) = Self.indexChoice(instruction.operation) else { continue }
                if registers[target, default: []].contains(count) { counts.insert(count) }
            }
        }
        indexCounts = counts.sorted()
    }
}

/// Which cells move with which elements.
struct SymmetryPlaces {
    /// A cell that belongs to a thread because some array has one for each: how far it stands from where it would stand
    /// if the thread were the first.
    private struct Indexing: Hashable {
        var element: Int
        var distance: Int
    }

    let model: Model
    let domains: [Symmetry.Domain]
    private(set) var elementOfThread: [Int]
    private(set) var roleOfThread: [Int]
    private let elementOfSlot: [Int]
    /// By length of arrays whose elements move: the first of them.
    private(set) var firstIndex: [Int: Int] = [:]
    /// By slot: its pool's number if its slots move, else -1.
    private var indexings: [CellID: [Indexing]] = [:]
    private(set) var places: [Symmetry.Place] = []
    private(set) var broken: SymmetryBreak?

    init(_ model: Model, _ candidates: [Symmetry.Domain.Kind]) {
        self.model = model
        var domains: [Symmetry.Domain] = []
        var elementOfThread = [Int](repeating: -1, count: model.threads.count)
        var elementOfSlot = [Int](repeating: -1, count: model.slots.count)
        var next = 0
        for kind in candidates {
            let count: Int
            switch kind {
            case .threads(let number):
                count = model.classes[number].threads.count
                for (index, thread) in model.classes[number].threads.enumerated() { elementOfThread[thread] = next + index }
            case .slots(let number):
                count = model.pools[number].slots.count
                for (index, slot) in model.pools[number].slots.enumerated() { elementOfSlot[slot] = next + index }
            case .indices(let number):
                count = number
                firstIndex[number] = next
            }
            domains.append(.init(kind: kind, name: kind.name(in: model), elements: next..<next + count))
            next += count
        }
        // A callback moves with its object; there may be several in one slot.
        var roles = [Int](repeating: -1, count: model.threads.count)
        var roleNumbers: [[Int]: Int] = [:]
        for (number, thread) in model.threads.enumerated() {
            let threadClass = model.classes[thread.threadClass]
            var key = [thread.threadClass, elementOfThread[number] < 0 ? number : -1]
            if threadClass.kind == .callback, thread.index < threadClass.objects.count {
                let object = threadClass.objects[thread.index]
                let slot = model.cells[object].slot
                if slot >= 0, elementOfSlot[slot] >= 0 {
                    elementOfThread[number] = elementOfSlot[slot]
                    key = [thread.threadClass, -2, model.slots[slot].pool, object - model.slots[slot].firstCell]
                }
            }
            roles[number] = roleNumbers[key] ?? roleNumbers.count
            roleNumbers[key] = roles[number]
        }
        self.domains = domains
        self.elementOfThread = elementOfThread
        self.elementOfSlot = elementOfSlot
        roleOfThread = roles
    }

    func kind(ofElement element: Int) -> Symmetry.Domain.Kind {
        domains.first { $0.elements.contains(element) }!.kind
    }

    func kinds(_ elements: [Int]) -> Set<Symmetry.Domain.Kind> { Set(elements.map { kind(ofElement: $0) }) }

    /// The cells `first`, `first + stride`, … belong one each to the threads; -1 for one that belongs to none.
    mutating func index(_ first: CellID, _ threads: [Int], stride: Int, range: SourceRange) {
        let owners = threads.map { thread -> (element: Int, role: Int) in
            thread < 0 ? (-1, -1) : (elementOfThread[thread], roleOfThread[thread])
        }
        index(first, owners, stride: stride, range: range)
    }

    /// The same for an array whose elements move by themselves.
    mutating func index(_ first: CellID, count: Int, stride: Int, range: SourceRange) {
        guard let element = firstIndex[count] else { return }
        index(first, (0..<count).map { (element + $0, -1) }, stride: stride, range: range)
    }

    private mutating func index(
        _ first: CellID, _ owners: [(element: Int, role: Int)], stride: Int, range: SourceRange
    ) {
        var origins: [Int: Int] = [:]
        for (position, owner) in owners.enumerated() where owner.element >= 0 {
            let distance = position * stride
            let origin = origins[owner.role] ?? distance
            origins[owner.role] = origin
            for cell in first + distance..<first + distance + stride where cell < model.cells.count {
                let new = Indexing(element: owner.element, distance: distance - origin)
                var known = indexings[cell] ?? []
                if known.contains(new) { continue }
                // The same array indexed in two ways.
                if known.contains(where: { kind(ofElement: $0.element) == kind(ofElement: new.element) }) {
                    let both = kinds(known.map(\.element) + [new.element])
                    note(both, "uses \(model.cells[cell].name) for more than one thread", range)
                    return
                }
                known.append(new)
                indexings[cell] = known
            }
        }
    }

    private mutating func note(_ kinds: Set<Symmetry.Domain.Kind>, _ reason: String, _ range: SourceRange) {
        if broken == nil { broken = SymmetryBreak(kinds: kinds, reason: reason, range: range) }
    }

    // MARK: Families

    /// Gives every cell its family, and checks that families are whole.
    mutating func settle() {
        var numbers: [[Int]: Int] = [:]
        var contextCount = [Int](repeating: 0, count: model.threads.count)
        places = []
        var slotOfLive: [CellID: (slot: Int, kind: Int)] = [:]
        for (number, slot) in model.slots.enumerated() {
            slotOfLive[slot.liveCell] = (number, -4)
            if slot.quarantineCell != 0 { slotOfLive[slot.quarantineCell] = (number, -5) }
        }
        for (cell, info) in model.cells.enumerated() {
            var key: [Int]
            var elements: [Int] = []
            if case .programPoint(let thread) = info.role {
                key = [-2, elementOfThread[thread] < 0 ? cell : -1, roleOfThread[thread]]
                if elementOfThread[thread] >= 0 { elements = [elementOfThread[thread]] }
            } else if case .context(let thread) = info.role {
                key = [-3, elementOfThread[thread] < 0 ? cell : -1, roleOfThread[thread], contextCount[thread]]
                contextCount[thread] += 1
                if elementOfThread[thread] >= 0 { elements = [elementOfThread[thread]] }
            } else if let (slot, kind) = slotOfLive[cell], elementOfSlot[slot] >= 0 {
                key = [kind, model.slots[slot].pool]
                elements = [elementOfSlot[slot]]
            } else {
                let slot = info.slot
                let moves = slot >= 0 && elementOfSlot[slot] >= 0
                if moves { elements = [elementOfSlot[slot]] }
                let more = (indexings[cell] ?? []).sorted { $0.element < $1.element }
                elements += more.map(\.element)
                let origin = (moves ? cell - model.slots[slot].firstCell : cell) - more.reduce(0) { $0 + $1.distance }
                key = [moves ? model.slots[slot].pool : -1, origin]
            }
            for element in elements { key.append(domains.firstIndex { $0.elements.contains(element) }!) }
            let family = numbers[key] ?? numbers.count
            numbers[key] = family
            places.append(Symmetry.Place(family: family, elements: elements))
        }
        checkFamilies(count: numbers.count)
    }

    /// Every combination of elements has exactly one cell, and all hold values of the same kind.
    private mutating func checkFamilies(count: Int) {
        var members = [[CellID]](repeating: [], count: count)
        for (cell, place) in places.enumerated() where !place.elements.isEmpty { members[place.family].append(cell) }
        for cells in members where !cells.isEmpty {
            let elements = places[cells[0]].elements
            let expected = elements.reduce(1) { product, element in
                product * domains.first { $0.elements.contains(element) }!.elements.count
            }
            let distinct = Set(cells.map { places[$0].elements }).count
            let isAlike = cells.allSatisfy { isSameShape(model.cells[$0], model.cells[cells[0]]) }
            if elements.count > 2 || cells.count != expected || distinct != expected || !isAlike {
                note(kinds(elements), "has \(model.cells[cells[0]].name), which does not belong to each of them alike", .none)
                return
            }
        }
    }

    private func isSameShape(_ a: Cell, _ b: Cell) -> Bool {
        if a.isGhost != b.isGhost { return false }
        if a.storage == b.storage { return true }
        switch (model.storages[a.storage].kind, model.storages[b.storage].kind) {
        case (.fixed(let low, let high, _), .fixed(let low2, let high2, _)): return low == low2 && high == high2
        case (.inferred(let low, let high), .inferred(let low2, let high2)): return low == low2 && high == high2
        case (.pointer(let set), .pointer(let set2)): return set == set2
        default: return false
        }
    }

    /// Sets of pointers, locks and grace-period domains must be the same after any permutation.
    mutating func checkStructures() {
        if broken != nil { return }
        var familySizes: [Int: Int] = [:]
        for place in places where !place.elements.isEmpty { familySizes[place.family, default: 0] += 1 }
        func isClosed(_ cells: [CellID]) -> CellID? {
            var counts: [Int: Int] = [:]
            for cell in cells where !places[cell].elements.isEmpty { counts[places[cell].family, default: 0] += 1 }
            return cells.first { !places[$0].elements.isEmpty && counts[places[$0].family] != familySizes[places[$0].family] }
        }
        for set in model.pointerSets {
            if let cell = set.first(where: { places[$0].elements.count > 1 }) ?? isClosed(set) {
                return note(kinds(places[cell].elements), "has pointers to \(model.cells[cell].name) and not to all like it", .none)
            }
        }
        for lock in model.locks {
            for (thread, cell) in lock.readerCells.enumerated() where elementOfThread[thread] >= 0 {
                let twins = elementOfThread.indices.filter { roleOfThread[$0] == roleOfThread[thread] }
                // What no code has indexed stays zero.
                let isRight = cell == 0 || indexings[cell] == nil
                    ? twins.allSatisfy { lock.readerCells[$0] == 0 || indexings[lock.readerCells[$0]] == nil }
                    : places[cell].elements.contains(elementOfThread[thread])
                if !isRight { return note([kind(ofElement: elementOfThread[thread])], "reads \(lock.name) in a way of its own", .none) }
            }
        }
        for domain in model.domains {
            if let cell = isClosed(domain.masks) {
                return note(kinds(places[cell].elements), "waits for readers in a way of its own", .none)
            }
            for reader in domain.readers where elementOfThread[reader.thread] >= 0 {
                let element = elementOfThread[reader.thread]
                let twins = domain.readers.filter { roleOfThread[$0.thread] == roleOfThread[reader.thread] }
                let total = roleOfThread.filter { $0 == roleOfThread[reader.thread] }.count
                // What no code has indexed stays zero.
                func families(_ cells: [CellID]) -> [Int] {
                    cells.filter { !places[$0].elements.isEmpty }.map { places[$0].family }
                }
                let isRight = twins.count == total
                    && reader.cells.allSatisfy { [[], [element]].contains(places[$0].elements) }
                    && twins.allSatisfy { families($0.cells) == families(reader.cells) }
                if !isRight { return note([kind(ofElement: element)], "is a reader in a way of its own", .none) }
            }
        }
        checkThreads()
    }

    private mutating func checkThreads() {
        for domain in domains {
            guard case .threads(let number) = domain.kind else { continue }
            // Whoever shares a CPU runs in turn with others, and which others may matter.
            let cpus = model.classes[number].threads.map { model.threads[$0].cpu }
            let others = model.threads.indices.filter {
                !model.classes[number].threads.contains($0) && model.classes[model.threads[$0].threadClass].kind != .callback
            }
            if Set(cpus).count != cpus.count || others.contains(where: { cpus.contains(model.threads[$0].cpu) }) {
                return note([domain.kind], "shares its CPU", .none)
            }
        }
        // All callbacks that a slot may have, or none.
        for (number, thread) in model.threads.enumerated()
        where elementOfThread[number] >= 0 && model.classes[thread.threadClass].kind == .callback {
            let domain = domains.first { $0.elements.contains(elementOfThread[number]) }!
            let twins = roleOfThread.filter { $0 == roleOfThread[number] }.count
            if twins != domain.elements.count { return note([domain.kind], "has callbacks for some of its slots only", .none) }
        }
    }
}
