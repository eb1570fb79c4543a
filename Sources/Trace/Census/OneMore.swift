import Program
import Syntax

/// The same model with one more instance of a THREAD or one more object of an OBJECTS: what that costs is counted
/// rather than guessed.
public struct OneMore: Sendable {
    /// `walker`, `ptpages`.
    public var name: String
    public var isThread: Bool
    public var model: Model

    /// Of each THREAD, DAEMON and OBJECTS that the variant has any of. A count that is a CONFIG is raised in the
    /// CONFIG, as other parts of the model may be sized by it; another one where it stands. What does not compile is
    /// left out.
    public static func variants(of source: ModelSource, configuration: [String: Int64], model: Model) -> [OneMore] {
        source.tree.declarations.indices.compactMap { index in
            guard let (name, count, isThread) = counted(source.tree.declarations[index], model) else { return nil }
            var configuration = configuration
            var source = source
            if case .identifier(let config) = count.kind, let info = source.configs.first(where: { $0.name == config }),
                info.values == nil
            {
                configuration[config] = (configuration[config] ?? info.defaultValue) + 1
            } else {
                var ignored = Diagnostics()
                source = ModelSource(tree: raised(source.tree, index), diagnostics: &ignored)
                if ignored.hasErrors { return nil }
            }
            var diagnostics = Diagnostics()
            guard let more = source.lower(configuration: configuration, diagnostics: &diagnostics),
                !diagnostics.hasErrors
            else { return nil }
            return OneMore(name: name, isThread: isThread, model: more)
        }
    }

    /// The name and count of a declaration of which there is at least one.
    private static func counted(_ declaration: Declaration, _ model: Model) -> (String, Expression, Bool)? {
        switch declaration.kind {
        case .thread(let thread):
            let exists = model.classes.contains { $0.name == thread.name.text && !$0.threads.isEmpty }
            return exists ? (thread.name.text, thread.count, true) : nil
        case .objects(_, let name, let count, _):
            let exists = model.pools.contains { $0.name == name.text && !$0.slots.isEmpty }
            return exists ? (name.text, count, false) : nil
        default: return nil
        }
    }

    /// The tree with `count + 1` in one declaration.
    private static func raised(_ tree: SyntaxTree, _ index: Int) -> SyntaxTree {
        func plusOne(_ count: Expression) -> Expression {
            let one = Expression(.integer(1, isUnsigned: false, isLong: false), count.range, depth: 1)
            return Expression(.binary(.add, count, one), count.range, depth: count.depth + 1)
        }
        var declarations = tree.declarations
        let old = declarations[index]
        switch old.kind {
        case .thread(let thread):
            let more = Declaration.Thread(
                name: thread.name, count: plusOne(thread.count), role: thread.role, cpu: thread.cpu,
                body: thread.body)
            declarations[index] = Declaration(.thread(more), old.range)
        case .objects(let type, let name, let count, let flags):
            declarations[index] = Declaration(.objects(type, name, count: plusOne(count), flags: flags), old.range)
        default: break
        }
        return SyntaxTree(texts: tree.texts, declarations: declarations)
    }
}

/// How many states one more makes, from two bounded searches.
public struct GrowthEstimate: Sendable {
    public enum Result: Sendable {
        /// Both searches saw everything.
        case counted(states: Int)
        /// The larger one saw no more than this.
        case moreThan(states: Int)
        /// Both were cut: the quotient up to a depth that both have seen whole.
        case upTo(depth: Int, factor: Double)
        /// Its arrays are sized for as many as there are.
        case tooSmall
        /// No run of it begins.
        case none
    }

    public var name: String
    public var isThread: Bool
    public var result: Result

    public init(
        _ more: OneMore, base: StateCensus, checks: Set<FailureKind>, statesMax: Int, isInterrupted: () -> Bool
    ) {
        name = more.name
        isThread = more.isThread
        guard
            let other = try? StateCensus(
                counting: more.model, checks: checks, statesMax: statesMax, isInterrupted: isInterrupted)
        else {
            result = .none
            return
        }
        if other.sawOutOfBounds, !base.sawOutOfBounds {
            result = .tooSmall
        } else if other.isWhole, base.isWhole {
            result = .counted(states: other.states)
        } else if base.isWhole {
            result = .moreThan(states: other.states)
        } else {
            // The last level of a search that was cut is not whole.
            let depth = min(base.levels.count, other.levels.count) - 2
            let before = base.levels.prefix(max(0, depth + 1)).reduce(0, +)
            let after = other.levels.prefix(max(0, depth + 1)).reduce(0, +)
            result = before > 0 ? .upTo(depth: depth, factor: Double(after) / Double(before)) : .none
        }
    }
}
