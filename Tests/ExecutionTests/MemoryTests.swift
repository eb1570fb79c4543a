import Execution
import Program
import Testing

/// Objects, pointers, ranges.
@Suite struct MemoryTests {
    @Test func allocateTakesAnyFreeSlotAndNullWhenThereIsNone() {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 2, fields: [builder.byte])
        let pointer = builder.pointers(objects)
        let p = (0..<3).map { builder.global("p\($0)", pointer) }
        builder.thread("t") { code in
            let value = code.register(pointer)
            for cell in p {
                code.step()
                code.emit(.allocate(value, pool: 0))
                code.store(cell, .register(value))
            }
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        #expect(reached.ends.count == 2)
        #expect(reached.transitions == 2 + 2 + 2)
        #expect(reached.ends.allSatisfy { interpreter.value(of: p[2], in: $0) == 0 })
        #expect(interpreter.exhausted[0] == 1 && interpreter.onlyOneSlot[0] == 1)
    }

    /// One thread follows a pointer while another frees the object.
    private func useAndFree() -> (ModelBuilder, CellID) {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 1, fields: [builder.byte, builder.byte])
        let pointer = builder.pointers(objects)
        let inner = builder.pointers(objects.map { $0 + 1 })
        let p = builder.global("p", pointer)
        builder.initialize { code in
            let value = code.register(pointer)
            code.emit(.allocate(value, pool: 0))
            code.store(p, .register(value))
        }
        builder.thread("walker") { code in
            let value = code.register(pointer)
            let address = code.register(inner)
            let byte = code.register(builder.byte)
            code.step()
            code.load(value, p)
            code.emit(.fieldAddress(address, base: .register(value), offset: .constant(1)))
            code.step()
            code.load(byte, at: address)
        }
        builder.thread("zap") { code in
            let value = code.register(pointer)
            code.step()
            code.load(value, p)
            code.step()
            code.emit(.free(.register(value)))
        }
        return (builder, objects[0])
    }

    @Test func followingAPointerToAFreeSlotIsFound() {
        let (builder, object) = useAndFree()
        let failures = builder.explore().failures
        #expect(!failures.isEmpty)
        #expect(failures.allSatisfy { $0.kind == .useAfterFree && $0.detail == Int64(object + 1) })
    }

    @Test func aCheckThatIsOffAbandonsTheRun() {
        let (builder, _) = useAndFree()
        var options = ExecutionOptions()
        options.checks.remove(.useAfterFree)
        let reached = builder.explore(builder.interpreter(options: options))
        #expect(reached.failures.isEmpty)
        #expect(!reached.deadlocks.isEmpty, "the walker stands before the access that it cannot make")
    }

    @Test func nullAndDoubleFree() {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 1, fields: [builder.byte])
        let pointer = builder.pointers(objects)
        builder.thread("null") { code in
            let value = code.register(pointer)
            let byte = code.register(builder.byte)
            code.emit(.move(value, .constant(0)))
            code.emit(.free(.register(value)))
            code.step()
            code.load(byte, at: value)
        }
        builder.thread("twice") { code in
            code.step()
            code.emit(.free(.constant(Int64(objects[0]))))
        }
        let failures = builder.explore().failures
        #expect(Set(failures.map { $0.kind }) == [.nullDereference, .doubleFree])
    }

    @Test func freeZeroesSoTheSlotComesBackAsItWas() {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 1, fields: [builder.byte, builder.inferred])
        let pointer = builder.pointers(objects)
        builder.thread("t") { code in
            let value = code.register(pointer)
            code.step()
            code.emit(.allocate(value, pool: 0))
            code.step()
            code.store(at: value, .constant(9))
            code.step()
            code.emit(.free(.register(value)))
            code.emit(.jump(0))
        }
        #expect(builder.explore().states.count == 3)
    }

    @Test func aFixedRangeOverflowsAndAnInferredOneWidens() {
        let builder = ModelBuilder()
        let small = builder.storage(0, 7)
        let x = builder.global("x", small)
        let y = builder.global("y", builder.inferred)
        builder.thread("t") { code in
            let value = code.register(builder.byte)
            let end = code.register(builder.bit)
            code.step()
            code.load(value, y)
            code.emit(.binary(.add, value, .register(value), .constant(1)))
            code.store(y, .register(value))
            code.emit(.binary(.lessSigned, end, .register(value), .constant(20)))
            let branch = code.branch(.register(end))
            code.emit(.jump(0))
            code.land(branch)
            code.step()
            code.store(x, .register(value))
        }
        var ranges: InferredRanges = [:]
        var restarts = 0
        while true {
            let interpreter = builder.interpreter(ranges: ranges)
            let reached = builder.explore(interpreter)
            if interpreter.widenings.isEmpty {
                #expect(reached.states.count == 21)
                #expect(reached.failures.map { $0.kind } == [.overflow])
                #expect(reached.failures.first?.detail == 20)
                break
            }
            ranges.merge(interpreter.widenings) { $1 }
            restarts += 1
        }
        #expect(restarts == 5, "one for each bit of 20")
    }

    @Test func aLocalIsWidenedWhereItIsKept() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        builder.thread("t") { code in
            let value = code.register(builder.inferred)
            code.step()
            code.emit(.move(value, .constant(-3)))
            code.step()
            code.emit(.unary(.negate, value, .register(value)))
            code.store(x, .register(value))
        }
        let interpreter = builder.interpreter()
        #expect(builder.explore(interpreter).ends.isEmpty)
        #expect(interpreter.widenings == [builder.inferred: -3...0])
        let wider = builder.interpreter(ranges: interpreter.widenings)
        #expect(builder.explore(wider).ends.map { wider.value(of: x, in: $0) } == [3])
    }

    @Test func arraysAreAddressedWithinBounds() {
        let builder = ModelBuilder()
        let cells = (0..<3).map { builder.global("a[\($0)]", builder.byte) }
        let pointer = builder.pointers(cells)
        builder.thread("t") { code in
            let index = code.register(builder.byte)
            let address = code.register(pointer)
            let local = code.array(builder.byte, count: 3, "local")
            let value = code.register(builder.byte)
            code.step()
            code.emit(.choose(index, low: .constant(0), high: .constant(3)))
            code.emit(
                .elementAddress(
                    address, base: .constant(Int64(cells[0])), index: .register(index), count: 3, stride: 1,
                    isGhost: false))
            code.store(at: address, .register(index))
            code.emit(
                .storeElement(
                    first: local, index: .register(index), count: 3, stride: 1, offset: 0, value: .constant(5)))
            code.step()
            code.emit(.loadElement(value, first: local, index: .register(index), count: 3, stride: 1, offset: 0))
            code.store(cells[0], .register(value))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        #expect(reached.failures.count == 1)
        #expect(reached.failures.first?.kind == .outOfBounds && reached.failures.first?.detail == 3)
        #expect(reached.failures.first?.move.choice == 3)
        #expect(reached.ends.count == 3)
        #expect(reached.ends.allSatisfy { interpreter.value(of: cells[0], in: $0) == 5 })
    }

    @Test func ghostsReadFreeSlotsAndDropStores() {
        let builder = ModelBuilder()
        let objects = builder.pool("page", count: 1, fields: [builder.byte])
        let pointer = builder.pointers(objects)
        let x = builder.global("x", builder.byte)
        builder.thread("t") { code in
            let address = code.register(pointer)
            let value = code.register(builder.byte)
            let live = code.register(builder.bit)
            code.step()
            code.emit(.move(address, .constant(Int64(objects[0]))))
            code.emit(.store(.register(address), .constant(4), .ghost))
            code.emit(.load(value, .register(address), .ghost))
            code.emit(.live(live, .register(address)))
            code.emit(.binary(.or, value, .register(value), .register(live)))
            code.emit(.move(address, .constant(0)))
            code.emit(.store(.register(address), .constant(4), .ghost))
            code.store(x, .register(value))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        #expect(reached.failures.isEmpty)
        #expect(reached.ends.map { interpreter.value(of: x, in: $0) } == [0])
    }

    @Test func aPointerFromAnEarlierLifeIsStale() {
        for refines in [false, true] {
            let copy = ModelBuilder()
            let pointer = copy.pointers(copy.pool("page", count: 1, fields: [copy.byte]))
            let p = copy.global("p", pointer)
            copy.thread("t") { code in
                let old = code.register(pointer, "old")
                let new = code.register(pointer, "new")
                let value = code.register(copy.byte)
                let same = code.register(copy.bit)
                code.step()
                code.emit(.allocate(old, pool: 0))
                code.store(p, .register(old))
                code.step()
                code.emit(.free(.register(old)))
                code.step()
                code.emit(.allocate(new, pool: 0))
                code.step()
                code.emit(.binary(.equal, same, .register(old), .register(new)))
                code.emit(.check(.register(same), failure: copy.failure(.assertion)))
                if refines { code.emit(.refine(old, new)) }
                code.load(value, at: old)
            }
            let options = ExecutionOptions(checks: Set(FailureKind.allCases))
            let kinds = copy.explore(copy.interpreter(stale: true, options: options)).failures.map { $0.kind }
            #expect(kinds == (refines ? [] : [.stalePointer]))
            #expect(copy.explore().failures.isEmpty)
        }
    }

    /// Values at the edges of their ranges, in cells that fill several words, by constant and by looked-up address.
    @Test func wideStatesKeepEveryValue() {
        let builder = ModelBuilder()
        let values: [Int64] = [.min, -1, 0, 7, .max]
        let full = builder.storage(.min, .max)
        let odd = builder.storage(-5, Int64.max - 5)
        let cells = values.indices.map { builder.global("x\($0)", $0 % 2 == 0 ? full : odd) }
        let pointer = builder.pointers(cells)
        builder.thread("t", count: 2) { code in
            let address = code.register(pointer)
            let value = code.register(full)
            for (cell, number) in zip(cells, values) {
                code.step()
                code.store(cell, .constant(number))
                code.step()
                code.load(value, cell)
                code.emit(.move(address, .constant(Int64(cell))))
                code.step()
                code.store(at: address, .register(value))
            }
        }
        let interpreter = builder.interpreter()
        #expect(interpreter.layout.wordCount >= 7)
        let reached = builder.explore(interpreter)
        #expect(reached.failures.isEmpty && reached.ends.count == 1)
        #expect(cells.map { interpreter.value(of: $0, in: reached.ends[0]) } == values)
    }
}
