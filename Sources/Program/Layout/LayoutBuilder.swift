extension StateLayout {
    /// Lays out the states of a model. `liveness` is per class; `ranges` are those found out so far.
    ///
    /// Fields stay within a word, so reading one is a shift and a mask. Each thread has one area for its locals, which
    /// every step of it divides anew among those that are live there.
    public init(
        model: Model, liveness: [Liveness], ranges: InferredRanges = [:], tracksStalePointers: Bool = false
    ) {
        let builder = LayoutBuilder(
            model: model, liveness: liveness, ranges: ranges, tracksStalePointers: tracksStalePointers)
        self = builder.build()
    }
}

/// A stretch of free or used bits of one word.
private struct Chunk {
    var word: Int
    var shift: Int
    var bits: Int
}

private struct LayoutBuilder {
    let model: Model
    let liveness: [Liveness]
    /// By storage: the field with its width and range, not yet placed.
    let shapes: [BitField]
    let tracksStalePointers: Bool

    init(model: Model, liveness: [Liveness], ranges: InferredRanges, tracksStalePointers: Bool) {
        self.model = model
        self.liveness = liveness
        self.tracksStalePointers = tracksStalePointers
        var wanted = ranges
        // A first value outside the range that its storage starts with belongs to the range as well.
        for cell in model.cells.dropFirst() {
            let range = wanted[cell.storage] ?? cell.initial...cell.initial
            wanted[cell.storage] = min(range.lowerBound, cell.initial)...max(range.upperBound, cell.initial)
        }
        shapes = model.storages.indices.map { index in
            Self.shape(model, storage: index, range: wanted[index], tracksStalePointers: tracksStalePointers)
        }
    }

    static func bits(for span: UInt64) -> Int { UInt64.bitWidth - span.leadingZeroBitCount }

    static func shape(
        _ model: Model, storage: Int, range: ClosedRange<Int64>?, tracksStalePointers: Bool
    ) -> BitField {
        func number(_ low: Int64, _ high: Int64, fill: Bool) -> BitField {
            let width = bits(for: UInt64(bitPattern: high &- low))
            // An inferred range takes all that its bits can hold: fewer searches begin again.
            let room = width == 64 ? UInt64.max : (1 << UInt64(width)) - 1
            let top = low &+ Int64(bitPattern: room)
            return BitField(
                word: 0, shift: 0, width: width, low: low, high: fill && top >= high ? top : high, pointerSet: -1,
                storage: storage)
        }
        switch model.storages[storage].kind {
        case .fixed(let low, let high, _):
            return number(low, high, fill: false)
        case .inferred(let low, let high):
            return number(
                min(low, range?.lowerBound ?? low), max(high, range?.upperBound ?? high), fill: true)
        case .pointer(let set):
            let width = bits(for: UInt64(model.pointerSets[set].count))
            return BitField(
                word: 0, shift: 0, width: width + (tracksStalePointers && width > 0 ? 1 : 0), low: 0, high: 0,
                pointerSet: set, storage: storage)
        }
    }

    /// By thread, by step: the live registers.
    func liveRegisters(_ thread: Int) -> [[Register]] { liveness[model.threads[thread].threadClass].steps }

    func shape(_ thread: Int, _ register: Register) -> BitField {
        shapes[model.classes[model.threads[thread].threadClass].code.registers[register].storage]
    }

    func build() -> StateLayout {
        let cellBits = model.cells.dropFirst().reduce(0) { $0 + shapes[$1.storage].width }
        let needs = model.threads.indices.map { thread in
            liveRegisters(thread).map { $0.reduce(0) { $0 + shape(thread, $1).width } }.max() ?? 0
        }
        let total = cellBits + needs.reduce(0, +)
        var wordCount = max(1, (total + 63) / 64)
        while true {
            if let layout = placeTogether(wordCount: wordCount, needs: needs) { return layout }
            if let layout = place(wordCount: wordCount, needs: needs) { return layout }
            wordCount += 1
        }
    }

    /// Tries to fit everything into so many words with what belongs together side by side: a thread's program point and
    /// its locals, variables in the order of the text.
    func placeTogether(wordCount: Int, needs: [Int]) -> StateLayout? {
        var used = [Int](repeating: 0, count: wordCount)
        var cells = emptyCells()
        var locals = [[[(register: Register, field: BitField)]]](repeating: [], count: model.threads.count)
        func room(for bits: Int) -> Int? { used.indices.first { used[$0] + bits <= 64 } }
        let points = model.threads.map(\.programPointCell)
        let widths = model.threads.indices.map { cells[points[$0]].width + needs[$0] }
        for thread in model.threads.indices.sorted(by: { (widths[$1], $0) < (widths[$0], $1) }) {
            guard let word = room(for: widths[thread]) else { return nil }
            let width = cells[points[thread]].width
            cells[points[thread]].word = word
            cells[points[thread]].shift = width == 0 ? 0 : used[word]
            let area = Chunk(word: word, shift: used[word] + width, bits: needs[thread])
            guard let packed = pack(thread, into: [area]) else { return nil }
            locals[thread] = packed
            used[word] += widths[thread]
        }
        let isPoint = Set(points)
        for cell in cells.indices.dropFirst() where !isPoint.contains(cell) {
            guard let word = room(for: cells[cell].width) else { return nil }
            cells[cell].word = word
            cells[cell].shift = cells[cell].width == 0 ? 0 : used[word]
            used[word] += cells[cell].width
        }
        return layout(wordCount, used, cells, locals)
    }

