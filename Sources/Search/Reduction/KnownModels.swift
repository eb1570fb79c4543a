import Program

extension Model {
    /// Whether the analysis behind partial order reduction knows everything that the model does. Whatever is new in the
    /// language is unknown until it is named here, and the searches of a model that uses it are plain: that is why nothing
    /// here has a `default`. What to do before naming something: say in `StepWalk` what it reads and writes (all of it:
    /// whether a thread may go on must depend on nothing else), and add models to the tests of the reduction.
    var isKnownToReduction: Bool {
        var cpus: Set<Int> = []
        for thread in threads {
            switch classes[thread.threadClass].kind {
            case .thread, .daemon:
                // Of threads that share a CPU one keeps the others from going on.
                guard cpus.insert(thread.cpu).inserted else { return false }
            case .callback: continue
            // What may act and need never do so keeps no state from being one in which nobody goes on.
            case .interrupt, .call, .hardware: return false
            }
        }
        for property in properties {
            switch property.kind {
            case .invariant, .finally, .sometimes, .constraint: continue
            case .temporal: return false
            }
        }
        let codes = classes.map(\.code) + properties.map(\.code)
        return codes.allSatisfy { $0.instructions.allSatisfy { Self.isKnown($0.operation) } }
    }

    private static func isKnown(_ operation: Operation) -> Bool {
        switch operation {
        case .step, .move, .unary, .binary, .convert, .fieldAddress, .elementAddress, .loadElement, .storeElement, .jump,
            .branch, .end, .load, .store, .checkPlace, .live, .allocate, .free, .ended, .atLabel, .choose, .check,
            .graceBegin, .quiesce, .startCallback, .acquired, .released, .checkNoLockHeld, .checkLockHeld, .fence,
            .cover, .refine:
            return true
        case .spurious: return false
        case .await(_, let wait):
            switch wait {
            case .condition, .holders, .grace: return true
            }
        }
    }
}
