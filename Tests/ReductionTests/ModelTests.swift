import Foundation
import Program
@testable import Search
import Testing

/// The models of the repository, with and without reduction. `LOCKWALK_STATES=n` takes larger ones, `LOCKWALK_MODEL=text`
/// those whose name contains it.
@Suite struct ModelTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// Every variant is tried in every way: in an optimised build, `LOCKWALK_EVERY_WAY=1`. Else they take turns.
    static let triesEveryWay =
        number("LOCKWALK_STATES") != nil || number("LOCKWALK_EVERY_WAY") != nil || variants.count < 100

    static let limit = number("LOCKWALK_STATES") ?? 300

    static let variants: [Variant] = ModelFiles.files.flatMap(ModelFiles.variants).filter { variant in
        ProcessInfo.processInfo.environment["LOCKWALK_MODEL"].map { variant.description.contains($0) } ?? true
    }

    @Test func reductionKeepsWhatASearchFinds() throws {
        var plainStates = 0
        var reducedStates = 0
        var reduced = 0
        for variant in Self.variants {
            guard let model = ModelFiles.model(variant) else { continue }
            switch checkReduction(model: model, limit: Self.limit) {
            case .agrees(let agreement):
                plainStates += agreement.plainStates
                reducedStates += agreement.reducedStates
                reduced += 1
            case .differs(let difference): Issue.record("\(variant): \(difference)")
            case .tooLarge, .notReduced, .cut: break
            }
        }
        print("\(reduced) of \(Self.variants.count) variants: \(reducedStates) of \(plainStates) states")
        #expect(reduced > 100 || Self.variants.count < 100)
    }

    /// The engine, from the first state on, against its plain search (every sixth variant by turns): with any number of
    /// threads, in any store, by machine code (every third of those), with and without going through states.
    @Test func everyWayOfReducingAgrees() throws {
        let stride = Self.triesEveryWay ? 1 : 6
        for (number, variant) in Self.variants.enumerated() where number % stride == 0 {
            guard let model = ModelFiles.model(variant) else { continue }
            var options = SearchOptions(stateLimit: 10 * Self.limit, native: .off, threads: 1)
            options.reduction = .none
            let plain = try search(model: model, options: options)
            if case .incomplete = plain.verdict { continue }
            options.reduction = .partialOrder
            options.reductionFrom = 1
            options.givesUpReduction = false
            let reduced = try search(model: model, options: options)
            #expect(Self.told(reduced) == Self.told(plain), "\(variant)")
            #expect(reduced.statistics.states <= plain.statistics.states, "\(variant)")
            #expect(Self.reached(reduced) == Self.reached(plain) || !Self.holds(plain), "\(variant): coverage")
            options.sharedLevelMin = 1
            options.unitRecords = 4
            options.threads = 4
            expectAlike(try search(model: model, options: options), reduced, "\(variant), 4 threads")
            options.threads = 2
            options.store = .hashed(bits: 60)
            let hashed = try search(model: model, options: options)
            #expect(hashed.statistics.states == reduced.statistics.states, "\(variant), hashed")
            options.store = .exact
            options.directBitsMax = 8
            options.denseBitsMax = 10
            expectAlike(try search(model: model, options: options), reduced, "\(variant), folded")
            options.followsChains = false
            // Only by itself: no plain search follows it up, so of several faults it may show another one, or a longer run.
            let stepwise = try search(model: model, options: options)
            #expect(
                Self.holds(stepwise) == Self.holds(plain),
                "\(variant): \(Self.told(stepwise)) instead of \(Self.told(plain))")
            guard number % 18 == 0 else { continue }
            options.followsChains = true
            options.native = .always
            options.cachesNative = false
            expectAlike(try search(model: model, options: options), reduced, "\(variant), machine code")
        }
    }

    private func expectAlike(_ one: SearchResult, _ other: SearchResult, _ what: String) {
        #expect(Self.told(one) == Self.told(other), "\(what)")
        #expect(one.statistics.states == other.statistics.states, "\(what)")
        #expect(one.statistics.transitions == other.statistics.transitions, "\(what)")
        #expect(one.statistics.reduction.statesPassed == other.statistics.reduction.statesPassed, "\(what)")
        #expect(one.statistics.reduction.statesPicked == other.statistics.reduction.statesPicked, "\(what)")
    }

    private static func holds(_ result: SearchResult) -> Bool {
        if case .holds = result.verdict { return true }
        return false
    }

    /// The coverage that a reduction keeps: not who has waited.
    private static func reached(_ result: SearchResult) -> String {
        let coverage = result.coverage
        return "\(coverage.reached) \(coverage.stepTaken) \(coverage.exhausted) \(coverage.onlyOneSlot)"
    }

    static func told(_ result: SearchResult) -> String {
        let warnings = result.warnings.map { "\($0.kind.word) \($0.moves)" }
        switch result.verdict {
        case .holds: return "holds \(warnings) \(result.constraints)"
        case .violated(let finding): return "\(finding.kind.word) \(finding.names) \(finding.moves)"
        case .incomplete(let cut): return "incomplete: \(cut)"
        }
    }
}
