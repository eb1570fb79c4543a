import Program

/// Builds the tables by which a `Canonicalizer` finds its way in a state. Nil where the layout does not allow it.
struct SymmetryTables {
    let model: Model
    let layout: StateLayout
    let symmetry: Symmetry

    private(set) var fields: [MovedField] = []
    /// By element: its cells' fields, in the same order for all of a domain; and its threads.
    private(set) var fieldRanges: [Range<Int>] = []
    private(set) var threadRanges: [Range<Int>] = []
    private(set) var threads: [MovedThread] = []
    /// By thread's `locals` plus program point.
    private(set) var localRanges: [Range<Int>] = []
    /// What names elements and belongs to none; the threads that belong to none, and keep such names.
    private(set) var fixedFields: Range<Int> = 0..<0
    private(set) var fixedThreads: Range<Int> = 0..<0
    private(set) var shared: [SharedField] = []
    private(set) var sharedFamilies: [SharedFamily] = []
    private(set) var sharedPlaces: [(word: Int, shift: UInt64)] = []
    private(set) var references: [Reference] = []
    private(set) var targets: [UInt64] = []
    /// The bits of a state that never change.
    private(set) var keptBits: [UInt64]

    private var memberOfFamily: [[Int]: CellID] = [:]
    private var threadOfRole: [[Int]: Int] = [:]
    private var tableNumbers: [TableKey: Int] = [:]

    private struct TableKey: Hashable {
        var sort: SymmetrySort
        var pointerSet: Int
        var low: Int64
        var width: Int
    }

    init?(_ model: Model, _ layout: StateLayout, _ symmetry: Symmetry) {
        self.model = model
        self.layout = layout
        self.symmetry = symmetry
        keptBits = [UInt64](repeating: .max, count: layout.wordCount)
        for (cell, place) in symmetry.places.enumerated() where !place.elements.isEmpty {
            memberOfFamily[[place.family] + place.elements] = cell
        }
        for (thread, element) in symmetry.elementOfThread.enumerated() where element >= 0 {
            threadOfRole[[symmetry.roleOfThread[thread], element]] = thread
        }
        guard addElements(), addFixed(), addShared() else { return nil }
    }

    // MARK: Values

    private func domain(of element: Int) -> Symmetry.Domain {
        symmetry.domains.first { $0.elements.contains(element) }!
    }

    /// The kind of a field's values and their table; nil if it cannot be permuted.
    private mutating func kind(_ sort: SymmetrySort, _ field: BitField) -> (kind: MovedField.Kind, table: Int)? {
        let isMask: Bool
        switch sort {
        case .unknown, .plain: return (.plain, 0)
        case .truth, .conflict:
            // The analysis has seen to it that nothing that moves is in there.
            return (.plain, 0)
        case .address, .owner, .number, .index, .instance, .place: isMask = false
        case .mask: isMask = true
        }
        let width = valueWidth(field)
        let key = TableKey(sort: sort, pointerSet: field.pointerSet, low: field.low, width: width)
        if let known = tableNumbers[key] { return known < 0 ? (.plain, 0) : (isMask ? .mask : .reference, known) }
        if isMask ? field.low != 0 : width > 16 { return nil }
        let first = references.count
        var moves = false
        for raw in 0..<(isMask ? width : 1 << width) {
            guard let entry = reference(raw, sort, field, limit: isMask ? UInt64(width) : 1 << UInt64(width)) else { return nil }
            moves = moves || entry.element >= 0
            references.append(entry)
        }
        if !moves { references.removeLast(references.count - first) }
        tableNumbers[key] = moves ? first : -1
        return moves ? (isMask ? .mask : .reference, first) : (.plain, 0)
    }

    /// Without the mark of a stale pointer.
    private func valueWidth(_ field: BitField) -> Int {
        field.pointerSet >= 0 && layout.tracksStalePointers && field.width > 0 ? field.width - 1 : field.width
    }

