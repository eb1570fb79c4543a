import Foundation
import Testing

/// Threads, stores and ceilings, as a user meets them.
@Suite struct LargeSearchTests {
    /// A few thousand states, wide: each of two freers and three walkers has locals of its own.
    private static let wide = """
        #include <lockwalk.h>
        struct page { spinlock_t ptl; u4 count; };
        OBJECTS(struct page, pages, 3);
        static struct page *slot[3];
        static u8 seen[3];
        INIT { for (int i = 0; i < 3; i++) slot[i] = alloc(pages); }
        THREAD(walker, 3)
        {
        	struct page *p = READ_ONCE(slot[self]);
        	u8 mine = 0;
        	for (int i = 0; i < 3; i++) {
        		spin_lock(&p->ptl);
        		mine = 17 * (i + self);
        		p->count++;
        		WRITE_ONCE(seen[self], mine);
        		spin_unlock(&p->ptl);
        	}
        	WRITE_ONCE(slot[self], NULL);
        }
        EXPECT(true, HOLDS);

        """

    private func check(_ words: [String], model: String = wide) throws -> Answer {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        var answer = try Program.run(["check"] + words + ["m.c"], in: scratch.url)
        answer.out = answer.out.replacing(/; [0-9.]+ m?s\n/, with: "; TIME\n")
            .replacing(/, [0-9.]+ bytes stored/, with: "")
        return answer
    }

    @Test func theAnswerDoesNotDependOnThreadsAndStore() throws {
        let one = try check(["--threads", "1"])
        #expect(one.code == 0)
        for words in [["--threads", "2"], ["--threads", "16"], ["--store", "plain"], ["--native", "always", "--no-cache"]] {
            let other = try check(words)
            #expect(other.out == one.out, "\(words)")
            #expect(other.code == 0)
        }
    }

    @Test func hashesAreNoProof() throws {
        let exact = try check([])
        let hashed = try check(["--store", "hash:64"])
        #expect(hashed.code == 3)
        #expect(hashed.out.hasPrefix("found nothing in m.c, but that is no proof: states were told apart by hash (--store)"))
        #expect(hashed.out.contains("1 in "))
        // As many states, as far as these few go.
        let counts = try #require(exact.out.firstMatch(of: /\n[0-9,]+ states, [0-9,]+ transitions/))
        #expect(hashed.out.contains(counts.0))
    }

    @Test func keepingDeadLocalsOnlyMakesMoreStates() throws {
        func states(_ answer: Answer) throws -> Int {
            let match = try #require(answer.out.firstMatch(of: /\n([0-9,]+) states/))
            return Int(match.1.filter(\.isNumber))!
        }
        let model = """
            #include <lockwalk.h>
            static u1 x, y;
            THREAD(writer, 1) { WRITE_ONCE(x, 1); }
            THREAD(reader, 2)
            {
            	u1 value = READ_ONCE(x);

            	if (value)
            		WRITE_ONCE(y, value);
            	WRITE_ONCE(y, 0);               /* value is dead from here on */
            	WRITE_ONCE(y, 1);
            }

            """
        let usual = try check([], model: model)
        let kept = try check(["--keep-dead"], model: model)
        #expect(usual.code == 0 && kept.code == 0)
        #expect(try states(kept) > states(usual))
    }

    @Test(arguments: ["1", "3"]) func theCeilingEndsTheSearch(threads: String) throws {
        let answer = try check(["--memory", "300K", "--threads", threads])
        #expect(answer.code == 3)
        #expect(answer.out.hasPrefix("incomplete: the memory of 300 KiB is used up (--memory); no error so far in m.c"), "\(answer.out)")
    }

    @Test func aStateThatIsTooWideIsSaidToBe() throws {
        let answer = try check(
            [],
            model: """
                #include <lockwalk.h>
                static u8 a[4096], b[4096], c[64];
                THREAD(w, 2) { WRITE_ONCE(a[3], 200); WRITE_ONCE(b[3], 200); WRITE_ONCE(c[3], 200); }

                """)
        #expect(answer.code == 3)
        #expect(answer.out.contains("65,536 are the most"), "\(answer.out)")
        #expect(answer.out.contains("lockwalk layout"))
    }

    @Test(arguments: [
        ["--threads", "0"], ["--threads", "x"], ["--threads", "5000"], ["--store", "hash"], ["--store", "hash:8"],
        ["--store", "hash:65"], ["--store", "bloom"], ["--native", "maybe"],
    ])
    func refusesWhatIsNoValue(_ words: [String]) throws {
        let answer = try check(words)
        #expect(answer.code == 2)
        #expect(answer.errors.contains("is no value for \(words[0]); write "))
    }
}
