import Program
import Testing

@testable import Trace

@Suite struct TextRenderingTests {
    typealias Step = Counterexample.Step

    /// The race that the first model of the manual shows.
    static let useAfterFree = Counterexample(
        kind: .useAfterFree, verdict: "USE_AFTER_FREE(ptpages)",
        participants: [
            Counterexample.Participant(thread: 0, name: "walker[0]", cpu: 0),
            Counterexample.Participant(thread: 2, name: "zap", cpu: 2),
        ],
        steps: [
            Step(
                number: 1, thread: 0, function: "walker", place: .init(file: "zap.c", line: 22),
                text: "READ_ONCE(mm.pmd)", result: "ptpages[0]"),
            Step(
                number: 2, thread: 2, function: "zap", place: .init(file: "zap.c", line: 33),
                text: "spin_lock(&mm.page_table_lock)", effects: [.acquired(lock: "mm.page_table_lock")]),
            Step(
                number: 3, thread: 2, function: "zap", place: .init(file: "zap.c", line: 34), text: "mm.pmd",
                result: "ptpages[0]"),
            Step(
                number: 4, thread: 2, function: "pmd_clear", depth: 1, place: .init(file: "zap.c", line: 12),
                text: "WRITE_ONCE(*pmdp, NULL)", effects: [.wrote(place: "mm.pmd", value: "NULL")]),
            Step(
                number: 5, thread: 2, function: "zap", place: .init(file: "zap.c", line: 36), text: "kfree(pt)",
                effects: [.freed(object: "ptpages[0]")]),
            Step(
                number: 6, thread: 0, function: "walker", place: .init(file: "zap.c", line: 26),
                text: "spin_lock(&pt->ptl)"),
        ],
        source: (.init(file: "zap.c", line: 26), "\tspin_lock(&pt->ptl);\t\t/* use after free, if zap() won */"),
        explanation: [
            "walker[0] takes ptpages[0].ptl, but ptpages[0] (struct ptpage) is free.",
            "ptpages[0] was freed in step 5: zap, zap.c:36: kfree(pt).",
        ],
        holdings: [
            .init(thread: 0, locks: [.init(name: "rcu_read_lock()", isShared: false, isSection: true, since: nil)]),
            .init(thread: 2, locks: [.init(name: "mm.page_table_lock", isShared: false, since: 2)]),
        ],
        locals: [
            .init(thread: 0, name: "pt", value: "ptpages[0] (free)"),
            .init(thread: 2, name: "pt", value: nil),
        ])

    /// One thread that takes two locks and drops one.
    static let margin: Counterexample = {
        let reading = Counterexample.HeldLock(name: "mm.mmap_lock", isShared: true, since: 1)
        let writing = Counterexample.HeldLock(name: "mm.pmd_lock", isShared: false, since: 2)
        func step(_ number: Int, _ text: String, _ locks: [Counterexample.HeldLock]) -> Step {
            Step(number: number, thread: 0, function: "fault", text: text, holdings: [.init(thread: 0, locks: locks)])
        }
        var example = Counterexample(
            kind: .useAfterFree, verdict: "USE_AFTER_FREE",
            participants: [.init(thread: 0, name: "fault", cpu: 0)],
            steps: [
                step(1, "down_read(&mm.mmap_lock)", [reading]), step(2, "spin_lock(&mm.pmd_lock)", [reading, writing]),
                step(3, "spin_unlock(&mm.pmd_lock)", [reading]),
            ])
        example.failingRemark = "freed by zap in step 2"
        example.stepsLeftOut = 2
        example.idleThreads = ["walker[1]", "khugepaged"]
        return example
    }()

    @Test func showsHeldLocksInTheMarginAndWhatIsLeftOut() {
        expectGolden(TextRendering(Self.margin).text(), "margin.txt")
    }

    /// Each waits for the other; one of them was given a name that does not fit.
    static func deadlock(threads: Int) -> Counterexample {
        let locks = (0..<threads).map { "vma[\($0)].vm_lock" }
        return Counterexample(
            kind: .deadlock, verdict: "DEADLOCK",
            participants: (0..<threads).map {
                .init(
                    thread: $0, name: $0 == 1 ? "free_the_page_table(ptpages[1])" : "fault[\($0)]",
                    cpu: $0 == 1 ? nil : $0)
            },
            steps: (0..<threads).map {
                Step(
                    number: $0 + 1, thread: $0, function: "fault", text: "mutex_lock(&vma_of_the_fault->vm_lock)",
                    effects: [.acquired(lock: locks[$0])])
            },
            lastStepFails: false,
            pending: (0..<threads).map {
                .init(
                    thread: $0, place: .init(file: "ring.c", line: 40), text: "mutex_lock(&next->vm_lock)",
                    remark: "waits for fault[\(($0 + 1) % threads)]")
            },
            explanation: (0..<threads).map {
                "fault[\($0)] waits at ring.c:40: mutex_lock(&next->vm_lock) for fault[\(($0 + 1) % threads)], which holds "
                    + "\(locks[($0 + 1) % threads]) since step \(($0 + 1) % threads + 1)."
            },
            holdings: (0..<threads).map {
                .init(thread: $0, locks: [.init(name: locks[$0], isShared: $0 == 0, since: $0 + 1)])
            },
            isShortest: false)
    }

    @Test func drawsOneColumnPerThread() {
        expectGolden(TextRendering(Self.useAfterFree).text(), "use-after-free.txt")
    }

    @Test func endsADeadlockWithALinePerStuckThread() {
        expectGolden(TextRendering(Self.deadlock(threads: 2)).text(), "deadlock.txt")
    }

