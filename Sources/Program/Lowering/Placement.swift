import Syntax

/// Which CPU each THREAD, DAEMON and INTERRUPT runs on. Callbacks of RCU are not placed.
struct Placement {
    /// By thread number.
    var cpus: [Int] = []
    /// Which of them are interrupt handlers.
    var isInterrupt: [Bool] = []
    /// One more than the highest CPU of a thread: the length of per-CPU arrays.
    var cpuCount = 0

    /// CPUs are numbered in masks of 64 bits, as threads are.
    static let cpusMax = 64

    func cpu(ofThread number: Int) -> Int { number < cpus.count ? cpus[number] : 0 }
}

extension ModelBuilder {
    /// Gives each thread its CPU. Those that the text does not place take the lowest numbers where no thread is placed, in
    /// its order: an INTERRUPT may then name the CPU of such a thread.
    func placeThreads(_ total: Int, _ threadsOfClass: [String: Range<Int>]) {
        var cpus = [Int?](repeating: nil, count: total)
        placement.isInterrupt = [Bool](repeating: false, count: total)
        var taken: Set<Int> = []
        for (declaration, _) in threadDeclarations {
            if declaration.role == .interrupt { diagnostics.add(.notYet("INTERRUPT", declaration.name.range)) }
            guard let expression = declaration.cpu, let threads = threadsOfClass[declaration.name.text] else { continue }
            for (index, thread) in threads.enumerated() {
                guard let cpu = placedCPU(expression, instance: index) else { break }
                if taken.contains(cpu) { diagnostics.add(.notYet("a CPU that threads share", expression.range)) }
                cpus[thread] = cpu
                if declaration.role == .interrupt { placement.isInterrupt[thread] = true } else { taken.insert(cpu) }
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
}
