/// What the margin of a picture says beside each step: a letter for each lock and section that the step's thread holds
/// when it is done, small where for reading. `A` is the first lock that anybody takes in the run, and so on.
struct LockMargin {
    private var letters: [String: Character] = [:]
    private var order: [String] = []
    private var modes: [String: Set<Bool>] = [:]
    /// Characters of the widest entry; 0 where nobody holds anything.
    private(set) var width = 0

    private static let widthMax = 6
    /// Stands for a blank at which no line is broken.
    static let tie = "\u{A0}"
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    init(_ example: Counterexample) {
        for step in example.steps where step.matters {
            for lock in Self.held(step) {
                if letters[lock.name] == nil {
                    letters[lock.name] = order.count < Self.alphabet.count ? Self.alphabet[order.count] : "*"
                    order.append(lock.name)
                }
                modes[lock.name, default: []].insert(lock.isShared)
            }
            width = max(width, text(step).count)
        }
    }

    private static func held(_ step: Counterexample.Step) -> [Counterexample.HeldLock] {
        step.holdings.first { $0.thread == step.thread }?.locks ?? []
    }

    func text(_ step: Counterexample.Step) -> String {
        let all = Self.held(step).map { lock in
            let letter = letters[lock.name] ?? "*"
            return lock.isShared ? letter.lowercased() : String(letter)
        }.joined()
        return all.count <= Self.widthMax ? all : all.prefix(Self.widthMax - 1) + "+"
    }

    /// `held: A mm.pmd_lock, b mm.mmap_lock for reading`; empty where nobody holds anything.
    var legend: String { tiedLegend.replacing(Self.tie, with: " ") }

    /// With ties, to be broken into lines.
    var tiedLegend: String {
        if order.isEmpty { return "" }
        return "held: "
            + order.map { name in
                let letter = letters[name] ?? "*"
                let tie = Self.tie
                switch modes[name] {
                case [true]: return "\(letter.lowercased())\(tie)\(name) for\(tie)reading"
                case [false]: return "\(letter)\(tie)\(name)"
                default: return "\(letter)\(tie)\(name) (\(letter.lowercased()):\(tie)for\(tie)reading)"
                }
            }.joined(separator: ", ")
    }
}
