import Foundation

/// The program at the other end of a terminal of our own, as a user sits before it.
final class Terminal {
    private let master: Int32
    private let slave: Int32
    private let process = Process()
    private(set) var shown = ""
    /// How the terminal was before the program came.
    private let before: termios
    /// Stays while the program runs in it.
    private let scratch: Scratch

    init(
        _ arguments: [String], in scratch: Scratch, width: Int = 80, height: Int = 24,
        environment: [String: String] = [:]
    ) throws {
        self.scratch = scratch
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        guard openpty(&ends.master, &ends.slave, nil, nil, &size) == 0 else { throw CocoaError(.fileReadUnknown) }
        (master, slave) = ends
        var settings = termios()
        tcgetattr(slave, &settings)
        before = settings
        let end = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        process.executableURL = Program.url
        process.arguments = arguments
        process.currentDirectoryURL = scratch.url
        process.environment = ["TERM": "xterm", "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardInput = end
        process.standardOutput = end
        process.standardError = end
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(slave)
        close(master)
    }

    func press(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = bytes.withUnsafeBytes { write(master, $0.baseAddress!, $0.count) }
    }

    /// Reads until that text has come since the last call; false if it does not in time, or the program has ended.
    func wait(for text: String, seconds: Double = 15) -> Bool {
        var new = ""
        defer { shown += new }
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if new.contains(text) { return true }
            var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 100) > 0 else {
                if !process.isRunning { break }
                continue
            }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = bytes.withUnsafeMutableBytes { read(master, $0.baseAddress!, $0.count) }
            if count <= 0 { break }
            new += String(decoding: bytes[..<count], as: UTF8.self)
        }
        return new.contains(text)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// The exit code, or the signal's number below zero.
    func end() -> Int32 {
        // Its last words may still be on the way; a terminal that nobody reads would hold it up.
        let end = Date().addingTimeInterval(15)
        while process.isRunning, Date() < end { _ = wait(for: "\u{0}", seconds: 0.1) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Whether the terminal is as it was: modes, the shell's page, the cursor.
    var isRestored: Bool {
        var now = termios()
        tcgetattr(slave, &now)
        return now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag && now.c_oflag == before.c_oflag
            && shown.hasSuffix("\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
    }
}
