/// What `lockwalk explain CODE` says about a code.
public struct Explanation: Sendable {
    public let code: String
    public let title: String
    /// Several sentences: what is wrong, why it is so, what to do.
    public let text: String
    /// A few lines of a model that show the fault.
    public let example: String

    public init(code: String, title: String, text: String, example: String) {
        self.code = code
        self.title = title
        self.text = text
        self.example = example
    }
}

/// The explanations of all codes of this module, in the order of the codes.
public enum SyntaxExplanations {
    public static let all: [Explanation] = lexical + grammar + refused

    static func entry(_ code: String, _ title: String, _ text: String, _ example: String) -> Explanation {
        Explanation(code: code, title: title, text: text, example: example)
    }
}
