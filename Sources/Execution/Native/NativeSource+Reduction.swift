// A reduction's plan as machine code: the same expansion as `StepEngine.reduce`, which says what it means.
//
// A place is a number of 16 bits: 0 for a thread that has ended, NOWHERE for one that stands where nobody foresaw, else
// its bit in the row of all nodes, counted from 1, and ASKED if there are rules for it. Where a thread's point and what
// tells its nodes apart are few bits, the place is one load from a table; else the point is switched on.

extension NativeSource {
    /// Bits of a thread by which its place is looked up at once.
    private static let tableBitsMax = 12

    /// `lw_expand` for a search that reduces, if `use` says so; `lw_reduces` marks it.
    func reducedEntry(_ plan: ReductionPlan) -> String {
        let tables = ReductionTables(plan)
        let starts = plan.bitStarts
        var text = "#define ROW \(plan.bitWords)\n#define PASSES \(ReductionPlan.passesMax)\n"
        text += "#define NOWHERE 0xffffu\n#define ASKED 0x8000u\nconst u32 lw_reduces = 1;\n"
        for thread in plan.threads.indices {
            text += placeFunction(thread, plan, tables, starts[thread])
        }
        text += aloneFunction(plan, starts) + placesFunction(plan, starts)
        for thread in plan.threads.indices { text += siftFunction(thread, plan) }
        return text + entry(plan)
    }

    // MARK: Where threads stand

    /// Bits that lie side by side, and where their value goes.
    private struct Run {
        var field: ReductionPlan.Field
        var place: Int

        var text: String {
            let value = "s[\(field.word)] >> \(field.shift) & \(hex(field.mask))"
            return place == 0 ? "(\(value))" : "(\(value)) << \(place)"
        }
    }

    /// All that decides a thread's place, as few runs of bits as there are.
    private func runs(_ thread: ReductionPlan.Thread) -> [Run] {
        var masks = [UInt64](repeating: 0, count: layout.wordCount)
        for field in [thread.position] + thread.points.flatMap(\.fields) where field.width > 0 {
            masks[field.word] |= field.mask << UInt64(field.shift)
        }
        var runs: [Run] = []
        var place = 0
        for (word, mask) in masks.enumerated() {
            var rest = mask
            while rest != 0 {
                let shift = rest.trailingZeroBitCount
                let width = (~(rest >> UInt64(shift))).trailingZeroBitCount
                runs.append(Run(field: ReductionPlan.Field(word: word, shift: shift, width: width), place: place))
                place += width
                if shift + width >= 64 { break }
                rest = (rest >> UInt64(shift + width)) << UInt64(shift + width)
            }
        }
        return runs
    }

    private func encoded(_ node: Int32, _ thread: Int, _ plan: ReductionPlan, _ start: Int) -> Int {
        if node == -2 { return 0 }
        if node < 0 { return 0xffff }
        return start + Int(node) + 1 + (plan.rules[thread][Int(node)].isEmpty ? 0 : 0x8000)
    }

    private func placeFunction(_ thread: Int, _ plan: ReductionPlan, _ tables: ReductionTables, _ start: Int) -> String {
        let info = plan.threads[thread]
        let runs = runs(info)
        let bits = runs.reduce(0) { $0 + $1.field.width }
        guard bits <= Self.tableBitsMax else { return switchedPlace(thread, plan, start) }
        var state = [UInt64](repeating: 0, count: layout.wordCount)
        let values = (0..<(1 << bits)).map { index -> String in
            for run in runs {
                let raw = UInt64(index >> run.place) & run.field.mask
                let kept = state[run.field.word] & ~(run.field.mask << UInt64(run.field.shift))
                state[run.field.word] = kept | (raw << UInt64(run.field.shift))
            }
            // What no state has there leads nowhere.
            let isPoint = state[info.position.word] >> UInt64(info.position.shift) & info.position.mask
                <= UInt64(info.points.count)
            let node = isPoint ? state.withUnsafeBufferPointer { tables.node(of: thread, in: $0.baseAddress!) } : -1
            return "\(encoded(node, thread, plan, start))"
        }
        return """
            static const u16 places\(thread)[] = {\(values.joined(separator: ","))};
            ALWAYS u32 place\(thread)(const u64 *s) { return places\(thread)[\(runs.map(\.text).joined(separator: " | "))]; }

            """
    }

