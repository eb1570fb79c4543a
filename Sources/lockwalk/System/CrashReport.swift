/// A fault of the checker ends with its own exit code and a sentence, as any other answer does: nobody may take a crash
/// for a verdict. Debug builds keep Swift's backtraces.
enum CrashReport {
    private static let text: StaticString = """
        lockwalk: internal error: the checker itself failed
        This is a fault of the checker, not of the model; please report it with the model.

        """

    static func install() {
        #if !DEBUG
        // The stack may be what has run out.
        let size = 1 << 16
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        stack.ss_size = size
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            RawTerminal.restore()
            _ = Platform.write(2, CrashReport.text.utf8Start, CrashReport.text.utf8CodeUnitCount)
            _exit(ExitCode.internal.rawValue)
        }
        action.sa_flags = Int32(SA_ONSTACK)
        sigemptyset(&action.sa_mask)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] { sigaction(number, &action, nil) }
        #endif
    }
}
