/// What the lexer and the preprocessor have to say, L0100 to L0199.
extension Diagnostic {
    static func unterminatedComment(_ range: SourceRange) -> Diagnostic {
        error("L0101", range, "this comment never ends", "close it with */")
    }

    static func strayCharacter(_ range: SourceRange, _ text: String) -> Diagnostic {
        error("L0102", range, "'\(text)' is no part of C here", "delete it, or put it into a comment")
    }

    static func nulByte(_ range: SourceRange) -> Diagnostic {
        error("L0103", range, "the text contains a NUL byte", "save the model as plain text")
    }

    static func notUTF8(_ range: SourceRange, _ byte: UInt8) -> Diagnostic {
        let hex = String(byte, radix: 16)
        return error("L0104", range, "byte 0x\(hex) is not UTF-8", "save the model as UTF-8 text")
    }

    static func constantTooLarge(_ range: SourceRange) -> Diagnostic {
        error("L0105", range, "this constant does not fit 64 bits", "no type of a model is wider than u64")
    }

    static func badConstant(_ range: SourceRange) -> Diagnostic {
        error(
            "L0106", range, "this is no integer constant of C",
            "write 10, 0x1f, 017 or 0b101, then u, l or ul if need be, with a space before an operator")
    }

    static func badCharacter(_ range: SourceRange, _ what: String) -> Diagnostic {
        error("L0107", range, what, "write one ASCII character between quotes, or a number")
    }

    static func badEscape(_ range: SourceRange) -> Diagnostic {
        error("L0108", range, "C has no such escape", "write \\n, \\0, \\x41 or the number itself")
    }

    static func nameTooLong(_ range: SourceRange) -> Diagnostic {
        error(
            "L0109", range, "a name longer than \(Lexer.nameLengthMax) bytes", "choose a shorter name")
    }

    static func textTooLarge(_ range: SourceRange) -> Diagnostic {
        error(
            "L0110", range, "the model is longer than \(Preprocessor.byteCountMax >> 20) MiB",
            "a model holds a protocol, not a program: keep what the locking rule needs")
    }

    static func tooManyTokens(_ range: SourceRange) -> Diagnostic {
        error(
            "L0111", range, "the model has more than \(Preprocessor.tokenCountMax) tokens",
            "a model holds a protocol, not a program: keep what the locking rule needs")
    }

    static func missingHeader(_ range: SourceRange) -> Diagnostic {
        error(
            "L0112", range, "the model does not include <lockwalk.h>",
            "begin the file with #include <lockwalk.h>")
    }

    static func unknownHeader(_ range: SourceRange, _ name: String) -> Diagnostic {
        error(
            "L0113", range, "<\(name)> is not for models",
            "include <lockwalk.h>, which has the kernel's names, and write the rest out in the model")
    }

    static func includeNotFound(_ range: SourceRange, _ path: String) -> Diagnostic {
        error(
            "L0114", range, "cannot read '\(path)'", "the path is relative to the file that includes it")
    }

    static func includeRecursive(_ range: SourceRange, _ path: String) -> Diagnostic {
        error(
            "L0115", range, "'\(path)' includes itself", "put #pragma once into its first line")
    }

    static func includeTooDeep(_ range: SourceRange, _ limit: String) -> Diagnostic {
        error("L0116", range, "includes go beyond \(limit)", "put the model into fewer files")
    }

    static func badInclude(_ range: SourceRange) -> Diagnostic {
        error(
            "L0117", range, "#include without a file name",
            "write #include <lockwalk.h> or #include \"file.h\"")
    }

    static func functionLikeMacro(_ range: SourceRange, _ name: String) -> Diagnostic {
        error(
            "L0118", range, "'\(name)' is a macro with parameters, which model C does not have",
            "write a static function: it is inlined at each call")
    }

    static func unsupportedConditional(_ range: SourceRange, _ name: String) -> Diagnostic {
        error(
            "L0119", range, "#\(name) is not part of model C",
            "use #ifdef for an include guard, a CONFIG for a variant, a comment to disable text")
    }

    static func unknownDirective(_ range: SourceRange, _ name: String) -> Diagnostic {
        error(
            "L0120", range, "#\(name) is not part of model C",
            "models have #include, #define, #undef, #ifdef, #ifndef, #else, #endif and #pragma")
    }

    static func unbalancedConditional(_ range: SourceRange, _ name: String) -> Diagnostic {
        error("L0121", range, "#\(name) without an #ifdef that it belongs to", "delete it")
    }

    static func unterminatedConditional(_ range: SourceRange) -> Diagnostic {
        error("L0122", range, "this conditional is still open at the end of the file", "add #endif")
    }

    static func macroRedefined(_ range: SourceRange, _ name: String, earlier: SourceRange) -> Diagnostic {
        error(
            "L0123", range, "'\(name)' is already defined, with another text",
            "choose another name, or #undef it first", notes: [(earlier, "the first definition is here")])
    }

    static func macroName(_ range: SourceRange, _ directive: String) -> Diagnostic {
        error("L0124", range, "#\(directive) needs a name", "write #\(directive) NAME")
    }

    static func expansionTooLarge(_ range: SourceRange) -> Diagnostic {
        error(
            "L0125", range, "macros expand to more than \(Preprocessor.expansionCountMax) tokens",
            "define fewer macros in terms of each other")
    }

    static func extraTokens(_ range: SourceRange, _ directive: String) -> Diagnostic {
        error("L0126", range, "nothing may follow #\(directive) on its line", "move it to a comment")
    }

    static func reservedMacro(_ range: SourceRange, _ name: String) -> Diagnostic {
        error(
            "L0127", range, "'\(name)' is a name of the language and cannot be a macro",
            "choose another name")
    }

    static func strayHash(_ range: SourceRange) -> Diagnostic {
        error(
            "L0128", range, "'#' may only start a line",
            "models have no # and ## operators: write a static function")
    }
}
