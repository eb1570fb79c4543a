// One state for all those that differ only in which of the interchangeable things is which.
//
// After Bošnački, Dams and Holenderski ("Symmetric Spin", STTT 4, 2002) the things are sorted, and after McKay and Piperno
// ("Practical graph isomorphism, II", 2014) by what tells them apart: first each one's own content, then, round by round,
// the signatures of those that it names and of those that name it. Things that are still alike are told apart by picking
// the first of them and going on. Where those that are left alike could really change places without a change of the
// state, the form is the same for the whole orbit; else there may be several for it, which costs states and nothing else.
//
// Sound whatever the signatures are, as the result is always the state with its things permuted; and as it depends on
// nothing but the state, so do counts and runs.

import Program

/// Puts states into their canonical form. Shared by all workers: it never changes.
final class Canonicalizer: @unchecked Sendable {
    let symmetry: Symmetry
    let wordCount: Int
    let elementCount: Int
    let linksMax: Int

    let domainCount: Int
    /// By domain, one more: its first element.
    let domains: UnsafeMutablePointer<Int>
    let fields: UnsafeMutablePointer<MovedField>
    /// By element, one more.
    let fieldRanges: UnsafeMutablePointer<Range<Int>>
    let threadRanges: UnsafeMutablePointer<Range<Int>>
    let threads: UnsafeMutablePointer<MovedThread>
    let localRanges: UnsafeMutablePointer<Range<Int>>
    let fixedFields: Range<Int>
    let fixedThreads: Range<Int>
    let shared: UnsafeMutablePointer<SharedField>
    let sharedCount: Int
    let sharedFamilies: UnsafeMutablePointer<SharedFamily>
    let sharedPlaces: UnsafeMutablePointer<(word: Int, shift: UInt64)>
    let references: UnsafeMutablePointer<Reference>
    let targets: UnsafeMutablePointer<UInt64>
    let keptBits: UnsafeMutablePointer<UInt64>

