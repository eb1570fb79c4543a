import Syntax

/// The structs, enums, typedefs and named constants of a model, under one choice of its CONFIGs.
struct TypeTable {
    var structures: [StructureInfo] = []
    var structureIndex: [String: Int] = [:]
    var enumerations: [EnumerationInfo] = []
    var enumerationIndex: [String: Int] = [:]
    var typedefs: [String: Type] = [:]
    /// Enumerators and CONFIGs.
    var constants: [String: Int64] = [:]
    /// The type of a CONFIG of an enum type, so that values can be shown by name.
    var constantTypes: [String: Type] = [:]

    /// The most elements of an array.
    static let elementsMax = 4096

    static let builtinTags: [String: BuiltinType] = [
        "mutex": .mutex, "rw_semaphore": .rwsem, "completion": .completion, "srcu_struct": .srcu,
    ]

    static let namedTypes: [String: Type] = {
        var types: [String: Type] = [
            "void": .void, "bool": .bool, "_Bool": .bool,
            "char": integer(8, true), "signed char": integer(8, true), "unsigned char": integer(8, false),
            "short": integer(16, true), "unsigned short": integer(16, false),
            "int": .int, "unsigned int": .unsigned,
            "long": integer(64, true), "unsigned long": integer(64, false),
            "long long": integer(64, true), "unsigned long long": integer(64, false),
            "u8": integer(8, false), "u16": integer(16, false), "u32": integer(32, false), "u64": integer(64, false),
            "s8": integer(8, true), "s16": integer(16, true), "s32": integer(32, true),
        ]
        for width in 1...7 { types["u\(width)"] = .integer(IntegerType(bits: 8, isSigned: false, narrow: width)) }
        for builtin in BuiltinType.allCases where !builtin.rawValue.hasPrefix("struct ") {
            types[builtin.rawValue] = .builtin(builtin)
        }
        return types
    }()

    private static func integer(_ bits: Int, _ isSigned: Bool) -> Type {
        .integer(IntegerType(bits: bits, isSigned: isSigned))
    }

    init() {
        // The header's own enumerators.
        let groups = [
            ["false", "true"], ["WRITER_QUEUED", "READER_PREFERENCE", "FIFO"], ["CONSOLIDATED", "PREEMPT_ONLY"],
            ["TASK_RUNNING", "TASK_INTERRUPTIBLE", "TASK_UNINTERRUPTIBLE"],
        ]
        for group in groups {
            for (value, name) in group.enumerated() { constants[name] = Int64(value) }
        }
        constants["SLAB_TYPESAFE_BY_RCU"] = 1
        let tags: [(String, [String])] = [
            ("lw_locks", groups[1]), ("lw_rcu_flavor", groups[2]),
        ]
        for (tag, names) in tags {
            enumerationIndex[tag] = enumerations.count
            enumerations.append(
                EnumerationInfo(tag: tag, enumerators: names.enumerated().map { (name: $1, value: Int64($0)) }))
        }
    }

    /// Enters what a type as written defines (its struct or enum), and gives the type without its array lengths applied
    /// to a name; errors go to `diagnostics`, and give `.error`.
    mutating func resolve(_ type: TypeName, _ diagnostics: inout Diagnostics) -> Type {
        var result = base(type.base, type.range, &diagnostics)
        for _ in 0..<type.pointerDepth { result = result == .error ? .error : .pointer(result) }
        for length in type.arrayLengths.reversed() {
            guard let length else {
                diagnostics.add(.arrayWithoutLength(type.range))
                return .error
            }
            guard let value = evaluate(length, &diagnostics) else { return .error }
            guard value >= 1, value <= Int64(Self.elementsMax) else {
                diagnostics.add(.badArrayLength(length.range, value))
                return .error
            }
            result = result == .error ? .error : .array(result, Int(value))
            guard isBounded(result, type.range, &diagnostics) else { return .error }
        }
        return result
    }

    /// A type that no model has room for is refused where it is written: nothing after it needs to fear its size.
    func isBounded(_ type: Type, _ range: SourceRange, _ diagnostics: inout Diagnostics) -> Bool {
        if room(type) <= ModelBuilder.cellsMax { return true }
        diagnostics.add(.tooMuchMemory(range, ModelBuilder.cellsMax))
        return false
    }

    /// The numbers, pointers and locks that a value of the type consists of, an empty struct counted as one. An array type is made of one that was found
    /// to be bounded, so nothing overflows here.
    func room(_ type: Type) -> Int {
        switch type {
        case .array(let element, let count): room(element) * count
        case .structure(let index): max(1, structures[index].room)
        default: 1
        }
    }

    private mutating func base(_ base: TypeName.Base, _ range: SourceRange, _ diagnostics: inout Diagnostics) -> Type {
        switch base {
        case .named(let name):
            if let type = typedefs[name.text] ?? Self.namedTypes[LanguageNames.typeAliases[name.text] ?? name.text] {
                return type
            }
            let known = Array(typedefs.keys) + Array(Self.namedTypes.keys)
            diagnostics.add(.unknownType(name, nearest(name.text, in: known.sorted())))
            return .error
        case .structure(let tag, let definition):
            if let builtin = Self.builtinTags[tag.text] {
                if definition != nil { diagnostics.add(.reservedName(tag)) }
                return .builtin(builtin)
            }
            return structure(tag, definition, &diagnostics)
        case .enumeration(let tag, let definition):
            return enumeration(tag, definition, range, &diagnostics)
        }
    }