    /// The cells' fields, not yet placed; NULL has none.
    func emptyCells() -> [BitField] {
        var cells = model.cells.map { shapes[$0.storage] }
        if !cells.isEmpty {
            cells[0] = BitField(word: 0, shift: 0, width: 0, low: 0, high: 0, pointerSet: -1, storage: -1)
        }
        return cells
    }

    func layout(
        _ wordCount: Int, _ used: [Int], _ cells: [BitField],
        _ locals: [[[(register: Register, field: BitField)]]]
    ) -> StateLayout {
        StateLayout(
            wordCount: wordCount, bitCount: used.reduce(0, +), cells: cells, locals: locals,
            localMasks: locals.map { Self.masks(of: $0, wordCount: wordCount) },
            tracksStalePointers: tracksStalePointers)
    }

    /// Tries to fit everything into so many words.
    func place(wordCount: Int, needs: [Int]) -> StateLayout? {
        var used = [Int](repeating: 0, count: wordCount)
        var cells = emptyCells()
        let order = cells.indices.dropFirst().sorted { (cells[$1].width, $0) < (cells[$0].width, $1) }
        for cell in order {
            guard let word = used.indices.first(where: { used[$0] + cells[cell].width <= 64 }) else { return nil }
            cells[cell].word = word
            cells[cell].shift = cells[cell].width == 0 ? 0 : used[word]
            used[word] += cells[cell].width
        }

        var locals = [[[(register: Register, field: BitField)]]](repeating: [], count: model.threads.count)
        for thread in model.threads.indices.sorted(by: { (needs[$1], $0) < (needs[$0], $1) }) {
            guard let packed = placeLocals(of: thread, need: needs[thread], used: &used) else { return nil }
            locals[thread] = packed
        }
        return layout(wordCount, used, cells, locals)
    }

    /// One gap that takes the whole area if there is one, the tightest; else as many as it needs, the largest first.
    func placeLocals(
        of thread: Int, need: Int, used: inout [Int]
    ) -> [[(register: Register, field: BitField)]]? {
        let gaps = used.indices.map { Chunk(word: $0, shift: used[$0], bits: 64 - used[$0]) }
        if let gap = gaps.filter({ $0.bits >= need }).min(by: { $0.bits < $1.bits }) {
            used[gap.word] += need
            return pack(thread, into: [Chunk(word: gap.word, shift: gap.shift, bits: need)])
        }
        var chunks: [Chunk] = []
        for gap in gaps.sorted(by: { ($1.bits, $0.word) < ($0.bits, $1.word) }) where gap.bits > 0 {
            chunks.append(gap)
            guard let packed = pack(thread, into: chunks) else { continue }
            for (_, field) in packed.joined() where field.width > 0 {
                used[field.word] = max(used[field.word], field.shift + field.width)
            }
            return packed
        }
        return nil
    }

    /// Packs each step's live registers into the chunks, the widest first.
    func pack(_ thread: Int, into chunks: [Chunk]) -> [[(register: Register, field: BitField)]]? {
        var result: [[(register: Register, field: BitField)]] = []
        for registers in liveRegisters(thread) {
            var free = chunks
            var fields: [(register: Register, field: BitField)] = []
            for register in registers.sorted(by: {
                (shape(thread, $1).width, $0) < (shape(thread, $0).width, $1)
            }) {
                var field = shape(thread, register)
                if field.width > 0 {
                    guard let chunk = free.indices.first(where: { free[$0].bits >= field.width }) else { return nil }
                    field.word = free[chunk].word
                    field.shift = free[chunk].shift
                    free[chunk].shift += field.width
                    free[chunk].bits -= field.width
                }
                fields.append((register, field))
            }
            result.append(fields.sorted { $0.register < $1.register })
        }
        return result
    }

    static func masks(
        of packed: [[(register: Register, field: BitField)]], wordCount: Int
    ) -> [(word: Int, mask: UInt64)] {
        var masks = [UInt64](repeating: 0, count: wordCount)
        for (_, field) in packed.joined() where field.width > 0 {
            masks[field.word] |= field.mask << UInt64(field.shift)
        }
        return masks.enumerated().filter { $0.element != 0 }.map { (word: $0.offset, mask: $0.element) }
    }
}

extension BitField {
    /// The field's bits, shifted down.
    public var mask: UInt64 { width == 0 ? 0 : ~0 >> UInt64(64 - width) }
}

extension StateLayout {
    /// Reads one field of a state.
    public func value(_ field: BitField, in state: [UInt64], _ model: Model) -> Int64 {
        var raw = state[field.word] >> UInt64(field.shift) & field.mask
        guard field.pointerSet >= 0 else { return field.low &+ Int64(bitPattern: raw) }
        if tracksStalePointers, field.width > 0 { raw &= ~(1 << UInt64(field.width - 1)) }
        return raw == 0 ? 0 : Int64(model.pointerSets[field.pointerSet][Int(raw) - 1])
    }
}
