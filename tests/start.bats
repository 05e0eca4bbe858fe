# SPDX-License-Identifier: ISC
# Contract: the command starts as it would without procaudit, or not at all.
# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr

load lib/common
load helpers/await

# Runs a helper with the signals that sigset(1) is told, bare and traced.
same_signals() {
	"$HELPERS/sigset" "$@" "$HELPERS/sigstate" >bare || return
	"$HELPERS/sigset" "$@" "$PROCAUDIT" -o "$LOG" "$HELPERS/sigstate" >traced || return
	diff bare traced || fail "differs with: $*"
}

# A daemon that a failed test has left waits for the fifo.
teardown() {
	[ ! -p fifo ] || dd if=/dev/zero of=fifo oflag=nonblock bs=1 count=1 2>/dev/null || :
}

# --- Signals -----------------------------------------------------------------

@test "signals: all default" {
	same_signals -d 1-64
	check_log "$LOG"
	equal "$(grep -c ' default$' traced)" 64
}

@test "signals: all ignored" {
	same_signals -d 1-64 -i 1-64
	equal "$(grep -c ' ignored$' traced)" 62
}

@test "signals: all blocked" {
	same_signals -d 1-64 -b 1-64
	equal "$(grep -c ' default blocked$' traced)" 62
}

@test "signals: all ignored and blocked" {
	same_signals -d 1-64 -i 1-64 -b 1-64
}

@test "signals: each of the 31 and five real-time ones ignored alone" {
	local signo
	for signo in {1..31} 32 33 34 50 64; do
		same_signals -d 1-64 -i "$signo"
	done
}

@test "signals: each of the 31 and five real-time ones blocked alone" {
	local signo
	for signo in {1..31} 32 33 34 50 64; do
		same_signals -d 1-64 -b "$signo"
	done
}

@test "signals: odd ones ignored, even ones blocked, and the reverse" {
	same_signals -d 1-64 -i "$(seq -s, 1 2 63)" -b "$(seq -s, 2 2 64)"
	same_signals -d 1-64 -b "$(seq -s, 1 2 63)" -i "$(seq -s, 2 2 64)"
}

@test "signals: all that procaudit itself handles, ignored or blocked" {
	# HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD CONT TSTP TTIN TTOU XFSZ
	same_signals -d 1-64 -i 1,2,3,10,12,13,14,15,17,18,20,21,22,25
	same_signals -d 1-64 -b 1,2,3,10,12,13,14,15,17,18,20,21,22,25
	check_log "$LOG"
}

@test "SIGCHLD inherited as ignored does not lose the status" {
	run -7 "$HELPERS/sigset" -i 17 "$PROCAUDIT" -o "$LOG" sh -c 'exit 7'
	check_log "$LOG"
}

@test "SIGCHLD inherited as blocked does not lose the status" {
	run -7 "$HELPERS/sigset" -b 17 "$PROCAUDIT" -o "$LOG" sh -c 'exit 7'
	check_log "$LOG"
}

@test "a whole tree under ignored SIGCHLD is recorded to its end" {
	"$HELPERS/sigset" -i 17 "$PROCAUDIT" -o "$LOG" sh -c '(exit 3) & (/bin/true) & wait; exit 0'
	check_log "$LOG"
	equal "$(log -s 'map(select(.event == "exit")) | length')" 3
}

# --- Descriptors -------------------------------------------------------------

# The descriptors of a command that is started with some of 0-2 closed.
fds_closed() { # WHICH [PROCAUDIT...]
	rm -f list
	closed "$1" "${@:2}" "$HELPERS/fds" list </dev/zero >>out 2>>err
}

@test "descriptors: the same with any of 0, 1, 2 closed, the log in a file" {
	local which
	for which in '' 0 1 2 '0 1' '0 2' '1 2' '0 1 2'; do
		fds_closed "$which"
		mv list bare
		fds_closed "$which" "$PROCAUDIT" -o "$LOG"
		check_log "$LOG"
		diff bare list || fail "closed: $which"
	done
	equal "$(cat out err)" ''
}

@test "descriptors: the same with any of 0, 2 closed, the log on standard output" {
	local which
	for which in '' 0 2 '0 2'; do
		fds_closed "$which"
		mv list bare
		: >out
		fds_closed "$which" "$PROCAUDIT" -o -
		check_log out
		diff bare list || fail "closed: $which"
	done
}

