import Execution
import Foundation
import Program
import Search
import Testing

/// The models of the repository, with and without reduction.
@Suite struct ModelTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    static let limit = number("LOCKWALK_STATES") ?? 4_000

    static let variants: [Variant] = ModelFiles.files.flatMap(ModelFiles.variants).filter { variant in
        ProcessInfo.processInfo.environment["LOCKWALK_MODEL"].map { variant.description.contains($0) } ?? true
    }

    @Test func reductionKeepsWhatASearchFinds() throws {
        var told = 0
        for variant in Self.variants {
            guard let model = ModelFiles.model(variant),
                let layout = ReferenceSearch.layout(of: model, limit: Self.limit)
            else { continue }
            let start = ContinuousClock.now
            guard let reduction = PartialOrder(
                model: model, layout: layout, access: AccessSets(model: model),
                checks: ExecutionOptions.usualChecks)
            else {
                print("none      \(variant)")
                continue
            }
            let time = ContinuousClock.now - start
            var plain = ReferenceSearch(model: model, layout: layout, reduction: nil)
            plain.run(limit: .max)
            var reduced = ReferenceSearch(model: model, layout: layout, reduction: reduction)
            reduced.run(limit: .max)
            print(
                "\(reduced.states.count)/\(plain.states.count) (\(reduced.reducedStates) alone)",
                "rules \(reduction.nodesWithRules)/\(reduction.nodeCount) \(time) \(variant)")
            let isComplete = reduced.isComplete
            #expect(isComplete)
            if let difference = reduced.findings.difference(from: plain.findings) {
                Issue.record("\(variant): \(difference)")
            }
            if let fault = Self.persistenceFault(&reduced, limit: 200, samples: 40) {
                Issue.record("\(variant): \(fault)")
            }
            told += 1
        }
        #expect(told > 0)
    }

    /// Looks at some of the states in which one thread was taken alone.
    static func persistenceFault(_ search: inout ReferenceSearch, limit: Int, samples: Int) -> String? {
        let check = PersistenceCheck(model: search.model, layout: search.layout)
        let alone = search.states.filter { search.mask($0) != ~0 }
        let stride = max(1, alone.count / max(1, samples))
        for index in Swift.stride(from: 0, to: alone.count, by: stride) {
            let thread = search.mask(alone[index]).trailingZeroBitCount
            if let fault = check.fault(of: thread, in: alone[index], limit: limit) { return fault }
        }
        return nil
    }
}
