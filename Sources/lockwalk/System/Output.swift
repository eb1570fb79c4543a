/// Text for a file descriptor, gathered and written in large pieces.
///
/// A reader that has gone away (`lockwalk check m.c | head -1`) ends the output, not the command: SIGPIPE is ignored and
/// what is written afterwards is dropped, so the exit code stays that of the verdict.
final class Output {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isBroken = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count > 1 << 16 { flush() }
    }

    func line(_ text: String = "") {
        write(text)
        write("\n")
    }

    func flush() {
        var start = 0
        while start < buffer.count, !isBroken {
            let written = buffer.withUnsafeBytes { bytes in
                Platform.write(descriptor, bytes.baseAddress! + start, bytes.count - start)
            }
            if written > 0 {
                start += written
            } else if errno == EAGAIN {
                // The descriptor of a terminal may have been set non-blocking by whoever shares it.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, 1000)
            } else if errno != EINTR {
                isBroken = true
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    var isTerminal: Bool { isatty(descriptor) != 0 }
}

/// Where commands write.
struct Console {
    let out = Output(descriptor: 1)
    let errors = Output(descriptor: 2)

    func flush() {
        out.flush()
        errors.flush()
    }

    /// One line of trouble, with the program's name as is usual.
    func complain(_ text: String) {
        out.flush()
        errors.line("lockwalk: \(text)")
        errors.flush()
    }
}

/// The C function behind `Output.write`, which has the same name.
enum Platform {
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
        #else
        Darwin.write(descriptor, bytes, count)
        #endif
    }
}