    private func switchedPlace(_ thread: Int, _ plan: ReductionPlan, _ start: Int) -> String {
        let info = plan.threads[thread]
        var values: [String] = []
        var cases = ""
        for (number, point) in info.points.enumerated() {
            var index = ["\(values.count)"]
            var place = 0
            for field in point.fields {
                index.append(Run(field: field, place: place).text)
                place += field.width
            }
            values += point.nodes.map { "\(encoded($0, thread, plan, start))" }
            // The values begin anywhere, so they are added, not or-ed.
            let offset = index.count > 1 ? "\(index[0]) + (\(index[1...].joined(separator: " | ")))" : index[0]
            cases += "    case \(number + 1): return places\(thread)[\(offset)];\n"
        }
        return """
            static const u16 places\(thread)[] = {\(values.joined(separator: ","))};
            ALWAYS u32 place\(thread)(const u64 *s) {
                switch (\(Run(field: info.position, place: 0).text)) {
                case 0: return 0;
            \(cases)    }
                return NOWHERE;
            }

            """
    }

    private func placesFunction(_ plan: ReductionPlan, _ starts: [Int]) -> String {
        var body = ""
        for (thread, info) in plan.threads.enumerated() {
            let word = starts[thread] >> 6
            let isInOne = (starts[thread] + max(info.nodeCount, 1) - 1) >> 6 == word
            let index = isInOne ? "\(word)" : "((e - 1) & 0x7fff) >> 6"
            body += "    e = at[\(thread)] = place\(thread)(s); lost |= e == NOWHERE; asked |= e;\n"
            body += isInOne
                ? "    row[\(index)] |= (u64)(e != 0) << ((e - 1) & 63);\n"
                : "    if (e != 0 && e != NOWHERE) row[\(index)] |= 1ull << ((e - 1) & 63);\n"
        }
        return """
            /* 0 if nothing is known, 1 if nobody may be alone, 2 if somebody may. */
            ALWAYS u32 find(const u64 *s, u64 *row, u32 *at) {
                u32 e, lost = 0, asked = 0;
                for (u32 i = 0; i < ROW; i++) row[i] = 0;
            \(body)    return lost ? 0 : asked & ASKED ? 2 : 1;
            }

            """
    }

    // MARK: Who may go alone

