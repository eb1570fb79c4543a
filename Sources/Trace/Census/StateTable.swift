/// A set of states that numbers them as they come: open addressing over the words side by side. Small, plain, and only
/// for bounded searches; what a whole search uses is elsewhere.
struct StateTable {
    let wordCount: Int
    private(set) var count = 0
    private(set) var words: [UInt64] = []
    /// Number of the state plus 1, 0 for an empty place.
    private var places: [UInt32]

    init(wordCount: Int, capacity: Int = 1 << 12) {
        self.wordCount = wordCount
        places = [UInt32](repeating: 0, count: capacity)
    }

    func state(_ number: Int) -> ArraySlice<UInt64> { words[number * wordCount..<(number + 1) * wordCount] }

    /// False if it was there already.
    mutating func insert(_ state: UnsafePointer<UInt64>) -> Bool {
        if 2 * (count + 1) > places.count { grow() }
        var place = start(state)
        while places[place] != 0 {
            if isEqual(Int(places[place]) - 1, state) { return false }
            place = (place + 1) & (places.count - 1)
        }
        for word in 0..<wordCount { words.append(state[word]) }
        count += 1
        places[place] = UInt32(count)
        return true
    }

    private func isEqual(_ number: Int, _ state: UnsafePointer<UInt64>) -> Bool {
        for word in 0..<wordCount where words[number * wordCount + word] != state[word] { return false }
        return true
    }

    private func start(_ state: UnsafePointer<UInt64>) -> Int {
        var hash: UInt64 = 0
        for word in 0..<wordCount {
            hash = (hash ^ state[word]) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
        }
        hash = (hash ^ hash >> 32) &* 0xbf58_476d_1ce4_e5b9
        return Int(truncatingIfNeeded: (hash ^ hash >> 31) & UInt64(places.count - 1))
    }

    private mutating func grow() {
        places = [UInt32](repeating: 0, count: 2 * places.count)
        words.withUnsafeBufferPointer { buffer in
            for number in 0..<count {
                var place = start(buffer.baseAddress! + number * wordCount)
                while places[place] != 0 { place = (place + 1) & (places.count - 1) }
                places[place] = UInt32(number + 1)
            }
        }
    }
}
