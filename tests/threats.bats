# SPDX-License-Identifier: ISC
# Contract: what a command can do to its own record is noticed as the manual says, and
# what is not in the record can be looked for as it says there.

# Scripts for the command are in single quotes; each test has variables of its own.
# shellcheck disable=SC2016,SC2030,SC2031

load lib/common
load helpers/await
load helpers/background

# The record is what verify calls STATUS; see procreport(1).
verified() { # STATUS TEXT
	run -"$1" "$PROCREPORT" verify "$LOG"
	[[ $output == *"$2"* ]] || fail "$output"
}

# A log for a user without privileges, who records into it.
own_log() {
	public_copy
	export LOG=$PUBLIC/log
}

as_same_user() { # COMMAND...
	(cd "$PUBLIC" && unprivileged "$PROCAUDIT" -o "$LOG" "$@")
}

# The recorder, for the command.
RECORDER='recorder=$(sed -n "s/^TracerPid:\t//p" /proc/$$/status);'

list() {
	"$PROCREPORT" list "$@" "$LOG"
}

# --- Of the same user ---------------------------------------------------------

@test "the same user can kill the recorder: the log has no trailer" {
	own_log
	run -137 as_same_user sh -c "$RECORDER"' kill -KILL $recorder; :'
	verified 4 truncated
}

@test "the same user can have the recorder let go: the log is not complete, and says of whom" {
	own_log
	run as_same_user sh -c "$RECORDER"' trap "" TERM
		until grep -q "^TracerPid:	0" /proc/$$/status; do kill -TERM $recorder; sleep 0.01; done'
	verified 3 incomplete
	grep -q '"event":"detach"' "$LOG"
}

@test "the same user can write into the log: records that do not fit are found" {
	own_log
	FORGED='{"v":1,"event":"detach","seq":99,"ts":"2026-11-21T13:31:06.000000000Z","mono_us":1,"pid":4711,"proc":9,"reason":"linger"}' \
		as_same_user sh -c '/bin/true; echo "$FORGED" >>"$LOG"; /bin/true'
	verified 5 damaged
	as_same_user sh -c '/bin/true; : >"$LOG"; /bin/true'
	run ! "$PROCREPORT" verify "$LOG"
	as_same_user sh -c '/bin/true; rm "$LOG"; echo >"$LOG"; /bin/true'
	run ! "$PROCREPORT" verify "$LOG"
}

@test "another user can do none of that" {
	[ "$(id -u)" = 0 ] || skip 'root only'
	public_copy
	mkdir -m 755 mine
	LOG=$PWD/mine/log
	export LOG
	"$PROCAUDIT" -u nobody -o "$LOG" sh -c "$RECORDER"'
		kill -0 $PPID && exit 2; kill -TERM $recorder && exit 3; kill -KILL $recorder && exit 4
		cat "$LOG" && exit 5; (echo >>"$LOG") && exit 6; rm -f "$LOG" && exit 7
		mv "$LOG" "$LOG.old" && exit 8; (: >"${LOG%/*}/more") && exit 9; exit 0' 2>/dev/null
	check_log "$LOG"
	verified 0 complete
}

# --- What is hidden -----------------------------------------------------------

@test "arguments are those that the program was given, whatever it makes of them" {
	audit perl -e '$0 = "innocent"; system "/bin/true"' secret
	list | grep -qx "perl -e .* secret"
	equal "$(list --match=innocent --program=innocent)" ''
}

@test "argv[0] is what the caller likes, and exe what the kernel has loaded" {
	audit bash -c 'exec -a innocent /bin/true'
	equal "$(log -r 'select(.event == "exec" and .argv[0] == "innocent").exe')" "$(realpath /bin/true)"
	equal "$(list --program=true)" innocent
}

@test "a program without a file, or whose file is gone, can be looked for" {
	cp /bin/true tool
	audit sh -c '/usr/bin/python3 -c '\''
import os
fd = os.memfd_create("payload")
os.write(fd, open("tool", "rb").read())
os.execve(fd, ["innocent"], {})'\''; exec 3<tool; rm tool; exec /proc/self/fd/3'
	equal "$(list --program='*(deleted)' --json | jq -r .exe | sed 's/.*\///' | sort)" \
		$'memfd:payload (deleted)\ntool (deleted)'
}

# --- What is not seen ---------------------------------------------------------

@test "built-in commands and files that a shell reads are not seen, the shell is" {
	echo 'echo in a file' >file
	audit sh -c '. ./file; echo built in; printf "%s\n" x; test -e file; :' >out
	equal "$(wc -l <out)" 3
	equal "$(log -s 'map(select(.event == "exec")) | length')" 1
	echo 'echo piped' | audit sh >out
	equal "$(log -c 'select(.event == "exec").argv')" '["sh"]'
}

@test "what the dynamic loader runs as a program can be looked for" {
	local loader
	loader=$(readelf -l /bin/true | sed -n 's/.*interpreter: \(.*\)\].*/\1/p')
	[ "$loader" ] || skip 'machine: true is a static program'
	audit sh -c '"$@"; :' sh "$loader" /bin/echo loaded
	equal "$(list --program='ld-*.so*')" "$loader /bin/echo loaded"
}

@test "libraries are not seen; who was told to load one can be looked for" {
	local library
	library=$(gcc -print-file-name=libm.so.6)
	audit sh -c 'LD_PRELOAD='"$library"' /bin/true; /bin/true a'
	run ! grep -F '"path":"'"$library" "$LOG"
	equal "$(list --env=LD_PRELOAD="$library")" /bin/true
}

teardown() {
	[ -z "${PID-}" ] || pkill -KILL -s "$PID" || :
	[ -z "${DAEMON-}" ] || kill -KILL "$DAEMON" 2>/dev/null || :
}

# A daemon that runs what it is asked for, and tells when that is done.
begin_daemon() {
	mkfifo asked finished
	sh -c 'while read -r command <asked; do $command; echo >finished; done' >said 3>&- &
	DAEMON=$!
}

@test "what a daemon does for the command is not seen, but by attaching to it" {
	local status=0
	begin_daemon
	audit sh -c 'echo "/bin/echo by daemon" >asked; read -r _ <finished' >out
	equal "$(list --program=echo)" ''
	equal "$(log -s 'map(select(.event == "exec")) | length')" 1
	start -p "$DAEMON"
	await grep -qs '"event":"attach"' "$LOG"
	echo '/bin/echo by daemon' >asked
	read -r _ <finished
	kill "$DAEMON"
	ends_with 0
	check_log "$LOG"
	equal "$(list --program=echo)" '/bin/echo by daemon'
}

@test "a compiler that ccache remembers does not run" {
	export CCACHE_DIR=$PWD/cache CCACHE_TEMPDIR=$PWD
	unset CCACHE_DISABLE
	echo 'int x;' >x.c
	audit ccache gcc -c x.c
	list --program=cc1 | grep -q x.c
	audit ccache gcc -c x.c
	equal "$(list --program=cc1)" ''
	equal "$(list)" 'ccache gcc -c x.c'
}
