// A reduction's plan as tables over packed states: what is asked in every state is shifts, masks and bit tests. Nothing
// in it changes, so that any number of threads may use it at once.

/// Answers for packed states.
public final class ReductionTables: @unchecked Sendable {
    private struct Field {
        private var word: Int
        private var shift: UInt64
        private var mask: UInt64

        init(_ field: ReductionPlan.Field) {
            word = field.word
            shift = UInt64(field.shift)
            mask = field.mask
        }

        @inline(__always)
        func value(_ state: UnsafePointer<UInt64>) -> UInt64 { (state[word] &>> shift) & mask }
    }

    private struct NodeField {
        var field: Field
        /// Where the value goes in the number by which a node is looked up.
        var place: UInt64
    }

    private struct Point {
        var fields: Range<Int>
        var nodes: Int
        var isWatched: Bool
    }

    private struct Thread {
        var position: Field
        var points: Int
        /// Where its nodes begin, in the row of bits.
        var firstBit: Int32
        var isWatched: Bool
    }

    private struct Test {
        var field: Field
        var values: UInt64
    }

    private struct Count {
        var field: Field
        var least: Int64
        /// Where the words of its first row begin in `rows`, and how many rows follow.
        var row: Int
        var rowCount: Int
    }

    private struct Rule {
        var tests: Range<Int>
        var counts: Range<Int>
        /// Where its words begin in `rows`.
        var row: Int
    }

    /// Where threads stand in a state: filled by `find`.
    public struct Places: ~Copyable {
        /// By thread: its bit in the row, -1 if it has ended.
        let bits: UnsafeMutablePointer<Int32>
        let row: UnsafeMutablePointer<UInt64>

        deinit {
            bits.deallocate()
            row.deallocate()
        }
    }

    public let plan: ReductionPlan
    public let threadCount: Int
    private let rowWords: Int
    private let threads: UnsafeMutablePointer<Thread>
    private let points: UnsafeMutablePointer<Point>
    private let fields: UnsafeMutablePointer<NodeField>
    private let nodes: UnsafeMutablePointer<Int32>
    /// By bit of the row.
    private let rulesOfBit: UnsafeMutablePointer<Range<Int32>>
    private let rules: UnsafeMutablePointer<Rule>
    private let tests: UnsafeMutablePointer<Test>
    private let counts: UnsafeMutablePointer<Count>
    private let rows: UnsafeMutablePointer<UInt64>

    public init(_ plan: ReductionPlan) {
        var threads: [Thread] = []
        var points: [Point] = []
        var fields: [NodeField] = []
        var nodes: [Int32] = []
        let starts = plan.bitStarts
        for (number, thread) in plan.threads.enumerated() {
            threads.append(
                Thread(
                    position: Field(thread.position), points: points.count, firstBit: Int32(starts[number]),
                    isWatched: thread.points.contains(where: \.isWatched)))
            for point in thread.points {
                let first = fields.count
                var place: UInt64 = 0
                for field in point.fields {
                    fields.append(NodeField(field: Field(field), place: place))
                    place += UInt64(field.width)
                }
                points.append(Point(fields: first..<fields.count, nodes: nodes.count, isWatched: point.isWatched))
                nodes += point.nodes
            }
        }
        let rowWords = plan.bitWords
        var rulesOfBit = [Range<Int32>](repeating: 0..<0, count: 64 * rowWords)
        var rules: [Rule] = []
        var tests: [Test] = []
        var counts: [Count] = []
        var rows: [UInt64] = []
        for thread in plan.threads.indices {
            for (node, list) in plan.rules[thread].enumerated() {
                let first = Int32(rules.count)
                for rule in list {
                    let firstTest = tests.count
                    for test in rule.tests {
                        tests.append(Test(field: Field(test.field), values: test.values))
                    }
                    let firstCount = counts.count
                    for count in rule.counts {
                        let debits = plan.rows(count)
                        counts.append(
                            Count(
                                field: Field(count.field), least: count.least, row: rows.count, rowCount: debits.count))
                        rows += debits.joined()
                    }
                    rules.append(
                        Rule(
                            tests: firstTest..<tests.count, counts: firstCount..<counts.count, row: rows.count))
                    rows += plan.row(rule)
                }
                rulesOfBit[starts[thread] + node] = first..<Int32(rules.count)
            }
        }
        self.plan = plan
        threadCount = threads.count
        self.rowWords = rowWords
        self.threads = Self.own(threads)
        self.points = Self.own(points)
        self.fields = Self.own(fields)
        self.nodes = Self.own(nodes)
        self.rulesOfBit = Self.own(rulesOfBit)
        self.rules = Self.own(rules)
        self.tests = Self.own(tests)
        self.counts = Self.own(counts)
        self.rows = Self.own(rows)
    }

    deinit {
        threads.deallocate()
        points.deallocate()
        fields.deallocate()
        nodes.deallocate()
        rulesOfBit.deallocate()
        rules.deallocate()
        tests.deallocate()
        counts.deallocate()
        rows.deallocate()
    }

