import Syntax
import Testing

/// An expression, fully parenthesised, to compare shapes.
private func shape(_ expression: Expression) -> String {
    switch expression.kind {
    case .integer(let value, let isUnsigned, let isLong): return "\(value)\(isUnsigned ? "u" : "")\(isLong ? "l" : "")"
    case .identifier(let name): return name
    case .unary(let operation, let a): return "(\(operation.rawValue)\(shape(a)))"
    case .increment(let a, let step, let isPrefix):
        let sign = step > 0 ? "++" : "--"
        return isPrefix ? "(\(sign)\(shape(a)))" : "(\(shape(a))\(sign))"
    case .binary(let operation, let a, let b): return "(\(shape(a)) \(operation.rawValue) \(shape(b)))"
    case .logicalAnd(let a, let b): return "(\(shape(a)) && \(shape(b)))"
    case .logicalOr(let a, let b): return "(\(shape(a)) || \(shape(b)))"
    case .conditional(let a, let b, let c): return "(\(shape(a)) ? \(shape(b)) : \(shape(c)))"
    case .assign(let a, let operation, let b): return "(\(shape(a)) \(operation?.rawValue ?? "")= \(shape(b)))"
    case .comma(let a, let b): return "(\(shape(a)), \(shape(b)))"
    case .call(let name, let arguments): return "\(name.text)(\(arguments.map(shape).joined(separator: ", ")))"
    case .index(let a, let b): return "\(shape(a))[\(shape(b))]"
    case .member(let a, let name, let isArrow): return "\(shape(a))\(isArrow ? "->" : ".")\(name.text)"
    case .cast(let type, let a): return "(<\(shape(type))>\(shape(a)))"
    case .compoundLiteral(let type, _): return "<\(shape(type))>{}"
    case .sizeofExpression(let a): return "sizeof(\(shape(a)))"
    case .sizeofType(let type): return "sizeof<\(shape(type))>"
    }
}

private func shape(_ type: TypeName) -> String {
    var text: String
    switch type.base {
    case .named(let name): text = name.text
    case .structure(let tag, let definition): text = "struct \(tag.text)" + (definition == nil ? "" : "{}")
    case .enumeration(let tag, let definition): text = "enum \(tag.text)" + (definition == nil ? "" : "{}")
    }
    text += String(repeating: "*", count: type.pointerDepth)
    for length in type.arrayLengths { text += "[\(length.map(shape) ?? "")]" }
    return text
}

private func expression(_ text: String) -> String {
    let parsed = model("typedef int t; int x = \(text);")
    guard parsed.faults.isEmpty, case .variables(let variables) = parsed.tree.declarations[1].kind,
        case .expression(let value)? = variables[0].initializer
    else { return parsed.rendered }
    return shape(value)
}

private func types(_ text: String) -> [String] {
    let parsed = model(text)
    guard parsed.faults.isEmpty else { return [parsed.rendered] }
    return parsed.tree.declarations.flatMap { declaration -> [String] in
        switch declaration.kind {
        case .variables(let variables): return variables.map { "\($0.name.text): \(shape($0.type))" }
        case .typedef(let name, let type): return ["typedef \(name.text): \(shape(type))"]
        case .type(let type): return [shape(type)]
        default: return []
        }
    }
}

