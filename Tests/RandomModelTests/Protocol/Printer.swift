/// Writes a protocol down as model C.
struct Printer {
    private let model: Protocol
    private var lines: [String] = []
    private var locals: [Local] = []

    static func text(_ model: Protocol) -> String {
        var printer = Printer(model: model)
        printer.printAll()
        return printer.lines.joined(separator: "\n") + "\n"
    }

    private init(model: Protocol) { self.model = model }

    private mutating func printAll() {
        lines.append("#include <lockwalk.h>")
        if model.preemptOnly { lines.append("RCU_FLAVOR(PREEMPT_ONLY);") }
        if model.readerPreference { lines.append("LOCKS(READER_PREFERENCE);") }
        if model.preemption != .full { lines.append("PREEMPTION(\(model.preemption.rawValue));") }
        if !model.fields.isEmpty {
            let fields = model.fields.map { "\(Self.type($0.kind))\($0.name);" }.joined(separator: " ")
            lines.append("struct obj { \(fields) };")
            lines.append("OBJECTS(struct obj, objs, \(model.slotCount));")
        }
        for global in model.globals { lines.append(Self.declaration(global)) }
        if !model.initialization.isEmpty {
            lines.append("INIT {")
            body(model.initialization, 1)
            lines.append("}")
        }
        for thread in model.threads {
            switch thread.cpu {
            case nil: lines.append("THREAD(\(thread.name), \(thread.count)) {")
            case let cpu?:
                let word = thread.isInterrupt ? "INTERRUPT" : "THREAD_ON"
                lines.append("\(word)(\(cpu), \(thread.name), \(thread.count)) {")
            }
            locals = thread.locals
            for local in thread.locals {
                switch local.kind {
                case .integer(let type): lines.append("\t\(type.name) \(local.name) = 0;")
                case .pointer: lines.append("\tstruct obj *\(local.name) = NULL;")
                }
            }
            body(thread.body, 1)
            lines.append("}")
        }
        for (word, conditions) in [
            ("INVARIANT", model.invariants), ("FINALLY", model.finals), ("SOMETIMES", model.sometimes),
        ] {
            for condition in conditions {
                lines.append("\(word)(\(condition.name)) { return \(text(condition.condition)); }")
            }
        }
    }

    private static func type(_ kind: CellKind) -> String {
        switch kind {
        case .integer(let type): type.name + " "
        case .pointer: "struct obj *"
        case .atomic: "atomic_t "
        case .refcount: "refcount_t "
        case .spinlock: "spinlock_t "
        case .mutex: "struct mutex "
        }
    }

    private static func declaration(_ global: Global) -> String {
        let value = global.initial == 0 ? "" : " = \(global.initial)"
        switch global.kind {
        case .cell(.integer(let type)): return "static \(type.name) \(global.name)\(value);"
        case .cell(let kind) where kind == .atomic || kind == .refcount:
            return "static \(type(kind))\(global.name) = { \(global.initial) };"
        case .cell(let kind): return "static \(type(kind))\(global.name);"
        case .array(let type, let count): return "static \(type.name) \(global.name)[\(count)];"
        case .ghost(let type): return "GHOST \(type.name) \(global.name)\(value);"
        case .rwsem: return "static struct rw_semaphore \(global.name);"
        case .seqcount: return "static seqcount_t \(global.name);"
        case .completion: return "static struct completion \(global.name);"
        case .waitQueue: return "static wait_queue_head_t \(global.name);"
        case .srcu: return "static struct srcu_struct \(global.name);"
        }
    }

    // MARK: Statements

    private mutating func body(_ statements: [Statement], _ depth: Int) {
        for statement in statements { print(statement, depth) }
    }