@test "descriptors: the same with any of 0, 1 closed, text on standard error" {
	local which
	for which in '' 0 1 '0 1'; do
		fds_closed "$which"
		mv list bare
		: >err
		fds_closed "$which" "$PROCAUDIT"
		grep -q fds err
		diff bare list || fail "closed: $which"
	done
}

@test "descriptors: a log that has nowhere to go starts nothing" {
	run -125 closed 1 "$PROCAUDIT" -o - touch ran
	equal "$output" 'procaudit: cannot write the log to standard output: it is closed'
	run -125 closed 2 "$PROCAUDIT" touch ran
	equal "$output" ''
	[ ! -e ran ]
}

@test "descriptors: those above 2 are handed on, and no others" {
	exec 5</dev/zero 9>high 200</dev/null
	"$HELPERS/fds" bare
	"$PROCAUDIT" -o "$LOG" "$HELPERS/fds" traced
	exec 5<&- 9>&- 200<&-
	diff bare traced
	grep -q '^200 ' traced
}

@test "descriptors: later programs of the tree see no more than the first" {
	sh -c "'$HELPERS/fds' bare; '$HELPERS/fds' bare; exec '$HELPERS/fds' bare"
	"$PROCAUDIT" -o "$LOG" sh -c "'$HELPERS/fds' list; '$HELPERS/fds' list; exec '$HELPERS/fds' list"
	diff bare list
}

# --- Everything else that is inherited ---------------------------------------

same_state() {
	"$@" env -u _ "$HELPERS/procstate" >bare || return
	"$@" env -u _ "$PROCAUDIT" -o "$LOG" "$HELPERS/procstate" >traced || return
	check_log "$LOG"
	diff bare traced || fail "differs under: $*"
}

@test "group, session, limits, attributes, directory and environment are the caller's" {
	same_state env
}

@test "an unusual umask, niceness, limits, scheduling and environment are, too" {
	umask 0137
	same_state env A= =x 'B=a b' 'C=a
b' nice -n 7 prlimit --core=4096:8192 --stack=1048576 --nproc=5000 chrt --batch 0
}

@test "an empty environment stays empty" {
	equal "$(env -i "$PROCAUDIT" -o "$LOG" /usr/bin/env)" ''
	equal "$(log 'select(.event == "exec") | .env')" '[]'
}

@test "capabilities, no_new_privs and securebits are, too" {
	same_state setpriv --no-new-privs --inh-caps=-all
}

@test "timers, the signal at the parent's end and being a subreaper are, too" {
	same_state "$HELPERS/bequeath" 1000000
	grep -qx "pdeathsig: $(kill -l USR2)" traced
	grep -qx 'subreaper: 1' traced
	equal "$(grep -c '^timer .: runs$' traced)" 3
}

