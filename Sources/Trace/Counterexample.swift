import Program

/// A run that shows a violation or a warning, as people and programs read it: every rendering (text, JSON, the page) is
/// drawn from this one value, so none of them can tell a different story.
///
/// All names and values are texts already; nothing here needs the model.
public struct Counterexample: Sendable {
    /// A line of one of the model's files.
    public struct Place: Hashable, Sendable {
        public var file: String
        public var line: Int

        public init(file: String, line: Int) {
            self.file = file
            self.line = line
        }

        public var text: String { "\(file):\(line)" }
    }

    /// A thread that has steps in this run, or waits for ever at its end.
    public struct Participant: Sendable {
        public var thread: Int
        public var name: String
        /// Nil for a callback, which belongs to no CPU of the model.
        public var cpu: Int?
        /// What stands over its column: `CPU0: walker`, `interrupt timer on CPU 0`.
        public var title: String

        public init(thread: Int, name: String, cpu: Int?, title: String? = nil) {
            self.thread = thread
            self.name = name
            self.cpu = cpu
            // That a callback is one, `kfree_rcu(pages[0])` says by itself.
            self.title =
                title ?? cpu.map { "CPU\($0): \(name)" } ?? (name.hasPrefix("kfree_rcu(") ? name : "RCU: \(name)")
        }
    }

    /// What a step did that matters to somebody else.
    public enum Effect: Hashable, Sendable {
        case allocated(object: String)
        case freed(object: String)
        /// A typesafe object that nobody may follow any more.
        case gone(object: String)
        case wrote(place: String, value: String)
        case acquired(lock: String)
        case released(lock: String)
        case queued(callback: String)
        case gracePeriodEnded
        /// It queued on the lock; getting it will be another step.
        case beganToWait(lock: String)
        /// It began to wait for something else: asleep, or spinning with its CPU kept.
        case fellAsleep, beganToSpin
        /// It goes on where another thread ran on its CPU.
        case switched(from: String)
        /// A handler comes while a thread runs there.
        case interrupted(thread: String)
    }

    /// The locks that one thread holds and the sections that it is in, in the order in which it entered them.
    public struct Holding: Sendable {
        public var thread: Int
        public var locks: [HeldLock]

        public init(thread: Int, locks: [HeldLock]) {
            self.thread = thread
            self.locks = locks
        }
    }

    public struct HeldLock: Hashable, Sendable {
        public var name: String
        public var isShared: Bool
        /// No lock, but a section: `rcu_read_lock()`, `irqs off`.
        public var isSection: Bool
        /// The number of the step that took it; nil where the run began with it.
        public var since: Int?

        public init(name: String, isShared: Bool, isSection: Bool = false, since: Int?) {
            self.name = name
            self.isShared = isShared
            self.isSection = isSection
            self.since = since
        }

        /// Whether the name is that of the call by which the section was entered, else of what it does.
        var wasEntered: Bool { name.hasSuffix(")") }
    }

    /// A place of shared memory and the value that a step found there or left there.
    public struct Access: Hashable, Sendable {
        public var place: String
        public var value: String

        public init(place: String, value: String) {
            self.place = place
            self.value = value
        }
    }

    public struct Step: Sendable {
        /// From 1.
        public var number: Int
        public var thread: Int
        /// Which of the thread's successors in that state, from 0: 0 unless it had a choice.
        public var choice: Int
        /// The function that the text stands in.
        public var function: String
        /// How many calls deep the text stands in its thread.
        public var depth: Int
        public var place: Place?
        public var text: String
        /// What the text evaluated to.
        public var result: String?
        /// What the program read of shared memory; what it wrote is among the effects.
        public var reads: [Access]
        public var effects: [Effect]
        /// What the proof wrote: variables that are GHOST.
        public var ghosts: [Access]
        /// Of each participant, after the step.
        public var holdings: [Holding]
        /// False for a load or a store that nothing comes of, as far as the end is concerned: the picture does without.
        public var matters = true

