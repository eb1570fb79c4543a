import Execution
import Program
import Search
import Synchronization
import Trace

/// The stages below, as the commands use them.
enum Engine {
    /// The signal that asks the program to end, if one has come.
    static var signalReceived: Int32? {
        let number = searchInterrupt.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// That there is no machine code is said once, however many models are searched.
    private static let saidNative = Atomic<Bool>(false)

    /// What is looked for: the command line has the last word, then the model, then the defaults.
    static func checks(_ model: Model, _ request: SearchRequest) -> Set<FailureKind> {
        SearchOptions.defaultChecks.union(model.checksOn).subtracting(model.checksOff)
            .union(request.asErrors).subtracting(request.checksOff)
    }

    /// `saysProgress` asks for plain lines of progress where there is no terminal to show a line that moves.
    static func search(
        _ model: Model, _ request: SearchRequest, _ console: Console, saysProgress: Bool = false,
        countsSteps: Bool = false
    ) throws -> SearchResult {
        let enabled = checks(model, request)
        let errors = model.checksOn.union(request.asErrors).intersection(enabled)
        let style: Progress.Style =
            saysProgress ? .plain : request.showsProgress && console.errors.isTerminal ? .line : .hidden
        let progress = Progress(style: style, ceiling: request.memoryBytes)
        Signals.install()
        defer { progress.clear() }
        var options = SearchOptions(
            enabled: enabled, errors: errors, stateLimit: request.states ?? .max,
            memoryLimit: request.memoryBytes, depthLimit: request.depth ?? .max,
            timeLimit: request.seconds ?? .infinity, native: request.native, cachesNative: request.cachesNative,
            threads: request.threads, store: request.store, progress: progress.report)
        options.countsSteps = countsSteps
        options.keepsDeadLocals = request.keepsDeadLocals
        // Transitions that a reduction leaves out could not be counted.
        options.reduction = countsSteps ? .none : request.reduction
        if request.reducesAlways {
            options.reductionFrom = 1
            options.givesUpReduction = false
        }
        let result = try Search.search(model: model, options: options)
        progress.clear()
        if let reason = result.statistics.nativeUnavailable, !saidNative.exchange(true, ordering: .relaxed) {
            console.complain("steps are interpreted, which is slower: \(reason)")
        }
        progress.conclude(result.statistics)
        return result
    }

    /// Executes a finding again and tells it.
    static func counterexample(
        _ finding: Finding, of result: SearchResult, _ model: Model, _ request: SearchRequest, withStates: Bool = false
    ) throws -> Counterexample {
        try Replay(model: model, ranges: result.ranges, checks: checks(model, request), keepsStates: withStates)
            .counterexample(finding)
    }

    /// The layout with which a search begins.
    static func layout(_ model: Model) -> StateLayout {
        StateLayout(
            model: model, liveness: model.liveness(), tracksStalePointers: model.checksOn.contains(.stalePointer))
    }
}
