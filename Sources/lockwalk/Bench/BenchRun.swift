import Program
import Search
import Syntax

/// One model of the benchmark in one size, and what its search came to.
struct BenchRun {
    /// `ptefree:W=4,F=3`
    let name: String
    let model: Model
    private(set) var statistics = SearchStatistics()
    private(set) var verdict = ""
    /// Of all runs, ascending.
    private(set) var seconds: [Double] = []
    /// Looks at a table of this size per second, on this machine.
    private(set) var limit = 0.0
    /// Resident memory of the whole process at its peak, in bytes: the largest of all runs.
    private(set) var residentBytes = 0

    /// Reads `NAME` or `NAME:PARAMETER=VALUE,…`.
    init(_ specification: String, console: Console) throws {
        let parts = specification.split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = parts.first, let entry = BenchModels.all.first(where: { $0.name == first }) else {
            let near = nearest(parts.first ?? "", in: BenchModels.all.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
            throw UsageError("there is no benchmark '\(parts.first ?? specification)'\(near)", command: "bench")
        }
        let definitions = (parts.count > 1 ? parts[1] : entry.suite).split(separator: ",").map(String.init)
        name = "\(entry.name):\(definitions.joined(separator: ","))"
        let loaded = try LoadedModel(name: "\(entry.name).c", bytes: Array(entry.text.utf8), console: console)
        model = try loaded.lower(try loaded.configuration(definitions, command: "bench"), console: console)
    }

    /// Searches `times` times.
    mutating func run(_ request: SearchRequest, times: Int, measuresLimit: Bool, _ console: Console) throws {
        for _ in 0..<times {
            ResidentMemory.forgetPeak()
            let result = try Engine.search(model, request, console)
            statistics = result.statistics
            verdict = VerdictWording.short(result)
            residentBytes = max(residentBytes, ResidentMemory.peak())
            seconds.append(result.statistics.seconds)
            if case .incomplete = result.verdict { break }
        }
        seconds.sort()
        if measuresLimit { limit = InsertLimit.measure(keys: statistics.states, looks: max(statistics.states, statistics.transitions)) }
    }

    var median: Double { seconds.isEmpty ? 0 : seconds[seconds.count / 2] }
    var statesPerSecond: Double { median > 0 ? Double(statistics.states) / median : 0 }
    var transitionsPerSecond: Double { median > 0 ? Double(statistics.transitions) / median : 0 }
    var residentBytesPerState: Double {
        statistics.states > 0 ? Double(residentBytes) / Double(statistics.states) : 0
    }
    /// Of the rate that all threads could reach if they did nothing but look into a table.
    var shareOfLimit: Double { limit > 0 ? transitionsPerSecond / limit / Double(statistics.threads) : 0 }
    var nanosecondsPerState: Double { statistics.states > 0 ? median * 1e9 / Double(statistics.states) : 0 }
}
