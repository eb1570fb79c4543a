// Lock-order inversion, lockdep's way (Documentation/locking/lockdep-design.rst): by class of lock, and though no run of
// the model may deadlock.
//
// The nodes are lock classes with their subclass. Taking B while A is held draws A -> B; a trylock draws no edge to what
// it takes, but is held like any other lock. A cycle is an inversion unless somewhere on it a recursive read (an
// rwlock's) is followed by an edge from a read hold, which that read does not wait for. Two locks of one class nested in
// one another are an inversion by themselves.
//
// A dataflow analysis first finds the edges that could exist (`HeldLocks`). Only edges on a cycle of that graph are
// looked for in the search, by comparing who holds what before and after a step; the first sight of each is kept, so
// that both runs can be shown. Nothing is missed, as the static graph has every edge that a run can draw.

import Execution
import Program

/// One lock taken under another, as it was first seen.
struct LockEdge {
    var from: Int
    var to: Int
    /// The lock that was held was held for reading.
    var isHeldShared: Bool
    /// It was taken by a recursive read.
    var isRecursiveRead: Bool
    /// Indices into `Model.locks`.
    var heldLock: Int
    var takenLock: Int
    /// The smallest state of the first level from which a step draws it.
    var state: [UInt64]
    var level: Int
    var move: Move
    var step: Int
}

struct LockOrderWatch {
    let nodes: [LockNode]
    private(set) var edges: [LockEdge] = []
    /// Those of the level that is expanded, by key.
    private var fresh: [Int: LockEdge] = [:]
    let isNeeded: Bool

    private let model: Model
    var view: StateView
    /// What is still to be looked for.
    private var plan: WatchPlan
    /// By from, to, held shared, recursive read.
    private var isKnown: [Bool]
    private let nodeNumbers: [LockNode: Int]

    init(model: Model, access: AccessSets, view: StateView) {
        self.model = model
        self.view = view
        let numbers = model.locks.isEmpty ? [:] : HeldLocks.nodes(of: model, access)
        nodeNumbers = numbers
        nodes = numbers.sorted { $0.value < $1.value }.map(\.key)
        let held = model.threads.indices.map { thread in
            numbers.isEmpty
                ? []
                : HeldLocks(
                    model: model, code: model.classes[model.threads[thread].threadClass].code,
                    pointsTo: access.pointsTo[thread], nodes: numbers
                ).acquisitions
        }
        let cyclic = Self.cyclicEdges(model, held, numbers)
        var watched = model.threads.map { thread in
            [[HeldLocks.Acquisition]](
                repeating: [], count: model.classes[thread.threadClass].code.steps.count)
        }
        for thread in held.indices {
            for acquisition in held[thread] {
                let draws = Self.targets(acquisition, model, numbers).contains { to in
                    acquisition.held.contains { cyclic[$0 * numbers.count + to] }
                }
                if draws { watched[thread][acquisition.step].append(acquisition) }
            }
        }
        plan = WatchPlan(model: model, watched: watched)
        isNeeded = watched.contains { $0.contains { !$0.isEmpty } }
        isKnown = [Bool](repeating: false, count: numbers.count * numbers.count * 4)
    }

    /// By thread, by step: whether it may draw an edge that is still looked for.
    var watchedSteps: [[Bool]] { plan.watched.map { $0.map { !$0.isEmpty } } }

    /// The nodes that an acquisition may take.
    private static func targets(
        _ acquisition: HeldLocks.Acquisition, _ model: Model, _ numbers: [LockNode: Int]
    ) -> Set<Int> {
        Set(
            acquisition.locks.compactMap {
                numbers[LockNode(lockClass: model.locks[$0].lockClass, subclass: acquisition.use.subclass)]
            })
    }

    /// By from * count + to: the static edges that lie on a cycle.
    private static func cyclicEdges(
        _ model: Model, _ held: [[HeldLocks.Acquisition]], _ numbers: [LockNode: Int]
    ) -> [Bool] {
        let count = numbers.count
        var edges = [Bool](repeating: false, count: count * count)
        for acquisition in held.joined() {
            for to in targets(acquisition, model, numbers) {
                for from in acquisition.held { edges[from * count + to] = true }
            }
        }
        var reaches = edges
        for middle in 0..<count {
            for from in 0..<count where reaches[from * count + middle] {
                for to in 0..<count where reaches[middle * count + to] { reaches[from * count + to] = true }
            }
        }
        return edges.indices.map { edges[$0] && reaches[($0 % count) * count + $0 / count] }
    }

    /// Looks at the steps taken from a state.
    mutating func judge(_ batch: borrowing StepBatch, _ index: Int, state: UnsafePointer<UInt64>, level: Int) {
        guard plan.isOfInterest(state, view) else { return }
        let first = Int(batch.states[index].first)
        for successor in first..<first + Int(batch.states[index].count) {
            let move = batch.moves[successor]
            let step = plan.step(of: Int(move.thread), state, view)
            if plan.watched[Int(move.thread)][step].isEmpty { continue }
            let after = UnsafePointer(batch.words + successor * batch.wordCount)
            note(move, step: step, before: state, after: after, wordCount: batch.wordCount, level: level)
        }
    }

