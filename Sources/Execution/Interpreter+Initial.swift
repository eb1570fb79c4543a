import Program

extension Interpreter {
    /// The states in which the threads start: INIT has run, with each of its choices, and every thread has done what
    /// stands before its first step. If `widenings` is not empty afterwards, some are missing.
    public func initialStates() -> (states: [[UInt64]], failures: [StepFailure]) {
        var failures: [StepFailure] = []
        var states = runInitialization(image, Silent.self) { failures.append($0) }.map { $0.state }
        for thread in model.threads.indices where !isCallback(thread) {
            states = states.flatMap { state in
                runOpening(image, of: thread, from: state, Silent.self) { failures.append($0) }.map { $0.state }
            }
        }
        return (states, failures)
    }

    /// What INIT did on the way to its outcome number `choice`, which may be a failure. The record's thread is -1.
    public func recordInitialization(choice: Int32) -> StepRecord? {
        let image = recordingImage
        var failed: StepRecord?
        let openings = runInitialization(image, Recording.self) { failure in
            guard failure.move.choice == choice else { return }
            failed = StepRecord(
                move: failure.move, step: -1, events: image.log.events, failure: failure, after: [], result: nil)
        }
        guard let opening = openings.first(where: { $0.choice == choice }) else { return failed }
        return StepRecord(
            move: Move(thread: -1, choice: choice), step: -1, events: opening.events, failure: nil,
            after: opening.state, result: nil)
    }

    private func isCallback(_ thread: Int) -> Bool {
        model.classes[model.threads[thread].threadClass].kind.isStarted
    }

    private struct Opening {
        var state: [UInt64]
        var choice: Int32
        var events: [(instruction: Int, event: StepRecord.Event)]
    }

    /// All cells as they are before INIT.
    private func blankState() -> [UInt64] {
        var state = [UInt64](repeating: 0, count: layout.wordCount)
        state.withUnsafeMutableBufferPointer { words in
            for (cell, info) in model.cells.enumerated().dropFirst() {
                let outcome = machine.encode(&machine.cells[cell].field, info.initial, words.baseAddress!, pc: 0)
                precondition(outcome == .goesOn, "\(info.name) begins outside its range")
            }
        }
        return state
    }

    private func runInitialization<R: Recorder>(
        _ image: MachineImage, _: R.Type, fail: (StepFailure) -> Void
    ) -> [Opening] {
        let machine = image.machine
        machine.scratch.pointee.takesLowest = true
        defer { machine.scratch.pointee.takesLowest = false }
        var blank = blankState()
        // Ghosts of the openings ask whether others have ended: none has, though none has begun.
        blank.withUnsafeMutableBufferPointer { words in
            for thread in model.threads.indices where !isCallback(thread) {
                let info = machine.threads + thread
                if info.pointee.firstStep >= 0 {
                    machine.setRaw(&info.pointee.point, UInt64(info.pointee.firstStep + 1), words.baseAddress!)
                }
            }
        }
        return runChoices(
            image, start: image.initializationStart, thread: model.threads.count,
            file: machine.file + image.initializationFile, registers: image.initializationRegisters, from: blank,
            number: -1, R.self, fail: fail)
    }

    private func runOpening<R: Recorder>(
        _ image: MachineImage, of thread: Int, from state: [UInt64], _: R.Type, fail: (StepFailure) -> Void
    ) -> [Opening] {
        let info = image.machine.threads[thread]
        return runChoices(
            image, start: info.start, thread: thread, file: image.machine.file + info.file,
            registers: image.registerCounts[thread], from: state, number: Int32(thread), R.self, fail: fail)
    }

    private func runChoices<R: Recorder>(
        _ image: MachineImage, start: Int, thread: Int, file: UnsafeMutablePointer<Int64>, registers: Int,
        from state: [UInt64], number: Int32, _: R.Type, fail: (StepFailure) -> Void
    ) -> [Opening] {
        let machine = image.machine
        var results: [Opening] = []
        var choice: Int32 = 0
        machine.scratch.pointee.known = 0
        repeat {
            for register in 0..<registers { file[register] = 0 }
            image.log.events.removeAll()
            var after = state
            var outcome = after.withUnsafeMutableBufferPointer { words in
                var outcome = machine.run(start, thread: thread, file: file, words: words.baseAddress!, R.self)
                if outcome == .stepped || outcome == .ended {
                    outcome =
                        number < 0 ? .goesOn : machine.finish(outcome, thread, file, words.baseAddress!)
                }
                return outcome
            }
            if outcome == .blocked {
                outcome = machine.fail(
                    .modelError, ModelFault.initialWait.rawValue, pc: machine.scratch.pointee.pc)
            }
            switch outcome {
            case .goesOn: results.append(Opening(state: after, choice: choice, events: image.log.events))
            case .failed: fail(failure(Move(thread: number, choice: choice), machine))
            case .widened: noteWidening(machine)
            default: break
            }
            choice += 1
        } while machine.nextChoice()
        return results
    }
}