    private static func own<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        pointer.initialize(from: elements, count: elements.count)
        return pointer
    }

    public func makePlaces() -> Places {
        Places(bits: .allocate(capacity: max(1, threadCount)), row: .allocate(capacity: rowWords))
    }

    // MARK: Where threads stand

    @inline(__always)
    private func position(_ thread: Int, _ state: UnsafePointer<UInt64>) -> Int {
        let info = threads + thread
        return Int(truncatingIfNeeded: info.pointee.position.value(state))
    }

    /// A thread's node in a state; -1 if the analysis did not foresee where it stands, -2 if it has ended.
    @inline(__always)
    public func node(of thread: Int, in state: UnsafePointer<UInt64>) -> Int32 {
        let position = position(thread, state)
        if position == 0 { return -2 }
        let point = points + (threads[thread].points &+ position &- 1)
        var index: UInt64 = 0
        for number in point.pointee.fields {
            let field = fields + number
            index |= field.pointee.field.value(state) &<< field.pointee.place
        }
        return nodes[point.pointee.nodes &+ Int(truncatingIfNeeded: index)]
    }

    /// Finds out where all threads stand; false if one is somewhere the analysis did not foresee: nothing is known then.
    @inline(__always)
    func find(_ state: UnsafePointer<UInt64>, _ places: borrowing Places) -> Bool {
        for word in 0..<rowWords { places.row[word] = 0 }
        for thread in 0..<threadCount {
            let node = node(of: thread, in: state)
            if node == -1 { return false }
            if node < 0 {
                places.bits[thread] = -1
                continue
            }
            let bit = threads[thread].firstBit &+ node
            places.bits[thread] = bit
            places.row[Int(bit &>> 6)] |= 1 &<< UInt64(bit & 63)
        }
        return true
    }

    // MARK: Who may be taken alone

    /// The first thread that may be taken alone, or -1.
    @inline(__always)
    func pick(_ state: UnsafePointer<UInt64>, _ places: borrowing Places) -> Int {
        for thread in 0..<threadCount where places.bits[thread] >= 0 {
            if isAlone(bit: Int(places.bits[thread]), state, places) { return thread }
        }
        return -1
    }

    @inline(__always)
    private func isAlone(bit: Int, _ state: UnsafePointer<UInt64>, _ places: borrowing Places) -> Bool {
        let numbers = rulesOfBit[bit]
        var number = Int(numbers.lowerBound)
        let end = Int(numbers.upperBound)
        while number < end {
            let rule = rules + number
            number &+= 1
            if isUndisturbed(rule, places), holds(rule, state), isEnough(rule, state, places) { return true }
        }
        return false
    }

    /// Nobody stands where the step would be disturbed. A rule never lists nodes of its own thread.
    @inline(__always)
    private func isUndisturbed(_ rule: UnsafePointer<Rule>, _ places: borrowing Places) -> Bool {
        let row = rows + rule.pointee.row
        for word in 0..<rowWords where row[word] & places.row[word] != 0 { return false }
        return true
    }

    @inline(__always)
    private func holds(_ rule: UnsafePointer<Rule>, _ state: UnsafePointer<UInt64>) -> Bool {
        for index in rule.pointee.tests {
            let test = tests + index
            let packed = test.pointee.field.value(state)
            if packed > 63 || (test.pointee.values &>> packed) & 1 == 0 { return false }
        }
        return true
    }

    /// The counters hold enough for all that the others may take off. A rule has no debits for its own thread.
    @inline(__always)
    private func isEnough(
        _ rule: UnsafePointer<Rule>, _ state: UnsafePointer<UInt64>, _ places: borrowing Places
    ) -> Bool {
        for index in rule.pointee.counts {
            let count = counts + index
            let packed = count.pointee.field.value(state)
            var least = count.pointee.least
            for bit in 0..<count.pointee.rowCount {
                let row = rows + (count.pointee.row &+ bit &* rowWords)
                for word in 0..<rowWords {
                    least &+= Int64((row[word] & places.row[word]).nonzeroBitCount) &<< Int64(bit)
                }
            }
            if Int64(bitPattern: packed) < least { return false }
        }
        return true
    }

    /// Whether a thread that has just come to a state may go on alone. `places` are those of the state in which the
    /// thread's run began: the others stand there still, unless a step of it moved them.
    func mayPass(_ thread: Int, _ state: UnsafePointer<UInt64>, _ places: borrowing Places) -> Bool {
        let node = node(of: thread, in: state)
        if node < 0 { return false }
        let bit = Int(threads[thread].firstBit &+ node)
        if rulesOfBit[bit].isEmpty || isWatched(thread, state) { return false }
        if plan.movesOthers, !find(state, places) { return false }
        return isAlone(bit: bit, state, places)
    }

    /// Whether a thread stands at a step that is watched.
    func isWatched(_ thread: Int, _ state: UnsafePointer<UInt64>) -> Bool {
        guard threads[thread].isWatched else { return false }
        let position = position(thread, state)
        return position > 0 && points[threads[thread].points &+ position &- 1].isWatched
    }

    /// The threads to take in a state: all ones, or the one that may be taken alone.
    public func threadsToTake(_ state: UnsafePointer<UInt64>, _ places: borrowing Places) -> UInt64 {
        guard find(state, places) else { return ~0 }
        let thread = pick(state, places)
        return thread < 0 ? ~0 : 1 &<< UInt64(thread)
    }
}
