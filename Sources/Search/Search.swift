import Execution
import Program

/// Explores every interleaving of a model.
///
/// Throws `InternalError` if a run that it is about to report cannot be executed again.
///
/// Where a reduction was used and something was found, the plain search up to there says what is reported: it knows the
/// shortest run. If a limit stops it, a search that reduces step by step yields a run that is not proven shortest.
public func search(model: Model, options: SearchOptions = SearchOptions()) throws -> SearchResult {
    let (first, conclusion) = try searchOnce(model: model, options: options)
    var again = options
    again.timeLimit = max(0, options.timeLimit - first.statistics.seconds)
    again.reduction.remove(.partialOrder)
    switch conclusion {
    case .final: return first
    case .warned(let warnings):
        again.warningsSought = warnings
        // With the ranges that all states need, so that the order among runs of one length is the plain search's.
        let (plain, _) = try searchOnce(model: model, options: again, ranges: first.ranges)
        if case .incomplete = plain.verdict, case .holds = first.verdict {
            return try stepwise(first, plain, model, options)
        }
        // The run of a warning is the plain search's. What all states are like, the reduced one knows.
        var result = plain
        if case .violated = plain.verdict {} else { result.verdict = first.verdict }
        result.coverage = first.coverage
        result.constraints = first.constraints
        result.statistics = first.statistics
        result.statistics.seconds += plain.statistics.seconds
        return result
    case .violated:
        var (plain, _) = try searchOnce(model: model, options: again)
        plain.statistics.seconds += first.statistics.seconds
        guard case .incomplete = plain.verdict else { return plain }
        return try stepwise(first, plain, model, options)
    }
}

/// The plain search did not come as far as the reduced one: one that reduces, but takes a step a level, may.
private func stepwise(
    _ first: SearchResult, _ plain: SearchResult, _ model: Model, _ options: SearchOptions
) throws -> SearchResult {
    var again = options
    again.timeLimit = max(0, options.timeLimit - first.statistics.seconds - plain.statistics.seconds)
    again.followsChains = false
    var (result, _) = try searchOnce(model: model, options: again)
    result.statistics.seconds += first.statistics.seconds + plain.statistics.seconds
    switch result.verdict {
    case .violated(var finding):
        finding.isShortest = false
        result.verdict = .violated(finding)
    case .holds: break
    case .incomplete: return plain
    }
    for index in result.warnings.indices { result.warnings[index].isShortest = false }
    return result
}

private enum Conclusion {
    /// To be reported as it is.
    case final
    /// There are so many races and edges of the lock order, whose runs are not known.
    case warned((races: Int, edges: Int))
    /// By a run that is not known.
    case violated
}

private func searchOnce(
    model: Model, options: SearchOptions, ranges: InferredRanges = [:]
) throws -> (result: SearchResult, conclusion: Conclusion) {
    let analyses = Analyses(model: model, options: options)
    var ranges = ranges
    var restarts = 0
    while true {
        let layout = analyses.layout(ranges)
        if layout.bitCount > StateLayout.bitsMax {
            return (unsearched(.width(bits: layout.bitCount), analyses, ranges: ranges, restarts: restarts), .final)
        }
        guard var explorer = Explorer(analyses, layout: layout) else {
            return (
                unsearched(.memory(bytes: options.memoryLimit), analyses, ranges: ranges, restarts: restarts), .final
            )
        }
        let ending = explorer.explore()
        if case .widened(let met) = ending {
            ranges = widened(ranges, by: met, model: model)
            restarts += 1
            if let cut = analyses.interrupted() {
                return (
                    explorer.result(verdict: .incomplete(cut), warnings: [], ranges: ranges, restarts: restarts), .final
                )
            }
            continue
        }
        if case .symmetric = ending {
            // What the other reduction was prepared for is another search.
            analyses.experience.preparations = 0
            continue
        }
        if let conclusion = explorer.conclusion(of: ending) {
            var verdict = SearchResult.Verdict.holds
            if case .cut(let cut) = ending { verdict = .incomplete(cut) }
            return (explorer.result(verdict: verdict, warnings: [], ranges: ranges, restarts: restarts), conclusion)
        }
        let (verdict, warnings) = try explorer.settle(ending)
        return (explorer.result(verdict: verdict, warnings: warnings, ranges: ranges, restarts: restarts), .final)
    }
}

