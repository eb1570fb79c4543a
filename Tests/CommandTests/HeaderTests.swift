import Foundation
import Testing

@Suite struct HeaderTests {
    /// Uses what a model may use; a compiler has to accept it without a word.
    static let model = """
        #include <lockwalk.h>
        enum rule { NO_RECHECK, RECHECK };
        CONFIG(enum rule, rule, RECHECK);
        CONFIG(int, walkers, 2);
        struct ptpage { spinlock_t ptl; u2 nr; atomic_t users; };
        OBJECTS(struct ptpage, ptpages, 2);
        static struct mm { struct rw_semaphore lock; struct ptpage *pmd; GHOST bool zapped; } mm;
        WIDTH(struct ptpage.users, 2);
        INIT { mm.pmd = alloc(ptpages); }
        THREAD(walker, walkers)
        {
                struct ptpage *pt;
                rcu_read_lock();
                pt = READ_ONCE(mm.pmd);
                if (pt && (rule == NO_RECHECK || pt == READ_ONCE(mm.pmd))) {
                        spin_lock(&pt->ptl);
                        ASSERT(alive, live(pt));
                        spin_unlock(&pt->ptl);
                }
                rcu_read_unlock();
        }
        DAEMON(idle, 1) { for (;;) { ATOMIC { wait_until(mm.pmd); mm.pmd = xchg(&mm.pmd, NULL); } } }
        INVARIANT(one) { return !mm.zapped || ended(walker, 0); }
        EXPECT(rule == RECHECK, HOLDS);
        """

    @Test(arguments: ["gcc", "clang", "cc"]) func letsACompilerReadAModel(compiler: String) throws {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
            .map { "\($0)/\(compiler)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let path else { return }
        let scratch = try Scratch()
        try scratch.write("lockwalk.h", try Program.run(["header"]).out)
        try scratch.write("m.c", Self.model)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-std=gnu11", "-fsyntax-only", "-Wall", "-Werror", "-I", ".", "m.c"]
        process.currentDirectoryURL = scratch.url
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}

@Suite struct ExplainTests {
    @Test(arguments: ["USE_AFTER_FREE", "use-after-free", "USE_AFTER_FREE(ptpages)", "L0101", "l0101"])
    func takesCodesAndVerdicts(word: String) throws {
        let answer = try Program.run(["explain", word])
        #expect(answer.code == 0)
        #expect(answer.out.count > 100)
        for line in answer.out.split(separator: "\n") { #expect(line.count <= 80) }
    }

    @Test func listsAllCodes() throws {
        let answer = try Program.run(["explain"])
        #expect(answer.code == 0)
        #expect(answer.out.contains("DEADLOCK  "))
        #expect(answer.out.contains("L0101  "))
    }
}
