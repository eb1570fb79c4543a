/// The words of an arithmetic type, in any order, as C allows: `long unsigned int`.
struct TypeWords {
    private var counts: [String: Int] = [:]
    private var order: [String] = []

    var isEmpty: Bool { order.isEmpty }
    var spelling: String { order.joined(separator: " ") }

    mutating func add(_ word: String) {
        counts[word == "__signed__" ? "signed" : word, default: 0] += 1
        if order.count < 8 { order.append(word) }
    }

    private func count(_ word: String) -> Int { counts[word] ?? 0 }

    /// The one spelling that the tree uses; nil if C has no such type.
    var canonical: String? {
        let long = count("long")
        let isUnsigned = count("unsigned") > 0
        guard long <= 2, counts.allSatisfy({ $0.key == "long" || $0.value == 1 }) else { return nil }
        guard !(isUnsigned && count("signed") > 0) else { return nil }
        let hasSign = isUnsigned || count("signed") > 0
        let kinds = ["void", "_Bool", "char", "short"].filter { count($0) > 0 }
        if let kind = kinds.first {
            guard kinds.count == 1, long == 0 else { return nil }
            switch kind {
            case "short": return isUnsigned ? "unsigned short" : "short"
            case "char" where count("int") == 0:
                return isUnsigned ? "unsigned char" : hasSign ? "signed char" : "char"
            default:
                guard counts.count == 1 else { return nil }
                return kind == "_Bool" ? "bool" : kind
            }
        }
        let name = long == 2 ? "long long" : long == 1 ? "long" : "int"
        return isUnsigned ? "unsigned " + name : name
    }
}
