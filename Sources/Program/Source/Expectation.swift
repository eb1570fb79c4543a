import Syntax

/// One verdict that a row accepts: `HOLDS`, or an error's word with or without a name.
public struct ExpectedVerdict: Hashable, Sendable {
    public var word: String
    public var name: String?

    public init(word: String, name: String?) {
        self.word = word
        self.name = name
    }
}

/// An EXPECT: what `lockwalk test` holds the checker to.
public struct Expectation: Sendable {
    public var range: SourceRange
    /// The row as the text has it, white space folded.
    public var text: String
    public var accepted: [ExpectedVerdict]
    /// UNFAIR, WEAK or STRONG.
    public var fairness: String?
    /// SC, TSO or LKMM.
    public var memory: String?
    /// The values of the CONFIGs that the condition names, for each variant that it covers.
    public var variants: [[String: Int64]]
}

/// Reads EXPECT rows.
struct ExpectationReader {
    let configs: [ConfigInfo]
    let types: TypeTable
    let texts: SourceTexts

    static let fairnessWords = ["UNFAIR", "WEAK", "STRONG"]
    static let memoryWords = ["SC", "TSO", "LKMM"]
    static let variantsMax = 4096

    func read(
        _ condition: Expression, _ words: [Expression], _ range: SourceRange, _ diagnostics: inout Diagnostics
    ) -> Expectation? {
        let text = texts.text(of: range).split(whereSeparator: { $0.isWhitespace }).joined(separator: " ")
        var row = Expectation(range: range, text: text, accepted: [], variants: [])
        for word in words where !add(word, to: &row, &diagnostics) { return nil }
        guard !row.accepted.isEmpty else {
            diagnostics.add(.expectWithoutVerdict(range))
            return nil
        }
        guard let variants = variants(of: condition, &diagnostics) else { return nil }
        guard !variants.isEmpty else {
            diagnostics.add(.expectMatchesNothing(condition.range))
            return nil
        }
        row.variants = variants
        return row
    }

    private func add(_ word: Expression, to row: inout Expectation, _ diagnostics: inout Diagnostics) -> Bool {
        switch word.kind {
        case .identifier(let name) where Self.fairnessWords.contains(name):
            row.fairness = name
        case .identifier(let name) where Self.memoryWords.contains(name):
            row.memory = name
        case .identifier(let name) where name == "HOLDS" || FailureKind(word: name) != nil:
            row.accepted.append(ExpectedVerdict(word: name, name: nil))
        case .call(let name, let arguments) where FailureKind(word: name.text) != nil && arguments.count == 1:
            guard case .identifier(let detail) = arguments[0].kind else { fallthrough }
            row.accepted.append(ExpectedVerdict(word: name.text, name: detail))
        default:
            let known = ["HOLDS"] + FailureKind.allCases.map(\.word) + Self.fairnessWords + Self.memoryWords
            var spelled = texts.text(of: word.range)
            if let bracket = spelled.firstIndex(of: "(") { spelled = String(spelled[..<bracket]) }
            diagnostics.add(.unknownVerdict(word.range, spelled, nearest(spelled, in: known)))
            return false
        }
        return true
    }

    /// All assignments of the CONFIGs that the condition names under which it is true.
    private func variants(of condition: Expression, _ diagnostics: inout Diagnostics) -> [[String: Int64]]? {
        var named: [(config: ConfigInfo, values: [Int64])] = []
        for name in Self.names(in: condition) {
            guard let config = configs.first(where: { $0.name == name }), !named.contains(where: { $0.config.name == name })
            else { continue }
            if let values = config.values {
                named.append((config, values.map(\.value)))
                continue
            }
            let fixed = fixedValues(of: name, in: condition)
            guard !fixed.isEmpty else {
                diagnostics.add(.expectNumberNotFixed(condition.range, name))
                return nil
            }
            named.append((config, fixed))
        }
        guard named.reduce(1, { min(Self.variantsMax + 1, $0 * $1.values.count) }) <= Self.variantsMax else {
            diagnostics.add(.expectTooManyVariants(condition.range, Self.variantsMax))
            return nil
        }
        var assignments: [[String: Int64]] = [[:]]
        for (config, values) in named {
            assignments = assignments.flatMap { assignment in
                values.map { assignment.merging([config.name: $0]) { $1 } }
            }
        }
        var result: [[String: Int64]] = []
        for assignment in assignments {
            var table = types
            for (name, value) in assignment { table.constants[name] = value }
            guard let value = table.evaluate(condition, &diagnostics) else { return nil }
            if value != 0 { result.append(assignment) }
        }
        return result
    }

    /// The constants that an int CONFIG is compared with by `==`.
    private func fixedValues(of name: String, in expression: Expression) -> [Int64] {
        var values: [Int64] = []
        var ignored = Diagnostics()
        Self.walk(expression) { node in
            guard case .binary(.equal, let left, let right) = node.kind else { return }
            for (side, other) in [(left, right), (right, left)] {
                if case .identifier(name) = side.kind, let value = types.evaluate(other, &ignored),
                    !values.contains(value)
                {
                    values.append(value)
                }
            }
        }
        return values
    }

    private static func names(in expression: Expression) -> [String] {
        var names: [String] = []
        walk(expression) { if case .identifier(let name) = $0.kind { names.append(name) } }
        return names
    }

    private static func walk(_ expression: Expression, _ visit: (Expression) -> Void) {
        visit(expression)
        switch expression.kind {
        case .unary(_, let a): walk(a, visit)
        case .binary(_, let a, let b), .logicalAnd(let a, let b), .logicalOr(let a, let b):
            walk(a, visit)
            walk(b, visit)
        case .conditional(let a, let b, let c):
            walk(a, visit)
            walk(b, visit)
            walk(c, visit)
        case .cast(_, let a): walk(a, visit)
        default: break
        }
    }
}
