import Syntax

extension ProgramExplanations {
    /// L0400 to L0419: names and types.
    static let names: [Explanation] = [
        entry(
            "L0400", "undeclared name",
            "No variable, parameter, enumerator or CONFIG of this name is in sight. Names are declared before "
                + "they are used, as in C, and a function does not see the locals of its caller. If the name is "
                + "spelled nearly like a known one, the message proposes that.",
            """
            static int count;

            THREAD(t, 1) { coutn = 1; }
            """),
        entry(
            "L0401", "unknown function",
            "The name is neither a function of the model nor one of the kernel's primitives that Lockwalk "
                + "knows. `lockwalk header` prints all primitives. Other functions of the kernel are written out in "
                + "the model, as static functions that keep what matters to the locking rule.",
            """
            static spinlock_t lock;

            THREAD(t, 1) { spin_lokc(&lock); }
            """),
        entry(
            "L0402", "unknown type",
            "An enum, struct or typedef is used that the text has not defined up to here. Types are defined "
                + "at the top of a model, each before its first use. The types of the kernel that Lockwalk knows "
                + "are those of `lockwalk header`.",
            """
            static enum rule rule;

            THREAD(t, 1) { rule = 1; }
            """),
        entry(
            "L0403", "defined twice",
            "Two variables, functions, fields, labels or types have the same name in one scope. C would "
                + "refuse it as well, or silently take the second for the first. Rename or remove one of the two; "
                + "CONFIGs and enumerators share the names of the variables.",
            """
            static int owner;
            static bool owner;

            THREAD(t, 1) { owner = 1; }
            """),
        entry(
            "L0404", "reserved name",
            "The names of <lockwalk.h> mean the same in every model, so that a reader knows them. A variable "
                + "or function of that name would hide the primitive. Choose another name.",
            """
            THREAD(t, 1)
            {
                    int self = 1;
            }
            """),
        entry(
            "L0405", "type without a definition",
            "A struct is known by its tag alone here, so nothing can be said about its size and its fields. A "
                + "pointer to it may be declared, an object of it may not; a struct cannot contain itself either. "
                + "Define the struct above its first use, or use a pointer.",
            """
            struct page;
            static struct page page;

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0406", "unknown field",
            "The struct has no field of this name. Look for a misspelling, or for a pointer to another struct "
                + "than the one that is meant. A model's struct has the fields that the model gives it, not those "
                + "of the kernel.",
            """
            struct page { int refs; };
            static struct page page;

            THREAD(t, 1) { page.reffs = 1; }
            """),
        entry(
            "L0407", "not a constant",
            "Array lengths, counts of threads and objects, case labels, enumerators and the initial values of "
                + "globals are fixed before the search begins. They are made of numbers, enumerators and CONFIGs. "
                + "What is only known while the model runs belongs into INIT or into a THREAD.",
            """
            static int count = 2;
            static int slots[count];

            THREAD(t, 1) { slots[0] = 1; }
            """),
        entry(
            "L0408", "constant without a value",
            "The constant divides by zero, shifts by more bits than there are, or leaves 64 bits. C gives it "
                + "no value, so the model has none either. Often a CONFIG stands in the divisor and is zero in this "
                + "variant.",
            """
            CONFIG(int, ways, 0);
            static int set[8 / ways];

            THREAD(t, 1) { set[0] = 1; }
            """),
        entry(
            "L0409", "enumerator too large",
            "An enumerator is an int or an unsigned int in C, so it has 32 bits. Values that are wider, such "
                + "as addresses, mean nothing to a locking rule. Number the enumerators from 0: the state then "
                + "keeps only as many bits as they need.",
            """
            enum flag { LOCKED = 1, WAITERS = 0x100000000 };

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0410", "array without a length",
            "The length of an array must be known when the model is compiled: all data is bounded, and each "
                + "element has its place in the state. Only a variable may leave its length to its initial values. "
                + "Write the length between the brackets; a CONFIG may stand there, if it should vary.",
            """
            static int sum(int *numbers) { return *numbers; }

            THREAD(t, 1) { sum((int[]){ 1, 2 }); }
            """),
        entry(
            "L0411", "bad array length",
            "An array has 1 to 4096 elements. A race that needs more than two or three of them is rare, and "
                + "every element multiplies the number of states. Use the smallest length at which the protocol is "
                + "still itself.",
            """
            CONFIG(int, entries, 0);
            static int table[entries];

            THREAD(t, 1) { table[0] = 1; }
            """),
        entry(
            "L0412", "bad width of a bit-field",
            "A bit-field has at least 1 bit, and at most as many as its type. It is of an integer type or "
                + "bool. For a number of which the state keeps few bits and that is checked against overflow, use "
                + "u1 … u7.",
            """
            struct pte {
                    u8 present : 9;
            };

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0413", "types that do not go together",
            "A value of one type is assigned to, passed as or compared with another that C does not convert "
                + "it to: pointers to different structs, a pointer and a number, a struct and a number. Usually the "
                + "wrong variable or field is meant. There are no casts between pointer types, so an object keeps "
                + "the type that its OBJECTS gave it.",
            """
            struct page { int refs; };
            struct table { int refs; };
            static struct page page;

            THREAD(t, 1) { struct table *p = &page; p->refs = 1; }
            """),
        entry(
            "L0414", "not a number",
            "Arithmetic, indexes, switch and conditions need a number, and this is a struct, a pointer or "
                + "nothing at all. Name the field that is meant. A pointer may stand in a condition and be "
                + "compared, but not added to.",
            """
            struct pmd { int value; };
            static struct pmd pmd;

            THREAD(t, 1) { ATOMIC { if (pmd) skip(); } }
            """),
        entry(
            "L0415", "not a pointer",
            "-> and * follow a pointer to an object, and the value here is none. Use '.' for a struct itself, "
                + "or drop the star. A void * cannot be followed: nothing is known of what lies there.",
            """
            static int count;

            THREAD(t, 1) { *count = 1; }
            """),
        entry(
            "L0416", "not a struct",
            "A field is asked of something that has no fields. Use '->' on a pointer to a struct and '.' on a "
                + "struct. A number, an array or an enum has no fields at all.",
            """
            struct page { int refs; };
            static struct page page;
            static struct page *head = &page;

            THREAD(t, 1) { head.refs = 1; }
            """),
        entry(
            "L0417", "not an array",
            "Only arrays are indexed, by their own name. A pointer to the first element of an array cannot be "
                + "indexed either: pointers are addresses of single places in a model. Index the array, and take "
                + "the address of the element with & where a pointer is needed.",
            """
            static int count;

            THREAD(t, 1) { count[0] = 1; }
            """),
        entry(
            "L0418", "value instead of a variable",
            "An assignment, ++, & and the marked accesses need a variable, a field or an element. A constant, "
                + "the result of a call or of an operator has no place in memory. Put it into a variable first.",
            """
            static int a, b;

            THREAD(t, 1) { a + b = 1; }
            """),
        entry(
            "L0419", "bad cast",
            "Integers and enums may be cast to each other and to bool, and a pointer to its own type. A "
                + "pointer cannot become a number or a pointer to another struct: the checker follows each pointer "
                + "to an object of known type. If the kernel keeps flags in the low bits of a pointer, give the "
                + "model a struct with the pointer and the flags as fields.",
            """
            struct page { int refs; };
            static struct page page;
            static unsigned long word;

            THREAD(t, 1) { word = (unsigned long)&page; }
            """),
    ]
}
