/// Something to tell the author of a model about its text: a stable code, a place, the cause and a way out.
public struct Diagnostic: Error, Sendable {
    public enum Severity: String, Sendable {
        case error
        case warning
        case note
    }

    public var severity: Severity
    /// Stable for ever, `L0123`; what `lockwalk explain` takes.
    public var code: String
    public var range: SourceRange
    /// One sentence in kernel words, lower case, without a full stop.
    public var message: String
    /// The one thing to try.
    public var suggestion: String?
    /// Other places that matter, each with a remark.
    public var notes: [(range: SourceRange, text: String)]

    public init(
        _ severity: Severity, _ code: String, _ range: SourceRange, _ message: String,
        suggestion: String? = nil, notes: [(range: SourceRange, text: String)] = []
    ) {
        self.severity = severity
        self.code = code
        self.range = range
        self.message = message
        self.suggestion = suggestion
        self.notes = notes
    }

    /// An error.
    public init(
        _ code: String, _ range: SourceRange, _ message: String, suggestion: String? = nil,
        notes: [(range: SourceRange, text: String)] = []
    ) {
        self.init(.error, code, range, message, suggestion: suggestion, notes: notes)
    }
}

/// Collects what is found in one run; keeps the first errors and counts the rest.
public struct Diagnostics: Sendable {
    /// More errors than this are counted and not kept.
    public static let keptMax = 20

    public private(set) var all: [Diagnostic] = []
    public private(set) var errorCount = 0

    public init() {}

    public var hasErrors: Bool { errorCount > 0 }

    /// Adds one; the same code at the same place is said once.
    public mutating func add(_ diagnostic: Diagnostic) {
        if all.contains(where: { $0.code == diagnostic.code && $0.range == diagnostic.range }) { return }
        if diagnostic.severity == .error { errorCount += 1 }
        if diagnostic.severity != .error || errorCount <= Self.keptMax { all.append(diagnostic) }
    }

    /// Brings what was kept into the order of the text; what has no place in it comes last.
    public mutating func sortByPlace() {
        func isBefore(_ a: SourceRange, _ b: SourceRange) -> Bool {
            if a.file != b.file { return b.file < 0 || (a.file >= 0 && a.file < b.file) }
            return a.start < b.start
        }
        all.sort { isBefore($0.range, $1.range) }
    }
}
