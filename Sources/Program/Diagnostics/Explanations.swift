import Syntax

/// The explanations of all codes of this module, in the order of the codes.
public enum ProgramExplanations {
    public static let all: [Explanation] = []
}
