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
        write(Symmetry(model: model, access: AccessSets(model: model)), model, console.out)
        return .holds
    }

    private static func write(_ group: LayoutGroup, _ out: Output) {
        out.line()
        out.line("\(group.title): \(Quantities.plural(group.bits, "bit"))")
        let used = group.fields.filter { $0.bits > 0 }
        let contentWidth = used.map(\.content.count).max() ?? 0
        let liveWidth = used.map(\.live.count).max() ?? 0
        // Two blanks before each column, two digits of bits.
        let room = lineWidth - 6 - 2 - contentWidth - (liveWidth > 0 ? liveWidth + 2 : 0)
        let nameWidth = min(max(room, 16), used.map(\.name.count).max() ?? 0)
        for field in used {
            var line = "  \(fitted(field.name, nameWidth))  \(field.bits < 10 ? " " : "")\(field.bits)  "
            line += field.live.isEmpty ? field.content : "\(fitted(field.content, contentWidth))  \(field.live)"
            out.line(line)
        }
        let constant = group.fields.count - used.count
        if constant > 0 { out.line("  (\(Quantities.plural(constant, "field")) that cannot change)") }
        if used.reduce(0, { $0 + $1.bits }) > group.bits {
            out.line("  (locals that are not live at the same time share bits)")
        }
    }

    /// What is interchangeable, and for the rest what prevents it.
    private static func write(_ symmetry: Symmetry, _ model: Model, _ out: Output) {
        if symmetry.domains.isEmpty && symmetry.obstacles.isEmpty { return }
        out.line()
        if !symmetry.domains.isEmpty {
            let names = symmetry.domains.map { "\($0.name) (\($0.elements.count))" }
            for line in TextWrapping.paragraph("interchangeable: " + names.joined(separator: ", "), width: lineWidth) {
                out.line(line)
            }
        }
        for obstacle in symmetry.obstacles {
            let place = model.texts.place(of: obstacle.range).map { "\($0.file):\($0.line) " } ?? "the model "
            let text = "not interchangeable: \(obstacle.name), as \(place)\(obstacle.reason)"
            for line in TextWrapping.paragraph(text, width: lineWidth) { out.line(line) }
        }
    }

    private static let lineWidth = 80

    private static func fitted(_ text: String, _ width: Int) -> String {
        if text.count > width { return text.prefix(width - 3) + "..." }
        return text + String(repeating: " ", count: width - text.count)
    }
}
