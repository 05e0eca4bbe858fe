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
