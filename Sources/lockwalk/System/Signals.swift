import Search
import Synchronization

/// SIGINT and SIGTERM end a search, not the program: it still says what it knows. A second one ends the program, as a
/// user who insists expects.
enum Signals {
    static func install() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            searchInterrupt.store(number, ordering: .relaxed)
        }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
        sigemptyset(&action.sa_mask)
        for number in [SIGINT, SIGTERM] { sigaction(number, &action, nil) }
    }
}
