extension NaiveMachine {
    /// One step that reads a cell and may write it: atomics, counts, bits, exchanges.
    func counterCall(
        _ primitive: Primitive, _ arguments: [Argument], _ operands: [Int], _ thread: Int, _ state: inout NaiveState
    ) -> Effect? {
        guard let position = arguments.firstIndex(where: { if case .address = $0 { true } else { false } }) else { return nil }
        let address = operands[position]
        // Which bit is the thread's own affair: told before the step, but no run of these protocols gets it wrong.
        if let fault = memory.fault(address, state) { return .fails(fault) }
        let old = state.cells[address]
        let kind = memory.kinds[address]!
        func first(_ index: Int) -> Int { NaiveMemory.converted(operands[index], kind) }
        var new = old
        var result = old
        switch primitive {
        case .atomicRead, .refcountRead: break
        case .atomicSet, .refcountSet: new = operands[1]
        case .atomicInc: new = old + 1
        case .atomicDec: new = old - 1
        case .atomicAdd, .atomicFetchAdd: new = old + operands[0]
        case .atomicFetchOr: new = old | operands[0]
        case .atomicFetchAndNot: new = old & ~operands[0]
        case .atomicSubReturn:
            new = old - operands[0]
            result = new
        case .atomicIncReturn:
            new = old + 1
            result = new
        case .atomicExchange, .exchange: new = first(1)
        case .atomicCompareExchange, .compareExchange: if old == first(1) { new = first(2) }
        case .atomicTryCompareExchange, .tryCompareExchange:
            result = old == first(1) ? 1 : 0
            if result == 1 {
                new = first(2)
            } else if case .local(let local) = arguments[1] {
                state.threads[thread].locals[local] = old
            }
        case .atomicDecAndTest:
            new = old - 1
            result = new == 0 ? 1 : 0
        case .atomicIncNotZero, .refcountIncNotZero:
            if old != 0 { new = old + 1 }
            result = old != 0 ? 1 : 0
        case .atomicAddUnless:
            if old != operands[2] { new = old + operands[1] }
            result = old != operands[2] ? 1 : 0
        case .refcountInc:
            if old <= 0 { return .fails(.refcount) }
            new = old + 1
        case .refcountDec, .refcountDecAndTest:
            // From zero or below it; and to zero where nobody asks whether it got there.
            if old <= (primitive == .refcountDec ? 1 : 0) { return .fails(.refcount) }
            new = old - 1
            result = new == 0 ? 1 : 0
        case .refcountFreeze:
            result = old == operands[1] ? 1 : 0
            if result == 1 { new = 0 }
        case .setBit, .testAndSetBit: new = old | 1 << operands[0]
        case .clearBit, .testAndClearBit: new = old & ~(1 << operands[0])
        case .testBit: break
        default: return nil
        }
        switch primitive {
        case .testBit, .testAndSetBit, .testAndClearBit: result = old >> operands[0] & 1
        default: break
        }
        if let effect = write(new, address, &state) { return effect }
        return done(NaiveMemory.int(result), thread, &state)
    }
}
