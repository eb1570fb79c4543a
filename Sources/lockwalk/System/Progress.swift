import Search
import Synchronization

/// How far a long search has come, on the error stream: one line on a terminal that is written over, or plain lines
/// where `--progress` asks for them. Nothing otherwise, and nothing for answers that come at once.
final class Progress: Sendable {
    enum Style: Sendable {
        case hidden, line, plain
    }

    /// Seconds before the first word, and between two.
    private static let patience = 0.5
    private static let interval = 0.2
    private static let plainInterval = 1.0

    private let style: Style
    /// Bytes that the search may use.
    private let ceiling: Int
    private let start = Clock.now()
    private let last = Mutex(Last())

    private struct Last {
        var seconds = 0.0
        var states = 0
        var wasShown = false
    }

    init(style: Style, ceiling: Int) {
        self.style = style
        self.ceiling = ceiling
    }

    /// Nil where nobody looks.
    var report: (@Sendable (SearchStatistics) -> Void)? {
        guard style != .hidden else { return nil }
        return { self.show($0) }
    }

    private func show(_ statistics: SearchStatistics) {
        let seconds = Clock.now() - start
        guard seconds > Self.patience else { return }
        let line = last.withLock { last -> String? in
            let passed = seconds - last.seconds
            guard passed >= (style == .line ? Self.interval : Self.plainInterval) || last.seconds == 0 else {
                return nil
            }
            // The rate of the last while; a search that begins again in a wider layout starts from nothing.
            let rate =
                statistics.states >= last.states
                ? Double(statistics.states - last.states) / passed : Double(statistics.states) / seconds
            last = Last(seconds: seconds, states: statistics.states, wasShown: true)
            return text(statistics, rate: rate, seconds)
        }
        if let line { Self.write(style == .line ? "\r\u{1B}[K\(line)" : "\(line)\n") }
    }

    /// At most 80 columns, up to a trillion states.
    private func text(
        _ statistics: SearchStatistics, rate: Double, _ seconds: Double, isLast: Bool = false
    ) -> String {
        let frontier = isLast ? "" : "frontier \(Quantities.short(statistics.frontier)), "
        return "\(Quantities.grouped(statistics.states)) states, \(Quantities.short(Int(rate)))/s, depth "
            + "\(Quantities.grouped(statistics.depth)), \(frontier)\(Quantities.size(statistics.bytes)) of "
            + "\(Quantities.size(ceiling)), \(Quantities.duration(seconds))"
    }

    /// The line goes away.
    func clear() {
        if style == .line, last.withLock({ $0.wasShown }) { Self.write("\r\u{1B}[K") }
    }

    /// What the search came to, once more, where it was followed.
    func conclude(_ statistics: SearchStatistics) {
        guard last.withLock({ $0.wasShown }) else { return }
        let seconds = Clock.now() - start
        let rate = Double(statistics.states) / max(seconds, 1e-9)
        Self.write("searched: " + text(statistics, rate: rate, seconds, isLast: true) + "\n")
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Platform.write(2, $0.baseAddress!, $0.count) }
    }
}
