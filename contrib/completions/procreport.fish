# SPDX-License-Identifier: ISC
# fish completion for procreport(1)

set -l none __fish_is_first_token
set -l sub __fish_seen_subcommand_from
set -l any 'not __fish_is_first_token'

complete -c procreport -n $none -f
complete -c procreport -n $none -s V -l version -d 'Print the version'
complete -c procreport -s h -l help -d 'Print a help text'
complete -c procreport -n $any -l color -x -a 'auto always never' -d Colours

complete -c procreport -n $none -a verify -d 'Is this record whole?'
complete -c procreport -n "$sub verify" -l json -d 'Print JSON'
complete -c procreport -n "$sub verify" -s q -l quiet -d 'Print nothing'

complete -c procreport -n $none -a summary -d 'Totals, and where the time went'
complete -c procreport -n "$sub summary" -l json -d 'Print JSON'
complete -c procreport -n "$sub summary" -l top -x -d 'Rows of each table'
complete -c procreport -n "$sub summary" -l utc -d 'Times in UTC'

complete -c procreport -n $none -a list -d 'One line per exec'
complete -c procreport -n "$sub list" -l program -x -d 'Programs of this name'
complete -c procreport -n "$sub list" -l match -x -d 'Commands that match'
complete -c procreport -n "$sub list" -l cwd -x -a '(__fish_complete_directories)' -d 'In this directory or below'
complete -c procreport -n "$sub list" -l pid -x -d 'This process id'
complete -c procreport -n "$sub list" -l since -x -d 'From then on'
complete -c procreport -n "$sub list" -l until -x -d 'Until then'
complete -c procreport -n "$sub list" -l under -x -d 'This process and what came from it'
complete -c procreport -n "$sub list" -l env -x -d 'With this variable'
complete -c procreport -n "$sub list" -l failed -d 'What failed'
complete -c procreport -n "$sub list" -l json -d 'Print JSON'
complete -c procreport -n "$sub list" -s 0 -l null -d 'NUL bytes in place of quotes'
complete -c procreport -n "$sub list" -l utc -d 'Times in UTC'

complete -c procreport -n $none -a tree -d 'The process tree'
complete -c procreport -n "$sub tree" -l depth -x -d 'So many levels'
complete -c procreport -n "$sub tree" -l failed -d 'Only what failed'
complete -c procreport -n "$sub tree" -l from -x -d 'This process and what came from it'
complete -c procreport -n "$sub tree" -l json -d 'Print JSON'
complete -c procreport -n "$sub tree" -l match -x -d 'Commands that match'
complete -c procreport -n "$sub tree" -l no-fold -d 'Siblings one by one'

complete -c procreport -n $none -a show -d 'One exec whole'
complete -c procreport -n "$sub show" -l json -d 'Print JSON'
complete -c procreport -n "$sub show" -l sh -d 'A script that runs it again'
complete -c procreport -n "$sub show" -l utc -d 'Times in UTC'

complete -c procreport -n $none -a failed -d 'What failed'
complete -c procreport -n "$sub failed" -l json -d 'Print JSON'
complete -c procreport -n "$sub failed" -l misses -d 'Searches of PATH, too'

complete -c procreport -n $none -a follow -d 'A log that is being written'
complete -c procreport -n "$sub follow" -s n -l lines -x -d 'The last lines of what is there'
complete -c procreport -n "$sub follow" -l from-start -d 'All lines of what is there'
complete -c procreport -n "$sub follow" -l forever -d 'Another log may follow'
complete -c procreport -n "$sub follow" -l program -x -d 'Programs of this name'
complete -c procreport -n "$sub follow" -l match -x -d 'Commands that match'
complete -c procreport -n "$sub follow" -l cwd -x -a '(__fish_complete_directories)' -d 'In this directory or below'
complete -c procreport -n "$sub follow" -l pid -x -d 'This process id'
complete -c procreport -n "$sub follow" -l failed -d 'What failed'
complete -c procreport -n "$sub follow" -l utc -d 'Times in UTC'

complete -c procreport -n $none -a sql -d 'The log as a database'
complete -c procreport -n "$sub sql" -l json -d 'Print JSON'
complete -c procreport -n "$sub sql" -s o -l output -r -F -d 'Keep the database'

