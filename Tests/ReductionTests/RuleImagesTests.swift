import Program
@testable import Search
import Testing

/// Rules of one thread and object, turned into those of others.
@Suite struct RuleImagesTests {
    private static let text = """
        #include <lockwalk.h>
        struct page { spinlock_t ptl; refcount_t ref; u1 pte; };
        OBJECTS(struct page, pages, 3);
        static struct page *slot[2];
        static spinlock_t locks[2];
        THREAD(walker, 3)
        {
                u1 i = pick(0, 1);
                struct page *p;
                rcu_read_lock();
                spin_lock(&locks[i]);
                p = READ_ONCE(slot[i]);
                if (p) refcount_inc(&p->ref);
                spin_unlock(&locks[i]);
                rcu_read_unlock();
                if (!p) return;
                spin_lock(&p->ptl);
                WRITE_ONCE(p->pte, 1);
                spin_unlock(&p->ptl);
                if (refcount_dec_and_test(&p->ref)) kfree(p);
        }
        THREAD(filler, 2)
        {
                struct page *p = alloc(pages);
                if (!p) return;
                refcount_set(&p->ref, 1);
                spin_lock(&locks[self]);
                WRITE_ONCE(slot[self], p);
                spin_unlock(&locks[self]);
        }

        """

    private func prepared() throws -> (PartialOrder, RuleImages, Symmetry) {
        let model = try #require(ModelFiles.model(text: Self.text))
        let analyses = Analyses(model: model, options: SearchOptions())
        let symmetry = Symmetry(model: model, access: analyses.access)
        let reduction = try #require(
            PartialOrder(
                model: model, layout: analyses.layout([:]), access: analyses.access,
                checks: SearchOptions.defaultChecks, symmetry: symmetry))
        return (reduction, try #require(RuleImages(reduction.dependence, symmetry)), symmetry)
    }

    /// A node's rules become those of a node that is alike, and those become the first again.
    @Test func thereAndBack() throws {
        let (reduction, images, symmetry) = try prepared()
        var moved = 0
        var nodes: Set<Int> = []
        for (node, rules) in reduction.rules.rules.enumerated() where !rules.isEmpty {
            for other in images.groupOf.indices where images.groupOf[other] == images.groupOf[node] {
                guard let permutation = images.permutation(from: node, to: other) else { continue }
                #expect(permutation.sorted() == Array(0..<symmetry.elementCount))
                var inverse = permutation
                for (element, image) in permutation.enumerated() { inverse[image] = element }
                for knowledge in rules.flatMap(\.knowledge) {
                    let image = try #require(images.image(of: knowledge, permutation))
                    #expect(images.image(of: image, inverse) == knowledge)
                    #expect(image.values.nonzeroBitCount == knowledge.values.nonzeroBitCount)
                    if image != knowledge { moved += 1 }
                }
                if other != node { nodes.insert(other) }
            }
            let same = try #require(images.permutation(from: node, to: node))
            for knowledge in rules.flatMap(\.knowledge) { #expect(images.image(of: knowledge, same) == knowledge) }
        }
        #expect(moved > 20)
        #expect(nodes.count > 10)
    }

    /// What lets one go alone lets those go that are alike, unless it hardly ever comes up there.
    @Test func nodesThatAreAlikeHaveRulesAlike() throws {
        let (reduction, images, _) = try prepared()
        var pairs = 0
        var without = 0
        for (node, rules) in reduction.rules.rules.enumerated() where !rules.isEmpty {
            for other in images.groupOf.indices where images.permutation(from: node, to: other) != nil {
                pairs += 1
                if reduction.rules.rules[other].isEmpty { without += 1 }
            }
        }
        #expect(pairs > 100)
        #expect(without * 20 < pairs, "\(without) of \(pairs)")
    }
}
