extension SyntaxExplanations {
    /// L0100 to L0199: characters, constants, directives.
    static let lexical: [Explanation] = [
        entry(
            "L0101", "comment without an end",
            "A comment that begins with /* goes on to the next */, over as many lines as it takes. "
                + "None follows here, so the rest of the file would be part of the comment.",
            "/* the PTE lock"),
        entry(
            "L0102", "character that is no part of C",
            "Outside comments a model consists of the names, constants and operators of C. "
                + "Characters such as $, @ or a typographic quote often come from copying out of a mail.",
            "int a = $1;"),
        entry(
            "L0103", "NUL byte", "A model is plain text. A NUL byte means that the file was saved in another "
                + "encoding, such as UTF-16, or is no text at all.",
            "int a = \\0;"),
        entry(
            "L0104", "not UTF-8", "Outside comments all characters of a model are ASCII, and the file is read as "
                + "UTF-8. In comments any byte may stand.",
            "int caf\\xe9;"),
        entry(
            "L0105", "constant beyond 64 bits", "The widest types of a model have 64 bits. "
                + "A larger constant would have to be cut off, which the checker never does in silence.",
            "u64 x = 0x1ffffffffffffffff;"),
        entry(
            "L0106", "malformed integer constant", "Constants are decimal, hexadecimal (0x), octal (0) or binary "
                + "(0b), with the suffixes u, l, ul, ll and ull. As in C, 0xe+1 is one malformed constant: "
                + "put a space before the operator.",
            "int a = 089;"),
        entry(
            "L0107", "malformed character constant", "A character constant is one ASCII character, or one escape, "
                + "between single quotes. Its value is that of the character, as an int.",
            "int a = 'ab';"),
        entry(
            "L0108", "unknown escape", "C knows the escapes \\n \\t \\r \\a \\b \\v \\f \\\\ \\' \\\" \\?, octal and "
                + "hexadecimal ones.",
            "int a = '\\q';"),
        entry(
            "L0109", "name too long", "Names are limited to 255 bytes, so that they fit messages and traces.",
            "int aaaaaaaa…;"),
        entry(
            "L0110", "model too long", "All files of a model together may have 4 MiB. A model that is anywhere near "
                + "this has far more states than can be searched: keep what the locking rule needs.",
            "(4 MiB of text)"),
        entry(
            "L0111", "too many tokens", "A model may have a million tokens. One that comes near this is generated "
                + "text that was not meant for the checker, or is far too large to be searched.",
            "(a million tokens)"),
        entry(
            "L0112", "header not included", "A model begins with #include <lockwalk.h>, so that compilers and "
                + "editors can read it as the C that it is. The checker knows these names without reading the file. "
                + "`lockwalk header` prints it.",
            "THREAD(t, 1) { }"),
        entry(
            "L0113", "header that is not for models", "A model is complete in itself: it cannot use the kernel's or "
                + "the C library's headers, whose code the checker could not explore. The kernel's locks, atomics "
                + "and barriers are in <lockwalk.h> under their own names; write out the structs that matter.",
            "#include <linux/mm.h>"),
        entry(
            "L0114", "included file not found", "The path of an #include with quotes is relative to the folder of "
                + "the file that includes it. No other folders are searched.",
            "#include \"no-such-file.h\""),
        entry(
            "L0115", "file that includes itself", "A file includes itself, directly or through others, and nothing "
                + "stops it. Put #pragma once into its first line, or an include guard around it.",
            "#include \"self.h\""),
        entry(
            "L0116", "too many includes", "Files may include each other 16 deep, and a model may have 256 includes.",
            "#include \"deep1.h\""),
        entry(
            "L0117", "malformed #include", "#include takes a file name in quotes, or <lockwalk.h>. A macro cannot "
                + "stand for the name.",
            "#include FILE"),
        entry(
            "L0118", "macro with parameters", "Model C has macros that stand for constants and expressions, without "
                + "parameters. A static function does what a macro with parameters would: it is inlined at each "
                + "call, and its lines show in traces.",
            "#define LOCK(x) spin_lock(x)"),
        entry(
            "L0119", "conditional with an expression", "#ifdef, #ifndef, #else and #endif are there for include "
                + "guards. Variants of a protocol are made with CONFIG, whose values the checker can go through; "
                + "text that is not wanted can be commented out.",
            "#if 1\n#endif"),
        entry(
            "L0120", "unknown directive", "A model may use #include, #define, #undef, #ifdef, #ifndef, #else, #endif "
                + "and #pragma, of which only #pragma once has a meaning.",
            "#error no"),
        entry(
            "L0121", "#else or #endif too many", "Each #else and #endif belongs to an #ifdef or #ifndef in the same "
                + "file, which has one #else at most.",
            "#endif"),
        entry(
            "L0122", "conditional without #endif", "An #ifdef or #ifndef must end in the file in which it begins.",
            "#ifdef X"),
        entry(
            "L0123", "macro defined twice", "A macro may be defined again with the same text, as through two "
                + "includes. With another text it would mean two things in one model.",
            "#define N 1\n#define N 2"),
        entry(
            "L0124", "directive without a name", "#define, #undef, #ifdef and #ifndef are followed by a name.",
            "#define 1"),
        entry(
            "L0125", "macros expand without bound", "Macros that are defined in terms of each other can grow "
                + "exponentially. All expansions of a model together are limited to a million tokens.",
            "#define A B B\n#define B C C"),
        entry(
            "L0126", "text behind a directive", "Nothing but a comment may follow a directive on its line: a "
                + "compiler would ignore it, which is seldom what was meant.",
            "#ifdef A\n#endif A"),
        entry(
            "L0127", "reserved name as a macro", "The names of <lockwalk.h> and the words of C mean the same in "
                + "every model. A macro of that name would turn a proof about one primitive into one about another.",
            "#define spin_lock my_lock"),
        entry(
            "L0128", "stray #", "# starts a directive when it is the first on its line. The operators # and ## "
                + "belong to macros with parameters, which a model does not have.",
            "int a = 1 # 2;"),
    ]
}
