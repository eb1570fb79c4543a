// When a thread's next step may be taken alone: persistent sets of one thread, found before the search.
//
// A set of steps is persistent in a state if nothing that the others can do on their own, as long as none of the set is
// taken, is dependent on one of its members (Godefroid, 1996, chapter 4; Valmari's stubborn sets, "Stubborn Sets for
// Reduced State Space Generation", 1989, come to the same here). Sets of one thread's steps at one program point are
// looked for, as in Flanagan and Qadeer's reduction by locks.
//
// For each node of a thread there are rules. A rule is knowledge about cells ("I own this lock", "this object is live",
// "no pointer leads to it", "this flag is clear"), to be tested in the state, and for all other threads the nodes from
// which they may either disturb the step or end the knowledge. On the way there they take no step that contradicts the
// knowledge: whoever needs my lock does not get past taking it.
//
// Why that is sound. Let the knowledge hold in a state, and let the others take steps while the thread stands still.
// Consider the first of these that depends on the thread's step, or after which the knowledge may be false. Until then
// the knowledge holds, so no edge that contradicts it was taken, and so this step can be reached from its thread's node
// without such edges (through the start of a callback, it may be another thread's node). The rule lists that node, and
// so does not apply. Hence there is no first one. A thread that waits or has ended is at a node like any other, or at
// none. What is not understood is an edge that touches more, never less.
//
// The step itself must not wait where the rule applies, so the set is never empty; and what INVARIANTs, SOMETIMES and
// CONSTRAINTs read it must not write (visibility, condition C2 of Peled's ample sets), as the states in between are not
// all seen.

import Program

/// A rule for one node of one thread.
struct PersistentRule {
    var node: Int
    var knowledge: [Knowledge]
    /// Nodes, in the numbering of all threads, at which no other thread may stand.
    var disturbing: NumberSet
}

struct PersistentRules {
    /// By node in the numbering of all: the rules, the one that asks for most first.
    private(set) var rules: [[PersistentRule]]
    private let dependence: Dependence
    /// By edge.
    private let manners: [Manner]
    private let testedAndSet: CellSet
    private let assumedCells: [CellID]
    private let pointerCells: [CellID]
    /// The dependents of the steps that were last asked for.
    private var dependents: (steps: [Int], edges: NumberSet)
    private var cache: [Knowledge: (cut: NumberSet, changing: NumberSet)] = [:]
    /// Evaluations left: what is not looked at in time has no rule.
    private(set) var budget: Int

    /// What an edge is to a rule.
    private enum Manner {
        case goesOn
        case fails
        case waits
        /// It writes what a property looks at.
        case visible
    }

    init(_ dependence: Dependence, visible: CellSet, budget: Int) {
        self.dependence = dependence
        manners = dependence.edges.map { edge in
            if edge.writes.intersects(visible) || edge.clears.intersects(visible) { return .visible }
            return switch edge.outcome {
            case .waits: .waits
            case .goesOn, .ends: .goesOn
            case .fails: .fails
            }
        }
        self.budget = budget
        dependents = ([], NumberSet(count: dependence.edges.count))
        testedAndSet = dependence.testedAndSet
        let model = dependence.model
        assumedCells = dependence.assumedCells.filter {
            let count = Self.valueCount($0, dependence)
            return count > 1 && count <= 4
        }
        pointerCells = model.cells.indices.dropFirst().filter {
            if case .pointer = model.storages[model.cells[$0].storage].kind { return true }
            return false
        }
        rules = [[PersistentRule]](repeating: [], count: dependence.nodeCount)
        for thread in dependence.graphs.indices {
            let taken = LastWritten(dependence, thread: thread)
            for node in dependence.graphs[thread].steps.indices {
                rules[dependence.firstNode[thread] + node] = find(node, of: thread, taken.before[node] ?? [:])
            }
        }
    }

    mutating func removeRules(at node: Int) { rules[node] = [] }

