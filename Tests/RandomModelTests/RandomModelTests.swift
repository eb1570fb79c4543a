import Foundation
import Testing

/// Random models, against an explorer that shares no code with the engine.
///
/// `LOCKWALK_SEED=n` runs the one model of that seed, `LOCKWALK_MODELS=n` more of them, `LOCKWALK_STATES=n` larger ones.
/// By the thousand in an optimised build: `Package.swift` says how; 10,000 of them take ten minutes.
@Suite struct RandomModelTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    @Test func theEngineSeesWhatTheNaiveExplorerSees() {
        let seeds: Range<Int>
        if let seed = Self.number("LOCKWALK_SEED") {
            seeds = seed..<seed + (Self.number("LOCKWALK_MODELS") ?? 1)
        } else {
            seeds = 0..<(Self.number("LOCKWALK_MODELS") ?? 150)
        }
        let limit = Self.number("LOCKWALK_STATES") ?? 1200
        var verdicts: [String: Int] = [:]
        var failures = 0
        for seed in seeds {
            let model = Generator.model(seed: UInt64(seed))
            switch Comparison.compare(model, limit: limit) {
            case .agree(let word): verdicts[word, default: 0] += 1
            case .tooLarge: verdicts["(too large)", default: 0] += 1
            case .differ(let difference):
                failures += 1
                Issue.record("LOCKWALK_SEED=\(seed)\n\(difference)\n\(Printer.text(model))")
                if failures >= 5 { return }
            }
        }
        print(verdicts.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    }
}
