import Foundation
import Program
import Syntax

/// What reading and lowering a text gave.
struct Lowered {
    let texts: SourceTexts
    let source: ModelSource
    /// Nil after an error.
    let model: Model?
    let diagnostics: Diagnostics

    var codes: [String] { diagnostics.all.map(\.code) }

    /// `CODE line:column`; the code alone where there is no place.
    var faults: [String] {
        diagnostics.all.map { diagnostic in
            guard let place = texts.place(of: diagnostic.range) else { return diagnostic.code }
            return "\(diagnostic.code) \(place.line):\(place.column)"
        }
    }

    var rendered: String { diagnostics.all.map { render($0, texts: texts) }.joined() }

    func code(of name: String) -> Code? { model?.classes.first { $0.name == name }?.code }

    /// What the steps of a thread are, in the order of the code.
    func steps(of name: String = "t") -> [Step.Kind] { code(of: name)?.steps.map(\.kind) ?? [] }
}

/// Lowers a whole file, under the defaults of its CONFIGs but for those given.
func lowerFile(_ text: String, name: String = "model.c", _ configuration: [String: Int64] = [:]) -> Lowered {
    var diagnostics = Diagnostics()
    let tree = parseModel(name: name, bytes: Array(text.utf8), readFile: { _ in nil }, diagnostics: &diagnostics)
    let source = ModelSource(tree: tree, diagnostics: &diagnostics)
    var model: Model?
    if !diagnostics.hasErrors { model = source.lower(configuration: configuration, diagnostics: &diagnostics) }
    return Lowered(texts: tree.texts, source: source, model: model, diagnostics: diagnostics)
}

/// Lowers a text behind the line that includes the header: its own first line is line 2.
func lower(_ text: String, _ configuration: [String: Int64] = [:]) -> Lowered {
    lowerFile("#include <lockwalk.h>\n" + text, configuration)
}

/// Lowers the body of the only thread, over a few globals of each kind.
func lowerBody(_ body: String) -> Lowered {
    lower(
        """
        struct page { int refs; struct page *next; spinlock_t lock; u3 small[3]; };
        struct pte { u4 pfn; bool present; };
        OBJECTS(struct page, pages, 2);
        static struct page page;
        static struct page *head;
        static struct pte pte;
        static int x, y, a[3];
        static u32 word;
        static spinlock_t lock;
        static atomic_t counter;
        GHOST int ghost;
        static int twice(int n) { return 2 * n; }
        static int both(void) { return x + y; }
        static struct pte make(int pfn) { struct pte made = { pfn, true }; return made; }

        THREAD(t, 1)
        {
        \(body)
        }
        """)
}
