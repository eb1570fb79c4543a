import Program
import Testing

/// Memory, ranges and bits of small models.
@Suite struct LayoutTests {
    private func layout(_ lowered: Lowered) throws -> StateLayout {
        let model = try #require(lowered.model, "\(lowered.rendered)")
        return StateLayout(model: model, liveness: model.classes.map { Liveness($0.code) })
    }

    /// Width in bits of each cell of the program's own, by name.
    private func widths(_ text: String) throws -> [String: Int] {
        let lowered = lower(text)
        let layout = try layout(lowered)
        var widths: [String: Int] = [:]
        for (index, cell) in lowered.model!.cells.enumerated().dropFirst() where !cell.name.hasSuffix(": point") {
            widths[cell.name] = layout.cells[index].width
        }
        return widths
    }

    @Test func typesHaveTheirBits() throws {
        let text = """
            enum state { IDLE, BUSY, DONE };
            struct page { u2 refs; bool dirty; u8 low : 3; s8 sign : 2; };
            OBJECTS(struct page, pages, 3);
            static struct page *head;
            static enum state state;
            static u7 wide;
            static int constant, flag;
            static spinlock_t lock;
            THREAD(t, 2) { spin_lock(&lock); flag = 1; state = BUSY; spin_unlock(&lock); }
            """
        let widths = try widths(text)
        #expect(widths["pages[1].refs"] == 2)
        #expect(widths["pages[1].dirty"] == 1)
        #expect(widths["pages[1].low"] == 3)
        #expect(widths["pages[1].sign"] == 2)
        #expect(widths["pages[2] (live)"] == 1)
        // NULL or one of three.
        #expect(widths["head"] == 2)
        #expect(widths["state"] == 2)
        #expect(widths["wide"] == 7)
        #expect(widths["constant"] == 0)
        #expect(widths["flag"] == 1)
        // Free, or one of two owners.
        #expect(widths["lock"] == 2)
    }

    @Test func widthsAreTaken() throws {
        let widths = try widths(
            """
            struct page { int refs; seqcount_t seq; };
            static struct page page;
            static atomic_t users;
            static int count;
            WIDTH(struct page.refs, 5);
            WIDTH(struct page.seq, 2);
            WIDTH(users, 3);
            WIDTH(count, 1);
            THREAD(t, 1) { page.refs++; atomic_inc(&users); count = 1; write_seqcount_begin(&page.seq); }
            """)
        #expect(widths["page.refs"] == 5)
        #expect(widths["page.seq (count)"] == 2)
        #expect(widths["users"] == 3)
        #expect(widths["count"] == 1)
    }

    @Test func aWidthIsOfIntegersOnly() {
        let text = "struct s { int v; };\nOBJECTS(struct s, pool, 2);\nstatic struct s *p;\nstatic bool b;\n"
        #expect(lower(text + "WIDTH(p, 2);\nTHREAD(t, 1) { p = alloc(pool); }").codes == ["L0476"])
        #expect(lower(text + "WIDTH(b, 2);\nTHREAD(t, 1) { b = true; }").codes == ["L0476"])
    }

    @Test func deadLocalsTakeNoBits() throws {
        let lowered = lower(
            """
            static u3 a, b, c;
            THREAD(t, 1)
            {
                    u3 first = a;
                    u3 second = b;

                    c = first;
                    b = 1;
                    c = second;
            }
            """)
        let locals = try layout(lowered).locals[0].map { $0.reduce(0) { $0 + $1.field.width } }
        // a; b; c = first; b = 1; c = second.
        #expect(locals == [0, 3, 6, 3, 3])
    }

    @Test func initialValues() {
        let lowered = lower(
            """
            struct in { int a, b; };
            struct out { struct in in; u4 c; bool d; };
            enum e { A = 5, B };
            CONFIG(int, n, 3);
            static struct out x = { { 1, 2 }, 3, 4 }, y = { 1, 2, .d = true }, z[2] = { [1] = { .in.b = 7, 8 }, };
            static int m[2][2] = { 1, 2, 3, 4 }, open[] = { n, n + 1, [4] = 9 }, *p = &m[1][0], neg = -1;
            static u8 wrapped = 300;
            static u64 large = 0xffffffffffffffff;
            static enum e e = B;
            static atomic_t count = { 2 }, other = { .counter = 3 };
            static struct out zero = { 0 };
            THREAD(t, 1) { neg = 1; }
            """)
        var values: [String: Int64] = [:]
        for cell in lowered.model?.cells ?? [] where cell.initial != 0 { values[cell.name] = cell.initial }
        let address = lowered.model?.cells.firstIndex { $0.name == "m[1][0]" } ?? 0
        #expect(
            values == [
                "x.in.a": 1, "x.in.b": 2, "x.c": 3, "x.d": 1, "y.in.a": 1, "y.in.b": 2, "y.d": 1, "z[1].in.b": 7, "z[1].c": 8,
                "m[0][0]": 1, "m[0][1]": 2, "m[1][0]": 3, "m[1][1]": 4, "open[0]": 3, "open[1]": 4, "open[4]": 9,
                "p": Int64(address), "neg": -1, "wrapped": 44, "large": -1, "e": 6, "count": 2, "other": 3,
            ])
        #expect(lowered.model?.cells.filter { $0.name.hasPrefix("open[") }.count == 5)
    }

    @Test func constantsGuessTheRanges() throws {
        let lowered = lower("static int x = -2, y;\nTHREAD(t, 1) { x = 5; y = x; }")
        let model = try #require(lowered.model)
        func range(_ name: String) -> ClosedRange<Int64>? {
            guard let cell = model.cells.first(where: { $0.name == name }), case .inferred(let low, let high) = model.storages[cell.storage].kind
            else { return nil }
            return low...high
        }
        #expect(range("x") == -2...5)
        #expect(range("y") == -2...5)
    }

    @Test func shapesOfIntegers() {
        #expect(IntegerShape(bits: 8, isSigned: true).range == -128...127)
        #expect(IntegerShape(bits: 1, isSigned: true).range == -1...0)
        #expect(IntegerShape(bits: 63, isSigned: false).range == 0...Int64.max)
        #expect(IntegerShape(bits: 64, isSigned: false).range == Int64.min...Int64.max)
    }

    /// A callback is a thread of its own for each object that it may be called for, wherever that lies.
    @Test func callbacksOfObjectsInsideOfOthers() {
        let lowered = lower(
            """
            struct part { int v; };
            struct whole { int v; struct part parts[2]; };
            OBJECTS(struct whole, pool, 2);
            static struct part single, row[2];
            static void done(struct part *p) { p->v = 1; }
            THREAD(t, 1) { call_rcu(&row[1], done); }
            """)
        #expect(
            lowered.model?.threads.dropFirst().map(\.name) == [
                "done(pool[0].parts[0])", "done(pool[0].parts[1])", "done(pool[1].parts[0])", "done(pool[1].parts[1])",
                "done(single)", "done(row[0])", "done(row[1])",
            ])
    }
}
