/// An expression of model C, as written.
///
/// Calls of the language's own names (`READ_ONCE(x)`, `spin_lock(&l)`, `ASSERT(name, c)`, `ended(t, 0)`, `maybe()`) are
/// plain calls here; what they mean is told by the primitives of the next stage.
public final class Expression: Sendable {
    public indirect enum Kind: Sendable {
        /// An integer or character constant; `isUnsigned` and `isLong` as its suffix says.
        case integer(UInt64, isUnsigned: Bool, isLong: Bool)
        case identifier(String)
        case unary(UnaryOperator, Expression)
        case increment(Expression, by: Int, isPrefix: Bool)
        case binary(BinaryOperator, Expression, Expression)
        case logicalAnd(Expression, Expression)
        case logicalOr(Expression, Expression)
        case conditional(Expression, Expression, Expression)
        /// `target = value`, or `target op= value`.
        case assign(Expression, BinaryOperator?, Expression)
        case comma(Expression, Expression)
        case call(name: Name, arguments: [Expression])
        case index(Expression, Expression)
        case member(Expression, Name, isArrow: Bool)
        case cast(TypeName, Expression)
        case compoundLiteral(TypeName, Initializer)
        case sizeofExpression(Expression)
        case sizeofType(TypeName)
    }

    public let kind: Kind
    public let range: SourceRange
    /// Height of the tree; the parser refuses what is higher than `Expression.depthLimit`.
    public let depth: Int

    /// Trees are walked by recursion, so their height is bounded.
    public static let depthLimit = 256

    public init(_ kind: Kind, _ range: SourceRange, depth: Int) {
        self.kind = kind
        self.range = range
        self.depth = depth
    }
}

/// A name and where it stands.
public struct Name: Hashable, Sendable {
    public let text: String
    public let range: SourceRange

    public init(_ text: String, _ range: SourceRange) {
        self.text = text
        self.range = range
    }
}

public enum UnaryOperator: String, Sendable {
    case plus = "+"
    case minus = "-"
    case not = "!"
    case complement = "~"
    case dereference = "*"
    case addressOf = "&"
}

public enum BinaryOperator: String, Sendable {
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case add = "+"
    case subtract = "-"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case and = "&"
    case exclusiveOr = "^"
    case or = "|"
}

/// What a variable or a compound literal starts with.
public indirect enum Initializer: Sendable {
    case expression(Expression)
    case list([InitializerItem], SourceRange)
}

public struct InitializerItem: Sendable {
    public enum Designator: Sendable {
        case field(Name)
        case index(Expression)
    }

    /// Empty for an item that simply comes next; `.a.b = 1` has two.
    public let designators: [Designator]
    public let value: Initializer

    public init(designators: [Designator], value: Initializer) {
        self.designators = designators
        self.value = value
    }
}
