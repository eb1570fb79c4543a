extension Symmetry {
    /// The thread that a value of a sort names, if it names one. Of a mask, that of a place in it.
    package func thread(_ value: Int64, _ sort: SymmetrySort, _ model: Model) -> Int? {
        func checked(_ thread: Int64) -> Int? { thread >= 0 && thread < Int64(model.threads.count) ? Int(thread) : nil }
        switch sort {
        case .owner: return checked(value - 1)
        case .number: return checked(value)
        case .instance(let threadClass, let offset):
            let threads = model.classes[threadClass].threads
            let instance = value - offset
            return instance >= 0 && instance < Int64(threads.count) ? threads.lowerBound + Int(instance) : nil
        case .place(let list), .mask(let list, _):
            return value >= 0 && value < Int64(lists[list].count) ? lists[list][Int(value)] : nil
        case .unknown, .plain, .address, .index, .truth, .conflict: return nil
        }
    }

    /// The value by which a sort names a thread. Of a mask, its place in it.
    package func value(ofThread thread: Int, _ sort: SymmetrySort, _ model: Model) -> Int64? {
        switch sort {
        case .owner: return Int64(thread + 1)
        case .number: return Int64(thread)
        case .instance(let threadClass, let offset):
            return Int64(thread - model.classes[threadClass].threads.lowerBound) + offset
        case .place(let list), .mask(let list, _): return lists[list].firstIndex(of: thread).map(Int64.init)
        case .unknown, .plain, .address, .index, .truth, .conflict: return nil
        }
    }

    /// The elements that the numbers below `count` stand for, where they are indices that may change places.
    package func elements(ofIndices count: Int) -> Range<Int> {
        domains.first { $0.kind == .indices(count: count) }?.elements ?? 0..<0
    }
}
