import Program

extension Canonicalizer {
    /// The state with its elements permuted: each goes to its place, and everything that names it along.
    func apply(
        _ places: UnsafePointer<Int>, from words: UnsafePointer<UInt64>, to result: UnsafeMutablePointer<UInt64>
    ) {
        for word in 0..<wordCount { result[word] = words[word] & keptBits[word] }
        for element in 0..<elementCount {
            let place = places[element]
            move(fieldRanges[element], fieldRanges[place], places, words, result)
            var thread = threadRanges[element].lowerBound
            var other = threadRanges[place].lowerBound
            while thread < threadRanges[element].upperBound {
                let info = threads + thread
                let point = Int(truncatingIfNeeded: (words[info.pointee.word] &>> info.pointee.shift) & info.pointee.mask)
                move(
                    localRanges[info.pointee.locals &+ point], localRanges[threads[other].locals &+ point], places, words,
                    result)
                thread &+= 1
                other &+= 1
            }
        }
        move(fixedFields, fixedFields, places, words, result)
        if !fixedThreads.isEmpty { rename(places, words, result) }
        if sharedCount > 0 { moveShared(places, words, result) }
    }

    @inline(__always)
    func apply(
        _ places: UnsafeMutablePointer<Int>, from words: UnsafePointer<UInt64>, to result: UnsafeMutablePointer<UInt64>
    ) {
        apply(UnsafePointer(places), from: words, to: result)
    }

    @inline(__always)
    private func move(
        _ sources: Range<Int>, _ destinations: Range<Int>, _ places: UnsafePointer<Int>,
        _ words: UnsafePointer<UInt64>, _ result: UnsafeMutablePointer<UInt64>
    ) {
        var source = fields + sources.lowerBound
        let end = fields + sources.upperBound
        var destination = fields + destinations.lowerBound
        while source < end {
            let raw = value(source, places, words)
            result[destination.pointee.word] |= raw &<< destination.pointee.shift
            source += 1
            destination += 1
        }
    }

    /// A field's raw value once the elements are permuted.
    @inline(__always)
    private func value(
        _ field: UnsafePointer<MovedField>, _ places: UnsafePointer<Int>, _ words: UnsafePointer<UInt64>
    ) -> UInt64 {
        let raw = (words[field.pointee.word] &>> field.pointee.shift) & field.pointee.mask
        switch field.pointee.kind {
        case .plain:
            return raw
        case .reference:
            let reference = references + (field.pointee.table &+ Int(truncatingIfNeeded: raw))
            let element = reference.pointee.element
            return element < 0 ? raw : targets[reference.pointee.target &+ places[element]]
        case .mask:
            var rest = raw
            var renamed: UInt64 = 0
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                rest &= rest &- 1
                let reference = references + (field.pointee.table &+ bit)
                let element = reference.pointee.element
                renamed |= 1 &<< (element < 0 ? UInt64(bit) : targets[reference.pointee.target &+ places[element]])
            }
            return renamed
        }
    }

    /// What threads that stay where they are keep of elements.
    private func rename(
        _ places: UnsafePointer<Int>, _ words: UnsafePointer<UInt64>, _ result: UnsafeMutablePointer<UInt64>
    ) {
        for thread in fixedThreads {
            let info = threads + thread
            let point = Int((words[info.pointee.word] &>> info.pointee.shift) & info.pointee.mask)
            for index in localRanges[info.pointee.locals + point] {
                let field = fields + index
                let raw = value(field, places, words)
                let old = result[field.pointee.word] & ~(field.pointee.mask &<< field.pointee.shift)
                result[field.pointee.word] = old | raw &<< field.pointee.shift
            }
        }
    }

    private func moveShared(
        _ places: UnsafePointer<Int>, _ words: UnsafePointer<UInt64>, _ result: UnsafeMutablePointer<UInt64>
    ) {
        for index in 0..<sharedCount {
            let entry = shared + index
            let family = sharedFamilies[entry.pointee.family]
            let first = places[entry.pointee.first] - family.firstDomain
            let second = places[entry.pointee.second] - family.secondDomain
            let target = sharedPlaces[family.places + first * family.secondCount + second]
            let raw = withUnsafePointer(to: &entry.pointee.field) { value($0, places, words) }
            result[target.word] |= raw &<< target.shift
        }
    }

    /// The thread that takes a thread's part.
    func thread(_ thread: Int, _ places: [Int]) -> Int {
        let element = symmetry.elementOfThread[thread]
        if element < 0 { return thread }
        return symmetry.elementOfThread.indices.first {
            symmetry.roleOfThread[$0] == symmetry.roleOfThread[thread] && symmetry.elementOfThread[$0] == places[element]
        }!
    }

    /// The cell that takes a cell's place.
    func cell(_ cell: CellID, _ places: [Int]) -> CellID {
        let place = symmetry.places[cell]
        if place.elements.isEmpty { return cell }
        let elements = place.elements.map { places[$0] }
        return symmetry.places.firstIndex { $0.family == place.family && $0.elements == elements }!
    }

    func permuted(_ state: [UInt64], _ places: [Int]) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: wordCount)
        state.withUnsafeBufferPointer { words in
            result.withUnsafeMutableBufferPointer { target in
                places.withUnsafeBufferPointer { apply($0.baseAddress!, from: words.baseAddress!, to: target.baseAddress!) }
            }
        }
        return result
    }
}