    /// The same for one step of a single run.
    mutating func judge(_ move: Move, before: [UInt64], after: [UInt64], level: Int) {
        let step = plan.step(of: Int(move.thread), before, view)
        guard step >= 0, !plan.watched[Int(move.thread)][step].isEmpty else { return }
        note(move, step: step, before: before, after: after, wordCount: before.count, level: level)
    }

    private func holds(_ thread: Int, _ lock: LockPlace, _ state: UnsafePointer<UInt64>) -> (writes: Bool, reads: Int64) {
        let reader = thread < lock.readerCells.count ? lock.readerCells[thread] : 0
        return (
            lock.ownerCell != 0 && view.value(lock.ownerCell, state) == Int64(thread + 1),
            reader == 0 ? 0 : view.value(reader, state)
        )
    }

    @inline(never)
    private mutating func note(
        _ move: Move, step: Int, before: UnsafePointer<UInt64>, after: UnsafePointer<UInt64>, wordCount: Int,
        level: Int
    ) {
        let thread = Int(move.thread)
        for (taken, lock) in model.locks.enumerated() {
            let was = holds(thread, lock, before)
            let now = holds(thread, lock, after)
            // Downgrading is no acquisition.
            guard !was.writes, now.writes || now.reads > was.reads else { continue }
            for acquisition in plan.watched[thread][step] where acquisition.locks.contains(taken) {
                let key = LockNode(lockClass: lock.lockClass, subclass: acquisition.use.subclass)
                guard let to = nodeNumbers[key] else { continue }
                let isRecursiveRead = !now.writes && lock.kind == .rwlock
                for (held, other) in model.locks.enumerated() where held != taken {
                    let holding = holds(thread, other, before)
                    guard holding.writes || holding.reads > 0 else { continue }
                    // Where the analysis cannot tell under which subclass it was taken, nothing is said.
                    let subclasses = acquisition.subclasses[held]
                    guard subclasses.count == 1, let subclass = subclasses.first,
                        let from = nodeNumbers[LockNode(lockClass: other.lockClass, subclass: subclass)],
                        acquisition.held.contains(from)
                    else { continue }
                    let key = edgeKey(from, to, isHeldShared: !holding.writes, isRecursiveRead: isRecursiveRead)
                    if isKnown[key] { continue }
                    if let known = fresh[key], !comesBefore(before, known.state) { continue }
                    fresh[key] = LockEdge(
                        from: from, to: to, isHeldShared: !holding.writes, isRecursiveRead: isRecursiveRead,
                        heldLock: held, takenLock: taken,
                        state: Array(UnsafeBufferPointer(start: before, count: wordCount)), level: level,
                        move: move, step: step)
                }
            }
        }
    }

    private func edgeKey(_ from: Int, _ to: Int, isHeldShared: Bool, isRecursiveRead: Bool) -> Int {
        (from * nodes.count + to) * 4 + (isHeldShared ? 2 : 0) + (isRecursiveRead ? 1 : 0)
    }

    /// Takes in what another worker saw in this level.
    mutating func merge(_ other: LockOrderWatch) {
        for (key, edge) in other.fresh {
            if let known = fresh[key], !edge.state.lexicographicallyPrecedes(known.state) { continue }
            fresh[key] = edge
        }
    }

    /// The level is complete: what it showed is known from now on.
    mutating func settleLevel() {
        if fresh.isEmpty { return }
        let ordered = fresh.sorted {
            $0.value.state == $1.value.state
                ? $0.key < $1.key : $0.value.state.lexicographicallyPrecedes($1.value.state)
        }
        for (key, edge) in ordered {
            isKnown[key] = true
            edges.append(edge)
        }
        fresh = [:]
        plan = WatchPlan(
            model: model, watched: plan.watched.map { $0.map { $0.filter(mayDrawMore) } })
    }

    /// Whether there is an edge that the acquisition may draw and nobody has drawn.
    private func mayDrawMore(_ acquisition: HeldLocks.Acquisition) -> Bool {
        let exclusive: Set<LockPlace.Kind> = [.spinlock, .mutex]
        for lock in acquisition.locks.map({ model.locks[$0] }) {
            let key = LockNode(lockClass: lock.lockClass, subclass: acquisition.use.subclass)
            guard let to = nodeNumbers[key] else { continue }
            for from in acquisition.held {
                let kinds = model.locks.filter { $0.lockClass == nodes[from].lockClass }.map(\.kind)
                for isShared in kinds.allSatisfy(exclusive.contains) ? [false] : [false, true] {
                    for isRecursive in lock.kind == .rwlock ? [false, true] : [false]
                    where !isKnown[edgeKey(from, to, isHeldShared: isShared, isRecursiveRead: isRecursive)] {
                        return true
                    }
                }
            }
        }
        return false
    }

    /// Forgets what a level showed that is not complete.
    mutating func dropLevel() { fresh = [:] }
}
