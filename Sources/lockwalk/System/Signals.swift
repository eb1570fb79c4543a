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
        // Whoever started us may have blocked them by accident: threads of a pool do, and masks are inherited.
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM] where !isIgnored(number) {
            sigaction(number, &action, nil)
            sigaddset(&wanted, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        // A file that may not grow any more is an error of the write, which has an answer; not the end of the program.
        signal(SIGXFSZ, SIG_IGN)
    }

    /// A shell that runs us in the background wants us to go on past the terminal's ^C.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
