import Execution
import Program
import Search
import Syntax

/// A protocol's text, through the whole pipeline.
struct EngineRun {
    struct Refused: Error {
        var message: String
    }

    let model: Model
    private(set) var layout: StateLayout
    private(set) var exploration = Exploration()
    /// Where the projection's numbers come from; nil for a cell that the engine does not have.
    private let cells: [CellID?]
    private let addresses: [Int64: Int]
    private let memory: NaiveMemory

    init(_ source: Protocol) throws {
        try self.init(text: Printer.text(source), memory: NaiveMemory(source))
    }

    init(text: String, memory: NaiveMemory) throws {
        let model = try Self.load(text)
        self.model = model
        self.memory = memory
        layout = StateLayout(model: model, liveness: model.liveness())
        var cellOfName: [String: CellID] = [:]
        for (cell, info) in model.cells.enumerated() where cell > 0 && cellOfName[info.name] == nil {
            cellOfName[info.name] = cell
        }
        cells = memory.kinds.indices.filter { memory.kinds[$0] != nil }.map { cellOfName[memory.names[$0]] }
        var addresses: [Int64: Int] = [0: 0]
        for (slot, first) in zip(model.slots, memory.slotCell) { addresses[Int64(slot.firstCell)] = first }
        self.addresses = addresses
    }

    static func load(_ text: String) throws -> Model {
        var diagnostics = Diagnostics()
        let tree = parseModel(name: "random.c", bytes: Array(text.utf8), readFile: { _ in nil }, diagnostics: &diagnostics)
        let source = ModelSource(tree: tree, diagnostics: &diagnostics)
        let model = diagnostics.hasErrors ? nil : source.lower(configuration: [:], diagnostics: &diagnostics)
        guard let model, !diagnostics.hasErrors else {
            let errors = diagnostics.all.filter { $0.severity == .error }
            throw Refused(message: errors.map { render($0, texts: tree.texts) }.joined())
        }
        return model
    }

    /// Every state that `Interpreter.expand` leads to, errors or not.
    mutating func explore() {
        var ranges: InferredRanges = [:]
        while true {
            layout = StateLayout(model: model, liveness: model.liveness(), ranges: ranges)
            let interpreter = Interpreter(model: model, layout: layout)
            exploration = run(interpreter)
            if interpreter.widenings.isEmpty { return }
            // Twice as wide as what was met, or the search would begin again for every value.
            ranges.merge(interpreter.widenings) { old, new in
                let low = min(old.lowerBound, new.lowerBound)
                let high = max(old.upperBound, new.upperBound)
                return low - (low < 0 ? high - low : 0)...high + (high - low)
            }
        }
    }

    private func run(_ interpreter: Interpreter) -> Exploration {
        var exploration = Exploration()
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        let (initials, failures) = interpreter.initialStates()
        for failure in failures { exploration.add(failure.kind.word, length: 0) }
        var seen: Set<[UInt64]> = []
        var level: [[UInt64]] = []
        var depth = 0
        func insert(_ state: [UInt64], _ level: inout [[UInt64]], _ depth: Int) {
            guard seen.insert(state).inserted else { return }
            level.append(state)
            let projection = project(state)
            if exploration.projections[projection] == nil { exploration.projections[projection] = depth }
            for (number, property) in model.properties.enumerated() {
                let holds = state.withUnsafeBufferPointer { interpreter.evaluate(property: number, $0.baseAddress!) }
                if property.kind == .invariant, !holds { exploration.add("VIOLATED", length: depth) }
                if property.kind == .sometimes, holds { exploration.reached.insert(property.name) }
            }
        }
        for state in initials { insert(state, &level, 0) }
        while !level.isEmpty, interpreter.widenings.isEmpty {
            exploration.levels.append(level.count)
            var next: [[UInt64]] = []
            for state in level {
                state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
                exploration.transitions += expansion.count
                for failure in expansion.failures { exploration.add(failure.kind.word, length: depth + 1) }
                for index in 0..<expansion.count {
                    let words = expansion.words + index * layout.wordCount
                    let after = Array(UnsafeBufferPointer(start: words, count: layout.wordCount))
                    insert(after, &next, depth + 1)
                }
                // An interrupt that stands at its first step has not come, and need not.
                let allEnded = (0..<expansion.threadCount).allSatisfy { thread in
                    let isInterrupt = model.classes[model.threads[thread].threadClass].kind == .interrupt
                    return expansion.status[thread] == .ended
                        || (isInterrupt && value(model.threads[thread].programPointCell, state) == 1)
                }
                if allEnded { judgeFinals(state, interpreter, depth, &exploration) }
            }
            level = next
            depth += 1
        }
        return exploration
    }

    private func judgeFinals(
        _ state: [UInt64], _ interpreter: Interpreter, _ depth: Int, _ exploration: inout Exploration
    ) {
        for (number, property) in model.properties.enumerated() where property.kind == .finally {
            exploration.reached.insert(property.name)
            let holds = state.withUnsafeBufferPointer { interpreter.evaluate(property: number, $0.baseAddress!) }
            if !holds { exploration.add("VIOLATED", length: depth) }
        }
    }

    // MARK: Projections

    private func value(_ cell: CellID, _ state: [UInt64]) -> Int {
        let field = layout.cells[cell]
        let mask: UInt64 = field.width == 0 ? 0 : ~0 >> UInt64(64 - field.width)
        let raw = state[field.word] >> UInt64(field.shift) & mask
        if field.pointerSet < 0 { return Int(field.low) + Int(raw) }
        let address = raw == 0 ? 0 : model.pointerSets[field.pointerSet][Int(raw) - 1]
        return addresses[Int64(address)] ?? -1
    }

    private func project(_ state: [UInt64]) -> [Int] {
        var result = cells.map { cell in cell.map { value($0, state) } ?? 0 }
        result += model.slots.map { value($0.liveCell, state) }
        let hasEnded = model.threads.map { value($0.programPointCell, state) == 0 ? 1 : 0 }
        let own = memory.threads.count
        result += hasEnded.prefix(own)
        // Callbacks: of each object, or of none where the model calls none.
        let callbacks = Array(hasEnded.dropFirst(own))
        result += memory.slotCell.indices.map { $0 < callbacks.count ? callbacks[$0] : 1 }
        return result
    }
}