/// Nothing can be stored.
private func unsearched(
    _ cut: Cut, _ analyses: Analyses, ranges: InferredRanges, restarts: Int
) -> SearchResult {
    var statistics = SearchStatistics()
    statistics.seconds = analyses.seconds
    statistics.restarts = restarts
    return SearchResult(
        verdict: .incomplete(cut), statistics: statistics, coverage: coverage(of: analyses.model, by: []),
        ranges: ranges)
}

/// What any of the interpreters reached.
private func coverage(of model: Model, by interpreters: [Interpreter]) -> CoverageReport {
    func any(_ index: Int, _ flags: (Interpreter) -> UnsafeMutablePointer<UInt8>) -> Bool {
        interpreters.contains { flags($0)[index] != 0 }
    }
    var report = CoverageReport()
    report.reached = model.coverage.indices.map { any($0, \.covered) }
    for (number, threadClass) in model.classes.enumerated() {
        let steps = threadClass.code.steps.indices.map { step in
            interpreters.first?.stepNumber(threadClass: number, step: step) ?? 0
        }
        report.stepTaken.append(steps.map { any($0, \.stepTaken) })
        report.stepWaited.append(steps.map { any($0, \.stepWaited) })
    }
    report.exhausted = model.pools.indices.map { any($0, \.exhausted) }
    report.onlyOneSlot = model.pools.indices.map { any($0, \.onlyOneSlot) }
    return report
}

extension Explorer {
    /// What is left to do if something was found and the levels do not tell the shortest run to it.
    fileprivate func conclusion(of ending: Ending) -> Conclusion? {
        guard level.usedReduction, options.followsChains else { return nil }
        switch ending {
        case .found: return .violated
        case .complete, .cut:
            if case .cut(let cut) = ending {
                switch cut {
                case .signal, .time: return nil
                default: break
                }
            } else if options.enabled.contains(.unreached), !properties.unreached.isEmpty {
                // It comes before all warnings, and has no run.
                return nil
            }
            let found = (races: races?.found.count ?? 0, edges: lockOrder?.edges.count ?? 0)
            return found.races == 0 && lockCycles(lockOrder?.edges ?? []).isEmpty ? nil : .warned(found)
        case .failedAtStart, .widened, .symmetric: return nil
        }
    }

    /// What the search comes to: the verdict, and the warnings if nothing worse was found.
    mutating func settle(_ ending: Ending) throws -> (verdict: SearchResult.Verdict, warnings: [Finding]) {
        switch ending {
        case .widened, .symmetric:
            preconditionFailure("a widened search begins again")
        case .failedAtStart(let failure):
            return (.violated(findingAtStart(failure)), [])
        case .found(let findings, _):
            return (.violated(try finding(findings)), [])
        case .complete, .cut:
            var verdict = SearchResult.Verdict.holds
            if case .cut(let cut) = ending {
                verdict = .incomplete(cut)
            } else if options.warningsSought == nil, options.enabled.contains(.unreached),
                let property = properties.unreached.first {
                return (.violated(findingUnreached(property)), [])
            }
            var warnings = try warningFindings().sorted { $0.kind < $1.kind }
            if let index = warnings.firstIndex(where: { options.errors.contains($0.kind) }) {
                verdict = .violated(warnings.remove(at: index))
            }
            return (verdict, warnings)
        }
    }

    /// Shortest run to one of the candidates, with the fewest switches.
    private mutating func finding(_ findings: Findings) throws -> Finding {
        let candidates = findings.settled()
        let orders = Set(candidates.map(\.order)).sorted()
        let ranks = Dictionary(uniqueKeysWithValues: orders.enumerated().map { ($1, $0) })
        let targets = candidates.map {
            RunTarget(
                state: $0.state, level: $0.level, last: $0.failure?.move, fails: $0.failure != nil,
                rank: ranks[$0.order]!)
        }
        let run = try shortestRuns(to: [targets])[0]
        let candidate = real(candidates[run.target], at: run)
        let wording = wording()
        var told = wording.tell(candidate, state: candidate.state, holders: holders(in: candidate.state))
        if let failure = candidate.failure {
            wording.addLock(&told, failure.kind, interpreter.record(candidate.state, move: failure.move))
        }
        return Finding(
            kind: candidate.kind, names: told.names, initial: run.initial, moves: run.moves,
            failure: candidate.failure,
            stuck: model.threads.indices.filter { candidate.stuck >> UInt64($0) & 1 != 0 },
            message: told.message)
    }

