/// What `lockwalk help json` says.
enum JSONGrammar {
    static let text = """
        The JSON of lockwalk, version 1

        'lockwalk check --json' writes one document to standard output; '--trace FILE'
        writes the same document to a file beside the usual text. 'lockwalk replay'
        reads it. What 'replay' and 'simulate' write themselves has the first four
        members and "finding", and of 'simulate' "not_looked_for" and "warnings", too.
        Nothing is written for a model that is refused.

        A later version may add members; a reader should pass over those that it does
        not know. "version" goes up when something that is here changes its meaning.

        Names and values are texts as the trace shows them: "ptpages[0].ptl", "NULL",
        "true". T? is a T or null, [T] an array of T.

        document = {
          "format":     "lockwalk",
          "version":    1,
          "lockwalk":   text,              the version of the program
          "model":      model,
          "verdict":    verdict,
          "statistics": { "states": int, "transitions": int,
                          "depth": int,    levels; with "por" they take several steps
                          "seconds": number, "state_bits": int,
                          "bytes_per_state": number,
                          "reductions": [text],     that left something out:
                                                    "por", "symmetry"
                          "saved": {       of those, estimated from a sample of states
                            "por": { "states_with_one_thread_alone": int,   counted
                                     "states_not_stored": int,              counted
                                     "successors": int },
                            "symmetry": { "states": int,                    at least
                                          "successors": int } } },
          "bounds":     { "constraints": [text],   CONSTRAINTs that cut runs
                          "objects": [ { "name": text, "count": int,
                                         "ran_out": bool, "had_one_left": bool } ] },
          "not_judged": [text],            EVENTUALLY(...) and the like
          "not_looked_for": [text],        checks that were off
          "coverage":   {                  of all that was explored
                          "never_reached":  [place_text],
                          "never_true":     [place_text],   conditions
                          "never_false":    [place_text],
                          "never_waited":   [place_text],   locks without contention
                          "vacuous":        [place_text] }, premises never true
          "lines":      [ { "file": text, "line": int,      with --cover only
                            "reached": "yes" | "partly" | "no",
                            "transitions": int? } ],   of the steps that begin there
          "finding":    finding?,          what the verdict is about
          "warnings":   [finding]          at most three of them have their runs here
        }

        model = {
          "name": text,                    as given on the command line
          "files": [ { "name": text, "fnv1a": text } ],   64 bits, hexadecimal
          "configuration": { NAME: text },                every CONFIG
          "checks_on": [text], "checks_off": [text]       --check, --error, --no-check
        }

        verdict = {
          "result": "holds" | "violated" | "incomplete",
          "text": text,                    HOLDS, USE_AFTER_FREE(ptpages), incomplete
          "reason": text?,                 of an incomplete one: the limit
          "exit_status": int
        }

        finding = {
          "verdict": text?, "kind": text?, USE_AFTER_FREE(ptpages), USE_AFTER_FREE;
                                           null for a run in which nothing is wrong
          "names": [text],                 what an EXPECT may put in the brackets
          "is_shortest": bool,             proven: no shorter run shows it
          "explanation": [text],           sentences
          "place": place?, "source": text?,   the line at fault
          "runs": [run]                    one; two for a lock order inversion
        }

        run = {
          "initial": int,                  which initial state, from 0
          "threads": [ { "name": text, "cpu": int? } ],   those with a part in it
          "idle_threads": [text],
          "steps": [step],
          "steps_left_out": int,
          "last_step_fails": bool,         false for deadlocks, races, FINALLY
          "failing_text": text?,           what failed behind the last step, an ASSERT
          "pending": [ { "thread": text, "place": place?, "text": text,
                         "remark": text } ],              steps that nobody takes
          "held": [holding],               at the end
          "variables": [ { "thread": text, "name": text, "value": text? } ]
                                           null: dead, no later step reads it
        }

        step = {
          "number": int, "thread": text,
          "choice": int,                   which of the thread's successors, from 0
          "function": text, "place": place?, "text": text,
          "result": text?,                 what the text evaluated to
          "reads":  [access], "writes": [access], "ghosts": [access],
          "effects": [ { "what": "takes" | "releases" | "waits" | "allocates"
                               | "frees" | "gone" | "queues" | "grace_period_ended"
                               | "sleeps" | "spins" | "switches_from" | "interrupts",
                         "target": text? } ],
          "held": [holding],               after the step
          "matters": bool                  false: the picture does without it
        }

        'lockwalk test --format json' writes one of these:

        test = {
          "format": "lockwalk-test", "version": 1, "lockwalk": text,
          "passed": int, "failed": int, "skipped": int, "broken": int,
          "is_interrupted": bool,
          "models": [ { "model": text,
                        "trouble": text?,  why it could not be tested
                        "rows": [row] } ]
        }

        row = {
          "place": text, "row": text, "variant": text,
          "status": "passed" | "failed" | "skipped",
          "reason": text,                  what was found, or why it failed
          "seconds": number, "command": text,
          "finding": finding?              of a failed row
        }

        place = { "file": text, "line": int }
        place_text = { "file": text, "line": int, "text": text }
        access = { "place": text, "value": text }
        holding = { "thread": text,
                    "locks": [ { "name": text, "is_shared": bool,
                                 "is_section": bool,      rcu_read_lock(), irqs off
                                 "since": int? } ] }      the step that took it

        """
}
