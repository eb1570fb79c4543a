// The rules of partial order reduction as tables over packed states: what is asked in every state is shifts, masks and
// bit tests. Nothing in it changes, so that any number of threads may use it at once.

import Program

final class ReductionTables: @unchecked Sendable {
    struct Field {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        /// Where the value goes in the number by which a node is looked up.
        var place: UInt64
    }

    struct Step {
        var fields: Range<Int>
        var nodes: Int
    }

    struct Thread {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        var steps: Int
    }

    struct Test {
        var word: Int
        var shift: UInt64
        var mask: UInt64
        /// Bit n: the packed value n will do.
        var values: UInt64
    }

    struct Rule {
        var tests: Range<Int>
        /// Where its words begin in `disturbing`.
        var row: Int
    }

    let threadCount: Int
    let rowWords: Int
    private let threads: UnsafeMutablePointer<Thread>
    private let steps: UnsafeMutablePointer<Step>
    private let fields: UnsafeMutablePointer<Field>
    /// By step and the values of its fields: a node in the numbering of all threads, or -1.
    private let nodes: UnsafeMutablePointer<Int32>
    private let rulesOfNode: UnsafeMutablePointer<Range<Int32>>
    private let rules: UnsafeMutablePointer<Rule>
    private let tests: UnsafeMutablePointer<Test>
    private let disturbing: UnsafeMutablePointer<UInt64>

    init(_ dependence: Dependence, _ all: PersistentRules) {
        let layout = dependence.layout
        var threads: [Thread] = []
        var steps: [Step] = []
        var fields: [Field] = []
        var nodes: [Int32] = []
        for (thread, graph) in dependence.graphs.enumerated() {
            let point = layout.cells[dependence.model.threads[thread].programPointCell]
            threads.append(
                Thread(word: point.word, shift: UInt64(point.shift), mask: point.mask, steps: steps.count))
            for tracked in graph.tracked {
                var place: UInt64 = 0
                let first = fields.count
                for item in tracked {
                    fields.append(
                        Field(
                            word: item.field.word, shift: UInt64(item.field.shift), mask: item.field.mask, place: place))
                    place += UInt64(item.field.width)
                }
                steps.append(Step(fields: first..<fields.count, nodes: nodes.count))
                nodes += [Int32](repeating: -1, count: 1 << Int(place))
            }
            for (node, step) in graph.steps.enumerated() {
                var index = 0
                let info = steps[threads[thread].steps + step]
                for (offset, item) in graph.tracked[step].enumerated() {
                    index |= Self.packed(item.field, graph.values[node][offset], dependence.model)
                        << Int(fields[info.fields.lowerBound + offset].place)
                }
                nodes[info.nodes + index] = Int32(dependence.firstNode[thread] + node)
            }
        }
        let rowWords = (dependence.nodeCount + 63) / 64
        var rulesOfNode: [Range<Int32>] = []
        var rules: [Rule] = []
        var tests: [Test] = []
        var rows: [[UInt64]: Int] = [:]
        var disturbing: [UInt64] = []
        for list in all.rules {
            let first = Int32(rules.count)
            for rule in list {
                let firstTest = tests.count
                for knowledge in rule.knowledge {
                    let field = layout.cells[knowledge.cell]
                    tests.append(
                        Test(
                            word: field.word, shift: UInt64(field.shift), mask: field.mask, values: knowledge.values))
                }
                let row = rows[rule.disturbing.words] ?? disturbing.count
                if rows[rule.disturbing.words] == nil {
                    rows[rule.disturbing.words] = row
                    disturbing += rule.disturbing.words
                    // Two words are always there to be looked at.
                    if rowWords < 2 { disturbing += [UInt64](repeating: 0, count: 2 - rowWords) }
                }
                rules.append(Rule(tests: firstTest..<tests.count, row: row))
            }
            rulesOfNode.append(first..<Int32(rules.count))
        }
        threadCount = threads.count
        self.rowWords = rowWords
        self.threads = Self.own(threads)
        self.steps = Self.own(steps)
        self.fields = Self.own(fields)
        self.nodes = Self.own(nodes)
        self.rulesOfNode = Self.own(rulesOfNode)
        self.rules = Self.own(rules)
        self.tests = Self.own(tests)
        self.disturbing = Self.own(disturbing)
    }

    deinit {
        threads.deallocate()
        steps.deallocate()
        fields.deallocate()
        nodes.deallocate()
        rulesOfNode.deallocate()
        rules.deallocate()
        tests.deallocate()
        disturbing.deallocate()
    }

