import Execution
import Program
import Testing

/// Counts that can be written down without a computer.
@Suite struct InterleavingTests {
    @Test(arguments: 1...4) func independentThreadsFormAGrid(threads: Int) {
        let builder = ModelBuilder()
        let cells = (0..<threads).map { builder.global("x\($0)", builder.bit) }
        for cell in cells {
            builder.thread("t") { code in
                code.step()
                code.store(cell, .constant(1))
                code.step()
                code.store(cell, .constant(0))
            }
        }
        let reached = builder.explore()
        let states = Array(repeating: 3, count: threads).reduce(1, *)
        #expect(reached.states.count == states)
        #expect(reached.transitions == threads * 2 * states / 3)
        #expect(reached.ends.count == 1)
        #expect(reached.failures.isEmpty && reached.deadlocks.isEmpty)
    }

    @Test func aPlainIncrementLosesUpdates() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        builder.thread("t", count: 2) { code in
            let value = code.register(builder.byte)
            code.step()
            code.load(value, x)
            code.emit(.binary(.add, value, .register(value), .constant(1)))
            code.step()
            code.store(x, .register(value))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        #expect(Set(reached.ends.map { interpreter.value(of: x, in: $0) }) == [1, 2])
    }

    @Test func aDeadLocalIsNoPartOfTheState() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.bit)
        builder.thread("t") { code in
            let value = code.register(builder.byte, "v")
            code.step()
            code.emit(.choose(value, low: .constant(0), high: .constant(9)))
            code.step()
            code.store(x, .constant(1))
        }
        // Before the choice, after it, ended: the ten values are never read.
        #expect(builder.explore().states.count == 3)
    }

    @Test func choicesMultiply() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        builder.thread("t") { code in
            let a = code.register(builder.byte)
            let b = code.register(builder.byte)
            code.step()
            code.emit(.choose(a, low: .constant(0), high: .constant(2)))
            code.emit(.choose(b, low: .constant(0), high: .constant(4)))
            code.emit(.binary(.multiply, a, .register(a), .constant(5)))
            code.emit(.binary(.add, a, .register(a), .register(b)))
            code.store(x, .register(a))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        #expect(reached.transitions == 15)
        #expect(reached.ends.map { interpreter.value(of: x, in: $0) } == Array(0...14))
    }

    @Test func awaitBlocksAndTellsOnWhom() {
        let builder = ModelBuilder()
        let owner = builder.global("owner", builder.byte)
        builder.thread("t", count: 2) { code in
            let value = code.register(builder.byte)
            let free = code.register(builder.bit)
            let holder = code.register(builder.byte)
            builder.model.threadTables = [[1, 2, 3]]
            code.step("lock")
            code.load(value, owner)
            code.emit(.unary(.isZero, free, .register(value)))
            code.emit(.binary(.subtract, holder, .register(value), .constant(1)))
            code.emit(.binary(.shiftLeft, holder, .constant(1), .register(holder)))
            code.emit(.await(.register(free), .holders(.register(holder))))
            code.store(owner, .perThread(0))
            code.step("unlock")
            code.store(owner, .constant(0))
        }
        let interpreter = builder.interpreter()
        let reached = builder.explore(interpreter)
        // Each thread is before, inside or after, but never are both inside.
        #expect(reached.states.count == 8)
        #expect(reached.deadlocks.isEmpty)
        let initial = interpreter.initialStates().states[0]
        var expansion = Expansion(wordCount: 1, threadCount: 2)
        interpreter.expand(initial, into: &expansion)
        let second = expansion.words[1]
        interpreter.expand([second], into: &expansion)
        #expect(expansion.status[0] == .waitsForHolders && expansion.holders[0] == 2)
        #expect(expansion.status[1] == .enabled && expansion.count == 1)
        #expect(interpreter.stepWaited[interpreter.stepNumber(threadClass: 0, step: 0)] == 1)
    }

    @Test func aCycleWithoutAStepIsAnErrorOfTheModel() {
        let builder = ModelBuilder()
        builder.thread("t") { code in
            code.step()
            code.emit(.jump(code.here))
        }
        let failure = builder.explore().failures.first
        #expect(failure?.kind == .modelError && failure?.detail == ModelFault.endlessStep.rawValue)
    }

    @Test func initialStatesRunInitAndTheOpenings() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte, initial: 3)
        let y = builder.global("y", builder.byte)
        builder.initialize { code in
            let value = code.register(builder.byte)
            code.emit(.choose(value, low: .constant(0), high: .constant(3)))
            code.store(y, .register(value))
        }
        builder.thread("t") { code in
            code.store(x, .constant(7))
            code.step()
            code.store(x, .constant(8))
        }
        builder.thread("none") { $0.emit(.checkNoLockHeld) }
        let interpreter = builder.interpreter()
        let states = interpreter.initialStates().states
        #expect(states.map { interpreter.value(of: y, in: $0) } == [0, 1, 2, 3])
        #expect(states.allSatisfy { interpreter.value(of: x, in: $0) == 7 })
        #expect(interpreter.programPoint(0, in: states[0]) == 1)
        #expect(interpreter.programPoint(1, in: states[0]) == 0)
        #expect(interpreter.recordInitialization(choice: 2)?.events.count == 2)
    }

    @Test func propertiesSeeTheWholeState() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        builder.thread("t") { code in
            for value in 1...3 {
                code.step()
                code.store(x, .constant(Int64(value)))
            }
        }
        let small = builder.property { code in
            let value = code.register(builder.byte)
            code.load(value, x)
            code.emit(.binary(.lessSigned, value, .register(value), .constant(2)))
            return value
        }
        let ended = builder.property { code in
            let value = code.register(builder.byte)
            code.emit(.ended(value, threadClass: 0, index: .constant(0)))
            return value
        }
        let interpreter = builder.interpreter()
        let states = builder.explore(interpreter).states
        #expect(states.filter { interpreter.evaluate(property: small, $0) }.count == 2)
        #expect(states.filter { interpreter.evaluate(property: ended, $0) }.count == 1)
    }
}
