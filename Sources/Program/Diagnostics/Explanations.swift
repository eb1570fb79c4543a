import Syntax

/// The explanations of all codes of this module, in the order of the codes.
public enum ProgramExplanations {
    public static let all: [Explanation] = names + values + memory + language + variants + hardware

    static func entry(_ code: String, _ title: String, _ text: String, _ example: String) -> Explanation {
        Explanation(code: code, title: title, text: text, example: example)
    }
}