    static func valueCount(_ cell: CellID, _ dependence: Dependence) -> Int {
        let field = dependence.layout.cells[cell]
        if field.pointerSet >= 0 { return dependence.model.pointerSets[field.pointerSet].count + 1 }
        let span = UInt64(bitPattern: field.high &- field.low)
        return span < 64 ? Int(span) + 1 : .max
    }

    // MARK: Finding rules

    private struct Attempt {
        var knowledge: [Knowledge]
        var disturbing: NumberSet
        var cost: Int
    }

    private mutating func find(_ node: Int, of thread: Int, _ taken: [CellID: UInt64]) -> [PersistentRule] {
        let steps = dependence.edges(from: node, of: thread)
        // The objects that are followed have to be live: allocating them is then nobody's next step.
        var base: [Knowledge] = []
        for slot in slots(of: steps) {
            base.append(Knowledge(cell: dependence.model.slots[slot].liveCell, values: 1 << 1))
        }
        guard var best = attempt(base, steps, thread) else {
            // It may have to wait, or is seen: knowledge might exclude that.
            return []
        }
        var found = [best]
        func improve(_ better: Attempt?) {
            guard let better, better.cost < best.cost else { return }
            best = better
            found.append(better)
        }
        if best.cost > 0 {
            let own = taken.filter { testedAndSet.contains($0.key) }.map { Knowledge(cell: $0.key, values: $0.value) }
                .sorted { $0.cell < $1.cell }
            for knowledge in own { improve(attempt(best.knowledge + [knowledge], steps, thread)) }
        }
        if best.cost > 0 {
            for slot in touchedSlots(steps) {
                improve(attempt(best.knowledge + unreferenced(slot), steps, thread))
            }
        }
        for _ in 0..<4 where best.cost > 0 {
            var next = best
            for better in extended(best, steps, thread) where better.cost < next.cost { next = better }
            if next.cost == best.cost { break }
            improve(next)
        }
        // What else might be known lets other threads stand elsewhere.
        var others: [Attempt] = []
        if best.cost > 0 {
            for other in extended(best, steps, thread).sorted(by: { $0.cost < $1.cost }) where others.count < 3 {
                let isNew = ([best] + others).allSatisfy { !$0.disturbing.isSubset(of: other.disturbing) }
                if isNew { others.append(other) }
            }
        }
        return (found.suffix(6).reversed() + others).filter(isWorthAsking(thread)).map {
            PersistentRule(node: node, knowledge: $0.knowledge, disturbing: $0.disturbing)
        }
    }

    /// The edges that the knowledge excludes, and those after which it may be false.
    private mutating func consequences(of item: Knowledge) -> (cut: NumberSet, changing: NumberSet) {
        if let known = cache[item] { return known }
        let found = (dependence.cut(by: item), dependence.changing(item))
        cache[item] = found
        return found
    }

    /// With one more thing known.
    private mutating func extended(_ best: Attempt, _ steps: [Int], _ thread: Int) -> [Attempt] {
        var found: [Attempt] = []
        // What keeps nobody from where he must not go, nor excludes anything of the step itself, is no help.
        var ways = dependence.leaving(best.disturbing)
        for number in steps { ways.insert(number) }
        for cell in assumedCells where !best.knowledge.contains(where: { $0.cell == cell }) {
            for packed in 0..<Self.valueCount(cell, dependence) {
                let more = Knowledge(cell: cell, values: 1 << UInt64(packed))
                guard consequences(of: more).cut.intersects(ways) else { continue }
                if let attempt = attempt(best.knowledge + [more], steps, thread) { found.append(attempt) }
            }
        }
        return found
    }

    /// Rules that hardly ever apply are not worth their test: were threads as likely at one of their nodes as at another,
    /// how likely would it be?
    private func isWorthAsking(_ thread: Int) -> (Attempt) -> Bool {
        let dependence = self.dependence
        return { attempt in
            var odds = 1.0
            for other in dependence.graphs.indices where other != thread {
                let first = dependence.firstNode[other]
                let count = dependence.graphs[other].steps.count
                let free = (first..<first + count).count { !attempt.disturbing.contains($0) }
                // It may have ended, or be idle.
                odds *= (Double(free) + 0.1) / (Double(count) + 0.1)
            }
            return odds > 0.002
        }
    }

