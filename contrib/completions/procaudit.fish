# SPDX-License-Identifier: ISC
# fish completion for procaudit(1)

# Prints the command behind procaudit's own options, as far as it is typed;
# fails if it has not begun.
function __procaudit_command
    set -l words (commandline -cop) (commandline -ct)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case --output --max-line --format --env --redact --attach --linger --user --on-log-error --rotate --keep --sync --pidfile --ready-fd
                set -e words[1]
            case '--*'
            case '-*'
                # Letters, and perhaps o, f, p or u as the last, whose argument follows.
                if string match -qr -- '^-[^ofpu]*[ofpu]$' $words[1]
                    set -e words[1]
                end
            case '*'
                break
        end
        set -e words[1]
    end
    set -q words[1]; and string join ' ' -- (string escape -- $words[1..-2]) $words[-1]
end

function __procaudit_complete_command
    set -l words (__procaudit_command)
    complete -C "$words"
end

set -l own 'not __procaudit_command >/dev/null'
complete -c procaudit -n $own -s o -l output -r -F -d 'Write the log to FILE'
complete -c procaudit -n $own -s A -l append -d 'Add to FILE instead of replacing it'
complete -c procaudit -n $own -l rotate -x -a '10M 100M 1G' -d 'Go on in a new file when FILE has SIZE bytes'
complete -c procaudit -n $own -l keep -x -d 'Remove all but the newest N finished files'
complete -c procaudit -n $own -l compress -d 'Compress finished files'
complete -c procaudit -n $own -l sync -x -a 'none interval record' -d 'When the log is on the disk'
complete -c procaudit -n $own -s f -l format -x -a 'jsonl text' -d 'Log format'
complete -c procaudit -n $own -l env -x -a 'full once none' -d 'Environments'
complete -c procaudit -n $own -l max-line -x -a 'rsyslog splunk docker containerd fluent-bit journald vector loki cloudwatch otel kafka filebeat duckdb' -d 'No line is longer'
complete -c procaudit -n $own -l redact -x -a default -d 'Mask the values of variables whose names match'
complete -c procaudit -n $own -l redact-hmac -F -d 'Mask by a keyed hash'
complete -c procaudit -n $own -l failed -f -a 'full brief' -d 'Record execs that fail, too'
complete -c procaudit -n $own -l response-files -d 'Record what @FILE arguments hold'
complete -c procaudit -n $own -l threads -d 'Record threads, too'
complete -c procaudit -n $own -s p -l attach -x -a '(__fish_complete_pids)' -d 'Record a process that runs already'
complete -c procaudit -n $own -s D -l daemonize -d 'Record in the background'
complete -c procaudit -n $own -l pidfile -r -F -d 'Hold FILE, with our pid in it'
complete -c procaudit -n $own -l ready-fd -x -d 'Write a line to descriptor N when recording is up'
complete -c procaudit -n $own -l linger -x -a 'forever 0' -d 'How long to follow processes that outlive COMMAND'
complete -c procaudit -n $own -s u -l user -x -a '(__fish_complete_users)' -d 'Run COMMAND as this user'
complete -c procaudit -n $own -l kill-on-exit -d 'If procaudit dies, kill what it traces'
complete -c procaudit -n $own -l on-log-error -x -a 'stop continue kill' -d 'When the log cannot be written'
complete -c procaudit -n $own -s v -l verbose -d 'Print a summary line at the end'
complete -c procaudit -n $own -s q -l quiet -d 'No notices'
complete -c procaudit -n $own -s h -l help -d 'Print a help text'
complete -c procaudit -n $own -s V -l version -d 'Print the version'
complete -c procaudit -x -a '(__procaudit_complete_command)'
