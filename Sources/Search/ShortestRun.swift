// The run that is shown: a shortest one and, among those, one with the fewest switches between threads.
//
// No state keeps its parent. The levels are searched backwards instead: a state of level n lies on a shortest run to the
// target if one of its successors is a state of level n + 1 that does. Along the way dynamic programming yields, for each
// such state and each thread that may move first, the fewest switches from there on; then the run is read off forwards,
// at each state the first move (by thread, by choice) that keeps to that number. This is the back-search over a stored
// frontier of Murphi and TLC, which re-expand instead of storing, with the cost carried along. The levels come from the
// log; all workers share in expanding them. States are told apart by value, and what must be left out is chosen by value,
// so the run does not depend on the number of threads.
//
// Where one state stands for all that are like it but for a permutation, the run is first found among these, and then
// walked by real states (`RealRun`).
//
// Holds as levels are exact distances, so a run of n steps to a state of level n passes through every level once.

import CMachine
import Execution
import Program

/// Where a run is to end: in a state, or with a step from it that fails or is of interest.
struct RunTarget {
    var state: [UInt64]
    var level: Int
    /// The last step, taken from `state`.
    var last: Move?
    /// That step fails.
    var fails = false
    /// Among runs with equally many switches the target with the lowest rank is taken.
    var rank = 0
}

struct Run {
    /// Index into the initial states.
    var initial: Int
    var moves: [Move]
    /// Index into the targets.
    var target: Int
    /// The state in which it ends, or from which the target's last step is taken; and that step.
    var end: [UInt64] = []
    var last: Move?
    /// How the target's state was permuted to become the run's; empty if it was not.
    var permutation: [Int] = []
}

/// The states of one level from which a target is reached, with what it costs.
struct Layer {
    let wordCount: Int
    /// Ascending, one after the other.
    private(set) var words: [UInt64] = []
    /// Per state a row: by thread that moves first, the switches from here on and the target's rank; one more entry for
    /// ending here.
    private(set) var costs: [UInt32] = []

    init(wordCount: Int) { self.wordCount = wordCount }

    var count: Int { words.count / wordCount }

    mutating func append(_ state: [UInt64], costs row: [UInt32]) {
        words += state
        costs += row
    }

    func row(of state: UnsafePointer<UInt64>) -> Int? {
        words.withUnsafeBufferPointer { words in
            var low = 0
            var high = words.count / wordCount
            while low < high {
                let middle = (low + high) / 2
                var order = 0
                for index in 0..<wordCount where words[middle * wordCount + index] != state[index] {
                    order = words[middle * wordCount + index] < state[index] ? -1 : 1
                    break
                }
                if order == 0 { return middle }
                if order < 0 { low = middle + 1 } else { high = middle }
            }
            return nil
        }
    }
}

private let never = UInt32.max
private let oneSwitch: UInt32 = 1 << 16
/// States kept per level, the smallest ones. A finding that more states lead to than this may be shown with more switches
/// than needed.
private let layerMax = 1 << 16

/// What may be in a layer, at one look: a bit per hash.
final class StateFilter: @unchecked Sendable {
    private static let bits: UInt64 = 20
    private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 1 << (bits - 6))

    init() { clear() }
    deinit { words.deallocate() }

    func clear() { words.initialize(repeating: 0, count: 1 << (Self.bits - 6)) }
    func insert(_ hash: UInt64) { words[Int(hash >> (64 - Self.bits + 6))] |= 1 << (hash & 63) }
    @inline(__always)
    func mayContain(_ hash: UInt64) -> Bool { words[Int(hash >> (64 - Self.bits + 6))] >> (hash & 63) & 1 != 0 }
}

/// A state from which moves lead into the layers of the next level.
struct WayOn {
    var state: [UInt64]
    var steps: [Step]

    struct Step {
        var move: Move
        var state: [UInt64]
        /// What the thread that moves is called in that state.
        var thread: Int
    }

