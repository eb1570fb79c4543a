import Syntax

/// What parsing a text gave.
struct Parsed {
    let tree: SyntaxTree
    let diagnostics: Diagnostics

    /// `CODE line:column`, or `CODE file:line:column` outside the model itself.
    var faults: [String] {
        diagnostics.all.map { diagnostic in
            guard let place = tree.texts.place(of: diagnostic.range) else { return diagnostic.code }
            let file = place.file == "model.c" ? "" : place.file + ":"
            return "\(diagnostic.code) \(file)\(place.line):\(place.column)"
        }
    }

    var rendered: String { diagnostics.all.map { render($0, texts: tree.texts) }.joined() }
}

func parse(bytes: [UInt8], files: [String: String] = [:]) -> Parsed {
    var diagnostics = Diagnostics()
    let tree = parseModel(
        name: "model.c", bytes: bytes, readFile: { files[$0].map { Array($0.utf8) } }, diagnostics: &diagnostics)
    return Parsed(tree: tree, diagnostics: diagnostics)
}

func parse(_ text: String, files: [String: String] = [:]) -> Parsed {
    parse(bytes: Array(text.utf8), files: files)
}

/// A text behind the line that includes the header: its own first line is line 2.
func model(_ text: String, files: [String: String] = [:]) -> Parsed {
    parse("#include <lockwalk.h>\n" + text, files: files)
}
