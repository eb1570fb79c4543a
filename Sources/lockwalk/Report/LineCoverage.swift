import Program
import Search
import Syntax

/// The model's text with a mark before each line: was it reached. (`check --cover`.)
///
/// The engine keeps a flag for each statement, not a count: a flag costs nothing in the inner loop.
struct LineCoverage {
    let model: Model
    let coverage: CoverageReport

    private enum Mark: String {
        case none = "    "
        case reached = " +  "
        case partly = " ~  "
        case never = " -  "
    }

    func text() -> String {
        var text = ""
        for (index, file) in model.texts.files.enumerated() {
            let marks = marks(ofFile: index)
            text += "\n\(file.name): + reached, - never reached, ~ only in part\n"
            // What follows the last line feed is a line only if something stands there.
            let isClosed = file.bytes.last == UInt8(ascii: "\n")
            for number in 1...max(1, file.lineStarts.count - (isClosed ? 1 : 0)) {
                let line = file.line(number)
                let head = (marks[number] ?? .none).rawValue + padded(number)
                text += (line.isEmpty ? head : "\(head)  \(line)") + "\n"
            }
        }
        return text
    }

    private func padded(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: " ", count: max(0, 4 - digits.count)) + digits
    }

    /// By line: of the statements that begin there and the conditions that stand there.
    private func marks(ofFile file: Int) -> [Int: Mark] {
        var reached: [SourceRange: [Int: Bool]] = [:]
        for (index, item) in model.coverage.enumerated() where Int(item.range.file) == file {
            let side: Int
            switch item.kind {
            case .statement: side = 0
            case .branch(let isTrue): side = isTrue ? 1 : 2
            }
            let isReached = index < coverage.reached.count && coverage.reached[index]
            reached[item.range, default: [:]][side] = reached[item.range]?[side] == true || isReached
        }
        // Steps are known by themselves; one that was inlined several times is reached if one copy is.
        for (number, threadClass) in model.classes.enumerated() where number < coverage.stepTaken.count {
            for (index, step) in threadClass.code.steps.enumerated() where Int(step.range.file) == file {
                let isTaken = index < coverage.stepTaken[number].count && coverage.stepTaken[number][index]
                reached[step.range, default: [:]][3] = reached[step.range]?[3] == true || isTaken
            }
        }
        var marks: [Int: Mark] = [:]
        for (range, sides) in reached {
            guard let line = model.texts.place(of: range)?.line else { continue }
            let mark: Mark = sides.values.allSatisfy { $0 } ? .reached : sides.values.contains(true) ? .partly : .never
            // An if that goes one way only is said by its condition: its line is then reached in part.
            switch marks[line] {
            case nil: marks[line] = mark
            case mark?: break
            default: marks[line] = .partly
            }
        }
        return marks
    }
}
