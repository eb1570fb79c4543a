import Program
import Search
import Testing

struct ShortestRunTests {
    @Test func theFewestSwitchesAreTaken() throws {
        // Any of the interleavings of 4 + 4 steps ends in the same state; one has a single switch.
        let model = SmallModel()
        let count = model.global("count", range: 0...8)
        model.thread("t", count: 2) { code in
            for _ in 0..<4 { code.increment(count) }
        }
        model.property(.invariant, "below", count, .lessSigned, 8)
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .violated)
        #expect(finding.moves.map(\.thread) == [0, 0, 0, 0, 1, 1, 1, 1])
        #expect(finding.isShortest)
    }

    @Test func theShortestComesFirstWhateverItsKind() throws {
        let model = SmallModel()
        let x = model.global("x", range: 0...3)
        let gone = model.global("gone")
        let bad = model.failure(.useAfterFree, "late")
        model.thread("late") { code in
            code.skip()
            code.skip()
            code.skip()
            code.assert(gone, is: 1, failure: bad)
        }
        model.thread("stuck") { code in
            code.skip()
            code.skip()
            code.waitUntil(x, is: 3)
        }
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .deadlock)
        #expect(finding.moves.map(\.thread) == [1, 1])
    }

    @Test func ofOneLevelTheFirstKindIsTaken() throws {
        let model = SmallModel()
        let x = model.global("x", range: 0...3)
        let bad = model.failure(.assertion, "bad")
        model.thread("failing") { code in
            code.skip()
            code.skip()
            code.assert(x, is: 1, failure: bad)
        }
        model.thread("stuck") { code in
            code.skip()
            code.skip()
            code.waitUntil(x, is: 3)
        }
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .assertion)
        #expect(finding.names == ["bad"])
        #expect(finding.moves.map(\.thread) == [0, 0])
        #expect(finding.failure != nil)
    }

    @Test func theFirstOfSeveralPropertiesIsNamed() throws {
        let model = SmallModel()
        let x = model.global("x", range: 0...3)
        model.thread("t") { code in code.store(x, 2) }
        model.property(.invariant, "first", x, .lessSigned, 2)
        model.property(.invariant, "second", x, .lessSigned, 1)
        #expect(try model.check().finding?.names == ["first"])
    }

    @Test func anInitialStateMayBeBad() throws {
        let model = SmallModel()
        let x = model.global("x")
        model.thread("t") { code in code.store(x, 1) }
        model.property(.invariant, "set", x, .equal, 1)
        let finding = try #require(try model.check().finding)
        #expect(finding.moves.isEmpty)
    }
}

struct LimitTests {
    private func grid() -> SmallModel {
        let model = SmallModel()
        model.thread("t", count: 6) { code in
            for _ in 0..<9 { code.skip() }
        }
        return model
    }

    @Test func statesAreLimited() throws {
        let result = try grid().check(SearchOptions(stateLimit: 5000))
        #expect(result.cut == .states(5000))
        #expect(result.statistics.states <= 5000)
        #expect(result.statistics.states > 1000)
        #expect(try grid().check(SearchOptions(stateLimit: 1_000_000)).isHolds)
    }

    @Test func memoryIsLimited() throws {
        var options = SearchOptions(memoryLimit: 1 << 20)
        // Else the grid is hardly more than its edge.
        options.reduction = .none
        let result = try grid().check(options)
        #expect(result.cut == .memory(bytes: 1 << 20))
        #expect(result.statistics.states > 10_000)
        let tiny = try grid().check(SearchOptions(memoryLimit: 100))
        #expect(tiny.cut == .memory(bytes: 100))
        #expect(tiny.statistics.states == 0)
    }

    @Test func depthIsLimited() throws {
        let result = try grid().check(SearchOptions(depthLimit: 10))
        #expect(result.cut == .depth(10))
        #expect(result.statistics.depth == 10)
        #expect(try grid().check(SearchOptions(depthLimit: 54)).isHolds)
        #expect(try grid().check(SearchOptions(depthLimit: 53)).cut == .depth(53))
    }

    @Test func timeIsLimited() throws {
        #expect(try grid().check(SearchOptions(timeLimit: 0)).cut == .time(seconds: 0))
    }

    @Test func aDeadlockAtTheDepthLimitIsFound() throws {
        let model = SmallModel()
        let x = model.global("x")
        model.thread("t") { code in
            code.skip()
            code.waitUntil(x, is: 1)
        }
        #expect(try model.check(SearchOptions(depthLimit: 1)).finding?.kind == .deadlock)
    }
}
