/// What the machine can do at best: distinct random keys put into a plain hash table of the size that a search needed.
///
/// One thread, 64-bit keys, linear probing, a batch of keys at a time so that the cache misses of a batch overlap. A search
/// does this for each new state, and more for each that it has seen before; the share of this rate that it reaches is how
/// near it is to the limit.
enum InsertLimit {
    /// Inserts per second of `count` keys.
    static func measure(_ count: Int) -> Double {
        var bits = 10
        while 10 << bits < count * 16 { bits += 1 }
        let size = 1 << bits
        let mask = UInt64(size - 1)
        let table = UnsafeMutablePointer<UInt64>.allocate(capacity: size)
        // Touched before the clock runs: the search's own table is there, too, when it is full.
        table.initialize(repeating: 0, count: size)
        defer { table.deallocate() }
        let batch = 32
        let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: batch)
        defer { keys.deallocate() }
        let start = Clock.now()
        var next: UInt64 = 0
        var done = 0
        while done < count {
            let size = min(batch, count - done)
            var touched: UInt64 = 0
            for index in 0..<size {
                next &+= 1
                let key = mix(next)
                keys[index] = key
                // Loads that do not depend on one another: their misses are under way together.
                touched |= table[Int(key & mask)]
            }
            if touched == 0x5EED { next |= 0 }
            for index in 0..<size {
                let key = keys[index] | 1 << 63
                var slot = keys[index] & mask
                while table[Int(slot)] != 0, table[Int(slot)] != key { slot = (slot &+ 1) & mask }
                table[Int(slot)] = key
            }
            done += size
        }
        return Double(count) / max(1e-9, Clock.now() - start)
    }

    /// A permutation of the 64-bit numbers (splitmix64's finaliser), so that keys are distinct.
    private static func mix(_ number: UInt64) -> UInt64 {
        var z = number &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
