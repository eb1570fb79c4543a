// Builds a `LocalGraph` node by node, and decides which registers tell nodes apart.
//
// A register is followed if its value may decide a branch, a wait, a check or an address, and if it has few values.
// Whatever turns out to make the graph too large is given up, step by step, until it fits.

struct LocalGraphBuilder {
    let context: LocalGraphContext
    let thread: Int
    let code: Code
    let isCallback: Bool
    var graph: LocalGraph
    /// By register.
    let isRelevant: [Bool]
    private var untracked: Set<[Int]> = []
    private var work: [Int] = []
    var budget = LocalGraphLimits.work

    init(_ context: LocalGraphContext, thread: Int) {
        self.context = context
        self.thread = thread
        let threadClass = context.model.classes[context.model.threads[thread].threadClass]
        code = threadClass.code
        isCallback = threadClass.kind == .callback
        graph = LocalGraph(thread: thread)
        isRelevant = Self.relevant(code, context.model)
    }

    mutating func build() -> Bool {
        var precision = 0
        while true {
            switch attempt(precision) {
            case .done: return true
            case .untrack(let step, let register):
                guard untracked.insert([step, register]).inserted, untracked.count < 64 else {
                    precision += 1
                    continue
                }
            case .tooLarge:
                precision += 1
                untracked = []
            }
            if precision > 2 { return false }
        }
    }

    enum Attempt {
        case done
        case untrack(step: Int, register: Register)
        case tooLarge
    }

    private mutating func attempt(_ precision: Int) -> Attempt {
        graph = LocalGraph(thread: thread)
        graph.tracked = code.steps.indices.map { tracked(step: $0, precision) }
        work = []
        budget = LocalGraphLimits.work
        for values in startValues() {
            if let problem = addStart(step: values.step, values.values) { return problem }
        }
        while let node = work.popLast() {
            var walk = StepWalk(context, thread: thread, code: code, isRelevant: isRelevant)
            guard walk.run(from: entry(of: node), registers: registers(at: node), skipsMarker: skipsMarker(node))
            else { return .tooLarge }
            budget -= walk.instructionsRun
            var merged: [EdgeKey: Int] = [:]
            for path in walk.ended {
                if let problem = add(path, from: node, &merged) { return problem }
            }
            if budget < 0 || graph.edges.count > LocalGraphLimits.edges { return .tooLarge }
        }
        return .done
    }

    private func tracked(step: Int, _ precision: Int) -> [TrackedRegister] {
        // Pointers first, if there is not room for all.
        let locals = context.layout.locals[thread][step]
        var bits = 0
        return (locals.filter { $0.field.pointerSet >= 0 } + locals.filter { $0.field.pointerSet < 0 }).compactMap {
            register, field in
            guard precision < 2 && isRelevant[register] && (precision == 0 || field.pointerSet >= 0),
                !untracked.contains([step, register])
            else { return nil }
            let count = LocalGraph.valueCount(field, context.model)
            guard count > 1, count <= LocalGraphLimits.values, bits + field.width <= LocalGraphLimits.bits else {
                return nil
            }
            bits += field.width
            return TrackedRegister(register: register, field: field)
        }
    }

    // MARK: Nodes

    private func startValues() -> [(step: Int, values: [Int64?])] {
        guard !code.instructions.isEmpty else { return [] }
        if isCallback {
            guard let first = firstStep() else { return [] }
            // The step that starts it leaves zeros.
            return [(first, [Int64?](repeating: 0, count: code.registers.count))]
        }
        var walk = StepWalk(context, thread: thread, code: code, isRelevant: isRelevant)
        guard walk.run(from: 0, registers: [Int64?](repeating: 0, count: code.registers.count), skipsMarker: nil)
        else { return code.stepsReached(from: 0).map { ($0, [Int64?](repeating: nil, count: code.registers.count)) } }
        return walk.ended.compactMap { path in
            if case .marker(let step) = path.end { return (step, path.registers) }
            return nil
        }
    }

    private func firstStep() -> Int? {
        for instruction in code.instructions {
            if case .step(let step) = instruction.operation { return step }
        }
        return nil
    }

    /// A callback does what stands before its first step in that step, as the thread that starts it cannot.
    private func skipsMarker(_ node: Int) -> Int? {
        isCallback && graph.steps[node] == firstStep() ? graph.steps[node] : nil
    }

