// When a thread's next step may be taken alone: persistent sets of one thread, found before the search.
//
// A set of steps is persistent in a state if nothing that the others can do on their own, as long as none of the set is
// taken, is dependent on one of its members (Godefroid, 1996, chapter 4; Valmari's stubborn sets, "Stubborn Sets for
// Reduced State Space Generation", 1989, come to the same here). Sets of one thread's steps at one program point are
// looked for, as in Flanagan and Qadeer's reduction by locks.
//
// For each node of a thread there are rules. A rule is knowledge about cells ("I own this lock", "this object is live",
// "no pointer leads to it", "nobody can take the last reference"), to be tested in the state, and for all other threads
// the nodes from which they may either disturb the step or end the knowledge. On the way there they take no step that
// contradicts the knowledge: whoever needs my lock does not get past taking it.
//
// What is worth knowing is learned from states along random runs (`SampleStates`): in such a state `Interference` says
// what stays true while the thread stands still; if that is enough for its step, all of it that is not needed is dropped,
// as IC3 generalizes a clause (Bradley, "SAT-Based Model Checking without Unrolling", VMCAI 2011). Where the knowledge
// comes from does not matter for what follows.
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
    var knowledge: [Knowledge]
    /// Nodes, in the numbering of all threads, at which no other thread may stand.
    var disturbing: NumberSet
    /// What is counted, and by node in the numbering of all what its thread may take off: more has to be there.
    var counts: [Count]

    struct Count {
        var cell: CellID
        var debits: [UInt8]
    }
}

struct PersistentRules {
    /// By node in the numbering of all: the rules, the one that applies most often first.
    private(set) var rules: [[PersistentRule]]
    private let dependence: Dependence
    private let interference: Interference
    /// By edge.
    private let manners: [Manner]
    /// The dependents of the steps that were last asked for.
    private var dependents: (steps: [Int], edges: NumberSet)
    private var cache: [Knowledge: Consequences] = [:]
    /// Edges that may yet be looked at: what is not done in time has no rule.
    private var budget: Int

    /// What an edge is to a rule.
    private enum Manner {
        case goesOn
        case fails
        case waits
        /// It writes what a property looks at.
        case visible
    }

    private struct Consequences {
        /// Edges that contradict the knowledge, and those that would take the last of a counter.
        var cut: NumberSet
        var last: NumberSet
        /// Edges after which it may be false.
        var changing: NumberSet
    }

    /// `images` says which nodes are alike, if any are.
    init(
        _ dependence: Dependence, visible: CellSet, samples: SampleStates, images: RuleImages? = nil, budget: Int
    ) {
        self.dependence = dependence
        interference = Interference(dependence, samples)
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
        rules = [[PersistentRule]](repeating: [], count: dependence.nodeCount)
        // Of nodes that are alike those of which most is known go first.
        var order = Array(0..<dependence.nodeCount)
        if images != nil {
            order.sort { (-samples.ofNode[$0].count, $0) < (-samples.ofNode[$1].count, $1) }
        }
        var found: [Int: [Int]] = [:]
        for number in order {
            let thread = dependence.thread(ofNode: number)
            let steps = dependence.edges(from: number - dependence.firstNode[thread], of: thread)
            let states = samples.ofNode[number]
            guard let images else {
                rules[number] = find(steps, of: thread, states)
                continue
            }
            let alike = found[images.groupOf[number], default: []]
            let known = self.images(of: alike, images, number, steps, thread)
            if alike.count < Self.findsMax || known == nil {
                rules[number] = chosen(find(steps, of: thread, states) + (known ?? []), states)
                found[images.groupOf[number], default: []].append(number)
            } else {
                rules[number] = chosen(known!, states)
            }
        }
    }

    mutating func removeRules(at node: Int) { rules[node] = [] }

    /// How many of the states have a thread that may be taken alone.
    func use(in states: [SampleState]) -> Int {
        states.count { state in
            state.nodes.contains { node in node >= 0 && rules[node].contains { applies($0, state) } }
        }
    }