    /// Keeps the smallest states.
    static func prune(_ ways: inout [WayOn]) {
        ways.sort { $0.state.lexicographicallyPrecedes($1.state) }
        if ways.count > layerMax { ways.removeLast(ways.count - layerMax) }
    }
}

/// The way to one group of targets, any of which will do.
private struct Group {
    let targets: [RunTarget]
    /// By state: its targets. A state has one level.
    var targetsAt: [[UInt64]: [Int]] = [:]
    /// By level: the states that are targets.
    var targetStates: [Int: [[UInt64]]] = [:]
    var layers: [Layer]

    init(_ targets: [RunTarget], wordCount: Int) {
        self.targets = targets
        for (index, target) in targets.enumerated() {
            if targetsAt[target.state] == nil { targetStates[target.level, default: []].append(target.state) }
            targetsAt[target.state, default: []].append(index)
        }
        let deepest = targets.map(\.level).max() ?? 0
        layers = [Layer](repeating: Layer(wordCount: wordCount), count: deepest + 2)
    }
}

extension Worker {
    /// Goes through the stretches of a level that `counter` deals out, and collects the moves that end in a layer. Nil if
    /// the log cannot be read.
    mutating func waysOn(
        _ stretches: [Range<Int>], _ counter: UnsafeMutablePointer<UInt64>, _ filter: StateFilter, _ layers: [Layer]
    ) -> [WayOn]? {
        let log = level.log
        let wordCount = level.layout.wordCount
        let buffer = log.makeBuffer()
        defer { buffer.deallocate() }
        var expansion = Expansion(wordCount: wordCount, threadCount: level.analyses.model.threads.count)
        var ways: [WayOn] = []
        while true {
            let index = Int(cm_add(counter, 1))
            if index >= stretches.count { break }
            guard let records = log.read(stretches[index], buffer: buffer) else { return nil }
            for number in 0..<records.count {
                let state = read(records, number)
                engine.expand(state, into: &expansion)
                var steps: [WayOn.Step] = []
                for successor in 0..<expansion.count {
                    let mutable = expansion.words + successor * wordCount
                    let isOther = level.canonicalizer?.canonicalize(mutable, canonicalMemory!) ?? false
                    let words = UnsafePointer(mutable)
                    guard filter.mayContain(VisitedSet.hash(words, wordCount)),
                        layers.contains(where: { $0.row(of: words) != nil })
                    else { continue }
                    let move = expansion.moves[successor]
                    steps.append(
                        WayOn.Step(
                            move: move, state: Array(UnsafeBufferPointer(start: words, count: wordCount)),
                            thread: isOther ? renamed(Int(move.thread)) : Int(move.thread)))
                }
                if steps.isEmpty { continue }
                ways.append(WayOn(state: Array(UnsafeBufferPointer(start: state, count: wordCount)), steps: steps))
                if ways.count >= 2 * layerMax { WayOn.prune(&ways) }
            }
        }
        return ways
    }
}

extension Worker {
    /// What a thread is called in the state that was put into its canonical form last.
    func renamed(_ thread: Int) -> Int {
        guard let canonicalizer = level.canonicalizer, let memory = canonicalMemory else { return thread }
        return canonicalizer.thread(thread, memory.permutation(canonicalizer.elementCount))
    }
}

extension Explorer {
    /// One run for each group of targets; a group must not be empty.
    mutating func shortestRuns(to targetGroups: [[RunTarget]]) throws -> [Run] {
        var groups = targetGroups.map { Group($0, wordCount: wordCount) }
        let deepest = groups.map { $0.layers.count - 2 }.max() ?? -1
        let filter = StateFilter()
        for level in stride(from: deepest, through: 0, by: -1) { try sweep(level, &groups, filter) }
        var runs: [Run] = []
        for group in groups {
            var run = try readOff(group)
            let target = group.targets[run.target]
            if level.canonicalizer == nil {
                run.end = target.state
                run.last = target.last
            } else {
                run = try realRun(run, target)
            }
            try verify(run, target)
            runs.append(run)
        }
        return runs
    }

