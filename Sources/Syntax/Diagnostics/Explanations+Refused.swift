extension SyntaxExplanations {
    /// L0300 to L0399: C that model C does not have.
    static let refused: [Explanation] = [
        entry(
            "L0301", "string", "A model computes nothing with text. Use an enum for what has a name; a failed "
                + "ASSERT is reported under the name that it is given.",
            "INIT { x = \"text\"; }"),
        entry(
            "L0302", "floating point", "The state of a model is made of integers of known width.", "float x;"),
        entry(
            "L0303", "function pointer", "Which function is called must be known when the model is compiled, as each "
                + "call is inlined. Keep an enum that says which one, and switch on it.",
            "int (*f)(void);"),
        entry(
            "L0304", "call of something that is no name", "A call names its function. One through a pointer, a "
                + "field or another expression has no fixed callee.",
            "INIT { ops->open(1); }"),
        entry(
            "L0305", "union", "Two names for the same bits would let a model read a pointer as a number. A struct "
                + "costs no more: fields that are dead take no part in a state.",
            "union u { int a; };"),
        entry(
            "L0306", "variable arguments", "The parameters of a function are fixed, so that calls can be inlined.",
            "void f(int a, ...);"),
        entry(
            "L0307", "inline assembly", "The checker does not know what instructions do. The kernel's atomics and "
                + "barriers are there under their own names.",
            "INIT { asm(1); }"),
        entry(
            "L0308", "statement expression", "Statements in ({ … }) belong to macros. A static function does the "
                + "same, is inlined, and shows in traces.",
            "INIT { x = ({ 1; }); }"),
        entry(
            "L0309", "typeof", "typeof belongs to macros. Types in a model are written out.", "typeof(1) x;"),
        entry(
            "L0310", "parameters without types", "Parameters are declared inside the parentheses, each with its "
                + "type. The form from before ANSI C is not supported.",
            "int f(a) int a; { return a; }"),
        entry(
            "L0311", "address of a label", "Where a goto leads must be known when the model is compiled.",
            "INIT { goto *p; }"),
        entry(
            "L0312", "array without a length", "All data of a model is bounded, and its layout is known when it is "
                + "compiled. Only an array with an initialiser, or a parameter, may leave its length open.",
            "int a[];"),
        entry(
            "L0313", "_Generic", "The type of an expression selects nothing in a model.", "INIT { _Generic(1); }"),
        entry(
            "L0314", "_Atomic", "Models use the kernel's atomics, whose ordering is in their names, not C11's.",
            "_Atomic int x;"),
        entry(
            "L0315", "function inside a function", "Functions stand at the top of a model, also their prototypes.",
            "INIT { int f(void); }"),
        entry(
            "L0316", "reserved name", "The names of <lockwalk.h> mean the same in every model, so that a reader "
                + "knows them. Names that begin with lw_ belong to the header too.",
            "int spin_lock;"),
        entry(
            "L0317", "anonymous member", "A struct inside a struct needs a field name, by which traces can show it.",
            "struct s { struct { int a; }; };"),
        entry(
            "L0318", "type defined in the wrong place", "Structs, enums and typedefs are defined at the top of a "
                + "file, where all that follows can use them; not in functions, parameters, casts or parts.",
            "INIT { struct s { int a; } x; }"),
        entry(
            "L0319", "parentheses in a declaration", "Declarations have the simple form: type, stars, name, lengths. "
                + "Pointers to whole arrays are not supported.",
            "int (*a)[3];"),
        entry(
            "L0320", "extern", "A model is one program. All its variables are defined in it, and extern could only "
                + "refer to something outside.",
            "extern int x;"),
        entry(
            "L0321", "range of values", "case 1 ... 3 and [1 ... 3] = x are extensions of a compiler.",
            "int a[4] = { [0 ... 3] = 1 };"),
        entry(
            "L0322", "?: without its middle", "x ?: y evaluates x once and uses it twice; in a model it must be "
                + "visible how often shared memory is read.",
            "int x = 1 ?: 2;"),
        entry(
            "L0323", "word of C that models do not have", "This word asks something of a compiler or of a platform "
                + "that has no meaning in a model.",
            "_Static_assert(1);"),
        entry(
            "L0324", "bit-field without a name", "An unnamed bit-field is padding, and the layout of memory means "
                + "nothing in a model.",
            "struct s { int a : 1, : 2; };"),
        entry(
            "L0325", "initial value of PER_CPU", "A PER_CPU variable starts as zero on each CPU; INIT may assign.",
            "PER_CPU(int, x) = { 1 };"),
        entry(
            "L0326", "GHOST in the wrong place", "GHOST marks a variable or a field that belongs to the proof. "
                + "Functions, parameters and types are not marked.",
            "GHOST int f(void);"),
        entry(
            "L0327", "initial value in the wrong place", "Fields, parameters and types have no values. Only "
                + "variables can be initialised.",
            "struct s { int a = 1; };"),
    ]
}
