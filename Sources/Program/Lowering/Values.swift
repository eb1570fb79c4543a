import Syntax

/// The value of an expression while code is made: one operand per scalar that it consists of.
struct Value {
    var type: Type
    var parts: [Operand]
    /// What a number can be, as far as types and constants tell; saves needless wrapping.
    var range: ClosedRange<Int64>
    /// `&local`: a pointer that exists only while code is made.
    var localTarget: Place?

    static let error = Value(type: .error, parts: [.constant(0)], range: 0...0)
    static let nothing = Value(type: .void, parts: [], range: 0...0)

    init(type: Type, parts: [Operand], range: ClosedRange<Int64> = Int64.min...Int64.max, localTarget: Place? = nil) {
        self.type = type
        self.parts = parts
        self.range = range
        self.localTarget = localTarget
    }

    init(_ constant: Int64, _ type: Type = .int) {
        self.init(type: type, parts: [.constant(constant)], range: constant...constant)
    }

    /// The only operand of a scalar.
    var operand: Operand { parts.first ?? .constant(0) }

    var constant: Int64? {
        if parts.count == 1, case .constant(let value) = parts[0] { return value }
        return nil
    }
}

/// Something that can be read, written, or have its address taken.
struct Place {
    indirect enum Location {
        /// Cells from `address` on; `isChecked` if the pointer must be looked at before it is followed.
        case memory(address: Operand, isChecked: Bool)
        /// Registers: element `first + offset + index` of a variable of `total` registers.
        case registers(first: Register, offset: Int, index: Operand?, total: Int)
    }

    var location: Location
    var type: Type
    var isGhost: Bool
    /// Width of a bit-field.
    var bits: Int?
    /// The variable or field that names it, for messages and needs.
    var name: String?
    /// A CONFIG-independent `const` or `self`: may not be assigned.
    var isReadOnly = false
    /// A REGISTER: what reads and writes it is marked.
    var isRegister = false

    init(_ location: Location, _ type: Type, isGhost: Bool, bits: Int? = nil, name: String? = nil) {
        self.location = location
        self.type = type
        self.isGhost = isGhost
        self.bits = bits
        self.name = name
    }

    var isMemory: Bool {
        if case .memory = location { return true }
        return false
    }
}