complete -c procreport -n $none -a trace -d 'A timeline for Perfetto'

complete -c procreport -n $none -a otlp -d 'Spans for OpenTelemetry'
complete -c procreport -n "$sub otlp" -l args -d 'Arguments, too'
complete -c procreport -n "$sub otlp" -l batch -x -d 'Spans of one request'
complete -c procreport -n "$sub otlp" -l post -x -d 'Send them to a collector'

complete -c procreport -n $none -a intoto -d 'An attestation'
complete -c procreport -n "$sub intoto" -l byproduct -d 'Only digests, for SLSA'
complete -c procreport -n "$sub intoto" -l subject -r -F -d 'A statement of this file'

complete -c procreport -n $none -a compdb -d 'A compilation database'
complete -c procreport -n "$sub compdb" -l all -d 'What is only tried, too'
complete -c procreport -n "$sub compdb" -l append -d 'Keep what the file has'
complete -c procreport -n "$sub compdb" -s o -l output -r -F -d 'Write to this file'
complete -c procreport -n "$sub compdb" -l per-output -d 'One entry for each output'

complete -c procreport -n $none -a shell -d 'The commands as a script'
complete -c procreport -n "$sub shell" -l from -x -d 'This process and what came from it'

complete -c procreport -n $none -a dot -d 'A graph for Graphviz'
complete -c procreport -n "$sub dot" -l depth -x -d 'So many levels'
complete -c procreport -n "$sub dot" -l failed -d 'Only what failed'
complete -c procreport -n "$sub dot" -l from -x -d 'This process and what came from it'
complete -c procreport -n "$sub dot" -l match -x -d 'Commands that match'
complete -c procreport -n "$sub dot" -l no-fold -d 'Siblings one by one'

complete -c procreport -n $none -a html -d 'A page for a browser'
complete -c procreport -n "$sub html" -l most -x -d 'So many processes at most'
complete -c procreport -n "$sub html" -s o -l output -r -F -d 'Write to this file'

complete -c procreport -n $none -a flame -d 'Folded stacks for flame graphs'
complete -c procreport -n "$sub flame" -l cpu -d 'CPU time'
complete -c procreport -n "$sub flame" -l wall -d 'Wall time without children'
complete -c procreport -n "$sub flame" -l count -d 'How often programs ran'
complete -c procreport -n "$sub flame" -l from -x -d 'This process and what came from it'

complete -c procreport -n $none -a diff -d 'What has changed from one build to another'
complete -c procreport -n "$sub diff" -l all-env -d 'Variables of sessions, terminals and shells, too'
complete -c procreport -n "$sub diff" -l fail-on -x -a 'new-program gone-program new-command gone-command changed-program changed-flags changed-env changed-status changed-count incomplete any' -d 'End with status 3'
complete -c procreport -n "$sub diff" -l ignore -x -d 'What matches is the same in both'
complete -c procreport -n "$sub diff" -l ignore-env -x -d 'Variables that do not matter'
complete -c procreport -n "$sub diff" -l json -d 'Print JSON'
complete -c procreport -n "$sub diff" -l map -x -a '(__fish_complete_directories)' -d 'A directory of A that is this one of B'
complete -c procreport -n "$sub diff" -s q -l quiet -d 'Print nothing'
complete -c procreport -n "$sub diff" -l times -d 'Times of both, and what takes longer'
complete -c procreport -n "$sub diff" -l top -x -d 'Rows of each table'

complete -c procreport -n $none -a scrub -d 'A copy that can be shared'
complete -c procreport -n "$sub scrub" -l home -d 'Mask names of home directories'
complete -c procreport -n "$sub scrub" -l host -d 'Mask names of hosts'
complete -c procreport -n "$sub scrub" -l user -d 'Mask names of users'
complete -c procreport -n "$sub scrub" -l key -r -F -d 'Key of the masks'
complete -c procreport -n "$sub scrub" -s o -l output -r -F -d 'Write there'
complete -c procreport -n "$sub scrub" -l redact -x -d 'Mask variables of such names'
