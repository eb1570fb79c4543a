import Syntax

extension ProgramExplanations {
    /// L0490 to L0499: CONFIG and EXPECT.
    static let variants: [Explanation] = [
        entry(
            "L0490", "bad type of a CONFIG",
            "A CONFIG is a parameter that -D sets and that EXPECT compares, so it is a number, a bool or an "
                + "enum. An enum reads best: its values have names, and `lockwalk test` runs through all of them.",
            """
            struct rule { int value; };
            CONFIG(struct rule, rule, 0);

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0491", "value that a CONFIG does not have",
            "A CONFIG of a bool or an enum has the values of its type, and a CONFIG of a number those that "
                + "fit. Its default is none of them. Use one of those that the message lists.",
            """
            enum rule { NO_RECHECK, RECHECK };
            CONFIG(enum rule, rule, 2);

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0492", "unknown verdict",
            "An EXPECT lists verdicts, HOLDS or words such as USE_AFTER_FREE, each with a name in brackets if "
                + "wished; then qualifiers, UNFAIR, WEAK, STRONG, SC, TSO or LKMM. This word is none of them. "
                + "`lockwalk header` lists all.",
            """
            CONFIG(bool, recheck, true);
            EXPECT(!recheck, USE_AFTER_FRE);

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0493", "EXPECT without a verdict",
            "The row names variants, or qualifiers too, and does not say what `lockwalk test` is to expect of "
                + "them. Write HOLDS, or one or more words of errors, any of which will do.",
            """
            CONFIG(bool, recheck, true);
            EXPECT(recheck, WEAK);

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0494", "EXPECT for no variant",
            "No choice of the CONFIGs that the condition names makes it true, so the row would never be "
                + "tested and always pass. Often two values of one CONFIG are joined by && where || is meant.",
            """
            enum rule { NO_RECHECK, RECHECK };
            CONFIG(enum rule, rule, RECHECK);
            EXPECT(rule == NO_RECHECK && rule == RECHECK, HOLDS);

            THREAD(t, 1) { skip(); }
            """),
        entry(
            "L0495", "number that is not fixed",
            "A bool and an enum have few values, and all of them are tried. A number has many, so a row that "
                + "names a CONFIG of a number says with == which value is meant. Several values are several "
                + "comparisons, joined by ||.",
            """
            CONFIG(int, walkers, 2);
            EXPECT(walkers > 1, HOLDS);

            THREAD(t, walkers) { skip(); }
            """),
        entry(
            "L0496", "EXPECT for too many variants",
            "The row covers all combinations of the CONFIGs that it names, and there are more than 4096 of "
                + "them. Fix some of them in the row, or leave them out: a CONFIG that a row does not name keeps "
                + "its default.",
            """
            enum n { A0, A1, A2, A3, A4, A5, A6, A7, A8 };
            CONFIG(enum n, a, A0);
            CONFIG(enum n, b, A0);
            CONFIG(enum n, c, A0);
            CONFIG(enum n, d, A0);
            EXPECT(a == b || c == d, HOLDS);

            THREAD(t, 1) { skip(); }
            """),
    ]
}
