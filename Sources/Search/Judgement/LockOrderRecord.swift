import Execution
import Program

/// What a search warns of, looked for along single runs: the locks that are taken under others, summed over all the
/// runs that are seen, as lockdep sums them over the life of a kernel.
public struct LockOrderRecord {
    /// One lock taken under another: by the last step of the run with this tag. The locks are indices into
    /// `Model.locks`.
    public struct Link: Sendable {
        public var tag: Int
        public var held: Int
        public var taken: Int
    }

    /// A circle of locks.
    public struct Inversion: Sendable {
        public var names: [String]
        public var message: String
        /// In their order round the circle; one alone of two locks of one class.
        public var links: [Link]
    }

    private let basis: JudgementBasis
    private var watch: LockOrderWatch
    private var view: StateView

    public init(_ basis: JudgementBasis, layout: StateLayout) {
        self.basis = basis
        view = StateView(model: basis.model, layout: layout)
        watch = LockOrderWatch(model: basis.model, access: basis.access, view: view)
    }

    /// Whether a run may draw a circle at all.
    public var isNeeded: Bool { watch.isNeeded }

    /// States have another layout from now on.
    public mutating func change(to layout: StateLayout) {
        view = StateView(model: basis.model, layout: layout)
        watch.view = view
    }

    /// Takes in a step; true if it drew a link that had not been seen. `tag` names the run that it ends.
    public mutating func see(_ move: Move, before: [UInt64], after: [UInt64], tag: Int) -> Bool {
        let known = watch.edges.count
        watch.judge(move, before: before, after: after, level: tag)
        watch.settleLevel()
        return watch.edges.count > known
    }

    public func inversions() -> [Inversion] {
        let wording = Wording(model: basis.model, access: basis.access, view: view)
        return lockCycles(watch.edges).map { cycle in
            let told = wording.tell(cycle, nodes: watch.nodes)
            return Inversion(
                names: told.names, message: told.message,
                links: cycle.map { Link(tag: $0.level, held: $0.heldLock, taken: $0.takenLock) })
        }
    }
}
