/// Finds user variables that may be read before they were assigned; C leaves their value open, so a model that depends
/// on it has no meaning.
///
/// Forward must-analysis; what it complains of is followed way by way (`CorrelatedBranches`) before it is told. An array counts as assigned as a whole from the first element on: which elements a loop has
/// filled is beyond it, and the others read as zero.
public struct DefiniteAssignment: Sendable {
    /// The first use of each such variable, in the order of the code. Of an array, `register` is the first element.
    public let findings: [(instruction: Int, register: Register)]

    /// `result` is looked at where the code ends.
    public init(_ code: Code, result: Register? = nil) {
        let uses = code.instructions.map { RegisterUse($0.operation) }
        let count = code.registers.count
        func group(_ register: Register) -> Register { code.registers[register].arrayFirst ?? register }

        // By instruction: what is assigned on every way that leads there; everything, as long as none was seen.
        var assigned = [BitSet](repeating: BitSet(count: count, full: true), count: code.instructions.count)
        var reached = [Bool](repeating: false, count: code.instructions.count)
        var work: [Int] = []
        if !code.instructions.isEmpty {
            assigned[0] = BitSet(count: count)
            reached[0] = true
            work = [0]
        }
        while let index = work.popLast() {
            var after = assigned[index]
            for register in uses[index].writes { after.insert(group(register)) }
            if let array = uses[index].writesArray { after.insert(group(array)) }
            for next in code.successors(of: index) where next < assigned.count {
                var merged = assigned[next]
                merged.formIntersection(after)
                if merged != assigned[next] || !reached[next] {
                    assigned[next] = merged
                    reached[next] = true
                    work.append(next)
                }
            }
        }

        var findings: [(instruction: Int, register: Register)] = []
        var told: Set<Register> = []
        for index in code.instructions.indices where reached[index] {
            var reads = uses[index].reads + (uses[index].readsArray.map { [$0] } ?? [])
            if case .end = code.instructions[index].operation, let result { reads.append(result) }
            for register in reads.map(group) where code.registers[register].name != nil {
                guard !assigned[index].contains(register), told.insert(register).inserted else { continue }
                findings.append((index, register))
            }
        }
        if !findings.isEmpty {
            let branches = CorrelatedBranches(code, uses)
            findings.removeAll { !branches.mayReadUnassigned($0.register, result: result) }
        }
        self.findings = findings
    }
}
