import Syntax

/// What the modelling language refuses, L0440 to L0489.
extension Diagnostic {
    /// `a spinlock_t`, `an atomic_t`.
    private static func article(_ type: String) -> String { (type.first.map { "aeiou".contains($0) } == true ? "an " : "a ") + type }

    static func pointerArithmetic(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0440", range, "there is no arithmetic with pointers", suggestion: "index the array by its name: &array[i]")
    }

    static func pointerToLocal(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            "L0441", range, "the address of a local can only be passed on to a function or primitive",
            suggestion: "pass &variable straight to the call, or make the variable shared")
    }

    static func needsLocal(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0442", range, "this argument must be the address of a local variable", suggestion: "write &old, with a local `old`")
    }

    static func plainStructCopy(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            "L0443", range, "a shared struct cannot be copied plainly: it would be many steps",
            suggestion: "use READ_ONCE() or WRITE_ONCE() on a packed word of at most 64 bits, or put the copy into ATOMIC { }")
    }

    static func notOneWord(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0444", range, "\(type) cannot be read or written in one step", suggestion: "use a scalar, a pointer or a struct of at most 64 bits")
    }

    static func markedLocal(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0445", range, "this is a local, which no other thread sees", suggestion: "read and write it plainly")
    }

    static func markedBitField(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0446", range, "READ_ONCE() and its kin do not take bit-fields", suggestion: "use a u1 … u7 field instead")
    }

    static func insideOfLock(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0447", range, "the inside of \(article(type)) is the checker's own", suggestion: "use its functions: see `lockwalk header`")
    }

    static func lockByValue(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0448", range, "a lock or atomic lives in shared memory: it is neither local nor copied", suggestion: "make it a global or a field, and pass its address")
    }

    static func wrongLockType(_ range: SourceRange, _ got: String, _ wanted: String) -> Diagnostic {
        Diagnostic("L0449", range, "the address of \(wanted == "a lock" ? wanted : article(wanted)) is needed, and this is \(got)", suggestion: "check the lock's type, and the & before it")
    }

    static func forgottenAmpersand(_ range: SourceRange, _ text: String) -> Diagnostic {
        Diagnostic("L0449", range, "the address of a lock or counter is needed here", suggestion: "write &\(text)")
    }

    static func poolAsValue(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0450", range, "'\(name)' is an OBJECTS, which only alloc() takes", suggestion: "get an object with alloc(\(name))")
    }

    static func notObjects(_ range: SourceRange, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0451", range, "alloc() takes the name of an OBJECTS", suggestion: nearest.map { "did you mean '\($0)'?" } ?? "declare one: OBJECTS(struct page, pages, 2);")
    }

    static func objectsNeedStruct(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0452", range, "OBJECTS are of a struct type", suggestion: "write OBJECTS(struct tag, name, count)")
    }

    static func badObjectCount(_ range: SourceRange, _ count: Int64) -> Diagnostic {
        Diagnostic("L0453", range, "there cannot be \(count) objects", suggestion: "use 0 to 64; two are enough for most protocols")
    }

    static func freeNeedsObject(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0454", range, "an object that alloc() gave is needed here, and this is \(type)", suggestion: "pass the pointer to the object itself")
    }

    static func badThreadCount(_ range: SourceRange, _ count: Int64, _ limit: Int) -> Diagnostic {
        Diagnostic("L0455", range, "there cannot be \(count) threads", suggestion: "use 0 to \(limit)")
    }

    static func tooManyThreads(_ count: Int, _ limit: Int) -> Diagnostic {
        Diagnostic("L0456", .none, "the model has \(count) threads and callbacks, and \(limit) is the most", suggestion: "use fewer threads or fewer objects")
    }

    static func noThread() -> Diagnostic {
        Diagnostic("L0457", .none, "the model has no THREAD, so nothing happens in it", suggestion: "write THREAD(name, 1) { … }")
    }

    static func selfOutsideThread(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0458", range, "'self' is known in the body of a THREAD or DAEMON only", suggestion: "pass it to the function as an argument")
    }

    static func notAThread(_ range: SourceRange, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0459", range, "this is not the name of a THREAD or DAEMON", suggestion: nearest.map { "did you mean '\($0)'?" } ?? "use the name that THREAD( ) gives")
    }

    static func atNeedsLabel(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0460", range, "at() takes a thread, an instance and a label", suggestion: "write at(walker, 0, label)")
    }

    static func assertNeedsName(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0461", range, "an ASSERT begins with its name", suggestion: "write ASSERT(name, condition)")
    }

    static func ghostInProgram(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0462", range, "the program cannot look at a GHOST: it is of the proof", suggestion: "use it in ASSERT, in a property or in the value of another ghost; or drop GHOST")
    }

    static func proofChangesProgram(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0463", range, "a proof cannot change the program or take a step", suggestion: "read plainly; change ghosts only, and in the program's text")
    }

    static func proofOnly(_ name: Name) -> Diagnostic {
        Diagnostic("L0464", name.range, "\(name.text)() is for properties, ASSERT and ghosts", suggestion: "a thread cannot know this; put it into an ASSERT or a property")
    }

    static func conditionHasSideEffect(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0465", range, "a condition that is waited for must not change anything", suggestion: "wait first, change afterwards: ATOMIC { wait_until(c); x = 1; }")
    }

    static func gotoIntoAtomic(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0466", range, "a goto cannot lead into an ATOMIC", suggestion: "put the label before the ATOMIC")
    }

    static func cycleWithoutStep(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0467", range, "this loop never ends and never takes a step", suggestion: "read something shared in it, wait_until() or skip()")
    }

    static func ghostWrittenTwice(_ range: SourceRange, _ name: String, _ first: SourceRange) -> Diagnostic {
        Diagnostic(
            .warning, "L0468", range, "the ghost '\(name)' gets two values within one step, and nothing sees the first",
            suggestion: "put skip(); between them to make two steps of it", notes: [(first, "the first value")])
    }

    static func notPerCPU(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0469", range, "this is not a PER_CPU variable", suggestion: "declare it: PER_CPU(int, count);")
    }

    static func perCPUWithoutCPU(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0470", range, "'\(name)' is PER_CPU: which CPU's?", suggestion: "write this_cpu(\(name)) or per_cpu(\(name), cpu)")
    }

    static func badPick(_ range: SourceRange, _ low: Int64, _ high: Int64) -> Diagnostic {
        Diagnostic("L0471", range, "pick(\(low), \(high)) has no values, or too many", suggestion: "the low end comes first, and 65536 values are the most")
    }

    static func callbackNotFunction(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0472", range, "the name of a function of the model is needed here", suggestion: "write call_rcu(object, function)")
    }

    static func callbackSignature(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0473", range, "'\(name)' is called with an object after a grace period", suggestion: "write static void \(name)(struct tag *object) { … }")
    }

    static func srcuNotGlobal(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0474", range, "callbacks are for an srcu_struct that is a global or a field of one", suggestion: "declare it: static struct srcu_struct domain;")
    }

    static func badWidth(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0475", range, "a WIDTH is 1 to 32 bits", suggestion: "correct the number of bits")
    }

    static func widthNamesNothing(_ range: SourceRange, _ key: String) -> Diagnostic {
        Diagnostic("L0476", range, "WIDTH names '\(key)', and there is no such int, atomic_t, refcount_t or seqcount_t", suggestion: "write WIDTH(variable, bits) or WIDTH(struct tag.field, bits)")
    }

    static func tooMuchMemory(_ range: SourceRange, _ limit: Int) -> Diagnostic {
        Diagnostic("L0477", range, "this model has more than \(limit) variables", suggestion: "use smaller arrays and fewer objects: a protocol shows its races in small")
    }

    static func modelTooLarge(_ range: SourceRange, _ limit: Int) -> Diagnostic {
        Diagnostic("L0478", range, "the code is too long when all functions are inlined (\(limit) instructions)", suggestion: "call fewer functions from one another, or use loops")
    }

    static func notYet(_ what: String, _ range: SourceRange) -> Diagnostic {
        Diagnostic("L0479", range, "\(what) is part of the language, and not yet supported", suggestion: "leave it out for now")
    }

    static func unknownCheck(_ name: Name, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0481", name.range, "there is no check '\(name.text)'", suggestion: nearest.map { "did you mean '\($0)'?" } ?? "see `lockwalk check --help` for their names")
    }

    static func badSetting(_ range: SourceRange, _ name: String, _ values: String) -> Diagnostic {
        Diagnostic("L0482", range, "\(name) does not take this value", suggestion: "use \(values)")
    }

    static func badCPU(_ range: SourceRange, _ cpu: Int64, _ limit: Int) -> Diagnostic {
        Diagnostic("L0483", range, "there is no CPU \(cpu)", suggestion: "CPUs have the numbers 0 to \(limit - 1)")
    }

    static func calledNotFunction(_ range: SourceRange, _ call: String) -> Diagnostic {
        Diagnostic("L0484", range, "\(call)() runs a function of the model on another CPU, and this is none", suggestion: "give the name of a function")
    }

    static func calledSignature(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0485", range, "'\(name)' cannot be run by an IPI: it takes no single argument, or returns a value", suggestion: "write static void \(name)(struct tag *argument) { … }, or with an integer")
    }
}
