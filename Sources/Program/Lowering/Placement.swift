import Syntax

/// Which CPU each thread runs on, and which CPUs are shared or interrupted. Callbacks of RCU are not placed.
struct Placement {
    /// By thread number; -1 for callbacks, which have no CPU.
    var cpus: [Int] = []
    /// Which of them run on top of others: INTERRUPTs and the handlers of IPIs.
    var isHandler: [Bool] = []
    /// One more than the highest CPU of a thread: the length of per-CPU arrays.
    var cpuCount = 0
    /// Classes of threads of which some share their CPU with another thread; may be interrupted.
    var sharingClasses: Set<String> = []
    var interruptedClasses: Set<String> = []
    /// The CPUs of those classes, which have a cell for it.
    var sharedCPUs: Set<Int> = []
    var interruptedCPUs: Set<Int> = []

    /// CPUs are numbered in masks of 64 bits, as threads are.
    static let cpusMax = 64

    func cpu(ofThread number: Int) -> Int { number < cpus.count ? cpus[number] : 0 }

    /// The threads of a CPU that run one at a time.
    func threads(on cpu: Int) -> [Int] { cpus.indices.filter { cpus[$0] == cpu && !isHandler[$0] } }

    /// Finds what is shared, once all are placed.
    mutating func findSharing(_ threadsOfClass: [String: Range<Int>]) {
        let handled = Set(cpus.indices.filter { isHandler[$0] }.map { cpus[$0] })
        for (name, threads) in threadsOfClass {
            let placed = threads.filter { $0 < cpus.count && cpus[$0] >= 0 && !isHandler[$0] }
            if placed.contains(where: { self.threads(on: cpus[$0]).count > 1 }) { sharingClasses.insert(name) }
            if placed.contains(where: { handled.contains(cpus[$0]) }) { interruptedClasses.insert(name) }
        }
        // The instances of a class have one code, so where one needs the cell all have it.
        interruptedCPUs = handled
        for name in sharingClasses { for thread in threadsOfClass[name] ?? 0..<0 { sharedCPUs.insert(cpus[thread]) } }
        for name in interruptedClasses {
            for thread in threadsOfClass[name] ?? 0..<0 { interruptedCPUs.insert(cpus[thread]) }
        }
    }
}

extension ModelBuilder {
    /// Gives each thread its CPU. Those that the text does not place take the lowest numbers where no thread is placed, in
    /// its order: an INTERRUPT may then name the CPU of such a thread.
    func placeThreads(_ total: Int, _ threadsOfClass: [String: Range<Int>]) {
        var cpus = [Int?](repeating: nil, count: total)
        placement.isHandler = [Bool](repeating: false, count: total)
        var taken: Set<Int> = []
        for (declaration, _) in threadDeclarations {
            guard let expression = declaration.cpu, let threads = threadsOfClass[declaration.name.text] else { continue }
            for (index, thread) in threads.enumerated() {
                guard let cpu = placedCPU(expression, instance: index) else { break }
                cpus[thread] = cpu
                if declaration.role == .interrupt { placement.isHandler[thread] = true } else { taken.insert(cpu) }
            }
        }
        var next = 0
        placement.cpus = cpus.map { placed in
            if let placed { return placed }
            while taken.contains(next) { next += 1 }
            taken.insert(next)
            return next
        }
        placement.cpuCount = (placement.cpus.max() ?? -1) + 1
        settings.cpuCount = placement.cpuCount
    }

    /// The CPU that the text names for an instance; nil after an error.
    private func placedCPU(_ expression: Expression, instance: Int) -> Int? {
        var names = types
        names.constants["self"] = Int64(instance)
        guard let cpu = names.evaluate(expression, &diagnostics) else { return nil }
        guard cpu >= 0, cpu < Int64(Placement.cpusMax) else {
            diagnostics.add(.badCPU(expression.range, cpu, Placement.cpusMax))
            return nil
        }
        return Int(cpu)
    }

    /// The cells of CPUs that are shared or interrupted.
    func addCPUCells() {
        let threadNumbers = Storage.Kind.fixed(low: 0, high: Int64(max(1, model.threads.count)), overflowName: nil)
        for cpu in placement.sharedCPUs.union(placement.interruptedCPUs).sorted() {
            var info = ModelCPU(number: cpu)
            info.threads = placement.threads(on: cpu)
            info.handlers = placement.cpus.indices.filter { placement.cpus[$0] == cpu && placement.isHandler[$0] }
            if placement.sharedCPUs.contains(cpu) {
                info.keeperCell = memory.addCell(
                    Cell(
                        name: "CPU \(cpu): kept by", storage: memory.storage("CPU: kept by", threadNumbers),
                        role: .synchronization))
            }
            if placement.interruptedCPUs.contains(cpu) {
                info.interruptCell = memory.addCell(
                    Cell(
                        name: "CPU \(cpu): irqs off by", storage: memory.storage("CPU: irqs off by", threadNumbers),
                        role: .synchronization))
            }
            model.cpus.append(info)
        }
    }

    /// The CPU of a thread, if it has cells.
    func sharedCPU(ofThread number: Int) -> ModelCPU? {
        guard number < placement.cpus.count else { return nil }
        return model.cpus.first { $0.number == placement.cpus[number] }
    }

    /// The instance of the same INTERRUPT that comes before on the same CPU.
    func earlierInterrupt(_ number: Int) -> Int? {
        guard number < placement.isHandler.count, placement.isHandler[number],
            let threads = memory.threadsOfClass.values.first(where: { $0.contains(number) })
        else { return nil }
        return threads.last { $0 < number && placement.cpus[$0] == placement.cpus[number] }
    }
}