    private func entry(of node: Int) -> Int {
        if skipsMarker(node) != nil { return 0 }
        let step = graph.steps[node]
        return 1 + code.instructions.firstIndex {
            if case .step(step) = $0.operation { return true }
            return false
        }!
    }

    private func registers(at node: Int) -> [Int64?] {
        var registers = [Int64?](repeating: nil, count: code.registers.count)
        for (tracked, value) in zip(graph.tracked[graph.steps[node]], graph.values[node]) {
            registers[tracked.register] = value
        }
        // What has one value in the state has it here.
        for (register, field) in context.layout.locals[thread][graph.steps[node]] where registers[register] == nil {
            if LocalGraph.valueCount(field, context.model) == 1 {
                registers[register] = LocalGraph.value(field, packed: 0, context.model)
            }
        }
        return registers
    }

    private mutating func addStart(step: Int, _ registers: [Int64?]) -> Attempt? {
        switch nodes(step: step, registers) {
        case .failure(let problem): return problem.attempt
        case .success(let nodes):
            for node in nodes where !graph.starts.contains(node) { graph.starts.append(node) }
            return nil
        }
    }

    struct Problem: Error {
        var attempt: Attempt
    }

    /// The nodes that a thread may be at with these registers: several where a followed value is not known.
    private mutating func nodes(step: Int, _ registers: [Int64?]) -> Result<[Int], Problem> {
        var rows: [[Int64]] = [[]]
        for tracked in graph.tracked[step] {
            let count = LocalGraph.valueCount(tracked.field, context.model)
            if let value = registers[tracked.register] {
                // What the place cannot hold does not get there: it fails, or the search begins again.
                guard LocalGraph.packed(tracked.field, value, context.model) != nil else { return .success([]) }
                for index in rows.indices { rows[index].append(value) }
                continue
            }
            if rows.count * count > LocalGraphLimits.split {
                return .failure(Problem(attempt: .untrack(step: step, register: tracked.register)))
            }
            rows = rows.flatMap { row in
                (0..<count).map { row + [LocalGraph.value(tracked.field, packed: $0, context.model)] }
            }
        }
        var found: [Int] = []
        for row in rows {
            let key = LocalGraph.NodeKey(step: step, values: row)
            if let known = graph.numbers[key] {
                found.append(known)
                continue
            }
            if graph.steps.count == LocalGraphLimits.nodes { return .failure(Problem(attempt: .tooLarge)) }
            graph.numbers[key] = graph.steps.count
            work.append(graph.steps.count)
            found.append(graph.steps.count)
            graph.steps.append(step)
            graph.values.append(row)
            graph.edgesFrom.append([])
        }
        return .success(found)
    }

    // MARK: Edges

    /// Edges that differ in what they assume of one cell only are one edge.
    private struct EdgeKey: Hashable {
        var target: Int
        var sets: [UInt64]
        var others: [CellAssumption]
        var cell: CellID
        var stored: [CellAssumption]
        var changes: [CellChange]
        var starts: [Int]
    }

    private mutating func add(_ path: StepPath, from node: Int, _ merged: inout [EdgeKey: Int]) -> Attempt? {
        var targets: [LocalEdge.Outcome] = []
        var point = code.steps.count
        switch path.end {
        case .marker(let step):
            point = step
            switch nodes(step: step, path.registers) {
            case .failure(let problem): return problem.attempt
            case .success(let nodes): targets = nodes.map { .goesOn(node: $0) }
            }
            if targets.isEmpty { targets = [.fails] }
        case .end: targets = [.ends]
        case .fails: targets = [.fails]
        case .waits: targets = [.waits]
        }
        var writes = path.writes
        let observed = context.observed[thread]
        switch path.end {
        case .marker, .end:
            if observed[point] != observed[graph.steps[node]] {
                writes.insert(context.model.threads[thread].programPointCell)
            }
        default: break
        }
        for target in targets {
            insert(
                LocalEdge(
                    source: node, outcome: target, reads: path.reads, writes: writes, clears: path.clears,
                    holdTests: path.holdTests,
                    assumptions: path.assumed.map { CellAssumption(cell: $0.key, values: $0.value) }
                        .sorted { $0.cell < $1.cell },
                    stored: stored(path),
                    changes: path.changes.map { CellChange(cell: $0.key, more: $0.value) }.sorted { $0.cell < $1.cell },
                    starts: path.starts.sorted()), &merged)
        }
        return nil
    }