    private func wording() -> Wording { Wording(model: model, access: analyses.access, view: view) }

    /// By thread: whom it waits for there.
    private func holders(in state: [UInt64]) -> [UInt64] {
        var expansion = Expansion(wordCount: wordCount, threadCount: model.threads.count)
        interpreter.expand(state, into: &expansion)
        return (0..<expansion.threadCount).map {
            expansion.status[$0] == .waitsForHolders ? expansion.holders[$0] : 0
        }
    }

    private func findingAtStart(_ failure: StepFailure) -> Finding {
        let told = wording().tellStart(failure)
        return Finding(
            kind: failure.kind, names: told.names, initial: 0, moves: [], failure: failure, message: told.message)
    }

    private func findingUnreached(_ property: Int) -> Finding {
        let info = model.properties[property]
        let message =
            info.kind == .finally
            ? "\(info.name) is never judged: no run comes to its end"
            : "no run reaches a state in which \(info.name) is true"
        return Finding(kind: .unreached, names: [info.name], initial: 0, moves: [], message: message)
    }

    /// All warnings with their runs, found in one sweep over the levels.
    private mutating func warningFindings() throws -> [Finding] {
        let found = races?.found ?? []
        let cycles = lockCycles(lockOrder?.edges ?? [])
        var groups: [[RunTarget]] = cycles.flatMap { cycle in
            [cycle[0], cycle[cycle.count - 1]].map { [RunTarget(state: $0.state, level: $0.level, last: $0.move)] }
        }
        groups += found.map { [RunTarget(state: $0.state, level: $0.level)] }
        // Without levels of one step each there are no runs to show; a search that was cut leaves them to the next.
        if groups.isEmpty || level.usedReduction && options.followsChains { return [] }
        let runs = try shortestRuns(to: groups)
        let wording = wording()
        var findings: [Finding] = []
        for (index, cycle) in cycles.enumerated() {
            let run = runs[2 * index]
            let second = runs[2 * index + 1]
            var shown = cycle
            shown[0] = real(cycle[0], at: run)
            if cycle.count > 1 { shown[cycle.count - 1] = real(cycle[cycle.count - 1], at: second) }
            let told = wording.tell(shown, nodes: lockOrder!.nodes)
            findings.append(
                Finding(
                    kind: .lockOrder, names: told.names, initial: run.initial, moves: run.moves,
                    message: told.message, second: cycle.count > 1 ? second.moves : [], secondInitial: second.initial))
        }
        for (index, race) in found.enumerated() {
            let run = runs[2 * cycles.count + index]
            var race = race
            (race.first, race.second) = (real(race.first, at: run), real(race.second, at: run))
            race.state = run.end
            let told = wording.tell(race)
            findings.append(
                Finding(
                    kind: .dataRace, names: told.names, initial: run.initial, moves: run.moves,
                    accesses: [race.first, race.second], message: told.message))
        }
        return findings
    }

    func result(
        verdict: SearchResult.Verdict, warnings: [Finding], ranges: InferredRanges, restarts: Int
    ) -> SearchResult {
        var statistics = statistics
        statistics.seconds = analyses.seconds
        statistics.restarts = restarts
        return SearchResult(
            verdict: verdict, warnings: warnings, statistics: statistics,
            coverage: coverage(),
            constraints: properties.cutting.sorted().map { model.properties[$0].name }, ranges: ranges)
    }

    private func coverage() -> CoverageReport {
        var report = Search.coverage(of: model, by: (0..<workerCount).map { workers[$0].engine.interpreter })
        guard var counts = workers[0].stepCounts else { return report }
        for index in stride(from: 1, to: workerCount, by: 1) {
            if let own = workers[index].stepCounts { counts.add(own) }
        }
        report.stepCounts = counts.byClass(model)
        return report
    }
}
