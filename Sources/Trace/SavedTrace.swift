import Program
import Syntax

/// A run as a file keeps it: the moves by the names of threads, with the statements that they executed, so that a model
/// that has changed since can be told from one that has not.
public struct SavedTrace: Sendable {
    public struct Move: Hashable, Sendable {
        public var thread: String
        public var choice: Int
        /// The statement, as traces show it.
        public var text: String
        public var line: Int?
        public var result: String?

        public init(thread: String, choice: Int, text: String, line: Int?, result: String?) {
            self.thread = thread
            self.choice = choice
            self.text = text
            self.line = line
            self.result = result
        }
    }

    /// The model's path, as it was given.
    public var model: String
    /// Each file of it, and what its text came to.
    public var files: [(name: String, hash: String)]
    /// The CONFIGs with their values, as `-D` takes them.
    public var configuration: [(name: String, value: String)]
    public var checksOn: [FailureKind]
    public var checksOff: [FailureKind]
    /// `USE_AFTER_FREE(ptpages)`; nil for a run in which nothing is wrong.
    public var verdict: String?
    /// No shorter run shows it.
    public var isShortest: Bool
    public var initial: Int
    public var moves: [Move]
    /// Of a lock order inversion the other run; empty where there is none.
    public var secondInitial = 0
    public var secondMoves: [Move] = []

    public init(
        model: String, files: [(name: String, hash: String)], configuration: [(name: String, value: String)],
        checksOn: [FailureKind] = [], checksOff: [FailureKind] = [], verdict: String?, isShortest: Bool = false,
        initial: Int, moves: [Move]
    ) {
        self.model = model
        self.files = files
        self.configuration = configuration
        self.checksOn = checksOn
        self.checksOff = checksOff
        self.verdict = verdict
        self.isShortest = isShortest
        self.initial = initial
        self.moves = moves
    }

    /// Whether its verdict is of this kind.
    public func shows(_ kind: FailureKind) -> Bool {
        verdict == kind.word || verdict?.hasPrefix(kind.word + "(") == true
    }

    /// Why a file is no trace, in words that go on after its name.
    public struct Unreadable: Error {
        public var message: String
    }

    /// Reads what `check --json`, `check --trace` or `replay` wrote.
    public init(json bytes: [UInt8]) throws(Unreadable) {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes)
        } catch {
            throw Unreadable(message: "is no JSON: line \(error.line): \(error.message)")
        }
        guard document["format"]?.text == TraceFormat.name else {
            throw Unreadable(message: "is no trace of lockwalk: it has no \"format\": \"\(TraceFormat.name)\"")
        }
        guard let version = document["version"]?.integer, version == TraceFormat.version else {
            throw Unreadable(
                message: "is a trace of another version of the format; this program reads \(TraceFormat.version)")
        }
        let finding = document["finding"].flatMap { $0 == .null ? nil : $0 } ?? document["warnings"]?.elements?.first
        guard let finding else {
            throw Unreadable(message: "has no run: nothing was found, so there is nothing to replay")
        }
        guard let model = document["model"], let name = model["name"]?.text,
            let runs = finding["runs"]?.elements, let run = runs.first, run["steps"]?.elements != nil
        else { throw Unreadable(message: "lacks the model's name or the steps of a run") }
        self.model = name
        files = (model["files"]?.elements ?? []).compactMap { file in
            guard let name = file["name"]?.text, let hash = file["fnv1a"]?.text else { return nil }
            return (name, hash)
        }
        configuration = (model["configuration"]?.members ?? []).compactMap { member in
            member.value.text.map { (member.key, $0) }
        }
        func kinds(_ key: String) -> [FailureKind] {
            (model[key]?.elements ?? []).compactMap { $0.text.flatMap(FailureKind.init(word:)) }
        }
        checksOn = kinds("checks_on")
        checksOff = kinds("checks_off")
        verdict = finding["verdict"]?.text
        isShortest = finding["is_shortest"] == .bool(true)
        (initial, moves) = try Self.moves(run)
        if runs.count > 1 { (secondInitial, secondMoves) = try Self.moves(runs[1]) }
    }

    private static func moves(_ run: JSONValue) throws(Unreadable) -> (initial: Int, moves: [Move]) {
        var moves: [Move] = []
        for (index, step) in (run["steps"]?.elements ?? []).enumerated() {
            guard let thread = step["thread"]?.text, let choice = step["choice"]?.integer, choice >= 0,
                choice <= Int(Int32.max)
            else { throw Unreadable(message: "lacks the thread or the choice of step \(index + 1)") }
            moves.append(
                Move(
                    thread: thread, choice: choice, text: step["text"]?.text ?? "",
                    line: step["place"]?["line"]?.integer, result: step["result"]?.text))
        }
        return (max(0, run["initial"]?.integer ?? 0), moves)
    }

    /// The files whose text is no longer what it was when the run was found.
    public func changedFiles(_ texts: SourceTexts) -> [String] {
        let now = TraceFormat.hashes(texts)
        return now.enumerated().filter { index, file in
            !files.indices.contains(index) || files[index].hash != file.hash
        }.map { $0.element.name }
    }
}

/// The name and version of the format, and what texts come to in it.
public enum TraceFormat {
    public static let name = "lockwalk"
    /// Goes up when a reader of the last version could misread what is written.
    public static let version = 1

    /// Each file of a model with the hash of its bytes, the model itself first.
    public static func hashes(_ texts: SourceTexts) -> [(name: String, hash: String)] {
        texts.files.map { ($0.name, hash($0.bytes)) }
    }

    /// FNV-1a in 64 bits: it tells edited texts apart, and vouches for nothing else.
    static func hash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
