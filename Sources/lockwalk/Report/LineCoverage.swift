import Program
import Search
import Syntax
import Trace

/// The model's text with a mark before each line, whether it was reached, and how many transitions took a step that
/// begins there. (`check --cover`.)
///
/// Counts are of steps: what is done between them, a branch or a local computation, has a mark alone. It is part of the
/// transition before it, and the engine keeps a flag for it, which costs nothing in the inner loop.
struct LineCoverage {
    let model: Model
    let coverage: CoverageReport

    private enum Mark: String {
        case none = "    "
        case reached = " +  "
        case partly = " ~  "
        case never = " -  "

        var word: String {
            switch self {
            case .reached: "yes"
            case .partly: "partly"
            case .never, .none: "no"
            }
        }
    }

    func text() -> String {
        var text = ""
        for (index, file) in model.texts.files.enumerated() {
            let marks = marks(ofFile: index)
            let counts = counts(ofFile: index)
            let width = counts.values.map { Quantities.grouped($0).count }.max() ?? 0
            let told = coverage.stepCounts.isEmpty ? "" : "; transitions"
            text += "\n\(file.name): + reached, - never reached, ~ only in part\(told)\n"
            // What follows the last line feed is a line only if something stands there.
            let isClosed = file.bytes.last == UInt8(ascii: "\n")
            for number in 1...max(1, file.lineStarts.count - (isClosed ? 1 : 0)) {
                let line = file.line(number)
                let count = counts[number].map { Quantities.grouped($0) } ?? ""
                let head =
                    (marks[number] ?? .none).rawValue + String(repeating: " ", count: width - count.count) + count
                    + (width > 0 ? " " : "") + padded("\(number)")
                text += (line.isEmpty ? head : "\(head)  \(line)") + "\n"
            }
        }
        return text
    }

    private func padded(_ digits: String) -> String { String(repeating: " ", count: max(0, 4 - digits.count)) + digits }

    /// By line: the transitions that took a step which begins there. Empty if they were not counted.
    private func counts(ofFile file: Int) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for (number, threadClass) in model.classes.enumerated() where number < coverage.stepCounts.count {
            for (index, step) in threadClass.code.steps.enumerated() where Int(step.range.file) == file {
                guard let line = model.texts.place(of: step.range)?.line else { continue }
                counts[line, default: 0] += coverage.stepCounts[number][index]
            }
        }
        return counts
    }

    /// The same for programs: every line that has a mark.
    func json() -> JSONValue {
        .array(
            model.texts.files.indices.flatMap { file -> [JSONValue] in
                let counts = counts(ofFile: file)
                return marks(ofFile: file).sorted { $0.key < $1.key }.map { line, mark in
                    .object([
                        .init("file", .string(model.texts.files[file].name)), .init("line", .number(line)),
                        .init("reached", .string(mark.word)), .init("transitions", JSONValue(counts[line])),
                    ])
                }
            })
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
