import Foundation
import Testing

/// The page that `--html` writes: whole in itself, and working in a browser where there is one.
@Suite struct PageTests {
    private func page(_ model: String, _ words: String...) throws -> (scratch: Scratch, text: String) {
        let scratch = try Scratch()
        try scratch.write("m.c", model)
        let answer = try Program.run(["check", "-q", "--html", "run.html"] + words + ["m.c"], in: scratch.url)
        #expect(answer.errors.isEmpty)
        return (scratch, try String(contentsOf: scratch.url.appendingPathComponent("run.html"), encoding: .utf8))
    }

    @Test func asksTheNetworkForNothing() throws {
        let text = try page(Models.zap, "-Drule=FREE_AT_ONCE").text
        #expect(!text.contains("http:") && !text.contains("https:") && !text.contains("//"))
        #expect(!text.contains(" src=") && !text.contains("@import") && !text.contains("url("))
        #expect(text.contains("default-src 'none'"))
    }

    @Test func hasALaneForEachThreadAndAPlaceForEachStep() throws {
        let text = try page(Models.zap, "-Drule=FREE_AT_ONCE").text
        for step in 0...7 { #expect(text.contains("id=\"step-\(step)\"")) }
        #expect(!text.contains("id=\"step-8\""))
        #expect(text.contains("<b>walker</b> <small>CPU0</small>") && text.contains("<b>zap</b> <small>CPU1</small>"))
        #expect(text.contains("<a href=\"#step-6\">step 6</a>"))
        #expect(text.contains("title=\"holds mm.page_table_lock\""))
    }

    /// A model may say what it wants: the page shows it and does not run it.
    @Test func showsTheModelAsText() throws {
        let model = Models.deadlock + "/* </script><script>alert(1)</script> <b> & \" */\n"
        let text = try page(model).text
        #expect(!text.contains("<script>alert"))
        #expect(text.contains("&lt;/script&gt;&lt;script&gt;alert(1)"))
        #expect(text.components(separatedBy: "</script>").count == 3)
    }

    @Test func theDataIsJSON() throws {
        let text = try page(Models.deadlock).text
        let data = try #require(text.firstMatch(of: #/id="data">(.*)</script>/#)?.1)
        let runs = try #require(try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [[String: Any]])
        let states = try #require(runs.first?["states"] as? [[String: Any]])
        #expect(runs.count == 1)
        #expect(states.count == 3)
    }

    /// All steps are there to be stepped through; those that do not matter are pale.
    @Test func stepsThatDoNotMatterArePale() throws {
        let text = try page(
            "#include <lockwalk.h>\nstatic u3 x, noise;\n"
                + "THREAD(t, 1) { WRITE_ONCE(noise, 1); WRITE_ONCE(x, 2); skip(); ASSERT(one, x == 1); }\n"
        ).text
        #expect(text.contains("class=\"row aside\" id=\"step-1\""))
        #expect(text.contains("class=\"row \" id=\"step-2\"") && text.contains("The steps in pale do not matter"))
    }

    @Test func aRunThatIsNotThereIsTold() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.zap)
        let answer = try Program.run(["check", "--html", "run.html", "m.c"], in: scratch.url)
        #expect(answer.code == 0)
        #expect(answer.errors == "lockwalk: there is no run to show, so 'run.html' was not written\n")
    }

    @Test func replayAndSimulateWriteItToo() throws {
        let scratch = try Scratch()
        try scratch.write("m.c", Models.deadlock)
        #expect(
            try Program.run(["simulate", "--trace", "t.json", "--html", "s.html", "m.c"], in: scratch.url).code == 1)
        #expect(try Program.run(["replay", "--html", "r.html", "t.json"], in: scratch.url).code == 1)
        for name in ["s.html", "r.html"] {
            let text = try String(contentsOf: scratch.url.appendingPathComponent(name), encoding: .utf8)
            #expect(text.contains("id=\"step-2\"") && text.contains("waits for back"))
        }
    }

    // MARK: In a browser

    private static func browser() -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .flatMap { folder in ["chromium", "chromium-browser"].map { URL(fileURLWithPath: "\(folder)/\($0)") } }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// The document as the script left it; what the browser wrote to its console beside it.
    private func open(_ scratch: Scratch, _ place: String, width: Int) throws -> (
        document: String, console: [Substring]
    )? {
        guard let browser = Self.browser() else {
            print("skipped: there is no chromium here")
            return nil
        }
        let process = Process()
        process.executableURL = browser
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=\(width),844",
            "--user-data-dir=\(scratch.url.path)/profile", "--virtual-time-budget=2000", "--dump-dom",
            scratch.url.appendingPathComponent("run.html").absoluteString + place,
        ]
        // Files, not pipes: nobody has to empty them meanwhile.
        for name in ["dom", "log"] { try scratch.write(name, "") }
        process.standardOutput = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("dom"))
        process.standardError = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("log"))
        try process.run()
        process.waitUntilExit()
        let document = try String(contentsOf: scratch.url.appendingPathComponent("dom"), encoding: .utf8)
        let log = try String(contentsOf: scratch.url.appendingPathComponent("log"), encoding: .utf8)
        return (document, log.split(separator: "\n").filter { $0.contains("CONSOLE") })
    }

    @Test(arguments: [1280, 390]) func aBrowserShowsTheStepThatTheLinkNames(width: Int) throws {
        let (scratch, _) = try page(Models.zap, "-Drule=FREE_AT_ONCE")
        guard let (document, console) = try open(scratch, "#step-6", width: width) else { return }
        #expect(console.isEmpty, "\(console)")
        #expect(document.contains(#/<div class="row [^"]*here" id="step-6"/#))
        #expect(document.contains("after step 6 of 7"))
        #expect(document.contains(#/ptpages\[0\]</td><td>free<small> was live</small>/#))
        #expect(document.contains(#/<li id="line-0-41" class="now"/#))
    }

    @Test func aBrowserShowsWhyThreadsWait() throws {
        let (scratch, _) = try page(Models.deadlock)
        guard let (document, console) = try open(scratch, "", width: 1280) else { return }
        #expect(console.isEmpty, "\(console)")
        #expect(document.contains("mutex_lock(&amp;b) waits for back, which holds b since step 2"))
    }
}
