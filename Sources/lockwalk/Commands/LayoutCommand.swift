import Program

/// `lockwalk layout MODEL`
enum LayoutCommand: Command {
    static let syntax = CommandSyntax(
        name: "layout", summary: "show the bits of a model's state", operands: "MODEL",
        description: """
            Shows the bits of MODEL's state by field: where the states come from, and what a
            WIDTH or a narrower type would save. Numbers without a given width start small
            and grow while a search runs.
            """,
        options: [LoadedModel.defineOption])

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        let loaded = try LoadedModel(path: try operand(arguments, "MODEL"), console: console)
        let configuration = try loaded.configuration(arguments.all("define"), command: syntax.name)
        let model = try loaded.lower(configuration, console: console)
        let layout = Engine.layout(model)
        console.out.line("\(loaded.name): \(Quantities.plural(layout.bitCount, "bit")) a state")
        for group in layout.describe(model: model) { write(group, console.out) }
        return .holds
    }

    private static func write(_ group: LayoutGroup, _ out: Output) {
        out.line()
        out.line("\(group.title): \(Quantities.plural(group.bits, "bit"))")
        let used = group.fields.filter { $0.bits > 0 }
        let width = min(48, used.map(\.name.count).max() ?? 0)
        for field in used {
            let name = field.name + String(repeating: " ", count: max(0, width - field.name.count))
            let bits = String(field.bits)
            out.line("  \(name)  \(String(repeating: " ", count: max(0, 2 - bits.count)))\(bits)  \(field.content)")
        }
        let constant = group.fields.count - used.count
        if constant > 0 { out.line("  (\(Quantities.plural(constant, "field")) that cannot change)") }
    }
}
