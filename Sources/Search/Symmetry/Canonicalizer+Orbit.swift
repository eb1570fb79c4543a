// How many states of a search without symmetry a representative stands for: all permutations, divided by those that leave
// the state as it is (the theorem of orbit and stabilizer). The latter come out of the refinement that finds the canonical
// form: each thing that was picked from several that nothing told apart might have been any of them, and what is alike at
// the end may change places freely. Where things that nothing tells apart could not really change places, there are more
// states than that.
//
// Not all of an orbit need be reached: of slots that INIT allocated in one order, the search comes to other orders only if
// they are freed and allocated again. So only things of kinds that are all alike to begin with are permuted. What they
// may change places to is reached, as the search may as well begin with the places changed; so the number is a least one.

extension Canonicalizer {
    /// The elements of kinds that are not all alike in these states, the initial ones: bit n is element n.
    func elementsToldApart(in states: [[UInt64]], _ memory: CanonicalMemory) -> UInt64 {
        var apart: UInt64 = 0
        for state in states {
            state.withUnsafeBufferPointer { findOrder($0.baseAddress!, keeping: 0, memory) }
            for domain in 0..<domainCount {
                let elements = domains[domain]..<domains[domain + 1]
                if elements.allSatisfy({ memory.signatures[$0] == memory.signatures[elements.lowerBound] }) { continue }
                for element in elements { apart |= 1 << UInt64(element) }
            }
        }
        return apart
    }

    /// How many states come of a state when all elements but those in `kept` change places.
    func orbitSize(_ words: UnsafePointer<UInt64>, keeping kept: UInt64, _ memory: CanonicalMemory) -> Double {
        findOrder(words, keeping: kept, memory)
        var size = 1.0
        for domain in 0..<domainCount {
            for element in domains[domain]..<domains[domain + 1] where kept >> UInt64(element) & 1 == 0 {
                size *= Double(element - domains[domain] + 1)
                size /= Double(alikes(of: element, memory, upTo: element))
            }
        }
        return size / memory.alternatives
    }

    private func findOrder(_ words: UnsafePointer<UInt64>, keeping kept: UInt64, _ memory: CanonicalMemory) {
        memory.alternatives = 1
        let links = sign(words, memory)
        for element in 0..<elementCount where kept >> UInt64(element) & 1 != 0 {
            memory.signatures[element] = Self.mix(memory.signatures[element], UInt64(element))
        }
        _ = sort(memory)
        if links > 0, hasTies(memory) { _ = refine(links, memory) }
    }

    /// The elements of an element's kind that have its signature, itself among them.
    func alikes(of element: Int, _ memory: CanonicalMemory, upTo last: Int = .max) -> Int {
        var count = 0
        for domain in 0..<domainCount where domains[domain] <= element && element < domains[domain + 1] {
            for other in domains[domain]..<domains[domain + 1]
            where other <= last && memory.signatures[other] == memory.signatures[element] {
                count += 1
            }
        }
        return count
    }
}
