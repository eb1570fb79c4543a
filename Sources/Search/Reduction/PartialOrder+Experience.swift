import Execution
import Program

extension PartialOrder {
    /// Whether some thread may be taken alone in any number of states along some random runs. The same runs every time, so
    /// the counts of a search stay what they are.
    func isOfUse() -> Bool {
        let model = dependence.model
        let interpreter = Interpreter(
            model: model, layout: dependence.layout, options: ExecutionOptions(checks: checks))
        let initials = interpreter.initialStates().states
        let wordCount = dependence.layout.wordCount
        var expansion = Expansion(wordCount: wordCount, threadCount: model.threads.count)
        let places = tables.makePlaces()
        var seed: UInt64 = 1
        var states = 0
        var alone = 0
        for run in 0..<Self.runs where !initials.isEmpty {
            var state = initials[run % initials.count]
            for _ in 0..<Self.steps {
                state.withUnsafeBufferPointer {
                    if tables.threadsToTake($0.baseAddress!, places) != ~0 { alone += 1 }
                    interpreter.expand($0.baseAddress!, into: &expansion)
                }
                states += 1
                if expansion.count == 0 { break }
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let chosen = Int((seed &>> 33) % UInt64(expansion.count))
                for word in 0..<wordCount { state[word] = expansion.words[chosen * wordCount + word] }
            }
        }
        return alone * 100 >= states
    }

    private static let runs = 32
    private static let steps = 96
}
