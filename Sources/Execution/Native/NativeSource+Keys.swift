// Keys of states from their parts, as machine code: where the parts lie is known by then, so a part costs a shift, a mask
// and a load.

import Program

extension NativeSource {
    /// `lw_keys`: for each state, what `shares` has for the values of its parts, put together. By part, by value.
    var keyFunction: String {
        let parts = options.keyParts
        if parts.isEmpty { return "" }
        let tables = parts.indices.map { "    const u64 *const t\($0) = shares[\($0)];\n" }.joined()
        let terms = parts.enumerated().map { number, part in
            let word = part.shift == 0 ? "s[\(part.word)]" : "s[\(part.word)] >> \(part.shift)"
            return "t\(number)[\(word) & \(hex((1 << UInt64(part.bits)) - 1))]"
        }
        return """
            void lw_keys(const u64 *restrict s, u32 count, const u64 *const *shares, u64 *restrict keys) {
            \(tables)    for (u32 i = 0; i < count; i++, s += N)
                    keys[i] = \(terms.joined(separator: "\n            | "));
            }

            """
    }
}
