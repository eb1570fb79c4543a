import Synchronization

/// A terminal that hands over each key as it is pressed, and that is left as it was found however the program ends: by
/// return, by an error, by a signal or by a crash.
struct RawTerminal: ~Copyable {
    /// Where the screen is drawn; a second page that goes away at the end, so the shell's text stays.
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
    private static let leave: StaticString = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    /// What a signal handler needs to put things right: it may not allocate. Written before `isActive` is set.
    nonisolated(unsafe) private static var saved = termios()
    private static let isActive = Atomic<Bool>(false)
    private static let sizeChanged = Atomic<Bool>(false)

    /// Nil if standard input is no terminal.
    init?() {
        guard tcgetattr(0, &Self.saved) == 0 else { return nil }
        var raw = Self.saved
        cfmakeraw(&raw)
        // A read ends with one key, or when the window has changed.
        withUnsafeMutableBytes(of: &raw.c_cc) { keys in
            keys[Int(VMIN)] = 1
            keys[Int(VTIME)] = 0
        }
        Self.isActive.store(true, ordering: .releasing)
        Self.installHandlers()
        tcsetattr(0, TCSAFLUSH, &raw)
        Self.write(Self.enter)
    }

    deinit { Self.restore() }

    /// Safe to call from a signal handler, and as often as one likes.
    static func restore() {
        guard isActive.exchange(false, ordering: .acquiringAndReleasing) else { return }
        _ = Platform.write(1, leave.utf8Start, leave.utf8CodeUnitCount)
        _ = withUnsafePointer(to: &saved) { tcsetattr(0, TCSAFLUSH, $0) }
    }

    private static func installHandlers() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            RawTerminal.restore()
            // It ends us when this returns.
            signal(number, SIG_DFL)
            raise(number)
        }
        sigemptyset(&action.sa_mask)
        // Whoever started us may have blocked them: masks are inherited.
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            sigaction(number, &action, nil)
            sigaddset(&wanted, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        var resized = sigaction()
        resized.__sigaction_handler.sa_handler = { _ in RawTerminal.sizeChanged.store(true, ordering: .relaxed) }
        sigemptyset(&resized.sa_mask)
        // Without SA_RESTART: the read that waits for a key ends.
        sigaction(SIGWINCH, &resized, nil)
    }

    // MARK: Reading and writing

    /// Width and height, 80 by 24 where nobody says.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The next key; nil when there is none any more. `resize` when the window has changed.
    mutating func key() -> Key? {
        var bytes = [UInt8](repeating: 0, count: 32)
        while true {
            if Self.sizeChanged.exchange(false, ordering: .relaxed) { return .resize }
            let count = bytes.withUnsafeMutableBytes { Platform.read(0, $0.baseAddress!, $0.count) }
            if count > 0 {
                waiting += bytes[..<count]
            } else if count == 0 || errno != EINTR {
                return nil
            }
            if let key = Key(taking: &waiting) { return key }
        }
    }

    /// Keys that came in one piece.
    private var waiting: [UInt8] = []

    /// A key that is there already; several may come at once.
    mutating func pendingKey() -> Key? { Key(taking: &waiting) }

    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes { Platform.write(1, $0.baseAddress! + start, $0.count - start) }
            if count < 0, errno != EINTR, errno != EAGAIN { return }
            start += max(0, count)
        }
    }
}

/// A key, as terminals send them.
enum Key: Equatable {
    case character(Character)
    case up, down, left, right, home, end, pageUp, pageDown, enter, backspace, escape, resize, interrupt
    /// One that means nothing here.
    case other

    private static let sequences: [(bytes: String, key: Key)] = [
        ("[A", .up), ("[B", .down), ("[C", .right), ("[D", .left), ("OA", .up), ("OB", .down), ("OC", .right),
        ("OD", .left), ("[H", .home), ("[F", .end), ("OH", .home), ("OF", .end), ("[1~", .home), ("[4~", .end),
        ("[5~", .pageUp), ("[6~", .pageDown),
    ]

    /// Takes one key from the front.
    init?(taking bytes: inout [UInt8]) {
        guard let first = bytes.first else { return nil }
        if first == 0x1B, bytes.count > 1 {
            for (sequence, key) in Self.sequences where bytes.dropFirst().starts(with: sequence.utf8) {
                bytes.removeFirst(1 + sequence.utf8.count)
                self = key
                return
            }
            // An unknown sequence, up to its last byte.
            let end = bytes.dropFirst(2).firstIndex { (0x40...0x7E).contains($0) } ?? bytes.count - 1
            bytes.removeFirst(end + 1)
            self = .other
            return
        }
        bytes.removeFirst()
        switch first {
        case 0x1B: self = .escape
        case 0x03, 0x04: self = .interrupt
        case 0x0D, 0x0A: self = .enter
        case 0x7F, 0x08: self = .backspace
        case 0x20...0x7E: self = .character(Character(Unicode.Scalar(first)))
        default: self = .other
        }
    }
}
