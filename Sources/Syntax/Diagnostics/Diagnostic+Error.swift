extension Diagnostic {
    /// An error with its way out; the factories beside this file are written with it.
    static func error(
        _ code: String, _ range: SourceRange, _ message: String, _ suggestion: String?,
        notes: [(range: SourceRange, text: String)] = []
    ) -> Diagnostic {
        Diagnostic(.error, code, range, message, suggestion: suggestion, notes: notes)
    }
}
