import Execution
import Foundation
import Program
import Search
import Syntax
import Testing

/// The machine code against the interpreter, state by state: every state alone, and in batches.
///
/// `LOCKWALK_COMPARE=50000` compares so many states of every variant of every model; build with `-Xswiftc -O`, or it
/// takes long; `LOCKWALK_EVERY_WAY=1` compares fewer states of every variant. `LOCKWALK_COMPARE_IN=models/` compares only
/// those of the files that begin so.
@Suite struct DifferentialTests {
    static let wanted = ProcessInfo.processInfo.environment["LOCKWALK_COMPARE"].flatMap(Int.init)
    /// States of a model that are compared.
    static let statesMax = wanted ?? 2_000

    static let files: [String] = {
        let files = wanted == nil ? Models.files : Models.files + Models.larger
        let start = ProcessInfo.processInfo.environment["LOCKWALK_COMPARE_IN"] ?? ""
        return files.filter { $0.hasPrefix(start) }
    }()

    @Test(arguments: files) func agreesOn(_ file: String) throws {
        var compared = 0
        for (number, variant) in (try Models.variants(file) + Models.benchmarkVariants(file)).enumerated() {
            // Each is compiled, and most differ in little.
            guard number % 3 == 0 || Models.triesEveryWay || Self.wanted != nil else { continue }
            guard let model = try Models.model(variant) else { continue }
            let ranges = try search(model: model, options: SearchOptions(stateLimit: Self.statesMax)).ranges
            // The first ranges too: a value that leaves them stops the one as it stops the other.
            for ranges in ranges.isEmpty ? [ranges] : [[:], ranges] {
                for noted in [true, false] where noted || variant.configuration.isEmpty {
                    guard let comparison = try compare(model, ranges, notesAccesses: noted, "\(variant)")
                    else { return }
                    compared += comparison.statesSeen
                }
            }
        }
        if Self.wanted != nil { print("\(file): \(compared) states agree") }
    }

    /// With checks off, runs go on where they would have failed, or are given up.
    @Test(arguments: files.filter { $0.contains("/checks/") }) func agreesUnchecked(_ file: String) throws {
        guard let model = try Models.model(Variant(file: file, configuration: [:])) else { return }
        _ = try compare(model, [:], notesAccesses: false, checks: [], file)
    }

    /// The machine code hands over the accesses of those states only in which two conflict. Every such state that the
    /// interpreter knows of must be among them, whichever steps are looked at.
    @Test func noRaceIsLost() throws {
        var racing: Set<String> = []
        for file in Models.files where file.contains("/checks/") {
            for variant in try Models.variants(file) {
                guard let model = try Models.model(variant), Comparison.hasRaces(model) else { continue }
                let ranges = try search(model: model, options: SearchOptions(stateLimit: Self.statesMax)).ranges
                let some = model.classes.enumerated().map { number, threadClass in
                    threadClass.code.steps.indices.map { ($0 + number) % 3 != 0 }
                }
                for mayRace in [nil, some] {
                    let name = "\(variant)\(mayRace == nil ? "" : ", some steps")"
                    guard
                        let comparison = try compare(model, ranges, notesAccesses: true, mayRace: mayRace, name)
                    else { return }
                    #expect(comparison.batches.racing >= comparison.racing, "\(name)")
                    if comparison.racing > 0 { racing.insert(file) }
                }
            }
        }
        #expect(racing.contains("Tests/Models/checks/data-race.c"))
    }

    /// The functions of the ninth thread were once named as a type is, and such models were never compiled.
    @Test func manyThreadsThatChoose() throws {
        let model = Models.model(
            text: """
                #include <lockwalk.h>
                static u2 x;
                THREAD(chooser, 33) { u2 v = pick(0, 2); if (v == 2) return; wait_until(!x); WRITE_ONCE(x, v); }
                """)
        guard let comparison = try compare(model, [:], notesAccesses: true, "33 threads") else { return }
        #expect(comparison.statesSeen == Self.statesMax)
    }

