/// How wide the column of each thread is.
///
/// A row has one thread's text only, so a text may run on into the columns to its right: only the last column has to be as
/// wide as its texts, the others are where theirs begin.
enum ColumnWidths {
    /// A narrower column cannot be read.
    static let least = 16
    /// Blanks between two columns.
    static let gap = 2

    /// A column whose texts may run on needs room for a title only.
    static let leastOverlapped = 12
    /// What the last column of several gets at most, where others want it too.
    static let lastMax = 34
    /// No text runs further than this into other columns.
    static let textMax = 40

    /// The widths of columns whose texts may run on, for a picture `total` wide; nil if there are too many columns.
    static func overlapping(total: Int, wanted: [Int]) -> [Int]? {
        guard wanted.count > 1, let last = wanted.last else { return divide(total: total, wanted: wanted) }
        let rest = total - gap - max(least, min(last, lastMax))
        guard let widths = divide(total: rest, wanted: Array(wanted.dropLast()), least: leastOverlapped) else {
            return nil
        }
        let used = widths.reduce(gap * widths.count, +)
        return widths + [min(max(least, last), total - used)]
    }

    /// How wide the texts of a column may be.
    static func textWidth(of column: Int, in widths: [Int], total: Int) -> Int {
        let start = widths[..<column].reduce(gap * column, +)
        return min(total - start, max(widths[column], textMax))
    }

    /// Divides `total` characters among columns that would like `wanted` each: who wants little gets it, the others share
    /// what is left. Nil if some column would get less than it needs to be read.
    static func divide(total: Int, wanted: [Int], least: Int = least) -> [Int]? {
        guard !wanted.isEmpty else { return [] }
        let available = total - gap * (wanted.count - 1)
        guard available >= least * wanted.count else { return nil }
        var widths = [Int](repeating: 0, count: wanted.count)
        var open = Array(wanted.indices)
        var left = available
        while !open.isEmpty {
            let share = left / open.count
            let modest = open.filter { max(least, wanted[$0]) <= share }
            if modest.isEmpty {
                for (place, column) in open.enumerated() { widths[column] = share + (place < left % open.count ? 1 : 0) }
                break
            }
            for column in modest {
                widths[column] = max(least, wanted[column])
                left -= widths[column]
            }
            open.removeAll { modest.contains($0) }
        }
        return widths
    }
}
