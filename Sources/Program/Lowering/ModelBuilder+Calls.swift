import Syntax

/// IPIs with code: each pair of a thread that sends one and a CPU that it may go to has a thread that runs the function
/// there, idle until it is sent.
extension ModelBuilder {
    /// One handler: who sends the function, and where it runs.
    struct Call: Hashable {
        var function: String
        var sender: Int
        var cpu: Int
    }

    static func callClassName(_ function: String) -> String { "ipi:\(function)" }

    /// The functions that IPIs run, in the order in which they were found.
    var calledFunctions: [String] {
        var names: [String] = []
        for call in needs.calls where !names.contains(call.function) { names.append(call.function) }
        return names
    }

    /// Numbers the handlers after all other threads, which end at `total`, and places them.
    func numberCalls(_ total: inout Int, _ threadsOfClass: inout [String: Range<Int>]) {
        for call in needs.calls { placement.cpuCount = max(placement.cpuCount, (call.cpu ?? -1) + 1) }
        settings.cpuCount = placement.cpuCount
        placement.cpus += [Int](repeating: -1, count: total - placement.cpus.count)
        placement.isHandler += [Bool](repeating: false, count: total - placement.isHandler.count)
        for function in calledFunctions {
            var found: Set<Call> = []
            for need in needs.calls where need.function == function {
                for sender in threadsOfClass[need.caller] ?? 0..<0 {
                    for cpu in need.cpu.map({ $0..<$0 + 1 }) ?? 0..<placement.cpuCount {
                        found.insert(Call(function: function, sender: sender, cpu: cpu))
                    }
                }
            }
            let first = total
            for call in found.sorted(by: { ($0.sender, $0.cpu) < ($1.sender, $1.cpu) }) {
                calls[call] = total
                placement.cpus.append(call.cpu)
                placement.isHandler.append(true)
                total += 1
            }
            threadsOfClass[Self.callClassName(function)] = first..<total
        }
    }

    /// The handlers with their arguments' cells.
    func addCallThreads() {
        for function in calledFunctions {
            let className = Self.callClassName(function)
            for number in memory.threadsOfClass[className] ?? 0..<0 {
                guard let call = calls.first(where: { $0.value == number })?.key else { continue }
                let isOnlySender = !calls.keys.contains { $0.function == function && $0.sender != call.sender }
                let isOnlyCPU = !calls.keys.contains { $0.function == function && $0.cpu != call.cpu }
                let name =
                    "\(function)()" + (isOnlyCPU ? "" : " on CPU \(call.cpu)")
                    + (isOnlySender ? "" : " for \(model.threads[call.sender].name)")
                addThread(name, className, index: 0, cpu: call.cpu, isCallback: false)
                guard let type = calledParameter(function) else { continue }
                let key = "\(className): argument"
                let kind = memory.storageKind(type, bits: nil, key: key)
                let argument = memory.addCell(
                    Cell(
                        name: "\(name): argument", storage: memory.storage(key, kind),
                        role: .context(thread: number)))
                callArguments[number] = argument
            }
        }
    }

    /// The type of the only parameter of a function that an IPI can run; nil if it is none.
    func calledParameter(_ function: String) -> Type? {
        guard let declaration = functions[function], declaration.body != nil, declaration.parameters.count == 1,
            types.resolveAgain(declaration.result) == .void
        else { return nil }
        let type = types.resolveAgain(declaration.parameters[0].type)
        return type.isScalar ? type : nil
    }

    /// Handlers that this pass discovers are lowered too, as they have needs of their own.
    func lowerCalls() {
        var lowered: Set<String> = []
        while let function = (needs.calls + found.calls).map(\.function).first(where: { !lowered.contains($0) }) {
            lowered.insert(function)
            let name = Self.callClassName(function)
            let builder = CodeBuilder(self, className: name, kind: .interrupt)
            builder.isCalled = true
            let code = builder.lowerCalled(function)
            absorb(builder.needs)
            guard let threads = memory.threadsOfClass[name] else { continue }
            classIndex[name] = model.classes.count
            model.classes.append(ThreadClass(name: name, kind: .call, code: code, threads: threads))
        }
    }

    /// What a sender's table says of its handler on a CPU.
    func handler(_ function: String, _ cpu: Int, sender: Int) -> Int? {
        calls[Call(function: function, sender: sender, cpu: cpu)]
    }
}
