import Foundation
import Testing

@testable import Search

/// The log of the levels: in memory, in a file, and where there can be no file.
@Suite(.serialized) struct LevelLogTests {
    /// Where the log may put its file.
    enum Folder: String, CaseIterable, Sendable {
        case usable, missing, full
    }

    @Test(arguments: Folder.allCases) func givesEveryLevelBack(_ folder: Folder) throws {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let before = ProcessInfo.processInfo.environment["TMPDIR"]
        setenv("TMPDIR", folder == .missing ? scratch.path + "/nowhere" : scratch.path, 1)
        defer { if let before { setenv("TMPDIR", before, 1) } else { unsetenv("TMPDIR") } }
        var limit = rlimit()
        let isLimited = folder == .full
        if isLimited {
            // A disk that is full after some chunks: files may not grow beyond that.
            signal(SIGXFSZ, SIG_IGN)
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            var small = limit
            small.rlim_cur = 20_000
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
        }
        defer { if isLimited { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) } }

        let log = LevelLog(recordBytes: 5, chunkBytes: 4096, chunksInMemoryMax: 3)
        let counts = [1, 7, 0, 900, 5000, 20_000, 3]
        var next: UInt64 = 0
        for count in counts { append(count, to: log, &next) }
        #expect(log.count == counts.reduce(0, +))
        var expected: UInt64 = 0
        for (level, count) in counts.enumerated() {
            let found = try records(of: level, log)
            #expect(found == (expected..<expected + UInt64(count)).map { $0 })
            expected += UInt64(count)
        }
        // What the file could not take stays in memory, and counts.
        switch folder {
        case .usable: #expect(log.bytes <= 4 * 4096)
        case .missing: #expect(log.bytes > 25_000 * 5)
        case .full: #expect(log.bytes > 80_000 && log.bytes < 25_911 * 5)
        }
        // Without a name: nobody else sees it, and it is gone with the program.
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    private func append(_ count: Int, to log: LevelLog, _ next: inout UInt64) {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: count * 5 + 8)
        defer { bytes.deallocate() }
        for index in 0..<count {
            var value = next
            _ = withUnsafeBytes(of: &value) { memcpy(bytes + index * 5, $0.baseAddress!, 5) }
            next += 1
        }
        log.append([Records(bytes: bytes, count: count / 3), Records(bytes: bytes + count / 3 * 5, count: count - count / 3)])
    }

    private func records(of level: Int, _ log: LevelLog) throws -> [UInt64] {
        let buffer = log.makeBuffer()
        defer { buffer.deallocate() }
        var result: [UInt64] = []
        for stretch in log.stretches(of: level) {
            let records = try #require(log.read(stretch, buffer: buffer))
            for index in 0..<records.count {
                var value: UInt64 = 0
                withUnsafeMutableBytes(of: &value) {
                    $0.baseAddress!.copyMemory(from: records.bytes + index * 5, byteCount: 5)
                }
                result.append(value)
            }
        }
        return result
    }
}