    private static func own<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        pointer.initialize(from: elements, count: elements.count)
        return pointer
    }

    private static func packed(_ field: BitField, _ value: Int64, _ model: Model) -> Int {
        if field.pointerSet < 0 { return Int(value - field.low) }
        return value == 0 ? 0 : 1 + model.pointerSets[field.pointerSet].firstIndex(of: CellID(value))!
    }

    /// The threads to be taken in a state: all ones, or the one that may be taken alone. `scratch` has room for a number
    /// per thread.
    @inline(__always)
    func threadsToTake(_ state: UnsafePointer<UInt64>, scratch: UnsafeMutablePointer<Int32>) -> UInt64 {
        var mayReduce = false
        for thread in 0..<threadCount {
            let info = threads + thread
            let point = Int(truncatingIfNeeded: (state[info.pointee.word] &>> info.pointee.shift) & info.pointee.mask)
            if point == 0 {
                scratch[thread] = -1
                continue
            }
            let step = steps + (info.pointee.steps &+ point &- 1)
            var index: UInt64 = 0
            for number in step.pointee.fields {
                let field = fields + number
                index |= ((state[field.pointee.word] &>> field.pointee.shift) & field.pointee.mask)
                    &<< field.pointee.place
            }
            let node = nodes[step.pointee.nodes &+ Int(truncatingIfNeeded: index)]
            // It is somewhere the analysis did not foresee: nothing is known then.
            if node < 0 { return ~0 }
            scratch[thread] = node
            mayReduce = mayReduce || !rulesOfNode[Int(node)].isEmpty
        }
        if !mayReduce { return ~0 }
        // With few nodes, all threads are looked at together.
        var first: UInt64 = 0
        var second: UInt64 = 0
        let isSmall = rowWords <= 2
        if isSmall {
            for thread in 0..<threadCount where scratch[thread] >= 0 {
                let bit: UInt64 = 1 &<< UInt64(scratch[thread] & 63)
                if scratch[thread] < 64 { first |= bit } else { second |= bit }
            }
        }
        for thread in 0..<threadCount where scratch[thread] >= 0 {
            let numbers = rulesOfNode[Int(scratch[thread])]
            var number = Int(numbers.lowerBound)
            let end = Int(numbers.upperBound)
            while number < end {
                let rule = rules + number
                number &+= 1
                if isSmall {
                    let row = disturbing + rule.pointee.row
                    if first & row[0] != 0 || second & row[1] != 0 { continue }
                } else if !isUndisturbed(rule, scratch) {
                    continue
                }
                if holds(rule, state) { return 1 &<< UInt64(thread) }
            }
        }
        return ~0
    }

    @inline(__always)
    private func holds(_ rule: UnsafePointer<Rule>, _ state: UnsafePointer<UInt64>) -> Bool {
        var index = rule.pointee.tests.lowerBound
        let end = rule.pointee.tests.upperBound
        while index < end {
            let test = tests + index
            let packed = (state[test.pointee.word] &>> test.pointee.shift) & test.pointee.mask
            if (test.pointee.values &>> packed) & 1 == 0 { return false }
            index &+= 1
        }
        return true
    }

    /// Nobody stands where the step would be disturbed. A rule never lists nodes of its own thread.
    @inline(__always)
    private func isUndisturbed(_ rule: UnsafePointer<Rule>, _ scratch: UnsafePointer<Int32>) -> Bool {
        let row = disturbing + rule.pointee.row
        var other = 0
        while other < threadCount {
            let node = Int(scratch[other])
            if node >= 0, (row[node &>> 6] &>> UInt64(node & 63)) & 1 != 0 { return false }
            other &+= 1
        }
        return true
    }

    /// The node at which each thread stands, -1 where it has ended; nil if the analysis did not foresee one of them.
    func nodes(of state: UnsafePointer<UInt64>) -> [Int]? {
        var found: [Int] = []
        for thread in 0..<threadCount {
            let info = threads[thread]
            let point = Int(state[info.word] >> info.shift & info.mask)
            if point == 0 {
                found.append(-1)
                continue
            }
            let step = steps[info.steps + point - 1]
            var index: UInt64 = 0
            for field in step.fields { index |= (state[fields[field].word] >> fields[field].shift & fields[field].mask) << fields[field].place }
            let node = nodes[step.nodes + Int(index)]
            if node < 0 { return nil }
            found.append(Int(node))
        }
        return found
    }
}