    /// nil if the step may have to wait, or is visible, or nothing is left of it.
    private mutating func attempt(_ knowledge: [Knowledge], _ steps: [Int], _ thread: Int) -> Attempt? {
        guard budget > 0 else { return nil }
        budget -= 1
        var cut = NumberSet(count: dependence.edges.count)
        var targets = cut
        for item in knowledge {
            let (excluded, ending) = consequences(of: item)
            cut.formUnion(excluded)
            targets.formUnion(ending)
        }
        let possible = steps.filter { !cut.contains($0) }
        var goesOn = false
        for number in possible {
            switch manners[number] {
            case .visible: return nil
            case .waits: if dependence.fault != .waiting { return nil }
            case .goesOn: goesOn = true
            case .fails: break
            }
        }
        guard goesOn else { return nil }
        if dependents.steps != possible { dependents = (possible, dependence.dependents(of: possible)) }
        targets.formUnion(dependents.edges)
        let disturbing = dependence.nodes(reaching: targets, without: cut, besides: thread)
        return Attempt(knowledge: knowledge, disturbing: disturbing, cost: disturbing.count)
    }

    /// Slots whose liveness the step checks.
    private func slots(of steps: [Int]) -> [Int] {
        let model = dependence.model
        return model.slots.indices.filter { slot in
            steps.contains { number in
                let edge = dependence.edges[number]
                if case .fails = edge.outcome { return false }
                return edge.assumptions.contains { $0.cell == model.slots[slot].liveCell && $0.values == 1 << 1 }
            }
        }
    }

    private func touchedSlots(_ steps: [Int]) -> [Int] {
        let model = dependence.model
        return model.slots.indices.filter { slot in
            let info = model.slots[slot]
            return steps.contains { number in
                let edge = dependence.edges[number]
                return (info.firstCell..<info.firstCell + info.cellCount).contains {
                    edge.reads.contains($0) || edge.writes.contains($0)
                }
            }
        }
    }

    /// That no pointer in memory leads to the object.
    private func unreferenced(_ slot: Int) -> [Knowledge] {
        let info = dependence.model.slots[slot]
        return pointerCells.compactMap { cell in
            let set = dependence.model.pointerSets[dependence.layout.cells[cell].pointerSet]
            guard set.count < 64 else { return nil }
            var values: UInt64 = 1
            var isTold = false
            for (index, target) in set.enumerated() {
                if target >= info.firstCell, target < info.firstCell + info.cellCount {
                    isTold = true
                } else {
                    values |= 1 << UInt64(index + 1)
                }
            }
            return isTold ? Knowledge(cell: cell, values: values) : nil
        }
    }
}

/// What a thread has last written to cells, where that is the same on every way: the locks it has taken, above all. A
/// guess at what is worth knowing; it is tested in the state.
private struct LastWritten {
    /// By node: by cell, the packed values; nil where nothing leads.
    private(set) var before: [[CellID: UInt64]?]

    init(_ dependence: Dependence, thread: Int) {
        let graph = dependence.graphs[thread]
        before = [[CellID: UInt64]?](repeating: nil, count: graph.steps.count)
        for start in graph.starts { before[start] = [:] }
        var work = graph.starts
        while let node = work.popLast() {
            for number in graph.edgesFrom[node] {
                let edge = graph.edges[number]
                guard case .goesOn(let target) = edge.outcome else { continue }
                var after = before[node]!
                for cell in edge.writes.members {
                    let stored = edge.stored.first { $0.cell == cell }
                    after[cell] = stored.flatMap { $0.values & ($0.values - 1) == 0 ? $0.values : nil }
                }
                for cell in edge.clears.members { after[cell] = nil }
                if let known = before[target] {
                    after = after.filter { known[$0.key] == $0.value }
                    if after == known { continue }
                }
                before[target] = after
                work.append(target)
            }
        }
    }
}
