import Syntax

/// Names, types and constants, L0400 to L0439.
extension Diagnostic {
    private static func meant(_ nearest: String?, else other: String) -> String {
        nearest.map { "did you mean '\($0)'?" } ?? other
    }

    static func unknownName(_ name: String, _ range: SourceRange, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0400", range, "'\(name)' is not declared", suggestion: meant(nearest, else: "declare it above"))
    }

    static func unknownFunction(_ name: Name, _ nearest: String?) -> Diagnostic {
        Diagnostic(
            "L0401", name.range, "there is no function or primitive '\(name.text)'",
            suggestion: KernelHabits.advice[name.text]
                ?? meant(nearest, else: "write it as a static function; `lockwalk header` lists the primitives"))
    }

    static func unknownType(_ name: Name, _ nearest: String?) -> Diagnostic {
        Diagnostic(
            "L0402", name.range, "there is no type '\(name.text)'",
            suggestion: KernelHabits.advice[name.text] ?? meant(nearest, else: "define it above"))
    }

    static func redefined(_ what: String, _ range: SourceRange) -> Diagnostic {
        Diagnostic("L0403", range, "\(what) is defined twice", suggestion: "rename or remove one of the two")
    }

    static func reservedName(_ name: Name) -> Diagnostic {
        Diagnostic("L0404", name.range, "'\(name.text)' is a name of <lockwalk.h>", suggestion: "choose another name")
    }

    static func incompleteType(_ type: String, _ range: SourceRange) -> Diagnostic {
        if type.hasPrefix("void") {
            return Diagnostic("L0405", range, "nothing can be of type void", suggestion: "name the type that is meant")
        }
        return Diagnostic("L0405", range, "\(type) is not defined here", suggestion: "define it before it is used, or use a pointer to it")
    }

    static func noSuchField(_ name: Name, _ type: String, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0406", name.range, "\(type) has no field '\(name.text)'", suggestion: meant(nearest, else: "add the field"))
    }

    static func notConstant(_ range: SourceRange, name: String?, suggestion: String?) -> Diagnostic {
        Diagnostic(
            "L0407", range, name.map { "'\($0)' is not a constant or a CONFIG" } ?? "this must be a constant",
            suggestion: meant(suggestion, else: "use numbers, enumerators and CONFIGs only"))
    }

