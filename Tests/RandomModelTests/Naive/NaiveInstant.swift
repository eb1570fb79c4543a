/// Conditions that are evaluated in one instant: those of `wait_until`, and those of proofs, which may look into free
/// objects (they read as zero). Behind NULL, or the end of an array, there is nothing to look at for either.
struct NaiveInstant {
    let memory: NaiveMemory
    let state: NaiveState
    let thread: Int
    let isProof: Bool

    struct Failure: Error {
        var fault: Fault
    }

    func value(_ expression: Expression) throws(Failure) -> Int {
        switch expression.kind {
        case .constant(let value): return value
        case .null: return 0
        case .local(let local): return state.threads[thread].locals[local]
        case .selfIndex: return memory.threads[thread].index
        case .load(let place, _): return try read(address(place))
        case .unary(let operation, let a): return NaiveMemory.apply(operation, try value(a))
        case .binary(let operation, let a, let b):
            let x = try value(a)
            let y = try value(b)
            guard let result = NaiveMemory.apply(operation, x, y) else { throw Failure(fault: .overflow) }
            return result
        case .both(let a, let b):
            if try value(a) == 0 { return 0 }
            return try value(b) == 0 ? 0 : 1
        case .either(let a, let b):
            if try value(a) != 0 { return 1 }
            return try value(b) == 0 ? 0 : 1
        case .conditional(let condition, let a, let b): return try value(condition) != 0 ? value(a) : value(b)
        case .live(let pointer):
            let address = try value(pointer)
            return address != 0 && memory.fault(address, state) == nil ? 1 : 0
        case .ended(let declaration, let index):
            let wanted = try value(index)
            let found = memory.threads.firstIndex { $0.declaration == declaration && $0.index == wanted }
            return found.map { state.threads[$0].hasEnded ? 1 : 0 } ?? 1
        case .call(let primitive, let arguments): return try call(primitive, arguments)
        case .bumpLocal, .bump: preconditionFailure("a condition changes nothing")
        }
    }

    private func call(_ primitive: Primitive, _ arguments: [Argument]) throws(Failure) -> Int {
        switch (primitive, arguments[arguments.count - 1]) {
        case (.atomicRead, .address(let place)), (.refcountRead, .address(let place)):
            return try read(address(place))
        case (.spinIsLocked, .address(let place)), (.mutexIsLocked, .address(let place)):
            return try read(address(place)) != 0 ? 1 : 0
        default: preconditionFailure("\(primitive.rawValue) in a condition")
        }
    }

    private func read(_ address: Int) throws(Failure) -> Int {
        if let fault = memory.fault(address, state) {
            if isProof, fault == .useAfterFree { return 0 }
            throw Failure(fault: fault)
        }
        return state.cells[address]
    }

    private func address(_ place: Place) throws(Failure) -> Int {
        switch place.kind {
        case .global(let global): return memory.firstCell[global]
        case .element(let global, let index):
            guard case .array(_, let count) = memory.model.globals[global].kind else { preconditionFailure() }
            let number = try value(index)
            guard (0..<count).contains(number) else { throw Failure(fault: .outOfBounds) }
            return memory.firstCell[global] + number
        case .field(let base, let field):
            let address = try value(base)
            return address == 0 ? 0 : address + field
        }
    }
}
