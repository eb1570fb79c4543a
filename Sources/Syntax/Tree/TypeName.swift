/// A type as written: what a declaration starts with, and the pointers and arrays around the name.
public struct TypeName: Sendable {
    public indirect enum Base: Sendable {
        /// A keyword or typedef name, in one canonical spelling: `int`, `unsigned int`, `unsigned long`, `u3`,
        /// `spinlock_t`, a typedef of the model.
        case named(Name)
        /// `struct tag`, with its fields where the definition stands here. A struct without a tag gets one that no
        /// text can name.
        case structure(tag: Name, definition: StructDefinition?)
        /// `enum tag`, likewise.
        case enumeration(tag: Name, definition: EnumDefinition?)
    }

    public var base: Base
    /// Number of `*` between the base and the name.
    public var pointerDepth: Int
    /// Array lengths, outermost first; nil for `[]`. In `T *a[2]` the array is of pointers.
    public var arrayLengths: [Expression?]
    public var isConst: Bool
    public var range: SourceRange

    public init(base: Base, pointerDepth: Int, arrayLengths: [Expression?], isConst: Bool, range: SourceRange) {
        self.base = base
        self.pointerDepth = pointerDepth
        self.arrayLengths = arrayLengths
        self.isConst = isConst
        self.range = range
    }
}

public struct StructDefinition: Sendable {
    public struct Field: Sendable {
        public let name: Name
        public let type: TypeName
        /// The width of a bit-field.
        public let bits: Expression?
        public let isGhost: Bool

        public init(name: Name, type: TypeName, bits: Expression?, isGhost: Bool) {
            self.name = name
            self.type = type
            self.bits = bits
            self.isGhost = isGhost
        }
    }

    public let fields: [Field]
    public let range: SourceRange

    public init(fields: [Field], range: SourceRange) {
        self.fields = fields
        self.range = range
    }
}

public struct EnumDefinition: Sendable {
    public struct Enumerator: Sendable {
        public let name: Name
        public let value: Expression?

        public init(name: Name, value: Expression?) {
            self.name = name
            self.value = value
        }
    }

    public let enumerators: [Enumerator]
    public let range: SourceRange

    public init(enumerators: [Enumerator], range: SourceRange) {
        self.enumerators = enumerators
        self.range = range
    }
}
