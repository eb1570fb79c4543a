import Foundation
import Testing

/// Compares a text with the file of that name beside the tests. `LOCKWALK_ACCEPT=1 swift test` writes the files anew; what
/// changed is then read in `git diff`.
func expectGolden(_ text: String, _ name: String, here: String = #filePath, at place: SourceLocation = #_sourceLocation) {
    let url = URL(fileURLWithPath: here).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
    if ProcessInfo.processInfo.environment["LOCKWALK_ACCEPT"] != nil {
        try? FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? text.write(to: url, atomically: true, encoding: .utf8)
        return
    }
    let wanted = (try? String(contentsOf: url, encoding: .utf8)) ?? "(there is no such file)\n"
    #expect(text == wanted, "\(name) differs; if the new text is right: LOCKWALK_ACCEPT=1 swift test", sourceLocation: place)
}
