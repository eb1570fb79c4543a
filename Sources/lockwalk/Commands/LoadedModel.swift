import Program
import Syntax

/// A model that has been read and parsed, not yet lowered for one choice of its CONFIGs.
struct LoadedModel {
    /// As given on the command line; `<stdin>` for standard input.
    let name: String
    let texts: SourceTexts
    let source: ModelSource

    /// The model cannot be used; all that is wrong with it has been told already.
    struct Refused: Error {}

    /// Reads and parses. Tells what is wrong on the error stream, compiler-style, and throws `Refused`.
    init(path: String, console: Console) throws {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path)
        } catch let failure as Files.Failure {
            console.complain(failure.message)
            throw Refused()
        }
        try self.init(name: path == "-" ? "<stdin>" : path, bytes: bytes, console: console)
    }

    /// Parses a text that is at hand.
    init(name: String, bytes: [UInt8], console: Console) throws {
        self.name = name
        guard bytes.contains(where: { !($0 == 0x20 || (0x09...0x0D).contains($0)) }) else {
            console.complain("'\(name)' is empty; a model starts with #include <lockwalk.h>")
            throw Refused()
        }
        var diagnostics = Diagnostics()
        let tree = parseModel(
            name: name, bytes: bytes, readFile: { try? Files.read($0) }, diagnostics: &diagnostics)
        texts = tree.texts
        source = ModelSource(tree: tree, diagnostics: &diagnostics)
        LoadedModel.tell(diagnostics.all, texts, console)
        if diagnostics.hasErrors {
            Self.tellCount(diagnostics.errorCount, console)
            throw Refused()
        }
    }

    /// The model for one choice of its CONFIGs; those not named keep their defaults.
    func lower(_ configuration: [String: Int64], console: Console, tellsWarnings: Bool = true) throws -> Model {
        var diagnostics = Diagnostics()
        let model = source.lower(configuration: configuration, diagnostics: &diagnostics)
        let isRefused = model == nil || diagnostics.hasErrors
        if tellsWarnings || isRefused { LoadedModel.tell(diagnostics.all, texts, console) }
        guard let model, !diagnostics.hasErrors else {
            Self.tellCount(diagnostics.errorCount, console)
            throw Refused()
        }
        return model
    }

    private static func tell(_ diagnostics: [Diagnostic], _ texts: SourceTexts, _ console: Console) {
        for diagnostic in diagnostics { console.errors.write(render(diagnostic, texts: texts)) }
        console.errors.flush()
    }

    /// Only where some were not shown.
    private static func tellCount(_ count: Int, _ console: Console) {
        guard count > Diagnostics.keptMax else { return }
        console.errors.line("\(Quantities.plural(count, "error")), the first \(Diagnostics.keptMax) shown")
        console.errors.flush()
    }
}

extension LoadedModel {
    static let defineOption = OptionSyntax(
        long: "define", short: "D", value: "NAME=VALUE", help: "give the CONFIG NAME another value")

    /// The assignments of `-D`, by name.
    func configuration(_ definitions: [String], command: String) throws -> [String: Int64] {
        var result: [String: Int64] = [:]
        for definition in definitions {
            let parts = definition.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let config = source.configs.first(where: { $0.name == parts[0] }) else {
                throw UsageError(unknownConfig(parts[0]), command: command)
            }
            guard parts.count > 1 || config.typeDescription == "bool" else {
                throw UsageError(missingValue(config), command: command)
            }
            // As with a compiler, a name alone switches it on.
            let text = parts.count > 1 ? parts[1] : "true"
            guard let value = source.value(text, ofConfig: config.name) else {
                throw UsageError(badValue(text, config), command: command)
            }
            result[config.name] = value
        }
        return result
    }

    private func unknownConfig(_ given: String) -> String {
        let names = source.configs.map(\.name)
        var message = "\(name) has no CONFIG '\(given)'"
        if let near = nearest(given, in: names) {
            message += "; did you mean '\(near)'?"
        } else if names.isEmpty {
            message += "; it has none at all"
        } else {
            message += "; it has \(names.joined(separator: ", "))"
        }
        return message
    }

    private func missingValue(_ config: ConfigInfo) -> String {
        let values = config.values?.map(\.text) ?? []
        let example = values.first { $0 != config.text(of: config.defaultValue) } ?? values.first ?? "2"
        var message = "CONFIG \(config.name) needs a value: write -D \(config.name)=\(example)"
        if !values.isEmpty { message += "; it may be \(values.joined(separator: ", "))" }
        return message
    }

    private func badValue(_ text: String, _ config: ConfigInfo) -> String {
        let values = config.values?.map(\.text) ?? []
        var message = "'\(text)' is no value for CONFIG \(config.name)"
        if let near = nearest(text, in: values) {
            message += "; did you mean '\(near)'?"
        } else if !values.isEmpty {
            message += "; it may be \(values.joined(separator: ", "))"
        } else {
            message += "; it is of type \(config.typeDescription)"
        }
        return message
    }
}