    private mutating func reference(_ raw: Int, _ sort: SymmetrySort, _ field: BitField, limit: UInt64) -> Reference? {
        let nothing = Reference(element: -1, target: 0, salt: 0)
        if case .address = sort {
            let set = model.pointerSets[field.pointerSet]
            guard raw > 0, raw <= set.count else { return nothing }
            let place = symmetry.places[set[raw - 1]]
            guard let element = place.elements.first else { return nothing }
            guard place.elements.count == 1 else { return nil }
            var entry = Reference(element: element, target: 0, salt: UInt64(place.family))
            let values = domain(of: element).elements.map { other in
                memberOfFamily[[place.family, other]].flatMap { cell in set.firstIndex(of: cell).map { Int64($0 + 1) } }
            }
            return fillTargets(&entry, values, limit) ? entry : nil
        }
        let low = field.low
        let value = low &+ Int64(raw)
        if case .index(let count) = sort {
            let elements = symmetry.elements(ofIndices: count)
            guard value >= 0, value < Int64(elements.count) else { return nothing }
            var entry = Reference(element: elements.lowerBound + Int(value), target: 0, salt: 1 << 33)
            return fillTargets(&entry, elements.indices.map { Int64($0 - elements.lowerBound) &- low }, limit) ? entry : nil
        }
        guard let thread = symmetry.thread(value, sort, model), symmetry.elementOfThread[thread] >= 0 else { return nothing }
        let role = symmetry.roleOfThread[thread]
        var entry = Reference(element: symmetry.elementOfThread[thread], target: 0, salt: UInt64(role) &+ 1 << 32)
        let values = domain(of: entry.element).elements.map { other in
            threadOfRole[[role, other]].flatMap { symmetry.value(ofThread: $0, sort, model) }.map { $0 &- low }
        }
        return fillTargets(&entry, values, limit) ? entry : nil
    }

    /// The values of the elements of one domain, in order.
    private mutating func fillTargets(_ entry: inout Reference, _ values: [Int64?], _ limit: UInt64) -> Bool {
        var found: [UInt64] = []
        for value in values {
            guard let value, value >= 0, UInt64(value) < limit else { return false }
            found.append(UInt64(value))
        }
        entry.target = targets.count - domain(of: entry.element).elements.lowerBound
        targets += found
        return true
    }

    // MARK: Fields

    /// A field's parts: its value, and apart from it the mark of a stale pointer.
    private mutating func parts(_ field: BitField, _ sort: SymmetrySort, _ salt: UInt64) -> [MovedField]? {
        if field.width == 0 { return [] }
        guard let (kind, table) = kind(sort, field) else { return nil }
        let width = kind == .plain ? field.width : valueWidth(field)
        var parts = [
            MovedField(
                word: field.word, shift: UInt64(field.shift), mask: ~0 >> UInt64(64 - width), kind: kind, table: table,
                salt: salt)
        ]
        if width < field.width {
            parts.append(
                MovedField(
                    word: field.word, shift: UInt64(field.shift + width), mask: 1, kind: .plain, table: 0,
                    salt: salt &+ 1 << 40))
        }
        return parts
    }

    /// Neighbours that go along as they are, in all the lists at once, become one.
    private func merged(_ lists: [[MovedField]]) -> [[MovedField]]? {
        guard let first = lists.first else { return [] }
        guard lists.allSatisfy({ $0.count == first.count }) else { return nil }
        let order = first.indices.sorted { (first[$0].word, first[$0].shift) < (first[$1].word, first[$1].shift) }
        var result = lists.map { _ in [MovedField]() }
        for index in order {
            for list in lists where list[index].kind != first[index].kind || list[index].mask != first[index].mask
                || list[index].table != first[index].table { return nil }
            let joins = first[index].kind == .plain && lists.indices.allSatisfy { number in
                guard let last = result[number].last, last.kind == .plain else { return false }
                let next = lists[number][index]
                return last.word == next.word && last.shift + UInt64(last.mask.nonzeroBitCount) == next.shift
            }
            for number in lists.indices {
                let next = lists[number][index]
                if joins {
                    let width = UInt64(result[number][result[number].count - 1].mask.nonzeroBitCount)
                    result[number][result[number].count - 1].mask |= next.mask << width
                } else {
                    result[number].append(next)
                }
            }
        }
        return result
    }

    private mutating func forget(_ fields: [MovedField]) {
        for field in fields { keptBits[field.word] &= ~(field.mask << field.shift) }
    }

    private mutating func addElements() -> Bool {
        for domain in symmetry.domains {
            let first = domain.elements.lowerBound
            let families = symmetry.places.filter { $0.elements == [first] }.map(\.family)
            var lists: [[MovedField]] = []
            for element in domain.elements {
                var list: [MovedField] = []
                for family in families {
                    guard let cell = memberOfFamily[[family, element]],
                        layout.cells[cell].low == layout.cells[memberOfFamily[[family, first]]!].low,
                        let parts = parts(
                            layout.cells[cell], symmetry.storageSorts[model.cells[cell].storage], UInt64(family) << 8)
                    else { return false }
                    list += parts
                }
                forget(list)
                lists.append(list)
            }
            guard let merged = merged(lists) else { return false }
            for list in merged {
                fieldRanges.append(fields.count..<fields.count + list.count)
                fields += list
            }
        }
        return addThreads()
    }

