import Program
import Testing

/// Liveness, definite assignment, and where fields come to lie.
@Suite struct LayoutTests {
    @Test func liveIsWhatWillBeRead() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        var code = CodeBuilder()
        let a = code.register(builder.byte)
        let b = code.register(builder.byte)
        let loop = code.here
        code.step()
        code.load(a, x)
        code.step()
        code.load(b, x)
        code.step()
        code.store(x, .register(a))
        let branch = code.branch(.register(b))
        code.emit(.jump(loop))
        code.land(branch)
        code.step()
        code.emit(.end)
        #expect(Liveness(code.code).steps == [[], [a], [a, b], []])
    }

    @Test func anArrayIsLiveAsAWhole() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        var code = CodeBuilder()
        let array = code.array(builder.byte, count: 3, "array")
        let value = code.register(builder.byte)
        code.step()
        for index in 0..<3 { code.emit(.move(array + index, .constant(0))) }
        code.step()
        code.emit(.storeElement(first: array, index: .constant(1), count: 3, stride: 1, offset: 0, value: .constant(1)))
        code.step()
        code.emit(.loadElement(value, first: array, index: .constant(1), count: 3, stride: 1, offset: 0))
        code.store(x, .register(value))
        code.emit(.end)
        let whole = [array, array + 1, array + 2]
        #expect(Liveness(code.code).steps == [[], whole, whole])
        #expect(Liveness(code.code).entry == [])
    }

    @Test func aVariableThatMayBeUnassignedIsFoundOnce() {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        var code = CodeBuilder()
        let named = code.register(builder.byte, "named")
        let both = code.register(builder.byte, "both")
        let condition = code.register(builder.bit)
        code.step()
        code.load(condition, x)
        let branch = code.branch(.register(condition))
        code.emit(.move(named, .constant(1)))
        code.emit(.move(both, .constant(1)))
        let over = code.here
        code.emit(.jump(0))
        code.land(branch)
        code.emit(.move(both, .constant(2)))
        code.code.instructions[over].operation = .jump(code.here)
        code.store(x, .register(both))
        let use = code.here
        code.store(x, .register(named))
        code.store(x, .register(named))
        code.emit(.end)
        let findings = DefiniteAssignment(code.code).findings
        #expect(findings.map { $0.instruction } == [use] && findings.map { $0.register } == [named])
    }

    /// No two fields that are there at the same time share a bit, and none crosses a word.
    private func check(_ layout: StateLayout, _ model: Model) {
        var used = [UInt64](repeating: 0, count: layout.wordCount)
        func claim(_ field: BitField, _ words: inout [UInt64]) {
            guard field.width > 0 else { return }
            #expect(field.shift + field.width <= 64)
            let bits = field.mask << UInt64(field.shift)
            #expect(words[field.word] & bits == 0)
            words[field.word] |= bits
        }
        for field in layout.cells { claim(field, &used) }
        for thread in model.threads.indices {
            var area = [UInt64](repeating: 0, count: layout.wordCount)
            for (word, mask) in layout.localMasks[thread] { area[word] = mask }
            for word in area.indices { #expect(used[word] & area[word] == 0) }
            for step in layout.locals[thread] {
                var inside = area.map { ~$0 }
                for (_, field) in step { claim(field, &inside) }
            }
            for word in area.indices { used[word] |= area[word] }
        }
        #expect(used.reduce(0) { $0 + $1.nonzeroBitCount } == layout.bitCount)
    }

    private func manyThreads(_ widths: [Int64], threads: Int) -> Model {
        let builder = ModelBuilder()
        let x = builder.global("x", builder.byte)
        let storages = widths.map { builder.storage(0, (1 << $0) - 1) }
        builder.thread("t", count: threads) { code in
            let registers = storages.map { code.register($0, "v") }
            code.step()
            for register in registers { code.load(register, x) }
            code.step()
            for register in registers { code.store(x, .register(register)) }
        }
        return builder.model
    }

    @Test(arguments: [([7, 7], 3), ([20, 20], 4), ([33, 1, 1], 4), ([30, 30, 30, 30], 5), ([5, 3, 1], 7)])
    func fieldsShareNoBit(widths: [Int64], threads: Int) {
        let model = manyThreads(widths, threads: threads)
        let layout = StateLayout(model: model, liveness: model.liveness())
        check(layout, model)
        let bits = threads * Int(widths.reduce(2, +)) + 8
        #expect(layout.bitCount == bits)
        if bits <= 64 { #expect(layout.wordCount == 1) }
        let described = layout.describe(model: model)
        #expect(described.reduce(0) { $0 + $1.bits } == bits)
    }

    @Test func threeTimesSixteenBitsFillOneWord() {
        let model = manyThreads([16], threads: 3)
        #expect(StateLayout(model: model, liveness: model.liveness()).wordCount == 1)
    }
}
