import Execution
import Program

/// The model's own conditions, sorted by when they are judged.
struct Properties {
    /// Indices into `Model.properties`.
    let constraints: [Int]
    let invariants: [Int]
    let finals: [Int]
    private(set) var sometimesLeft: [Int]
    /// Some state was one in which FINALLY is judged.
    private(set) var sawFinalState = false
    /// The constraints that cut a run.
    private(set) var cutting: Set<Int> = []
    /// New states have something to be judged by.
    private(set) var hasWork: Bool

    init(model: Model, enabled: Set<FailureKind>) {
        func all(_ kind: Property.Kind) -> [Int] {
            model.properties.indices.filter { model.properties[$0].kind == kind }
        }
        constraints = all(.constraint)
        invariants = enabled.contains(.violated) ? all(.invariant) : []
        finals = all(.finally)
        sometimesLeft = all(.sometimes)
        hasWork = !constraints.isEmpty || !invariants.isEmpty || !sometimesLeft.isEmpty
    }

    /// Judges a state of a level. False if it violates a CONSTRAINT and is to be left out.
    mutating func admit(
        _ state: UnsafePointer<UInt64>, level: Int, engine: StepEngine, findings: inout Findings
    ) -> Bool {
        for property in constraints where !engine.evaluate(property: property, state) {
            cutting.insert(property)
            return false
        }
        for property in invariants where !engine.evaluate(property: property, state) {
            findings.add(
                Candidate(
                    kind: .violated, state: words(state, engine), level: level, property: property,
                    order: property))
        }
        if !sometimesLeft.isEmpty {
            sometimesLeft.removeAll { engine.evaluate(property: $0, state) }
            hasWork = !constraints.isEmpty || !invariants.isEmpty || !sometimesLeft.isEmpty
        }
        return true
    }

    /// Judges a state in which everything has come to rest.
    mutating func judgeFinal(
        _ state: UnsafePointer<UInt64>, level: Int, engine: StepEngine, isEnabled: Bool,
        findings: inout Findings
    ) {
        sawFinalState = true
        guard isEnabled else { return }
        for property in finals where !engine.evaluate(property: property, state) {
            findings.add(
                Candidate(
                    kind: .violated, state: words(state, engine), level: level, property: property,
                    order: property))
        }
    }

    private func words(_ state: UnsafePointer<UInt64>, _ engine: StepEngine) -> [UInt64] {
        Array(UnsafeBufferPointer(start: state, count: engine.interpreter.layout.wordCount))
    }

    /// Takes in what another worker judged.
    mutating func merge(_ other: Properties) {
        cutting.formUnion(other.cutting)
        sawFinalState = sawFinalState || other.sawFinalState
        if sometimesLeft.count != other.sometimesLeft.count || sometimesLeft != other.sometimesLeft {
            sometimesLeft.removeAll { !other.sometimesLeft.contains($0) }
        }
        hasWork = !constraints.isEmpty || !invariants.isEmpty || !sometimesLeft.isEmpty
    }

    /// After a whole search: the properties that were never judged or never true.
    var unreached: [Int] { (sometimesLeft + (sawFinalState ? [] : finals)).sorted() }
}