    /// Fills each group's layer of a level from that of the next.
    private mutating func sweep(_ level: Int, _ groups: inout [Group], _ filter: StateFilter) throws {
        let layers = groups.filter { level + 1 < $0.layers.count }.map { $0.layers[level + 1] }.filter { $0.count > 0 }
        var ways: [WayOn] = []
        if !layers.isEmpty {
            filter.clear()
            for layer in layers {
                layer.words.withUnsafeBufferPointer { words in
                    for index in 0..<layer.count {
                        filter.insert(VisitedSet.hash(words.baseAddress! + index * wordCount, wordCount))
                    }
                }
            }
            ways = try waysOn(level, filter, layers)
        }
        for index in groups.indices where level + 1 < groups[index].layers.count {
            addLayer(level, &groups[index], ways)
        }
    }

    /// All workers' ways from the states of a level, by state.
    private mutating func waysOn(_ number: Int, _ filter: StateFilter, _ layers: [Layer]) throws -> [WayOn] {
        let stretches = log.stretches(of: number)
        let counter = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        counter.initialize(to: 0)
        let participants = max(1, min(workerCount, stretches.count))
        let results = UnsafeMutablePointer<[WayOn]?>.allocate(capacity: participants)
        results.initialize(repeating: [], count: participants)
        defer {
            counter.deallocate()
            results.deinitialize(count: participants)
            results.deallocate()
        }
        let workers = workers
        team.run(participants) { results[$0] = workers[$0].waysOn(stretches, counter, filter, layers) }
        var ways: [WayOn] = []
        for index in 0..<participants {
            guard let found = results[index] else { throw InternalError("the log of the levels cannot be read") }
            ways += found
        }
        WayOn.prune(&ways)
        return ways
    }

    /// The rows of a group's layer: for the targets that are there and for the states that have a way on.
    private func addLayer(_ level: Int, _ group: inout Group, _ ways: [WayOn]) {
        var rest = (group.targetStates[level] ?? []).sorted { $0.lexicographicallyPrecedes($1) }[...]
        for way in ways {
            while let target = rest.first, target.lexicographicallyPrecedes(way.state) {
                addRow(target, level, &group, [])
                rest.removeFirst()
            }
            if rest.first == way.state { rest.removeFirst() }
            addRow(way.state, level, &group, way.steps)
        }
        for target in rest { addRow(target, level, &group, []) }
    }

    /// The state's row, if it leads to a target of the group.
    private func addRow(
        _ state: [UInt64], _ level: Int, _ group: inout Group, _ steps: [WayOn.Step]
    ) {
        let width = model.threads.count + 1
        var row = [UInt32](repeating: never, count: width)
        var isReached = false
        for index in group.targetsAt[state] ?? [] {
            let target = group.targets[index]
            let entry = target.last.map { Int($0.thread) } ?? width - 1
            row[entry] = min(row[entry], UInt32(min(target.rank, 0xffff)))
            isReached = true
        }
        for step in steps {
            guard let index = group.layers[level + 1].row(of: step.state) else { continue }
            let cost = cheapest(group.layers[level + 1], index, after: step.thread)
            row[Int(step.move.thread)] = min(row[Int(step.move.thread)], cost)
            isReached = true
        }
        if isReached { group.layers[level].append(state, costs: row) }
    }

    /// What it costs to go on from a state after a move of the thread; -1 for no move before.
    private func cheapest(_ layer: Layer, _ row: Int, after thread: Int) -> UInt32 {
        let width = model.threads.count + 1
        var best = never
        for entry in 0..<width {
            let cost = layer.costs[row * width + entry]
            if cost == never { continue }
            let isSwitch = thread >= 0 && entry != thread && entry != width - 1
            best = min(best, isSwitch ? cost + oneSwitch : cost)
        }
        return best
    }

