import Program

/// Completion for bash, drawn from the same table as `--help`.
///
/// `--option VALUE` completes the value where there is a list of them; options that take a file and operands complete
/// file names.
enum Completion {
    static func bash(_ commands: [CommandSyntax]) -> String {
        let names = commands.map(\.name).joined(separator: " ")
        var text = """
            # bash completion for lockwalk: lockwalk completion bash > /etc/bash_completion.d/lockwalk
            _lockwalk() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= options= values= i
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    if [[ ${COMP_WORDS[i]} != -* ]]; then command=${COMP_WORDS[i]}; break; fi
                done
                if [[ -z $command ]]; then
                    COMPREPLY=($(compgen -W "\(names) --help --version" -- "$word"))
                    return
                fi
                case $command in

            """
        for command in commands {
            text += "    \(command.name))\n"
            text += "        options=\"\(command.options.map { "--\($0.long)" }.joined(separator: " "))\"\n"
            for option in command.options where !values(option).isEmpty {
                let words = values(option).joined(separator: " ")
                text += "        if [[ $before == --\(option.long) ]]; then values=\"\(words)\"; fi\n"
            }
            let free = command.options.filter { $0.value != nil && values($0).isEmpty && !$0.takesFile }
            if !free.isEmpty {
                let names = free.flatMap { ["--\($0.long)"] + ($0.short.map { ["-\($0)"] } ?? []) }
                // Nothing is known of such a value: nothing is offered.
                text += "        case $before in \(names.joined(separator: "|"))) return ;; esac\n"
            }
            let words = command.name == "help" ? commands.map(\.name) + command.operandWords : command.operandWords
            if !words.isEmpty {
                text += "        if [[ $word != -* ]]; then values=\"\(words.joined(separator: " "))\"; fi\n"
            }
            text += "        ;;\n"
        }
        return text + """
                esac
                if [[ -n $values ]]; then
                    COMPREPLY=($(compgen -W "$values" -- "$word"))
                elif [[ $word == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$word"))
                else
                    compopt -o filenames 2>/dev/null
                    COMPREPLY=($(compgen -f -- "$word"))
                fi
            }
            complete -F _lockwalk lockwalk

            """
    }

    /// The options that name a check are the same for all commands that search.
    private static func values(_ option: OptionSyntax) -> [String] {
        let kinds = FailureKind.allCases.filter { $0 != .modelError }
        switch option.long {
        case "check": return kinds.filter(\.isOnRequest).map(\.optionName)
        case "error": return kinds.filter { $0.isWarning || $0.isOnRequest }.map(\.optionName)
        case "no-check": return kinds.map(\.optionName)
        default: return option.values
        }
    }
}
