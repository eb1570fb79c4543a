import Execution
import Program

/// What a search comes to, in terms that a reduction must not change.
struct ReferenceFindings: Equatable {
    /// Thread, instruction and kind of every step that fails.
    var failures: Set<[Int]> = []
    /// Properties that are false somewhere (INVARIANT, CONSTRAINT) or true somewhere (SOMETIMES).
    var properties: Set<Int> = []
    /// States in which no thread goes on.
    var standstills: Set<[UInt64]> = []
    /// Pairs of instructions that race.
    var races: Set<[Int]> = []
    /// Steps taken, by thread.
    var steps: Set<[Int]> = []

    func difference(from plain: ReferenceFindings) -> String? {
        var lines: [String] = []
        if failures != plain.failures { lines.append("failures \(failures) instead of \(plain.failures)") }
        if properties != plain.properties { lines.append("properties \(properties) instead of \(plain.properties)") }
        if standstills != plain.standstills {
            lines.append("\(standstills.count) standstills instead of \(plain.standstills.count)")
        }
        if races != plain.races { lines.append("races \(races) instead of \(plain.races)") }
        if steps != plain.steps {
            lines.append(
                "steps lost \(plain.steps.subtracting(steps)), gained \(steps.subtracting(plain.steps))")
        }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }

    /// The same where threads that may take each other's place are one; without the states.
    func upToPermutations(_ symmetry: Symmetry) -> ReferenceFindings {
        func role(_ thread: Int) -> Int { thread < 0 ? thread : symmetry.roleOfThread[thread] }
        var result = self
        result.failures = Set(failures.map { [role($0[0])] + $0.dropFirst() })
        result.races = Set(
            races.map { race in
                let sides = [[role(race[0]), race[1]], [role(race[2]), race[3]]]
                return sides.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
            })
        result.steps = Set(steps.map { [role($0[0])] + $0.dropFirst() })
        result.standstills = []
        return result
    }
}

/// A slow breadth-first search over the interpreter that shares nothing with the engine's; with or without each
/// reduction.
struct ReferenceSearch: ~Copyable {
    let model: Model
    let layout: StateLayout
    let interpreter: Interpreter
    let reduction: PartialOrder?
    /// Of the states that a permutation turns into one another it keeps one.
    let orbits: Orbits?
    private(set) var findings = ReferenceFindings()
    private(set) var states: [[UInt64]] = []
    private(set) var seen: Set<[UInt64]> = []
    /// States in which one thread is to be taken alone, even if it turns out that it cannot go on.
    private(set) var aloneStates: [Int] = []
    private(set) var isComplete = false
    /// States that a CONSTRAINT cuts off.
    private(set) var cutStates = 0
    var expansion: Expansion
    private let places: ReductionTables.Places?

    init(
        model: Model, layout: StateLayout, checks: Set<FailureKind>, reduction: PartialOrder? = nil,
        orbits: Orbits? = nil
    ) {
        self.model = model
        self.layout = layout
        self.reduction = reduction
        self.orbits = orbits
        interpreter = Interpreter(
            model: model, layout: layout, options: ExecutionOptions(checks: checks, recordAccesses: true))
        expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        places = reduction?.tables.makePlaces()
    }

    /// The threads to take in a state.
    mutating func mask(_ state: [UInt64]) -> UInt64 {
        guard let reduction else { return ~0 }
        return state.withUnsafeBufferPointer { reduction.tables.threadsToTake($0.baseAddress!, places!) }
    }

    mutating func run(limit: Int, isInterrupted: () -> Bool = { false }) {
        let (initials, failures) = interpreter.initialStates()
        for failure in failures { findings.failures.insert([-1, Int(failure.instruction), failure.kind.rawValue]) }
        var next = 0
        for state in initials { add(state) }
        while next < states.count {
            if states.count > limit || !interpreter.widenings.isEmpty || isInterrupted() { return }
            let state = states[next]
            next += 1
            if isCut(state) {
                cutStates += 1
                continue
            }
            expand(state, number: next - 1)
        }
        isComplete = interpreter.widenings.isEmpty
    }

    private mutating func add(_ state: [UInt64]) {
        let state = orbits?.representative(state) ?? state
        guard seen.insert(state).inserted else { return }
        states.append(state)
        for (number, property) in model.properties.enumerated() {
            let holds = evaluate(number, state)
            switch property.kind {
            case .invariant, .constraint: if !holds { findings.properties.insert(number) }
            case .sometimes: if holds { findings.properties.insert(number) }
            case .finally, .temporal: break
            }
        }
    }

    private func evaluate(_ property: Int, _ state: [UInt64]) -> Bool {
        state.withUnsafeBufferPointer { interpreter.evaluate(property: property, $0.baseAddress!) }
    }

    private func isCut(_ state: [UInt64]) -> Bool {
        model.properties.indices.contains { model.properties[$0].kind == .constraint && !evaluate($0, state) }
    }

    private mutating func expand(_ state: [UInt64], number: Int) {
        var mask = mask(state)
        if mask != ~0 { aloneStates.append(number) }
        state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
        // A thread that can only fail leaves the others to be looked at.
        if !(0..<expansion.count).contains(where: { mask >> UInt64(expansion.moves[$0].thread) & 1 != 0 }) { mask = ~0 }
        for failure in expansion.failures where mask >> UInt64(failure.move.thread) & 1 != 0 {
            findings.failures.insert([Int(failure.move.thread), Int(failure.instruction), failure.kind.rawValue])
        }
        for index in 0..<expansion.count where mask >> UInt64(expansion.moves[index].thread) & 1 != 0 {
            let thread = Int(expansion.moves[index].thread)
            findings.steps.insert([thread, Int(layout.value(point(thread), in: state, model)) - 1])
            let words = expansion.words + index * layout.wordCount
            add(Array(UnsafeBufferPointer(start: words, count: layout.wordCount)))
        }
        guard mask == ~0 else { return }
        if (0..<expansion.threadCount).allSatisfy({ expansion.status[$0] != .enabled }) {
            findings.standstills.insert(state)
        }
        for (index, a) in expansion.accesses.enumerated() {
            for b in expansion.accesses[..<index] where a.cell == b.cell && a.thread != b.thread {
                guard a.isWrite || b.isWrite, a.isPlain || b.isPlain else { continue }
                let pair = [[Int(a.thread), Int(a.instruction)], [Int(b.thread), Int(b.instruction)]]
                findings.races.insert(pair.sorted { $0[0] < $1[0] }.flatMap { $0 })
            }
        }
    }

    func point(_ thread: Int) -> BitField { layout.cells[model.threads[thread].programPointCell] }
}
