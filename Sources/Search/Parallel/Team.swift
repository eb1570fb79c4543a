import CMachine

/// The threads of a search. Worker 0 is the thread that asks; the others wait between levels.
final class Team: @unchecked Sendable {
    private let monitor: UnsafeMutablePointer<cm_monitor>
    private var threads: [pthread_t] = []
    private var job: ((Int) -> Void)?
    private var jobNumber = 0
    private var participants = 0
    private var busy = 0
    private var isEnding = false

    /// Owned by the thread that it starts.
    private final class Start {
        let team: Unmanaged<Team>
        let worker: Int

        init(team: Unmanaged<Team>, worker: Int) {
            self.team = team
            self.worker = worker
        }
    }

    init() {
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
    }

    /// Must have been ended.
    deinit {
        cm_monitor_destroy(monitor)
        monitor.deallocate()
    }

    /// Starts threads until there are so many workers; returns how many there are.
    func grow(to count: Int) -> Int {
        while threads.count + 1 < count {
            var thread = pthread_t()
            let start = Unmanaged.passRetained(
                Start(team: Unmanaged.passUnretained(self), worker: threads.count + 1))
            let isRunning = cm_spawn(
                &thread,
                { context in
                    let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
                    start.team.takeUnretainedValue().work(start.worker)
                }, start.toOpaque())
            guard isRunning else {
                start.release()
                break
            }
            threads.append(thread)
        }
        return threads.count + 1
    }

    /// Has so many workers do a job, and waits until all have.
    func run(_ count: Int, _ job: (Int) -> Void) {
        if count == 1 { return job(0) }
        withoutActuallyEscaping(job) { job in
            cm_lock(monitor)
            self.job = job
            participants = count
            busy = count - 1
            jobNumber += 1
            cm_wake_all(monitor)
            cm_unlock(monitor)
            job(0)
            cm_lock(monitor)
            while busy > 0 { cm_wait(monitor) }
            self.job = nil
            cm_unlock(monitor)
        }
    }

    private func work(_ worker: Int) {
        var done = 0
        cm_lock(monitor)
        while true {
            while !isEnding, jobNumber == done || worker >= participants || job == nil {
                done = jobNumber
                cm_wait(monitor)
            }
            if isEnding { break }
            done = jobNumber
            let job = job!
            cm_unlock(monitor)
            job(worker)
            cm_lock(monitor)
            busy -= 1
            if busy == 0 { cm_wake_all(monitor) }
        }
        cm_unlock(monitor)
    }

    func end() {
        cm_lock(monitor)
        isEnding = true
        cm_wake_all(monitor)
        cm_unlock(monitor)
        for thread in threads { cm_join(thread) }
        threads = []
    }
}
