# SPDX-License-Identifier: ISC
# Contract: --daemonize records from a process that is nobody's child and keeps
# nothing of the caller's, and leaves the command what it would have without us:
# its id, parent, job, terminal, descriptors and signals.
# Scripts for other shells are in single quotes.
# shellcheck disable=SC2016,SC2154

load lib/common
load helpers/await

# Those that a test has left.
teardown() {
	local pid
	for pid in $(cat pids 2>/dev/null) $(sed -n 's/.*"tracer_pid":\([0-9]*\).*/\1/p' ./*.jsonl* 2>/dev/null); do
		kill -KILL "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || :
	done
}

trailer() {
	log "select(.event == \"trailer\") | $1"
}

# The daemon of a log, which has begun.
daemon() { # [LOG]
	jq 'select(.event == "header") | .capture.tracer_pid // .tracer_pid' "${1-$LOG}" | head -n 1
}

has_ended() { # [LOG]
	grep -qs '"event":"trailer"' "${1-$LOG}" && gone "$(daemon "${1-$LOG}")"
}

# Waits for the daemon to end.
ended() { # [LOG]
	await has_ended "${1-$LOG}"
}

# And checks its log.
whole() { # [LOG]
	ended "${1-$LOG}" && check_log "${1-$LOG}"
}

# Records as a daemon. The status is the command's.
daemonize() { # [OPTION...] COMMAND...
	rm -f "$LOG"
	"$PROCAUDIT" -D -o "$LOG" "$@"
}

# A process to attach to that waits for an end of file; $TARGET.
target() {
	mkfifo hold
	sh -c 'echo $$ >target; exec 5<>hold; read -r x <&5; exit 5' 3>&- &
	JOB=$!
	await test -s target
	TARGET=$(cat target)
	echo "$TARGET" >>pids
}

# --- The command -------------------------------------------------------------

@test "the command keeps the caller's id and parent, and its status" {
	run -7 sh -c 'echo $$ $PPID; exec "$@"' sh "$PROCAUDIT" -D -o "$LOG" \
		sh -c 'echo $$ $PPID; /bin/true; exit 7'
	equal "${#lines[@]}" 2
	equal "${lines[1]}" "${lines[0]}"
	whole
	equal "$(trailer '[.complete, .exit_code, .counts.exec, .counts.fork, .counts.exit]')" '[true,7,2,1,2]'
	equal "$(log -s 'map(select(.event == "exec"))[0] | [.pid, .ppid] | map(tostring) | join(" ")')" "\"${lines[0]}\""
}

@test "signals that end the command are seen by its parent" {
	local signal
	for signal in 9 15 11 1; do
		run -$((128 + signal)) daemonize sh -c "ulimit -c 0; kill -$signal \$\$"
		ended
		equal "$(log -s 'last.complete')" true
	done
}

@test "group, session, limits, attributes, directory and environment are the caller's" {
	umask 0137
	env -u _ nice -n 7 "$HELPERS/procstate" >bare
	daemonize env -u _ nice -n 7 "$HELPERS/procstate" >traced
	diff bare traced
	whole
}

# What a helper prints with the signals that sigset(1) is told.
same_signals() { # SIGSET-OPTION...
	"$HELPERS/sigset" "$@" "$HELPERS/sigstate" >bare || return
	"$HELPERS/sigset" "$@" "$PROCAUDIT" -D -o "$LOG" "$HELPERS/sigstate" >traced || return
	diff bare traced || fail "differs with: $*" || return
	ended
}

@test "signals: all default, all ignored, all blocked, some of each; none is pending" {
	same_signals -d 1-64
	same_signals -i 1-64
	same_signals -b 1-64
	same_signals -d 1-64 -i 1,2,3,15,17,20 -b 10,12,18,21,22
	same_signals -d 1-64 -b 1,2,3,15,17,20 -i 10,12,18,21,22
}

@test "descriptors: the same with any of 0, 1, 2 closed" {
	local which
	for which in '' 0 1 2 '0 1 2'; do
		rm -f list
		closed "$which" "$HELPERS/fds" list </dev/zero
		mv list bare
		closed "$which" "$PROCAUDIT" -D -o "$LOG" "$HELPERS/fds" list </dev/zero
		ended
		diff bare list || fail "closed: $which"
	done
}

# Its log, the directory of that, and what came from the command, which is closed there.
keeps_only_its_own() { # PID [FILE...]
	local own
	own=$(find "/proc/$1/fd" -type l -printf '%l\n' |
		grep -vxF -e "$LOG" -e "${LOG%/*}" "${@:2}" | grep -v -e '^pipe:' -e '^socket:' | sort -u)
	[ "$own" = /dev/null ] && [ "$(readlink "/proc/$1/cwd")" = / ]
}

@test "descriptors: those above 2 are handed on, and the daemon keeps none" {
	mkfifo hold
	exec 5</dev/zero 9>high 200</dev/null
	"$HELPERS/fds" bare
	daemonize --pidfile pid sh -c '"$1" traced; exec 6<>hold; read -r x <&6' sh "$HELPERS/fds" 3>&- &
	exec 5<&- 9>&- 200<&-
	await test -s traced
	await keeps_only_its_own "$(cat pid)" -e "$PWD/pid"
	echo >hold
	whole
	# That of the tests was closed.
	diff <(grep -v '^3 ' bare) <(grep -v '^3 ' traced)
}

@test "job control of an interactive shell is as without" {
	local name
	for name in interrupt suspend background background_read; do
		mkdir $name.bare $name
		(cd $name.bare && /usr/bin/python3 "$SRCROOT/tests/helpers/session.py" $name bash >shown)
		(cd $name && /usr/bin/python3 "$SRCROOT/tests/helpers/session.py" $name bash \
			"$PROCAUDIT" -D -A -o log.jsonl -- >shown)
		diff $name.bare/shown $name/shown
		ended $name/log.jsonl
	done
}

@test "a child that the caller had is the command's to wait for, and not missed" {
	mkfifo hold
	run -3 sh -c 'sh -c "read -r x <hold; exit 3" & exec "$@"' sh \
		"$PROCAUDIT" -D -o "$LOG" perl -e 'open(F, ">", "hold"); print F "\n"; close(F); waitpid(-1, 0); exit($? >> 8)'
	whole
	equal "$(trailer '[.complete, .counts.fork]')" '[true,0]'
}

@test "of ours the command has no child, even as the reaper of orphans" {
	cat >reaper.py <<-'END'
		import ctypes, os, sys
		libc = ctypes.CDLL(None)
		if libc.prctl(36, 1, 0, 0, 0):  # PR_SET_CHILD_SUBREAPER
		    sys.exit("prctl")
		os.execv(sys.argv[1], sys.argv[1:])
	END
	/usr/bin/python3 reaper.py "$PROCAUDIT" -D -o "$LOG" \
		perl -e 'print waitpid(-1, 0), "\n"' >out
	equal "$(cat out)" -1
	whole
}

@test "-u: the command is that user's, the log root's" {
	[ "$(id -u)" = 0 ] || skip "machine: takes root"
	daemonize -u nobody id -u >out
	equal "$(cat out)" 65534
	whole
	equal "$(trailer .complete),$(stat -c %u "$LOG")" true,0
}

@test "without privileges" {
	public_copy
	run -7 unprivileged "$PROCAUDIT" -D -o "$PUBLIC/log.jsonl" sh -c 'echo $$; (/bin/true); exit 7'
	equal "${#lines[@]}" 1
	whole "$PUBLIC/log.jsonl"
	equal "$(jq -c 'select(.event == "trailer") | [.complete, .counts.exec]' "$PUBLIC/log.jsonl")" '[true,2]'
}

# --- Where there is no command -------------------------------------------------

@test "a command that cannot be executed: message, status and log as without -D" {
	local arguments bare traced
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	touch plain
	for arguments in no-such-program './script' './plain' '--failed ./script' '--redact=default --failed /'; do
		bare=0 traced=0
		# shellcheck disable=SC2086 # options without blanks
		"$PROCAUDIT" -o bare.jsonl $arguments 2>bare || bare=$?
		# shellcheck disable=SC2086 # options without blanks
		daemonize $arguments 2>traced || traced=$?
		equal "$traced: $(cat traced)" "$bare: $(cat bare)"
		ended
		equal "$(trailer '[.complete, .exit_code, .counts.exec]')" \
			"$(jq -c 'select(.event == "trailer") | [.complete, .exit_code, .counts.exec]' bare.jsonl)"
	done
	check_log "$LOG"
}

@test "a log, a user or a pidfile that is not to be had: 125, one line, nothing has run" {
	local log=$LOG
	run -125 "$PROCAUDIT" -D -o no/log touch ran
	equal "$output" 'procaudit: cannot open the log no/log: No such file or directory'
	run -125 "$PROCAUDIT" -D -o "$log" -u no-such-user touch ran
	equal "${#lines[@]}" 1
	run -125 "$PROCAUDIT" -D -o "$log" --pidfile no/pid touch ran
	equal "$output" 'procaudit: cannot write the pidfile no/pid: No such file or directory'
	[ ! -e ran ]
}

@test "-D needs a file for the log" {
	run -125 "$PROCAUDIT" -D touch ran
	equal "$output" 'procaudit: --daemonize needs -o FILE'
	run -125 "$PROCAUDIT" -D -o - touch ran
	run -2 "$PROCAUDIT" -D -p $$
	run -2 "$PROCAUDIT" -D -o - -p $$
	[ ! -e ran ]
}

@test "where another recorder traces us nothing is run" {
	run -125 --separate-stderr audit sh -c '"$0" -D -o inner.jsonl touch ran' "$PROCAUDIT"
	[ ! -e ran ]
	[[ $stderr == *'traced already, by process '* ]]
}

@test "where tracing or a process is refused nothing is run, and the reason is said" {
	local call option
	for call in 'ptrace EPERM' 'ptrace:0x4206 EPERM' 'ptrace:0x4207 EPERM' 'ptrace:0x420e EIO' 'clone EAGAIN'; do
		for option in -q --kill-on-exit --failed; do
			# shellcheck disable=SC2086 # words
			run -125 "$HELPERS/deny" $call "$PROCAUDIT" -D $option -o "$LOG" touch ran
			equal "$call $option ${#lines[@]}" "$call $option 1"
		done
	done
	[ ! -e ran ]
}

# Starts a daemon that waits for a reader of its log, and waits for its pidfile.
begin_slowly() { # ARG...
	mkfifo slow
	"$PROCAUDIT" -D -o slow --pidfile pid "$@" 2>err 3>&- &
	await test -s pid
	cat pid >>pids
	echo >>pids
}

@test "the daemon is killed before it is up: nothing has run, and who waits for it learns it" {
	local status=0
	begin_slowly touch ran
	kill -KILL "$(cat pid)"
	wait $! || status=$?
	equal "$status" 125
	[ ! -e ran ]
	rm slow
	target
	status=0
	: >pid
	begin_slowly -p "$TARGET"
	kill -KILL "$(cat pid)"
	wait $! || status=$?
	equal "$status: $(cat err)" "1: procaudit: the daemon, process $(cat pid), has been killed"
	echo >hold
}

@test "the caller is killed before the daemon is up: that lets go, and nothing has run" {
	local pid
	begin_slowly touch ran
	pid=$(cat pid)
	kill -KILL $!
	wait $! || :
	cat slow >"$LOG"
	await gone "$pid"
	[ ! -e ran ]
	rm slow
	target
	begin_slowly -p "$TARGET"
	pid=$(cat pid)
	kill -KILL $!
	wait $! || :
	cat slow >"$LOG"
	await gone "$pid"
	untraced "$TARGET"
	check_log "$LOG"
	equal "$(log 'select(.event == "detach") | .reason')" '"signal"'
	echo >hold
}

@test "process 1 of a pid namespace cannot become the command" {
	unshare -Urpf --mount-proc true 2>/dev/null || skip "machine: no user and pid namespaces here"
	run -125 unshare -Urpf --mount-proc "$PROCAUDIT" -D -o "$LOG" touch ran
	[[ $output = 'procaudit: --daemonize does not work for process 1'* ]]
	run -125 unshare -Urp "$PROCAUDIT" -D -o "$LOG" touch ran
	[[ $output = 'procaudit: --daemonize does not work for process 1'* ]]
	[ ! -e ran ]
	# Below it all is well.
	run -7 unshare -Urpf --mount-proc sh -c '"$0" -D -o "$1" sh -c "exit 7"; status=$?
		until grep -q trailer "$1"; do :; done; exit $status' "$PROCAUDIT" "$LOG"
	check_log "$LOG"
}

# --- The daemon ----------------------------------------------------------------

@test "the caller's pipes are closed though the daemon goes on; --linger ends it" {
	local out pid status=0
	mkfifo hold
	out=$(daemonize --pidfile pid sh -c '(exec 5<>hold; read x <&5) >&- 2>&- 3>&- & echo $!; exit 3' 2>&1) ||
		status=$?
	equal "$status" 3
	echo "$out" >>pids
	pid=$(cat pid)
	equal "$pid" "$(daemon)"
	await keeps_only_its_own "$pid" -e "$PWD/pid"
	# Of nobody that we know, in a session that is not ours, without a terminal.
	equal "$(ps -o tty= -p "$pid")" '?'
	[ "$(ps -o ppid= -p "$pid")" -ne $$ ]
	[ "$(ps -o sid= -p "$pid")" -ne "$(ps -o sid= -p $$)" ]
	[ "$(ps -o sid= -p "$pid")" -ne "$pid" ]
	run ! grep -q '"event":"trailer"' "$LOG"
	echo >hold
	whole
	equal "$(trailer '[.complete, .exit_code, .counts.exit]')" '[true,3,2]'
	[ ! -e pid ]
	rm -f "$LOG" hold
	mkfifo hold
	out=$(daemonize --linger=0 sh -c '(exec 5<>hold; read x <&5) >&- 2>&- 3>&- & echo $!')
	echo "$out" >>pids
	whole
	equal "$(log 'select(.event == "detach") | .reason')" '"linger"'
	untraced "$out"
	echo >hold
}

@test "TERM, INT and QUIT let the command go, and it goes on; HUP begins a new file" {
	local signal status pid
	for signal in TERM INT QUIT; do
		rm -f hold pid "$LOG" "$LOG.1"
		mkfifo hold
		daemonize --pidfile pid sh -c 'echo $$ >command; exec 5<>hold; read x <&5; exit 5' 3>&- &
		await test -s command
		pid=$(cat pid)
		mv "$LOG" "$LOG.1"
		kill -HUP "$pid"
		await test -s "$LOG"
		kill -"$signal" "$pid"
		await gone "$pid"
		[ ! -e pid ]
		untraced "$(cat command)"
		echo >hold
		status=0
		wait $! || status=$?
		equal "$status" 5
		rm command
		check_log --parts "$LOG.1" "$LOG"
		equal "$(log 'select(.event == "detach") | .reason')" '"signal"'
		equal "$(trailer '[.complete, .part]' | jq -c '.[0]')" false
	done
}

@test "the terminal's and the job's signals do not reach the daemon" {
	local pid
	mkfifo hold
	setsid sh -c '"$0" -D -o "$1" --pidfile pid sh -c "echo \$\$ >command; exec 5<>hold; read x <&5"' \
		"$PROCAUDIT" "$LOG" 3>&- &
	await test -s command
	pid=$(cat pid)
	kill -TSTP "$pid"
	kill -TTIN "$pid"
	kill -TERM -- "-$(ps -o pgid= -p "$(cat command)" | tr -d ' ')"
	whole
	equal "$(trailer '[.complete, .signal]')" '[true,"SIGTERM"]'
}

@test "killed: the command goes on; its pidfile is stale and is taken over" {
	local pid status=0
	mkfifo hold
	daemonize --pidfile pid sh -c 'echo $$ >command; exec 5<>hold; read x <&5; /bin/true; exit 5' 3>&- &
	await test -s command
	pid=$(cat pid)
	kill -KILL "$pid"
	await gone "$pid"
	untraced "$(cat command)"
	[ -e pid ]
	"$PROCAUDIT" -D -o second.jsonl --pidfile pid sh -c 'cp pid seen'
	whole second.jsonl
	equal "$(cat seen)" "$(daemon second.jsonl)"
	await test ! -e pid
	echo >hold
	wait $! || status=$?
	equal "$status" 5
	check_log --no-trailer "$LOG"
}

@test "--failed and TERM: the command is killed, as without -D" {
	local status=0
	mkfifo hold
	daemonize --failed --pidfile pid sh -c 'echo $$ >command; exec 5<>hold; read x <&5' 3>&- &
	await test -s command
	kill -TERM "$(cat pid)"
	wait $! || status=$?
	equal "$status" 137
	whole
	equal "$(trailer .complete)" false
}

@test "what the daemon has to say it says to the syslog, and does not wait there" {
	local status=0
	unshare -m true 2>/dev/null || skip "machine: no mount namespaces"
	[ "$(id -u)" = 0 ] || skip "machine: takes root"
	cat >listen.py <<-'END'
		import socket
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind("/dev/log")
		with open("said", "w", buffering=1) as said:
		    while True:
		        print(s.recv(10000), file=said)
	END
	mkfifo hold
	unshare -m sh -c 'set -e
		mount -t tmpfs none /dev
		mknod -m 666 /dev/null c 1 3
		/usr/bin/python3 listen.py 3>&- & echo $! >>pids
		until [ -S /dev/log ] && [ -e said ]; do :; done
		exec "$@"' sh "$PROCAUDIT" -D -o "$LOG" --pidfile pid sh -c '
			exec 5<>hold; read -r x <&5; x=$(printf %0100000d 0) /bin/true; exit 5' 3>&- &
	await test -s pid
	await test -s "$LOG"
	await has_settled "$(cat pid)"
	prlimit --pid "$(cat pid)" --fsize="$(stat -c %s "$LOG")"
	echo >hold
	wait $! || status=$?
	equal "$status" 5
	await grep -qs . said
	equal "$(cat said)" "b'procaudit: cannot write the log $LOG, records are lost; the command goes on: File too large\\n'"
	await gone "$(cat pid)"
}

has_settled() { # PID
	[ "$(readlink "/proc/$1/cwd")" = / ] && [[ $(readlink "/proc/$1/fd/2") = socket:* ]]
}

# --- Attaching -----------------------------------------------------------------

@test "-p: the caller ends when all is attached and in the log, its pipes closed" {
	local out pid status=0
	target
	out=$(daemonize --pidfile pid -p "$TARGET" 2>&1 9>&1)
	equal "$out" ''
	equal "$(log 'select(.event == "attach") | .pid')" "$TARGET"
	pid=$(cat pid)
	equal "$(sed -n 's/^TracerPid:\t//p' "/proc/$TARGET/status")" "$pid"
	equal "$(daemon)" "$pid"
	equal "$(readlink "/proc/$pid/cwd")" /
	equal "$(ps -o tty= -p "$pid")" '?'
	keeps_only_its_own "$pid" -e "$PWD/pid"
	mv "$LOG" "$LOG.1"
	kill -HUP "$pid"
	await test -s "$LOG"
	kill -TERM "$pid"
	await gone "$pid"
	[ ! -e pid ]
	untraced "$TARGET"
	check_log --parts "$LOG.1" "$LOG"
	equal "$(trailer .complete)" true
	echo >hold
	wait "$JOB" || status=$?
	equal "$status" 5
}

@test "-p: whoever cannot be attached to is named before the caller ends" {
	target
	run -0 daemonize -p "$TARGET" -p 4194000
	equal "$output" "procaudit: cannot attach to process 4194000: there is none; see 'pgrep -l NAME'"
	kill -TERM "$(daemon)"
	whole
	run -1 daemonize -p 4194000
	equal "$output" "procaudit: cannot attach to process 4194000: there is none; see 'pgrep -l NAME'"
	whole
	run -6 "$PROCAUDIT" -D -o no/log -p "$TARGET"
	equal "${#lines[@]}" 1
	daemonize -p "$TARGET"
	run -4 "$PROCAUDIT" -D -o second.jsonl -p "$TARGET"
	[[ $output = *"process $(daemon) traces it already"* ]]
	whole second.jsonl
	kill -TERM "$(daemon)"
	whole
	echo >hold
}

@test "-p: a shell that attaches to itself is recorded without the one who came for it" {
	run -3 sh -c '"$0" -D -o "$1" --pidfile pid -p $$; /bin/true; exit 3' "$PROCAUDIT" "$LOG"
	whole
	equal "$(trailer '[.complete, .counts.attach, .counts.fork, .counts.exec, .counts.exit]')" '[true,1,1,1,2]'
}

# --- Hangups ---------------------------------------------------------------------

@test "-p: HUP ends one that has a terminal, and has others begin a new file" {
	target
	cat >hangup.py <<-'END'
		import os, pty, signal, sys
		ready, told = os.pipe()
		os.set_inheritable(told, True)
		pid, terminal = pty.fork()
		if pid == 0:
		    os.execv(sys.argv[1], [sys.argv[1], "-o", sys.argv[2], "--ready-fd", str(told), "-p", sys.argv[3]])
		os.close(told)
		assert os.read(ready, 10) == b"\n"
		os.kill(pid, signal.SIGHUP)
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
	run -0 /usr/bin/python3 hangup.py "$PROCAUDIT" "$LOG" "$TARGET"
	check_log "$LOG"
	equal "$(log 'select(.event == "detach") | .reason')" '"signal"'
	untraced "$TARGET"
	setsid sh -c 'echo $$ >pid; exec "$@"' sh "$PROCAUDIT" -o second.jsonl -p "$TARGET" 3>&- &
	await grep -qs '"event":"attach"' second.jsonl
	mv second.jsonl first.jsonl
	kill -HUP "$(cat pid)"
	await test -s second.jsonl
	kill -TERM "$(cat pid)"
	wait $!
	check_log --parts first.jsonl second.jsonl
	echo >hold
}

@test "-p: a signal for the log that comes when all has ended is none to die by" {
	local signal status
	mkfifo slow
	for signal in HUP USR1 USR2; do
		rm -f hold target
		x=$(printf %0100000d 0) y=$(printf %0100000d 0) target
		exec 7<>slow
		setsid sh -c 'echo $$ >pid; exec "$@"' sh "$PROCAUDIT" -o slow -p "$TARGET" 3>&- 7>&- &
		await traced "$TARGET"
		echo >hold
		await gone "$TARGET"
		await test ! -e "/proc/$TARGET"
		kill -$signal "$(cat pid)"
		# Somebody reads before nobody does.
		exec 8<slow 7>&-
		cat <&8 >"$LOG" &
		exec 8<&-
		status=0
		wait "$(cat pid)" || status=$?
		equal "$signal $status" "$signal 0"
		wait
		check_log "$LOG"
	done
}

traced() { # PID
	! untraced "$1"
}

# --- The pidfile ---------------------------------------------------------------

@test "--pidfile: one that is held is refused, with the other's pid, and nothing is touched" {
	local before
	target
	daemonize --pidfile pid -p "$TARGET"
	before=$(cat "$LOG")
	run -1 "$PROCAUDIT" -o second.jsonl --pidfile pid -p "$TARGET"
	equal "$output" "procaudit: process $(cat pid) holds the pidfile pid and is alive: end it first"
	run -1 "$PROCAUDIT" -D -o second.jsonl --pidfile pid -p "$TARGET"
	run -125 "$PROCAUDIT" -o second.jsonl --pidfile pid touch ran
	run -125 "$PROCAUDIT" -D -o second.jsonl --pidfile pid touch ran
	[ ! -e ran ] && [ ! -e second.jsonl ]
	equal "$(cat "$LOG")" "$before"
	equal "$(cat pid)" "$(daemon)"
	equal "$(stat -c %a pid)" 600
	kill -TERM "$(cat pid)"
	whole
	echo >hold
}

@test "--pidfile without -D: the id that the caller knows, until the end of the command, however" {
	local status=0
	"$PROCAUDIT" -o "$LOG" --pidfile pid sh -c 'cat pid >seen; ls -l /proc/$$/fd >list; exit 3' 3>&- &
	wait $! || status=$?
	equal "$status" 3
	equal "$(cat seen)" "$!"
	[ ! -e pid ]
	run ! grep -q /pid list
	run -143 "$PROCAUDIT" -o "$LOG" --pidfile pid sh -c 'test -s pid && kill $$'
	[ ! -e pid ]
	run -127 "$PROCAUDIT" -o "$LOG" --pidfile pid no-such-program
	[ ! -e pid ]
	run -1 "$PROCAUDIT" -o "$LOG" --pidfile pid -p 4194000
	[ ! -e pid ]
}

@test "--pidfile: it is removed from a directory of somebody else, too" {
	[ "$(id -u)" = 0 ] || skip "machine: takes root"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	install -d -o 65534 -g 65534 -m 755 theirs
	"$PROCAUDIT" -o "$LOG" --pidfile theirs/pid test -s theirs/pid
	equal "$(ls theirs)" ''
	daemonize --pidfile theirs/pid test -s theirs/pid
	ended
	equal "$(ls theirs)" ''
	run -1 "$PROCAUDIT" -o "$LOG" --pidfile theirs/pid -p 4194000
	equal "$(ls theirs)" ''
}

@test "--pidfile: what stands there in its place in the end is another's" {
	"$PROCAUDIT" -o "$LOG" --pidfile pid sh -c 'rm pid; echo other >pid'
	equal "$(cat pid)" other
}

# --- Who waits for it ------------------------------------------------------------

@test "--ready-fd: a line when recording is up, and the end of the file" {
	local out
	target
	out=$(exec 6>&1 >/dev/null; "$PROCAUDIT" -o "$LOG" --ready-fd 6 -p "$TARGET" 6>&6 3>&- &
		echo $! >pid) && equal "$out" ''
	printf '\n' | cmp - <(exec 6>&1 >/dev/null
		"$PROCAUDIT" -D -o second.jsonl --ready-fd 6 sh -c 'ls -l /proc/self/fd >list; /bin/true')
	run ! grep -q ' 6 ->' list
	whole second.jsonl
	printf '\n' | cmp - <(exec 6>&1 >/dev/null
		"$PROCAUDIT" -o third.jsonl --ready-fd 6 sh -c 'ls -l /proc/self/fd >list')
	run ! grep -q ' 6 ->' list
	# Nothing is said of what did not come.
	cmp /dev/null <(exec 6>&1 >/dev/null; ! "$PROCAUDIT" -o no/log --ready-fd 6 true 2>/dev/null)
	cmp /dev/null <(exec 6>&1 >/dev/null; ! "$PROCAUDIT" -o "$LOG.2" --ready-fd 6 -p 4194000 2>/dev/null)
	kill -TERM "$(cat pid)"
	whole
	echo >hold
}

@test "--ready-fd: a descriptor that does not serve is a wrong command line" {
	local fd
	for fd in '' x -1 0 1 2 99999999999; do
		run -125 "$PROCAUDIT" --ready-fd "$fd" touch ran
		equal "${#lines[@]}" 1
	done
	run -125 "$PROCAUDIT" --ready-fd 7 touch ran 7>&-
	equal "$output" 'procaudit: --ready-fd: descriptor 7 is not open for writing'
	run -125 "$PROCAUDIT" --ready-fd 7 touch ran 7</dev/null
	run -2 "$PROCAUDIT" --ready-fd 7 -p $$ 7</dev/null
	[ ! -e ran ]
}

# Receives datagrams, a line each in told, from now on.
manager() {
	NOTIFY_SOCKET=$PWD/socket /usr/bin/python3 - <<-'END' 3>&- 2>/dev/null &
		import os, socket
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(os.environ["NOTIFY_SOCKET"])
		told = open("told", "a", buffering=1)
		while True:
		    print(s.recv(100).decode().replace("\n", " "), file=told)
	END
	echo $! >>pids
	await test -e told
	export NOTIFY_SOCKET=$PWD/socket
}

@test "a service manager learns the daemon's pid from the process that it knows" {
	target
	manager
	daemonize -p "$TARGET"
	await grep -qx "MAINPID=$(daemon) READY=1" told
	kill -HUP "$(daemon)"
	await grep -qx 'READY=1' told
	kill -TERM "$(daemon)"
	whole
	await grep -qx STOPPING=1 told
	equal "$(sed 's/=[0-9][0-9]*/=N/g' told | tr '\n' ';')" \
		'MAINPID=N READY=N;RELOADING=N MONOTONIC_USEC=N;READY=N;STOPPING=N;'
	# And of the end, if that comes by itself.
	: >told
	daemonize -p "$TARGET"
	echo >hold
	whole
	await grep -qx STOPPING=1 told
}

@test "signs of life come as often as the service manager wants, to whom they were promised" {
	target
	manager
	# As systemd does: WATCHDOG_PID is that of the process which it starts.
	WATCHDOG_USEC=20000 sh -c 'export WATCHDOG_PID=$$; exec "$@"' sh \
		"$PROCAUDIT" -o "$LOG" -p "$TARGET" 3>&- &
	await grep -qx 'READY=1' told
	await alive 20
	kill -TERM $!
	whole
	await grep -qx STOPPING=1 told
	: >told
	WATCHDOG_USEC=20000 sh -c 'export WATCHDOG_PID=$$; exec "$@"' sh \
		"$PROCAUDIT" -D -o second.jsonl -p "$TARGET"
	await alive 20
	kill -TERM "$(daemon second.jsonl)"
	whole second.jsonl
	await grep -qx STOPPING=1 told
	: >told
	# Not by somebody else, who has it from his parent.
	WATCHDOG_USEC=1 WATCHDOG_PID=$$ "$PROCAUDIT" -D -o third.jsonl -p "$TARGET"
	kill -TERM "$(daemon third.jsonl)"
	whole third.jsonl
	await grep -qx STOPPING=1 told
	run ! grep -q WATCHDOG told
	echo >hold
}

alive() { # TIMES
	[ "$(grep -c 'WATCHDOG=1' told)" -ge "$1" ]
}
