import Program

extension Interpreter {
    /// Executes a move once more and writes down all that it does; nil if there is no such move in that state.
    public func record(_ state: [UInt64], move: Move) -> StepRecord? {
        let image = recordingImage
        let machine = image.machine
        let thread = Int(move.thread)
        precondition(state.count == layout.wordCount && model.threads.indices.contains(thread))
        let point = programPoint(thread, in: state)
        guard point > 0 else { return nil }
        let step = machine.steps + (machine.threads[thread].steps + point - 1)
        let file = machine.file + machine.threads[thread].file
        var ordinal: Int32 = 0
        machine.scratch.pointee.known = 0
        repeat {
            image.log.events.removeAll()
            var after = state
            let outcome = after.withUnsafeMutableBufferPointer { buffer in
                let words = buffer.baseAddress!
                machine.loadLocals(step, file, words)
                let outcome = machine.run(step.pointee.pc, thread: thread, file: file, words: words, Recording.self)
                guard outcome == .stepped || outcome == .ended else { return outcome }
                return machine.finish(outcome, thread, file, words)
            }
            if outcome == .blocked { continue }
            if ordinal < move.choice {
                ordinal += 1
                continue
            }
            guard outcome == .goesOn || outcome == .failed else { return nil }
            let result = model.classes[model.threads[thread].threadClass].code.steps[point - 1].result
            return StepRecord(
                move: move, step: point - 1, events: image.log.events,
                failure: outcome == .failed ? failure(move, machine) : nil, after: after,
                result: result.map { machine.unmarked(file[$0]) })
        } while machine.nextChoice()
        return nil
    }

    // MARK: Reading a state

    /// The value of a cell; of a pointer, the cell that it names.
    public func value(of cell: CellID, in state: [UInt64]) -> Int64 {
        layout.value(layout.cells[cell], in: state, model)
    }

    /// The number of the thread's next step plus 1; 0 if it has ended or is an idle callback.
    public func programPoint(_ thread: Int, in state: [UInt64]) -> Int {
        Int(value(of: model.threads[thread].programPointCell, in: state))
    }

    /// The registers that are live where the thread stands.
    public func locals(_ thread: Int, in state: [UInt64]) -> [(register: Register, value: Int64)] {
        let point = programPoint(thread, in: state)
        guard point > 0 else { return [] }
        return layout.locals[thread][point - 1].map { ($0.register, layout.value($0.field, in: state, model)) }
    }
}