    /// By node in the numbering of all: how much use is made of its rules, as far as the states tell.
    func uses(in samples: SampleStates) -> [Int] {
        var uses = rules.indices.map { node in
            samples.ofNode[node].count { state in rules[node].contains { applies($0, state) } }
        }
        for state in samples.usual {
            for node in state.nodes where node >= 0 && rules[node].contains(where: { applies($0, state) }) {
                uses[node] += SampleStates.samplesMax
            }
        }
        return uses
    }

    // MARK: Finding rules

    private static let missesMax = 5
    private static let rulesMax = 4
    /// Of nodes that are alike, so many have their rules found.
    private static let findsMax = 2

    /// The rules for the steps from a node, from states in which its thread stands there.
    private mutating func find(_ steps: [Int], of thread: Int, _ states: [SampleState]) -> [PersistentRule] {
        var found: [PersistentRule] = []
        var misses = 0
        for state in states {
            if found.contains(where: { applies($0, state) }) { continue }
            if misses >= Self.missesMax * (found.count + 1) || budget < 0 { break }
            guard let knowledge = knowledge(in: state, of: thread, steps),
                let rule = attempt(knowledge, steps, thread), applies(rule, state)
            else {
                misses += 1
                continue
            }
            found.append(generalized(rule, steps, thread, state, states))
        }
        return chosen(found, states)
    }

    /// The rules of nodes that are alike, with what takes the place of what they know; nil if they do not do here.
    private mutating func images(
        of nodes: [Int], _ images: RuleImages, _ number: Int, _ steps: [Int], _ thread: Int
    ) -> [PersistentRule]? {
        var result: [PersistentRule] = []
        for node in nodes {
            guard let permutation = images.permutation(from: node, to: number) else { return nil }
            for rule in rules[node] {
                let knowledge = rule.knowledge.compactMap { images.image(of: $0, permutation) }
                guard knowledge.count == rule.knowledge.count, let image = attempt(knowledge, steps, thread) else {
                    return nil
                }
                if !result.contains(where: { $0.knowledge == image.knowledge }) { result.append(image) }
            }
        }
        return result
    }

    private mutating func knowledge(in state: SampleState, of thread: Int, _ steps: [Int]) -> [Knowledge]? {
        var work = 0
        var last = dependents
        let (manners, dependence) = (self.manners, self.dependence)
        defer {
            dependents = last
            budget -= work
        }
        return interference.knowledge(
            in: state, standing: thread, steps: steps,
            dependents: { possible in
                guard Self.mayBeTaken(possible, manners, dependence.fault) else { return nil }
                if last.steps != possible { last = (possible, dependence.dependents(of: possible)) }
                return last.edges
            }, work: &work)
    }

    /// Drops and widens what is known as long as the rule applies to as many states as before.
    private mutating func generalized(
        _ rule: PersistentRule, _ steps: [Int], _ thread: Int, _ state: SampleState, _ states: [SampleState]
    ) -> PersistentRule {
        var best = rule
        var count = states.count { applies(best, $0) }
        func improves(_ other: PersistentRule?) -> Bool {
            guard let other, applies(other, state) else { return false }
            let reached = states.count { applies(other, $0) }
            guard reached >= count else { return false }
            best = other
            count = reached
            return true
        }
        for item in rule.knowledge {
            _ = improves(attempt(best.knowledge.filter { $0 != item }, steps, thread))
        }
        for item in best.knowledge where !item.isCounted {
            var item = item
            let all = SampleStates.valueCount(item.cell, dependence)
            guard all <= 16 else { continue }
            for value in 0..<all where item.values >> UInt64(value) & 1 == 0 {
                var wider = item
                wider.values |= 1 << UInt64(value)
                if improves(attempt(best.knowledge.map { $0 == item ? wider : $0 }, steps, thread)) { item = wider }
            }
        }
        return best
    }

