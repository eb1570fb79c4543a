import Program
import Search
import Testing

struct RaceTests {
    private func model(locked: Bool, _ kind: Access.Kind) -> SmallModel {
        let model = SmallModel()
        let lock = model.lock("lock")
        let x = model.global("x")
        model.thread("writer") { code in
            if locked { code.lock(lock) }
            code.store(x, 1, .plain)
            if locked { code.unlock(lock) }
        }
        model.thread("reader", count: 2) { code in
            code.skip()
            if locked { code.lock(lock) }
            code.load(x, kind)
            if locked { code.unlock(lock) }
        }
        return model
    }

    @Test func aPlainWriteRacesWithAnyAccess() throws {
        for kind in [Access.Kind.plain, .marked] {
            let result = try model(locked: false, kind).check()
            #expect(result.isHolds)
            #expect(result.warnings.map(\.kind) == [.dataRace])
            let race = try #require(result.warnings.first)
            // One step of a reader, then both stand before their accesses.
            #expect(race.moves.count == 1)
            #expect(race.accesses.contains { $0.isWrite && $0.thread == 0 })
            #expect(race.names.contains("x"))
        }
    }

    @Test func hiddenAccessesDoNot() throws {
        #expect(try model(locked: false, .hidden).check().warnings.isEmpty)
    }

    @Test func aLockKeepsThemApart() throws {
        #expect(try model(locked: true, .plain).check().warnings.isEmpty)
    }

    @Test func aWarningCanBeMadeAnError() throws {
        let options = SearchOptions(errors: [.dataRace])
        let finding = try #require(try model(locked: false, .plain).check(options).finding)
        #expect(finding.kind == .dataRace)
    }
}

struct LockOrderTests {
    /// Takes both locks in either order, but never so that it can deadlock: a third lock is around.
    private func gated(_ isTry: Bool, thirdEdge: Bool = false) -> SmallModel {
        let model = SmallModel()
        let gate = model.lock("gate")
        let a = model.lock("a")
        let b = model.lock("b")
        model.thread("first") { code in
            code.lock(gate)
            code.lock(a)
            code.lock(b)
            code.unlock(b)
            code.unlock(a)
            code.unlock(gate)
        }
        model.thread("second") { code in
            code.lock(gate)
            code.lock(b)
            code.lock(a, isTry: isTry)
            code.unlock(a)
            code.unlock(b)
            code.unlock(gate)
        }
        return model
    }

    @Test func anInversionThatCannotDeadlockIsWarnedOf() throws {
        let result = try gated(false).check()
        #expect(result.isHolds)
        let warning = try #require(result.warnings.first)
        #expect(result.warnings.count == 1)
        #expect(warning.kind == .lockOrder)
        #expect(Set(warning.names) == ["a", "b"])
        #expect(warning.moves.count == 3)
        #expect(warning.second.count == 3)
        #expect(Set([warning.moves.last!.thread, warning.second.last!.thread]) == [0, 1])
    }

    @Test func aTrylockDrawsNoEdge() throws {
        #expect(try gated(true).check().warnings.isEmpty)
    }

    @Test func threeLocksInACircle() throws {
        let model = SmallModel()
        let gate = model.lock("gate")
        let locks = ["a", "b", "c"].map { model.lock($0) }
        for index in 0..<3 {
            model.thread("t\(index)") { code in
                code.lock(gate)
                code.lock(locks[index])
                code.lock(locks[(index + 1) % 3])
                code.unlock(locks[(index + 1) % 3])
                code.unlock(locks[index])
                code.unlock(gate)
            }
        }
        let result = try model.check()
        #expect(result.isHolds)
        #expect(result.warnings.count == 1)
        #expect(Set(try #require(result.warnings.first).names) == ["a", "b", "c"])
    }

    @Test(arguments: [0, 1])
    func nestingInOneClassWantsASubclass(subclass: Int) throws {
        let model = SmallModel()
        let a = model.lock("p[0].ptl", class: "struct p.ptl")
        let b = model.lock("p[1].ptl", class: "struct p.ptl")
        model.thread("t", count: 2) { code in
            code.lock(a)
            code.lock(b, subclass: subclass)
            code.unlock(b)
            code.unlock(a)
        }
        let warnings = try model.check().warnings
        #expect(warnings.map(\.kind) == (subclass == 0 ? [.lockOrder] : []))
        if subclass == 0 { #expect(warnings[0].names == ["struct p.ptl"]) }
    }
}