@test "a timer that the command was given ends it" {
	run "$HELPERS/bequeath" 500 "$PROCAUDIT" -o "$LOG" sh -c 'ulimit -t 20; while :; do :; done'
	equal "$status" $((128 + $(kill -l VTALRM)))
	check_log "$LOG"
	equal "$(log 'select(.event == "exit") | .signal')" '"SIGVTALRM"'
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

# --- Pipes -------------------------------------------------------------------

# A daemon that has let go of its descriptors until the fifo is opened.
DAEMON='(read x <fifo) <&- >&- 2>&- &'

@test "the reader of our output sees its end when the command has ended" {
	mkfifo fifo
	{ "$PROCAUDIT" -q -o "$LOG" sh -c "echo hello; $DAEMON" & echo $! >pid; } |
		{ cat >out; : >eof; } 3>&- &
	await test -e eof
	# The daemon is still followed.
	equal "$(cat out)" hello
	run ! grep -q '"event":"trailer"' "$LOG"
	echo >fifo
	await gone "$(cat pid)"
	check_log "$LOG"
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

@test "the writer of our input sees its end when the command has ended" {
	mkfifo fifo
	{ "$HELPERS/sigset" -d 13 yes || : >eof; } 3>&- |
		"$PROCAUDIT" -q -o "$LOG" sh -c "$DAEMON read x && echo \$x" >out 3>&- &
	await test -e eof
	run ! grep -q '"event":"trailer"' "$LOG"
	echo >fifo
	wait $!
	equal "$(cat out)" y
	check_log "$LOG"
}

# --- Limits ------------------------------------------------------------------

# Records with no more than so many descriptors.
audit_with_descriptors() { # N COMMAND...
	bare_fds prlimit --nofile="$1:$1" "$PROCAUDIT" -o "$LOG" "${@:2}"
}

@test "sixteen descriptors are enough" {
	audit_with_descriptors 16 sh -c 'echo ran; (/bin/true); (/bin/echo 2)' >out
	equal "$(cat out)" $'ran\n2'
	check_log "$LOG"
	equal "$(log 'select(.event == "trailer") | [.complete, .counts.exec]')" '[true,3]'
}

@test "with fewer descriptors the record is whole or nothing has run" {
	local n status
	# Four are what any program needs to load its libraries.
	for n in {15..4}; do
		rm -f "$LOG" ran
		status=0
		audit_with_descriptors "$n" sh -c '/bin/true; /bin/touch ran' 2>err || status=$?
		if [ -e ran ]; then
			equal "$status:$(cat err)" 0:
			check_log "$LOG"
			equal "$(log 'select(.event == "trailer") | .complete')" true
		else
			equal "$status:$(grep -c '^procaudit: ' err):$(wc -l <err)" 125:1:1
		fi
	done
	equal "$status" 125
}

@test "a limit on address space gives the whole record or none" {
	[ -z "${ASAN_OPTIONS-}" ] || skip "machine: a sanitizer needs the address space itself"
	(
		ulimit -v 65536
		"$PROCAUDIT" -o "$LOG" sh -c 'echo ran' >out
	)
	equal "$(cat out)" ran
	check_log "$LOG"
}

# Prints its own limits of CPU time, those of its tracer once they are others, and
# sends that what the kernel sends who has used up his.
CPU_TIME='
	limits() { sed -n "s/^Max cpu time *//p" "/proc/$1/limits"; }
	tracer=$(sed -n "s/^TracerPid:.//p" /proc/self/status)
	while [ "$(limits $tracer)" = "$(limits self)" ]; do :; done
	ulimit -St; ulimit -Ht; limits $tracer; kill -XCPU "$tracer"'

@test "a limit on CPU time is that of each program, not of the recorder" {
	prlimit --cpu=700:900 "$PROCAUDIT" -o "$LOG" sh -c "$CPU_TIME" >got
	check_log "$LOG"
	equal "$(log 'select(.event == "trailer") | .complete')" true
	equal "$(head -n 2 got)" $'700\n900'
	# What it may raise is for it to know.
	grep -qE '^(900 +900|unlimited +unlimited) +seconds' got
}

# --- Children that were there before -----------------------------------------

@test "a child inherited through exec is neither waited for nor recorded" {
	mkfifo fifo
	timeout 60 sh -c "(read x <fifo) & echo \$! >stranger; exec '$PROCAUDIT' -o '$LOG' true"
	check_log "$LOG"
	kill -0 "$(cat stranger)"
	untraced "$(cat stranger)"
	echo >fifo
	run ! grep -q "\"pid\":$(cat stranger)," "$LOG"
	equal "$(log 'select(.event == "trailer") | [.counts.fork, .counts.exit]')" '[0,1]'
}

@test "a child inherited through exec that ends first is not recorded" {
	mkfifo fifo
	sh -c "(exit 3) & echo \$! >stranger; exec '$PROCAUDIT' -o '$LOG' sh -c 'read x <fifo'" 3>&- &
	await test -s stranger
	await gone "$(cat stranger)"
	echo >fifo
	wait $!
	check_log "$LOG"
	run ! grep -q "\"pid\":$(cat stranger)," "$LOG"
	equal "$(log 'select(.event == "trailer") | [.counts.fork, .counts.exit]')" '[0,1]'
}

# --- Tracers -----------------------------------------------------------------

@test "a procaudit below procaudit says that it is traced and starts nothing" {
	run -125 --separate-stderr audit "$PROCAUDIT" -o inner.jsonl touch ran
	[ ! -e ran ]
	equal "${#stderr_lines[@]}" 1
	[[ $stderr == *"traced already, by process "* ]]
	equal "$(log 'select(.event == "trailer") | [.exit_code, .complete]')" '[125,true]'
}

@test "what runs beside an inner procaudit is recorded" {
	audit sh -c "'$PROCAUDIT' -o inner.jsonl true 2>/dev/null; /bin/echo after" >out
	equal "$(cat out)" after
	equal "$(log -r 'select(.event == "exec") | .argv[0]')" $'sh\n'"$PROCAUDIT"$'\n/bin/echo'
}

@test "strace around procaudit: its own child is taken, so procaudit says so" {
	run -125 strace -f -o strace.out "$PROCAUDIT" -o "$LOG" touch ran
	[ ! -e ran ]
	[[ $output == "procaudit: ptrace is forbidden here: this process is traced already, by process "* ]]
	equal "${#lines[@]}" 1
}

@test "strace around procaudit alone is no obstacle" {
	# The leak sanitizer, if we have it, cannot work below strace.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 \
		strace -o strace.out "$PROCAUDIT" -o "$LOG" sh -c '/bin/true; :'
	check_log "$LOG"
	equal "$(log 'select(.event == "trailer") | [.counts.exec, .complete]')" '[2,true]'
}

# --- Pid namespaces ----------------------------------------------------------

new_pid_namespace() {
	unshare -Urpf true 2>/dev/null || skip "no user and pid namespaces here"
}

@test "a /proc of another pid namespace is not believed" {
	new_pid_namespace
	# Pids 3 and 4 of the namespace are other processes in this /proc.
	unshare -Urpf "$PROCAUDIT" -o "$LOG" sh -c '(/bin/echo one); exec env -i A=1 /bin/echo two' >out
	equal "$(cat out)" $'one\ntwo'
	check_log "$LOG"
	equal "$(log 'select(.event == "header") | .capture.proc')" false
	equal "$(log 'select(.event == "exec") | [has("exe"), has("exe_dev"), has("cwd"), has("ppid")] | any')" \
		$'false\nfalse\nfalse\nfalse'
	equal "$(log 'select(.event == "exec") | [.exe_error, .cwd_error]' | sort -u)" '["ENOENT","ENOENT"]'
	equal "$(log 'select(.event == "exec") | [.pid, .path, .argv]')" '[3,"/usr/bin/sh",["sh","-c","(/bin/echo one); exec env -i A=1 /bin/echo two"]]
[4,"/bin/echo",["/bin/echo","one"]]
[3,"/usr/bin/env",["env","-i","A=1","/bin/echo","two"]]
[3,"/bin/echo",["/bin/echo","two"]]'
	equal "$(log -s 'map(select(.event == "exec"))[-1].env')" '["A=1"]'
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

@test "as pid 1 of a namespace: a death by signal becomes 128 and its number" {
	new_pid_namespace
	run -137 unshare -Urpf --mount-proc "$PROCAUDIT" -o "$LOG" sh -c 'kill -9 $$'
	check_log "$LOG"
	equal "$(log 'select(.event == "trailer") | .signal')" '"SIGKILL"'
	run -143 unshare -Urpf --mount-proc "$PROCAUDIT" -o "$LOG" sh -c 'kill -15 $$'
	run -7 unshare -Urpf --mount-proc "$PROCAUDIT" -o "$LOG" sh -c 'exit 7'
}

@test "as pid 1 of a namespace: orphans are recorded once" {
	new_pid_namespace
	unshare -Urpf --mount-proc "$PROCAUDIT" -o "$LOG" \
		sh -c '(sh -c "sh -c exit\\ 5 & exit 3"; exit 4) & wait'
	check_log "$LOG"
	equal "$(log 'select(.event == "exit") | .exit_code' | sort -n)" $'0\n3\n4\n5'
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

@test "as pid 1 of a namespace: strangers are reaped and not recorded" {
	new_pid_namespace
	mkfifo child orphan
	cat >strangers <<-'END'
		sh -c 'echo $$ >orphan.pid; read x <orphan; exit 9' &
		echo $$ >child.pid
		read x <child
		exit 8
	END
	cat >below <<-'END'
		read child <child.pid; read orphan <orphan.pid
		echo >child; while [ -e /proc/$child ]; do :; done
		echo >orphan; while [ -e /proc/$orphan ]; do :; done
	END
	# One is a child of pid 1 before that becomes procaudit, the other becomes
	# one when the first has ended.
	timeout -s KILL 60 unshare -Urpf --mount-proc --kill-child sh -c "sh strangers &
		until [ -s orphan.pid ] && [ -s child.pid ]; do :; done
		exec '$PROCAUDIT' -o '$LOG' sh below"
	check_log "$LOG"
	equal "$(log 'select(.event == "exit") | .exit_code')" 0
	equal "$(log 'select(.event == "trailer") | .complete')" true
}
