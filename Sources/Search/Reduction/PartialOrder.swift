// Partial order reduction: which threads to take in a state.
//
// `LocalGraph` says what each thread may do, `Dependence` which steps disturb which, `PersistentRules` when a thread's
// step may be taken alone, `stickyNodes` where it never is, and `ReductionPlan` what that means for packed states. Together
// they keep every verdict of a whole search:
//   - a step that fails, an ASSERT, a lock-order edge, a line of the coverage: something that one step shows. Some
//     equivalent run takes the step with the same values.
//   - INVARIANT, SOMETIMES, CONSTRAINT: a state by what the property reads. Steps that write that are never taken alone.
//   - a state in which nobody goes on (FINALLY, leaks, deadlock): reached by every equivalent run, as it is.
//   - a partial deadlock: a set of threads closed under "may enable" stays closed when another thread takes a step, as
//     what that thread may still enable only shrinks. It is judged where all threads are taken, and every such set
//     lives to see such a state.
//   - a data race: the two accesses are dependent, so neither thread is taken alone while the other can get there; races
//     are judged where all threads are taken.
//
// Off where a check that is off makes runs be given up half-way (a thread that cannot go on would be taken alone), and
// where pointers are marked stale (freeing then writes to everybody's locals).

import Execution
import Program

/// The partial order reduction of one attempt of the search; shared by its threads.
public final class PartialOrder: Sendable {
    let tables: ReductionTables
    let checks: Set<FailureKind>
    let dependence: Dependence
    let rules: PersistentRules

    /// Rules for `node`s, and nodes in all: how much there is to be had.
    public let nodesWithRules: Int
    public let nodeCount: Int

    /// nil where it does not apply or is not worth it.
    public init?(
        model: Model, layout: StateLayout, access: AccessSets, checks: Set<FailureKind>, isWatched: [[Bool]]? = nil,
        fault: PlantedFault? = nil, budget: Int = 8_000_000, symmetry: Symmetry? = nil
    ) {
        guard Self.applies(to: model, layout: layout, checks: checks) else { return nil }
        let context = LocalGraphContext(model: model, layout: layout, checks: checks, access: access)
        var graphs: [LocalGraph] = []
        for thread in model.threads.indices {
            guard let graph = LocalGraph(context, thread: thread) else { return nil }
            graphs.append(graph)
        }
        guard graphs.reduce(0, { $0 + $1.steps.count }) <= ReductionPlan.nodesMax else { return nil }
        let dependence = Dependence(model: model, layout: layout, graphs: graphs, fault: fault)
        let visible = fault == .visibility ? CellSet(cellCount: model.cells.count) : Self.visibleCells(model)
        let samples = SampleStates(dependence, checks: checks)
        let images = RuleImages(dependence, symmetry ?? Symmetry(model: model, access: access))
        var rules = PersistentRules(dependence, visible: visible, samples: samples, images: images, budget: budget)
        if fault != .ignoring {
            for node in neverAlone(dependence, rules, samples, symmetry) { rules.removeRules(at: node) }
        }
        nodesWithRules = rules.rules.count { !$0.isEmpty }
        nodeCount = dependence.nodeCount
        guard nodesWithRules > 0 else { return nil }
        samplesOfUse = rules.use(in: samples.usual)
        sampleCount = samples.usual.count
        self.checks = checks
        self.dependence = dependence
        self.rules = rules
        let isWatched = isWatched ?? graphs.map { $0.tracked.map { _ in false } }
        tables = ReductionTables(ReductionPlan(dependence, rules: rules, isWatched: isWatched))
    }

    /// Of so many states along random runs, and in so many of them some thread may be taken alone.
    private let sampleCount: Int
    private let samplesOfUse: Int

    /// Whether some thread may be taken alone in any number of states.
    var isOfUse: Bool { samplesOfUse * 50 >= sampleCount }

    private static func applies(to model: Model, layout: StateLayout, checks: Set<FailureKind>) -> Bool {
        guard model.threads.count > 1, model.threads.count <= 64, !layout.tracksStalePointers, model.isKnownToReduction
        else { return false }
        // Of these, a step that fails with the check off ends the run without a word.
        let stepFailures: Set<FailureKind> = [
            .useAfterFree, .doubleFree, .nullDereference, .outOfBounds, .badUnlock, .recursiveLock, .staleTLB, .overflow,
        ]
        return checks.isSuperset(of: stepFailures)
    }

    /// What a property reads that is judged in every state.
    static func visibleCells(_ model: Model) -> CellSet {
        var visible = CellSet(cellCount: model.cells.count)
        for property in model.properties {
            switch property.kind {
            case .invariant, .sometimes, .constraint: break
            case .finally, .temporal: continue
            }
            visible.formUnion(AccessSets.reads(of: property.code, model: model))
        }
        return visible
    }
}

extension PartialOrder: CustomStringConvertible {
    /// The rules, for those who work on them.
    public var description: String {
        var lines: [String] = []
        let model = dependence.model
        for (thread, graph) in dependence.graphs.enumerated() {
            lines.append("\(model.threads[thread].name): \(graph.steps.count) nodes, \(graph.edges.count) edges")
            let code = model.classes[model.threads[thread].threadClass].code
            for node in graph.steps.indices {
                let number = dependence.firstNode[thread] + node
                let values = zip(graph.tracked[graph.steps[node]], graph.values[node]).map {
                    "\(code.registers[$0.register].name ?? "r\($0.register)")=\($1)"
                }
                lines.append("  \(node): \(code.steps[graph.steps[node]].text) \(values.joined(separator: " "))")
                for rule in rules.rules[number] {
                    let knowledge = rule.knowledge.map {
                        model.cells[$0.cell].name + ($0.isCounted ? " counted" : " in \(String($0.values, radix: 2))")
                    }
                    let places = dependence.graphs.indices.filter { $0 != thread }.map { other in
                        let first = dependence.firstNode[other]
                        let nodes = dependence.graphs[other].steps.indices.filter {
                            rule.disturbing.contains(first + $0)
                        }
                        return "\(model.threads[other].name)\(nodes)"
                    }
                    lines.append("      if \(knowledge.joined(separator: ", ")) unless \(places.joined(separator: " "))")
                }
            }
        }
        return lines.joined(separator: "\n")
    }
}
