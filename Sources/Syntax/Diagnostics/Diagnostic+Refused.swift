/// C that model C does not have, each refused by name, L0300 to L0399.
extension Diagnostic {
    static func stringLiteral(_ range: SourceRange) -> Diagnostic {
        error("L0301", range, "model C has no strings", "name things with an enum; an ASSERT has a name of its own")
    }

    static func floatingPoint(_ range: SourceRange, _ what: String) -> Diagnostic {
        error("L0302", range, "model C has no floating point: \(what)", "use an integer type")
    }

    static func functionPointer(_ range: SourceRange) -> Diagnostic {
        error(
            "L0303", range, "model C has no function pointers",
            "call the functions by name: keep which one in an enum, and switch on it")
    }

    static func indirectCall(_ range: SourceRange) -> Diagnostic {
        error("L0304", range, "only a function's own name can be called", "switch on an enum, and call by name")
    }

    static func union(_ range: SourceRange) -> Diagnostic {
        error("L0305", range, "model C has no unions", "use a struct: the checker stores no more bits than are used")
    }

    static func variadic(_ range: SourceRange) -> Diagnostic {
        error("L0306", range, "model C has no variable arguments", "write out the parameters")
    }

    static func inlineAssembly(_ range: SourceRange) -> Diagnostic {
        error(
            "L0307", range, "model C has no inline assembly",
            "use the kernel's atomics and barriers: barrier(), smp_mb(), cmpxchg()")
    }

    static func statementExpression(_ range: SourceRange) -> Diagnostic {
        error("L0308", range, "model C has no statement expressions", "write a static function: it is inlined")
    }

    static func typeofOperator(_ range: SourceRange, _ word: String) -> Diagnostic {
        error("L0309", range, "model C has no \(word)", "write the type out")
    }

    static func oldStyleDefinition(_ range: SourceRange) -> Diagnostic {
        error("L0310", range, "parameters need their types inside the parentheses", "write f(int a, int b)")
    }

    static func computedGoto(_ range: SourceRange) -> Diagnostic {
        error("L0311", range, "labels have no addresses in model C", "goto a label by name, or use a switch")
    }

    static func unsizedArray(_ range: SourceRange) -> Diagnostic {
        error(
            "L0312", range, "this array needs a constant length",
            "all data is bounded: give the length, by a CONFIG if it should vary")
    }

    static func genericSelection(_ range: SourceRange) -> Diagnostic {
        error("L0313", range, "model C has no _Generic", "write one function for each type")
    }

    static func atomicType(_ range: SourceRange) -> Diagnostic {
        error("L0314", range, "model C has no _Atomic", "use atomic_t, or READ_ONCE, WRITE_ONCE and cmpxchg")
    }

    static func nestedFunction(_ range: SourceRange) -> Diagnostic {
        error("L0315", range, "a function cannot stand inside a function", "move it out, above this one")
    }

    static func reservedName(_ range: SourceRange, _ name: String) -> Diagnostic {
        error("L0316", range, "'\(name)' is a name of <lockwalk.h>", "choose another name")
    }

    static func anonymousMember(_ range: SourceRange) -> Diagnostic {
        error("L0317", range, "a struct inside a struct needs a name here", "name the field")
    }

    static func localType(_ range: SourceRange) -> Diagnostic {
        error("L0318", range, "a type cannot be defined here", "define it at the top of the file, and use its name")
    }

    static func parenthesisedDeclarator(_ range: SourceRange) -> Diagnostic {
        error(
            "L0319", range, "model C has no parentheses in declarations",
            "drop them; for a pointer to an array, point to its first element")
    }

    static func externVariable(_ range: SourceRange) -> Diagnostic {
        error("L0320", range, "a model is one program, with nothing extern", "delete this line, or the word extern")
    }

    static func valueRange(_ range: SourceRange) -> Diagnostic {
        error("L0321", range, "model C has no ranges of values", "write each value out")
    }

    static func omittedOperand(_ range: SourceRange) -> Diagnostic {
        error("L0322", range, "'?:' needs its middle operand", "write x ? x : y, with x in a local")
    }

    static func refusedWord(_ range: SourceRange, _ word: String, _ advice: String) -> Diagnostic {
        error("L0323", range, "model C has no \(word)", advice)
    }

    static func castToContainer(_ range: SourceRange, _ word: String) -> Diagnostic {
        refusedWord(range, word, "keep a pointer to the struct itself, and link structs by fields: struct vma *next;")
    }

    static func unnamedBitField(_ range: SourceRange) -> Diagnostic {
        error("L0324", range, "a bit-field needs a name", "delete it: padding means nothing in a model")
    }

    static func perCPUInitializer(_ range: SourceRange) -> Diagnostic {
        error("L0325", range, "PER_CPU variables start as zero", "assign with per_cpu(name, cpu) = … in INIT")
    }

    static func misplacedGhost(_ range: SourceRange) -> Diagnostic {
        error("L0326", range, "GHOST belongs to variables and fields", "delete it here")
    }

    static func fieldInitializer(_ range: SourceRange, _ what: String) -> Diagnostic {
        error("L0327", range, "\(what) cannot have an initial value", "give the value where the variable is declared")
    }

    /// Words of C that are refused wherever they stand, with the advice for each.
    static func refused(_ word: String, _ range: SourceRange) -> Diagnostic {
        switch word {
        case "union": return union(range)
        case "float", "double", "_Complex", "_Float16", "_Float32", "_Float64", "_Float128":
            return floatingPoint(range, word)
        case "typeof", "__typeof__", "__typeof", "__auto_type", "typeof_unqual": return typeofOperator(range, word)
        case "_Generic": return genericSelection(range)
        case "_Atomic": return atomicType(range)
        case "asm", "__asm__", "__asm": return inlineAssembly(range)
        case "va_list", "__builtin_va_list": return variadic(range)
        case "__label__": return refusedWord(range, word, "delete it: labels belong to their function anyway")
        case "_Static_assert", "static_assert":
            return refusedWord(range, word, "use ASSERT or INVARIANT, which the checker judges")
        case "_Thread_local", "thread_local", "__thread": return refusedWord(range, word, "use a local, or PER_CPU")
        case "__int128", "__int128_t", "__uint128_t", "_BitInt":
            return refusedWord(range, word, "use a struct of two u64")
        case "_Noreturn": return refusedWord(range, word, "delete it")
        case "constexpr": return refusedWord(range, word, "use an enum, a #define or a CONFIG")
        default: return refusedWord(range, word, "the layout of memory means nothing in a model: delete it")
        }
    }
}