    private mutating func print(_ statement: Statement, _ depth: Int) {
        let indent = String(repeating: "\t", count: depth)
        func line(_ text: String) { lines.append(indent + text) }
        switch statement.kind {
        case .call(let call): line("\(text(call));")
        case .assign(let local, let value): line("\(locals[local].name) = \(text(value));")
        case .store(let place, let value, true): line("WRITE_ONCE(\(text(place)), \(text(value)));")
        case .store(let place, let value, false): line("\(text(place)) = \(text(value));")
        case .compound(let place, let operation, let value):
            line("\(text(place)) \(operation.rawValue)= \(text(value));")
        case .ghost(let global, let value): line("\(model.globals[global].name) = \(text(value));")
        case .assert(let name, let condition): line("ASSERT(\(name), \(text(condition)));")
        case .waitUntil(let condition): line("wait_until(\(text(condition)));")
        case .waitEvent(let queue, let condition):
            line("wait_event(\(model.globals[queue].name), \(text(condition)));")
        case .branch(let condition, let yes, let no):
            line("if (\(text(condition))) {")
            body(yes, depth + 1)
            if !no.isEmpty {
                line("} else {")
                body(no, depth + 1)
            }
            line("}")
        case .whileLoop(let condition, let inner):
            line("while (\(text(condition))) {")
            body(inner, depth + 1)
            line("}")
        case .doWhile(let inner, let condition):
            line("do {")
            body(inner, depth + 1)
            line("} while (\(text(condition)));")
        case .forLoop(let local, let bound, let inner):
            let name = locals[local].name
            line("for (\(name) = 0; \(name) < \(bound); \(name)++) {")
            body(inner, depth + 1)
            line("}")
        case .atomic(let inner):
            line("ATOMIC {")
            body(inner, depth + 1)
            line("}")
        case .leave: line("return;")
        case .breakLoop: line("break;")
        case .continueLoop: line("continue;")
        }
    }

    // MARK: Expressions

    private func text(_ place: Place) -> String {
        switch place.kind {
        case .global(let global): model.globals[global].name
        case .element(let global, let index): "\(model.globals[global].name)[\(text(index))]"
        case .field(let base, let field): "\(text(base))->\(model.fields[field].name)"
        }
    }

    private func text(_ expression: Expression) -> String {
        switch expression.kind {
        case .constant(let value): return value < 0 ? "(\(value))" : "\(value)"
        case .null: return "NULL"
        case .local(let local): return locals[local].name
        case .selfIndex: return "self"
        case .bumpLocal(let local, let by, let isPrefix): return Self.bump(locals[local].name, by, isPrefix)
        case .bump(let place, let by, let isPrefix): return Self.bump(text(place), by, isPrefix)
        case .load(let place, let isMarked): return isMarked ? "READ_ONCE(\(text(place)))" : text(place)
        case .unary(let operation, let value): return "(\(operation.rawValue)\(text(value)))"
        case .binary(let operation, let a, let b): return "(\(text(a)) \(operation.rawValue) \(text(b)))"
        case .both(let a, let b): return "(\(text(a)) && \(text(b)))"
        case .either(let a, let b): return "(\(text(a)) || \(text(b)))"
        case .conditional(let c, let a, let b): return "(\(text(c)) ? \(text(a)) : \(text(b)))"
        case .call(.alloc, _): return "alloc(objs)"
        case .call(let primitive, let arguments):
            let list = arguments.map { argument in
                switch argument {
                case .address(let place): "&\(text(place))"
                case .value(let value): text(value)
                case .local(let local): "&\(locals[local].name)"
                }
            }
            return "\(primitive.rawValue)(\(list.joined(separator: ", ")))"
        case .live(let pointer): return "live(\(text(pointer)))"
        case .ended(let thread, let index): return "ended(\(model.threads[thread].name), \(text(index)))"
        }
    }

    private static func bump(_ target: String, _ by: Int, _ isPrefix: Bool) -> String {
        let sign = by > 0 ? "++" : "--"
        return isPrefix ? "(\(sign)\(target))" : "(\(target)\(sign))"
    }
}
