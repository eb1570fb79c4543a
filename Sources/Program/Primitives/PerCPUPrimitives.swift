import Syntax

/// Operations on the own CPU's copy of a per-CPU variable: one step each, whatever CPU the thread is on when it comes.
/// (Documentation/core-api/this_cpu_ops.rst.)
enum PerCPUPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "this_cpu_inc": Primitive(1) { $0.thisCPUAdd($1, Value(1)) },
        "this_cpu_dec": Primitive(1) { $0.thisCPUAdd($1, Value(-1)) },
        "this_cpu_add": Primitive(2) { builder, site in
            guard let amount = builder.argument(site.arguments[1], .int) else { return .nothing }
            return builder.thisCPUAdd(site, amount)
        },
        "this_cpu_read": Primitive(1, .pure) { $0.readOnce($1, place: $0.thisCPUPlace($1), .relaxed) },
        "this_cpu_write": Primitive(2) { $0.writeOnce($1, place: $0.thisCPUPlace($1), .relaxed) },
    ]
}

extension CodeBuilder {
    /// The own CPU's copy: of a variable by its name, as the kernel says it, or what `this_cpu(name)` stands for.
    func thisCPUPlace(_ site: CallSite) -> Place? {
        let variable = site.arguments[0]
        guard case .identifier(let name) = variable.kind, model.globals[name]?.isPerCPU == true else {
            return lowerPlace(variable)
        }
        return thisCPUPlace(variable, variable)
    }

    func thisCPUAdd(_ site: CallSite, _ amount: Value) -> Value {
        guard let place = thisCPUPlace(site) else { return .error }
        guard place.type.isInteger, case .memory(let address, let isChecked) = place.location else {
            report(.notPerCPU(site.arguments[0].range))
            return .error
        }
        beginStep(.readModifyWrite, site.range)
        let old = load(address, place, isChecked: isChecked, access(.marked), site.range)
        let sum = arithmetic(.add, old, amount, site.range)
        guard let new = convert(sum, to: place.type, site.range) else { return .error }
        emit(.store(address, new.operand, access(.marked)), site.range)
        return .nothing
    }
}
