import Execution
import Program

@testable import Search

/// The naive explorer's judgement against the engine's.
struct Comparison {
    enum Outcome {
        /// Word of the verdict.
        case agree(String)
        case differ(String)
        case tooLarge
    }

    /// Deadlocks that the whole graph shows and the static relation behind the engine's verdict does not have to.
    static func compare(_ model: Protocol, limit: Int) -> Outcome {
        var naive = NaiveExplorer(model)
        guard naive.explore(limit: limit) else { return .tooLarge }
        do {
            var engine = try EngineRun(model)
            engine.explore()
            if let difference = difference(naive.exploration, engine.exploration) { return .differ(difference) }
            var options = SearchOptions()
            options.reduction = .none
            let plain = judge(naive, try search(model: engine.model, options: options), isReduced: false)
            guard case .agree = plain else { return plain }
            for way in Way.all {
                let result = try search(model: engine.model, options: way.options)
                if case .differ(let difference) = judge(naive, result, isReduced: true) {
                    return .differ("\(way): \(difference)")
                }
            }
            return plain
        } catch let refused as EngineRun.Refused {
            return .differ("refused: \(refused.message)")
        } catch {
            return .differ("\(error)")
        }
    }

    /// A way to search that must come to the same verdict.
    struct Way: CustomStringConvertible {
        var reduction: ReductionChoice
        var threads: Int

        static let all = [ReductionChoice.none, .partialOrder, .symmetry, .all].flatMap { reduction in
            [1, 4].map { Way(reduction: reduction, threads: $0) }
        }

        /// From the first state on, or with several threads from some state in between; every level is dealt out to all.
        var options: SearchOptions {
            var options = SearchOptions(native: .off, cachesNative: false, threads: threads)
            options.reduction = reduction
            options.reductionFrom = threads == 1 ? 1 : 25
            options.givesUpReduction = false
            options.sharedLevelMin = 1
            options.unitRecords = 4
            return options
        }

        var description: String {
            let word = ReductionChoice.words.first { ReductionChoice(word: $0) == reduction } ?? "?"
            return "--reduction \(word) --threads \(threads)"
        }
    }

    static func difference(_ naive: Exploration, _ engine: Exploration) -> String? {
        if naive == engine { return nil }
        var lines: [String] = []
        if naive.faults != engine.faults {
            lines.append("errors by length: naive \(told(naive.faults)), engine \(told(engine.faults))")
        }
        if naive.levels != engine.levels { lines.append("states by level: naive \(naive.levels), engine \(engine.levels)") }
        if naive.transitions != engine.transitions {
            lines.append("transitions: naive \(naive.transitions), engine \(engine.transitions)")
        }
        if naive.reached != engine.reached { lines.append("reached: naive \(naive.reached), engine \(engine.reached)") }
        let onlyNaive = naive.projections.filter { engine.projections[$0.key] != $0.value }
        let onlyEngine = engine.projections.filter { naive.projections[$0.key] != $0.value }
        if let first = onlyNaive.min(by: { $0.value < $1.value }) {
            lines.append("\(onlyNaive.count) memories of naive alone, first \(first.key) at level \(first.value)")
        }
        if let first = onlyEngine.min(by: { $0.value < $1.value }) {
            lines.append("\(onlyEngine.count) memories of the engine alone, first \(first.key) at level \(first.value)")
        }
        return lines.joined(separator: "\n")
    }

    private static func told(_ faults: [[String: Int]]) -> String {
        faults.enumerated().filter { !$0.element.isEmpty }.map { length, words in
            "\(length): " + words.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }.joined(separator: " ")
        }.joined(separator: "; ")
    }

    // MARK: Verdicts

    /// A reduced search counts fewer states.
    private static func judge(_ naive: NaiveExplorer, _ result: SearchResult, isReduced: Bool) -> Outcome {
        let exploration = naive.exploration
        let error = firstError(exploration)
        let standstill = error?.length == 0 && exploration.levels.isEmpty ? nil : naive.firstStandstill()
        var expected = error.map { "\($0.word) after \($0.length)" } ?? "no error"
        if let standstill { expected += ", standstill after \(standstill)" }
        switch result.verdict {
        case .incomplete(let cut): return .differ("incomplete: \(cut)")
        case .holds:
            guard error == nil, standstill == nil, unreached(naive).isEmpty else {
                return .differ("the engine says HOLDS, naive \(expected), unreached \(unreached(naive))")
            }
            return (isReduced ? nil : counts(exploration, result)) ?? .agree("HOLDS")
        case .violated(let finding):
            let found = "\(finding.kind.word) after \(finding.moves.count)"
            switch finding.kind {
            case .deadlock: return judgeDeadlock(naive, finding, error, standstill, expected)
            case .unreached:
                guard error == nil, standstill == nil, let name = finding.names.first, unreached(naive).contains(name)
                else { return .differ("the engine says \(found) \(finding.names), naive \(expected)") }
                return (isReduced ? nil : counts(exploration, result)) ?? .agree(finding.kind.word)
            default:
                guard let error, error.word == finding.kind.word, error.length == finding.moves.count,
                    standstill.map({ $0 >= error.length }) ?? true
                else { return .differ("the engine says \(found), naive \(expected)") }
                return .agree(finding.kind.word)
            }
        }
    }

    /// The first error of the shortest length, deadlocks left out.
    private static func firstError(_ exploration: Exploration) -> (word: String, length: Int)? {
        for (length, words) in exploration.faults.enumerated() where !words.isEmpty {
            let order = Fault.allCases.map(\.word)
            let first = words.keys.min { order.firstIndex(of: $0)! < order.firstIndex(of: $1)! }!
            return (first, length)
        }
        return nil
    }

    private static func unreached(_ naive: NaiveExplorer) -> Set<String> {
        let model = naive.machine.model
        return Set((model.sometimes + model.finals).map(\.name)).subtracting(naive.exploration.reached)
    }

    private static func counts(_ exploration: Exploration, _ result: SearchResult) -> Outcome? {
        let statistics = result.statistics
        guard statistics.states == exploration.states, statistics.transitions == exploration.transitions,
            statistics.depth == exploration.levels.count - 1
        else {
            return .differ(
                "the search counts \(statistics.states) states, \(statistics.transitions) transitions, depth \(statistics.depth); "
                    + "naive \(exploration.states), \(exploration.transitions), \(exploration.levels.count - 1)")
        }
        return nil
    }

    /// Who is said to wait for ever must do so in the whole graph, and nothing else may come first. A deadlock of some
    /// threads need not be found, one of all must be.
    private static func judgeDeadlock(
        _ naive: NaiveExplorer, _ finding: Finding, _ error: (word: String, length: Int)?, _ standstill: Int?,
        _ expected: String
    ) -> Outcome {
        let length = finding.moves.count
        let wanted = finding.stuck.reduce(0) { $0 | 1 << $1 }
        let stuck = naive.stuck()
        let isReal = naive.states.indices.contains { naive.depths[$0] == length && stuck[$0] & wanted == wanted }
        guard isReal, wanted != 0, error.map({ $0.length > length }) ?? true, standstill.map({ $0 >= length }) ?? true else {
            return .differ("the engine says DEADLOCK of \(finding.stuck) after \(length), real: \(isReal); naive \(expected)")
        }
        return .agree(finding.kind.word)
    }
}
