// Data races under sequential consistency: two threads about to access one place, one of them to write, at least one of
// the accesses plain. Adjacent in the interleaving is what "simultaneous" means there (Boehm and Adve, "Foundations of
// the C++ Concurrency Memory Model", PLDI 2008); a race of some run shows as such a state of some run with the same
// prefix, so looking at every state finds them all.
//
// Accesses are noted only for steps that may race by `AccessSets`. Sound as those leave out no cell that a step may touch.

import Execution
import Program
import Syntax

/// A race as it was first met.
struct RaceFound {
    /// The smallest state of the first level that shows it.
    var state: [UInt64]
    var level: Int
    var first: PendingAccess
    var second: PendingAccess
}

struct RaceWatch {
    /// By class, by step: whether the accesses of the step are to be noted.
    let mayRace: [[Bool]]
    let isNeeded: Bool
    private(set) var found: [RaceFound] = []
    /// Those of the level that is expanded, by pair of places.
    private var fresh: [Int: RaceFound] = [:]

    /// By class, by instruction: the number of its place in the text, -1 for what is no access.
    private let placeOf: [[Int]]
    private let classOf: [Int]
    private let placeCount: Int
    /// By unordered pair of places.
    private var isKnown: [Bool]

    init(model: Model, access: AccessSets) {
        mayRace = Self.filter(model, access)
        isNeeded = mayRace.contains { $0.contains(true) }
        classOf = model.threads.map(\.threadClass)
        // A place is a range of the text: a function inlined in two classes has one.
        var numbers: [SourceRange: Int] = [:]
        placeOf = model.classes.enumerated().map { classNumber, threadClass in
            threadClass.code.instructions.enumerated().map { index, instruction in
                switch instruction.operation {
                case .load, .store: break
                default: return -1
                }
                var place = instruction.range
                // Code that stands in no text is told apart by itself.
                if place == .none {
                    place = SourceRange(file: -2 - Int32(classNumber), start: Int32(index), end: 0)
                }
                if let number = numbers[place] { return number }
                numbers[place] = numbers.count
                return numbers.count - 1
            }
        }
        placeCount = numbers.count
        isKnown = isNeeded ? [Bool](repeating: false, count: placeCount * placeCount) : []
    }

    /// Looks at the accesses that the threads are about to make in a state.
    mutating func judge(
        _ accesses: ArraySlice<PendingAccess>, state: UnsafePointer<UInt64>, wordCount: Int, level: Int
    ) {
        for index in accesses.indices {
            let a = accesses[index]
            for b in accesses[..<index] where Self.race(b, a) {
                let placeA = placeOf[classOf[Int(a.thread)]][Int(a.instruction)]
                let placeB = placeOf[classOf[Int(b.thread)]][Int(b.instruction)]
                let pair = min(placeA, placeB) * placeCount + max(placeA, placeB)
                if isKnown[pair] { continue }
                if let known = fresh[pair], !comesBefore(state, known.state) { continue }
                let words = Array(UnsafeBufferPointer(start: state, count: wordCount))
                fresh[pair] = RaceFound(state: words, level: level, first: b, second: a)
            }
        }
    }

    @inline(__always)
    private static func race(_ a: PendingAccess, _ b: PendingAccess) -> Bool {
        a.cell == b.cell && a.thread != b.thread && (a.isWrite || b.isWrite) && (a.isPlain || b.isPlain)
    }

    /// The accesses of a state that race with one another.
    static func pairs(_ accesses: ArraySlice<PendingAccess>) -> [(first: PendingAccess, second: PendingAccess)] {
        accesses.indices.flatMap { index in
            accesses[..<index].filter { race($0, accesses[index]) }.map { ($0, accesses[index]) }
        }
    }

    /// Takes in what another worker saw in this level.
    mutating func merge(_ other: RaceWatch) {
        for (pair, race) in other.fresh {
            if let known = fresh[pair], !race.state.lexicographicallyPrecedes(known.state) { continue }
            fresh[pair] = race
        }
    }

    /// The level is complete: what it showed is known from now on.
    mutating func settleLevel() {
        if fresh.isEmpty { return }
        let ordered = fresh.sorted {
            $0.value.state == $1.value.state
                ? $0.key < $1.key : $0.value.state.lexicographicallyPrecedes($1.value.state)
        }
        for (pair, race) in ordered {
            isKnown[pair] = true
            found.append(race)
        }
        fresh = [:]
    }

    /// Forgets what a level showed that is not complete.
    mutating func dropLevel() { fresh = [:] }

    /// A step may race if another thread has a step that accesses a common cell, one of the two writing, one plain.
    private static func filter(_ model: Model, _ access: AccessSets) -> [[Bool]] {
        let empty = CellSet(cellCount: model.cells.count)
        // By thread: everything that it accesses anywhere.
        var all: [StepSums] = []
        for steps in access.steps {
            var sums = StepSums(plainReads: empty, plainWrites: empty, reads: empty, writes: empty)
            for step in steps { sums.add(step) }
            all.append(sums)
        }
        var result = model.classes.map { [Bool](repeating: false, count: $0.code.steps.count) }
        for (thread, steps) in access.steps.enumerated() {
            for (number, step) in steps.enumerated() where !result[model.threads[thread].threadClass][number] {
                var own = StepSums(plainReads: empty, plainWrites: empty, reads: empty, writes: empty)
                own.add(step)
                if own.isEmpty { continue }
                for other in all.indices where other != thread && own.conflicts(with: all[other]) {
                    result[model.threads[thread].threadClass][number] = true
                    break
                }
            }
        }
        return result
    }
}

/// The order of states that decides which of them stands for a level.
func comesBefore(_ a: UnsafePointer<UInt64>, _ b: [UInt64]) -> Bool {
    for index in b.indices where a[index] != b[index] { return a[index] < b[index] }
    return false
}

/// The cells that one or many steps access, as races see them.
private struct StepSums {
    var plainReads: CellSet
    var plainWrites: CellSet
    /// Plain or marked.
    var reads: CellSet
    var writes: CellSet

    mutating func add(_ step: StepAccess) {
        plainReads.formUnion(step.plainReads)
        plainWrites.formUnion(step.plainWrites)
        reads.formUnion(step.plainReads)
        reads.formUnion(step.markedReads)
        writes.formUnion(step.plainWrites)
        writes.formUnion(step.markedWrites)
    }

    var isEmpty: Bool { reads.isEmpty && writes.isEmpty }

    func conflicts(with other: StepSums) -> Bool {
        plainReads.intersects(other.writes) || plainWrites.intersects(other.writes)
            || plainWrites.intersects(other.reads) || writes.intersects(other.plainReads)
            || writes.intersects(other.plainWrites) || reads.intersects(other.plainWrites)
    }
}