    /// nil if there is no compiler.
    private func compare(
        _ model: Model, _ ranges: InferredRanges, notesAccesses: Bool,
        checks: Set<FailureKind> = ExecutionOptions.usualChecks, mayRace: [[Bool]]? = nil, _ name: String
    ) throws -> Comparison? {
        let layout = StateLayout(model: model, liveness: model.liveness(), ranges: ranges)
        let options = ExecutionOptions(checks: checks, recordAccesses: notesAccesses, mayRace: mayRace)
        let steps: NativeSteps
        do {
            steps = try NativeSteps.compile(model: model, layout: layout, options: options, cache: .none)
        } catch .noCompiler {
            print("no C compiler: the machine code is not tested")
            return nil
        }
        let comparison = Comparison(model: model, layout: layout, options: options, steps: steps)
        comparison.run(statesMax: Self.statesMax)
        #expect(comparison.leftForNothing == 0, "\(name)")
        #expect(comparison.differences.isEmpty, "\(name): \(comparison.differences.first ?? "")")
        #expect(comparison.batches.leftForNothing == 0, "\(name)")
        #expect(comparison.batches.differences.isEmpty, "\(name): \(comparison.batches.differences.first ?? "")")
        return comparison
    }
}

/// Explores a model with the interpreter and compares every expansion.
final class Comparison {
    let model: Model
    let layout: StateLayout
    let interpreter: Interpreter
    let engine: StepEngine
    let batches: BatchComparison
    private(set) var statesSeen = 0
    /// States of which two threads' accesses conflict.
    private(set) var racing = 0
    var differences: [String] = []
    /// States with nothing rare in them that the machine code left to the interpreter all the same.
    var leftForNothing = 0

    init(model: Model, layout: StateLayout, options: ExecutionOptions, steps: NativeSteps) {
        self.model = model
        self.layout = layout
        interpreter = Interpreter(model: model, layout: layout, options: options)
        engine = StepEngine(Interpreter(model: model, layout: layout, options: options))
        engine.adopt(steps)
        batches = BatchComparison(model: model, layout: layout, steps: steps)
    }

    /// Whether the interpreter comes upon conflicting accesses, before long.
    static func hasRaces(_ model: Model) -> Bool {
        let layout = StateLayout(model: model, liveness: model.liveness(), ranges: [:])
        let interpreter = Interpreter(
            model: model, layout: layout, options: ExecutionOptions(recordAccesses: true))
        var expansion = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var queue = interpreter.initialStates().states
        var seen = Set(queue)
        var next = 0
        while next < queue.count, next < 2_000 {
            queue[next].withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
            next += 1
            if BatchComparison.isRace(expansion.accesses) { return true }
            for index in 0..<expansion.count {
                let successor = Array(
                    UnsafeBufferPointer(start: expansion.words + index * layout.wordCount, count: layout.wordCount))
                if seen.insert(successor).inserted { queue.append(successor) }
            }
        }
        return false
    }

    func run(statesMax: Int) {
        var a = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var b = Expansion(wordCount: layout.wordCount, threadCount: model.threads.count)
        var queue = interpreter.initialStates().states
        _ = engine.interpreter.initialStates()
        batches.begin(interpreter)
        var seen = Set(queue)
        var next = 0
        while next < queue.count, next < statesMax, differences.count + batches.differences.count < 5 {
            let state = queue[next]
            next += 1
            state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &a) }
            let left = engine.statesLeft
            state.withUnsafeBufferPointer { engine.expand($0.baseAddress!, into: &b) }
            let isPlain = a.failures.isEmpty && interpreter.widenings.isEmpty
            if engine.statesLeft > left, isPlain { leftForNothing += 1 }
            compareProperties(state)
            compare(a, b, state)
            batches.add(state, a, isPlain: isPlain)
            if BatchComparison.isRace(a.accesses) { racing += 1 }
            for index in 0..<a.count where queue.count < statesMax {
                let successor = Array(
                    UnsafeBufferPointer(start: a.words + index * layout.wordCount, count: layout.wordCount))
                if seen.insert(successor).inserted { queue.append(successor) }
            }
        }
        statesSeen = next
        batches.finish()
        compareCoverage()
        batches.compareCoverage(interpreter)
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
        let wanted = BatchComparison.isRace(a.accesses) ? a.accesses : []
        let got = BatchComparison.isRace(b.accesses) ? b.accesses : []
        if wanted.map(BatchComparison.describe) != got.map(BatchComparison.describe) {
            differences.append("accesses \(wanted), \(got)")
        }
        if differences.count > before { differences[before] += " in \(state)" }
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
