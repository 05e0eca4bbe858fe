# SPDX-License-Identifier: ISC
# Contract: contrib/tour leads through a broken build, on a terminal and without, and
# leaves nothing behind.

load lib/common

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp LC_ALL=C TERM=xterm
	unset NO_COLOR
}

# Nothing is left, and the tour came to its end.
went_through() { # FILE
	equal "$(ls -A tmp)" ''
	grep -A 1 'what made the command fail' "$1" | grep -q 'exit 1 .* cat RELEASE'
	grep -qE '^command +cat RELEASE' "$1"
	grep -A 99 'new programs' "$1" | grep -q 'cc1$'
	grep -q '^after.jsonl: complete: ' "$1"
	grep -q 'procreport scrub log.jsonl' "$1"
}

on_terminal() { # KEYS COMMAND...
	/usr/bin/python3 "$SRCROOT/tests/helpers/terminal.py" 'q: quit]' "$@" >out
	tail -n 1 out
}

@test "without a terminal it runs straight through, from any directory, and shows no colours" {
	(cd / && "$SRCROOT/contrib/tour" "$BUILDROOT") >out 2>err </dev/null
	went_through out
	run ! grep -e $'\e' -e 'q: quit' out
	equal "$(sort -u err)" 'make: *** [Makefile:5: version.h] Error 1'
}

@test "on a terminal it waits for Enter at each step" {
	equal "$(on_terminal $'\n\n\n\n\n\n\n\n\n\n' "$SRCROOT/contrib/tour" "$BUILDROOT")" 'exit 0'
	equal "$(grep -c 'q: quit' out)" "$(grep -c '^	pause$' "$SRCROOT/contrib/tour")"
	grep -q $'\e\\[1m[$] make' out
	sed -i 's/\x1b\[[0-9;]*m//g' out
	went_through out
}

@test "q ends it, and so do the end of input and ^C" {
	local keys
	for keys in $'q\n' $'Q\n' $'\x04'; do
		equal "$(on_terminal "$keys" "$SRCROOT/contrib/tour" "$BUILDROOT")" 'exit 0'
		run ! grep -q 'WHAT RAN' out
		equal "$(ls -A tmp)" ''
	done
	equal "$(on_terminal $'\x03' "$SRCROOT/contrib/tour" "$BUILDROOT")" 'exit 130'
	equal "$(ls -A tmp)" ''
}

@test "with NO_COLOR there are no colours on a terminal either" {
	export NO_COLOR=1
	equal "$(on_terminal $'q\n' "$SRCROOT/contrib/tour" "$BUILDROOT")" 'exit 0'
	run ! grep $'\e' out
}

@test "without a build directory the installed programs are taken, and missed" {
	mkdir contrib
	cp "$SRCROOT/contrib/tour" "$SRCROOT/contrib/lib.sh" contrib
	PATH=${PROCAUDIT%/*}:${PROCREPORT%/*}:$PATH contrib/tour >out 2>&1 </dev/null
	went_through out
	run -1 env PATH=/usr/sbin:/usr/bin:/sbin:/bin contrib/tour tmp
	[[ $output == 'tour: there is no procaudit in tmp;'* ]]
	mkdir bin
	ln -s "$(type -P dirname)" "$(type -P bash)" bin
	run -1 env PATH="$PWD/bin" bash contrib/tour
	[[ $output == 'tour: there is no procaudit; build it: contrib/quickstart' ]]
	run -1 contrib/tour --no-such-option
	equal "$output" 'tour: usage: contrib/tour [BUILD-DIRECTORY]'
}
