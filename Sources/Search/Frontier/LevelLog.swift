// All levels of the search, for finding the way back: no state stores its parent. A run is found by going through the
// levels backwards, so all that is needed is each level's states, in any order. They are written once and seldom read:
// the log is kept in memory while it is small, then in a file without a name ($TMPDIR, else /var/tmp), which is gone when
// the program ends, however it ends. If the disk is full the log goes on in memory, where it counts against the ceiling;
// so it does from the start where the folder itself lies in memory.

import CMachine

final class LevelLog: @unchecked Sendable {
    private enum Chunk {
        case memory(UnsafeMutablePointer<UInt8>)
        case file(offset: UInt64)
    }

    let recordBytes: Int
    private let recordsPerChunk: Int
    private var chunks: [Chunk] = []
    /// Records in all.
    private(set) var count = 0
    /// Where each level begins.
    private(set) var levels: [Int] = []
    private var file: Int32 = -1
    private var isFileUsable = true
    private var bytesInFile: UInt64 = 0
    private var chunksInMemory = 0

    /// Chunks of one MiB, or less in tests, that are kept in memory before the file is begun.
    private let chunksInMemoryMax: Int
    private static let stretchRecords = 1 << 13
    /// Records are read in words of 8 bytes.
    private static let overhang = 8

    init(recordBytes: Int, chunkBytes: Int = 1 << 20, chunksInMemoryMax: Int = 16) {
        self.recordBytes = recordBytes
        self.chunksInMemoryMax = chunksInMemoryMax
        recordsPerChunk = max(1, chunkBytes / recordBytes)
    }

    deinit {
        for case .memory(let bytes) in chunks { bytes.deallocate() }
        if file >= 0 { cm_close(file) }
    }

    private var chunkBytes: Int { recordsPerChunk * recordBytes }
    /// In memory, without what the last chunk has not used.
    var bytes: Int {
        let last = count % recordsPerChunk
        return chunksInMemory * chunkBytes - (last == 0 ? 0 : (recordsPerChunk - last) * recordBytes)
    }

    /// Adds a level.
    func append(_ blocks: [Records]) {
        levels.append(count)
        for block in blocks {
            var done = 0
            while done < block.count {
                let used = count % recordsPerChunk
                if used == 0 { addChunk() }
                let taken = min(block.count - done, recordsPerChunk - used)
                guard case .memory(let bytes) = chunks[chunks.count - 1] else { preconditionFailure("the last chunk") }
                (bytes + used * recordBytes).update(
                    from: block.bytes + done * recordBytes, count: taken * recordBytes)
                done += taken
                count += taken
            }
        }
    }

    private func addChunk() {
        if chunksInMemory >= chunksInMemoryMax { spill() }
        chunks.append(.memory(.allocate(capacity: chunkBytes + Self.overhang)))
        chunksInMemory += 1
    }

    /// Writes the chunk that was filled last to the file.
    private func spill() {
        guard isFileUsable, case .memory(let bytes) = chunks[chunks.count - 1] else { return }
        if file < 0 {
            file = cm_nameless_file()
            isFileUsable = file >= 0 && !cm_is_in_memory(file)
        }
        guard isFileUsable, cm_write_at(file, bytes, chunkBytes, bytesInFile) else {
            isFileUsable = false
            return
        }
        chunks[chunks.count - 1] = .file(offset: bytesInFile)
        bytesInFile += UInt64(chunkBytes)
        chunksInMemory -= 1
        bytes.deallocate()
    }

    /// A level in stretches that can be read in one go, small enough to be dealt out.
    func stretches(of level: Int) -> [Range<Int>] {
        let end = level + 1 < levels.count ? levels[level + 1] : count
        var result: [Range<Int>] = []
        var first = levels[level]
        while first < end {
            let next = min(end, first + Self.stretchRecords, (first / recordsPerChunk + 1) * recordsPerChunk)
            result.append(first..<next)
            first = next
        }
        return result
    }

    /// Room for a stretch that is read from the file.
    func makeBuffer() -> UnsafeMutablePointer<UInt8> {
        .allocate(capacity: Self.stretchRecords * recordBytes + Self.overhang)
    }

    /// A stretch's records; nil if the file cannot be read.
    func read(_ stretch: Range<Int>, buffer: UnsafeMutablePointer<UInt8>) -> Records? {
        let offset = stretch.lowerBound % recordsPerChunk * recordBytes
        switch chunks[stretch.lowerBound / recordsPerChunk] {
        case .memory(let bytes):
            return Records(bytes: bytes + offset, count: stretch.count)
        case .file(let start):
            guard cm_read_at(file, buffer, stretch.count * recordBytes, start + UInt64(offset)) else { return nil }
            return Records(bytes: buffer, count: stretch.count)
        }
    }
}
