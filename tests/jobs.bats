# SPDX-License-Identifier: ISC
# Contract: job control works as if procaudit were not there. A session with an
# interactive shell on a terminal shows, byte for byte but for process ids, what
# it shows without procaudit.

load lib/common

# Plays a session of session.py in each shell, bare and traced.
same_session() { # NAME SHELL...
	local shell
	for shell in "${@:2}"; do
		mkdir "$shell.bare" "$shell.traced"
		play "$shell.bare" "$1" "$shell" || return
		play "$shell.traced" "$1" "$shell" "$PROCAUDIT" -A -q -o log -- || return
		diff "$shell.bare/shown" "$shell.traced/shown" || fail "$1 in $shell differs"
	done
}

play() { # DIRECTORY NAME SHELL [RECORDER...]
	(cd "$1" && /usr/bin/python3 "$SRCROOT/tests/helpers/session.py" "${@:2}" >shown) ||
		fail "$* has failed"
}

# The logs of all traced sessions but pipelines of several recorders.
check_logs() {
	local log
	for log in *.traced/log; do
		check_log "$log" || return
	done
}

@test "^C reaches the command, or its handler" {
	same_session interrupt bash dash
	check_logs
}

@test "^\\ reaches the command" {
	same_session quit_key bash dash
	check_logs
}

@test "^Z and fg, twice" {
	same_session suspend bash dash
	check_logs
}

@test "^Z, bg, a read in the background, fg" {
	same_session background bash dash
	check_logs
}

@test "a read in the background" {
	same_session background_read bash dash
	check_logs
}

@test "a write in the background, with stty tostop" {
	same_session background_write bash dash
	check_logs
}

@test "kill of a stopped job" {
	same_session kill_job bash
	check_logs
}

@test "^Z of a pipeline with procaudit at its begin, in its middle, at its end" {
	same_session pipeline bash dash
	check_logs
}

@test "^Z at a command that ignores it: nobody stops" {
	same_session ignoring bash dash
	check_logs
}

@test "^Z at a command that catches it and stops when it is ready, by any signal" {
	same_session editor bash dash
	check_logs
}

@test "^Z at a command with threads, and at one whose first thread has ended" {
	same_session threads bash
	check_logs
}

@test "^Z while a parent waits in vfork" {
	same_session vfork bash
	check_logs
}

@test "^Z and fg in a shell below" {
	same_session shell_below bash
	check_logs
}

@test "STOP, TSTP, TTIN and TTOU to the job" {
	same_session from_outside bash
	check_logs
}

@test "STOP, TSTP, TTIN and TTOU to the command alone stop the job" {
	same_session to_the_command bash
	check_logs
}

@test "TSTP, TTIN, TTOU and CONT to procaudit alone reach the command" {
	same_session to_the_leader bash
	check_logs
}

@test "a stopped command that is continued by its own pid goes on" {
	same_session continued_alone bash
	check_logs
}

@test "a stopped command that is killed by its own pid ends the job" {
	same_session killed_stopped bash
	check_logs
}

@test "what a stopped command has left running runs on" {
	same_session left_running bash
	check_logs
}

@test "^Z and fg, 200 times" {
	same_session storm bash
	check_logs
}

@test "stops and continuations, to job or command, one after the other: each reaches both" {
	same_session storm_outside bash
	check_logs
}

@test "after stops and continuations in any haste the job goes on and stops as a whole" {
	same_session haste bash
	check_logs
}

@test "^C when only what has outlived the command is left: it is let go" {
	mkdir traced
	play traced lingering bash "$PROCAUDIT" -q -o log --
	check_log traced/log
	grep -qx 3 traced/shown
	equal "$(jq -c 'select(.event == "detach") | .reason' traced/log)" '"signal"'
}
