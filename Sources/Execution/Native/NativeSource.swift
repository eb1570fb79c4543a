// C from the interpreter's own ops.
//
// The bytecode of a thread is translated op by op, so the interpreter stays the one definition of what an op means and
// there is a single compiler from the model to something that runs. What makes the C fast is what is known by then: a
// place in the register file is a C local or a literal, a field of the state is a constant shift and mask of a local
// word, the control flow is `goto`, and a pointer's few possible cells (`PointsTo`) turn an indirect access into a
// selection among constants.
//
// Nothing rare is translated. Where a step fails, a value leaves its range, a local loop does not end or there are too
// many choices, the function says "not mine", and the interpreter expands that one state instead: same failures, same
// widenings, same numbers. So the two can only differ where nothing is wrong, which the tests compare state by state.
//
// No name and no text of a model gets here: everything is numbered.

import Program

/// Why there is no native code. The interpreter goes on.
public enum NativeUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    /// The model asks for something that only the interpreter does.
    case unsupported(String)
    case noCompiler
    case compilerFailed(String)
    case compilerTooSlow(seconds: Int)
    case notLoaded(String)
    case cancelled

    public var description: String {
        switch self {
        case .unsupported(let what): "\(what) is interpreted"
        case .noCompiler: "there is no C compiler"
        case .compilerFailed(let how): "the C compiler failed: \(how)"
        case .compilerTooSlow(let seconds): "the C compiler took more than \(seconds) s"
        case .notLoaded(let why): "the compiled steps cannot be loaded: \(why)"
        case .cancelled: "it was no longer needed"
        }
    }
}

/// The limits that the generated code and its caller agree on.
package enum NativeLimits {
    /// Successors of one thread in one state; more are left to the interpreter.
    package static let outcomes = 64
    /// Choices within one step.
    package static let choices = 16
    /// Accesses of one state that may race.
    package static let accesses = 128
    /// Ops of all threads; above, a compiler would take longer than a search of that size is worth.
    package static let ops = 60_000
}

/// The C source of one model in one layout.
struct NativeSource {
    let model: Model
    let layout: StateLayout
    let options: ExecutionOptions
    let tables: MachineTables
    let bytecode: Bytecode
    let enabled: Set<FailureKind>
    private(set) var text = ""

    init(model: Model, layout: StateLayout, options: ExecutionOptions) throws(NativeUnavailable) {
        if layout.tracksStalePointers { throw .unsupported("CHECK(STALE_POINTER)") }
        self.model = model
        self.layout = layout
        self.options = options
        tables = MachineTables(model: model, layout: layout)
        bytecode = MachineImage.compile(
            model, tables,
            CompilerOptions(
                records: false, disabled: Set(FailureKind.allCases).subtracting(options.checks),
                recordAccesses: options.recordAccesses, mayRace: options.mayRace, tracksStalePointers: false))
        if bytecode.ops.count > NativeLimits.ops { throw .unsupported("a model of this size") }
        enabled = options.checks.union([.modelError])
        generate()
    }

    /// The most successors that one state can have.
    static func successorsMax(_ threadCount: Int) -> Int { max(1, threadCount) * NativeLimits.outcomes }

    private mutating func generate() {
        add(Self.prelude + Self.conflict)
        add("#define N \(layout.wordCount)\n#define T \(model.threads.count)\n")
        add("#define OUTCOMES \(NativeLimits.outcomes)\n#define CHOICES \(NativeLimits.choices)\n")
        add("#define ACCESSES \(NativeLimits.accesses)\n#define SUCCESSORS (T * OUTCOMES)\n")
        addTables()
        for domain in model.domains.indices { addDomain(domain) }
        var coverage = 0
        let starts = model.classes.map { threadClass in
            defer { coverage += threadClass.code.steps.count }
            return coverage
        }
        for thread in model.threads.indices {
            let threadClass = model.threads[thread].threadClass
            var unit = NativeUnit(self, unit: thread, code: model.classes[threadClass].code)
            add(unit.threadFunctions(thread, coverage: starts[threadClass]))
        }
        for property in model.properties.indices {
            let unit = model.threads.count + 1 + property
            var writer = NativeUnit(self, unit: unit, code: model.properties[property].code)
            add(writer.propertyFunction(property, result: model.properties[property].result))
        }
        if let plan = options.reduction { add(reducedEntry(plan)) } else { addEntry() }
        addOtherEntries()
    }

    private mutating func add(_ more: String) { text += more }

    /// The ops of a unit.
    func ops(_ unit: Int) -> Range<Int> {
        let end = unit + 1 < bytecode.units.count ? bytecode.units[unit + 1].start : bytecode.ops.count
        return bytecode.units[unit].start..<end
    }

    /// It names the ops that it leads to, even the next one.
    func isBranch(_ code: Opcode) -> Bool {
        switch code {
        case .jump, .jumpBack, .branch, .branchBack, .branchEqual, .branchNotEqual, .branchLessSigned,
            .branchLessOrEqualSigned, .branchIsZero, .checkedLoad, .checkedStore:
            true
        default: false
        }
    }

    // MARK: Tables

