import Execution
import Program
import Search
import Testing

/// Random small models, the engine against a naive search.
struct RandomModelTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        }
    }

    private func model(seed: UInt64, waits: Bool, isViolated: Bool) -> SmallModel {
        var random = Random(state: seed)
        for _ in 0..<8 { _ = random.next() }
        let model = SmallModel()
        let locks = [model.lock("a"), model.lock("b")]
        let cells = [model.global("x", range: 0...3), model.global("y", range: 0...3)]
        for thread in 0..<Int.random(in: 1...3, using: &random) {
            model.thread("t\(thread)", count: Int.random(in: 1...2, using: &random)) { code in
                var held: [CellID] = []
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    let cell = cells.randomElement(using: &random)!
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0, 1: code.store(cell, Int64.random(in: 0...3, using: &random))
                    case 2: code.load(cell)
                    case 3 where waits: code.waitUntil(cell, is: Int64.random(in: 0...2, using: &random))
                    case 4 where waits:
                        let lock = locks.randomElement(using: &random)!
                        if held.contains(lock) { continue }
                        code.lock(lock)
                        held.append(lock)
                    default:
                        if let lock = held.popLast() { code.unlock(lock) } else { code.skip() }
                    }
                }
                for lock in held.reversed() where Bool.random(using: &random) || !waits { code.unlock(lock) }
                if Int.random(in: 0..<4, using: &random) == 0 { code.loopForever() }
            }
        }
        if isViolated {
            for (index, cell) in cells.enumerated() {
                model.property(.invariant, "p\(index)", cell, .notEqual, Int64.random(in: 1...3, using: &random))
            }
        }
        return model
    }

    @Test(arguments: 0..<60)
    func statesAndTransitionsAgree(seed: Int) throws {
        let model = model(seed: UInt64(seed), waits: true, isViolated: false)
        let naive = NaiveExplorer(model: model.built())
        let result = try model.check(SearchOptions(enabled: SearchOptions.defaultChecks.subtracting([.deadlock])))
        #expect(result.isHolds)
        #expect(result.statistics.states == naive.distance.count)
        #expect(result.statistics.transitions == naive.transitions)
        #expect(result.statistics.depth == naive.levels.count - 1)
    }

    @Test(arguments: 0..<60)
    func theRunShownIsShortestWithFewestSwitches(seed: Int) throws {
        let model = model(seed: UInt64(1000 + seed), waits: true, isViolated: true)
        let naive = NaiveExplorer(model: model.built())
        let options = SearchOptions(enabled: SearchOptions.defaultChecks.subtracting([.deadlock]))
        let finding = try model.check(options).finding
        #expect(finding?.moves.count == naive.shortestViolation)
        guard let finding else { return }
        let threads = finding.moves.map(\.thread)
        let switches = zip(threads, threads.dropFirst()).filter { $0 != $1 }.count
        #expect(switches == naive.fewestSwitches())
    }

    @Test(arguments: 0..<120)
    func threadsSaidToWaitForEverDo(seed: Int) throws {
        let model = model(seed: UInt64(2000 + seed), waits: true, isViolated: false)
        let naive = NaiveExplorer(model: model.built())
        let finding = try model.check().finding
        #expect(finding != nil || !naive.hasTotalDeadlock)
        guard let finding else { return }
        #expect(finding.kind == .deadlock)
        var state = naive.interpreter.initialStates().states[finding.initial]
        for move in finding.moves { state = try #require(naive.interpreter.record(state, move: move)).after }
        #expect(!naive.canGoOn(finding.stuck, from: state))
    }
}
