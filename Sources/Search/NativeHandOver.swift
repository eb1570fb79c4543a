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

/// Has the steps compiled beside a search that grows, and changes over when that is done.
struct NativeHandOver {
    /// From here on a build pays, more or less: below, the interpreter would be done before the compiler.
    static let states = 100_000
    static let milliseconds = 50

    private enum Stage {
        case waiting
        case building(NativeCompilation)
        case over
    }

    private var stage = Stage.waiting
    private let start = ContinuousClock.now
    private let use: NativeUse
    private let cache: NativeCache
    /// Why the interpreter has to do, once that is known.
    private(set) var unavailable: NativeUnavailable?

    init(_ options: SearchOptions) {
        use = options.native
        cache = options.cachesNative ? .usual : .none
        if use == .off { stage = .over }
    }

    /// Called now and then, between states.
    mutating func look(_ engine: StepEngine, states: Int) {
        switch stage {
        case .over:
            return
        case .building(let compilation):
            if let outcome = compilation.poll() { settle(outcome, engine) }
        case .waiting:
            let interpreter = engine.interpreter
            if use == .always {
                settle(
                    Result { () throws(NativeUnavailable) in
                        try NativeSteps.compile(
                            model: interpreter.model, layout: interpreter.layout, options: interpreter.options,
                            cache: cache)
                    }, engine)
            } else if states > Self.states || ContinuousClock.now - start > .milliseconds(Self.milliseconds) {
                stage = .building(
                    NativeCompilation(
                        model: interpreter.model, layout: interpreter.layout, options: interpreter.options,
                        cache: cache))
            }
        }
    }

    private mutating func settle(_ outcome: Result<NativeSteps, NativeUnavailable>, _ engine: StepEngine) {
        stage = .over
        switch outcome {
        case .success(let steps): engine.adopt(steps)
        case .failure(let reason): unavailable = reason
        }
    }
}
