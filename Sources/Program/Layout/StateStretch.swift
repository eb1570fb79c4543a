/// Bits of a state that lie side by side.
public struct StateStretch: Hashable, Sendable {
    public var word: Int
    public var shift: Int
    public var bits: Int

    public init(word: Int, shift: Int, bits: Int) {
        self.word = word
        self.shift = shift
        self.bits = bits
    }
}

extension StateLayout {
    /// The used bits of a state, cut into stretches of at most `bitsMax` as they lie. A variable, or what one thread has,
    /// is cut only if it has more.
    public func stretches(model: Model, bitsMax: Int) -> [StateStretch] {
        var stretches: [StateStretch] = []
        for atom in atoms(model) {
            if let last = stretches.last, last.word == atom.word, last.shift + last.bits == atom.shift,
                last.bits + atom.bits <= bitsMax
            {
                stretches[stretches.count - 1].bits += atom.bits
                continue
            }
            var done = 0
            while done < atom.bits {
                let bits = min(bitsMax, atom.bits - done)
                stretches.append(StateStretch(word: atom.word, shift: atom.shift + done, bits: bits))
                done += bits
            }
        }
        return stretches
    }

    /// Single variables, and what each thread has: its program point and its locals, if they lie side by side.
    private func atoms(_ model: Model) -> [StateStretch] {
        var atoms: [StateStretch] = []
        for field in cells where field.width > 0 {
            atoms.append(StateStretch(word: field.word, shift: field.shift, bits: field.width))
        }
        for (thread, masks) in localMasks.enumerated() {
            let point = cells[model.threads[thread].programPointCell]
            for (word, mask) in masks {
                // An area may have gaps that no step uses: they belong to it.
                let low = mask.trailingZeroBitCount
                let area = StateStretch(word: word, shift: low, bits: 64 - mask.leadingZeroBitCount - low)
                if let index = atoms.firstIndex(where: {
                    $0.word == point.word && $0.shift == point.shift && word == point.word
                        && low == point.shift + point.width
                }) {
                    atoms[index].bits += area.bits
                } else {
                    atoms.append(area)
                }
            }
        }
        return atoms.sorted { ($0.word, $0.shift) < ($1.word, $1.shift) }
    }
}