    static func badConstantOperation(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            "L0408", range, "this constant has no value: a division by zero, a shift too wide, or a number too large",
            suggestion: "correct the constant")
    }

    static func constantTooLarge(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0409", range, "an enumerator must fit 32 bits", suggestion: "choose a smaller number")
    }

    static func arrayWithoutLength(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0410", range, "this array has no length", suggestion: "give its length in the brackets")
    }

    static func badArrayLength(_ range: SourceRange, _ value: Int64) -> Diagnostic {
        Diagnostic("L0411", range, "an array cannot have \(value) elements", suggestion: "use 1 to \(TypeTable.elementsMax)")
    }

    static func badBitField(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0412", range, "a bit-field is a number of 1 to as many bits as its type has", suggestion: "correct the width")
    }

    static func typeMismatch(_ range: SourceRange, _ from: String, _ to: String) -> Diagnostic {
        Diagnostic(
            "L0413", range, "\(from) and \(to) do not go together",
            suggestion: "check which variable or field is meant; there are no casts between pointer types")
    }

    static func notAnInteger(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0414", range, "a number is needed here, and this is \(type)", suggestion: "use a field or compare it with something")
    }

    static func notAPointer(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0415", range, "a pointer to an object is needed here, and this is \(type)", suggestion: "take an address with &, or drop the * or ->")
    }

    static func notAStruct(_ range: SourceRange, _ type: String, isArrow: Bool) -> Diagnostic {
        Diagnostic(
            "L0416", range, "\(type) has no fields",
            suggestion: isArrow ? "use '.' if it is not a pointer" : "use '->' if it is a pointer")
    }

    static func notAnArray(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0417", range, "\(type) is not an array", suggestion: "declare it as an array, or drop the index")
    }

    static func notAnObject(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0418", range, "this is a value, not a variable or field", suggestion: "put it into a variable first")
    }

    static func badCast(_ range: SourceRange, _ from: String, _ to: String) -> Diagnostic {
        Diagnostic("L0419", range, "\(from) cannot be cast to \(to)", suggestion: "cast to integer and enum types only; keep one struct type per object")
    }

    static func badInitializer(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0420", range, "\(type) cannot start with this", suggestion: "use constants and addresses of globals; do the rest in INIT")
    }

    static func tooManyInitializers(_ range: SourceRange, _ type: String) -> Diagnostic {
        Diagnostic("L0421", range, "there are more values than \(type) has parts", suggestion: "remove the extra values")
    }

    static func initializerDoesNotFit(_ range: SourceRange, _ value: Int64, _ high: Int64) -> Diagnostic {
        Diagnostic("L0422", range, "\(value) does not fit: the largest value is \(high)", suggestion: "use a wider type or a smaller value")
    }

    static func functionAsValue(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0423", range, "'\(name)' is a function: there are no function pointers", suggestion: "call it; only call_rcu() and call_srcu() take a function's name")
    }

    static func functionWithoutBody(_ name: Name) -> Diagnostic {
        Diagnostic("L0424", name.range, "'\(name.text)' is declared and never defined", suggestion: "give it a body")
    }

    static func wrongArgumentCount(_ name: Name, _ count: Int, _ arity: ClosedRange<Int>) -> Diagnostic {
        let wanted = arity.lowerBound == arity.upperBound ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
        return Diagnostic(
            "L0425", name.range, "\(name.text)() takes \(wanted) argument\(wanted == "1" ? "" : "s"), and gets \(count)",
            suggestion: "see `lockwalk header`, or the function's definition")
    }

    static func recursion(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0426", range, "'\(name)' calls itself: functions are inlined, so there is no recursion", suggestion: "write a loop")
    }

    static func voidValue(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0427", range, "this has no value", suggestion: "call it as a statement of its own")
    }

    static func returnsValue(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0428", range, "'\(name)' returns nothing, and is given a value to return", suggestion: "write `return;`")
    }

    static func returnsNothing(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0429", range, "'\(name)' must return a value", suggestion: "write `return value;`")
    }

    static func duplicateCase(_ range: SourceRange, _ value: Int64) -> Diagnostic {
        Diagnostic("L0430", range, "there are two cases for \(value)", suggestion: "remove one")
    }

    static func duplicateDefault(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0431", range, "there are two defaults in this switch", suggestion: "remove one")
    }

    static func caseOutsideSwitch(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0432", range, "a case or default stands in no switch", suggestion: "move it into the switch that it belongs to, and not into an ATOMIC inside it")
    }

    static func notInLoop(_ word: String, _ range: SourceRange) -> Diagnostic {
        Diagnostic("L0433", range, "'\(word)' stands in no loop\(word == "break" ? " or switch" : "")", suggestion: "use return or goto")
    }

    static func unknownLabel(_ name: Name, _ nearest: String?) -> Diagnostic {
        Diagnostic("L0434", name.range, "there is no label '\(name.text)' here", suggestion: meant(nearest, else: "write `\(name.text):` before a statement of the same function"))
    }

    static func shiftTooWide(_ range: SourceRange, _ width: Int64, _ bits: Int) -> Diagnostic {
        Diagnostic("L0435", range, "bit \(width) of a value of \(bits) bits", suggestion: "use 0 to \(bits - 1)")
    }

    static func indexOutOfRange(_ range: SourceRange, _ index: Int64, _ count: Int) -> Diagnostic {
        Diagnostic("L0436", range, "the array has \(count) elements, and this is number \(index)", suggestion: "use 0 to \(count - 1)")
    }

    static func usedBeforeAssigned(_ range: SourceRange, _ name: String, _ declared: SourceRange) -> Diagnostic {
        let isResult = name.hasPrefix("the value of ")
        return Diagnostic(
            "L0437", range,
            isResult ? "\(name) is used, and the function may end without returning one" : "'\(name)' may be used before it is assigned",
            suggestion: isResult ? "return a value on every path" : "give it a value where it is declared",
            notes: declared.file >= 0 ? [(declared, isResult ? "here" : "declared here")] : [])
    }

    static func addressOfBitField(_ range: SourceRange) -> Diagnostic {
        Diagnostic("L0438", range, "a bit-field has no address", suggestion: "use a u1 … u7 field instead")
    }

    static func assignToConstant(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic("L0439", range, "'\(name)' is const", suggestion: "use another variable")
    }
}
