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
    /// -O1, as a search waits for the compiler: -O2 takes up to half as long again, and its code is no faster.
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
    func run(in place: borrowing BuildDirectory, isCancelled: () -> Bool) throws(NativeUnavailable) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .compilerFailed(PrivateFiles.lastError()) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        defer { close(ends[0]) }
        let arguments = [path] + Self.flags + [place.source, "-o", place.object]
        let child = spawn(arguments, messages: ends[1], temporary: place.path)
        let failure = PrivateFiles.lastError()
        close(ends[1])
        guard let child else { throw .compilerFailed(failure) }
        var said: [UInt8] = []
        let start = ContinuousClock.now
        while true {
            Self.listen(ends[0], &said)
            var status: Int32 = 0
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child {
                // What it started in the background ends with it.
                kill(-child, SIGKILL)
                if status == 0 { return }
                Self.listen(ends[0], &said)
                throw .compilerFailed(Self.complaint(said, status: status))
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

    /// Keeps the beginning of what the compiler says and lets the rest go, however much it is.
    private static func listen(_ end: Int32, _ said: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            // Not for ever: it is looked at the clock in between.
            for _ in 0..<64 {
                let count = read(end, buffer.baseAddress!, buffer.count)
                if count <= 0 { return }
                said += buffer.prefix(min(count, max(0, 1024 - said.count)))
            }
        }
    }

    /// Starts it in a process group of its own, with nothing to read; nil if that fails.
    private func spawn(_ arguments: [String], messages: Int32, temporary: String) -> pid_t? {
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
        posix_spawn_file_actions_adddup2(&actions, messages, 2)
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        var settings = Self.settings(temporary: temporary)
        defer { for word in words + settings { free(word) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, path, &actions, &attributes, words, &settings)
        if failure == 0 { return child }
        errno = failure
        return nil
    }

    /// The environment, but for the place of temporary files: what a compiler leaves that is killed goes with the
    /// build.
    private static func settings(temporary: String) -> [UnsafeMutablePointer<CChar>?] {
        var settings: [UnsafeMutablePointer<CChar>?] = [strdup("TMPDIR=" + temporary)]
        var next = environ
        while let setting = next.pointee {
            if strncmp(setting, "TMPDIR=", 7) != 0 { settings.append(strdup(setting)) }
            next += 1
        }
        settings.append(nil)
        return settings
    }

    /// The first line of what it said.
    private static func complaint(_ said: [UInt8], status: Int32) -> String {
        let line = said.prefix { $0 != 10 }.prefix(200)
        if !line.isEmpty { return String(decoding: line.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self) }
        return status & 0x7f == 0 ? "exit status \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
    }
}
