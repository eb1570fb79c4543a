import Search

/// The line on a terminal's error stream that says how far a long search has come.
struct Progress: Sendable {
    let isShown: Bool
    private let start = Clock.now()

    init(isShown: Bool) {
        self.isShown = isShown
    }

    /// Nil where nobody looks.
    var report: (@Sendable (SearchStatistics) -> Void)? {
        guard isShown else { return nil }
        let start = start
        return { statistics in
            let seconds = Clock.now() - start
            // The answers that come at once need no progress line.
            guard seconds > 0.5 else { return }
            let rate = Int(Double(statistics.states) / seconds)
            Self.write(
                "\r\u{1B}[K\(Quantities.grouped(statistics.states)) states, depth \(Quantities.grouped(statistics.depth)), "
                    + "\(Quantities.grouped(rate)) states/s, \(Quantities.duration(seconds))")
        }
    }

    func clear() {
        if isShown { Self.write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Platform.write(2, $0.baseAddress!, $0.count) }
    }
}
