import Syntax

// Which permutations change a value, and what may be demanded of values that some do change.
extension SymmetryCheck {
    /// The domains that change a value of that sort.
    func moving(_ sort: SymmetrySort, cells: [CellID]) -> Set<Kind> {
        switch sort {
        case .unknown, .plain: []
        case .address: places.kinds(cells.flatMap { places.places[$0].elements })
        case .owner, .number, .truth, .conflict: places.kinds(places.elementOfThread.filter { $0 >= 0 })
        case .index(let count): [.indices(count: count)]
        case .instance(let threadClass, _): [.threads(threadClass: threadClass)]
        case .place(let list), .mask(let list, _):
            places.kinds(lists[list].map { places.elementOfThread[$0] }.filter { $0 >= 0 })
        }
    }

    mutating func moving(_ operand: Operand, _ number: Int) -> Set<Kind> {
        moving(sort(operand, number), cells: cells(operand, number))
    }

    /// The same whatever is permuted.
    mutating func isFixed(_ operand: Operand, _ number: Int) -> Bool { moving(operand, number).isEmpty }

    /// Whether a constant stands for the same if values of that sort are permuted.
    func isFixed(_ value: Int64, as sort: SymmetrySort) -> Bool {
        func isFixedThread(_ thread: Int64) -> Bool {
            thread < 0 || thread >= Int64(model.threads.count) || places.elementOfThread[Int(thread)] < 0
        }
        switch sort {
        case .unknown, .plain, .conflict: return true
        case .address:
            return value <= 0 || value >= Int64(model.cells.count) || places.places[CellID(value)].elements.isEmpty
        case .index: return false
        case .owner: return isFixedThread(value &- 1)
        case .number: return isFixedThread(value)
        case .instance(let threadClass, let offset):
            let instance = value &- offset
            return instance < 0 || instance >= Int64(model.classes[threadClass].threads.count)
        case .place(let list):
            return value < 0 || value >= Int64(lists[list].count) || places.elementOfThread[lists[list][Int(value)]] < 0
        case .mask(let list, let shift):
            return lists[list].indices.allSatisfy {
                value >> Int64($0 + shift) & 1 == 0 || places.elementOfThread[lists[list][$0]] < 0
            }
        case .truth: return value == 0
        }
    }

    /// Whether it is zero is the same whatever is permuted.
    func keepsTruth(_ sort: SymmetrySort) -> Bool {
        switch sort {
        case .unknown, .plain, .address, .owner, .mask, .truth: true
        case .index, .instance, .number, .place: isFixed(0, as: sort)
        case .conflict: false
        }
    }

    // MARK: Demands

    mutating func demandPlain(_ operands: Operand..., in number: Int, _ reason: String, _ range: SourceRange) {
        for operand in operands where !isFixed(operand, number) { note(moving(operand, number), reason, range) }
    }

    mutating func demandTruth(_ operand: Operand, _ number: Int, _ range: SourceRange) {
        if isFixed(operand, number) || keepsTruth(sort(operand, number)) && !isBlock(operand, number) { return }
        note(moving(operand, number), "asks whether the number of one of them is zero", range)
    }

    /// An address that is permuted as addresses are.
    mutating func demandAddress(_ operand: Operand, _ number: Int, _ instruction: Instruction) {
        if instruction.isForEachThread { return }
        switch operand {
        case .constant(let value):
            guard !isFixed(value, as: .address) else { return }
            let place = places.places[CellID(value)]
            note(places.kinds(place.elements), "uses \(model.cells[CellID(value)].name), which is one of them", instruction.range)
        case .register:
            let elements = cells(operand, number).flatMap { places.places[$0].elements }
            if elements.isEmpty { return }
            if sort(operand, number) != .address || isBlock(operand, number) {
                note(places.kinds(elements), "computes which of them it uses", instruction.range)
            }
        case .perThread(let row):
            checkRow(row, number, instruction.range)
        }
    }

    /// A cell of each thread's own: of alike threads, alike cells.
    mutating func checkRow(_ row: Int, _ number: Int, _ range: SourceRange) {
        let entry = codes.entries[number]
        let table = model.threadTables[row]
        guard let threadClass = entry.threadClass else {
            let elements = cells(.perThread(row), number).flatMap { places.places[$0].elements }
            return note(places.kinds(elements), "depends on one of them", range)
        }
        for thread in model.classes[threadClass].threads {
            let cell = CellID(table[thread])
            guard cell > 0, cell < places.places.count else { continue }
            let element = places.elementOfThread[thread]
            let twin = model.classes[threadClass].threads.first { places.roleOfThread[$0] == places.roleOfThread[thread] }!
            let place = places.places[cell]
            let isRight = element < 0
                ? place.elements.isEmpty
                : place.elements.isEmpty
                    ? table[thread] == table[twin]
                    : place.elements == [element] && place.family == places.places[CellID(table[twin])].family
            if !isRight {
                let all = place.elements + (element < 0 ? [] : [element])
                return note(places.kinds(all), "uses \(model.cells[cell].name), which is one of them", range)
            }
        }
    }

    /// A value may come where values of that sort are.
    mutating func demandFit(_ value: Operand, _ number: Int, _ target: SymmetrySort, _ range: SourceRange) {
        if case .constant(let constant) = value {
            if !isFixed(constant, as: target) {
                note(moving(target, cells: cells(value, number)), "names one of them by a constant", range)
            }
            return
        }
        if case .perThread(let row) = value, sort(value, number) == .address { checkRow(row, number, range) }
        if isFixed(value, number), target != .conflict, sort(value, number) == target || !isMoved(target) { return }
        if isBlock(value, number) { return note(moving(value, number), "computes which of them it uses", range) }
        let source = sort(value, number)
        if source == target, target != .conflict { return }
        // Nothing ever comes there.
        if source == .unknown, target == .conflict { return }
        if target == .truth, keepsTruth(source) { return }
        if source == .unknown || source == .plain || isFixed(value, number) {
            // Whatever else comes there is to blame, unless it is something that moves and this does not.
            if target == .conflict { return }
            return note(moving(target, cells: []), "takes other numbers for theirs", range)
        }
        note(moving(value, number), "mixes their numbers with others", range)
    }

    func isMoved(_ sort: SymmetrySort) -> Bool {
        switch sort {
        case .unknown, .plain: false
        default: true
        }
    }

    mutating func demandComparable(_ a: Operand, _ b: Operand, _ number: Int, _ range: SourceRange) {
        let x = sort(a, number)
        let y = sort(b, number)
        if case .constant(let value) = b, isFixed(value, as: x), x != .conflict, !isBlock(a, number) { return }
        if case .constant(let value) = a, isFixed(value, as: y), y != .conflict, !isBlock(b, number) { return }
        if isFixed(a, number), isFixed(b, number) { return }
        switch x {
        case .address, .owner, .number, .index, .instance, .place, .mask:
            if x == y, !isBlock(a, number), !isBlock(b, number) {
                for case .perThread(let row) in [a, b] where x == .address { checkRow(row, number, range) }
                return
            }
        case .unknown, .plain, .truth, .conflict: break
        }
        let both = moving(a, number).union(moving(b, number))
        // A constant that names one of them moves no less than what it is compared with.
        note(both, "tells one of them from the others", range)
    }
}
