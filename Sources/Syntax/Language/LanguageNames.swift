/// The names that the language itself gives a meaning: types, parts of a model, words of C.
public enum LanguageNames {
    /// Types that are one word and that `<lockwalk.h>` defines.
    public static let types: Set<String> = [
        "bool", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u16", "u32", "u64", "s8", "s16", "s32",
        "spinlock_t", "rwlock_t", "seqcount_t", "seqlock_t", "wait_queue_head_t", "atomic_t", "refcount_t",
    ]

    /// Structs that `<lockwalk.h>` defines, written `struct mutex` in a model.
    public static let structs: Set<String> = ["mutex", "rw_semaphore", "completion", "srcu_struct"]

    /// What stands at the top of a model and is no C.
    public static let parts: Set<String> = [
        "CONFIG", "THREAD", "THREAD_ON", "DAEMON", "INTERRUPT", "PREEMPTION", "INIT", "OBJECTS", "PER_CPU", "REGISTER",
        "INVARIANT", "FINALLY", "SOMETIMES", "EVENTUALLY", "ALWAYS_EVENTUALLY", "LEADS_TO", "CONSTRAINT", "CHECK",
        "NO_CHECK", "EXPECT", "RCU_FLAVOR", "LOCKS", "WIDTH", "TLB", "TLB_WALK",
    ]

    /// Capital words that stand inside declarations and functions.
    public static let markers: Set<String> = ["GHOST", "ATOMIC"]

    /// Words that build the arithmetic types of C.
    static let typeWords: Set<String> = [
        "void", "char", "short", "int", "long", "signed", "unsigned", "_Bool", "__signed__",
    ]

    /// Words that may stand among those of a type; what they say matters to a compiler only.
    static let ignoredWords: Set<String> = [
        "volatile", "__volatile__", "inline", "__inline", "__inline__", "__always_inline", "noinline", "register",
        "restrict", "__restrict", "auto", "__maybe_unused", "__must_check", "__read_mostly", "__extension__",
    ]

    static let storageWords: Set<String> = ["static", "extern", "typedef", "const", "__const"]

    static let statementWords: Set<String> = [
        "if", "else", "while", "do", "for", "switch", "case", "default", "goto", "break", "continue", "return", "sizeof",
    ]

    /// Words of C that model C refuses by name; see `Diagnostic.refusedWord`.
    static let refusedWords: Set<String> = [
        "union", "float", "double", "typeof", "__typeof__", "__typeof", "__auto_type", "typeof_unqual", "_Generic",
        "_Atomic", "asm", "__asm__", "__asm", "_Static_assert", "static_assert", "_Alignas", "_Alignof", "alignas",
        "alignof", "__alignof__", "_Thread_local", "thread_local", "__thread", "_Noreturn", "_Complex", "__int128",
        "__int128_t", "__uint128_t", "_BitInt", "__label__", "_Float16", "_Float32", "_Float64", "_Float128",
        "__builtin_va_list", "va_list", "constexpr",
    ]

    /// Those of them that stand where a type does.
    static let refusedTypeWords: Set<String> = [
        "union", "float", "double", "typeof", "__typeof__", "__typeof", "__auto_type", "typeof_unqual", "_Atomic",
        "_Complex", "__int128", "__int128_t", "__uint128_t", "_BitInt", "_Float16", "_Float32", "_Float64",
        "_Float128", "va_list", "__builtin_va_list", "_Thread_local", "thread_local", "__thread", "_Noreturn",
        "_Alignas", "alignas", "constexpr",
    ]

    /// Every word that can never be the name of something in a model.
    static let keywords: Set<String> =
        typeWords.union(ignoredWords).union(storageWords).union(statementWords).union(refusedWords)
        .union(["struct", "enum", "__attribute__", "__attribute"])

    static func startsType(_ word: String) -> Bool {
        types.contains(word) || typeWords.contains(word) || word == "struct" || word == "enum"
    }

    /// Is this name taken by `<lockwalk.h>`, so that no variable, function, constant or macro may have it?
    public static func isReserved(_ name: String) -> Bool {
        primitives.contains(name) || parts.contains(name) || markers.contains(name) || types.contains(name)
            || name.hasPrefix("lw_") || name.hasPrefix("LW_") || name == "LOCKWALK_H"
    }
}
