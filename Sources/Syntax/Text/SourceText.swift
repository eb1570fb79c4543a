/// A range of bytes in one of the texts of a model.
public struct SourceRange: Hashable, Sendable {
    /// Index into `SourceTexts.files`.
    public var file: Int32
    /// Byte offset of the first byte.
    public var start: Int32
    /// Byte offset after the last byte.
    public var end: Int32

    public init(file: Int32, start: Int32, end: Int32) {
        self.file = file
        self.start = start
        self.end = end
    }

    /// The place of things that stand in no text, such as what the checker itself adds.
    public static let none = SourceRange(file: -1, start: 0, end: 0)

    /// The smallest range that covers both; `other` is ignored if it stands in another file.
    public func union(_ other: SourceRange) -> SourceRange {
        guard file == other.file else { return self }
        return SourceRange(file: file, start: min(start, other.start), end: max(end, other.end))
    }
}

/// One text: the model itself or a file that it includes.
public struct SourceFile: Sendable {
    public let name: String
    public let bytes: [UInt8]
    /// Byte offset at which each line starts; the first is 0.
    public let lineStarts: [Int32]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts: [Int32] = [0]
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "\n") { starts.append(Int32(offset + 1)) }
            offset += 1
        }
        lineStarts = starts
    }

    /// Line and column of a byte, both counted from 1; the column counts bytes.
    public func location(of offset: Int32) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, Int(offset - lineStarts[low]) + 1)
    }

    /// The text of a line (from 1), without its end.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let start = Int(lineStarts[number - 1])
        var end = number < lineStarts.count ? Int(lineStarts[number]) - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }
}

/// All texts of a model, in the order in which they were opened; the model itself is the first.
public struct SourceTexts: Sendable {
    public var files: [SourceFile] = []

    public init() {}

    /// The bytes of a range as text; empty for `SourceRange.none`.
    public func text(of range: SourceRange) -> String {
        guard range.file >= 0, Int(range.file) < files.count else { return "" }
        let bytes = files[Int(range.file)].bytes
        let start = max(0, Int(range.start))
        let end = min(bytes.count, Int(range.end))
        return start < end ? String(decoding: bytes[start..<end], as: UTF8.self) : ""
    }

    /// `file:line:column`, or nil for a range that stands in no text.
    public func place(of range: SourceRange) -> (file: String, line: Int, column: Int)? {
        guard range.file >= 0, Int(range.file) < files.count else { return nil }
        let file = files[Int(range.file)]
        let (line, column) = file.location(of: range.start)
        return (file.name, line, column)
    }
}
