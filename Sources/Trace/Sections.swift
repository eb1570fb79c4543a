import Program

/// What a thread may be inside of beside locks: a read side, a stretch with preemption or interrupts off.
struct Section {
    var thread: Int
    /// `rcu_read_lock()`, `irqs off`, `srcu_read_lock(&srcu)`.
    var name: String
    /// It is inside while this is not zero.
    var cell: CellID

    static func all(of model: Model) -> [Section] {
        var sections: [Section] = []
        for (cell, info) in model.cells.enumerated() {
            guard case .context(let thread) = info.role, let name = name(ofContext: info.name) else { continue }
            sections.append(Section(thread: thread, name: name, cell: cell))
        }
        // The readers of an srcu_struct are counted inside it, not in a context of the thread.
        for domain in model.domains {
            for reader in domain.readers {
                for cell in reader.cells {
                    guard case .synchronization = model.cells[cell].role else { continue }
                    sections.append(
                        Section(thread: reader.thread, name: "srcu_read_lock(&\(domain.name))", cell: cell))
                }
            }
        }
        return sections
    }

    /// The cells of a context are named `walker: rcu_read_lock depth`; masks and counts of spinlocks are no sections.
    private static func name(ofContext name: String) -> String? {
        let titles = [
            "rcu_read_lock depth": "rcu_read_lock()", "irqs off": "irqs off",
            "preempt_disable depth": "preemption off", "bh_disable depth": "bh off",
        ]
        return titles.first { name.hasSuffix(": \($0.key)") }?.value
    }
}
