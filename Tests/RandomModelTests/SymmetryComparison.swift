import Foundation
import Program
import Search
import Testing

/// Random models in which some threads and slots are alike, with and without symmetry, with both reductions, with one
/// thread and with several.
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
            let text = Printer.text(source)
            guard let model = try? EngineRun.load(text) else { continue }
            if Symmetry(model: model, access: AccessSets(model: model)).isTrivial {
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
            options.reductionFrom = 1
            for (name, reduction, threads) in [
                ("symmetry", ReductionChoice.symmetry, 1), ("symmetry, 2 threads", .symmetry, 2), ("both", .all, 1),
            ] {
                options.reduction = reduction
                options.threads = threads
                let reduced = try search(model: model, options: options)
                let (expected, found) = (Self.told(plain), Self.told(reduced))
                if expected != found || reduced.statistics.states > plain.statistics.states {
                    failures += 1
                    Issue.record("LOCKWALK_SEED=\(seed)\nplain: \(expected)\n\(name): \(found)\n\(text)")
                }
                counts[name, default: 0] += reduced.statistics.states
            }
            counts["plain", default: 0] += plain.statistics.states
            counts["models", default: 0] += 1
        }
        print(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        #expect(counts["models", default: 0] > 20 || Self.seeds.count < 100)
    }

    private static func told(_ result: SearchResult) -> String {
        let warnings = result.warnings.map { "\($0.kind.word) \($0.moves.count)" }.sorted()
        switch result.verdict {
        case .holds: return "holds \(warnings)"
        case .violated(let finding): return "\(finding.kind.word) \(finding.moves.count)"
        case .incomplete(let cut): return "incomplete: \(cut)"
        }
    }
}
