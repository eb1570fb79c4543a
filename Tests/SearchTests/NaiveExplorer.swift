import Execution
import Program

/// A search that shares nothing with the engine but the interpreter: sets of states, levels as arrays.
struct NaiveExplorer {
    let model: Model
    let interpreter: Interpreter
    private(set) var distance: [[UInt64]: Int] = [:]
    private(set) var levels: [[[UInt64]]] = []
    private(set) var transitions = 0
    /// Some state in which nobody goes on though some THREAD waits.
    private(set) var hasTotalDeadlock = false
    /// Steps of the shortest run to a violated property.
    private(set) var shortestViolation: Int?

    init(model: Model) {
        self.model = model
        let layout = StateLayout(model: model, liveness: model.liveness())
        interpreter = Interpreter(model: model, layout: layout)
        explore(interpreter.initialStates().states)
    }

    /// The successors of a state and what its threads can do.
    func expand(_ state: [UInt64]) -> (next: [(move: Move, state: [UInt64])], status: [ThreadStatus]) {
        var expansion = Expansion(wordCount: interpreter.layout.wordCount, threadCount: model.threads.count)
        state.withUnsafeBufferPointer { interpreter.expand($0.baseAddress!, into: &expansion) }
        let count = interpreter.layout.wordCount
        let next = (0..<expansion.count).map { index in
            (
                expansion.moves[index],
                Array(UnsafeBufferPointer(start: expansion.words + index * count, count: count))
            )
        }
        return (next, model.threads.indices.map { expansion.status[$0] })
    }

    func isBad(_ state: [UInt64]) -> Bool {
        state.withUnsafeBufferPointer { words in
            model.properties.indices.contains { !interpreter.evaluate(property: $0, words.baseAddress!) }
        }
    }

    private mutating func explore(_ initial: [[UInt64]]) {
        var frontier = initial
        for state in initial { distance[state] = 0 }
        while !frontier.isEmpty {
            levels.append(frontier)
            if shortestViolation == nil, frontier.contains(where: isBad) { shortestViolation = levels.count - 1 }
            var next: [[UInt64]] = []
            for state in frontier {
                let (successors, status) = expand(state)
                transitions += successors.count
                if !status.contains(.enabled), status.contains(where: { $0 != .ended }) { hasTotalDeadlock = true }
                for (_, successor) in successors where distance[successor] == nil {
                    distance[successor] = levels.count
                    next.append(successor)
                }
            }
            frontier = next
        }
    }

    /// The fewest switches of any shortest run to a bad state, by trying all of them.
    func fewestSwitches() -> Int? {
        guard let length = shortestViolation else { return nil }
        var best: [Key: Int] = [:]
        for state in levels[0] { best[Key(state: state, thread: -1)] = 0 }
        for _ in 0..<length {
            var next: [Key: Int] = [:]
            for (key, switches) in best {
                for (move, successor) in expand(key.state).next {
                    let cost = switches + (key.thread >= 0 && key.thread != move.thread ? 1 : 0)
                    let reached = Key(state: successor, thread: move.thread)
                    next[reached] = min(next[reached] ?? .max, cost)
                }
            }
            best = next
        }
        return best.filter { isBad($0.key.state) }.map(\.value).min()
    }

    private struct Key: Hashable {
        var state: [UInt64]
        var thread: Int32
    }

    /// Whether some run from the state lets one of the threads take a step.
    func canGoOn(_ threads: [Int], from start: [UInt64]) -> Bool {
        var seen: Set<[UInt64]> = [start]
        var work = [start]
        while let state = work.popLast() {
            let (next, status) = expand(state)
            if threads.contains(where: { status[$0] == .enabled }) { return true }
            for (_, successor) in next where seen.insert(successor).inserted { work.append(successor) }
        }
        return false
    }
}
