import Execution
import Program

extension ReductionPlan {
    /// What the rules come to in terms of packed states. `isWatched` says by thread and step whether the states before
    /// and after the step are to be looked at.
    init(_ dependence: Dependence, rules all: PersistentRules?, isWatched: [[Bool]]?) {
        let model = dependence.model
        let layout = dependence.layout
        func field(_ field: BitField) -> Field { Field(word: field.word, shift: field.shift, width: field.width) }
        var threads: [Thread] = []
        var rules: [[[Rule]]] = []
        for (number, graph) in dependence.graphs.enumerated() {
            var points = graph.tracked.enumerated().map { step, tracked in
                let bits = tracked.reduce(0) { $0 + $1.field.width }
                return Point(
                    fields: tracked.map { field($0.field) }, nodes: [Int32](repeating: -1, count: 1 << bits),
                    isWatched: isWatched?[number][step] ?? false)
            }
            for (node, step) in graph.steps.enumerated() {
                var index = 0
                var place = 0
                for (offset, item) in graph.tracked[step].enumerated() {
                    index |= Self.packed(item.field, graph.values[node][offset], model) << place
                    place += item.field.width
                }
                points[step].nodes[index] = Int32(node)
            }
            threads.append(
                Thread(
                    position: field(layout.cells[model.threads[number].programPointCell]), points: points,
                    nodeCount: graph.steps.count))
            rules.append(
                graph.steps.indices.map { node in
                    all?.rules[dependence.firstNode[number] + node].map { Self.rule($0, dependence) } ?? []
                })
        }
        self.init(
            threads: threads, rules: rules,
            constraints: model.properties.indices.filter { model.properties[$0].kind == .constraint },
            movesOthers: model.classes.contains { $0.kind == .callback })
    }

    private static func rule(_ rule: PersistentRule, _ dependence: Dependence) -> Rule {
        let cells = dependence.layout.cells
        func field(_ field: BitField) -> Field { Field(word: field.word, shift: field.shift, width: field.width) }
        return Rule(
            tests: rule.knowledge.filter { !$0.isCounted }.map {
                Test(field: field(cells[$0.cell]), values: $0.values)
            },
            counts: rule.counts.map { count in
                Count(
                    field: field(cells[count.cell]), least: 1 - cells[count.cell].low,
                    debits: dependence.graphs.enumerated().map { other, graph in
                        graph.steps.indices.map { count.debits[dependence.firstNode[other] + $0] }
                    })
            },
            disturbing: dependence.graphs.enumerated().map { other, graph in
                graph.steps.indices.filter { rule.disturbing.contains(dependence.firstNode[other] + $0) }
                    .map(Int32.init)
            })
    }

    private static func packed(_ field: BitField, _ value: Int64, _ model: Model) -> Int {
        if field.pointerSet < 0 { return Int(value - field.low) }
        return value == 0 ? 0 : 1 + model.pointerSets[field.pointerSet].firstIndex(of: CellID(value))!
    }
}
