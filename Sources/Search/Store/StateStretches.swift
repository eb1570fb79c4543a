import Program

/// Bits of a state that belong together.
struct StateStretch {
    var word: Int
    var shift: Int
    var bits: Int
}

extension StateLayout {
    /// The used bits of a state, cut into stretches of at most `bitsMax`: what belongs to one thread stays together where
    /// it can, variables are put together as they lie.
    func stretches(model: Model, bitsMax: Int) -> [StateStretch] {
        var stretches: [StateStretch] = []
        var owner = -2
        for atom in atoms(model) {
            if let last = stretches.last, last.word == atom.word, last.shift + last.bits == atom.shift,
                owner == atom.owner, last.bits + atom.bits <= bitsMax
            {
                stretches[stretches.count - 1].bits += atom.bits
                continue
            }
            owner = atom.owner
            var done = 0
            while done < atom.bits {
                let bits = min(bitsMax, atom.bits - done)
                stretches.append(StateStretch(word: atom.word, shift: atom.shift + done, bits: bits))
                done += bits
            }
        }
        return stretches
    }

    /// Single variables and whole areas for a thread's locals, as they lie.
    private func atoms(_ model: Model) -> [(word: Int, shift: Int, bits: Int, owner: Int)] {
        var points: [CellID: Int] = [:]
        for (index, thread) in model.threads.enumerated() { points[thread.programPointCell] = index }
        var atoms: [(word: Int, shift: Int, bits: Int, owner: Int)] = []
        for (cell, field) in cells.enumerated() where field.width > 0 {
            atoms.append((field.word, field.shift, field.width, points[cell] ?? -1))
        }
        for (thread, masks) in localMasks.enumerated() {
            for (word, mask) in masks {
                // An area may have gaps that no step uses: they belong to it.
                let low = mask.trailingZeroBitCount
                atoms.append((word, low, 64 - mask.leadingZeroBitCount - low, thread))
            }
        }
        return atoms.sorted { ($0.word, $0.shift) < ($1.word, $1.shift) }
    }
}
