/// A text with its line continuations taken out, and the way back to where each byte stood.
struct LineSplices {
    let bytes: [UInt8]
    /// Offsets in `bytes` at which something was taken out, with how much was taken out up to there.
    private let cuts: [(offset: Int, removed: Int)]

    init(_ text: [UInt8]) {
        guard text.contains(UInt8(ascii: "\\")) else {
            bytes = text
            cuts = []
            return
        }
        var kept: [UInt8] = []
        kept.reserveCapacity(text.count)
        var found: [(offset: Int, removed: Int)] = []
        var index = 0
        while index < text.count {
            let length = Self.continuationLength(text, index)
            if length == 0 {
                kept.append(text[index])
                index += 1
            } else {
                index += length
                found.append((kept.count, index - kept.count))
            }
        }
        bytes = kept
        cuts = found
    }

    /// Where the byte at `offset` stands in the text as written.
    func original(_ offset: Int) -> Int {
        guard !cuts.isEmpty, cuts[0].offset <= offset else { return offset }
        var low = 0
        var high = cuts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if cuts[middle].offset <= offset { low = middle } else { high = middle }
        }
        return offset + cuts[low].removed
    }

    private static func continuationLength(_ text: [UInt8], _ index: Int) -> Int {
        guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else { return 0 }
        if text[index + 1] == UInt8(ascii: "\n") { return 2 }
        guard text[index + 1] == UInt8(ascii: "\r"), index + 2 < text.count else { return 0 }
        return text[index + 2] == UInt8(ascii: "\n") ? 3 : 0
    }
}
