/// What partial order reduction asks of a packed state: where each thread stands, and under which conditions a thread
/// that stands there may be taken alone. How that is found out is not known here; the interpreter's path looks it up in
/// `ReductionTables`, machine code has it written out.
public struct ReductionPlan: Sendable {
    /// Bits of a state.
    public struct Field: Sendable {
        public var word: Int
        public var shift: Int
        public var width: Int

        public init(word: Int, shift: Int, width: Int) {
            self.word = word
            self.shift = shift
            self.width = width
        }

        var mask: UInt64 { width >= 64 ? ~0 : (1 << UInt64(width)) - 1 }
    }

    /// A program point of a thread.
    public struct Point: Sendable {
        /// What tells its nodes apart.
        public var fields: [Field]
        /// By the values of the fields, the first in the lowest bits: the thread's node, or -1.
        public var nodes: [Int32]
        /// Its step is looked at with the states before and after it, so it may not be gone through.
        public var isWatched: Bool

        public init(fields: [Field], nodes: [Int32], isWatched: Bool) {
            self.fields = fields
            self.nodes = nodes
            self.isWatched = isWatched
        }
    }

    public struct Thread: Sendable {
        /// The program point: 0 if the thread has ended, else one more than the index into `points`.
        public var position: Field
        public var points: [Point]
        public var nodeCount: Int

        public init(position: Field, points: [Point], nodeCount: Int) {
            self.position = position
            self.points = points
            self.nodeCount = nodeCount
        }
    }

    public struct Test: Sendable {
        public var field: Field
        /// Bit n: the packed value n will do.
        public var values: UInt64

        public init(field: Field, values: UInt64) {
            self.field = field
            self.values = values
        }
    }

    /// A counter that has to hold enough for all that other threads may take off it.
    public struct Count: Sendable {
        public var field: Field
        /// The packed value has to be as large as this, and larger by each debit.
        public var least: Int64
        /// By thread, by node: how much the thread may take off from there.
        public var debits: [[UInt8]]

        public init(field: Field, least: Int64, debits: [[UInt8]]) {
            self.field = field
            self.least = least
            self.debits = debits
        }
    }

    /// A thread may be taken alone if the tests hold, the counters do, and no other stands at one of these nodes.
    public struct Rule: Sendable {
        public var tests: [Test]
        public var counts: [Count]
        /// By thread: nodes of it.
        public var disturbing: [[Int32]]

        public init(tests: [Test], counts: [Count], disturbing: [[Int32]]) {
            self.tests = tests
            self.counts = counts
            self.disturbing = disturbing
        }
    }

    public var threads: [Thread]
    /// By thread, by node.
    public var rules: [[[Rule]]]
    /// Properties that end a run where they are false: such a state is not gone through.
    public var constraints: [Int]
    /// A step of one thread may put another elsewhere: it starts a callback.
    public var movesOthers: Bool

    /// So many states are gone through for one that is stored, at most. Not for what they cost: it bounds the room that
    /// the successors of one state may take.
    static let passesMax = 128
    /// Nodes of all threads. More are not worth it.
    public static let nodesMax = 8_000

    public init(threads: [Thread], rules: [[[Rule]]], constraints: [Int], movesOthers: Bool) {
        self.threads = threads
        self.rules = rules
        self.constraints = constraints
        self.movesOthers = movesOthers
    }

    /// Where each thread's nodes begin in a row of bits in which no thread lies across two words if it has room in one.
    var bitStarts: [Int] {
        var next = 0
        return threads.map { thread in
            if next & 63 != 0, (next & 63) + thread.nodeCount > 64 { next = (next + 63) & ~63 }
            defer { next += thread.nodeCount }
            return next
        }
    }

    /// Words of that row.
    var bitWords: Int { max(1, ((bitStarts.last ?? 0) + (threads.last?.nodeCount ?? 0) + 63) / 64) }

    /// A rule's nodes as such a row.
    func row(_ rule: Rule) -> [UInt64] { row { thread in rule.disturbing[thread].map(Int.init) } }

    /// A counter's debits as such rows: bit n of a node's debit is its bit in row n.
    func rows(_ count: Count) -> [[UInt64]] {
        let width = 8 - (count.debits.joined().reduce(0) { $0 | $1 }).leadingZeroBitCount
        return (0..<width).map { bit in
            row { thread in count.debits[thread].indices.filter { count.debits[thread][$0] >> UInt8(bit) & 1 != 0 } }
        }
    }

    private func row(_ nodes: (_ thread: Int) -> [Int]) -> [UInt64] {
        var row = [UInt64](repeating: 0, count: bitWords)
        for (thread, start) in bitStarts.enumerated() {
            for node in nodes(thread) {
                let bit = start + node
                row[bit >> 6] |= 1 << UInt64(bit & 63)
            }
        }
        return row
    }
}

/// How much of a reduction an expansion makes use of.
public struct ReductionUse: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Where one thread may be taken alone, it is.
    public static let picks = ReductionUse(rawValue: 1)
    /// States in which the thread that came to them may be taken alone are gone through, and are no successors.
    public static let passes = ReductionUse(rawValue: 2)
}