    private mutating func addThreads() -> Bool {
        var localsOfThread = [Int](repeating: 0, count: model.threads.count)
        let roles = Dictionary(grouping: model.threads.indices.filter { symmetry.elementOfThread[$0] >= 0 }) {
            symmetry.roleOfThread[$0]
        }
        for (role, twins) in roles.sorted(by: { $0.key < $1.key }) {
            for thread in twins {
                for (word, mask) in layout.localMasks[thread] { keptBits[word] &= ~mask }
            }
            guard addLocals(of: twins, UInt64(role) << 24 | 1 << 44, plainToo: true, &localsOfThread) else { return false }
        }
        for element in 0..<symmetry.elementCount {
            let first = threads.count
            let own = model.threads.indices.filter { symmetry.elementOfThread[$0] == element }
                .sorted { symmetry.roleOfThread[$0] < symmetry.roleOfThread[$1] }
            for thread in own { threads.append(moved(thread, localsOfThread[thread])) }
            threadRanges.append(first..<threads.count)
        }
        return true
    }

    private func moved(_ thread: Int, _ locals: Int) -> MovedThread {
        let point = layout.cells[model.threads[thread].programPointCell]
        return MovedThread(word: point.word, shift: UInt64(point.shift), mask: point.mask, locals: locals)
    }

    /// What threads of one role keep at each of their steps.
    private mutating func addLocals(
        of twins: [Int], _ salt: UInt64, plainToo: Bool, _ localsOfThread: inout [Int]
    ) -> Bool {
        let threadClass = model.threads[twins[0]].threadClass
        let steps = layout.locals[twins[0]].count
        let width = 1 << max(layout.cells[model.threads[twins[0]].programPointCell].width, 0)
        var ranges = twins.map { _ in [0..<0] }
        for step in 0..<steps {
            var lists: [[MovedField]] = []
            for thread in twins {
                var list: [MovedField] = []
                for (register, field) in layout.locals[thread][step] {
                    guard let parts = parts(
                        field, symmetry.registerSorts[threadClass][register],
                        salt &+ UInt64(step) << 12 &+ UInt64(register))
                    else { return false }
                    list += plainToo ? parts : parts.filter { $0.kind != .plain }
                }
                lists.append(list)
            }
            guard let merged = merged(lists) else { return false }
            for (number, list) in merged.enumerated() {
                ranges[number].append(fields.count..<fields.count + list.count)
                fields += list
            }
        }
        for (number, thread) in twins.enumerated() {
            localsOfThread[thread] = localRanges.count
            localRanges += ranges[number]
            localRanges += [Range<Int>](repeating: 0..<0, count: max(0, width - ranges[number].count))
        }
        return true
    }

    private mutating func addFixed() -> Bool {
        var list: [MovedField] = []
        for (cell, place) in symmetry.places.enumerated() where cell > 0 && place.elements.isEmpty {
            guard let parts = parts(
                layout.cells[cell], symmetry.storageSorts[model.cells[cell].storage], UInt64(cell) << 8 | 1 << 45)
            else { return false }
            list += parts.filter { $0.kind != .plain }
        }
        forget(list)
        fixedFields = fields.count..<fields.count + list.count
        fields += list
        let first = threads.count
        for thread in model.threads.indices where symmetry.elementOfThread[thread] < 0 {
            let before = fields.count
            var locals = [Int](repeating: 0, count: model.threads.count)
            guard addLocals(of: [thread], UInt64(thread) << 24 | 1 << 46, plainToo: false, &locals) else { return false }
            if fields.count > before { threads.append(moved(thread, locals[thread])) }
        }
        fixedThreads = first..<threads.count
        return true
    }

    private mutating func addShared() -> Bool {
        var familyNumbers: [Int: Int] = [:]
        for (cell, place) in symmetry.places.enumerated() where place.elements.count == 2 {
            guard let parts = parts(
                layout.cells[cell], symmetry.storageSorts[model.cells[cell].storage], UInt64(place.family) << 8)
            else { return false }
            if parts.isEmpty { continue }
            guard parts.count == 1 else { return false }
            if familyNumbers[place.family] == nil {
                familyNumbers[place.family] = sharedFamilies.count
                let domains = place.elements.map { domain(of: $0) }
                sharedFamilies.append(
                    SharedFamily(
                        places: sharedPlaces.count, firstDomain: domains[0].elements.lowerBound,
                        secondDomain: domains[1].elements.lowerBound, secondCount: domains[1].elements.count))
                for first in domains[0].elements {
                    for second in domains[1].elements {
                        guard let other = memberOfFamily[[place.family, first, second]],
                            layout.cells[other].width == layout.cells[cell].width,
                            layout.cells[other].low == layout.cells[cell].low
                        else { return false }
                        sharedPlaces.append((layout.cells[other].word, UInt64(layout.cells[other].shift)))
                    }
                }
            }
            forget(parts)
            shared.append(
                SharedField(
                    field: parts[0], first: place.elements[0], second: place.elements[1],
                    family: familyNumbers[place.family]!))
        }
        return true
    }
}
