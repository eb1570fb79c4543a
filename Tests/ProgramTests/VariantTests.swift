import Program
import Testing

/// CONFIGs, the rows of EXPECT, and what a variant leaves out.
@Suite struct VariantTests {
    private static let text = """
        enum rule { NO_RECHECK, RECHECK, TRYLOCK };
        CONFIG(enum rule, rule, RECHECK);
        CONFIG(bool, fast, false);
        CONFIG(int, walkers, 2);
        static int x, y;

        THREAD(walker, walkers)
        {
                if (rule == NO_RECHECK)
                        x = 1;
                else if (fast && rule == TRYLOCK)
                        x++;
                y = 1;
        }

        """

    private func variants(_ row: String) -> [[String: Int64]] { lower(Self.text + row).source.expectations.last?.variants ?? [] }

    @Test func configsAreRead() {
        let source = lower(Self.text).source
        #expect(source.configs.map(\.name) == ["rule", "fast", "walkers"])
        #expect(source.configs.map(\.typeDescription) == ["enum rule", "bool", "int"])
        #expect(source.configs.map(\.defaultValue) == [1, 0, 2])
        #expect(source.configs[0].values?.map(\.text) == ["NO_RECHECK", "RECHECK", "TRYLOCK"])
        #expect(source.configs[2].values == nil)
        #expect(source.value("TRYLOCK", ofConfig: "rule") == 2)
        #expect(source.value("2", ofConfig: "rule") == 2)
        #expect(source.value("3", ofConfig: "rule") == nil)
        #expect(source.value("true", ofConfig: "fast") == 1)
        #expect(source.value("0x10", ofConfig: "walkers") == 16)
        #expect(source.value("many", ofConfig: "walkers") == nil)
        #expect(source.describe(["rule": 0]).map(\.value) == ["NO_RECHECK", "false", "2"])
    }

    @Test func aRowCoversAllValuesThatMakeItTrue() {
        #expect(variants("EXPECT(rule == RECHECK, HOLDS);") == [["rule": 1]])
        #expect(variants("EXPECT(rule != RECHECK, HOLDS);") == [["rule": 0], ["rule": 2]])
        #expect(variants("EXPECT(fast, HOLDS);") == [["fast": 1]])
        #expect(variants("EXPECT(!fast && rule > NO_RECHECK, HOLDS);").count == 2)
        #expect(variants("EXPECT(walkers == 1 || walkers == 3, HOLDS);") == [["walkers": 1], ["walkers": 3]])
        #expect(variants("EXPECT(true, HOLDS);") == [[:]])
    }

    @Test func verdictsAndQualifiers() throws {
        let row = try #require(
            lower(Self.text + "EXPECT(fast,  DEADLOCK,\n USE_AFTER_FREE(pages), WEAK, TSO);").source.expectations.last)
        #expect(
            row.accepted == [
                ExpectedVerdict(word: "DEADLOCK", name: nil), ExpectedVerdict(word: "USE_AFTER_FREE", name: "pages"),
            ])
        #expect(row.fairness == "WEAK")
        #expect(row.memory == "TSO")
        #expect(row.text == "EXPECT(fast, DEADLOCK, USE_AFTER_FREE(pages), WEAK, TSO)")
    }

    @Test func whatAVariantCannotReachIsDropped() {
        #expect(lower(Self.text).steps(of: "walker") == [.store])
        #expect(lower(Self.text, ["rule": 0]).steps(of: "walker") == [.store, .store])
        #expect(lower(Self.text, ["rule": 2]).steps(of: "walker") == [.store])
        #expect(lower(Self.text, ["rule": 2, "fast": 1]).steps(of: "walker") == [.load, .store, .store])
    }

    @Test func whatAVariantDropsTakesNoMemory() {
        let text = """
            CONFIG(bool, reads, true);
            static rwlock_t lock;
            static int x;
            THREAD(t, 2) { if (reads) { read_lock(&lock); read_unlock(&lock); } x = 1; }
            THREAD(u, 1) { write_lock(&lock); write_unlock(&lock); }
            """
        let with = lower(text).model?.cells.count ?? 0
        let without = lower(text, ["reads": 0]).model?.cells.count ?? 0
        #expect(without < with)
    }

    @Test func instancesFollowTheirCount() {
        #expect(lower(Self.text).model?.threads.map(\.name) == ["walker[0]", "walker[1]"])
        #expect(lower(Self.text, ["walkers": 1]).model?.threads.map(\.name) == ["walker"])
        #expect(lower(Self.text, ["walkers": 0]).model?.threads.count == 0)
        #expect(lower(Self.text, ["walkers": 61]).codes == ["L0455"])
    }

    @Test func aConstantCountsOnlyWhereItIsNeeded() {
        let text = "CONFIG(int, n, 0);\nstatic int a[n && 8 / n ? 8 / n : 1];\nTHREAD(t, 1) { a[0] = 1; }"
        #expect(lower(text).codes == [])
        #expect(lower(text, ["n": 4]).model?.cells.filter { $0.name.hasPrefix("a[") }.count == 2)
    }

    /// at() of a label that only another variant gets to is false, not unknown.
    @Test func labelsOfOtherVariantsAreKnown() {
        let text = """
            CONFIG(bool, slow, false);
            static int x;
            THREAD(t, 1) { if (slow) { waiting: x = 1; } x = 2; }
            INVARIANT(early) { return !at(t, 0, waiting); }
            """
        #expect(lower(text).codes == [])
        #expect(lower(text, ["slow": 1]).codes == [])
        #expect(lower(text + "\nINVARIANT(other) { return !at(t, 0, wating); }").codes == ["L0434"])
    }
}
