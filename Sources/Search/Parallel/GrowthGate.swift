import CMachine

/// Where the workers of a level meet when the store has to grow. All of them stop; the last one to come makes the new
/// table, all of them move what was in the old one, and the last one to finish opens the gate.
final class GrowthGate: @unchecked Sendable {
    private let monitor: UnsafeMutablePointer<cm_monitor>
    private var active = 0
    private var waiting = 0
    private var helping = 0
    private var isMoving = false
    private var round = 0
    /// There was no room for a larger store: this one is filled to the brim.
    private(set) var isAtCeiling = false
    /// Entries found no place in a larger table. The search must end: what was seen is no longer known.
    private(set) var isBroken = false

    private let store: StateStore
    /// Bytes that the store may have, asked when everybody has stopped.
    private let room: () -> Int

    init(store: StateStore, room: @escaping () -> Int) {
        self.store = store
        self.room = room
        monitor = .allocate(capacity: 1)
        cm_monitor_init(monitor)
    }

    deinit {
        cm_monitor_destroy(monitor)
        monitor.deallocate()
    }

    /// So many workers begin a level.
    func open(for workers: Int) { active = workers }

    /// A worker has nothing left to do in this level.
    func leave() {
        cm_lock(monitor)
        active -= 1
        if waiting > 0 { cm_wake_all(monitor) }
        cm_unlock(monitor)
    }

    /// Waits until the store has grown. False if it could not.
    func grow() -> Bool {
        cm_lock(monitor)
        defer { cm_unlock(monitor) }
        if isAtCeiling { return false }
        waiting += 1
        let own = round
        var hasHelped = false
        while round == own {
            if isMoving {
                if hasHelped {
                    cm_wait(monitor)
                    continue
                }
                hasHelped = true
                cm_unlock(monitor)
                store.table!.moveParts()
                cm_lock(monitor)
                helping += 1
                if helping == waiting {
                    if !store.table!.finishGrowing() {
                        isAtCeiling = true
                        isBroken = true
                    }
                    store.clearOverflow()
                    open()
                }
            } else if waiting == active {
                begin()
            } else {
                cm_wait(monitor)
            }
        }
        return !isAtCeiling
    }

    private func begin() {
        switch store.beginGrowing(room: room()) {
        case .done: open()
        case .begun:
            isMoving = true
            cm_wake_all(monitor)
        case .noRoom:
            isAtCeiling = true
            open()
        case .broken:
            isAtCeiling = true
            isBroken = true
            open()
        }
    }

    private func open() {
        isMoving = false
        waiting = 0
        helping = 0
        round += 1
        cm_wake_all(monitor)
    }
}
