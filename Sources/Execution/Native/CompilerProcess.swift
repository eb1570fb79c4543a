#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The C compiler, and one run of it.
struct CompilerProcess {
    static let secondsMax = 10
    /// -O1, as a search waits for the compiler: -O2 takes up to twice as long to build.
    static let flags = [
        "-O1", "-w", "-std=gnu11", "-fPIC", "-shared", "-nostdlib", "-ffreestanding", "-fwrapv", "-fno-strict-aliasing",
        "-fno-asynchronous-unwind-tables", "-fno-stack-protector", "-x", "c",
    ]

    let path: String
    /// Changes with the compiler: its place, size and age.
    let identity: String

    /// `$LOCKWALK_CC` if that is set; else the clang of the Swift toolchain, any other clang, cc.
    static func find() -> CompilerProcess? {
        if let wanted = PrivateFiles.environment("LOCKWALK_CC") {
            return wanted.contains("/") ? CompilerProcess(wanted) : search(wanted).flatMap(CompilerProcess.init)
        }
        if let swift = search("swift"), let real = realpath(swift, nil) {
            defer { free(real) }
            let parts = String(cString: real).split(separator: "/").dropLast()
            if let found = CompilerProcess("/" + parts.joined(separator: "/") + "/clang") { return found }
        }
        return (search("clang") ?? search("cc") ?? search("gcc")).flatMap(CompilerProcess.init)
    }

    private static func search(_ name: String) -> String? {
        let path = PrivateFiles.environment("PATH") ?? "/usr/bin:/bin"
        for directory in path.split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/\(name)"
            var info = stat()
            if stat(candidate, &info) == 0, info.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 {
                return candidate
            }
        }
        return nil
    }

    private init?(_ path: String) {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else { return nil }
        self.path = path
        #if canImport(Darwin)
        let changed = info.st_mtimespec
        #else
        let changed = info.st_mtim
        #endif
        identity = "\(path) \(info.st_dev) \(info.st_ino) \(info.st_size) \(changed.tv_sec) \(changed.tv_nsec)"
    }

    /// Builds; the process group is killed when it takes too long or is no longer wanted.
    func run(
        source: String, object: String, messages: String, isCancelled: () -> Bool
    ) throws(NativeUnavailable) {
        let arguments = [path] + Self.flags + [source, "-o", object]
        guard let child = spawn(arguments, messages: messages) else {
            throw .compilerFailed(PrivateFiles.lastError())
        }
        let start = ContinuousClock.now
        while true {
            var status: Int32 = 0
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child {
                if status == 0 { return }
                throw .compilerFailed(Self.complaint(messages, status: status))
            }
            if ended < 0, errno != EINTR { throw .compilerFailed(PrivateFiles.lastError()) }
            let isLate = ContinuousClock.now - start > .seconds(Self.secondsMax)
            if isLate || isCancelled() {
                kill(-child, SIGKILL)
                while waitpid(child, &status, 0) < 0, errno == EINTR {}
                if isLate { throw .compilerTooSlow(seconds: Self.secondsMax) }
                throw .cancelled
            }
            usleep(500)
        }
    }

    /// Starts it in a process group of its own, with nothing to read; nil if that fails.
    private func spawn(_ arguments: [String], messages: String) -> pid_t? {
        #if canImport(Glibc) || canImport(Musl)
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #else
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, messages, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, path, &actions, &attributes, words, environ)
        if failure == 0 { return child }
        errno = failure
        return nil
    }

    /// The first line of what it said.
    private static func complaint(_ messages: String, status: Int32) -> String {
        if let bytes = PrivateFiles.read(messages), !bytes.isEmpty {
            let line = bytes.prefix { $0 != 10 }.prefix(200)
            return String(decoding: line.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
        }
        return status & 0x7f == 0 ? "exit status \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
    }
}
