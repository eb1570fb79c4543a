import Program
import Trace

/// What `lockwalk explode` says.
struct ExplodeReport {
    let name: String
    let model: Model
    let census: StateCensus
    let estimates: [GrowthEstimate]
    let seconds: Double

    /// Longer lists are not read.
    private static let listMax = 10
    /// What costs less than half a percent is not worth a line.
    private static let factorLeast = 1.005

    func text() -> String {
        headline() + section("new states by depth", growth())
            + section("what a variable costs (times as many states as there would be without it)", variables())
            + section("where threads stand, in how many of the states", places())
            + section("loops, and in how many of the states their thread is inside", loops())
            + section("with one more", more())
    }

    private func headline() -> String {
        let values = model.configuration.map { "\($0.name)=\($0.value)" }
        let title = values.isEmpty ? name : "\(name) (\(values.joined(separator: ", ")))"
        let what =
            census.isWhole
            ? "\(Quantities.plural(census.states, "state")), all that there are"
            : "the first \(Quantities.plural(census.states, "state")), there are more"
        var lines = TextWrapping.hanging("\(title): \(what)", width: 80)
        lines +=
            "depth \(Quantities.grouped(max(0, census.levels.count - 1))), "
            + "\(Quantities.plural(census.stateBits, "bit")) a state; \(Quantities.duration(seconds))\n"
        if census.measured < census.states {
            lines += "measured on the first \(Quantities.grouped(census.measured)) of them\n"
        }
        return lines
    }

    private func section(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\n\(title):\n" + lines.map { "  \($0)\n" }.joined()
    }

    /// Of many levels the ones at even distances.
    private func growth() -> [String] {
        let levels = census.levels
        let widest = levels.max() ?? 1
        let distance = max(1, (levels.count + 15) / 16)
        let width = Quantities.grouped(widest).count
        var lines = stride(from: 0, to: levels.count, by: distance).map { depth -> String in
            let digits = Quantities.grouped(levels[depth])
            let bar = String(repeating: "#", count: max(1, levels[depth] * 48 / max(1, widest)))
            return pad("\(depth)", 4) + "  " + pad(digits, width) + "  " + bar
        }
        // The last level of a search that was cut is not whole.
        let last = census.isWhole ? levels.count - 1 : levels.count - 2
        if !census.isWhole, last >= 4, levels[last - 3] > 0 {
            let factor = Double(levels[last]) / Double(levels[last - 3])
            lines.append("the last ones grow to \(Quantities.fixed(factor, 1)) times in three steps")
        }
        return lines
    }

    private func variables() -> [String] {
        let dear = census.variables.filter { $0.factor >= Self.factorLeast }
        let shown = dear.prefix(Self.listMax)
        let width = shown.map { Quantities.fixed($0.factor, 2).count }.max() ?? 0
        var lines = shown.map { cost in
            "x " + pad(Quantities.fixed(cost.factor, 2), width)
                + "  \(cost.name)  (\(Quantities.plural(cost.values, "value")))"
        }
        let rest = dear.count - shown.count
        if rest > 0 { lines.append("and \(Quantities.plural(rest, "cheaper one"))") }
        let free = census.variables.count - dear.count
        if free > 0 {
            lines.append("\(Quantities.plural(free, "variable")) more: they follow from the others, and cost nothing")
        }
        return lines
    }

    private func places() -> [String] {
        census.places.prefix(Self.listMax).map { place in
            let line =
                share(place.states) + "  \(place.thread)"
                + (place.place.map { ", line \($0.line)" } ?? "") + ": \(place.text)"
            return line.count <= 78 ? line : line.prefix(75) + "..."
        }
    }

    private func loops() -> [String] {
        census.loops.prefix(Self.listMax).map { loop in
            let lines =
                switch (loop.firstLine, loop.lastLine) {
                case (let first?, let last?) where first < last: ", lines \(first) to \(last)"
                case (let first?, _): ", line \(first)"
                default: ""
                }
            return share(loop.states) + "  \(loop.thread)\(lines)"
        }
    }

    private func share(_ states: Int) -> String {
        let percent = census.measured == 0 ? 0 : 100 * Double(states) / Double(census.measured)
        return pad(Quantities.fixed(percent, 0), 3) + " %"
    }

    private func more() -> [String] {
        estimates.map { estimate in
            let what = estimate.isThread ? "thread \(estimate.name)" : "object of \(estimate.name)"
            switch estimate.result {
            case .counted(let states):
                let factor = Double(states) / Double(max(1, census.states))
                return "\(what): \(Quantities.grouped(states)) states, \(Quantities.fixed(factor, 1)) times as many"
            case .moreThan(let states): return "\(what): more than \(Quantities.grouped(states)) states"
            case .upTo(let depth, let factor):
                if factor < 1.05 { return "\(what): no more up to depth \(depth)" }
                return "\(what): \(Quantities.fixed(factor, 1)) times as many up to depth \(depth)"
            case .tooSmall: return "\(what): the model's arrays have no room for it"
            case .none: return "\(what): it cannot be searched"
            }
        }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
