import Syntax

/// alloc() and kfree(): the life of an object.
enum ObjectPrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "alloc": Primitive(1) { builder, site in
            guard case .identifier(let name) = site.arguments[0].kind, let pool = builder.model.pools[name] else {
                builder.report(
                    .notObjects(site.arguments[0].range, nearest(
                        builder.folded(site.arguments[0].range), in: builder.model.pools.keys.sorted())))
                return .error
            }
            builder.beginStep(.allocate, site.range)
            let object = builder.define(.pointer(pool.type), site.range) { .allocate($0, pool: pool.index) }
            builder.showResult(object)
            return Value(type: .pointer(pool.type), parts: [object], range: 0...Int64(ModelBuilder.cellsMax))
        },
        "kfree": Primitive(1) { builder, site in
            let value = builder.lower(site.arguments[0])
            if value.constant == 0, value.localTarget == nil { return .nothing }
            guard case .pointer(let type) = value.type, case .structure = type, value.localTarget == nil else {
                if !value.type.isError {
                    builder.report(.freeNeedsObject(site.range, builder.types.describe(value.type)))
                }
                return .nothing
            }
            builder.beginStep(.free, site.range)
            builder.emit(.free(value.operand), site.range)
            return .nothing
        },
    ]
}

/// Free choice and plain waiting.
enum ChoicePrimitives {
    nonisolated(unsafe) static let table: [String: Primitive] = [
        "maybe": Primitive(0) { builder, site in
            builder.beginStep(.choice, site.range)
            let value = builder.define(.bool, site.range) { .choose($0, low: .constant(0), high: .constant(1)) }
            builder.showResult(value)
            return Value(type: .bool, parts: [value], range: 0...1)
        },
        "pick": Primitive(2) { builder, site in
            guard let low = builder.argument(site, 0, .int), let high = builder.argument(site.arguments[1], .int)
            else { return .error }
            if let a = low.constant, let b = high.constant, a > b || b - a > 65_535 {
                builder.report(.badPick(site.range, a, b))
                return .error
            }
            builder.beginStep(.choice, site.range)
            let value = builder.define(.int, site.range) { .choose($0, low: low.operand, high: high.operand) }
            builder.showResult(value)
            return Value(
                type: .int, parts: [value],
                range: min(low.range.lowerBound, high.range.upperBound)...max(low.range.lowerBound, high.range.upperBound))
        },
        "skip": Primitive(0) { builder, site in
            builder.beginStep(.skip, site.range)
            return .nothing
        },
        "wait_until": Primitive(1) { $0.waitUntil($1) },
        "likely": Primitive(1, .any) { $0.lower($1.arguments[0]) },
        "unlikely": Primitive(1, .any) { $0.lower($1.arguments[0]) },
    ]
}

extension CodeBuilder {
    /// Tests a condition without side effects in one step; blocks until it holds.
    func waitUntil(_ site: CallSite) -> Value {
        beginStep(.waitUntil, site.range, ordering: .acquire)
        let outer = (mode, modeRegisterBase)
        mode = .condition
        modeRegisterBase = code.registers.count
        let value = lower(site.arguments[0])
        (mode, modeRegisterBase) = outer
        guard value.type.isScalar else {
            if !value.type.isError { report(.notAnInteger(site.range, types.describe(value.type))) }
            return .nothing
        }
        blockUnless(truth(value, site.range), .condition, .polls, site.range)
        return .nothing
    }
}
