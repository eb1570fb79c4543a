/// The rows of `lockwalk bench`.
enum BenchReport {
    static let heading =
        "model".padded(22) + "states".leftPadded(12) + "transitions".leftPadded(14) + "time".leftPadded(10)
        + "states/s".leftPadded(12) + "ns/state".leftPadded(10) + "B/state".leftPadded(9) + "of limit".leftPadded(10)

    static func row(_ run: BenchRun) -> String {
        let share = run.limit > 0 ? "\(Quantities.fixed(100 * run.shareOfLimit, 0)) %" : "-"
        return run.name.padded(22) + Quantities.grouped(run.statistics.states).leftPadded(12)
            + Quantities.grouped(run.statistics.transitions).leftPadded(14)
            + Quantities.duration(run.median).leftPadded(10)
            + Quantities.grouped(Int(run.statesPerSecond)).leftPadded(12)
            + Quantities.fixed(run.nanosecondsPerState, 0).leftPadded(10)
            + Quantities.fixed(run.residentBytesPerState, 1).leftPadded(9) + share.leftPadded(10)
            + (run.verdict == "HOLDS" ? "" : "  \(run.verdict)")
    }

    /// One object per model; names and numbers only, so nothing needs escaping.
    static func json(_ runs: [BenchRun]) -> String {
        let rows = runs.map { run in
            """
              {"model": "\(run.name)", "verdict": "\(run.verdict)", "states": \(run.statistics.states), \
            "transitions": \(run.statistics.transitions), "depth": \(run.statistics.depth), \
            "bits_per_state": \(run.statistics.stateBits), "seconds_median": \(run.median), \
            "seconds": [\(run.seconds.map { "\($0)" }.joined(separator: ", "))], \
            "states_per_second": \(run.statesPerSecond), "transitions_per_second": \(run.transitionsPerSecond), \
            "threads": \(run.statistics.threads), "native": \(run.statistics.isNative), \
            "bytes_per_state": \(run.statistics.bytesPerState), "peak_rss_bytes": \(run.residentBytes), \
            "machine_looks_per_second": \(run.limit)}
            """
        }
        return "{\"version\": 1, \"runs\": [\n\(rows.joined(separator: ",\n"))\n]}\n"
    }
}
