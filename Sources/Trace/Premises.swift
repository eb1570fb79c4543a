import Program
import Search
import Syntax

/// Invariants that hold only because nobody ever asked the question: `return !busy || owner;` where nothing is ever
/// busy.
///
/// A branch of a property that leads to more of it, and is never taken in a whole search, leaves that part unjudged. To
/// see it, each such branch passes over a mark like those of the statements. (Antecedent failure: Beatty and Bryant,
/// "Formally verifying a microprocessor using a simulation methodology", DAC 1994.) The marks change no verdict: they
/// are appended behind the code and only jump back.
public struct Premises: Sendable {
    /// A side of a condition that leads to a part of a property.
    public struct Premise: Sendable {
        /// Index into `Model.properties`.
        public var property: Int
        /// The condition, and what it has to be.
        public var range: SourceRange
        public var isTrue: Bool
        fileprivate var mark: Int
    }

    private var all: [Premise] = []

    /// Puts marks into a model that is about to be searched.
    public init(marking model: inout Model) {
        for index in model.properties.indices {
            switch model.properties[index].kind {
            case .invariant, .finally: mark(property: index, &model)
            case .sometimes, .constraint, .temporal: continue
            }
        }
    }

    /// The premises that no state made true, in the order of the text.
    public func unmet(_ coverage: CoverageReport) -> [Premise] {
        all.filter { coverage.reached.indices.contains($0.mark) && !coverage.reached[$0.mark] }
    }

    private mutating func mark(property: Int, _ model: inout Model) {
        var code = model.properties[property].code
        for index in code.instructions.indices {
            guard case .branch(let condition, let yes, let no) = code.instructions[index].operation else { continue }
            let range = code.instructions[index].range
            guard range.file >= 0 else { continue }
            var targets = [yes, no]
            for side in targets.indices where Self.looksFurther(code, targets[side]) {
                let mark = model.coverage.count
                model.coverage.append(CoverageItem(kind: .branch(isTrue: side == 0), range: .none))
                all.append(Premise(property: property, range: range, isTrue: side == 0, mark: mark))
                code.instructions.append(Instruction(.cover(mark), .none))
                code.instructions.append(Instruction(.jump(targets[side]), .none))
                targets[side] = code.instructions.count - 2
            }
            code.instructions[index].operation = .branch(condition, targets[0], targets[1])
        }
        model.properties[property].code = code
    }

    /// Whether the code from there on asks anything of the state before it ends, rather than give a constant.
    private static func looksFurther(_ code: Code, _ start: Int) -> Bool {
        var work = [start]
        var seen = Set<Int>()
        while let index = work.popLast() {
            guard code.instructions.indices.contains(index), seen.insert(index).inserted else { continue }
            switch code.instructions[index].operation {
            case .load, .live, .ended, .atLabel: return true
            case .end: continue
            case .jump(let next): work.append(next)
            case .branch(_, let yes, let no): work += [yes, no]
            default: work.append(index + 1)
            }
        }
        return false
    }
}