    /// The rules as data, which costs a compiler nothing: by bit of the row, the rules of that node; each with the row of
    /// those that disturb it, words that must have some bits as they are wanted, and fields that may have several values.
    private func aloneFunction(_ plan: ReductionPlan, _ starts: [Int]) -> String {
        var firsts = [Int](repeating: 0, count: 64 * plan.bitWords + 1)
        var rules: [String] = []
        var exact: [String] = []
        var loose: [String] = []
        var counts: [String] = []
        var debits: [String] = []
        var bit = 0
        for (thread, start) in starts.enumerated() {
            for (node, list) in plan.rules[thread].enumerated() {
                while bit <= start + node {
                    firsts[bit] = rules.count
                    bit += 1
                }
                for rule in list {
                    let row = plan.row(rule).map(hex).joined(separator: ",")
                    let (firstExact, firstLoose, firstCount) = (exact.count, loose.count, counts.count)
                    conditions(rule.tests, &exact, &loose)
                    for count in rule.counts {
                        let first = debits.count
                        for (bit, row) in plan.rows(count).enumerated() {
                            debits.append("{{\(row.map(hex).joined(separator: ","))},\(bit)}")
                        }
                        let field = count.field
                        counts.append(
                            "{\(hex(field.mask)),\(count.least),\(field.word),\(field.shift),\(first),\(debits.count)}")
                    }
                    rules.append(
                        "{{\(row)},\(firstExact),\(exact.count),\(firstLoose),\(loose.count),"
                            + "\(firstCount),\(counts.count)}")
                }
            }
        }
        while bit < firsts.count {
            firsts[bit] = rules.count
            bit += 1
        }
        func all(_ items: [String], or none: String) -> String { items.isEmpty ? none : items.joined(separator: ",") }
        return """
            static const struct { u64 row[ROW]; u32 exact, exact_end, loose, loose_end, count, count_end; } rules[] = {\(all(rules, or: "{{0}}"))};
            static const struct { u64 mask, want; u32 word; } exact[] = {\(all(exact, or: "{0}"))};
            static const struct { u64 mask, values; u32 word, shift; } loose[] = {\(all(loose, or: "{0}"))};
            static const struct { u64 mask; long long least; u32 word, shift, debit, debit_end; } counts[] = {\(all(counts, or: "{0}"))};
            static const struct { u64 row[ROW]; u32 bit; } debits[] = {\(all(debits, or: "{{0}}"))};
            static const u32 first[] = {\(firsts.map(String.init).joined(separator: ","))};
            static u32 alone(u32 e, const u64 *s, const u64 *row) {
                const u32 bit = (e & 0x7fff) - 1;
                for (u32 i = first[bit]; i < first[bit + 1]; i++) {
                    u64 wrong = 0;
                    for (u32 k = 0; k < ROW; k++) wrong |= rules[i].row[k] & row[k];
                    if (wrong) continue;
                    for (u32 k = rules[i].exact; k < rules[i].exact_end; k++)
                        wrong |= (s[exact[k].word] & exact[k].mask) ^ exact[k].want;
                    if (wrong) continue;
                    for (u32 k = rules[i].loose; k < rules[i].loose_end; k++) {
                        const u64 value = s[loose[k].word] >> loose[k].shift & loose[k].mask;
                        wrong |= value > 63 || !(loose[k].values >> value & 1);
                    }
                    for (u32 k = rules[i].count; k < rules[i].count_end && !wrong; k++) {
                        long long left = (long long)(s[counts[k].word] >> counts[k].shift & counts[k].mask) - counts[k].least;
                        for (u32 d = counts[k].debit; d < counts[k].debit_end; d++)
                            for (u32 j = 0; j < ROW; j++)
                                left -= (long long)__builtin_popcountll(debits[d].row[j] & row[j]) << debits[d].bit;
                        wrong |= left < 0;
                    }
                    if (!wrong) return 1;
                }
                return 0;
            }

            """
    }

    /// Fields of which one value will do are compared together, word by word.
    private func conditions(_ tests: [ReductionPlan.Test], _ exact: inout [String], _ loose: inout [String]) {
        var masks = [UInt64](repeating: 0, count: layout.wordCount)
        var wanted = masks
        for test in tests {
            let field = test.field
            if field.width > 0, test.values != 0, test.values & (test.values - 1) == 0 {
                masks[field.word] |= field.mask << UInt64(field.shift)
                wanted[field.word] |= UInt64(test.values.trailingZeroBitCount) << UInt64(field.shift)
            } else {
                loose.append("{\(hex(field.mask)),\(hex(test.values)),\(field.word),\(field.shift)}")
            }
        }
        for word in masks.indices where masks[word] != 0 {
            exact.append("{\(hex(masks[word])),\(hex(wanted[word])),\(word)}")
        }
    }

    // MARK: Going through states

    /// Whether a thread stands at a step that is watched, in C; nil if it never does.
    private func watched(_ thread: Int, _ plan: ReductionPlan, _ state: String) -> String? {
        let info = plan.threads[thread]
        let points = info.points.indices.filter { info.points[$0].isWatched }
        if points.isEmpty { return nil }
        let position = "(\(state)[\(info.position.word)] >> \(info.position.shift) & \(hex(info.position.mask)))"
        return "(" + points.map { "\(position) == \($0 + 1)" }.joined(separator: " || ") + ")"
    }

