import Foundation
import Program
import Search
import Testing

/// The models of the repository, with and without reduction. `LOCKWALK_STATES=n` takes larger ones, `LOCKWALK_MODEL=text`
/// those whose name contains it.
@Suite struct ModelTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

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

    /// The engine, from the first state on, against its plain search.
    @Test func verdictsAreTheSame() throws {
        for variant in Self.variants {
            guard let model = ModelFiles.model(variant) else { continue }
            var options = SearchOptions(stateLimit: 20 * Self.limit, native: .off, threads: 1)
            options.reduction = .none
            let plain = try search(model: model, options: options)
            if case .incomplete = plain.verdict { continue }
            options.reduction = .partialOrder
            options.reductionFrom = 1
            let reduced = try search(model: model, options: options)
            #expect(Self.told(reduced) == Self.told(plain), "\(variant)")
        }
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
