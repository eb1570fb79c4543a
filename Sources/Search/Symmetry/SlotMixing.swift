// Whether slots get mixed up, found out by walking.
//
// Slots that INIT allocated stand in one order in all states near the start; only where some are freed and allocated again
// does a search come to states that differ in which slot is which, and in most models much later than it shows that threads
// are alike. So some random runs are followed beyond what the search has seen, and of each state it is noted which slots the
// globals point to: once as it is, and once with the slots numbered in the order in which they are met. These are few and
// come up again and again, unlike whole states; how many times as many the former are is what symmetry will save, roughly.
//
// A guess about time alone: nothing that is found rests on it. The runs are the same every time.

import Execution
import Program

struct SlotMixing {
    private static let runs = 16
    private static let steps = 320

    private let model: Model
    private let layout: StateLayout
    private let symmetry: Symmetry
    /// By element: whether it is a slot.
    private let isSlot: [Bool]
    /// Cells outside slots that point somewhere.
    private let pointers: [CellID]

    /// Nil if no slots are alike, or no global points to them.
    init?(_ model: Model, _ layout: StateLayout, _ symmetry: Symmetry) {
        var isSlot = [Bool](repeating: false, count: symmetry.elementCount)
        for domain in symmetry.domains {
            if case .slots = domain.kind { for element in domain.elements { isSlot[element] = true } }
        }
        let pointers = symmetry.places.indices.dropFirst().filter {
            !symmetry.places[$0].elements.contains { isSlot[$0] } && symmetry.storageSorts[model.cells[$0].storage] == .address
        }
        guard isSlot.contains(true), !pointers.isEmpty else { return nil }
        self.model = model
        self.layout = layout
        self.symmetry = symmetry
        self.isSlot = isSlot
        self.pointers = pointers
    }

    /// How many orders of slots there are for one of those that differ in more than which slot is which.
    func ratio(checks: Set<FailureKind>) -> Double {
        let view = StateView(model: model, layout: layout)
        var walk = RandomRuns(model, layout, checks: checks)
        var asTheyAre: Set<[Int]> = []
        var numbered: Set<[Int]> = []
        for run in 0..<Self.runs where walk.begin(run) {
            for _ in 0..<Self.steps {
                let named = walk.state.withUnsafeBufferPointer { slots($0.baseAddress!, view) }
                if asTheyAre.insert(named).inserted { numbered.insert(renumbered(named)) }
                // The first thread, from some one on, that can take a step.
                let first = walk.random(walk.threadCount)
                var hasMoved = false
                for offset in 0..<walk.threadCount where !hasMoved {
                    hasMoved = walk.step(of: (first + offset) % walk.threadCount)
                }
                if !hasMoved { break }
            }
        }
        return Double(asTheyAre.count) / Double(max(1, numbered.count))
    }

    /// Which slot each of the globals points to: its element, or -1.
    private func slots(_ state: UnsafePointer<UInt64>, _ view: StateView) -> [Int] {
        pointers.map { cell in
            let target = Int(view.value(cell, state))
            guard target > 0, target < symmetry.places.count else { return -1 }
            return symmetry.places[target].elements.first { isSlot[$0] } ?? -1
        }
    }

    /// With the slots numbered in the order in which they are met.
    private func renumbered(_ slots: [Int]) -> [Int] {
        var met: [Int] = []
        return slots.map { slot in
            if slot < 0 { return -1 }
            if let number = met.firstIndex(of: slot) { return number }
            met.append(slot)
            return met.count - 1
        }
    }
}
