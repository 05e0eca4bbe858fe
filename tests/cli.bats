# SPDX-License-Identifier: ISC
# Contract: the command line, and exit statuses.

load lib/common

@test "the exit status is the command's" {
	run -7 audit sh -c 'exit 7'
}

@test "a command that is not found gives 127 and one line" {
	# A directory that may not be searched would make it EACCES, as with env(1).
	PATH=/usr/bin:/bin run -127 audit no-such-program
	equal "$output" "procaudit: cannot execute 'no-such-program': No such file or directory"
}

@test "--help names each option once, with its argument, and procaudit takes them all" {
	local option name
	"$PROCAUDIT" --help >help
	grep -E '^ +(-[A-Za-z], )?--' help | grep -oE -- '--[a-z-]+( [^ ]|=|\[=)?' | sort >options
	[ "$(wc -l <options)" -gt 20 ]
	equal "$(sed 's/[[ =].*//' options | uniq -d)" ''
	while IFS= read -r option; do
		name=${option%%[[ =]*}
		case $option in --help | --version) continue ;; esac
		run "$PROCAUDIT" "$name"
		[[ $status == 125 || $status == 2 ]] || fail "$name: $status"
		case $option in
		*' '? | *[!'[']=)
			equal "$output" "procaudit: option '$name' needs an argument (see 'procaudit --help')"
			;;
		*)
			[[ $output != *option* && $output != *argument* ]] || fail "$option: $output"
			;;
		esac
	done <options
}

@test "--help and --version are said on standard output, before anything else" {
	run -0 --separate-stderr "$PROCAUDIT" -o log --help touch ran
	[[ $output == "Usage: procaudit "* && -z $stderr ]]
	run -0 --separate-stderr "$PROCAUDIT" --version --help touch ran
	equal "$output" "procaudit $(sed -n "s/^  version: '\(.*\)',$/\1/p" "$SRCROOT/meson.build")"
	[ ! -e ran ] && [ ! -e log ]
}

@test "-v sums up in one line" {
	local pid
	# The number of processes and programs, each in its singular and plural.
	"$PROCAUDIT" -v -o "$LOG" /bin/true 2>err
	equal "$(cat err)" "procaudit: 1 process, 1 program executed, complete; log: $LOG"
	"$PROCAUDIT" -v -o "$LOG" /bin/sh -c '/bin/true; exit 0' 2>err
	equal "$(cat err)" "procaudit: 2 processes, 2 programs executed, complete; log: $LOG"
	# shellcheck disable=SC2016 # the command's shell expands it
	"$PROCAUDIT" -v --linger=0 -o "$LOG" /bin/sh -c 'sleep 1000 3>&- & echo $! >pid' 2>err
	pid=$(cat pid)
	kill "$pid"
	equal "$(cut -d, -f 1,3 err)" "procaudit: 2 processes, RECORD INCOMPLETE; log: $LOG"
}
