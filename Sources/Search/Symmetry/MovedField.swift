// What the bits of a state are to a permutation: the entries of `SymmetryTables`.

/// Some bits of a state that belong to something that moves, or that name something that does.
struct MovedField {
    enum Kind: UInt8 {
        /// Goes along as it is.
        case plain
        /// Names an element, or none: `references` says which, by raw value.
        case reference
        /// Each bit names one.
        case mask
    }

    var word: Int
    var shift: UInt64
    var mask: UInt64
    var kind: Kind
    /// Into `references`.
    var table: Int
    /// Tells fields of different meaning apart. The same for all members of a family.
    var salt: UInt64
}

/// What a raw value, or a bit of a mask, stands for.
struct Reference {
    /// -1 for nothing that moves.
    var element: Int
    /// Into `targets`, by the element's new number: the raw value then.
    var target: Int
    var salt: UInt64
}

/// A thread's program point, and what it keeps at each.
struct MovedThread {
    var word: Int
    var shift: UInt64
    var mask: UInt64
    /// Of program point 0 in `localRanges`.
    var locals: Int
}

/// A cell that two elements share: a thread's own count in a lock of a slot.
struct SharedField {
    var field: MovedField
    var first: Int
    var second: Int
    /// Of its family in `sharedPlaces`, by the two elements' numbers in their domains.
    var family: Int
}

struct SharedFamily {
    var places: Int
    var firstDomain: Int
    var secondDomain: Int
    var secondCount: Int
}
