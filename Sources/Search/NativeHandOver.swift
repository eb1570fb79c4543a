import Execution
import Program

/// When steps run as machine code.
public enum NativeUse: String, CaseIterable, Sendable {
    /// Once the search has grown enough to be worth a compiler's time.
    case automatic = "auto"
    case off
    /// From the first state on.
    case always
}

/// What is known across the attempts of one search. A compiler that has failed is not asked again.
final class AttemptExperience {
    var unavailable: NativeUnavailable?
    /// How often a reduction was prepared: each time the search begins again, it is later that it pays.
    var preparations = 0
    let symmetry: SymmetryUse

    init(_ symmetry: SymmetryUse) { self.symmetry = symmetry }
}

/// Has the steps compiled beside a search that grows, and changes over when that is done.
struct NativeHandOver {
    /// From here on a build pays, more or less: below, the interpreter would be done before the compiler.
    static let states = 30_000
    static let milliseconds = 20

    private enum Stage {
        case waiting
        case building(NativeCompilation)
        case over
    }

    private var stage = Stage.waiting
    private let start = ContinuousClock.now
    private let use: NativeUse
    private let cache: NativeCache
    private let experience: AttemptExperience

    init(_ options: SearchOptions, _ experience: AttemptExperience) {
        use = options.native
        cache = !options.cachesNative ? .none : options.cacheDirectory.map { NativeCache(directory: $0) } ?? .usual
        self.experience = experience
        if use == .off || experience.unavailable != nil { stage = .over }
    }

    /// Why the interpreter has to do, once that is known.
    var unavailable: NativeUnavailable? { experience.unavailable }

    var isOver: Bool {
        if case .over = stage { return true }
        return false
    }

    /// Called now and then, between states. The machine code, once, when it is there.
    mutating func look(_ interpreter: Interpreter, states: Int, reduction: ReductionPlan?) -> NativeSteps? {
        switch stage {
        case .over:
            return nil
        case .building(let compilation):
            return compilation.poll().flatMap { settle($0) }
        case .waiting:
            let (model, layout) = (interpreter.model, interpreter.layout)
            var options = interpreter.options
            options.reduction = reduction
            if use == .always {
                return settle(
                    Result { () throws(NativeUnavailable) in
                        try NativeSteps.compile(
                            model: model, layout: layout, options: options, cache: cache,
                            isCancelled: { searchInterrupt.load(ordering: .relaxed) != 0 })
                    })
            }
            if states > Self.states || ContinuousClock.now - start > .milliseconds(Self.milliseconds) {
                stage = .building(
                    NativeCompilation(model: model, layout: layout, options: options, cache: cache))
            }
            return nil
        }
    }

    private mutating func settle(_ outcome: Result<NativeSteps, NativeUnavailable>) -> NativeSteps? {
        stage = .over
        switch outcome {
        case .success(let steps): return steps
        case .failure(let reason):
            experience.unavailable = reason
            return nil
        }
    }
}
