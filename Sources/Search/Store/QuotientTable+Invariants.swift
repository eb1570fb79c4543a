extension QuotientTable {
    /// What is wrong with the table, or nil. Looks at every entry; for tests, while nobody inserts.
    func fault(expectedCount: Int? = nil) -> String? {
        var count = 0
        for line in 0..<UInt64(shape.lineCount) {
            var sawFree = false
            for index in 0..<shape.entriesPerLine {
                let entry = view.entry(line, index)
                if entry == 0 {
                    sawFree = true
                    continue
                }
                count += 1
                if sawFree { return "line \(line) has a hole before entry \(index)" }
                let (remainder, attempt) = (entry - 1).quotientAndRemainder(dividingBy: view.attempts)
                if remainder >= shape.remainderCount { return "line \(line): a remainder out of range" }
                let mixed = view.mixedKey(entry, line: line)
                if mixed & ~mix.mask != 0 { return "line \(line): a key with too many bits" }
                let home = view.home(mixed)
                if home.remainder != remainder { return "line \(line): a remainder of another line" }
                if attempt == 0 ? home.line != line : home.line ^ view.jump(remainder, attempt) != line {
                    return "line \(line): an entry of another line"
                }
                if let fault = faultOnTheWay(line, home.line, remainder, attempt, index) { return fault }
            }
        }
        if let expectedCount, count != expectedCount { return "\(count) entries, not \(expectedCount)" }
        return nil
    }

    /// The lines tried before must be full, and none may hold the same key, nor may another entry of its own line.
    private func faultOnTheWay(
        _ line: UInt64, _ home: UInt64, _ remainder: UInt64, _ attempt: UInt64, _ index: Int
    ) -> String? {
        for earlier in 0..<attempt {
            let other = earlier == 0 ? home : home ^ view.jump(remainder, earlier)
            let twin = remainder * view.attempts + earlier + 1
            for place in 0..<shape.entriesPerLine {
                let entry = view.entry(other, place)
                if entry == 0 { return "line \(line): an entry that passed a free one in line \(other)" }
                if entry == twin { return "line \(line): a key that is in line \(other) too" }
            }
        }
        let own = view.entry(line, index)
        for place in 0..<index where view.entry(line, place) == own { return "line \(line): a key twice" }
        return nil
    }
}
