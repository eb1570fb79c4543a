import Execution
import Program

/// Takes steps without writing them down: for runs of which nearly all are thrown away.
final class Stepper {
    private(set) var machine: WalkMachine
    var expansion: Expansion
    /// Where it stands.
    private(set) var words: [UInt64] = []
    private(set) var initial = 0

    init(_ machine: WalkMachine) {
        self.machine = machine
        expansion = Expansion(wordCount: machine.layout.wordCount, threadCount: machine.model.threads.count)
    }

    /// Goes to an initial state; false if there is no such state.
    func begin(_ number: Int) -> Bool {
        let states = machine.initialStates().states
        guard states.indices.contains(number) else { return false }
        if expansion.wordCount != machine.layout.wordCount { renewExpansion() }
        initial = number
        words = states[number]
        return true
    }

    /// Looks at what can be done here. False if a value did not fit: the layout is wider now, and the run has to begin
    /// again.
    func look() -> Bool {
        let interpreter = machine.interpreter
        words.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
        guard machine.widen() else { return true }
        renewExpansion()
        return false
    }

    private func renewExpansion() {
        expansion = Expansion(wordCount: machine.layout.wordCount, threadCount: machine.model.threads.count)
    }

    /// Takes the successor with this number of the last look.
    func take(successor index: Int) {
        let start = expansion.words + index * expansion.wordCount
        for word in 0..<expansion.wordCount { words[word] = start[word] }
    }

    var moment: Moment { Moment(expansion, words: words) }

    func isFalse(property index: Int) -> Bool {
        !words.withUnsafeBufferPointer { machine.interpreter.evaluate(property: index, $0.baseAddress!) }
    }
}
