// The run that is shown: a shortest one and, among those, one with the fewest switches between threads.
//
// No state keeps its parent. The levels are searched backwards instead: a state of level n lies on a shortest run to the
// target if one of its successors is a state of level n + 1 that does. Along the way dynamic programming yields, for each
// such state and each thread that may move first, the fewest switches from there on; then the run is read off forwards,
// at each state the first move (by thread, by choice) that keeps to that number. This is the back-search over a stored
// frontier of Murphi and TLC, which re-expand instead of storing, with the cost carried along.
//
// Holds as levels are exact distances, so a run of n steps to a state of level n passes through every level once.

import Execution
import Program

/// Where a run is to end: in a state, or with a step from it that fails or is of interest.
struct RunTarget {
    var state: Int
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
}

/// The states of one level from which a target is reached, with what it costs.
private struct Layer {
    /// Ascending.
    var states: [Int] = []
    /// Per state a row: by thread that moves first, the switches from here on and the target's rank; one more entry for
    /// ending here.
    var costs: [UInt32] = []

    func row(of state: Int) -> Int? {
        var low = 0
        var high = states.count
        while low < high {
            let middle = (low + high) / 2
            if states[middle] < state { low = middle + 1 } else { high = middle }
        }
        return low < states.count && states[low] == state ? low : nil
    }
}

private let never = UInt32.max
private let oneSwitch: UInt32 = 1 << 16
/// States kept per level. A finding that more states lead to than this may be shown with more switches than needed.
private let layerMax = 1 << 16

/// What may be in a layer, at one look: a bit per hash.
private struct Filter: ~Copyable {
    private let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: 1 << 12)

    init() { bits.initialize(repeating: 0, count: 1 << 12) }
    deinit { bits.deallocate() }

    func clear() { bits.update(repeating: 0, count: 1 << 12) }
    func insert(_ hash: UInt64) { bits[Int(hash >> 6 & 0xfff)] |= 1 << (hash & 63) }
    @inline(__always)
    func mayContain(_ hash: UInt64) -> Bool { bits[Int(hash >> 6 & 0xfff)] >> (hash & 63) & 1 != 0 }
}

/// The way to one group of targets, any of which will do.
private struct Group {
    let targets: [RunTarget]
    /// By state: its targets.
    var targetsAt: [Int: [Int]] = [:]
    /// By level: the states that are targets, ascending.
    var targetStates: [Int: [Int]] = [:]
    var layers: [Layer]

    init(_ targets: [RunTarget], levels: [Int]) {
        self.targets = targets
        for (index, target) in targets.enumerated() {
            if targetsAt[target.state] == nil { targetStates[levels[index], default: []].append(target.state) }
            targetsAt[target.state, default: []].append(index)
        }
        for level in targetStates.keys { targetStates[level]!.sort() }
        layers = [Layer](repeating: Layer(), count: (levels.max() ?? 0) + 2)
    }
}

extension Explorer {
    /// One run for each group of targets; a group must not be empty.
    mutating func shortestRuns(to targetGroups: [[RunTarget]]) throws -> [Run] {
        var groups = targetGroups.map { targets in Group(targets, levels: targets.map { level(of: $0.state) }) }
        let deepest = groups.map { $0.layers.count - 2 }.max() ?? -1
        let filter = Filter()
        for level in stride(from: deepest, through: 0, by: -1) {
            sweep(level, &groups, filter)
        }
        var runs: [Run] = []
        for group in groups {
            let run = try readOff(group)
            try verify(run, group.targets[run.target])
            runs.append(run)
        }
        return runs
    }

    /// Fills each group's layer of a level from that of the next.
    private mutating func sweep(_ level: Int, _ groups: inout [Group], _ filter: borrowing Filter) {
        filter.clear()
        var isExpanding = false
        for group in groups where level + 1 < group.layers.count {
            for state in group.layers[level + 1].states {
                filter.insert(VisitedSet.hash(store.state(state), wordCount))
                isExpanding = true
            }
        }
        if !isExpanding {
            for index in groups.indices {
                for state in groups[index].targetStates[level] ?? [] { addRow(state, level, &groups[index], []) }
            }
            return
        }
        let end = level + 1 < levels.count ? levels[level + 1] : store.count
        var droppedIndex = firstDropped(from: levels[level])
        // By group: the next target state of this level.
        var nextTarget = [Int](repeating: 0, count: groups.count)
        var steps: [(move: Move, state: Int)] = []
        for number in levels[level]..<end {
            let isDropped = droppedIndex < dropped.count && dropped[droppedIndex] == number
            if isDropped { droppedIndex += 1 }
            steps.removeAll(keepingCapacity: true)
            if !isDropped { collectSteps(from: number, filter, into: &steps) }
            for index in groups.indices {
                guard level + 1 < groups[index].layers.count else { continue }
                var isTarget = false
                if let targets = groups[index].targetStates[level], nextTarget[index] < targets.count,
                    targets[nextTarget[index]] == number
                {
                    nextTarget[index] += 1
                    isTarget = true
                }
                if isTarget || !steps.isEmpty { addRow(number, level, &groups[index], steps) }
            }
        }
    }