    /// Nil if nothing is interchangeable, or nothing that the layout lets move.
    init?(model: Model, layout: StateLayout, symmetry: Symmetry) {
        guard !symmetry.isTrivial, let tables = SymmetryTables(model, layout, symmetry) else { return nil }
        func own<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
            let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
            memory.initialize(from: values, count: values.count)
            return memory
        }
        self.symmetry = symmetry
        wordCount = layout.wordCount
        elementCount = symmetry.elementCount
        domainCount = symmetry.domains.count
        domains = own(symmetry.domains.map(\.elements.lowerBound) + [symmetry.elementCount])
        fields = own(tables.fields)
        fieldRanges = own(tables.fieldRanges)
        threadRanges = own(tables.threadRanges)
        threads = own(tables.threads)
        localRanges = own(tables.localRanges)
        fixedFields = tables.fixedFields
        fixedThreads = tables.fixedThreads
        shared = own(tables.shared)
        sharedCount = tables.shared.count
        sharedFamilies = own(tables.sharedFamilies)
        sharedPlaces = own(tables.sharedPlaces)
        references = own(tables.references)
        targets = own(tables.targets)
        keptBits = own(tables.keptBits)
        let ends = tables.fields.reduce(0) { $0 + ($1.kind == .mask ? $1.mask.nonzeroBitCount : 1) }
        linksMax = ends + tables.shared.reduce(0) { $0 + 1 + 2 * $1.field.mask.nonzeroBitCount }
    }

    deinit {
        domains.deallocate()
        fields.deallocate()
        fieldRanges.deallocate()
        threadRanges.deallocate()
        threads.deallocate()
        localRanges.deallocate()
        shared.deallocate()
        sharedFamilies.deallocate()
        sharedPlaces.deallocate()
        references.deallocate()
        targets.deallocate()
        keptBits.deallocate()
    }

    @inline(__always)
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = (a ^ b) &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product &>> 29)
    }

    /// Puts a state into its canonical form; true if that is another. The permutation is in `memory.places`.
    @inline(__always)
    func canonicalize(_ words: UnsafeMutablePointer<UInt64>, _ memory: CanonicalMemory) -> Bool {
        let links = sign(UnsafePointer(words), memory)
        var moves = sort(memory)
        if links > 0, hasTies(memory) { moves = refine(links, memory) }
        if !moves { return false }
        apply(memory.places, from: UnsafePointer(words), to: memory.words)
        for word in 0..<wordCount { words[word] = memory.words[word] }
        return true
    }

    // MARK: Signatures

    /// Signs every element with its own content; returns how many links there are between elements.
    @inline(__always)
    func sign(_ words: UnsafePointer<UInt64>, _ memory: CanonicalMemory) -> Int {
        let fields = self.fields
        let signatures = memory.signatures
        var links = 0
        for element in 0..<elementCount {
            var signature: UInt64 = 0x2545_F491_4F6C_DD1D
            var index = fieldRanges[element].lowerBound
            let end = fieldRanges[element].upperBound
            while index < end {
                sign(fields + index, words, element, &signature, &links, memory)
                index &+= 1
            }
            var thread = threadRanges[element].lowerBound
            let lastThread = threadRanges[element].upperBound
            while thread < lastThread {
                let info = threads + thread
                let point = Int(truncatingIfNeeded: (words[info.pointee.word] &>> info.pointee.shift) & info.pointee.mask)
                let range = localRanges[info.pointee.locals &+ point]
                index = range.lowerBound
                while index < range.upperBound {
                    sign(fields + index, words, element, &signature, &links, memory)
                    index &+= 1
                }
                thread &+= 1
            }
            signatures[element] = signature
        }
        if !fixedFields.isEmpty || !fixedThreads.isEmpty { signFixed(words, memory) }
        if sharedCount > 0 { linkShared(words, &links, memory) }
        return links
    }

    @inline(__always)
    private func sign(
        _ field: UnsafePointer<MovedField>, _ words: UnsafePointer<UInt64>, _ element: Int, _ signature: inout UInt64,
        _ links: inout Int, _ memory: CanonicalMemory
    ) {
        let raw = (words[field.pointee.word] &>> field.pointee.shift) & field.pointee.mask
        switch field.pointee.kind {
        case .plain:
            signature = Self.mix(signature, raw)
        case .reference:
            let reference = references + (field.pointee.table &+ Int(truncatingIfNeeded: raw))
            if reference.pointee.element < 0 {
                signature = Self.mix(signature, raw)
            } else {
                signature = Self.mix(signature, ~reference.pointee.salt)
                memory.links[links] = CanonicalMemory.Link(
                    from: element, to: reference.pointee.element, salt: field.pointee.salt ^ reference.pointee.salt &<< 7)
                links &+= 1
            }
        case .mask:
            var rest = raw
            var fixed: UInt64 = 0
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                rest &= rest &- 1
                let reference = references + (field.pointee.table &+ bit)
                if reference.pointee.element < 0 {
                    fixed |= 1 &<< UInt64(bit)
                } else {
                    memory.links[links] = CanonicalMemory.Link(
                        from: element, to: reference.pointee.element,
                        salt: field.pointee.salt ^ reference.pointee.salt &<< 7)
                    links &+= 1
                }
            }
            signature = Self.mix(signature, fixed)
        }
    }

    /// What globals name, and threads that do not move.
    private func signFixed(_ words: UnsafePointer<UInt64>, _ memory: CanonicalMemory) {
        for index in fixedFields { signFixed(fields + index, words, memory) }
        for thread in fixedThreads {
            let info = threads + thread
            let point = Int((words[info.pointee.word] &>> info.pointee.shift) & info.pointee.mask)
            for index in localRanges[info.pointee.locals + point] { signFixed(fields + index, words, memory) }
        }
    }

    @inline(__always)
    private func signFixed(
        _ field: UnsafePointer<MovedField>, _ words: UnsafePointer<UInt64>, _ memory: CanonicalMemory
    ) {
        let raw = (words[field.pointee.word] &>> field.pointee.shift) & field.pointee.mask
        func sign(_ reference: UnsafePointer<Reference>) {
            let element = reference.pointee.element
            if element < 0 { return }
            memory.signatures[element] =
                memory.signatures[element] &+ Self.mix(field.pointee.salt, reference.pointee.salt &<< 7)
        }
        if field.pointee.kind == .reference {
            sign(references + (field.pointee.table + Int(truncatingIfNeeded: raw)))
        } else {
            var rest = raw
            while rest != 0 {
                sign(references + (field.pointee.table + rest.trailingZeroBitCount))
                rest &= rest &- 1
            }
        }
    }

    private func linkShared(_ words: UnsafePointer<UInt64>, _ links: inout Int, _ memory: CanonicalMemory) {
        func link(_ from: Int, _ to: Int, _ salt: UInt64) {
            memory.links[links] = CanonicalMemory.Link(from: from, to: to, salt: salt)
            links += 1
        }
        for index in 0..<sharedCount {
            let entry = shared + index
            let field = entry.pointee.field
            let raw = (words[field.word] &>> field.shift) & field.mask
            if raw == 0 { continue }
            var rest: UInt64 = 0
            switch field.kind {
            case .plain:
                link(entry.pointee.first, entry.pointee.second, Self.mix(field.salt, raw))
                continue
            case .reference: rest = raw
            case .mask: rest = raw
            }
            link(entry.pointee.first, entry.pointee.second, field.salt)
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                let reference = references + (field.table + (field.kind == .mask ? bit : Int(truncatingIfNeeded: rest)))
                rest = field.kind == .mask ? rest & (rest &- 1) : 0
                if reference.pointee.element < 0 { continue }
                link(entry.pointee.first, reference.pointee.element, field.salt &+ reference.pointee.salt &<< 7 &+ 1)
                link(entry.pointee.second, reference.pointee.element, field.salt &+ reference.pointee.salt &<< 7 &+ 2)
            }
        }
    }

    // MARK: Sorting

    /// Orders the elements of each domain by signature, those alike by where they are. True if any changes its place.
    @inline(__always)
    func sort(_ memory: CanonicalMemory) -> Bool {
        let order = memory.order
        let signatures = memory.signatures
        var moves = false
        for domain in 0..<domainCount {
            let first = domains[domain]
            let end = domains[domain &+ 1]
            order[first] = first
            var next = first &+ 1
            while next < end {
                let signature = signatures[next]
                var place = next
                while place > first, signatures[order[place &- 1]] > signature {
                    order[place] = order[place &- 1]
                    place &-= 1
                }
                order[place] = next
                moves = moves || place != next
                next &+= 1
            }
        }
        if moves {
            for place in 0..<elementCount { memory.places[order[place]] = place }
        }
        return moves
    }

    /// The elements that share their signature with another.
    private func ties(_ memory: CanonicalMemory, _ signatures: UnsafeMutablePointer<UInt64>) -> UInt64 {
        var ties: UInt64 = 0
        for domain in 0..<domainCount {
            for element in domains[domain]..<domains[domain + 1] {
                for other in domains[domain]..<element where signatures[element] == signatures[other] {
                    ties |= 1 << UInt64(element) | 1 << UInt64(other)
                }
            }
        }
        return ties
    }

    /// Elements are alike so far. The order is that of the signatures just now, so equals are neighbours.
    @inline(__always)
    func hasTies(_ memory: CanonicalMemory) -> Bool {
        for domain in 0..<domainCount {
            var place = domains[domain] &+ 1
            let end = domains[domain &+ 1]
            while place < end {
                if memory.signatures[memory.order[place]] == memory.signatures[memory.order[place &- 1]] { return true }
                place &+= 1
            }
        }
        return false
    }

    // MARK: Refining

    /// Tells elements apart by what they are linked with, until those that are alike could change places.
    @inline(never)
    func refine(_ links: Int, _ memory: CanonicalMemory) -> Bool {
        for element in 0..<elementCount { memory.neighbours[element] = 0 }
        for index in 0..<links {
            let link = memory.links[index]
            memory.neighbours[link.from] |= 1 << UInt64(link.to)
            memory.neighbours[link.to] |= 1 << UInt64(link.from)
        }
        var before = ties(memory, memory.signatures)
        // Those alike that are linked with nothing can change places.
        if openTies(before, .max, memory) == 0 { return sort(memory) }
        var budget = 2 * elementCount + 2
        while true {
            var isStable = false
            var after = before
            repeat {
                round(links, memory)
                after = ties(memory, memory.signatures)
                isStable = after == before
                let open = openTies(after, before, memory)
                if open == 0 { return sort(memory) }
                before = after
                budget -= 1
            } while !isStable && budget > 0
            if budget <= 0 { return sort(memory) }
            // Nothing tells them apart: the first of the first kind goes ahead.
            pick(openTies(after, after, memory), memory)
            before = ties(memory, memory.signatures)
        }
    }

    /// Those alike that are linked with others that were alike when they were signed: which is whose may matter.
    private func openTies(_ ties: UInt64, _ before: UInt64, _ memory: CanonicalMemory) -> UInt64 {
        var open: UInt64 = 0
        var rest = ties
        while rest != 0 {
            let element = rest.trailingZeroBitCount
            rest &= rest &- 1
            if memory.neighbours[element] & before != 0 { open |= 1 << UInt64(element) }
        }
        return open
    }

    private func round(_ links: Int, _ memory: CanonicalMemory) {
        let now = memory.signatures
        let next = memory.nextSignatures
        for element in 0..<elementCount { next[element] = Self.mix(now[element], 0x632B_E59B_D9B4_E019) }
        for index in 0..<links {
            let link = memory.links[index]
            next[link.from] = next[link.from] &+ Self.mix(now[link.to], link.salt)
            next[link.to] = next[link.to] &+ Self.mix(now[link.from], ~link.salt)
        }
        for element in 0..<elementCount { now[element] = next[element] }
    }

    /// Changes the signature of the first of those with the least one.
    private func pick(_ open: UInt64, _ memory: CanonicalMemory) {
        var chosen = open.trailingZeroBitCount
        for element in 0..<elementCount where open >> UInt64(element) & 1 != 0 {
            if memory.signatures[element] < memory.signatures[chosen] { chosen = element }
        }
        memory.alternatives *= Double(alikes(of: chosen, memory))
        memory.signatures[chosen] = Self.mix(memory.signatures[chosen], 0x1234_5678_9ABC_DEF1)
    }
}
