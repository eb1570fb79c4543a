// Who may still wake whom: the static relation behind partial deadlocks.
//
// A thread that waits for a condition is lost if no thread that is not lost itself may ever write what the condition
// reads. "May ever" is read off the code: some step that can still be reached from where the other thread stands may
// write such a cell (`AccessSets`), or may start a callback that may. The condition's cells are those read on the way
// to its `await`.
//
// Sound for the claim "waits for ever": each set is an over-approximation of the writes that can still happen, so a bit
// that is not set means that no continuation of that thread alone writes there. Callbacks that are idle are covered by
// the threads that may start them.

/// The waiting steps that a thread may still enable, by where it stands.
public struct MayEnable: Sendable {
    /// By thread, by step: the number of the waiting step, or -1 where the step waits for no condition.
    public let waitNumber: [[Int32]]
    public let waitCount: Int
    /// Words of one row of `bits`.
    public let rowWords: Int
    /// By thread: where its rows begin in `bits`, in rows; a thread that stands at step n has row n.
    public let firstRow: [Int]
    public let bits: [UInt64]

    public init(model: Model, access: AccessSets) {
        var waitNumber: [[Int32]] = []
        var waits: [CellSet] = []
        for thread in model.threads.indices {
            waitNumber.append(
                access.awaited[thread].map { condition in
                    guard let condition else { return -1 }
                    waits.append(condition)
                    return Int32(waits.count - 1)
                })
        }
        let rowWords = max(1, (waits.count + 63) / 64)
        var firstRow: [Int] = []
        var rows = 0
        for thread in model.threads.indices {
            firstRow.append(rows)
            rows += access.steps[thread].count
        }
        var bits = [UInt64](repeating: 0, count: max(1, rows * rowWords))
        if !waits.isEmpty {
            Self.fillOwn(&bits, access, waits, firstRow, rowWords)
            Self.close(&bits, access, firstRow, rowWords)
        }
        self.waitNumber = waitNumber
        waitCount = waits.count
        self.rowWords = rowWords
        self.firstRow = firstRow
        self.bits = bits
    }

    /// Whether the thread, standing at the step, may still enable the waiting step with this number.
    public func mayEnable(thread: Int, step: Int, wait: Int) -> Bool {
        bits[(firstRow[thread] + step) * rowWords + wait >> 6] >> UInt64(wait & 63) & 1 != 0
    }

    /// What each step does by itself.
    private static func fillOwn(
        _ bits: inout [UInt64], _ access: AccessSets, _ waits: [CellSet], _ firstRow: [Int], _ rowWords: Int
    ) {
        for thread in access.steps.indices {
            for (step, own) in access.steps[thread].enumerated() {
                let row = (firstRow[thread] + step) * rowWords
                for (wait, condition) in waits.enumerated() where own.writes.intersects(condition) {
                    bits[row + wait >> 6] |= 1 << UInt64(wait & 63)
                }
            }
        }
    }

    /// Adds what later steps and started callbacks do, until nothing changes.
    private static func close(
        _ bits: inout [UInt64], _ access: AccessSets, _ firstRow: [Int], _ rowWords: Int
    ) {
        func add(_ from: Int, to row: Int) -> Bool {
            var added: UInt64 = 0
            for word in 0..<rowWords {
                let more = bits[from * rowWords + word] & ~bits[row * rowWords + word]
                bits[row * rowWords + word] |= more
                added |= more
            }
            return added != 0
        }
        var grew = true
        while grew {
            grew = false
            for thread in access.steps.indices.reversed() {
                for step in access.steps[thread].indices.reversed() {
                    let row = firstRow[thread] + step
                    for next in access.successors[thread][step] where add(firstRow[thread] + next, to: row) {
                        grew = true
                    }
                    for started in access.steps[thread][step].starts {
                        for first in access.firstSteps[started] where add(firstRow[started] + first, to: row) {
                            grew = true
                        }
                    }
                }
            }
        }
    }
}