    /// Takes from a thread's successors those that are gone through; returns how many are left.
    private func siftFunction(_ thread: Int, _ plan: ReductionPlan) -> String {
        var conditions = ["(e = place\(thread)(x)) & ASKED", "e != NOWHERE", "w->pushed < PASSES"]
        if let watched = watched(thread, plan, "x") { conditions.append("!\(watched)") }
        if plan.movesOthers { conditions.append("find(x, w->row, w->at)") }
        conditions.append("alone(e, x, w->row)")
        conditions += plan.constraints.map { "property\($0)(c, x) == 1" }
        let head = thread == 0
            ? """
            struct ways { u64 row[ROW], *stack; u32 at[T], pushed, top; u8 mover[PASSES]; };

            """ : ""
        return head + """
            static u32 sift\(thread)(struct lw *c, struct ways *w, u64 *out, u64 *mv, u32 m) {
                for (u32 k = m; k-- > 0;) {
                    const u64 *x = out + (u64)k * N;
                    u32 e;
                    if (!(\(conditions.joined(separator: " && ")))) continue;
                    for (u32 i = 0; i < N; i++) w->stack[(u64)w->top * N + i] = x[i];
                    w->mover[w->top++] = \(thread);
                    w->pushed++;
                    if (k != --m) {
                        for (u32 i = 0; i < N; i++) out[(u64)k * N + i] = out[(u64)m * N + i];
                        mv[k] = mv[m];
                    }
                }
                return m;
            }

            """
    }

    private func entry(_ plan: ReductionPlan) -> String {
        var picks = ""
        var steps = ""
        for thread in plan.threads.indices {
            picks += "                \(thread == 0 ? "" : "else ")if ((w.at[\(thread)] & ASKED) && "
            picks += "alone(w.at[\(thread)], s, w.row)) todo = \(hex(1 << UInt64(thread)));\n"
            let isWatched = watched(thread, plan, "x").map { " && !\($0)" } ?? ""
            steps += """
                        if (todo & \(hex(1 << UInt64(thread)))) {
                            m = step\(thread)(x, out + (u64)n * N, mv + n, now, c, held);
                            if (m == NOT_MINE) goto mine_not;
                            got += m;
                            if (m && passing\(isWatched)) m = sift\(thread)(c, &w, out + (u64)n * N, mv + n, m);
                            n += m;
                        }

                """
        }
        return """
            u32 lw_expand(struct lw *c, const u64 *s, u32 count) {
                u32 total = 0, done = 0;
                const u32 use = c->use, room = use & 2 ? SUCCESSORS + PASSES * OUTCOMES : SUCCESSORS;
                struct ways w;
                struct record other;
                u64 hold[N];
                w.stack = c->stack;
                c->kept = 0;
                c->passed = c->picked = 0;
                for (; done < count; done++, s += N) {
                    struct record *r = c->records + done, *now = r;
                    u64 *out = c->words + (u64)total * N, *mv = c->moves + total, *held = c->holders + (u64)done * T;
                    u64 todo = ~0ull;
                    const u64 *x = s;
                    u32 n = 0, m, got, passing = 0, picked = 0;
                    if (c->capacity - total < room || c->access_capacity - c->kept < ACCESSES) break;
                    r->ended = r->on_holders = r->on_condition = r->abandoned = 0;
                    r->first = total;
                    r->access_first = c->kept;
                    r->access_count = 0;
                    r->flags = 0;
                    w.pushed = w.top = 0;
                    if (use) {
                        m = find(s, w.row, w.at);
                        passing = use & 2 && m;
                        if (use & 1 && m == 2) {
            \(picks)            }
                    }
                again:
                    got = 0;
                    c->noted = 0;
            \(steps)\
                    if (x == s) {
                        if (todo != ~0ull) {
                            if (got == 0) { todo = ~0ull; goto again; }
                            picked = 1;
                        }
                        if (c->noted > 1 && conflict(c->accesses + c->kept, c->noted)) {
                            r->access_count = c->noted;
                            c->kept += c->noted;
                        }
                        now = &other;
                    } else if (got == 0) {
                        for (u32 i = 0; i < N; i++) out[(u64)n * N + i] = x[i];
                        mv[n++] = w.mover[w.top];
                    }
                    if (w.top) {
                        w.top--;
                        for (u32 i = 0; i < N; i++) hold[i] = w.stack[(u64)w.top * N + i];
                        todo = 1ull << w.mover[w.top];
                        x = hold;
                        goto again;
                    }
                    c->passed += w.pushed;
                    c->picked += picked;
                    r->count = n;
                    total += n;
                    continue;
                mine_not:
                    r->count = r->access_count = 0;
                    r->flags = 1;
                }
                return done;
            }

            """
    }
}
