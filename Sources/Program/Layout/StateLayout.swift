/// Where a value lies in the packed state: `(words[word] >> shift) & ((1 << width) - 1)`, plus `low`; for a pointer the
/// raw bits are 0 for NULL, else 1 + the index into its pointer set.
public struct BitField: Sendable {
    public var word: Int
    public var shift: Int
    /// 0 for a value that is always `low`.
    public var width: Int
    public var low: Int64
    /// The pointer set, or -1 for a number.
    public var pointerSet: Int
    /// The range that the field may hold (numbers only).
    public var high: Int64
    public var storage: Int

    public init(word: Int, shift: Int, width: Int, low: Int64, high: Int64, pointerSet: Int, storage: Int) {
        self.word = word
        self.shift = shift
        self.width = width
        self.low = low
        self.high = high
        self.pointerSet = pointerSet
        self.storage = storage
    }
}

/// The ranges found out so far for the inferred storages, by index into `Model.storages`.
public typealias InferredRanges = [Int: ClosedRange<Int64>]

/// The packed, fixed-width state of a model.
public struct StateLayout: Sendable {
    /// States of more bits are not searched: there would be no room for many.
    public static let bitsMax = 1 << 16

    /// 64-bit words of a state; at least 1.
    public var wordCount: Int
    /// Bits that are used.
    public var bitCount: Int
    /// By cell; entry 0 (NULL) has width 0.
    public var cells: [BitField]
    /// By thread, by step of its code: the registers that are live when that step begins and where they lie.
    public var locals: [[[(register: Register, field: BitField)]]]
    /// By thread: the mask of the bits, per word, that its locals occupy at any step. Cleared before locals are written.
    public var localMasks: [[(word: Int, mask: UInt64)]]
    /// The highest bit of each pointer field says whether the pointer is stale: its object was freed since.
    public var tracksStalePointers: Bool

    public init(
        wordCount: Int, bitCount: Int, cells: [BitField], locals: [[[(register: Register, field: BitField)]]],
        localMasks: [[(word: Int, mask: UInt64)]], tracksStalePointers: Bool = false
    ) {
        self.wordCount = wordCount
        self.bitCount = bitCount
        self.cells = cells
        self.locals = locals
        self.localMasks = localMasks
        self.tracksStalePointers = tracksStalePointers
    }
}
