import Program
import Search
import Testing

struct DeadlockTests {
    private func abba(_ spins: Bool) -> SmallModel {
        let model = SmallModel()
        let a = model.lock("a")
        let b = model.lock("b")
        model.thread("first") { code in
            code.lock(a)
            code.lock(b)
            code.unlock(b)
            code.unlock(a)
        }
        model.thread("second") { code in
            code.lock(b)
            code.lock(a)
            code.unlock(a)
            code.unlock(b)
        }
        if spins {
            model.thread("spinner") { code in
                code.skip()
                code.loopForever()
            }
        }
        return model
    }

    @Test(arguments: [false, true])
    func twoLocksInOppositeOrder(spins: Bool) throws {
        let finding = try #require(try abba(spins).check().finding)
        #expect(finding.kind == .deadlock)
        #expect(finding.stuck == [0, 1])
        #expect(finding.moves.map(\.thread) == [0, 1])
        #expect(finding.message == "first waits for b, which second holds; second waits for a, which first holds")
    }

    @Test func aLockThatIsNeverReleased() throws {
        let model = SmallModel()
        let a = model.lock("a")
        model.thread("t", count: 2) { code in code.lock(a) }
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .deadlock)
        #expect(finding.stuck.count == 1)
        #expect(finding.moves.count == 1)
    }

    @Test func waitingForWhatNobodyWritesAnyMore() throws {
        let model = SmallModel()
        let ready = model.global("ready")
        model.thread("waiter") { code in code.waitUntil(ready, is: 1) }
        model.thread("worker") { code in
            code.store(ready, 1)
            code.store(ready, 0)
        }
        // Others that run on for ever do not hide it.
        model.thread("spinner") { code in
            code.skip()
            code.loopForever()
        }
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .deadlock)
        #expect(finding.stuck == [0])
        #expect(finding.moves.map(\.thread) == [1, 1])
    }

    @Test func oneWhoMayStillWriteKeepsItAlive() throws {
        let model = SmallModel()
        let ready = model.global("ready")
        model.thread("waiter") { code in code.waitUntil(ready, is: 1) }
        model.thread("worker") { code in
            code.skip()
            code.store(ready, 0)
            code.loopForever()
        }
        #expect(try model.check().isHolds)
    }

    @Test func idleDaemonsAreNone() throws {
        let model = SmallModel()
        let work = model.global("work")
        model.thread("t") { code in
            code.store(work, 1)
            code.waitUntil(work, is: 0)
        }
        model.thread("daemon", count: 2, kind: .daemon) { code in
            code.waitUntil(work, is: 1)
            code.store(work, 0)
            code.loopForever()
        }
        #expect(try model.check().isHolds)
    }

    @Test func idleDaemonsHelpNobody() throws {
        let model = SmallModel()
        let work = model.global("work")
        let done = model.global("done")
        model.thread("t") { code in code.waitUntil(done, is: 1) }
        model.thread("daemon", kind: .daemon) { code in
            code.waitUntil(work, is: 1)
            code.store(done, 1)
        }
        let finding = try #require(try model.check().finding)
        #expect(finding.kind == .deadlock)
        #expect(finding.stuck == [0, 1])
        #expect(finding.moves.isEmpty)
    }

    @Test func theCheckCanBeOff() throws {
        let options = SearchOptions(enabled: SearchOptions.defaultChecks.subtracting([.deadlock, .lockOrder]))
        let result = try abba(false).check(options)
        #expect(result.isHolds)
        #expect(result.warnings.isEmpty)
    }
}
