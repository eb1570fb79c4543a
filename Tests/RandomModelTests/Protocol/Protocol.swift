// The random protocols, as a small tree of their own: what the generator makes, the naive explorer runs and the printer
// writes down as model C. Nothing here knows how the engine sees a model.

/// The integers of model C that the protocols use.
enum IntegerType: Hashable {
    /// `u1 … u7`: what does not fit is an OVERFLOW.
    case narrow(Int)
    case u8, int, bool

    var name: String {
        switch self {
        case .narrow(let bits): "u\(bits)"
        case .u8: "u8"
        case .int: "int"
        case .bool: "bool"
        }
    }

    /// The largest value worth storing.
    var highest: Int {
        switch self {
        case .narrow(let bits): 1 << bits - 1
        case .u8, .int: 3
        case .bool: 1
        }
    }
}

/// What one cell of memory is.
enum CellKind: Hashable {
    case integer(IntegerType)
    case pointer
    case atomic, refcount
    case spinlock, mutex
}

/// What a global is.
enum GlobalKind: Hashable {
    case cell(CellKind)
    case array(IntegerType, count: Int)
    case ghost(IntegerType)
    case rwsem, seqcount, completion, srcu, waitQueue
}

struct Global: Hashable {
    var name: String
    var kind: GlobalKind
    var initial = 0
}

struct Field: Hashable {
    var name: String
    var kind: CellKind
}

enum LocalKind: Hashable {
    case integer(IntegerType)
    case pointer
}

struct Local: Hashable {
    var name: String
    var kind: LocalKind
}

struct ThreadDeclaration {
    var name: String
    var count: Int
    var locals: [Local]
    var body: [Statement]
    /// Of THREAD_ON and INTERRUPT; nil has a CPU of its own.
    var cpu: Int?
    var isInterrupt = false
}

struct NamedCondition {
    var name: String
    var condition: Expression
}

struct Protocol {
    var globals: [Global] = []
    /// Of the only struct, `struct obj`; empty if there is none.
    var fields: [Field] = []
    /// Objects of the only pool, `objs`.
    var slotCount = 0
    var initialization: [Statement] = []
    var threads: [ThreadDeclaration] = []
    var invariants: [NamedCondition] = []
    var finals: [NamedCondition] = []
    var sometimes: [NamedCondition] = []
    /// `RCU_FLAVOR(PREEMPT_ONLY)`: only rcu_read_lock() holds off a grace period.
    var preemptOnly = false
    /// `LOCKS(READER_PREFERENCE)`.
    var readerPreference = false
    /// `PREEMPTION(…)` of threads that share a CPU.
    var preemption = Preemption.full

    enum Preemption: String, CaseIterable {
        case full = "FULL", voluntary = "VOLUNTARY", none = "NONE"
    }
}

/// A place of shared memory. Nodes are objects so that the explorer can tell positions apart by identity.
final class Place: Node, @unchecked Sendable {
    enum Kind {
        case global(Int)
        case element(Int, Expression)
        case field(Expression, Int)
    }

    let kind: Kind
    init(_ kind: Kind) { self.kind = kind }
}

/// Equal only to itself: two statements of one text are two places of the program.
class Node: Hashable, @unchecked Sendable {
    static func == (a: Node, b: Node) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

enum UnaryOperation: String, CaseIterable {
    case not = "!"
    case minus = "-"
    case complement = "~"
}

enum BinaryOperation: String, CaseIterable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"
    case and = "&", or = "|", exclusiveOr = "^", shiftLeft = "<<", shiftRight = ">>"
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
}

/// An argument of a call, in the order of C.
enum Argument {
    case address(Place)
    case value(Expression)
    /// `&local`.
    case local(Int)
}

final class Expression: Node, @unchecked Sendable {
    indirect enum Kind {
        case constant(Int)
        case null
        case local(Int)
        case selfIndex
        /// `l++`, `--l`.
        case bumpLocal(Int, by: Int, isPrefix: Bool)
        case load(Place, isMarked: Bool)
        /// `x++`, `--p->f` on shared memory: a load and a store.
        case bump(Place, by: Int, isPrefix: Bool)
        case unary(UnaryOperation, Expression)
        case binary(BinaryOperation, Expression, Expression)
        case both(Expression, Expression)
        case either(Expression, Expression)
        case conditional(Expression, Expression, Expression)
        case call(Primitive, [Argument])
        // Of proofs only.
        case live(Expression)
        case ended(thread: Int, Expression)
    }

    let kind: Kind
    init(_ kind: Kind) { self.kind = kind }
}

final class Statement: Node, @unchecked Sendable {
    enum Kind {
        case call(Expression)
        case assign(Int, Expression)
        case store(Place, Expression, isMarked: Bool)
        case compound(Place, BinaryOperation, Expression)
        case ghost(Int, Expression)
        case assert(String, Expression)
        case waitUntil(Expression)
        /// `wait_event(queue, condition)`.
        case waitEvent(Int, Expression)
        case branch(Expression, [Statement], [Statement])
        case whileLoop(Expression, [Statement])
        case doWhile([Statement], Expression)
        /// `for (l = 0; l < bound; l++)`.
        case forLoop(Int, bound: Int, [Statement])
        case atomic([Statement])
        case leave, breakLoop, continueLoop
    }

    let kind: Kind
    init(_ kind: Kind) { self.kind = kind }
}