    private mutating func structure(
        _ tag: Name, _ definition: StructDefinition?, _ diagnostics: inout Diagnostics
    ) -> Type {
        let index: Int
        if let known = structureIndex[tag.text] {
            index = known
        } else {
            index = structures.count
            structureIndex[tag.text] = index
            let isAnonymous = !(tag.text.utf8.first.map { $0 == UInt8(ascii: "_") || ($0 | 32) >= 97 && ($0 | 32) <= 122 } ?? false)
            structures.append(StructureInfo(tag: tag.text, fields: nil, isAnonymous: isAnonymous))
        }
        guard let definition else { return .structure(index) }
        guard structures[index].fields == nil else {
            diagnostics.add(.redefined("struct \(tag.text)", tag.range))
            return .structure(index)
        }
        var fields: [StructureInfo.Field] = []
        for field in definition.fields {
            var type = resolve(field.type, &diagnostics)
            if fields.contains(where: { $0.name == field.name.text }) {
                diagnostics.add(.redefined("the field \(field.name.text)", field.name.range))
                continue
            }
            if !isComplete(type) {
                diagnostics.add(.incompleteType(describe(type), field.name.range))
                type = .error
            }
            fields.append(
                StructureInfo.Field(
                    name: field.name.text, type: type, bits: bitField(field, type, &diagnostics),
                    isGhost: field.isGhost))
        }
        structures[index].fields = fields
        structures[index].room = fields.reduce(0) { $0 + room($1.type) }
        if !isBounded(.structure(index), tag.range, &diagnostics) {
            structures[index].fields = []
            structures[index].room = 0
            return .error
        }
        return .structure(index)
    }

    private mutating func bitField(
        _ field: StructDefinition.Field, _ type: Type, _ diagnostics: inout Diagnostics
    ) -> Int? {
        guard let expression = field.bits, let value = evaluate(expression, &diagnostics) else { return nil }
        guard case .integer(let integer) = type, value >= 1, value <= Int64(integer.bits) else {
            if type != .error { diagnostics.add(.badBitField(expression.range)) }
            return nil
        }
        return Int(value)
    }

    private mutating func enumeration(
        _ tag: Name, _ definition: EnumDefinition?, _ range: SourceRange, _ diagnostics: inout Diagnostics
    ) -> Type {
        guard let definition else {
            if let known = enumerationIndex[tag.text] { return .enumeration(known) }
            diagnostics.add(.unknownType(Name("enum \(tag.text)", tag.range), nearest(tag.text, in: enumerationIndex.keys.sorted())))
            return .error
        }
        if enumerationIndex[tag.text] != nil {
            diagnostics.add(.redefined("enum \(tag.text)", tag.range))
            return .error
        }
        var next: Int64 = 0
        var enumerators: [(name: String, value: Int64)] = []
        for enumerator in definition.enumerators {
            if let expression = enumerator.value, let value = evaluate(expression, &diagnostics) { next = value }
            if constants[enumerator.name.text] != nil {
                diagnostics.add(.redefined(enumerator.name.text, enumerator.name.range))
            }
            guard next >= Int64(Int32.min), next <= Int64(UInt32.max) else {
                diagnostics.add(.constantTooLarge(enumerator.name.range))
                return .error
            }
            constants[enumerator.name.text] = next
            constantTypes[enumerator.name.text] = .enumeration(enumerations.count)
            enumerators.append((enumerator.name.text, next))
            next += 1
        }
        enumerationIndex[tag.text] = enumerations.count
        enumerations.append(EnumerationInfo(tag: tag.text, enumerators: enumerators))
        return .enumeration(enumerations.count - 1)
    }

    /// Whether objects of the type can be made.
    func isComplete(_ type: Type) -> Bool {
        switch type {
        case .void: false
        case .array(let element, _): isComplete(element)
        case .structure(let index): structures[index].fields != nil
        default: true
        }
    }

    /// The type as C writes it.
    func describe(_ type: Type) -> String {
        switch type {
        case .void: return "void"
        case .integer(let integer):
            if integer.isBool { return "bool" }
            if let narrow = integer.narrow { return "u\(narrow)" }
            if integer.bits == 32 { return integer.isSigned ? "int" : "unsigned int" }
            return "\(integer.isSigned ? "s" : "u")\(integer.bits)"
        case .enumeration(let index): return "enum \(enumerations[index].tag)"
        case .pointer(let target):
            let inner = describe(target)
            return inner.hasSuffix("*") ? inner + "*" : inner + " *"
        case .array(let element, let count): return "\(describe(element))[\(count)]"
        case .structure(let index):
            return structures[index].isAnonymous ? "a struct without a tag" : "struct \(structures[index].tag)"
        case .builtin(let builtin): return builtin.rawValue
        case .error: return "?"
        }
    }

    /// Pointers to types with the same key may name the same cells: `u3 *` and `u8 *` are one type of C.
    func pointerKey(_ type: Type) -> String {
        switch type {
        case .integer(let integer):
            if integer.isBool { return "bool" }
            return "\(integer.isSigned ? "s" : "u")\(integer.bits)"
        default: return describe(type) + (isAnonymous(type) ? "#\(type)" : "")
        }
    }

    private func isAnonymous(_ type: Type) -> Bool {
        if case .structure(let index) = type { return structures[index].isAnonymous }
        return false
    }

    /// `sizeof` in bytes, as a 64-bit kernel has it, near enough for loops over arrays.
    func size(of type: Type) -> Int64 {
        switch type {
        case .void, .error: return 1
        case .integer(let integer): return Int64(integer.bits / 8)
        case .enumeration: return 4
        case .pointer: return 8
        case .array(let element, let count): return size(of: element) * Int64(count)
        case .structure(let index): return (structures[index].fields ?? []).reduce(0) { $0 + size(of: $1.type) }
        case .builtin: return 4
        }
    }
}
