import Syntax

extension ProgramExplanations {
    /// L0420 to L0439: initial values, functions, control flow, constants.
    static let values: [Explanation] = [
        entry(
            "L0420", "bad initial value",
            "Globals start with constants: numbers, enumerators, CONFIGs, NULL, and addresses of other "
                + "globals. Locks start free and take no value, and the parts of a struct or array inside another "
                + "one need braces of their own. Everything else is assigned in INIT, which runs before all "
                + "threads.",
            """
            struct page { int refs; };
            OBJECTS(struct page, pages, 2);
            static struct page *head = alloc(pages);

            THREAD(t, 1) { head->refs = 1; }
            """),
        entry(
            "L0421", "too many initial values",
            "The braces hold more values than the type has fields or elements. Often a field was removed from "
                + "the struct, or the array made shorter. Remove the extra values, or name fields with .field = "
                + "value.",
            """
            struct pte { bool present; bool dirty; };
            static struct pte pte = { 1, 0, 1 };

            THREAD(t, 1) { pte.dirty = 1; }
            """),
        entry(
            "L0422", "initial value too large",
            "The variable starts with a value that its type, its bit-field or its WIDTH does not hold. In a "
                + "running model this would be an OVERFLOW, so it is refused at once. Use a wider type or a smaller "
                + "value.",
            """
            static u2 state = 4;

            THREAD(t, 1) { state = 0; }
            """),
        entry(
            "L0423", "function as a value",
            "Functions are inlined at each call, so there is no address to store or compare. Only call_rcu() "
                + "and call_srcu() take the name of a function. Where the kernel keeps a function pointer, keep an "
                + "enum that says which one, and switch on it.",
            """
            static void wake(void) { }

            THREAD(t, 1) { if (wake) skip(); }
            """),
        entry(
            "L0424", "function without a body",
            "The function is declared, called, and defined nowhere, or the THREAD announced with a semicolon in "
                + "place of its body, and defined nowhere. A model is one program: nothing is linked to it. Write "
                + "the body, or delete the declaration and use a primitive of <lockwalk.h>.",
            """
            static void wake(int who);

            THREAD(t, 1) { wake(1); }
            """),
        entry(
            "L0425", "wrong number of arguments",
            "The call gives more or fewer arguments than the function or primitive takes. `lockwalk header` "
                + "shows how each primitive is called; some differ from the kernel's by an argument that a model "
                + "has no use for, such as alloc() and its flags.",
            """
            static spinlock_t lock;

            THREAD(t, 1) { spin_lock(&lock, 0); }
            """),
        entry(
            "L0426", "recursion",
            "The function calls itself, directly or through others. Functions are inlined, and a state has no "
                + "stack that could grow. Write a loop; a walk over a tree of fixed depth is one function for each "
                + "level.",
            """
            static int count;
            static void walk(int depth) { count++; walk(depth - 1); }

            THREAD(t, 1) { walk(2); }
            """),
        entry(
            "L0427", "no value",
            "A call that returns nothing is used as if it had a value, or an assignment to a GHOST is used by "
                + "the program. Call it as a statement of its own. If a primitive of the kernel returns something "
                + "here, see `lockwalk header` for the model's form of it.",
            """
            static int count;
            static spinlock_t lock;

            THREAD(t, 1) { count = spin_lock(&lock); }
            """),
        entry(
            "L0428", "value from a function that returns nothing",
            "The function's result type is void, as is that of a THREAD and of INIT, and a return gives a "
                + "value. Drop the value, or give the function a result type.",
            """
            static int count;
            static void put(void) { return count; }

            THREAD(t, 1) { put(); }
            """),
        entry(
            "L0429", "return without a value",
            "The function has a result type, and this return gives no value. Its callers would use what C "
                + "leaves open. Return a value on every path; an INVARIANT and the other properties return a bool.",
            """
            static int count;
            static int get(void) { count = 1; return; }

            THREAD(t, 1) { count = get(); }
            """),
        entry(
            "L0430", "two cases for one value",
            "A switch has two labels of the same value, so one of them could never be taken. Two enumerators "
                + "with the same number do it too. Remove one.",
            """
            static int state;

            THREAD(t, 1)
            {
                    switch (state) {
                    case 0: break;
                    case 0: state = 1;
                    }
            }
            """),
        entry(
            "L0431", "two defaults",
            "A switch has one default, taken when no case fits. Remove one of the two, or give it a case "
                + "label.",
            """
            static int state;

            THREAD(t, 1)
            {
                    switch (state) {
                    default: break;
                    default: state = 1;
                    }
            }
            """),
        entry(
            "L0432", "case outside a switch",
            "A case or default belongs to the switch around it, and there is none here. An ATOMIC inside the "
                + "switch ends its reach: a jump into the middle of a step would have no meaning. Put the ATOMIC "
                + "into the case, not the case into the ATOMIC.",
            """
            static int state;

            THREAD(t, 1)
            {
                    switch (state) {
                    case 0: ATOMIC { case 1: state = 2; }
                    }
            }
            """),
        entry(
            "L0433", "break or continue outside a loop",
            "break leaves the innermost loop or switch, and continue begins the next round of the innermost "
                + "loop; there is none around this one. A function does not see the loops of its caller, though it "
                + "is inlined there. Use return to leave a function or a THREAD.",
            """
            static int state;

            THREAD(t, 1)
            {
                    if (state)
                            break;
            }
            """),
        entry(
            "L0434", "unknown label",
            "A goto leads to a label of the same function, and at() names a label in the body of the THREAD "
                + "that it asks about. No such label stands there. Labels in a function that the thread calls are "
                + "not seen, as they may be inlined more than once.",
            """
            static int state;

            THREAD(t, 1)
            {
            retry:
                    if (state)
                            goto rety;
            }
            """),
        entry(
            "L0435", "shift too wide",
            "A shift by more bits than the type has, or by a negative number, has no result in C. The bit "
                + "operations refuse a bit that their word does not have. Where the width is only known when the "
                + "model runs, this is an OVERFLOW of that run.",
            """
            static u32 mask;

            THREAD(t, 1) { mask = 1 << 32; }
            """),
        entry(
            "L0436", "index outside the array",
            "The constant index names an element that the array does not have. Indexes begin at 0. An index "
                + "that is only known when the model runs is checked then: OUT_OF_BOUNDS.",
            """
            static int slots[2];

            THREAD(t, 1) { slots[2] = 1; }
            """),
        entry(
            "L0437", "used before it is assigned",
            "On some path the local is read before anything was assigned to it, or a function ends without "
                + "returning the value that its caller uses. C leaves that value open, so the model would have no "
                + "meaning. Give the variable a value where it is declared, and return a value on every path.",
            """
            static int state;

            THREAD(t, 1)
            {
                    int seen;

                    if (state == 1)
                            seen = 1;
                    state = seen;
            }
            """),
        entry(
            "L0438", "address of a bit-field",
            "A bit-field shares a word with its neighbours and has no address of its own. Use a u1 … u7 "
                + "field: it takes as few bits in the state, and may be pointed to.",
            """
            struct pte { int present : 1; };
            static struct pte pte;

            THREAD(t, 1) { xchg(&pte.present, 1); }
            """),
        entry(
            "L0439", "change of a constant",
            "The variable is const, or it is a name that stands for a value, such as self. Use another "
                + "variable, or drop the const.",
            """
            THREAD(t, 1)
            {
                    const int limit = 2;

                    limit = 3;
            }
            """),
    ]
}