    /// By cell: where it lies, and the bit that says whether it may be followed.
    private mutating func addTables() {
        func table(_ name: String, _ type: String, _ values: [String]) -> String {
            "static const \(type) \(name)[] = {\(values.isEmpty ? "0" : values.joined(separator: ","))};\n"
        }
        add(table("SH", "u8", tables.cells.map { "\($0.field.shift)" }))
        add(table("WD", "u16", tables.cells.map { "\($0.field.word)" }))
        add(table("LB", "u64", tables.cells.map { hex($0.liveBit) }))
        add(table("LV", "u64", tables.cells.map { hex($0.liveWant) }))
        add(table("LW", "u16", tables.cells.map { "\($0.liveWord)" }))
        let cellType = model.cells.count < 1 << 7 ? "i8" : model.cells.count < 1 << 15 ? "i16" : "i32"
        add(table("P", cellType, tables.pointers.map(String.init)))
        add(table("X", cellType, tables.indices.map(String.init)))
        add(table("LP", "u8", bytecode.labelPoints.map(String.init)))
    }

    /// The readers of a domain that are inside.
    private mutating func addDomain(_ number: Int) {
        var terms: [String] = []
        for (bit, reader) in tables.domains[number].readers.enumerated() {
            let inside = tables.readers[reader].tests.map { differs(tables.tests[$0]) }
            if !inside.isEmpty { terms.append("((\(inside.joined(separator: " || "))) ? \(hex(1 << UInt64(bit))) : 0)") }
        }
        add("ALWAYS u64 in\(number)(const u64 *w) { return \(terms.isEmpty ? "0" : terms.joined(separator: " | ")); }\n")
    }

    func differs(_ test: BitTest) -> String {
        test.mask == 0 ? (test.value == 0 ? "0" : "1") : "(w[\(test.word)] & \(hex(test.mask))) != \(hex(test.value))"
    }

    // MARK: Entries

    private static let conflict = """
        static u32 conflict(const struct access *a, u32 n) {
            for (u32 i = 1; i < n; i++)
                for (u32 j = 0; j < i; j++)
                    if (a[i].cell == a[j].cell && a[i].thread != a[j].thread
                        && (a[i].write | a[j].write) && (a[i].plain | a[j].plain)) return 1;
            return 0;
        }

        """

    private mutating func addEntry() {
        let calls = model.threads.indices.map { thread in
            """
                    m = step\(thread)(s, out + (u64)n * N, mv + n, r, c, held);
                    if (m == NOT_MINE) goto mine_not;
                    n += m;

            """
        }.joined()
        let hardwareThreads = model.threads.indices.reduce(UInt64(0)) {
            model.classes[model.threads[$1].threadClass].kind == .hardware ? $0 | 1 << UInt64($1) : $0
        }
        let hardware =
            hardwareThreads == 0
            ? ""
            : """
                    r->on_condition &= \(hex(~hardwareThreads)); r->on_holders &= \(hex(~hardwareThreads));
                    r->abandoned &= \(hex(~hardwareThreads)); r->ended |= \(hex(hardwareThreads));

            """
        add(
            """
            u32 lw_expand(struct lw *c, const u64 *s, u32 count) {
                u32 total = 0, done = 0;
                c->kept = 0;
                for (; done < count; done++, s += N) {
                    struct record *r = c->records + done;
                    u64 *out = c->words + (u64)total * N, *mv = c->moves + total, *held = c->holders + (u64)done * T;
                    u32 n = 0, m;
                    if (c->capacity - total < SUCCESSORS || c->access_capacity - c->kept < ACCESSES) break;
                    r->ended = r->on_holders = r->on_condition = r->abandoned = 0;
                    r->first = total;
                    r->access_first = c->kept;
                    r->flags = 0;
                    c->noted = 0;
            \(calls)\
            \(hardware)\
                    r->count = n;
                    r->access_count = 0;
                    if (c->noted > 1 && conflict(c->accesses + c->kept, c->noted)) {
                        r->access_count = c->noted;
                        c->kept += c->noted;
                    }
                    total += n;
                    continue;
                mine_not:
                    r->count = r->access_count = 0;
                    r->flags = 1;
                }
                return done;
            }

            """)
    }

    private mutating func addOtherEntries() {
        let cases = model.properties.indices.map { "    case \($0): return property\($0)(c, s);\n" }.joined()
        add("u32 lw_property(struct lw *c, const u64 *s, u32 number) {\n    switch (number) {\n\(cases)    }\n    return 2;\n}\n")
        add(keyFunction)
    }

    private static let prelude = """
        typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
        typedef signed char i8; typedef short i16; typedef int i32; typedef long long i64;
        #define ALWAYS static inline __attribute__((always_inline))
        #define NOT_MINE 0xffffffffu
        struct record { u64 ended, on_holders, on_condition, abandoned; u32 first, count, access_first, access_count; u64 flags; };
        struct access { i32 thread, instruction, cell; u8 write, plain; };
        struct lw {
            u8 *covered, *taken, *waited, *exhausted, *only;
            u64 *words, *moves, *holders;
            struct record *records;
            struct access *accesses;
            u32 capacity, access_capacity, kept, noted;
            u64 passed, picked, *stack;
            u32 use;
        };
        ALWAYS i64 divs(i64 a, i64 b) { return b == 0 ? 0 : b == -1 ? (i64)(0 - (u64)a) : a / b; }
        ALWAYS i64 rems(i64 a, i64 b) { return b == 0 || b == -1 ? 0 : a % b; }
        ALWAYS i64 divu(u64 a, u64 b) { return b == 0 ? 0 : a / b; }
        ALWAYS i64 remu(u64 a, u64 b) { return b == 0 ? 0 : a % b; }

        """
}

func hex(_ value: UInt64) -> String { value < 10 ? "\(value)ull" : "0x" + String(value, radix: 16) + "ull" }

/// A literal of type `i64`. The least one has none in C.
func literal(_ value: Int64) -> String { value == .min ? "(-0x7fffffffffffffffll-1)" : "\(value)ll" }
