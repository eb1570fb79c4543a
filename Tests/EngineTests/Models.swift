import Foundation
import Program
import Syntax

/// One variant of a model of the repository.
struct Variant: CustomStringConvertible, Sendable {
    var file: String
    var configuration: [String: Int64]
    var description: String {
        ([file] + configuration.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }
}

enum Models {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `LOCKWALK_EVERY_WAY=1`: each variant is tried in every way. Else they take turns, so that each model meets most
    /// of them: a debug build takes long for all.
    static let triesEveryWay = ProcessInfo.processInfo.environment["LOCKWALK_EVERY_WAY"] != nil

    /// Every file in the model folders.
    static let files = files(in: ["models", "Tests/Models/checks", "Tests/Models/language"])
    /// Those that take longer.
    static let larger = files(in: ["Tests/Models/protocols", "Benchmarks/models"])

    private static func files(in folders: [String]) -> [String] {
        folders.flatMap(files(in:))
    }

    private static func files(in folder: String) -> [String] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path + "/" + folder)) ?? []
        return names.filter { $0.hasSuffix(".c") }.sorted().map { folder + "/" + $0 }
    }

    /// All variants that its EXPECT rows name, and the one that none of them does.
    static func variants(_ file: String) throws -> [Variant] {
        var seen: Set<[String: Int64]> = [[:]]
        var result = [Variant(file: file, configuration: [:])]
        for row in try source(file).expectations {
            for variant in row.variants where seen.insert(variant).inserted {
                result.append(Variant(file: file, configuration: variant))
            }
        }
        return result
    }

    /// The sizes in which the benchmarks are run.
    static func benchmarkVariants(_ file: String) -> [Variant] {
        let sizes: [String: [String: Int64]] = [
            "ptefree": ["W": 5, "F": 4], "peterson": ["N": 5], "rwsem": ["R": 3, "W": 3],
            "tables": ["W": 4, "F": 2, "P": 2], "phil": ["N": 13],
        ]
        guard file.hasPrefix("Benchmarks/"), let name = file.split(separator: "/").last?.dropLast(2),
            let size = sizes[String(name)]
        else { return [] }
        return [Variant(file: file, configuration: size)]
    }

    /// nil if it uses what is not in the language yet.
    static func model(_ variant: Variant) throws -> Model? {
        var diagnostics = Diagnostics()
        guard
            let model = try source(variant.file).lower(
                configuration: variant.configuration, diagnostics: &diagnostics), !diagnostics.hasErrors
        else { return nil }
        return model
    }

    private static func source(_ file: String) throws -> ModelSource {
        let path = root.path + "/" + file
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return ModelSource(text: bytes, path: path)
    }

    /// A small model of its own, from its text.
    static func model(text: String) -> Model {
        var diagnostics = Diagnostics()
        return ModelSource(text: Array(text.utf8), path: "/model.c")
            .lower(configuration: [:], diagnostics: &diagnostics)!
    }
}

extension ModelSource {
    fileprivate init(text: [UInt8], path: String) {
        var diagnostics = Diagnostics()
        let tree = parseModel(
            name: path, bytes: text,
            readFile: { name in (try? Data(contentsOf: URL(fileURLWithPath: name))).map { [UInt8]($0) } },
            diagnostics: &diagnostics)
        self.init(tree: tree, diagnostics: &diagnostics)
    }
}
