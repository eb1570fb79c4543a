/// An invertible mix of keys of a fixed number of bits: what comes out looks random, has as many bits, and tells the key.
///
/// Two rounds of folding the upper half into the lower and multiplying by an odd number, each of which is a permutation
/// of the numbers below 2^bits (Feistel-free quotienting after Cleary, "Compact Hash Tables Using Bidirectional Linear
/// Probing", IEEE ToC 1984, which needs any such permutation). The multiplication carries upwards, so the high bits are
/// the good ones: they become the place.
///
/// Keys may get more bits later: those `extraBits` stand unmixed behind the others, so that mixed keys stay in their order
/// and a table can be rebuilt from front to back. They have their say in the mix of the others, as a difference.
struct KeyMix {
    let bits: Int
    let extraBits: UInt64
    let mask: UInt64
    let baseBits: UInt64
    private let baseMask: UInt64
    private let half: UInt64
    private static let first: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let second: UInt64 = 0xbf58_476d_1ce4_e5b9
    private static let firstInverse = inverse(first)
    private static let secondInverse = inverse(second)

    init(bits: Int, extraBits: Int = 0) {
        precondition(bits - extraBits > 1 && extraBits >= 0 && bits <= 64)
        self.bits = bits
        self.extraBits = UInt64(extraBits)
        mask = ~0 >> UInt64(64 - bits)
        baseBits = UInt64(bits - extraBits)
        baseMask = ~0 >> (64 - baseBits)
        half = (baseBits + 1) / 2
    }

    /// Modulo 2^64, by Newton's iteration: each round doubles the number of right bits. The low bits are right modulo
    /// any smaller power of two as well.
    private static func inverse(_ odd: UInt64) -> UInt64 {
        var result = odd
        for _ in 0..<6 { result = result &* (2 &- odd &* result) }
        return result
    }

    @inline(__always)
    func mixed(_ key: UInt64) -> UInt64 {
        extraBits == 0 ? base(key) : withExtra(key)
    }

    @inline(__always)
    private func base(_ key: UInt64) -> UInt64 {
        var x = key
        x ^= x &>> half
        x = (x &* 0x9e37_79b9_7f4a_7c15) & baseMask
        x ^= x &>> half
        return (x &* 0xbf58_476d_1ce4_e5b9) & baseMask
    }

    @inline(__always)
    private func withExtra(_ key: UInt64) -> UInt64 {
        let extra = key &>> baseBits
        return base((key & baseMask) ^ (extra &* 0x94d0_49bb_1331_11eb & baseMask)) &<< extraBits | extra
    }

    /// The key that was mixed.
    func key(_ mixed: UInt64) -> UInt64 {
        let extra = mixed & ((1 << extraBits) - 1)
        var x = mixed >> extraBits
        x = (x &* Self.secondInverse) & baseMask
        x ^= x >> half
        x = (x &* Self.firstInverse) & baseMask
        x ^= x >> half
        if extraBits == 0 { return x }
        return (x ^ (extra &* 0x94d0_49bb_1331_11eb & baseMask)) | extra << baseBits
    }
}
