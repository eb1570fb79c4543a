/// Bits of the state's words that are to be given constant values: gathered while nothing looks at the words.
struct Settings {
    private var words: [Int: (keep: UInt64, value: UInt64)] = [:]

    /// The word becomes `word & keep | value`.
    mutating func add(word: Int, keep: UInt64, value: UInt64) {
        let before = words[word] ?? (~0, 0)
        words[word] = (before.keep & keep, before.value & keep | value)
    }

    /// The C statements for all of it; nothing is left then.
    mutating func take() -> String {
        defer { words.removeAll(keepingCapacity: true) }
        return words.sorted { $0.key < $1.key }.map { word, setting in
            let set = setting.value == 0 ? "" : " | \(hex(setting.value))"
            return "    w[\(word)] = (w[\(word)] & \(hex(setting.keep)))\(set);\n"
        }.joined()
    }
}
