/// A set of small numbers.
struct BitSet: Equatable {
    private(set) var words: [UInt64]

    init(count: Int, full: Bool = false) {
        words = [UInt64](repeating: full ? ~0 : 0, count: (count + 63) / 64)
    }

    mutating func insert(_ member: Int) { words[member >> 6] |= 1 << UInt64(member & 63) }
    mutating func remove(_ member: Int) { words[member >> 6] &= ~(1 << UInt64(member & 63)) }
    func contains(_ member: Int) -> Bool { words[member >> 6] >> UInt64(member & 63) & 1 != 0 }

    mutating func formUnion(_ other: BitSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func formIntersection(_ other: BitSet) {
        for index in words.indices { words[index] &= other.words[index] }
    }
}

/// Which registers still matter at each step's beginning. The others are no part of the state, so two runs that differ
/// only in what nobody will read again meet in one state.
///
/// Classical backward liveness over the control flow graph. Reading one element of an array makes all of it live; an
/// element is dead where it is overwritten by name, not where some element is overwritten by index.
public struct Liveness: Sendable {
    /// By step: the registers live when it begins, ascending.
    public let steps: [[Register]]
    /// What is live before the first instruction: parts of arrays that are read before they are written. Such registers
    /// start as zero.
    public let entry: [Register]

    /// `keepsDead` is for comparison: whatever is live anywhere counts as live everywhere.
    public init(_ code: Code, keepsDead: Bool = false) {
        let count = code.registers.count
        let liveIn = Self.liveBefore(code)
        func members(_ set: BitSet) -> [Register] { (0..<count).filter { set.contains($0) } }
        var steps = [[Register]](repeating: [], count: code.steps.count)
        for (index, instruction) in code.instructions.enumerated() {
            if case .step(let step) = instruction.operation { steps[step] = members(liveIn[index]) }
        }
        if keepsDead {
            let all = Set(steps.joined()).sorted()
            self.steps = steps.map { _ in all }
            entry = all
        } else {
            self.steps = steps
            entry = liveIn.first.map(members) ?? []
        }
    }

    /// By instruction: the registers live before it.
    static func liveBefore(_ code: Code) -> [BitSet] {
        let uses = code.instructions.map { RegisterUse($0.operation) }
        let count = code.registers.count
        var liveIn = [BitSet](repeating: BitSet(count: count), count: code.instructions.count)
        var changed = true
        while changed {
            changed = false
            for index in code.instructions.indices.reversed() {
                var live = BitSet(count: count)
                for next in code.successors(of: index) where next < liveIn.count { live.formUnion(liveIn[next]) }
                for register in uses[index].writes { live.remove(register) }
                for register in uses[index].reads {
                    for member in code.arrayMembers(of: register) { live.insert(member) }
                }
                if let array = uses[index].readsArray {
                    for member in code.arrayMembers(of: array) { live.insert(member) }
                }
                if live != liveIn[index] {
                    liveIn[index] = live
                    changed = true
                }
            }
        }
        return liveIn
    }
}

extension Model {
    /// The liveness of every class, in order.
    public func liveness(keepsDead: Bool = false) -> [Liveness] {
        classes.map { Liveness($0.code, keepsDead: keepsDead) }
    }
}
