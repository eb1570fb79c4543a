import Foundation
import Program
import Syntax

/// One variant of a model file.
struct Variant: CustomStringConvertible, Sendable {
    var file: String
    var configuration: [String: Int64]
    var description: String {
        ([file] + configuration.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }
}

enum ModelFiles {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let files: [String] = [
        "models", "Tests/Models/checks", "Tests/Models/language", "Tests/Models/protocols", "Benchmarks/models",
        "Tests/ReductionTests/Models",
    ].flatMap { folder in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + folder)) ?? []
        return names.filter { $0.hasSuffix(".c") }.sorted().map { folder + "/" + $0 }
    }

    /// All variants that its EXPECT rows name, and the one that none of them does.
    static func variants(_ file: String) -> [Variant] {
        var seen: Set<[String: Int64]> = [[:]]
        var result = [Variant(file: file, configuration: [:])]
        for row in source(file).expectations {
            for variant in row.variants where seen.insert(variant).inserted {
                result.append(Variant(file: file, configuration: variant))
            }
        }
        return result
    }

    /// nil if it uses what is not in the language yet.
    static func model(_ variant: Variant) -> Model? {
        var diagnostics = Diagnostics()
        let model = source(variant.file).lower(configuration: variant.configuration, diagnostics: &diagnostics)
        return diagnostics.hasErrors ? nil : model
    }

    private static func source(_ file: String) -> ModelSource {
        var diagnostics = Diagnostics()
        let url = root.appendingPathComponent(file)
        let bytes = [UInt8]((try? Data(contentsOf: url)) ?? Data())
        let folder = url.deletingLastPathComponent()
        let tree = parseModel(
            name: file, bytes: bytes,
            readFile: { name in
                (try? Data(contentsOf: folder.appendingPathComponent(name))).map { [UInt8]($0) }
            }, diagnostics: &diagnostics)
        return ModelSource(tree: tree, diagnostics: &diagnostics)
    }

    static func model(text: String) -> Model? {
        var diagnostics = Diagnostics()
        let tree = parseModel(
            name: "model.c", bytes: Array(text.utf8), readFile: { _ in nil }, diagnostics: &diagnostics)
        let source = ModelSource(tree: tree, diagnostics: &diagnostics)
        let model = diagnostics.hasErrors ? nil : source.lower(configuration: [:], diagnostics: &diagnostics)
        return diagnostics.hasErrors ? nil : model
    }
}
