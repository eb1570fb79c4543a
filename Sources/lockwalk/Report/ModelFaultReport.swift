import Execution
import Program
import Search
import Syntax
import Trace

/// A fault of the model that only a run shows, told as the faults of its text are: no verdict, no numbers that look like
/// one.
struct ModelFaultReport {
    /// For faults that have no code of their own.
    private static let code = "L0480"

    let model: Model
    let finding: Finding

    /// The diagnostic, and the run that leads there if it takes a step.
    func text(_ example: Counterexample?, isQuiet: Bool) -> String {
        var text = render(diagnostic, texts: model.texts)
        if let example, !example.steps.isEmpty, !isQuiet {
            text += "\nthe run that leads to it:\n\n" + TextRendering(example).text()
        }
        return text
    }

    /// `error[L0480]: ATOMIC would have to wait after its first statement`
    var line: String { "error[\(diagnostic.code)]: \(diagnostic.message)" }

    private var diagnostic: Diagnostic {
        Diagnostic(finding.names.first ?? Self.code, range, finding.message, suggestion: suggestion)
    }

    private var range: SourceRange {
        guard let failure = finding.failure else { return .none }
        let thread = Int(failure.move.thread)
        let code = model.threads.indices.contains(thread)
            ? model.classes[model.threads[thread].threadClass].code : model.initialization
        let index = Int(failure.instruction)
        return code.instructions.indices.contains(index) ? code.instructions[index].range : .none
    }

    private var suggestion: String {
        let isInitial = (finding.failure?.move.thread ?? 0) < 0
        switch finding.failure.flatMap({ ModelFault(rawValue: $0.detail) }) {
        case .endlessStep: return "let each round of the loop take a step: a READ_ONCE(), a wait_until() or skip()"
        case .emptyChoice: return "the low end of pick() comes first, and must not pass the high end"
        case .tooManyChoices: return "make fewer choices in one ATOMIC, or split it"
        case .initialWait: return Self.initialWait
        case nil: return isInitial ? Self.initialWait
            : "only the first statement of an ATOMIC may wait: put it there, or split the block"
        }
    }

    private static let initialWait = "INIT runs before all threads, so nobody can end that: set the values that it waits for"
}
