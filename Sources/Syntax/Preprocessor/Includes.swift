/// `#include`: the header of the language is known by name, other files are read and limited.
extension Preprocessor {
    /// Reads what follows `#include`, and opens the file.
    mutating func include(_ word: Token) {
        let top = files.count - 1
        let found = files[top].lexer.headerName()
        let line = restOfLine()
        guard let (name, range, isSystem) = found else {
            return report(.badInclude(line.first?.range ?? word.range))
        }
        if let extra = line.first { report(.extraTokens(extra.range, "include")) }
        if name == "lockwalk.h" {
            sawHeader = true
        } else if isSystem {
            report(.unknownHeader(range, name))
        } else {
            open(name, range)
        }
    }

    private mutating func open(_ name: String, _ range: SourceRange) {
        let path = Self.resolve(name, from: files[files.count - 1].path)
        if oncePaths.contains(path) { return }
        if files.contains(where: { $0.path == path }) {
            let isGuarded = guards[path].map { macros[$0] != nil } ?? false
            if !isGuarded { report(.includeRecursive(range, path)) }
            return
        }
        guard files.count < Self.includeDepthMax else {
            return report(.includeTooDeep(range, "\(Self.includeDepthMax) files inside each other"))
        }
        includeCount += 1
        guard includeCount <= Self.includeCountMax else {
            return stop(.includeTooDeep(range, "\(Self.includeCountMax) files"))
        }
        if let index = fileIndices[path] {
            byteCount += texts.files[Int(index)].bytes.count
            if byteCount > Self.byteCountMax { return stop(.textTooLarge(range)) }
            files.append(OpenFile(lexer: Lexer(file: index, bytes: texts.files[Int(index)].bytes), path: path))
            return
        }
        guard let bytes = readFile(path) else { return report(.includeNotFound(range, path)) }
        byteCount += bytes.count
        if byteCount > Self.byteCountMax { return stop(.textTooLarge(range)) }
        let index = Int32(texts.files.count)
        texts.files.append(SourceFile(name: path, bytes: bytes))
        fileIndices[path] = index
        files.append(OpenFile(lexer: Lexer(file: index, bytes: bytes), path: path))
    }

    /// The path of `name` as the file at `includer` means it, without needless `.` and `..`.
    static func resolve(_ name: String, from includer: String) -> String {
        if name.hasPrefix("/") { return name }
        var parts: [Substring] = includer.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        for part in name.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != "..", last != "." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return (includer.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}

extension Lexer {
    /// `<name>` or `"name"` on this line; nil, and nothing read, if neither stands there.
    func headerName() -> (name: String, range: SourceRange, isSystem: Bool)? {
        var start = position
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        guard start < end else { return nil }
        let isSystem = bytes[start] == UInt8(ascii: "<")
        guard isSystem || bytes[start] == UInt8(ascii: "\"") else { return nil }
        let close = UInt8(ascii: isSystem ? ">" : "\"")
        var last = start + 1
        while last < end, bytes[last] != close {
            guard bytes[last] >= 0x20, last - start < 4096 else { return nil }
            last += 1
        }
        guard last < end, last > start + 1 else { return nil }
        position = last + 1
        let name = String(decoding: bytes[(start + 1)..<last], as: UTF8.self)
        return (name, range(from: start, to: position), isSystem)
    }
}
