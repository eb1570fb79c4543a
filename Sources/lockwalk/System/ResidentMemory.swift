/// Resident memory of this process, in bytes.
enum ResidentMemory {
    /// The most since the process began or, on Linux, since `forgetPeak`.
    static func peak() -> Int {
        if let status = (try? Files.read("/proc/self/status")).map({ String(decoding: $0, as: UTF8.self) }) {
            for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
                return (Int(line.dropFirst(6).filter(\.isNumber)) ?? 0) * 1024
            }
        }
        #if canImport(Darwin)
        var usage = rusage()
        return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
        #else
        return 0
        #endif
    }

    /// Begins to watch for the peak anew, where the system can.
    static func forgetPeak() {
        let file = open("/proc/self/clear_refs", O_WRONLY)
        guard file >= 0 else { return }
        _ = write(file, "5", 1)
        close(file)
    }
}
