/// A top-level part of a model, in the order of the text.
public struct Declaration: Sendable {
    public enum Kind: Sendable {
        /// A struct or enum defined (or named) on its own: `struct page { … };`
        case type(TypeName)
        case typedef(name: Name, TypeName)
        case variables([Variable])
        case function(Function)
        /// `CONFIG(type, name, value)`
        case config(TypeName, Name, Expression)
        /// `THREAD(name, count) { … }`, `THREAD_ON(cpu, name, count) { … }`, `DAEMON`, `INTERRUPT`
        case thread(Thread)
        /// `THREAD(name, count);`: what C needs before `wake_up_process(name, 0)` or `ended(name, 0)` further up.
        case announcedThread(Name)
        /// `INIT { … }`
        case initialization(body: Statement)
        /// `OBJECTS(type, name, count, flags…)`
        case objects(TypeName, Name, count: Expression, flags: [Expression])
        /// `INVARIANT(name) { … }` and its kin: a body that returns a bool.
        case property(PropertyKind, Name, body: Statement)
        /// `LEADS_TO(name, p, q)`
        case leadsTo(Name, Expression, Expression)
        /// `CHECK(kind)`, `NO_CHECK(kind)`
        case check(Name, isOn: Bool)
        /// `EXPECT(condition, verdict or qualifier…)`; the words are identifiers or calls such as `VIOLATED(name)`.
        case expect(Expression, words: [Expression])
        /// `RCU_FLAVOR(e)`, `LOCKS(e)`, `PREEMPTION(e)`; the name is that of the setting.
        case setting(Name, Expression)
        /// `WIDTH(variable, bits)`, `WIDTH(struct tag.field, bits)`: the path is the tag or variable, then fields.
        case width(path: [Name], isStruct: Bool, bits: Expression)
        /// `PER_CPU(type, name)`
        case perCPU(TypeName, Name)
        /// `REGISTER(type, name)`
        case register(TypeName, Name)
        /// `TLB(type, name, entries)`
        case tlb(TypeName, Name, entries: Expression)
        /// `TLB_WALK(name) { … }`: the hardware that fills that TLB.
        case tlbWalk(Name, body: Statement)
    }

    public enum PropertyKind: String, Sendable {
        case invariant = "INVARIANT"
        case finally = "FINALLY"
        case sometimes = "SOMETIMES"
        case eventually = "EVENTUALLY"
        case alwaysEventually = "ALWAYS_EVENTUALLY"
        case constraint = "CONSTRAINT"
    }

    public struct Thread: Sendable {
        public enum Role: Sendable {
            case thread, daemon, interrupt
        }

        public let name: Name
        public let count: Expression
        public let role: Role
        /// Where it runs, with `self` for the instance; nil where the text does not say.
        public let cpu: Expression?
        public let body: Statement

        public init(name: Name, count: Expression, role: Role, cpu: Expression? = nil, body: Statement) {
            self.name = name
            self.count = count
            self.role = role
            self.cpu = cpu
            self.body = body
        }
    }

    public struct Function: Sendable {
        public let name: Name
        public let result: TypeName
        public let parameters: [Variable]
        /// Nil for a prototype.
        public let body: Statement?

        public init(name: Name, result: TypeName, parameters: [Variable], body: Statement?) {
            self.name = name
            self.result = result
            self.parameters = parameters
            self.body = body
        }
    }

    public let kind: Kind
    public let range: SourceRange

    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}

/// A parsed model: its texts and its parts.
public struct SyntaxTree: Sendable {
    public let texts: SourceTexts
    public let declarations: [Declaration]

    public init(texts: SourceTexts, declarations: [Declaration]) {
        self.texts = texts
        self.declarations = declarations
    }
}
