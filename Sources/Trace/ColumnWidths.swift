/// How wide the column of each thread is.
enum ColumnWidths {
    /// A narrower column cannot be read.
    static let least = 16
    /// Blanks between two columns.
    static let gap = 2

    /// Divides `total` characters among columns that would like `wanted` each: who wants little gets it, the others share
    /// what is left. Nil if some column would get less than it needs to be read.
    static func divide(total: Int, wanted: [Int]) -> [Int]? {
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