    /// The moves from a state whose ends may lie in a layer.
    private mutating func collectSteps(
        from number: Int, _ filter: borrowing Filter, into steps: inout [(move: Move, state: Int)]
    ) {
        interpreter.expand(store.state(number), into: &expansion)
        let words = UnsafePointer(expansion.words)
        for index in 0..<expansion.count {
            let state = words + index * wordCount
            let hash = VisitedSet.hash(state, wordCount)
            guard filter.mayContain(hash), let next = store.find(state, hash: hash) else { continue }
            steps.append((expansion.moves[index], next))
        }
    }

    /// The state's row, if it leads to a target of the group.
    private func addRow(_ state: Int, _ level: Int, _ group: inout Group, _ steps: [(move: Move, state: Int)]) {
        let width = model.threads.count + 1
        var row = [UInt32](repeating: never, count: width)
        var isReached = false
        for index in group.targetsAt[state] ?? [] {
            let target = group.targets[index]
            let entry = target.last.map { Int($0.thread) } ?? width - 1
            row[entry] = min(row[entry], UInt32(min(target.rank, 0xffff)))
            isReached = true
        }
        for (move, next) in steps {
            guard let index = group.layers[level + 1].row(of: next) else { continue }
            let cost = cheapest(group.layers[level + 1], index, after: Int(move.thread))
            row[Int(move.thread)] = min(row[Int(move.thread)], cost)
            isReached = true
        }
        guard isReached, group.layers[level].states.count < layerMax || group.targetsAt[state] != nil else { return }
        group.layers[level].states.append(state)
        group.layers[level].costs += row
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

    private mutating func readOff(_ group: Group) throws -> Run {
        var best = (cost: never, initial: -1)
        for (index, state) in initials.enumerated() {
            guard let row = group.layers[0].row(of: state) else { continue }
            let cost = cheapest(group.layers[0], row, after: -1)
            if cost < best.cost { best = (cost, index) }
        }
        guard best.initial >= 0 else { throw InternalError("no run leads to what was found") }
        var state = initials[best.initial]
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
            thread = Int(choice.move.thread)
            state = choice.state
            level += 1
        }
    }

    private func target(of group: Group, at state: Int, last: Move?, rank: UInt32) -> Int? {
        group.targetsAt[state]?.first {
            group.targets[$0].last == last && UInt32(min(group.targets[$0].rank, 0xffff)) == rank
        }
    }

    /// The moves that keep to the cost.
    private mutating func movesOn(
        from state: Int, _ level: Int, _ thread: Int, _ cost: UInt32, _ group: Group
    ) -> [(move: Move, state: Int, cost: UInt32, target: Int?)] {
        var found: [(move: Move, state: Int, cost: UInt32, target: Int?)] = []
        func rest(_ move: Move) -> UInt32? {
            let price = thread >= 0 && Int(move.thread) != thread ? oneSwitch : 0
            return cost >= price ? cost - price : nil
        }
        for index in group.targetsAt[state] ?? [] {
            guard let last = group.targets[index].last, let left = rest(last) else { continue }
            if left == UInt32(min(group.targets[index].rank, 0xffff)) { found.append((last, -1, 0, index)) }
        }
        interpreter.expand(store.state(state), into: &expansion)
        for index in 0..<expansion.count {
            let move = expansion.moves[index]
            let words = UnsafePointer(expansion.words + index * wordCount)
            guard let left = rest(move),
                let next = store.find(words, hash: VisitedSet.hash(words, wordCount)),
                let row = group.layers[level + 1].row(of: next),
                cheapest(group.layers[level + 1], row, after: Int(move.thread)) == left
            else { continue }
            found.append((move, next, left, nil))
        }
        return found
    }

    /// Executes the run once more, step by step. What does not come out the same is a fault of ours.
    private func verify(_ run: Run, _ target: RunTarget) throws {
        var state = words(of: initials[run.initial])
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
        guard state == words(of: target.state) else {
            throw InternalError("the run executed again ends in another state")
        }
    }

    func words(of number: Int) -> [UInt64] {
        Array(UnsafeBufferPointer(start: store.state(number), count: wordCount))
    }
}
