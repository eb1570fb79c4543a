import Execution
import Program
import Testing

/// Grace periods, callbacks, typesafe slots, locks.
@Suite struct GraceTests {
    /// A domain with one reader, thread 0, that is inside while `nesting` is not zero.
    private func domain(
        _ builder: ModelBuilder, masks: [CellID], isRCU: Bool = true
    ) -> (first: CellID, nesting: CellID) {
        let nesting = builder.global("nesting", builder.byte)
        builder.model.domains.append(
            GraceDomain(
                name: "rcu", firstCell: nesting, readers: [GraceDomain.Reader(thread: 0, cells: [nesting])],
                masks: masks))
        if isRCU { builder.model.rcuDomain = builder.model.domains.count - 1 }
        return (nesting, nesting)
    }

    private func readSide(_ builder: ModelBuilder, _ nesting: CellID, inside: (inout CodeBuilder) -> Void) {
        builder.thread("reader") { code in
            code.step("rcu_read_lock()")
            code.store(nesting, .constant(1))
            inside(&code)
            code.step("rcu_read_unlock()")
            code.store(nesting, .constant(0))
            code.emit(.quiesce(domain: .constant(Int64(nesting))))
        }
    }

    @Test func aGracePeriodWaitsForThoseInsideOnly() {
        let builder = ModelBuilder()
        let mask = builder.global("mask", builder.mask)
        let (first, nesting) = domain(builder, masks: [mask])
        readSide(builder, nesting) { _ in }
        builder.thread("updater") { code in
            let value = code.register(builder.mask)
            let free = code.register(builder.bit)
            code.step("synchronize_rcu() begins")
            code.emit(.graceBegin(domain: .constant(Int64(first)), into: .constant(Int64(mask))))
            code.step("synchronize_rcu() ends")
            code.load(value, mask)
            code.emit(.unary(.isZero, free, .register(value)))
            code.emit(.await(.register(free), .grace(domain: .constant(Int64(first)), mask: .register(value))))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        // 3 places each; where the reader is inside, the updater waits or not: one state more, and one that is.
        #expect(reached.states.count == 10)
        #expect(reached.deadlocks.isEmpty && reached.ends.count == 1)
        var expansion = Expansion(wordCount: 1, threadCount: 2)
        let blocked = reached.states.first { interpreter.value(of: mask, in: $0) == 1 }!
        interpreter.expand(blocked, into: &expansion)
        #expect(expansion.status[1] == .waitsForHolders && expansion.holders[1] == 1)
    }

    @Test func aTypesafeSlotIsGoneWhenItsReadersHaveLeft() {
        let builder = ModelBuilder()
        let objects = builder.pool("anon", count: 1, fields: [builder.byte], isTypesafe: true)
        let pointer = builder.pointers(objects)
        let p = builder.global("p", pointer)
        let (_, nesting) = domain(builder, masks: [builder.model.slots[0].quarantineCell])
        builder.initialize { code in
            let value = code.register(pointer)
            code.emit(.allocate(value, pool: 0))
            code.store(p, .register(value))
            code.store(at: value, .constant(5))
        }
        builder.thread("reader") { code in
            let value = code.register(pointer)
            let byte = code.register(builder.byte)
            code.step()
            code.store(nesting, .constant(1))
            code.step()
            code.load(value, p)
            code.step()
            code.load(byte, at: value)
            code.emit(.check(.register(byte), failure: builder.failure(.assertion)))
            code.step()
            code.store(nesting, .constant(0))
            code.emit(.quiesce(domain: .constant(Int64(nesting))))
        }
        builder.thread("zap") { code in
            code.step()
            code.emit(.free(.constant(Int64(objects[0]))))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        // Freed before the reader came in, the slot is gone at once; freed later, it keeps its contents.
        #expect(!reached.failures.isEmpty && reached.failures.allSatisfy { $0.kind == .useAfterFree })
        #expect(reached.states.contains { interpreter.value(of: builder.model.slots[0].quarantineCell, in: $0) == 1 })
        #expect(reached.ends.allSatisfy { interpreter.value(of: objects[0], in: $0) == 0 })
    }

    @Test func aCallbackRunsOncePerObjectAndAfterTheReaders() {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 1, fields: [builder.byte])
        let mask = builder.global("callback.mask", builder.mask)
        let (first, nesting) = domain(builder, masks: [mask])
        builder.initialize { code in
            let value = code.register(builder.pointers(objects))
            code.emit(.allocate(value, pool: 0))
        }
        readSide(builder, nesting) { code in
            let value = code.register(builder.byte)
            code.step()
            code.emit(.checkPlace(.constant(Int64(objects[0])), .read))
            code.load(value, objects[0])
        }
        builder.thread("updater") { code in
            let value = code.register(builder.byte)
            code.step()
            code.load(value, nesting)
            code.emit(.await(.register(value), .condition))
            code.emit(
                .startCallback(
                    threadClass: 2, object: .constant(Int64(objects[0])), domain: .constant(Int64(first))))
        }
        builder.thread("free_page", kind: .callback, objects: objects, callbackMasks: [mask]) { code in
            let value = code.register(builder.mask)
            let address = code.register(builder.pointers(objects))
            code.emit(.move(address, .constant(Int64(objects[0]))))
            code.step()
            code.load(value, mask)
            let free = code.register(builder.bit)
            code.emit(.unary(.isZero, free, .register(value)))
            code.emit(.await(.register(free), .grace(domain: .constant(Int64(first)), mask: .register(value))))
            code.step()
            code.emit(.free(.register(address)))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        #expect(reached.failures.isEmpty)
        #expect(reached.ends.contains { interpreter.value(of: builder.model.slots[0].liveCell, in: $0) == 0 })

        builder.thread("again", count: 2) { code in
            code.step()
            code.emit(
                .startCallback(
                    threadClass: 2, object: .constant(Int64(objects[0])), domain: .constant(Int64(first))))
        }
        #expect(builder.explore().failures.contains { $0.kind == .doubleFree })
    }

    @Test func locksAreMissedAtExitAndAtFree() {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 1, fields: [builder.byte, builder.byte])
        let lock = Int64(objects[0])
        builder.model.locks = [
            LockPlace(
                kind: .rwlock, firstCell: objects[0], name: "page.ptl", lockClass: 0, ownerCell: objects[0],
                readerCells: [0, objects[0] + 1], waiterCells: [], slot: 0)
        ]
        builder.initialize { code in
            let value = code.register(builder.pointers(objects))
            code.emit(.allocate(value, pool: 0))
        }
        builder.thread("writer") { code in
            code.step()
            code.store(objects[0], .constant(1))
            code.emit(.checkLockHeld(.constant(lock), isWrite: true))
            code.emit(.checkNoLockHeld)
        }
        builder.thread("reader") { code in
            code.step()
            code.store(objects[0] + 1, .constant(1))
            code.emit(.checkLockHeld(.constant(lock), isWrite: false))
            code.emit(.checkLockHeld(.constant(lock), isWrite: true))
        }
        builder.thread("free") { code in
            let value = code.register(builder.byte)
            code.step()
            code.load(value, objects[0] + 1)
            code.emit(.unary(.isZero, value, .register(value)))
            code.emit(.free(.constant(lock)))
        }
        let reached = builder.explore()
        let kinds = reached.failures.map { ($0.move.thread, $0.kind) }
        #expect(kinds.contains { $0 == (0, .lockHeldAtExit) })
        #expect(kinds.contains { $0 == (1, .assertion) })
        #expect(!reached.states.isEmpty)

        var options = ExecutionOptions()
        options.checks.subtract([.lockHeldAtExit, .assertion])
        let more = builder.explore(builder.interpreter(options: options)).failures
        #expect(!more.isEmpty && more.allSatisfy { $0.kind == .freeOfLocked && $0.detail == lock })
        options.checks.subtract([.freeOfLocked])
        #expect(builder.explore(builder.interpreter(options: options)).failures.isEmpty)
    }

    @Test func labelsNameTheStepsThatFollow() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        builder.thread("t") { code in
            for index in 0..<3 {
                code.code.labels["l\(index)"] = code.here
                code.step()
                code.store(x, .constant(Int64(index)))
            }
        }
        let at = builder.property { code in
            let value = code.register(builder.byte)
            code.emit(.atLabel(value, threadClass: 0, index: .constant(0), label: "l1"))
            return value
        }
        let absent = builder.property { code in
            let value = code.register(builder.byte)
            code.emit(.atLabel(value, threadClass: 0, index: .constant(1), label: "l1"))
            return value
        }
        let interpreter = builder.interpreter()
        let states = builder.explore(interpreter).states
        let there = states.filter { interpreter.evaluate(property: at, $0) }
        #expect(there.map { interpreter.programPoint(0, in: $0) } == [2])
        #expect(!states.contains { interpreter.evaluate(property: absent, $0) })
    }

    @Test func accessesAboutToHappenAreListed() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        builder.thread("t", count: 2) { code in
            let value = code.register(builder.byte)
            code.step()
            code.emit(.load(value, .constant(Int64(x)), Access(.plain)))
            code.emit(.binary(.add, value, .register(value), .constant(1)))
            code.step()
            code.emit(.store(.constant(Int64(x)), .register(value), Access(.marked)))
        }
        func accesses(_ mayRace: [[Bool]]?) -> [PendingAccess] {
            let interpreter = builder.interpreter(
                options: ExecutionOptions(recordAccesses: true, mayRace: mayRace))
            var expansion = Expansion(wordCount: 1, threadCount: 2)
            interpreter.expand(interpreter.initialStates().states[0], into: &expansion)
            interpreter.expand([expansion.words[0]], into: &expansion)
            return expansion.accesses
        }
        let all = accesses(nil)
        #expect(all.map { $0.isWrite } == [true, false])
        #expect(all.map { $0.isPlain } == [false, true])
        #expect(all.allSatisfy { $0.cell == Int32(x) })
        #expect(accesses([[false, true]]).map { $0.thread } == [0])
    }
}
