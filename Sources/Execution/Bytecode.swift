/// What one `Op` does. `a`, `b`, `c` are places in the register file unless said otherwise; constants lie there too.
enum Opcode: UInt8 {
    /// A step ends where the next one, number `x`, begins.
    case mark
    case end
    /// To `x`; the `Back` forms count, so that a cycle without a step is found.
    case jump, jumpBack
    /// To `x` if `a` is not zero, else to `y`.
    case branch, branchBack
    /// Compares `b` with `c` into `a`, then branches: two instructions in one.
    case branchEqual, branchNotEqual, branchLessSigned, branchLessOrEqualSigned, branchIsZero

    case move
    /// `a = x`.
    case moveImmediate
    case negate, complement, isZero
    case add, subtract, multiply
    case divideSigned, divideUnsigned, remainderSigned, remainderUnsigned
    case and, or, exclusiveOr, andNot, hasBit
    case shiftLeft, shiftRightSigned, shiftRightUnsigned
    case equal, notEqual
    case lessSigned, lessOrEqualSigned, lessUnsigned, lessOrEqualUnsigned
    /// Shifts left and back by `x` bits.
    case extendSigned, extendUnsigned
    /// `a = b == 0 ? 0 : b + c`.
    case fieldAddress
    /// `a = b + c * y` for `c` in `0..<x`; `flag` 1 gives NULL outside.
    case elementAddress
    /// `a = file[b + c * y + z]` for `c` in `0..<x`.
    case loadElement
    /// `file[b + c * y + z] = a`.
    case storeElement
    /// `a` with the mark of a stale pointer taken off.
    case strip

    /// The field at word `b`, shift `c`, mask `y`, low `x`.
    case loadField
    /// The same, looked up from `x` on in the pointers.
    case loadPointer
    /// The cell that `b` names.
    case loadCell
    /// `a` into the field at word `b`, shift `c`, mask `y`, low `x`, span `z`.
    case storeField
    case storePointer
    /// Word `b` becomes `word & y | x`.
    case storeImmediate
    /// `a` into the cell that `b` names; `flag` 1 drops it where the object is free.
    case storeCell
    /// `flag` is the `PlaceUse`.
    case checkPlace
    /// A check and the access after it in one; they pass over the op that follows, which is the access alone.
    case checkedLoad, checkedStore
    case live
    /// A free slot of pool `x`.
    case allocate
    case free

    case ended, atLabel
    case choose
    /// `flag`: 0 condition, 1 holders in `b`, 2 grace period of domain `b`, mask `c`.
    case awaitCondition
    /// This outcome need never come.
    case spurious
    /// Failure `x` if `a` is zero.
    case check
    case graceBegin, quiesce
    /// Class `x`, object `a`, domain `b`.
    case startCallback
    case checkNoLockHeld
    /// `flag` 1: for writing.
    case checkLockHeld
    case cover
    case refine
    /// An access of the cell that `a` names, for races; `flag` bit 0 write, bit 1 plain.
    case noteAccess

    // Only in code that records.
    case noteAcquired, noteReleased
}

/// One operation of the interpreter. Wide enough that a field's place fits in, so that reading one takes one dispatch.
struct Op {
    var code: Opcode
    var flag: UInt8 = 0
    var a: UInt16 = 0
    var b: UInt16 = 0
    var c: UInt16 = 0
    var x: Int64 = 0
    var y: UInt64 = 0
    var z: UInt64 = 0
}

/// What is known of an op beside what it does; looked at only when something fails or is recorded.
struct OpRemark {
    /// The instruction that it comes from.
    var instruction: Int32
    /// The cell of an access to a constant address, else 0.
    var cell: Int32 = 0
    /// The user's variable that it assigns, or -1.
    var assigned: Int32 = -1
    /// Index into `lockUses` of an acquisition, or -1.
    var lockUse: Int32 = -1
}

/// How an execution of a step ended.
enum Outcome: UInt8 {
    /// The run goes on with the next instruction; never the end of an execution.
    case goesOn
    case stepped
    case ended
    case blocked
    case failed
    case abandoned
    /// A value left the range that is known of its storage.
    case widened
}

/// The mark of a stale pointer in a register. Cells are counted in 32 bits, so an address is cut out by truncation.
let staleMark: Int64 = 1 << 40
