# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Waiting for conditions: load helpers/await

# Waits until the command succeeds; gives up where it must be broken.
await() {
	local tries=0
	until "$@"; do
		((++tries < 3000)) || fail "this never became true: $*" || return
		sleep 0.01
	done
}

# Whether the process has executed a program of this name: what a shell starts in the background
# is a copy of the shell at first.
runs() { # PID NAME
	grep -qsxF "$2" "/proc/$1/comm"
}

# The state letter of a process: R, S, D, T, t, Z.
state() {
	sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null
}

in_state() {
	[ "$(state "$1")" = "$2" ]
}

# Until a shell that has written its pid into a file waits in read(2) or wait(2): a signal that
# comes between the two is noted for its trap, and the shell waits all the same.
await_shell() { # [FILE]
	await test -s "${1-ready}" || return
	await in_state "$(cat "${1-ready}")" S
}

# Whether it has ended; who is to reap it may take its time.
gone() {
	! kill -0 "$1" 2>/dev/null || in_state "$1" Z
}

# Whether nobody traces the process.
untraced() {
	grep -q '^TracerPid:	0$' "/proc/$1/status"
}

# Closes descriptors, then becomes the command: closed "0 2" COMMAND...
closed() (
	for fd in $1; do
		eval "exec $fd<&-"
	done
	exec "${@:2}"
)

# Becomes the command with no descriptors but 0, 1, 2.
bare_fds() (
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		((fd < 3)) || eval "exec $fd<&-"
	done
	exec "$@"
)