    private func readOff(_ group: Group) throws -> Run {
        var best = (cost: never, initial: -1)
        for (index, initial) in initials.enumerated() {
            let state = representative(of: initial).state
            guard let row = group.layers[0].row(of: state) else { continue }
            let cost = cheapest(group.layers[0], row, after: -1)
            if cost < best.cost { best = (cost, index) }
        }
        guard best.initial >= 0 else { throw InternalError("no run leads to what was found") }
        var state = representative(of: initials[best.initial]).state
        var moves: [Move] = []
        var cost = best.cost
        var thread = -1
        var level = 0
        let ending = model.threads.count
        while true {
            let row = group.layers[level].row(of: state)!
            if group.layers[level].costs[row * (ending + 1) + ending] == cost,
                let target = target(of: group, at: state, last: nil, rank: cost)
            {
                return Run(initial: best.initial, moves: moves, target: target)
            }
            let options = movesOn(from: state, level, thread, cost, group)
            guard let choice = options.min(by: { ($0.move.thread, $0.move.choice) < ($1.move.thread, $1.move.choice) })
            else { throw InternalError("a run to what was found breaks off") }
            moves.append(choice.move)
            if let target = choice.target { return Run(initial: best.initial, moves: moves, target: target) }
            cost = choice.cost
            thread = choice.thread
            state = choice.state
            level += 1
        }
    }

    private func target(of group: Group, at state: [UInt64], last: Move?, rank: UInt32) -> Int? {
        group.targetsAt[state]?.first {
            group.targets[$0].last == last && UInt32(min(group.targets[$0].rank, 0xffff)) == rank
        }
    }

    /// The moves that keep to the cost.
    private func movesOn(
        from state: [UInt64], _ level: Int, _ thread: Int, _ cost: UInt32, _ group: Group
    ) -> [(move: Move, state: [UInt64], thread: Int, cost: UInt32, target: Int?)] {
        var found: [(move: Move, state: [UInt64], thread: Int, cost: UInt32, target: Int?)] = []
        func rest(_ move: Move) -> UInt32? {
            let price = thread >= 0 && Int(move.thread) != thread ? oneSwitch : 0
            return cost >= price ? cost - price : nil
        }
        for index in group.targetsAt[state] ?? [] {
            guard let last = group.targets[index].last, let left = rest(last) else { continue }
            if left == UInt32(min(group.targets[index].rank, 0xffff)) { found.append((last, [], Int(last.thread), 0, index)) }
        }
        var expansion = Expansion(wordCount: wordCount, threadCount: model.threads.count)
        interpreter.expand(state, into: &expansion)
        for index in 0..<expansion.count {
            let move = expansion.moves[index]
            let next = representative(
                of: Array(UnsafeBufferPointer(start: expansion.words + index * wordCount, count: wordCount)))
            let follower =
                next.permutation.isEmpty
                ? Int(move.thread) : self.level.canonicalizer!.thread(Int(move.thread), next.permutation)
            guard let left = rest(move),
                let row = group.layers[level + 1].row(of: next.state),
                cheapest(group.layers[level + 1], row, after: follower) == left
            else { continue }
            found.append((move, next.state, follower, left, nil))
        }
        return found
    }

    /// Executes the run once more, step by step. What does not come out the same is a fault of ours.
    private func verify(_ run: Run, _ target: RunTarget) throws {
        var state = initials[run.initial]
        for (index, move) in run.moves.enumerated() {
            guard let record = interpreter.record(state, move: move) else {
                throw InternalError("step \(index + 1) of the run cannot be executed again")
            }
            if index == run.moves.count - 1, target.last != nil {
                guard target.fails == (record.failure != nil) else {
                    throw InternalError("the last step of the run ends otherwise when executed again")
                }
                continue
            }
            guard record.failure == nil else {
                throw InternalError("step \(index + 1) of the run fails when executed again")
            }
            state = record.after
        }
        guard state == run.end else {
            throw InternalError("the run executed again ends in another state")
        }
    }
}
