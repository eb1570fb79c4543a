import Foundation
import Testing

/// What the compiler or the cache can do wrong; the program must come to the same verdict every time.
@Suite struct CompilerTests {
    @Test func aMissingCompilerIsSaidOnce() throws {
        let place = try Place()
        let answer = try place.check(compiler: "/nonexistent/cc")
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors == "lockwalk: steps are interpreted, which is slower: there is no C compiler\n")
        #expect(try place.leftovers().isEmpty)
    }

    @Test func aFailingCompilerIsQuoted() throws {
        let place = try Place()
        let compiler = try place.script("echo 'no space left' >&2\nexit 3")
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("the C compiler failed: no space left"))
        #expect(try place.leftovers().isEmpty)
    }

    /// The status alone is said where there are no words.
    @Test func aSilentFailureIsTold() throws {
        let place = try Place()
        let answer = try place.check(compiler: try place.script("exit 1"))
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        let said = "lockwalk: steps are interpreted, which is slower: the C compiler failed: exit status 1\n"
        #expect(answer.errors == said)
    }

    /// Nobody keeps megabytes of it, in a file or in memory.
    @Test func aTalkativeCompilerIsHeardOut() throws {
        let place = try Place()
        let compiler = try place.script("echo first >&2\nhead -c 30000000 /dev/zero | tr '\\0' x >&2\nexit 1")
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors == "lockwalk: steps are interpreted, which is slower: the C compiler failed: first\n")
        #expect(try place.leftovers().isEmpty)
    }

    /// A compiler is waited for, not what it leaves running.
    @Test func aCompilerThatLeavesAChildIsNotWaitedFor() throws {
        let place = try Place()
        let compiler = try place.script("sleep 300 &\necho $! > '\(place.folder.path)/child'\nexit 1")
        let start = ContinuousClock.now
        #expect(try place.check(compiler: compiler).errors.contains("exit status 1"))
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(isGone(try place.child()))
    }

    /// An object of the right kind in which the entries are missing.
    @Test func anObjectWithoutItsEntriesIsFoundOut() throws {
        let place = try Place()
        guard let real = try place.countingCompiler() else { return }
        let compiler = try place.script(
            """
            for o; do :; done
            echo 'int nothing;' > '\(place.folder.path)/empty.c'
            exec '\(real)' -shared -fPIC -nostdlib '\(place.folder.path)/empty.c' -o "$o"
            """)
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("cannot be loaded: an entry is missing"))
        #expect(place.cached().isEmpty)
    }

    /// The loader maps what the headers promise: it would be killed where the file ends too soon.
    @Test(arguments: [1, 50, 95]) func anObjectCutShortIsNotLoaded(_ percent: Int) throws {
        let place = try Place()
        guard let real = try place.countingCompiler() else { return }
        let compiler = try place.script(
            """
            for o; do :; done
            '\(real)' "$@" || exit 1
            head -c $(($(wc -c < "$o") * \(percent) / 100)) "$o" > "$o.part"
            mv "$o.part" "$o"
            """)
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("cannot be loaded: the compiler left no whole object"))
        #expect(place.cached().isEmpty)
        #expect(try place.leftovers().isEmpty)
    }

    /// One that claims success and leaves nothing that can be loaded.
    @Test func aCompilerThatLiesIsFoundOut() throws {
        let place = try Place()
        let answer = try place.check(compiler: try place.script("for o; do :; done\necho nonsense > \"$o\""))
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("cannot be loaded"))
        #expect(try place.leftovers().isEmpty)
        #expect(place.cached().isEmpty)
    }

    @Test func aHangingCompilerIsStopped() throws {
        let place = try Place()
        // A child of its own must end with it.
        let compiler = try place.script("sleep 300 &\necho $! > '\(place.folder.path)/child'\nwait")
        let answer = try place.check(compiler: compiler)
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(answer.errors.contains("the C compiler took more than 10 s"))
        #expect(isGone(try place.child()))
        #expect(try place.leftovers().isEmpty)
    }

    /// Beside the search a build goes on that nobody needs any more once the search is over.
    @Test func aHangingCompilerEndsWithTheSearch() throws {
        let place = try Place()
        let compiler = try place.hangingCompiler()
        let start = ContinuousClock.now
        let larger = ["-D", "W=2", "-D", "F=2", Models.root.path + "/Benchmarks/models/ptefree.c"]
        let answer = try place.check(native: "auto", compiler: compiler, more: larger, model: nil)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        #expect(answer.verdict.first == "0")
        #expect(seconds < 9, "the search takes a second or two, the compiler is given up after ten")
        if let child = try? place.child() { #expect(isGone(child)) }
        #expect(try place.leftovers().isEmpty)
    }

    @Test func aHangingCompilerEndsWithAnInterruptedSearch() throws {
        let place = try Place()
        let compiler = try place.hangingCompiler()
        let larger = ["-D", "W=5", "-D", "F=4", Models.root.path + "/Benchmarks/models/ptefree.c"]
        let (process, _, _) = try place.start(native: "auto", compiler: compiler, more: larger, model: nil)
        for _ in 0..<500 where (try? place.child()) == nil { usleep(10_000) }
        let child = try place.child()
        let start = ContinuousClock.now
        process.interrupt()
        process.waitUntilExit()
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(process.terminationStatus == 3)
        #expect(isGone(child))
        #expect(try place.leftovers().isEmpty)
    }

    /// Builds that were killed are cleared away by the next one; what is younger, or not one of ours, stays.
    @Test func whatAKilledBuildLeftIsClearedAway() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let old = Date(timeIntervalSinceNow: -3600)
        for (name, isOld) in [("lockwalk-abcdef", true), ("lockwalk-ghijkl", false), ("other-abcdef", true)] {
            let folder = place.temporary.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try Data([1]).write(to: folder.appendingPathComponent("steps.c"))
            chmod(folder.path, 0o700)
            if isOld { try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: folder.path) }
        }
        _ = try place.check(compiler: compiler)
        #expect(try place.leftovers().sorted() == ["lockwalk-ghijkl", "other-abcdef"])
    }

    /// Killed; whether its parent has taken note is that one's affair.
    private func isGone(_ process: pid_t) -> Bool {
        for _ in 0..<100 {
            if kill(process, 0) != 0 { return true }
            let state = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            if state.contains(") Z ") { return true }
            usleep(10_000)
        }
        return false
    }

    @Test func theSecondSearchBuildsNothing() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let first = try place.check(compiler: compiler)
        #expect(first.errors == "")
        let built = place.builds
        #expect(built > 0)
        #expect(place.cached().count == 2 * built)
        #expect(try place.check(compiler: compiler).verdict == first.verdict)
        #expect(place.builds == built)
        #expect(try place.leftovers().isEmpty)
    }

    @Test func aDamagedObjectIsNotLoaded() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let first = try place.check(compiler: compiler)
        let built = place.builds
        for name in place.cached() where name.hasSuffix(".so") {
            let url = place.cache.appendingPathComponent("lockwalk/" + name)
            var bytes = try Data(contentsOf: url)
            bytes[bytes.count / 2] ^= 1
            try FileManager.default.removeItem(at: url)
            try bytes.write(to: url)
        }
        #expect(try place.check(compiler: compiler).verdict == first.verdict)
        #expect(place.builds == 2 * built)
    }

    @Test(arguments: ["cut", "empty", "link", "writable", "no hash"]) func anObjectThatMayBeAnothersIsBuiltAgain(
        _ damage: String
    ) throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let first = try place.check(compiler: compiler)
        let built = place.builds
        for name in place.cached() where name.hasSuffix(".so") {
            let path = place.cache.path + "/lockwalk/" + name
            switch damage {
            case "cut": truncate(path, 5_000)
            case "empty": truncate(path, 0)
            case "link":
                rename(path, place.folder.path + "/" + name)
                symlink(place.folder.path + "/" + name, path)
            case "writable": chmod(path, 0o666)
            default: unlink(String(path.dropLast(3)) + ".sum")
            }
        }
        let second = try place.check(compiler: compiler)
        #expect(second.verdict == first.verdict && second.errors == "")
        #expect(place.builds == 2 * built)
        // And what was built replaces it.
        #expect(try place.check(compiler: compiler).verdict == first.verdict)
        #expect(place.builds == 2 * built)
    }

    /// What stands above the cache may not be changed by others either, or they could put another in its place.
    @Test func aCacheInADirectoryThatOthersMayWriteToIsNotUsed() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        _ = try place.check(compiler: compiler)
        let built = place.builds
        chmod(place.cache.path, 0o777)
        _ = try place.check(compiler: compiler)
        #expect(place.builds == 2 * built)
        // As in /tmp, where nobody can touch what is another's.
        chmod(place.cache.path, 0o1777)
        _ = try place.check(compiler: compiler)
        #expect(place.builds == 2 * built)
    }

    @Test func aCacheOfAnotherUserIsNotUsed() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        _ = try place.check(compiler: compiler)
        let built = place.builds
        guard chown(place.cache.path + "/lockwalk", 12_345, 12_345) == 0 else {
            return print("not root: a cache of another user is not tested")
        }
        _ = try place.check(compiler: compiler)
        #expect(place.builds == 2 * built)
    }

    @Test func twoSearchesFillTheCacheAtOnce() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let runs = try (0..<4).map { try place.start(compiler: compiler, name: "\($0)") }
        let answers = try runs.map { try place.answer($0) }
        for answer in answers { #expect(answer.verdict == answers[0].verdict && answer.errors == "") }
        let built = place.builds
        #expect(try place.check(compiler: compiler).verdict == answers[0].verdict)
        #expect(place.builds == built, "what they left is whole")
        #expect(place.cached().allSatisfy { !$0.hasPrefix(".") })
        #expect(try place.leftovers().isEmpty)
    }

    /// Others may have put anything there.
    @Test func aDirectoryThatOthersMayWriteToIsNotUsed() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        _ = try place.check(compiler: compiler)
        let built = place.builds
        let folder = place.cache.appendingPathComponent("lockwalk").path
        #expect(try mode(folder) == 0o700)
        chmod(folder, 0o777)
        _ = try place.check(compiler: compiler)
        #expect(place.builds == 2 * built)
    }

    private func mode(_ path: String) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
    }

    @Test func aCacheThatCannotBeWrittenIsDoneWithout() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        try Data().write(to: place.cache)
        let answer = try place.check(compiler: compiler)
        #expect(answer.errors == "")
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
        #expect(try place.leftovers().isEmpty)
    }

    @Test func noCacheKeepsNothing() throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        #expect(try place.check(compiler: compiler, more: ["--no-cache"]).errors == "")
        #expect(place.cached().isEmpty)
    }

    /// No file may grow beyond what fits: the source does not, or the object does not, or the copy in the cache.
    @Test(arguments: [0, 2, 8, 16]) func aFullDiskChangesNoVerdict(_ blocks: Int) throws {
        let place = try Place()
        guard let compiler = try place.countingCompiler() else { return }
        let limited = try place.script(
            """
            ulimit -f \(blocks)
            trap '' XFSZ
            exec '\(Place.program.path)' "$@" > '\(place.folder.path)/pipe'
            """)
        let pipe = place.folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = Process()
        reader.executableURL = URL(fileURLWithPath: "/bin/sh")
        reader.arguments = ["-c", "exec cat '\(pipe)' > '\(place.folder.path)/said'"]
        try reader.run()
        // Left behind, it would keep the output of the tests open.
        defer { if reader.isRunning { reader.terminate() } }
        _ = try place.check(compiler: compiler, program: limited)
        reader.waitUntilExit()
        let said = try String(contentsOfFile: place.folder.path + "/said", encoding: .utf8)
        let wanted = try place.check(native: "off")
        #expect(["0"] + Place.withoutTimes(said) == wanted.verdict)
        #expect(try place.leftovers().isEmpty)
        // Nothing half is left in the cache.
        #expect(place.cached().allSatisfy { !$0.hasPrefix(".") })
        let after = try place.check(compiler: compiler)
        #expect(after.verdict == wanted.verdict && after.errors == "")
    }

    @Test func aFullDiskIsDoneWithout() throws {
        // Every place for temporary files but this one still works, so the search just goes on.
        let place = try Place()
        let answer = try place.check(temporary: "/dev/null/nothing")
        #expect(answer.verdict == (try place.check(native: "off")).verdict)
    }
}
