import Foundation
import Program
import Testing

@testable import Search

/// Random models in which some threads, slots and elements of arrays are alike, with and without symmetry, with both reductions, with one
/// thread and with several; and, where they are small, against the naive explorer and by the check of symmetry itself.
///
/// `LOCKWALK_SEED`, `LOCKWALK_MODELS` and `LOCKWALK_STATES` as for the other random models.
@Suite struct RandomSymmetryTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    private static var seeds: Range<Int> {
        let first = number("LOCKWALK_SEED") ?? 0
        return first..<first + (number("LOCKWALK_MODELS") ?? (number("LOCKWALK_SEED") == nil ? 150 : 1))
    }

    private static let limit = number("LOCKWALK_STATES") ?? 20_000

    @Test func symmetryChangesNoVerdict() throws {
        var counts: [String: Int] = [:]
        var failures = 0
        for seed in Self.seeds where failures < 5 {
            var source = Generator.model(seed: UInt64(seed))
            // More that is alike than the generator makes of its own.
            if source.threads.reduce(0, { $0 + $1.count }) < 4 { source.threads[0].count += 1 }
            if source.slotCount > 0, seed % 3 == 0 { source.slotCount = 3 }
            if seed % 2 == 1 { source = source.indexed(seed: UInt64(seed)) }
            let text = Printer.text(source)
            guard let model = try? EngineRun.load(text) else { continue }
            let symmetry = Symmetry(model: model, access: AccessSets(model: model))
            if symmetry.domains.contains(where: { if case .indices = $0.kind { true } else { false } }) {
                counts["with arrays", default: 0] += 1
            }
            if symmetry.isTrivial {
                counts["not symmetric", default: 0] += 1
                continue
            }
            var options = SearchOptions(stateLimit: Self.limit, native: .off, cachesNative: false, threads: 1)
            options.reduction = .none
            let plain = try search(model: model, options: options)
            if case .incomplete = plain.verdict {
                counts["too large", default: 0] += 1
                continue
            }
            options.givesUpReduction = false
            options.sharedLevelMin = 1
            options.unitRecords = 4
            for (name, reduction) in [("symmetry", ReductionChoice.symmetry), ("both", .all)] {
                options.reduction = reduction
                for from in [1, 40] {
                    options.reductionFrom = from
                    let (difference, states) = try Self.difference(model, options, from: plain)
                    if let difference {
                        failures += 1
                        Issue.record("LOCKWALK_SEED=\(seed), \(name) from state \(from) on\n\(difference)\n\(text)")
                    }
                    if from == 1 { counts[name, default: 0] += states }
                }
            }
            if let difference = Self.slowDifference(source, model, &counts) {
                failures += 1
                Issue.record("LOCKWALK_SEED=\(seed)\n\(difference)\n\(text)")
            }
            counts["plain", default: 0] += plain.statistics.states
            counts["models", default: 0] += 1
        }
        print(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        #expect(counts["models", default: 0] > 20 || Self.seeds.count < 100)
        #expect(counts["with arrays", default: 0] > 10 || Self.seeds.count < 100)
    }

    /// With one thread and with four; and how many states the first of them keeps.
    private static func difference(
        _ model: Model, _ options: SearchOptions, from plain: SearchResult
    ) throws -> (difference: String?, states: Int) {
        var options = options
        options.threads = 1
        let one = try search(model: model, options: options)
        options.threads = 4
        let four = try search(model: model, options: options)
        let states = one.statistics.states
        for reduced in [one, four] where told(reduced) != told(plain) {
            return ("plain: \(told(plain))\nreduced: \(told(reduced))", states)
        }
        // Begun later, it may keep a state and what stands for it.
        if options.reductionFrom == 1, states > plain.statistics.states {
            return ("\(states) states instead of \(plain.statistics.states)", states)
        }
        let isSame = states == four.statistics.states && one.statistics.transitions == four.statistics.transitions
        return (isSame ? nil : "counts depend on the number of threads", states)
    }

    /// By searches that share nothing with the engine's.
    private static func slowDifference(
        _ source: Protocol, _ model: Model, _ counts: inout [String: Int]
    ) -> String? {
        switch Comparison.compare(source, limit: slowLimit) {
        case .differ(let difference): return difference
        case .tooLarge: return nil
        case .agree: counts["as the naive explorer", default: 0] += 1
        }
        switch checkSymmetry(model: model, limit: 2 * slowLimit, times: 2, samples: 6, bound: 50) {
        case .agrees: counts["checked", default: 0] += 1
        case .differs(let difference): return "check of symmetry: \(difference)"
        case .tooLarge, .notSymmetric: break
        case .cut(let cut): return "cut: \(cut)"
        }
        return nil
    }

    private static let slowLimit = number("LOCKWALK_STATES") ?? 300

    private static func told(_ result: SearchResult) -> String {
        let warnings = result.warnings.map { "\($0.kind.word) \($0.moves.count)" }.sorted()
        switch result.verdict {
        case .holds: return "holds \(warnings)"
        case .violated(let finding): return "\(finding.kind.word) \(finding.moves.count)"
        case .incomplete(let cut): return "incomplete: \(cut)"
        }
    }
}