        public init(
            number: Int, thread: Int, choice: Int = 0, function: String, depth: Int = 0, place: Place? = nil,
            text: String, result: String? = nil, reads: [Access] = [], effects: [Effect] = [], ghosts: [Access] = [],
            holdings: [Holding] = []
        ) {
            self.number = number
            self.thread = thread
            self.choice = choice
            self.function = function
            self.depth = depth
            self.place = place
            self.text = text
            self.result = result
            self.reads = reads
            self.effects = effects
            self.ghosts = ghosts
            self.holdings = holdings
        }

        /// What the program wrote.
        public var writes: [Access] {
            effects.compactMap {
                if case .wrote(let place, let value) = $0 { Access(place: place, value: value) } else { nil }
            }
        }
    }

    /// A step that its thread has not taken when the run ends: it waits, or is one of the two sides of a race.
    public struct Pending: Sendable {
        public var thread: Int
        public var place: Place?
        public var text: String
        /// What the trace writes under it: `waits for zap`, `plain write`.
        public var remark: String

        public init(thread: Int, place: Place?, text: String, remark: String) {
            self.thread = thread
            self.place = place
            self.text = text
            self.remark = remark
        }
    }

    /// A variable of a thread at the end of the run.
    public struct Local: Hashable, Sendable {
        public var thread: Int
        public var name: String
        /// Nil if it is dead: no later step reads it, so the state does not keep it.
        public var value: String?

        public init(thread: Int, name: String, value: String?) {
            self.thread = thread
            self.name = name
            self.value = value
        }
    }

    public var kind: FailureKind
    /// `USE_AFTER_FREE(ptpages)`.
    public var verdict: String
    /// What an EXPECT may put in the brackets.
    public var names: [String] = []
    /// Index into the initial states.
    public var initial = 0
    public var participants: [Participant]
    public var steps: [Step]
    /// Whether the last step is the one at fault; a deadlock or a race has `pending` instead.
    public var lastStepFails: Bool
    /// What the last step's thread did next, without a step, and failed in: `ASSERT(kept, pt->pte)`; nil where it
    /// failed in the step's own text.
    public var failingText: String?
    /// What stands under the carets: `freed in step 6`.
    public var failingRemark: String?
    public var pending: [Pending]
    /// The line of the text at which the run ends, and where that is.
    public var source: (place: Place, text: String)?
    /// Complete sentences, the most important first.
    public var explanation: [String]
    public var holdings: [Holding]
    public var locals: [Local]
    /// Whether no shorter run shows this.
    public var isShortest: Bool
    /// Steps of the run as it was found that do not matter for its end, and were taken out.
    public var stepsLeftOut = 0
    /// Threads of the model that have no part in it.
    public var idleThreads: [String] = []
    /// The state before the first step, and after each; empty unless they were asked for.
    public var states: [StateSnapshot] = []
    /// The other run, of a warning that takes two; at most one.
    public var companion: [Counterexample]

    public init(
        kind: FailureKind, verdict: String, participants: [Participant], steps: [Step], lastStepFails: Bool = true,
        failingText: String? = nil, pending: [Pending] = [], source: (place: Place, text: String)? = nil,
        explanation: [String] = [], holdings: [Holding] = [], locals: [Local] = [], isShortest: Bool = true,
        companion: [Counterexample] = []
    ) {
        self.kind = kind
        self.verdict = verdict
        self.participants = participants
        self.steps = steps
        self.lastStepFails = lastStepFails
        self.failingText = failingText
        self.pending = pending
        self.source = source
        self.explanation = explanation
        self.holdings = holdings
        self.locals = locals
        self.isShortest = isShortest
        self.companion = companion
    }

    /// The participant with this thread number.
    public func participant(_ thread: Int) -> Participant? { participants.first { $0.thread == thread } }
}