    /// The fewest rules that do for the states for which one does, but for those of hardly any use.
    private func chosen(_ found: [PersistentRule], _ states: [SampleState]) -> [PersistentRule] {
        if states.isEmpty { return Array(found.prefix(Self.rulesMax)) }
        var rest = states
        var left = found
        var chosen: [PersistentRule] = []
        while chosen.count < Self.rulesMax, !left.isEmpty {
            let counts = left.map { rule in rest.count { applies(rule, $0) } }
            let best = counts.indices.max { counts[$0] < counts[$1] }!
            guard counts[best] * 16 >= states.count, counts[best] > 0 else { break }
            let rule = left.remove(at: best)
            rest.removeAll { applies(rule, $0) }
            chosen.append(rule)
        }
        return chosen
    }

    private func applies(_ rule: PersistentRule, _ state: SampleState) -> Bool {
        // A rule never lists nodes of its own thread.
        for node in state.nodes where node >= 0 && rule.disturbing.contains(node) { return false }
        for item in rule.knowledge where !item.isCounted {
            let value = state.values[interference.samples.indexOf[item.cell]]
            if value > 63 || item.values >> value & 1 == 0 { return false }
        }
        for count in rule.counts {
            let low = dependence.layout.cells[count.cell].low
            var left = Int64(state.values[interference.samples.indexOf[count.cell]]) + low
            for node in state.nodes where node >= 0 { left -= Int64(count.debits[node]) }
            if left < 1 { return false }
        }
        return true
    }

    // MARK: What a rule asks

    /// The edges that the knowledge excludes, and those after which it may be false.
    private mutating func consequences(of item: Knowledge) -> Consequences {
        if let known = cache[item] { return known }
        let found = Consequences(
            cut: dependence.cut(by: item), last: dependence.last(of: item), changing: dependence.changing(item))
        cache[item] = found
        return found
    }

    /// The rule with this knowledge. nil if the step may have to wait, or is visible, or nothing is left of it.
    private mutating func attempt(_ knowledge: [Knowledge], _ steps: [Int], _ thread: Int) -> PersistentRule? {
        guard budget > 0 else { return nil }
        budget -= dependence.edges.count
        var cut = NumberSet(count: dependence.edges.count)
        var last = cut
        var targets = cut
        for item in knowledge {
            let consequences = consequences(of: item)
            cut.formUnion(consequences.cut)
            last.formUnion(consequences.last)
            targets.formUnion(consequences.changing)
        }
        let possible = steps.filter { !cut.contains($0) }
        guard Self.mayBeTaken(possible, manners, dependence.fault) else { return nil }
        if dependents.steps != possible { dependents = (possible, dependence.dependents(of: possible)) }
        targets.formUnion(dependents.edges)
        var counts: [PersistentRule.Count] = []
        for item in knowledge where item.isCounted {
            guard let counter = interference.counters.first(where: { interference.samples.cells[$0.index] == item.cell })
            else { return nil }
            let debits = Debits(dependence, counter, cut: cut, last: last, besides: thread)
            counts.append(PersistentRule.Count(cell: item.cell, debits: debits.ofNode))
        }
        last.formUnion(cut)
        var disturbing = dependence.nodes(reaching: targets, without: last, besides: thread)
        for index in counts.indices {
            for node in counts[index].debits.indices where counts[index].debits[node] == Debits.unbounded {
                disturbing.insert(node)
                counts[index].debits[node] = 0
            }
        }
        return PersistentRule(knowledge: knowledge, disturbing: disturbing, counts: counts)
    }

    /// Whether a thread may be left to take one of these steps alone: it goes on, does not wait, and nobody looks.
    private static func mayBeTaken(_ possible: [Int], _ manners: [Manner], _ fault: PlantedFault?) -> Bool {
        var goesOn = false
        for number in possible {
            switch manners[number] {
            case .visible: return false
            case .waits:
                if fault != .waiting { return false }
                goesOn = true
            case .goesOn: goesOn = true
            case .fails: break
            }
        }
        return goesOn
    }
}
