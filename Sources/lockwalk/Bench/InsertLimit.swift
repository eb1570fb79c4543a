import CMachine

/// What the machine can do at best: a table of the size that a search needed, and the same number of looks at it, of which
/// as many find their key as in the search.
///
/// One thread, 64-bit keys, linear probing, huge pages, lines fetched ahead; no step is executed and no state made. The
/// share of this rate that a search reaches says how near it is to the limit. `Benchmarks/limit.c` is the same in C.
enum InsertLimit {
    private static let ahead = 32

    /// Looks per second: `looks` of them, by which `keys` different keys come into the table.
    static func measure(keys: Int, looks: Int) -> Double {
        var bits = 10
        while 2 << bits < keys * 3 { bits += 1 }
        let size = 1 << bits
        guard keys > 0, looks >= keys, let area = cm_map(size * 8) else { return 0 }
        let table = area.assumingMemoryBound(to: UInt64.self)
        defer { cm_unmap(area, size * 8) }
        // Touched before the clock runs: the search's own table is there, too, when it is full.
        for page in stride(from: 0, to: size, by: 512) { table[page] = 0 }
        let batch = UnsafeMutablePointer<UInt64>.allocate(capacity: ahead)
        defer { batch.deallocate() }
        let mask = UInt64(size - 1)
        let perLook = UInt64.max / UInt64(looks) * UInt64(keys)
        var share: UInt64 = 0
        var known: UInt64 = 1
        var done = 0
        let start = Clock.now()
        while done < looks {
            for index in 0..<ahead {
                // New keys are spread evenly among the looks; the others are any of those that are in already.
                let (sum, isNew) = share.addingReportingOverflow(perLook)
                share = sum
                var number = known
                if isNew { known &+= 1 } else { number = mix(UInt64(done &+ index)) % known }
                let key = mix(number) | 1
                batch[index] = key
                cm_prefetch(table + Int((key &>> 8) & mask))
            }
            for index in 0..<ahead {
                let key = batch[index]
                var place = (key &>> 8) & mask
                while table[Int(place)] != 0, table[Int(place)] != key { place = (place &+ 1) & mask }
                table[Int(place)] = key
            }
            done += ahead
        }
        return Double(done) / max(1e-9, Clock.now() - start)
    }

    /// A permutation of the 64-bit numbers (splitmix64's finaliser), so that keys are distinct, but for their last bit.
    @inline(__always)
    private static func mix(_ number: UInt64) -> UInt64 {
        var z = number &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
