import Syntax

/// CONFIG and EXPECT, L0490 to L0499.
extension Diagnostic {
    static func badConfigType(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0490", range, "a CONFIG is a number, a bool or an enum", suggestion: "write CONFIG(int, name, 1), CONFIG(bool, …) or CONFIG(enum tag, …)")
    }

    static func valueNotInConfig(_ range: SourceRange, _ config: ConfigInfo) -> Diagnostic {
        let values = (config.values ?? []).map(\.text).joined(separator: ", ")
        return Diagnostic("L0491", range, "\(config.typeDescription) has no such value", suggestion: "use one of \(values)")
    }

    static func unknownVerdict(_ range: SourceRange, _ word: String, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0492", range, "'\(word)' is neither a verdict nor a qualifier", suggestion: nearest.map { "did you mean '\($0)'?" } ?? "use HOLDS or an error's word: `lockwalk header` lists them")
    }

    static func expectWithoutVerdict(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0493", range, "this EXPECT names no verdict", suggestion: "write EXPECT(condition, HOLDS) or an error's word")
    }

    static func expectMatchesNothing(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0494", range, "no variant makes this condition true", suggestion: "compare CONFIGs with values that they have")
    }

    static func expectNumberNotFixed(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0495", range, "the number '\(name)' must be fixed with == in an EXPECT", suggestion: "write \(name) == 2")
    }

    static func expectTooManyVariants(_ range: SourceRange, _ limit: Int) -> Diagnostic {
        Diagnostic("L0496", range, "this EXPECT covers more than \(limit) combinations", suggestion: "name fewer CONFIGs in one row")
    }
}
