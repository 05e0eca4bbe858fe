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
