import Syntax

/// The words of a command line, sorted.
struct Arguments {
    private(set) var operands: [String] = []
    /// In the order of the command line; the value is empty for an option that takes none.
    private var options: [(name: String, value: String)] = []

    func has(_ name: String) -> Bool { options.contains { $0.name == name } }

    /// The value given last wins, as usual.
    func last(_ name: String) -> String? { options.last { $0.name == name }?.value }

    func all(_ name: String) -> [String] { options.filter { $0.name == name }.map(\.value) }

    /// Sorts words the way GNU programs do: options and operands in any order, `--option=value` and `--option value`,
    /// `-Dvalue` and `-D value`, `-qv` for `-q -v`, unique beginnings of long options, nothing but operands after `--`.
    init(_ words: [String], syntax: CommandSyntax) throws {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                return
            } else if word.hasPrefix("--") {
                try long(word.dropFirst(2), &rest, syntax)
            } else if word.hasPrefix("-"), word != "-" {
                try short(word.dropFirst(), &rest, syntax)
            } else {
                operands.append(word)
            }
        }
    }

    private mutating func long(_ word: Substring, _ rest: inout ArraySlice<String>, _ syntax: CommandSyntax) throws {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let option = try find(name, syntax)
        guard option.value != nil else {
            if parts.count > 1 { throw UsageError("option '--\(option.long)' takes no value", command: syntax.name) }
            options.append((option.long, ""))
            return
        }
        if parts.count > 1 {
            options.append((option.long, String(parts[1])))
        } else {
            options.append((option.long, try value(of: "--\(option.long)", option, &rest, syntax)))
        }
    }

    private mutating func short(_ word: Substring, _ rest: inout ArraySlice<String>, _ syntax: CommandSyntax) throws {
        var letters = word
        while let letter = letters.popFirst() {
            guard let option = syntax.options.first(where: { $0.short == letter }) else {
                throw UsageError("unknown option '-\(letter)'" + longForm(word, syntax), command: syntax.name)
            }
            guard option.value != nil else {
                options.append((option.long, ""))
                continue
            }
            let attached = String(letters)
            options.append(
                (option.long, attached.isEmpty ? try value(of: "-\(letter)", option, &rest, syntax) : attached))
            return
        }
    }

    private func value(
        of shown: String, _ option: OptionSyntax, _ rest: inout ArraySlice<String>, _ syntax: CommandSyntax
    ) throws -> String {
        guard let value = rest.popFirst() else {
            throw UsageError("option '\(shown)' needs a value: \(shown) \(option.value ?? "")", command: syntax.name)
        }
        return value
    }

    private func find(_ name: String, _ syntax: CommandSyntax) throws -> OptionSyntax {
        if let exact = syntax.options.first(where: { $0.long == name }) { return exact }
        let begun = name.isEmpty ? [] : syntax.options.filter { $0.long.hasPrefix(name) }
        if begun.count == 1 { return begun[0] }
        if begun.count > 1 {
            let list = begun.map { "--\($0.long)" }.joined(separator: ", ")
            throw UsageError("option '--\(name)' may be any of \(list)", command: syntax.name)
        }
        let near = nearest(name, in: syntax.options.map(\.long)).map { "; did you mean '--\($0)'?" } ?? ""
        throw UsageError("unknown option '--\(name)'\(near)", command: syntax.name)
    }

    /// `-memory` was meant as `--memory`.
    private func longForm(_ word: Substring, _ syntax: CommandSyntax) -> String {
        let name = String(word.prefix { $0 != "=" })
        guard name.count > 1, let near = syntax.options.first(where: { $0.long == name })?.long else { return "" }
        return "; did you mean '--\(near)'?"
    }
}
