import Execution
import Program

/// Random runs of a model, to learn what its states are like before or beside a search. The same every time, so that the
/// counts of a search stay what they are.
struct RandomRuns: ~Copyable {
    private(set) var state: [UInt64] = []
    let threadCount: Int
    private let initials: [[UInt64]]
    private let interpreter: Interpreter
    private var expansion: Expansion
    private var seed: UInt64 = 1

    init(_ model: Model, _ layout: StateLayout, checks: Set<FailureKind>) {
        threadCount = model.threads.count
        interpreter = Interpreter(model: model, layout: layout, options: ExecutionOptions(checks: checks))
        initials = interpreter.initialStates().states
        expansion = Expansion(wordCount: layout.wordCount, threadCount: threadCount)
    }

    /// Begins the run of that number; false if there is no state to begin in.
    mutating func begin(_ run: Int) -> Bool {
        guard !initials.isEmpty else { return false }
        state = initials[run % initials.count]
        return true
    }

    /// A number below `count`.
    mutating func random(_ count: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed &>> 33) % UInt64(count))
    }

    /// Lets a thread take a step, one of those that it may take; false if there is none.
    mutating func step(of thread: Int) -> Bool {
        state.withUnsafeBufferPointer {
            interpreter.expand($0.baseAddress!, only: 1 &<< UInt64(thread), into: &expansion)
        }
        if expansion.count == 0 { return false }
        let chosen = random(expansion.count)
        for word in state.indices { state[word] = expansion.words[chosen * state.count + word] }
        return true
    }
}
