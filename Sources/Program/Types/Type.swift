/// The types of model C.
public indirect enum Type: Hashable, Sendable {
    case void
    case integer(IntegerType)
    /// Index into `TypeTable.enumerations`.
    case enumeration(Int)
    case pointer(Type)
    case array(Type, Int)
    /// Index into `TypeTable.structures`.
    case structure(Int)
    /// A lock, an atomic_t and their like: opaque, changed by primitives only.
    case builtin(BuiltinType)
    /// What an expression has that was found wrong: said once, never again.
    case error

    public static let int = Type.integer(IntegerType(bits: 32, isSigned: true))
    public static let unsigned = Type.integer(IntegerType(bits: 32, isSigned: false))
    public static let bool = Type.integer(IntegerType(bits: 8, isSigned: false, isBool: true))

    public var isInteger: Bool {
        switch self {
        case .integer, .enumeration: true
        default: false
        }
    }

    public var isPointer: Bool {
        if case .pointer = self { return true }
        return false
    }

    public var isScalar: Bool { isInteger || isPointer }

    public var isError: Bool { self == .error }

    /// The values of a bit-field.
    static func bitFieldRange(_ type: Type, _ bits: Int) -> ClosedRange<Int64> {
        guard case .integer(let integer) = type, !integer.isBool else { return 0...1 }
        return IntegerShape(bits: bits, isSigned: integer.isSigned).range
    }
}

/// An integer type: what C makes of it, and what the state keeps.
public struct IntegerType: Hashable, Sendable {
    /// Of C: 8, 16, 32 or 64.
    public var bits: Int
    public var isSigned: Bool
    /// The declared width of a `u1`…`u7`; a value that does not fit is an OVERFLOW.
    public var narrow: Int?
    public var isBool: Bool

    public init(bits: Int, isSigned: Bool, narrow: Int? = nil, isBool: Bool = false) {
        self.bits = bits
        self.isSigned = isSigned
        self.narrow = narrow
        self.isBool = isBool
    }

    public var shape: IntegerShape { IntegerShape(bits: bits, isSigned: isSigned) }

    /// The values that the C type holds.
    public var range: ClosedRange<Int64> {
        if isBool { return 0...1 }
        if let narrow { return 0...((Int64(1) << Int64(narrow)) - 1) }
        return shape.range
    }
}

/// The opaque types of the header.
public enum BuiltinType: String, Hashable, Sendable, CaseIterable {
    case spinlock = "spinlock_t"
    case rwlock = "rwlock_t"
    case mutex = "struct mutex"
    case rwsem = "struct rw_semaphore"
    case seqcount = "seqcount_t"
    case seqlock = "seqlock_t"
    case completion = "struct completion"
    case srcu = "struct srcu_struct"
    case atomic = "atomic_t"
    case refcount = "refcount_t"
    case waitQueue = "wait_queue_head_t"

    /// An atomic_t and a refcount_t hold one number; `= { 1 }` may start it.
    public var isCounter: Bool { self == .atomic || self == .refcount }
}

/// A struct of the model.
public struct StructureInfo: Sendable {
    public struct Field: Sendable {
        public var name: String
        public var type: Type
        /// Width of a bit-field.
        public var bits: Int?
        public var isGhost: Bool
    }

    public var tag: String
    /// Nil until its definition was seen.
    public var fields: [Field]?
    public var isAnonymous: Bool
    /// What `TypeTable.room` gives for the struct.
    var room = 0

    init(tag: String, fields: [Field]?, isAnonymous: Bool) {
        self.tag = tag
        self.fields = fields
        self.isAnonymous = isAnonymous
    }
}

/// An enum of the model.
public struct EnumerationInfo: Sendable {
    public var tag: String
    public var enumerators: [(name: String, value: Int64)]
}
