import Syntax

/// A CONFIG: a parameter of the model.
public struct ConfigInfo: Sendable {
    public var name: String
    /// `enum rule`, `bool`, `int`.
    public var typeDescription: String
    public var defaultValue: Int64
    /// All values of a bool or an enum, as the text names them; nil for a number.
    public var values: [(text: String, value: Int64)]?
    public var range: SourceRange

    /// The value as the text would write it.
    public func text(of value: Int64) -> String {
        values?.first { $0.value == value }?.text ?? String(value)
    }
}

/// A parsed model before its CONFIGs are chosen: what can be varied, and what is expected of each variant.
public struct ModelSource: Sendable {
    public let tree: SyntaxTree
    public private(set) var configs: [ConfigInfo] = []
    public private(set) var expectations: [Expectation] = []

    /// Reads the CONFIGs and EXPECTs; errors in them go to `diagnostics`.
    public init(tree: SyntaxTree, diagnostics: inout Diagnostics) {
        self.tree = tree
        var types = TypeTable()
        var ignored = Diagnostics()
        for declaration in tree.declarations {
            switch declaration.kind {
            case .type(let type): _ = types.resolve(type, &ignored)
            case .typedef(let name, let type): types.typedefs[name.text] = types.resolve(type, &ignored)
            case .variables(let variables):
                if var type = variables.first?.type {
                    type.arrayLengths = []
                    _ = types.resolve(type, &ignored)
                }
            case .config(let type, let name, let value):
                addConfig(type, name, value, &types, &diagnostics)
            default: break
            }
        }
        for declaration in tree.declarations {
            guard case .expect(let condition, let words) = declaration.kind else { continue }
            let reader = ExpectationReader(configs: configs, types: types, texts: tree.texts)
            if let row = reader.read(condition, words, declaration.range, &diagnostics) { expectations.append(row) }
        }
    }

    private mutating func addConfig(
        _ typeName: TypeName, _ name: Name, _ expression: Expression, _ types: inout TypeTable,
        _ diagnostics: inout Diagnostics
    ) {
        let type = types.resolve(typeName, &diagnostics)
        guard !type.isError, let value = types.evaluate(expression, &diagnostics) else { return }
        guard type.isInteger else {
            diagnostics.add(.badConfigType(typeName.range))
            return
        }
        if types.constants[name.text] != nil {
            diagnostics.add(.redefined(name.text, name.range))
            return
        }
        var values: [(text: String, value: Int64)]?
        switch type {
        case .integer(let integer) where integer.isBool: values = [("false", 0), ("true", 1)]
        case .enumeration(let index):
            values = types.enumerations[index].enumerators.map { (text: $0.name, value: $0.value) }
        default: break
        }
        types.constants[name.text] = value
        types.constantTypes[name.text] = type
        let config = ConfigInfo(
            name: name.text, typeDescription: types.describe(type), defaultValue: value, values: values,
            range: name.range)
        if let values, !values.contains(where: { $0.value == value }) {
            diagnostics.add(.valueNotInConfig(expression.range, config))
        }
        configs.append(config)
    }

    /// The value that `text` (a number, `true`, an enumerator) means for a CONFIG; nil if it is none of its values.
    public func value(_ text: String, ofConfig name: String) -> Int64? {
        guard let config = configs.first(where: { $0.name == name }) else { return nil }
        if let values = config.values {
            if let named = values.first(where: { $0.text == text }) { return named.value }
            guard let number = Self.number(text), values.contains(where: { $0.value == number }) else { return nil }
            return number
        }
        return Self.number(text)
    }

    private static func number(_ text: String) -> Int64? {
        let value: Int64?
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            value = Int64(text.dropFirst(2), radix: 16)
        } else {
            value = Int64(text)
        }
        guard let value, value >= Int64(Int32.min), value <= Int64(Int32.max) else { return nil }
        return value
    }

    /// The names and values of a variant, defaults filled in, in the order of the text.
    public func describe(_ configuration: [String: Int64]) -> [(name: String, value: String)] {
        configs.map { ($0.name, $0.text(of: configuration[$0.name] ?? $0.defaultValue)) }
    }
}
