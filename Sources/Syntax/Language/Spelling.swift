/// The word of `words` that `word` was probably meant to be; nil when none is near. Ties go to the first in order of
/// the alphabet, so that the answer does not depend on hashing.
public func nearest(_ word: String, in words: some Sequence<String>) -> String? {
    let target = Array(word.utf8)
    guard target.count >= 2, target.count <= 64 else { return nil }
    let limit = max(1, min(3, target.count / 3))
    var best: (distance: Int, word: String)?
    for candidate in words {
        let bytes = Array(candidate.utf8)
        guard abs(bytes.count - target.count) <= limit, candidate != word else { continue }
        let distance = editDistance(target, bytes)
        guard distance <= limit else { continue }
        if let found = best, (found.distance, found.word) <= (distance, candidate) { continue }
        best = (distance, candidate)
    }
    return best?.word
}

/// Insertions, deletions, changes and swaps of neighbours between two words, whatever their case.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...max(1, a.count) where i <= a.count {
        var row = [i]
        row.reserveCapacity(b.count + 1)
        for j in 0..<b.count {
            let isSame = lowered(a[i - 1]) == lowered(b[j])
            var cost = min(last[j] + (isSame ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 1, j > 0, a[i - 1] == b[j - 1], a[i - 2] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}

private func lowered(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}