@Suite struct TreeTests {
    @Test(arguments: [
        ("a + b * c - d", "((a + (b * c)) - d)"), ("a << 1 + 2 & 3 ^ 4 | 5", "((((a << (1 + 2)) & 3) ^ 4) | 5)"),
        ("a == b < c", "(a == (b < c))"), ("a && b || c && d", "((a && b) || (c && d))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"), ("a = b += c", "(a = (b += c))"),
        ("(a, b)", "(a, b)"), ("*p++", "(*(p++))"), ("-a.b->c[1]--", "(-(a.b->c[1]--))"), ("!~+&a", "(!(~(+(&a))))"),
        ("(t)a + (u8)-1", "((<t>a) + (<u8>(-1)))"), ("(a) + 1", "(a + 1)"), ("(a)[1]", "a[1]"), ("sizeof a + 1", "(sizeof(a) + 1)"),
        ("sizeof(t) * 2", "(sizeof<t> * 2)"), ("sizeof(struct s *[2])", "sizeof<struct s*[2]>"), ("(struct s){1}.a", "<struct s>{}.a"),
        ("f(a, (b, c), d = 1)", "f(a, (b, c), (d = 1))"), ("0x1fUL + 010 + 0b11u + 'a'", "(((31ul + 8) + 3u) + 97)"),
        ("18446744073709551615ull", "18446744073709551615ul"), ("a - -b", "(a - (-b))"), ("a-- - --b", "((a--) - (--b))"),
        ("a ? b, c : d", "(a ? (b, c) : d)"), ("'\\0' + '\\x41' + '\\''", "((0 + 65) + 39)"),
    ])
    func expressionsAreReadAsInC(_ text: String, _ expected: String) {
        #expect(expression(text) == expected)
    }

    @Test func arithmeticTypesHaveOneSpelling() {
        let spellings = [
            "int": "int", "signed": "int", "unsigned": "unsigned int", "int unsigned": "unsigned int", "long int": "long",
            "long unsigned int": "unsigned long", "long long": "long long", "int long unsigned long": "unsigned long long",
            "short int": "short", "short unsigned": "unsigned short", "char": "char", "signed char": "signed char",
            "char unsigned": "unsigned char", "_Bool": "bool", "bool": "bool", "u3": "u3", "const volatile u8": "u8",
        ]
        for (written, canonical) in spellings { #expect(types("\(written) x;") == ["x: \(canonical)"], "\(written)") }
    }

    @Test func declaratorsShareTheirType() {
        #expect(types("int *a, b[2][3], **c;") == ["a: int*", "b: int[2][3]", "c: int**"])
        #expect(types("struct s { int x; } a, *b;") == ["a: struct s{}", "b: struct s*"])
        #expect(types("struct { int x; } a;") == ["a: struct <unnamed 1>{}"])
        #expect(types("typedef struct s { int x; } s_t, *p_t; s_t a; p_t b;").suffix(2) == ["a: s_t", "b: p_t"])
        #expect(types("struct s; enum e { A }; enum e x;") == ["struct s", "enum e{}", "x: enum e"])
    }

    @Test func ghostsAreMarkedWhereverTheWordStands() {
        let parsed = model("GHOST static int a; static GHOST int b; int c; GHOST u1 d;\nstruct s { GHOST u1 e; u1 f; };")
        #expect(parsed.faults == [])
        var ghosts: [Bool] = []
        for declaration in parsed.tree.declarations {
            if case .variables(let variables) = declaration.kind { ghosts += variables.map(\.isGhost) }
            if case .type(let type) = declaration.kind, case .structure(_, let definition?) = type.base {
                ghosts += definition.fields.map(\.isGhost)
            }
        }
        #expect(ghosts == [true, true, false, true, true, false])
    }

    @Test func macrosExpandWhereTheyAreUsed() {
        #expect(expression("1 /* one */ + // two\n 2") == "(1 + 2)")
        let parsed = model("#define A B + 1\n#define B 2\nint x = A * 3;\n#undef A\nint A;")
        #expect(parsed.faults == [])
        guard case .variables(let variables) = parsed.tree.declarations[0].kind,
            case .expression(let value)? = variables[0].initializer
        else { return #expect(Bool(false)) }
        #expect(shape(value) == "(2 + (1 * 3))")
        #expect(parsed.tree.texts.place(of: value.range)?.column == 9)
    }

    @Test func aBodyMayComeFromAMacro() {
        #expect(model("#define BODY { x = 1; }\nTHREAD(t, 1) BODY\nint x;").faults == [])
    }

    @Test func guardsChooseText() {
        let text = "#define X\n#ifdef X\nint a;\n#else\n$$ \"x\n#endif\n#ifndef X\n'q\n#ifdef Y\n#else\n#endif\n#else\nint b;\n#endif\n"
        #expect(types(text) == ["a: int", "b: int"])
    }
}
