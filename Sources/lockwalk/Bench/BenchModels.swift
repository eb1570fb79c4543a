/// The models of `lockwalk bench`: scalable, and all but `walkers` with the state counts that other checkers find at the
/// same granularity.
enum BenchModels {
    struct Entry {
        let name: String
        let text: String
        /// What each parameter is.
        let parameters: String
        /// Sizes of about a second each.
        let suite: String
    }

    static let all: [Entry] = [
        Entry(
            name: "ptefree", text: ptefree, parameters: "W walkers, F freers of one page table, bug", suite: "W=4,F=3"),
        Entry(
            name: "tables", text: tables, parameters: "W walkers, F freers, P page tables with a PTL each",
            suite: "W=3,F=1,P=2"),
        Entry(
            name: "walkers", text: walkers, parameters: "W walkers, F freers, P page tables; RCU, recheck, grace_period",
            suite: "W=4,F=2,P=2"),
        Entry(name: "rwsem", text: rwsem, parameters: "R readers, W writers", suite: "R=3,W=3"),
        Entry(name: "peterson", text: peterson, parameters: "N processes", suite: "N=5"),
        Entry(name: "phil", text: phil, parameters: "N philosophers, ordered", suite: "N=13"),
    ]
}
