/// A lock class as an acquisition names it: lockdep keeps the subclasses of `_nested` forms apart.
public struct LockNode: Hashable, Sendable {
    public var lockClass: Int
    public var subclass: Int

    public init(lockClass: Int, subclass: Int) {
        self.lockClass = lockClass
        self.subclass = subclass
    }
}

/// Which locks a thread may hold at each of its acquisitions: a forward may-analysis over the control flow graph.
///
/// For each node it bounds from above how many locks of it are held. A release takes one off only where it is certain
/// which node it is of; a count that has reached the bound stays there. So no lock that may be held is missing.
public struct HeldLocks: Sendable {
    private static let countMax: UInt8 = 3

    /// One `.acquired` that may wait.
    public struct Acquisition: Sendable {
        public var instruction: Int
        public var step: Int
        public var use: LockUse
        /// Index into `Model.locks`.
        public var locks: [Int]
        /// Indices into `nodes`: what may be held then.
        public var held: [Int]
        /// By lock: the subclasses under which it may have been taken, if it is held then.
        public var subclasses: [Set<Int>]
    }

    public let acquisitions: [Acquisition]

    /// `nodes` are all that the model's acquisitions name.
    public init(model: Model, code: Code, pointsTo: PointsTo, nodes: [LockNode: Int]) {
        let steps = code.stepsContaining()
        func locks(_ operand: Operand) -> [Int] {
            let cells = pointsTo.cells(operand)
            return model.locks.indices.filter { cells.contains(model.locks[$0].firstCell) }
        }
        var before = [[UInt8]?](repeating: nil, count: code.instructions.count)
        var work: [Int] = []
        if !code.instructions.isEmpty {
            before[0] = [UInt8](repeating: 0, count: nodes.count)
            work = [0]
        }
        while let index = work.popLast() {
            var counts = before[index]!
            switch code.instructions[index].operation {
            case .acquired(let operand, let use):
                for lockClass in Set(locks(operand).map { model.locks[$0].lockClass }) {
                    guard let node = nodes[LockNode(lockClass: lockClass, subclass: use.subclass)] else { continue }
                    counts[node] = min(Self.countMax, counts[node] + 1)
                }
            case .released(let operand):
                Self.release(Set(locks(operand).map { model.locks[$0].lockClass }), nodes, &counts)
            default:
                break
            }
            for next in code.successors(of: index) where next < before.count {
                guard let known = before[next] else {
                    before[next] = counts
                    work.append(next)
                    continue
                }
                let merged = zip(known, counts).map { max($0, $1) }
                if merged != known {
                    before[next] = merged
                    work.append(next)
                }
            }
        }
        let taken = Self.subclasses(code, locks, model.locks.count)
        var acquisitions: [Acquisition] = []
        for (index, instruction) in code.instructions.enumerated() {
            guard case .acquired(let operand, let use) = instruction.operation, !use.isTry,
                let counts = before[index]
            else { continue }
            for step in steps[index].sorted() {
                acquisitions.append(
                    Acquisition(
                        instruction: index, step: step, use: use, locks: locks(operand),
                        held: counts.indices.filter { counts[$0] > 0 }, subclasses: taken[index]))
            }
        }
        self.acquisitions = acquisitions
    }

    /// By instruction, by lock: the subclasses under which the lock may have been taken since it was last surely released.
    private static func subclasses(_ code: Code, _ locks: (Operand) -> [Int], _ count: Int) -> [[Set<Int>]] {
        let nothing = [Set<Int>](repeating: [], count: count)
        var before = [[Set<Int>]](repeating: nothing, count: code.instructions.count)
        var isReached = [Bool](repeating: false, count: code.instructions.count)
        var work = code.instructions.isEmpty ? [] : [0]
        if !work.isEmpty { isReached[0] = true }
        while let index = work.popLast() {
            var after = before[index]
            switch code.instructions[index].operation {
            case .acquired(let operand, let use):
                for lock in locks(operand) { after[lock].insert(use.subclass) }
            case .released(let operand):
                let released = locks(operand)
                if released.count == 1 { after[released[0]] = [] }
            default: break
            }
            for next in code.successors(of: index) where next < before.count {
                let merged = zip(before[next], after).map { $0.union($1) }
                if merged != before[next] || !isReached[next] {
                    before[next] = merged
                    isReached[next] = true
                    work.append(next)
                }
            }
        }
        return before
    }

    private static func release(_ classes: Set<Int>, _ nodes: [LockNode: Int], _ counts: inout [UInt8]) {
        guard classes.count == 1, let lockClass = classes.first else { return }
        let held = nodes.filter { $0.key.lockClass == lockClass && counts[$0.value] > 0 }
        guard held.count == 1, let node = held.first?.value, counts[node] < countMax else { return }
        counts[node] -= 1
    }

    /// The nodes of all acquisitions of a model, numbered.
    public static func nodes(of model: Model, _ access: AccessSets) -> [LockNode: Int] {
        var found: Set<LockNode> = []
        for (thread, info) in model.threads.enumerated() {
            for instruction in model.classes[info.threadClass].code.instructions {
                guard case .acquired(let operand, let use) = instruction.operation else { continue }
                let cells = access.pointsTo[thread].cells(operand)
                for lock in model.locks where cells.contains(lock.firstCell) {
                    found.insert(LockNode(lockClass: lock.lockClass, subclass: use.subclass))
                }
            }
        }
        let sorted = found.sorted { ($0.lockClass, $0.subclass) < ($1.lockClass, $1.subclass) }
        return Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    }
}
