/// A statement of model C, as written.
public final class Statement: Sendable {
    public indirect enum Kind: Sendable {
        case empty
        case expression(Expression)
        case declaration([Variable])
        case block([Statement])
        case atomic([Statement])
        case ifElse(Expression, Statement, Statement?)
        case whileLoop(Expression, Statement)
        case doWhile(Statement, Expression)
        /// The first part is a declaration, an expression statement or empty.
        case forLoop(Statement, Expression?, Expression?, Statement)
        case switchOn(Expression, Statement)
        case caseLabel(Expression, Statement)
        case defaultLabel(Statement)
        case label(Name, Statement)
        case goto(Name)
        case breakLoop
        case continueLoop
        case returnValue(Expression?)
    }

    public let kind: Kind
    public let range: SourceRange

    /// Statements nest at most this deep; the parser refuses more.
    public static let depthLimit = 128

    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}

/// One declared variable, of a function or of the file.
public struct Variable: Sendable {
    public let name: Name
    public let type: TypeName
    public let initializer: Initializer?
    public let isGhost: Bool
    /// Declared `static` inside a function: shared memory, not a local.
    public let isStatic: Bool

    public init(name: Name, type: TypeName, initializer: Initializer?, isGhost: Bool, isStatic: Bool) {
        self.name = name
        self.type = type
        self.initializer = initializer
        self.isGhost = isGhost
        self.isStatic = isStatic
    }
}
