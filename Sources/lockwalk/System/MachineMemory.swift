/// How much memory this process may use: that of the machine, or less where its control group says so. A search that
/// outgrows it would be killed without a word.
enum MachineMemory {
    /// In bytes.
    static func total() -> Int {
        let machine = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
        return max(64 << 20, min(machine, controlGroupLimit() ?? machine))
    }

    /// What a search may use unless told otherwise: the rest is for what it does not count, and for the others.
    static func ceiling() -> Int { total() / 4 * 3 }

    /// The smallest limit from our control group up to the root, for both versions of the interface.
    private static func controlGroupLimit() -> Int? {
        var limits: [Int] = []
        guard let text = contents("/proc/self/cgroup") else { return nil }
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].isEmpty {
                limits += walk("/sys/fs/cgroup", String(fields[2]), "memory.max")
            } else if fields[1].split(separator: ",").contains("memory") {
                limits += walk("/sys/fs/cgroup/memory", String(fields[2]), "memory.limit_in_bytes")
            }
        }
        return limits.min()
    }

    /// The limits in `file` of a group and all groups around it.
    private static func walk(_ root: String, _ group: String, _ file: String) -> [Int] {
        var parts = group.split(separator: "/")
        var limits: [Int] = []
        while true {
            let path = ([Substring(root)] + parts + [Substring(file)]).joined(separator: "/")
            if let text = contents(path), let limit = Int(text.prefix { $0.isNumber }), limit > 0 { limits.append(limit) }
            if parts.isEmpty { return limits }
            parts.removeLast()
        }
    }

    private static func contents(_ path: String) -> String? {
        (try? Files.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }
}
