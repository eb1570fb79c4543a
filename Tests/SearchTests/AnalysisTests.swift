import Program
import Testing

struct AnalysisTests {
    @Test func aPointerNamesTheCellsOfItsType() {
        let small = SmallModel()
        let (objects, pointer) = small.pool("objects", count: 3)
        let head = small.pointer("head", pointer)
        small.thread("t") { code in
            let read = code.register(pointer)
            let fresh = code.register(pointer)
            let field = code.temporary()
            code.step("head", .load)
            code.emit(.load(read, .constant(Int64(head)), Access(.marked)))
            code.step("alloc", .allocate)
            code.emit(.allocate(fresh, pool: 0))
            code.emit(.fieldAddress(field, base: .register(fresh), offset: .constant(0)))
        }
        let model = small.built()
        let pointsTo = PointsTo(model: model, code: model.classes[0].code, thread: 0)
        for register in 0..<3 { #expect(pointsTo.cells(.register(register)).members == objects) }
    }

    @Test func aStepTouchesWhatItFreesAndAllocates() {
        let small = SmallModel()
        let (objects, pointer) = small.pool("objects", count: 2)
        let other = small.global("other")
        small.thread("t") { code in
            let fresh = code.register(pointer)
            code.step("alloc", .allocate)
            code.emit(.allocate(fresh, pool: 0))
            code.step("kfree", .free)
            code.emit(.free(.register(fresh)))
            code.store(other, 1)
        }
        let model = small.built()
        let steps = AccessSets(model: model).steps[0]
        for object in objects {
            let live = model.slots[model.cells[object].slot].liveCell
            for step in 0..<2 {
                #expect(steps[step].writes.contains(object) && steps[step].writes.contains(live))
                #expect(!steps[step].writes.contains(other))
            }
        }
        #expect(steps[2].markedWrites.members == [other])
        #expect(steps[2].writes.contains(model.threads[0].programPointCell))
    }

    @Test func whatIsBehindAThreadCannotEnableAnyMore() {
        let small = SmallModel()
        let ready = small.global("ready")
        small.thread("waiter") { code in code.waitUntil(ready, is: 1) }
        small.thread("worker") { code in
            code.skip()
            code.store(ready, 1)
            code.skip()
        }
        small.thread("again") { code in
            code.store(ready, 1)
            code.skip()
            code.loopForever()
        }
        let model = small.built()
        let relation = MayEnable(model: model, access: AccessSets(model: model))
        let wait = Int(relation.waitNumber[0][0])
        #expect(wait >= 0 && relation.waitCount == 1)
        #expect((0..<3).map { relation.mayEnable(thread: 1, step: $0, wait: wait) } == [true, true, false])
        #expect((0..<2).map { relation.mayEnable(thread: 2, step: $0, wait: wait) } == [true, true])
    }

    @Test func locksHeldAtAnAcquisition() {
        let small = SmallModel()
        let a = small.lock("a")
        let b = small.lock("b")
        let c = small.lock("c")
        small.thread("t") { code in
            code.lock(a)
            code.lock(b)
            code.unlock(a)
            code.lock(c)
        }
        let model = small.built()
        let access = AccessSets(model: model)
        let nodes = HeldLocks.nodes(of: model, access)
        let held = HeldLocks(
            model: model, code: model.classes[0].code, pointsTo: access.pointsTo[0], nodes: nodes)
        #expect(held.acquisitions.map { $0.held } == [[], [0], [1]])
    }
}
