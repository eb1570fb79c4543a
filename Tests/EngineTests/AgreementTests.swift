import Execution
import Program
import Syntax
import Testing

@testable import Search

/// Every way to keep states and every number of threads, against states kept whole by one thread: same verdict, same
/// counts, same run. `LOCKWALK_EVERY_WAY=1` tries each on every variant.
@Suite struct AgreementTests {
    /// Models with more states are compared where tests are optimised.
    #if DEBUG
    static let statesMax = 3_000
    #else
    static let statesMax = 100_000
    #endif

    struct Way: CustomStringConvertible, Sendable {
        var store: StoreChoice
        var threads: Int
        /// Keys are made of the numbers of parts, however narrow the state; of so many bits, then dictionaries take over.
        var denseBits = 0
        var description: String { "\(store), \(threads) threads, \(denseBits)" }
    }

    static let ways = [
        Way(store: .exact, threads: 1), Way(store: .exact, threads: 2), Way(store: .exact, threads: 16),
        Way(store: .exact, threads: 1, denseBits: 60), Way(store: .exact, threads: 4, denseBits: 60),
        Way(store: .exact, threads: 1, denseBits: 12), Way(store: .exact, threads: 4, denseBits: 12),
        Way(store: .folded, threads: 1), Way(store: .folded, threads: 3), Way(store: .hashed(bits: 64), threads: 2),
    ]

    @Test(arguments: Models.files) func everyWayAgrees(_ file: String) throws {
        for (number, variant) in try Models.variants(file).enumerated() {
            guard let model = try Models.model(variant) else { continue }
            let plain = try answer(model, Way(store: .plain, threads: 1))
            if plain.isLarge { continue }
            // The variants of a model take turns.
            for (turn, way) in Self.ways.enumerated() where Models.triesEveryWay || (turn + number) % 4 == 0 {
                let other = try answer(model, way)
                #expect(other == plain, "\(variant), \(way)")
            }
        }
    }

    /// Machine code from the first state on, keys included.
    @Test(arguments: Models.files) func machineCodeAgrees(_ file: String) throws {
        guard let model = try Models.model(Variant(file: file, configuration: [:])) else { return }
        let plain = try answer(model, Way(store: .plain, threads: 1))
        if plain.isLarge { return }
        let native = try answer(model, Way(store: .exact, threads: 2, denseBits: 60), native: .always)
        #expect(native == plain)
    }

    /// A search that is cut says the same for every number of threads.
    @Test(arguments: [10, 200, 900]) func aCutSearchAgrees(states: Int) throws {
        let model = try #require(try Models.model(Variant(file: "models/page-table/seed4-walker-rules.c", configuration: [:])))
        var answers: [Answer] = []
        for threads in [1, 2, 5] {
            answers.append(try answer(model, Way(store: .exact, threads: threads), states: states))
        }
        answers.append(try answer(model, Way(store: .folded, threads: 2), states: states))
        #expect(answers.allSatisfy { $0 == answers[0] }, "\(answers)")
        #expect(answers[0].verdict.contains("incomplete"))
    }

    /// What an answer comes to, as far as it must not depend on the way.
    struct Answer: Equatable, CustomStringConvertible {
        var verdict = ""
        var states = 0
        var transitions = 0
        var depth = 0
        var isLarge = false
        var description: String { "\(verdict) \(states) \(transitions) \(depth)" }
    }

    private func answer(
        _ model: Model, _ way: Way, states: Int = AgreementTests.statesMax, native: NativeUse = .off
    ) throws -> Answer {
        var options = SearchOptions(
            stateLimit: states, memoryLimit: 1 << 30, native: native, cachesNative: false, threads: way.threads, store: way.store)
        options.sharedLevelMin = 1
        options.unitRecords = 3
        options.inOrderBytes = 32 << 10
        if way.denseBits > 0 {
            options.directBitsMax = 1
            options.denseBitsMax = way.denseBits
        }
        let result = try search(model: model, options: options)
        var answer = Answer()
        answer.states = result.statistics.states
        answer.transitions = result.statistics.transitions
        answer.depth = result.statistics.depth
        switch result.verdict {
        case .holds, .incomplete(.hashed): answer.verdict = "holds"
        case .incomplete(let cut):
            answer.verdict = "incomplete \(cut)"
            answer.isLarge = states == Self.statesMax
        case .violated(let finding): answer.verdict = "violated " + told(finding)
        }
        answer.verdict += result.warnings.map { " warns of " + told($0) }.joined()
        return answer
    }

    private func told(_ finding: Finding) -> String {
        "\(finding.kind) \(finding.names) \(finding.initial) \(finding.moves) \(finding.second) \(finding.stuck)"
            + " \(finding.message)"
    }
}
