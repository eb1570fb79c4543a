import Execution
import Program
import Syntax

/// A run that the interpreter has just executed again, and what is needed to tell it: the raw material of a
/// `Counterexample`.
public struct Run: Sendable {
    public var model: Model
    public var layout: StateLayout
    /// The state in which it begins.
    public var initial: [UInt64]
    public var records: [StepRecord]
    /// At its end, by thread: whom the thread waits for, where it waits for the holders of something.
    public var holders: [UInt64]

    public init(model: Model, layout: StateLayout, initial: [UInt64], records: [StepRecord], holders: [UInt64] = []) {
        self.model = model
        self.layout = layout
        self.initial = initial
        self.records = records
        self.holders = holders
    }

    func view(_ words: [UInt64]) -> StateView { StateView(model: model, layout: layout, words: words) }

    /// The state before step `index` (from 0); the last state for `records.count`.
    func state(before index: Int) -> StateView { view(index == 0 ? initial : records[index - 1].after) }

    var last: StateView { state(before: records.count) }

    func step(_ record: StepRecord) -> Step { code(of: Int(record.move.thread)).steps[record.step] }

    /// A thread's code, or INIT's for a number that is no thread.
    func code(of thread: Int) -> Code {
        guard model.threads.indices.contains(thread) else { return model.initialization }
        return model.classes[model.threads[thread].threadClass].code
    }

    /// A thread's name, or INIT.
    func name(of thread: Int) -> String {
        model.threads.indices.contains(thread) ? model.threads[thread].name : "INIT"
    }

    /// The threads that a reader has to see, in the order of the model.
    func participants(and others: [Int]) -> [Int] {
        Set(records.map { Int($0.move.thread) } + others).sorted()
    }

    /// The last step (from 1) before `end` in which something happened to a slot.
    func lastStep(before end: Int, where matches: (StepRecord.Event) -> Bool) -> Int? {
        for index in stride(from: min(end, records.count) - 1, through: 0, by: -1)
        where records[index].events.contains(where: { matches($0.event) }) {
            return index + 1
        }
        return nil
    }

    /// `step 6: zap, mm.c:42: kfree(pt)`.
    func describe(stepNumber: Int) -> String {
        let record = records[stepNumber - 1]
        let step = step(record)
        let name = name(of: Int(record.move.thread))
        return "step \(stepNumber): \(name), \(place(step.range))\(StepText.shortened(step.text))"
    }

    /// `mm.c:42: `, empty where the range stands in no text.
    func place(_ range: SourceRange) -> String {
        model.texts.place(of: range).map { "\($0.file):\($0.line): " } ?? ""
    }
}
