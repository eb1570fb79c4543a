import Program

/// Counts states with parts of them left out.
struct Projection {
    let model: Model
    let layout: StateLayout
    let table: StateTable
    /// How many of the states, from the first on.
    let count: Int

    // MARK: What is left out

    private func mask(_ fields: [BitField]) -> [UInt64] {
        var mask = [UInt64](repeating: 0, count: layout.wordCount)
        for field in fields where field.width > 0 {
            let bits: UInt64 = field.width >= 64 ? .max : (1 << UInt64(field.width)) - 1
            mask[field.word] |= bits << UInt64(field.shift)
        }
        return mask
    }

    /// The states divided by those that differ elsewhere too. `keep` is by state, as what a local's bits are depends on
    /// where its thread stands.
    private func factor(without mask: (Int) -> [UInt64]) -> Double {
        var rest = StateTable(wordCount: layout.wordCount)
        var buffer = [UInt64](repeating: 0, count: layout.wordCount)
        for number in 0..<count {
            let mask = mask(number)
            let state = table.state(number)
            for word in 0..<layout.wordCount { buffer[word] = state[state.startIndex + word] & ~mask[word] }
            buffer.withUnsafeBufferPointer { _ = rest.insert($0.baseAddress!) }
        }
        return rest.count == 0 ? 1 : Double(count) / Double(rest.count)
    }

    private func values(of field: BitField) -> Int {
        var seen = Set<UInt64>()
        for number in 0..<count { seen.insert(raw(field, number)) }
        return seen.count
    }

    private func raw(_ field: BitField, _ number: Int) -> UInt64 {
        guard field.width > 0 else { return 0 }
        let word = table.words[number * layout.wordCount + field.word]
        let bits: UInt64 = field.width >= 64 ? .max : (1 << UInt64(field.width)) - 1
        return word >> UInt64(field.shift) & bits
    }

    /// The step before which a thread stands; nil when it has ended.
    private func step(of thread: Int, _ number: Int) -> Int? {
        let field = layout.cells[model.threads[thread].programPointCell]
        let point = Int(raw(field, number)) + Int(field.low)
        return point > 0 ? point - 1 : nil
    }

    // MARK: Costs

    func variables() -> [StateCensus.Cost] {
        var costs: [StateCensus.Cost] = []
        for (cell, info) in model.cells.enumerated().dropFirst() where layout.cells[cell].width > 0 {
            if case .programPoint = info.role { continue }
            let fixed = mask([layout.cells[cell]])
            costs.append(
                .init(name: info.name, factor: factor { _ in fixed }, values: values(of: layout.cells[cell])))
        }
        for thread in model.threads.indices { costs += locals(of: thread) }
        return costs.filter { $0.values > 1 }
    }

    private func locals(of thread: Int) -> [StateCensus.Cost] {
        let code = model.classes[model.threads[thread].threadClass].code
        // By name: its bits before each step.
        var fields: [String: [Int: [BitField]]] = [:]
        for (step, live) in layout.locals[thread].enumerated() {
            for (register, field) in live where field.width > 0 {
                guard let name = code.registers[register].name else { continue }
                fields[name, default: [:]][step, default: []].append(field)
            }
        }
        let nothing = [UInt64](repeating: 0, count: layout.wordCount)
        return fields.sorted { $0.key < $1.key }.map { name, bySteps in
            let masks = bySteps.mapValues(mask)
            var seen = Set<[UInt64]>()
            let factor = factor { number in
                guard let step = step(of: thread, number), let mask = masks[step] else { return nothing }
                seen.insert(bySteps[step]!.map { raw($0, number) })
                return mask
            }
            return .init(name: "\(model.threads[thread].name): \(name)", factor: factor, values: seen.count)
        }
    }

    /// The loops of each thread: sets of steps from each of which every other can be reached. (A loop within a loop is
    /// counted with it.)
    func loops(_ access: AccessSets) -> [StateCensus.Loop] {
        var loops: [StateCensus.Loop] = []
        for thread in model.threads.indices {
            let successors = access.successors[thread]
            let reaches = successors.indices.map { reachable(from: $0, successors) }
            var isDone = [Bool](repeating: false, count: successors.count)
            for step in successors.indices where !isDone[step] && reaches[step].contains(step) {
                let members = Set(reaches[step].filter { reaches[$0].contains(step) })
                for member in members { isDone[member] = true }
                var states = 0
                for number in 0..<count where self.step(of: thread, number).map(members.contains) == true {
                    states += 1
                }
                if states > 0 { loops.append(loop(thread, members, states)) }
            }
        }
        return loops
    }

    private func reachable(from step: Int, _ successors: [[Int]]) -> Set<Int> {
        var seen = Set<Int>()
        var work = successors[step]
        while let next = work.popLast() {
            if seen.insert(next).inserted { work += successors[next] }
        }
        return seen
    }

    private func loop(_ thread: Int, _ members: Set<Int>, _ states: Int) -> StateCensus.Loop {
        let code = model.classes[model.threads[thread].threadClass].code
        let lines = members.compactMap { Names(model: model).line(of: code.steps[$0].range)?.line }
        return StateCensus.Loop(
            thread: model.threads[thread].name, firstLine: lines.min(), lastLine: lines.max(), states: states)
    }

    func places() -> [StateCensus.Place] {
        var places: [StateCensus.Place] = []
        for thread in model.threads.indices {
            let code = model.classes[model.threads[thread].threadClass].code
            var counts = [Int](repeating: 0, count: code.steps.count)
            for number in 0..<count { if let step = step(of: thread, number) { counts[step] += 1 } }
            for (step, states) in counts.enumerated() where states > 0 {
                places.append(
                    .init(
                        thread: model.threads[thread].name, place: Names(model: model).line(of: code.steps[step].range),
                        text: StepText.shortened(code.steps[step].text), states: states))
            }
        }
        return places
    }
}
