import Syntax

/// Bit operations on a word: one step each. (Documentation/atomic_bitops.txt.)
enum BitPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "set_bit": Primitive(2) { $0.changeBit($1, set: true, .relaxed, test: false) },
        "clear_bit": Primitive(2) { $0.changeBit($1, set: false, .relaxed, test: false) },
        "clear_bit_unlock": Primitive(2) { $0.changeBit($1, set: false, .release, test: false) },
        "test_and_set_bit": Primitive(2) { $0.changeBit($1, set: true, .full, test: true) },
        "test_and_set_bit_lock": Primitive(2) { $0.changeBit($1, set: true, .acquire, test: true) },
        "test_and_clear_bit": Primitive(2) { $0.changeBit($1, set: false, .full, test: true) },
        "test_bit": Primitive(2, .pure) { $0.testBit($1) },
    ]
}

extension CodeBuilder {
    typealias BitArguments = (bit: Operand, place: Place, address: Operand, isChecked: Bool)

    func bitArguments(_ site: CallSite) -> BitArguments? {
        guard let bit = argument(site, 0, .int), let place = pointeeArgument(site.arguments[1]) else { return nil }
        guard case .integer(let integer) = place.type, place.bits == nil else {
            if !place.type.isError { report(.notAnInteger(site.arguments[1].range, types.describe(place.type))) }
            return nil
        }
        guard case .memory(let address, let isChecked) = place.location else {
            report(.markedLocal(site.arguments[1].range))
            return nil
        }
        let width = Int64(integer.narrow ?? integer.bits)
        let fits = binary(.lessUnsigned, bit.operand, .constant(width), site.range)
        if fits == .constant(0) {
            report(.shiftTooWide(site.arguments[0].range, bit.constant ?? 0, Int(width)))
            return nil
        }
        check(fits, .overflow, name: "bit", "the word has no such bit", site.range)
        return (bit.operand, place, address, isChecked)
    }

    func changeBit(_ site: CallSite, set: Bool, _ ordering: Ordering, test: Bool) -> Value {
        guard let word = bitArguments(site) else { return .error }
        beginStep(.readModifyWrite, site.range, ordering: ordering)
        let old = load(word.address, word.place, isChecked: word.isChecked, access(.marked, ordering), site.range)
        store(word, old, isSet: set, ordering, site.range)
        guard test else { return .nothing }
        let was = binary(.hasBit, old.operand, word.bit, site.range)
        showResult(was)
        return Value(type: .bool, parts: [was], range: 0...1)
    }

    /// Stores the word with the bit set or cleared.
    func store(_ word: BitArguments, _ old: Value, isSet: Bool, _ ordering: Ordering, _ range: SourceRange) {
        let mask = binary(.shiftLeft, .constant(1), word.bit, range)
        let changed = binary(isSet ? .or : .andNot, old.operand, mask, range)
        // Only the sign bit of a signed word can make it leave its type.
        var value = Value(type: word.place.type, parts: [changed], range: valueRange(word.place.type))
        if case .integer(let integer) = word.place.type, integer.isSigned { value.range = ValueRanges.everything }
        guard let new = convert(value, to: word.place.type, range) else { return }
        emit(.store(word.address, new.operand, access(.marked, ordering)), range)
    }

    func testBit(_ site: CallSite) -> Value {
        guard let (bit, place, address, isChecked) = bitArguments(site) else { return .error }
        beginStep(.load, site.range)
        let old = load(address, place, isChecked: isChecked, access(.marked), site.range)
        let isSet = binary(.hasBit, old.operand, bit, site.range)
        showResult(isSet)
        return Value(type: .bool, parts: [isSet], range: 0...1)
    }
}
