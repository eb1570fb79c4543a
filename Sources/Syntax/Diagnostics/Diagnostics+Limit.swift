extension Diagnostics {
    /// More errors were found than are kept: reading on would tell nobody anything.
    var isFull: Bool { errorCount > Self.keptMax }
}