    /// What is known of the cells that were written.
    private func stored(_ path: StepPath) -> [CellAssumption] {
        path.writes.members.compactMap { cell in
            guard let value = path.known[cell] ?? nil,
                let packed = LocalGraph.packed(context.layout.cells[cell], value, context.model)
            else { return nil }
            return CellAssumption(cell: cell, values: 1 << UInt64(packed))
        }
    }

    private mutating func insert(_ edge: LocalEdge, _ merged: inout [EdgeKey: Int]) {
        var keys: [EdgeKey] = []
        let target: Int =
            switch edge.outcome {
            case .goesOn(let node): node
            case .ends: -1
            case .fails: -2
            case .waits: -3
            }
        let sets = edge.reads.words + edge.writes.words + edge.clears.words + edge.holdTests.words
        for index in edge.assumptions.indices {
            var others = edge.assumptions
            others.remove(at: index)
            keys.append(
                EdgeKey(
                    target: target, sets: sets, others: others, cell: edge.assumptions[index].cell,
                    stored: edge.stored, changes: edge.changes, starts: edge.starts))
        }
        if keys.isEmpty {
            keys = [
                EdgeKey(
                    target: target, sets: sets, others: [], cell: -1, stored: edge.stored, changes: edge.changes,
                    starts: edge.starts)
            ]
        }
        for (index, key) in keys.enumerated() {
            guard let known = merged[key] else { continue }
            if edge.assumptions.isEmpty { return }
            // The merged edge may have grown in another cell since; then it is another edge.
            var others = graph.edges[known].assumptions
            guard let place = others.firstIndex(where: { $0.cell == key.cell }) else { continue }
            others.remove(at: place)
            guard others == key.others else { continue }
            graph.edges[known].assumptions[place].values |= edge.assumptions[index].values
            return
        }
        let number = graph.edges.count
        graph.edges.append(edge)
        graph.edgesFrom[edge.source].append(number)
        for key in keys where merged[key] == nil { merged[key] = number }
    }

    // MARK: Relevance

    /// Registers whose values decide where the code goes or what it touches.
    static func relevant(_ code: Code, _ model: Model) -> [Bool] {
        var relevant = [Bool](repeating: false, count: code.registers.count)
        var work: [Register] = []
        func mark(_ operands: Operand...) {
            for case .register(let register) in operands {
                for member in code.arrayMembers(of: register) where !relevant[member] {
                    relevant[member] = true
                    work.append(member)
                }
            }
        }
        func isPointer(_ operand: Operand) -> Bool {
            guard case .register(let register) = operand else { return false }
            if case .pointer = model.storages[code.registers[register].storage].kind { return true }
            return false
        }
        var sources = [[Operand]](repeating: [], count: code.registers.count)
        for instruction in code.instructions {
            switch instruction.operation {
            case .branch(let a, _, _), .checkPlace(let a, _, _), .free(let a), .check(let a, _), .checkLockHeld(let a, _),
                .quiesce(let a), .live(_, let a), .load(_, let a, _), .ended(_, _, let a), .atLabel(_, _, let a, _),
                .await(let a, _):
                mark(a)
            case .store(let address, let value, _):
                mark(address)
                // Where pointers go decides who can follow them.
                if isPointer(value) { mark(value) }
            case .graceBegin(let a, let b), .startCallback(_, let a, let b): mark(a, b)
            case .elementAddress(let target, let base, let index, _, _, _):
                mark(index)
                sources[target].append(base)
            case .loadElement(let target, let first, let index, _, _, _):
                mark(index)
                sources[target].append(.register(first))
            case .storeElement(let first, let index, _, _, _, let value):
                mark(index)
                for member in code.arrayMembers(of: first) { sources[member].append(value) }
            case .choose(_, let low, let high): mark(low, high)
            case .move(let target, let a), .unary(_, let target, let a), .convert(let target, let a, _):
                sources[target].append(a)
            case .binary(_, let target, let a, let b), .fieldAddress(let target, let a, let b):
                sources[target] += [a, b]
            default: break
            }
        }
        while let register = work.popLast() {
            for source in sources[register] { mark(source) }
        }
        return relevant
    }
}
