# SPDX-License-Identifier: ISC
# Contract: every signal reaches its receiver once, with all that came with it,
# and does what it would do without procaudit.

load lib/common
load helpers/await

# What siginfo(1) prints is the same, bare and traced.
same_siginfo() {
	"$HELPERS/siginfo" "$1" >bare
	audit "$HELPERS/siginfo" "$1" >traced
	diff bare traced || fail "differs: $1"
}

teardown() {
	[ -z "${PID-}" ] || pkill -KILL -s "$PID" || :
}

@test "kill, tgkill and sigqueue: each of 1 to 64, its code, sender and value" {
	same_siginfo sent
	equal "$(wc -l <traced)" $((3 * 62 + 1))
	equal "$(tail -n 1 traced)" '187 signals'
}

@test "2 000 queued real-time signals: all values, in order" {
	same_siginfo queued
	equal "$(wc -l <traced)" 2000
}

@test "timers" {
	same_siginfo timers
	equal "$(wc -l <traced)" 5
}

@test "faults and where they were, and what a filter traps" {
	same_siginfo faults
	grep -qx 'null: 11 code 1 address +16' traced
}

@test "breakpoints and single steps of the program's own" {
	same_siginfo traps
}

@test "readiness by F_SETSIG" {
	same_siginfo io
}

@test "SIGCHLD: ends, stops and continuations of children" {
	same_siginfo child
	grep -qx 'cpu time: 1' traced
}

@test "each of 1 to 64 ends a process, or does not, as without procaudit" {
	same_siginfo deaths
	equal "$(wc -l <traced)" 60
}

# Starts procaudit in a session of its own; $PID is its pid.
start() { # ARG...
	rm -f pid
	setsid "$HELPERS/sigset" -d 1-64 sh -c 'echo $$ >pid; exec "$@"' sh "$PROCAUDIT" -o "$LOG" "$@" 3>&- &
	JOB=$!
	await test -s pid
	PID=$(cat pid)
}

# Waits for procaudit, which must end with this status.
ends_with() {
	local status=0
	await gone "$PID" || return
	wait "$JOB" || status=$?
	equal "$status" "$1"
}

@test "STOP and CONT to the process group by the hundred: it goes on after the last" {
	local round
	mkfifo go
	start sh -c 'echo $$ >ready; read x <go; exit 8'
	await test -s ready
	for round in {1..300}; do
		kill -STOP -- "-$PID"
		((round % 3)) || kill -STOP "$(cat ready)"
		kill -CONT -- "-$PID"
	done
	echo >go
	ends_with 8
	check_log "$LOG"
}

@test "a stopped command that is killed ends procaudit, by the same signal" {
	start sh -c 'echo $$ >ready; kill -STOP $$'
	await test -s ready
	await in_state "$PID" T
	kill -KILL "$(cat ready)"
	ends_with 137
	check_log "$LOG"
}

@test "TERM to procaudit when the command is stopped waits for CONT, as without procaudit" {
	start sh -c 'trap "exit 9" TERM; echo $$ >ready; kill -STOP $$; while :; do :; done'
	await in_state "$PID" T
	kill -TERM "$PID"
	in_state "$PID" T
	kill -CONT "$PID"
	ends_with 9
	check_log "$LOG"
}

@test "STOP to procaudit alone: the command is recorded all the same" {
	mkfifo go
	start sh -c 'exec 6<>go; echo $$ >ready; read x <&6; (/bin/true); (/bin/echo ran) >out; read x <&6; exit 5'
	await test -s ready
	kill -STOP "$PID"
	await in_state "$PID" T
	echo >go
	await test -s out
	kill -CONT "$PID"
	echo >go
	ends_with 5
	check_log "$LOG"
	equal "$(log -s 'map(select(.event == "exec")) | length')" 3
}

@test "signals to procaudit that mean nothing end neither it nor the command" {
	local signal
	mkfifo go
	start sh -c 'echo $$ >ready; read x <go; exit 6'
	await test -s ready
	for signal in USR1 USR2 ALRM PIPE XFSZ URG WINCH IO VTALRM PROF PWR 34 64; do
		kill -"$signal" "$PID"
	done
	echo >go
	ends_with 6
	check_log "$LOG"
}
