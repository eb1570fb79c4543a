import Program
import Search
import Testing

/// Counts that can be worked out by hand.
struct ExhaustiveTests {
    @Test(arguments: [(1, 1), (2, 3), (3, 4), (4, 5), (5, 2)])
    func independentThreadsHaveAStatePerVectorOfPositions(threads: Int, steps: Int) throws {
        let model = SmallModel()
        model.thread("t", count: threads) { code in
            for _ in 0..<steps { code.skip() }
        }
        let result = try model.check()
        var states = 1
        for _ in 0..<threads { states *= steps + 1 }
        #expect(result.isHolds)
        #expect(result.statistics.states == states)
        #expect(result.statistics.depth == threads * steps)
        // Each state has a successor for each thread that has not ended.
        #expect(result.statistics.transitions == threads * steps * states / (steps + 1))
        #expect(result.coverage.stepTaken == [[Bool](repeating: true, count: steps)])
    }

    @Test func aLockExcludes() throws {
        let model = SmallModel()
        let lock = model.lock("lock")
        let inside = model.global("inside", range: 0...3)
        model.thread("t", count: 3) { code in
            code.lock(lock)
            code.increment(inside)
            code.store(inside, 0)
            code.unlock(lock)
        }
        model.property(.invariant, "one_inside", inside, .lessSigned, 2)
        let result = try model.check()
        #expect(result.isHolds)
        // Nobody inside: 2^3 sets of those that are done; one inside at 3 places: 3 * 2^2 each.
        #expect(result.statistics.states == 8 + 3 * 3 * 4)
        #expect(result.coverage.stepWaited == [[true, false, false, false]])
    }

    @Test func wideStatesAreTold() throws {
        let model = SmallModel()
        let cells = (0..<5).map { model.global("x\($0)", range: 0...(1 << 40)) }
        for cell in cells {
            model.thread("t\(cell)") { code in
                code.store(cell, 1 << 39)
                code.store(cell, 7)
            }
        }
        let result = try model.check()
        #expect(result.statistics.states == 243)
        #expect(result.statistics.stateBits > 128)
    }

    @Test func rangesAreFoundOut() throws {
        let model = SmallModel()
        let count = model.inferred("count")
        model.thread("t", count: 2) { code in
            for _ in 0..<6 { code.increment(count) }
        }
        model.property(.finally, "all_counted", count, .equal, 12)
        let result = try model.check()
        #expect(result.isHolds)
        #expect(result.statistics.states == 49)
        #expect(result.statistics.restarts >= 1)
        #expect(result.ranges.values.contains { $0.contains(12) && $0.upperBound < 32 })
    }

    @Test func rangesGrowDownwardsToo() throws {
        let model = SmallModel()
        let x = model.inferred("x", initial: 3)
        model.thread("t") { code in
            code.store(x, -100)
            code.store(x, 5)
        }
        let result = try model.check()
        #expect(result.statistics.states == 3)
        #expect(result.ranges.values.contains { $0.contains(-100) && $0.contains(5) })
    }

    @Test func aConstraintCutsRuns() throws {
        let model = SmallModel()
        let count = model.global("count", range: 0...100)
        model.thread("t") { code in
            for _ in 0..<50 { code.increment(count) }
        }
        model.property(.constraint, "few", count, .lessSigned, 10)
        let result = try model.check()
        #expect(result.isHolds)
        #expect(result.constraints == ["few"])
        #expect(result.statistics.states == 10)
    }

    @Test func whatIsNeverReachedIsTold() throws {
        let model = SmallModel()
        let x = model.global("x", range: 0...7)
        model.thread("t") { code in
            code.store(x, 1)
            code.store(x, 2)
        }
        model.property(.sometimes, "two", x, .equal, 2)
        #expect(try model.check().isHolds)
        model.property(.sometimes, "three", x, .equal, 3)
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .unreached)
        #expect(finding.names == ["three"])
    }

    @Test func finallyIsJudgedAtTheEndOnly() throws {
        let model = SmallModel()
        let x = model.global("x", range: 0...7)
        model.thread("t", count: 2) { code in
            code.increment(x)
        }
        model.thread("idle", kind: .daemon) { code in
            code.waitUntil(x, is: 7)
            code.loopForever()
        }
        model.property(.finally, "two", x, .equal, 2)
        #expect(try model.check().isHolds)
        model.property(.finally, "three", x, .equal, 3)
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .violated)
        #expect(finding.names == ["three"])
        #expect(finding.moves.count == 2)
    }

    @Test func finallyThatIsNeverJudgedIsUnreached() throws {
        let model = SmallModel()
        let x = model.global("x")
        model.thread("t") { code in
            code.skip()
            code.loopForever()
        }
        model.property(.finally, "end", x, .equal, 0)
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .unreached)
        #expect(finding.names == ["end"])
    }

    @Test func aLeakIsFoundOnRequest() throws {
        let model = SmallModel()
        let (_, pointer) = model.pool("objects", count: 2)
        let kept = model.pointer("kept", pointer)
        model.thread("t") { code in
            let a = code.register(pointer)
            code.step("alloc", .allocate)
            code.emit(.allocate(a, pool: 0))
            code.step("store", .store)
            code.emit(.store(.constant(Int64(kept)), .register(a), Access(.marked)))
            code.store(kept, 0)
        }
        #expect(try model.check().isHolds)
        let finding = try #require(
            try model.check(SearchOptions(enabled: SearchOptions.defaultChecks.union([.leak]))).finding)
        #expect(finding.kind == .leak)
        #expect(finding.names == ["objects", "object"])
        #expect(finding.moves.count == 3)
    }

    @Test func aUseAfterFreeIsToldInWords() throws {
        let model = SmallModel()
        let (_, pointer) = model.pool("objects", count: 1)
        model.thread("t") { code in
            let a = code.register(pointer)
            let value = code.temporary()
            code.step("alloc", .allocate)
            code.emit(.allocate(a, pool: 0))
            code.step("kfree(a)", .free)
            code.emit(.free(.register(a)))
            code.step("a->value", .load)
            code.emit(.checkPlace(.register(a), .read))
            code.emit(.load(value, .register(a), Access(.plain)))
        }
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .useAfterFree)
        #expect(finding.names == ["objects", "object"])
        #expect(finding.moves.count == 3)
        #expect(finding.message == "a->value reads value of objects[0], which is free")
    }
}

extension SearchResult {
    var isHolds: Bool {
        if case .holds = verdict { return true }
        return false
    }

    var finding: Finding? {
        if case .violated(let finding) = verdict { return finding }
        return nil
    }

    var cut: Cut? {
        if case .incomplete(let cut) = verdict { return cut }
        return nil
    }
}
