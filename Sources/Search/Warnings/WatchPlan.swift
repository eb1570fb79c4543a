import Program

/// The acquisitions that the lock order still asks about, with a quick answer whether a state has any.
final class WatchPlan: Sendable {
    /// By thread, by step: acquisitions that may draw an edge that nobody has drawn yet.
    let watched: [[[HeldLocks.Acquisition]]]
    private let programPoints: [CellID]
    /// The threads that have such steps.
    private let threads: [(point: CellID, isWatched: [Bool])]

    init(model: Model, watched: [[[HeldLocks.Acquisition]]]) {
        self.watched = watched
        programPoints = model.threads.map(\.programPointCell)
        // Program points count from 1; 0 has ended.
        threads = watched.indices.filter { watched[$0].contains { !$0.isEmpty } }.map { thread in
            (model.threads[thread].programPointCell, [false] + watched[thread].map { !$0.isEmpty })
        }
    }

    /// The step at which a thread stands that has not ended.
    @inline(__always)
    func step(of thread: Int, _ state: UnsafePointer<UInt64>, _ view: StateView) -> Int {
        Int(view.value(programPoints[thread], state)) - 1
    }

    /// Whether a thread stands at a step that is watched.
    func isOfInterest(_ state: UnsafePointer<UInt64>, _ view: StateView) -> Bool {
        for thread in threads where thread.isWatched[Int(view.value(thread.point, state))] { return true }
        return false
    }
}
