import Program

/// The permutations of the elements that are interchangeable. Each gives every element's place.
struct Permutations {
    private let domains: [Range<Int>]
    private let identity: [Int]

    init(_ symmetry: Symmetry) {
        domains = symmetry.domains.map(\.elements)
        identity = Array(0..<symmetry.elementCount)
    }

    /// Those in which two neighbours change places. They make up all others.
    var neighbours: [[Int]] {
        domains.flatMap { elements in
            elements.dropFirst().map { element in
                var permutation = identity
                permutation.swapAt(element - 1, element)
                return permutation
            }
        }
    }

    /// All, the one that changes nothing first; empty if they are more than `limit`.
    func all(atMost limit: Int) -> [[Int]] {
        var result = [identity]
        for elements in domains {
            for element in elements.dropFirst() {
                result = result.flatMap { permutation in
                    (elements.lowerBound...element).reversed().map { other in
                        var next = permutation
                        next.swapAt(element, other)
                        return next
                    }
                }
                if result.count > limit { return [] }
            }
        }
        return result
    }

    /// Any, by a generator of pseudo-random numbers.
    func random(_ seed: inout UInt64) -> [Int] {
        var result = identity
        for elements in domains {
            for element in elements.dropFirst() {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let choice = Int((seed >> 33) % UInt64(element - elements.lowerBound + 1))
                result.swapAt(element, elements.lowerBound + choice)
            }
        }
        return result
    }
}
