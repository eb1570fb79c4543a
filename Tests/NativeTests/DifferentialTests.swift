import Execution
import Program
import Search
import Syntax
import Testing

/// The machine code against the interpreter, state by state.
@Suite struct DifferentialTests {
    /// States of a model that are compared. Unoptimised, fewer.
    #if DEBUG
    static let statesMax = 2_000
    #else
    static let statesMax = 50_000
    #endif

    @Test(arguments: Models.files) func agreesOn(_ file: String) throws {
        for variant in try Models.variants(file) {
            guard let model = try Models.model(variant) else { continue }
            let ranges = try search(model: model, options: SearchOptions(stateLimit: Self.statesMax)).ranges
            // The first ranges too: a value that leaves them stops the one as it stops the other.
            for ranges in ranges.isEmpty ? [ranges] : [[:], ranges] {
                for noted in [true, false] where noted || variant.configuration.isEmpty {
                    guard try compare(model, ranges, notesAccesses: noted, "\(variant)") else { return }
                }
            }
        }
    }

    /// With checks off, runs go on where they would have failed, or are given up.
    @Test(arguments: Models.files.filter { $0.contains("/checks/") }) func agreesUnchecked(_ file: String) throws {
        guard let model = try Models.model(Variant(file: file, configuration: [:])) else { return }
        _ = try compare(model, [:], notesAccesses: false, checks: [], file)
    }

    /// False if there is no compiler.
    private func compare(
        _ model: Model, _ ranges: InferredRanges, notesAccesses: Bool,
        checks: Set<FailureKind> = ExecutionOptions.usualChecks, _ name: String
    ) throws -> Bool {
        let layout = StateLayout(model: model, liveness: model.liveness(), ranges: ranges)
        let options = ExecutionOptions(checks: checks, recordAccesses: notesAccesses)
        let steps: NativeSteps
        do {
            steps = try NativeSteps.compile(model: model, layout: layout, options: options, cache: .none)
        } catch .noCompiler {
            print("no C compiler: the machine code is not tested")
            return false
        }
        let comparison = Comparison(model: model, layout: layout, options: options, steps: steps)
        comparison.run(statesMax: Self.statesMax)
        #expect(comparison.leftForNothing == 0, "\(name)")
        #expect(comparison.differences.isEmpty, "\(name): \(comparison.differences.first ?? "")")
        return true
    }
}

/// Explores a model with the interpreter and compares every expansion.
final class Comparison {
    let model: Model
    let layout: StateLayout
    let interpreter: Interpreter
    let engine: StepEngine
    var differences: [String] = []
    /// States with nothing rare in them that the machine code left to the interpreter all the same.
    var leftForNothing = 0

    init(model: Model, layout: StateLayout, options: ExecutionOptions, steps: NativeSteps) {
        self.model = model
        self.layout = layout
        interpreter = Interpreter(model: model, layout: layout, options: options)
        engine = StepEngine(Interpreter(model: model, layout: layout, options: options))
        engine.adopt(steps)
    }

    func run(statesMax: Int) {
        var a = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var b = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var queue = interpreter.initialStates().states
        _ = engine.interpreter.initialStates()
        var seen = Set(queue)
        var next = 0
        while next < queue.count, next < statesMax, differences.count < 5 {
            let state = queue[next]
            next += 1
            state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &a) }
            let left = engine.statesLeft
            state.withUnsafeBufferPointer { engine.expand($0.baseAddress!, into: &b) }
            let isPlain = a.failures.isEmpty && interpreter.widenings.isEmpty
            if engine.statesLeft > left, isPlain { leftForNothing += 1 }
            compareProperties(state)
            compare(a, b, state)
            for index in 0..<a.count where queue.count < statesMax {
                let successor = Array(
                    UnsafeBufferPointer(start: a.words + index * layout.wordCount, count: layout.wordCount))
                if seen.insert(successor).inserted { queue.append(successor) }
            }
        }
        compareCoverage()
    }

    private func compareProperties(_ state: [UInt64]) {
        for property in model.properties.indices {
            let a = state.withUnsafeBufferPointer { interpreter.evaluate(property: property, $0.baseAddress!) }
            let b = state.withUnsafeBufferPointer { engine.evaluate(property: property, $0.baseAddress!) }
            if a != b { differences.append("property \(property) in \(state)") }
        }
    }

    private func compare(_ a: borrowing Expansion, _ b: borrowing Expansion, _ state: [UInt64]) {
        let before = differences.count
        if a.count != b.count { differences.append("\(a.count) successors, \(b.count)") }
        if a.masks != b.masks { differences.append("\(a.masks), \(b.masks)") }
        for thread in 0..<model.threads.count {
            let waits = a.status[thread] == .waitsForHolders || a.status[thread] == .waitsForCondition
            if waits, a.holders[thread] != b.holders[thread] { differences.append("holders of \(thread)") }
        }
        for index in 0..<min(a.count, b.count) {
            if a.moves[index] != b.moves[index] { differences.append("move \(index)") }
            for word in 0..<layout.wordCount
            where a.words[index * layout.wordCount + word] != b.words[index * layout.wordCount + word] {
                differences.append("word \(word) of successor \(index), \(a.moves[index])")
            }
        }
        if a.failures != b.failures { differences.append("\(a.failures), \(b.failures)") }
        let wanted = isRace(a.accesses) ? a.accesses : []
        let got = isRace(b.accesses) ? b.accesses : []
        if wanted.map(describe) != got.map(describe) { differences.append("accesses \(wanted), \(got)") }
        if differences.count > before { differences[before] += " in \(state)" }
    }

    private func describe(_ access: PendingAccess) -> [Int] {
        [
            Int(access.thread), Int(access.instruction), Int(access.cell), access.isWrite ? 1 : 0,
            access.isPlain ? 1 : 0,
        ]
    }

    private func isRace(_ accesses: [PendingAccess]) -> Bool {
        for (index, a) in accesses.enumerated() {
            for b in accesses[..<index] where a.cell == b.cell && a.thread != b.thread {
                if a.isWrite || b.isWrite, a.isPlain || b.isPlain { return true }
            }
        }
        return false
    }

    private func compareCoverage() {
        let other = engine.interpreter
        func check(_ what: String, _ a: UnsafeMutablePointer<UInt8>, _ b: UnsafeMutablePointer<UInt8>, _ count: Int) {
            for index in 0..<count where a[index] != b[index] { differences.append("\(what) \(index)") }
        }
        let steps = model.classes.reduce(0) { $0 + $1.code.steps.count }
        check("covered", interpreter.covered, other.covered, model.coverage.count)
        check("taken", interpreter.stepTaken, other.stepTaken, steps)
        check("waited", interpreter.stepWaited, other.stepWaited, steps)
        check("exhausted", interpreter.exhausted, other.exhausted, model.pools.count)
        check("one slot", interpreter.onlyOneSlot, other.onlyOneSlot, model.pools.count)
        if interpreter.widenings != other.widenings { differences.append("widenings") }
    }
}
