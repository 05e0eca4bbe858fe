# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Procaudit that runs while the test goes on: load helpers/background

# Starts procaudit in a session of its own, with all signals as by default, or
# as $SIGNALS tells sigset. $PID is its pid. The log is $OUTPUT, if that is empty
# text on standard error, or else $LOG.
start() { # ARG...
	local output=(-o "${OUTPUT-$LOG}")
	[ "${OUTPUT-$LOG}" ] || output=()
	rm -f pid
	# shellcheck disable=SC2086 # options
	setsid "$HELPERS/sigset" ${SIGNALS--d 1-64} \
		sh -c 'echo $$ >pid; exec "$@"' sh "$PROCAUDIT" "${output[@]}" "$@" 3>&- &
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

# A test that fails leaves nothing behind either.
teardown() {
	[ -z "${PID-}" ] || pkill -KILL -s "$PID" || :
}

# Sleeps, with no signal to be looked at.
idle() { # PID SIGNO
	in_state "$1" S || return
	(((0x$(sed -n 's/^ShdPnd:\t//p' "/proc/$1/status") >> ($2 - 1) & 1) == 0))
}

# Before a command that waits for go; see $UNTIL_GO.
prepare() {
	mkfifo go
}

go() {
	echo go >go
}