    @Test func fallsBackToOneColumnForManyThreads() {
        expectGolden(TextRendering(Self.deadlock(threads: 6)).text(), "six-threads.txt")
    }

    @Test func showsBothRunsOfALockOrderWarning() {
        var first = Self.deadlock(threads: 2)
        first.pending = []
        var second = first
        second.explanation = []
        second.steps.reverse()
        first.companion = [second]
        expectGolden(TextRendering(first).text(), "two-runs.txt")
    }

    @Test(arguments: 1...9) func neverExceedsAMailsWidth(threads: Int) {
        for line in TextRendering(Self.deadlock(threads: threads)).text().split(separator: "\n") {
            #expect(line.count <= 80)
            #expect(line.last != " ")
            #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        }
    }
}

@Suite struct WrappingTests {
    @Test func breaksAtBlanksFirst() {
        #expect(wrapped("spin_lock(a, b)", width: 13) == ["spin_lock(a,", "b)"])
    }

    @Test func breaksBeforeArrows() {
        #expect(wrapped("vma_of_fault->vm_lock", width: 16, indent: 2) == ["vma_of_fault", "  ->vm_lock"])
    }

    @Test func breaksAnywhereIfItMust() {
        #expect(wrapped("aaaaaaaaaa", width: 4, indent: 2) == ["aaaa", "  aa", "  aa", "  aa"])
    }

    @Test(arguments: 1...30) func losesNothing(width: Int) {
        let text = "if (READ_ONCE(mm->pmd[index].table) == ptpages && a.b->c)"
        let joined = wrapped(text, width: width, indent: 2).joined().filter { $0 != " " }
        #expect(joined == text.filter { $0 != " " })
    }
}

@Suite struct StepLinesTests {
    private func remarks(_ text: String, result: String? = nil, _ effects: Counterexample.Effect...) -> [String] {
        StepLines.remarks(.init(number: 1, thread: 0, function: "t", text: text, result: result, effects: effects))
    }

    @Test func tellsAStructByItsFields() {
        let both: [Counterexample.Effect] = [
            .wrote(place: "mm.pmd.table", value: "NULL"), .wrote(place: "mm.pmd.huge", value: "true"),
        ]
        #expect(remarks("WRITE_ONCE(mm.pmd, pmd)", both[0], both[1]) == ["[.table = NULL, .huge = true]"])
        #expect(
            remarks("WRITE_ONCE(*pmdp, pmd)", both[0], both[1]) == ["[mm.pmd.table = NULL]", "[mm.pmd.huge = true]"])
    }

    @Test func saysNoValueTwice() {
        #expect(remarks("WRITE_ONCE(taken, true)", .wrote(place: "taken", value: "true")).isEmpty)
        #expect(remarks("the grace period ends; kfree()", .gracePeriodEnded).isEmpty)
    }

    @Test func takesNoPartOfAWordForAName() {
        #expect(remarks("WRITE_ONCE(p->n, 2 * k)", .wrote(place: "n", value: "4")) == ["[n = 4]"])
    }

    @Test func tellsTheLastOfTheWritesOfAnAtomic() {
        let text = "ATOMIC { n = n + 1; ... }"
        #expect(
            remarks(text, .wrote(place: "n", value: "7"), .wrote(place: "n", value: "6")) == ["[n = 6]"])
    }

    @Test func knowsWhatFunctionsReturn() {
        #expect(StepText.returnsNothing("atomic_inc(&count)") && StepText.returnsNothing("refcount_set(&refs, 1)"))
        #expect(!StepText.returnsNothing("atomic_inc_return(&count)") && !StepText.returnsNothing("READ_ONCE(count)"))
        #expect(StepText.tellsTruth("refcount_inc_not_zero(&refs)") && StepText.tellsTruth("spin_trylock(&lock)"))
        #expect(!StepText.tellsTruth("atomic_read(&count)") && !StepText.tellsTruth("test_count"))
    }

    @Test(arguments: [
        ("ATOMIC { n++; }", "ATOMIC { n++; }"),
        (
            "ATOMIC { wait_until(!(a || b)); /* for (;;) */ count = 1; other_count = 2; third = 3; }",
            "ATOMIC { wait_until(!(a || b)); ... }"
        ),
        (
            "ATOMIC { if (READ_ONCE(mm.pmd) == NULL) { alpha = 1; } else { beta = 2; } }",
            "ATOMIC { if (READ_ONCE(mm.pmd) == NULL) ... }"
        ),
        ("f(a, /* why */ b)", "f(a, b)"),
    ]) func cutsLongTexts(text: String, shown: String) {
        #expect(StepText.shortened(text) == shown)
    }
}

@Suite struct ColumnWidthsTests {
    @Test func givesTheModestWhatTheyWant() {
        #expect(ColumnWidths.divide(total: 76, wanted: [20, 90]) == [20, 54])
    }

    @Test func sharesEquallyAmongTheGreedy() {
        #expect(ColumnWidths.divide(total: 76, wanted: [90, 90]) == [37, 37])
    }

    @Test func letsTextsRunOnExceptInTheLastColumn() {
        #expect(ColumnWidths.overlapping(total: 76, wanted: [30, 30, 30, 30]) == [14, 13, 13, 30])
        #expect(ColumnWidths.textWidth(of: 0, in: [14, 13, 13, 30], total: 76) == 40)
        #expect(ColumnWidths.textWidth(of: 3, in: [14, 13, 13, 30], total: 76) == 30)
        #expect(ColumnWidths.overlapping(total: 76, wanted: [30, 30, 30, 30, 30]) == nil)
    }

    @Test func refusesWhatNobodyCouldRead() {
        #expect(ColumnWidths.divide(total: 76, wanted: [5, 5, 5, 5, 5]) == nil)
    }
}
