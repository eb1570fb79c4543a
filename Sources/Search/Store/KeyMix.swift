/// An invertible mix of keys of a fixed number of bits: what comes out looks random, has as many bits, and tells the key.
///
/// Two rounds of folding the upper half into the lower and multiplying by an odd number, each of which is a permutation
/// of the numbers below 2^bits (Feistel-free quotienting after Cleary, "Compact Hash Tables Using Bidirectional Linear
/// Probing", IEEE ToC 1984, which needs any such permutation). The multiplication carries upwards, so the high bits are
/// the good ones: they become the place.
struct KeyMix {
    let bits: Int
    let mask: UInt64
    private let half: UInt64
    private static let first: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let second: UInt64 = 0xbf58_476d_1ce4_e5b9
    private static let firstInverse = inverse(first)
    private static let secondInverse = inverse(second)

    init(bits: Int) {
        precondition(bits > 1 && bits <= 64)
        self.bits = bits
        mask = ~0 >> UInt64(64 - bits)
        half = UInt64((bits + 1) / 2)
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
        var x = key
        x ^= x &>> half
        x = (x &* 0x9e37_79b9_7f4a_7c15) & mask
        x ^= x &>> half
        return (x &* 0xbf58_476d_1ce4_e5b9) & mask
    }

    /// The key that was mixed.
    func key(_ mixed: UInt64) -> UInt64 {
        var x = (mixed &* Self.secondInverse) & mask
        x ^= x &>> half
        x = (x &* Self.firstInverse) & mask
        return x ^ (x &>> half)
    }
}
