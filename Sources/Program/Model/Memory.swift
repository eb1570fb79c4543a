import Syntax

/// How a value is kept in the state. Cells and registers that are the same variable or field share one.
public struct Storage: Sendable {
    public enum Kind: Sendable {
        /// A number in a range that is given: a `u3`, a bool, an owner. `overflowName` is what an OVERFLOW calls it;
        /// nil where no value outside can occur.
        case fixed(low: Int64, high: Int64, overflowName: String?)
        /// A number whose range is found out: starts as given and grows, never past the limits of the C type.
        case inferred(low: Int64, high: Int64)
        /// NULL or one of the cells of `Model.pointerSets` with this index.
        case pointer(set: Int)
    }

    /// `mm.pmd`, `struct ptpage.nr_present`, `walker: pt`.
    public var name: String
    public var kind: Kind
    /// What the text calls the values of a bool or an enum; empty for plain numbers.
    public var valueNames: [Int64: String]

    public init(name: String, kind: Kind, valueNames: [Int64: String] = [:]) {
        self.name = name
        self.kind = kind
        self.valueNames = valueNames
    }
}

/// The smallest part of shared memory: a scalar, a pointer, or a part of a lock.
public struct Cell: Sendable {
    public enum Role: Sendable {
        case data
        /// Part of a lock, a counter of a seqcount, a reader's count, a mask: not seen by the program itself.
        case synchronization
        /// 1 while the slot is live.
        case live
        /// Of a SLAB_TYPESAFE_BY_RCU slot: the readers that may still follow it, though it is free.
        case quarantine
        /// A thread's own: its program point (the number of its next step plus 1; 0 when ended or idle), its depth of
        /// preempt_disable(), a mask that it waits for.
        case programPoint(thread: Int)
        case context(thread: Int)
        /// Part of a value that the TLB of a CPU may remember: no reference to what it points to.
        case translation(cpu: Int)
    }

    /// As a kernel developer would write it: `mm.pmd`, `ptpages[1].nr_present`, `pte[2]`.
    public var name: String
    public var storage: Int
    /// Index into `Model.slots`, or -1 for a global. A slot's `live` and `quarantine` cells have -1.
    public var slot: Int
    public var role: Role
    public var isGhost: Bool
    public var initial: Int64

    public init(
        name: String, storage: Int, slot: Int = -1, role: Role = .data, isGhost: Bool = false, initial: Int64 = 0
    ) {
        self.name = name
        self.storage = storage
        self.slot = slot
        self.role = role
        self.isGhost = isGhost
        self.initial = initial
    }
}

/// All the objects of one OBJECTS.
public struct Pool: Sendable {
    public var name: String
    /// The struct's tag: `ptpage`.
    public var typeName: String
    public var slots: [Int]
    public var isTypesafe: Bool
    public var range: SourceRange

    public init(name: String, typeName: String, slots: [Int], isTypesafe: Bool, range: SourceRange) {
        self.name = name
        self.typeName = typeName
        self.slots = slots
        self.isTypesafe = isTypesafe
        self.range = range
    }
}

/// One object, live or free.
public struct Slot: Sendable {
    public var pool: Int
    public var index: Int
    public var firstCell: CellID
    public var cellCount: Int
    public var liveCell: CellID
    /// Of a typesafe slot, else 0: mask over the readers of the RCU domain.
    public var quarantineCell: CellID

    public init(pool: Int, index: Int, firstCell: CellID, cellCount: Int, liveCell: CellID, quarantineCell: CellID) {
        self.pool = pool
        self.index = index
        self.firstCell = firstCell
        self.cellCount = cellCount
        self.liveCell = liveCell
        self.quarantineCell = quarantineCell
    }
}

/// One lock of the model, for what looks at all of them: exit, kfree, lock order, traces.
public struct LockPlace: Sendable {
    public enum Kind: String, Sendable {
        case spinlock = "spinlock_t"
        case rwlock = "rwlock_t"
        case mutex = "struct mutex"
        case rwsem = "struct rw_semaphore"
        case seqlock = "seqlock_t"
    }

    public var kind: Kind
    public var firstCell: CellID
    public var name: String
    /// lockdep's class: the global, or the field of the type. Index into `Model.lockClasses`.
    public var lockClass: Int
    /// Number of the owner plus 1, 0 when free.
    public var ownerCell: CellID
    /// Per thread number: the cell that counts how often it holds the lock for reading; 0 where it never does.
    public var readerCells: [CellID]
    /// Cells that are not zero while a thread is queued on it.
    public var waiterCells: [CellID]
    public var slot: Int

    public init(
        kind: Kind, firstCell: CellID, name: String, lockClass: Int, ownerCell: CellID, readerCells: [CellID],
        waiterCells: [CellID], slot: Int
    ) {
        self.kind = kind
        self.firstCell = firstCell
        self.name = name
        self.lockClass = lockClass
        self.ownerCell = ownerCell
        self.readerCells = readerCells
        self.waiterCells = waiterCells
        self.slot = slot
    }
}

/// Readers that enter and leave, and those who wait until all that were inside have left: RCU, each SRCU domain, the IPI
/// wait, rcu_barrier().
public struct GraceDomain: Sendable {
    public struct Reader: Sendable {
        /// Number of the thread.
        public var thread: Int
        /// It is inside while any of these cells is not zero.
        public var cells: [CellID]

        public init(thread: Int, cells: [CellID]) {
            self.thread = thread
            self.cells = cells
        }
    }

    public var name: String
    /// The address by which instructions name it.
    public var firstCell: CellID
    /// Bit n of a mask is reader n of this list.
    public var readers: [Reader]
    /// The cells that hold masks over these readers; `quiesce` clears a bit in each. A typesafe slot whose mask becomes
    /// zero while it is not live is zeroed.
    public var masks: [CellID]

    public init(name: String, firstCell: CellID, readers: [Reader], masks: [CellID]) {
        self.name = name
        self.firstCell = firstCell
        self.readers = readers
        self.masks = masks
    }
}
