extension SyntaxExplanations {
    /// L0200 to L0299: what does not follow the grammar.
    static let grammar: [Explanation] = [
        entry(
            "L0201", "something else was expected", "The text does not follow the grammar at this place. The message "
                + "names what would have to stand here; the fault may be just before it.",
            "int a[1;"),
        entry(
            "L0202", "operand expected", "An expression, or a part of one, must stand here. Words of C, types and "
                + "statements cannot.",
            "int a = 1 + ;"),
        entry(
            "L0203", "name expected", "A name must stand here. Words of C such as int or return are no names.",
            "int return;"),
        entry(
            "L0204", "type expected", "A declaration needs a type: one of C's integer types, bool, u1 to u64, s8 to "
                + "s32, a lock, a struct, an enum or a typedef of the model.",
            "static x = 1;"),
        entry(
            "L0205", "unknown type", "This name is no type of C, of <lockwalk.h> or of a typedef above. A struct is "
                + "named with the word struct, as in the kernel.",
            "uint8_t x;"),
        entry(
            "L0206", "unknown part", "What stands at the top of a model is C, or one of the parts in capitals: "
                + "CONFIG, THREAD, DAEMON, INIT, OBJECTS, INVARIANT, FINALLY, SOMETIMES, EXPECT and their kin.",
            "THRAED(walker, 1) { }"),
        entry(
            "L0207", "block without an end", "A block that begins with { was still open where the file ends, or "
                + "where something stands that no block contains.",
            "INIT {"),
        entry(
            "L0208", "} too many", "There is no block open that this brace could close. Often a brace above closes "
                + "too early.",
            "}"),
        entry(
            "L0209", "words that make no type", "C combines short, long, signed and unsigned with int and char in "
                + "certain ways only.",
            "short char x;"),
        entry(
            "L0210", "expression too deep", "Expressions nest up to 256 levels, and a chain such as a + b + c + … "
                + "counts one level for each operator. Nobody writes more by hand.",
            "int x = ((((…))));"),
        entry(
            "L0211", "nested too deep", "Statements nest up to 128 levels, of which each case label and each else if "
                + "is one; structs up to 16, initialisers up to 32.",
            "{{{{…}}}}"),
        entry(
            "L0212", "declaration as the only statement", "What a declaration behind if, while or for declares could "
                + "never be used: the statement ends with it.",
            "INIT { if (1) int x; }"),
        entry(
            "L0213", "statement outside a function", "Code runs in a THREAD, a DAEMON, in INIT, or in a function "
                + "that these call. At the top of a model stand declarations and parts.",
            "return 1;"),
        entry(
            "L0214", "part inside a function", "THREAD, INVARIANT, OBJECTS and the other parts stand at the top of a "
                + "model. When one shows up inside a block, mostly a } is missing above it.",
            "INIT {\nTHREAD(t, 1) { }"),
        entry(
            "L0215", "else without if", "An else follows one statement behind if (…). Several need braces, and a ; "
                + "behind the ) is a statement too.",
            "INIT { else; }"),
        entry(
            "L0216", "name of a type", "A variable or function cannot have the name of a typedef: what a line means "
                + "would depend on where it stands.",
            "typedef int pfn_t; int pfn_t;"),
        entry(
            "L0217", "empty declaration", "A type alone, without a name, declares nothing.", "int;"),
        entry(
            "L0218", "type too complex", "A type has at most 8 levels of pointers and 8 dimensions.",
            "int *********p;"),
        entry(
            "L0219", "; missing", "Declarations, expressions and jumps end with a semicolon. The place given is the "
                + "end of what should be followed by it.",
            "int a = 1\nint b;"),
        entry(
            "L0220", "body missing", "A THREAD, INIT, ATOMIC or property is followed by its body in braces.",
            "INIT;"),
    ]
}
