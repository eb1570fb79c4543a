import Syntax

/// Faults in what a model says of TLBs: L0500 to L0503.
extension Diagnostic {
    static func notTLB(_ range: SourceRange, _ name: String, _ nearest: String?) -> Diagnostic {
        Diagnostic(
            "L0500", range, "there is no TLB '\(name)'",
            suggestion: nearest.map { "did you mean '\($0)'?" } ?? "declare it: TLB(struct page *, tlb, 1);")
    }

    static func fillOutsideWalk(_ range: SourceRange) -> Diagnostic {
        Diagnostic(
            "L0501", range, "only the hardware fills a TLB", suggestion: "call tlb_fill() in a TLB_WALK, or in INIT")
    }

    static func badEntryCount(_ range: SourceRange, _ count: Int64, _ limit: Int) -> Diagnostic {
        Diagnostic(
            "L0502", range, "a TLB has 1 to \(limit) entries, not \(count)",
            suggestion: "one for each address that the model has")
    }

    static func tlbInCallback(_ range: SourceRange, _ name: String) -> Diagnostic {
        Diagnostic(
            "L0503", range, "\(name)() is for the CPU that calls it, and an RCU callback may run on any",
            suggestion: "call it in a THREAD, or flush the CPUs that you mean with tlb_flush_broadcast()")
    }
}
