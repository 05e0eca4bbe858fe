# SPDX-License-Identifier: ISC
# Contract: a process is followed through whatever life it leads, and leads the
# life that it would lead without procaudit.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common
load helpers/await

# What hangs is killed in the end.
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	RECORDER=$PROCAUDIT
	printf '#!/bin/sh\nexec timeout -s KILL 240 "%s" "$@"\n' "$PROCAUDIT" >bounded
	chmod +x bounded
	PROCAUDIT=$PWD/bounded
	LIVES=$HELPERS/lives
}

teardown() {
	[ ! -p go ] || dd if=/dev/zero of=go oflag=nonblock bs=1 count=1 2>/dev/null || :
}

# The log holds what the helper reports: each process once, with its end.
tells_the_truth() { # REPORT
	check_log "$LOG" || return
	/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" "$1" >&2 || return
	equal "$(log -s 'last | [.complete, .counts.fork, .counts.exit]')" \
		"[true,$(wc -l <"$1"),$(($(wc -l <"$1") + 1))]" || return
	# Numbers are given once, and each process is born once and ends once.
	equal "$(log -s 'map(select(.event == "exit").proc) | length - (unique | length)')" 0 || return
	equal "$(log -s 'map(select(.event == "fork").child) | sort')" \
		"$(log -s 'map(select(.event == "exit").proc) | sort | .[1:]')"
}

# Prints the same, bare and recorded.
same_output() { # OPTIONS COMMAND...
	"${@:2}" >bare 2>&1 || return
	# shellcheck disable=SC2086 # several options
	"$PROCAUDIT" $1 -o "$LOG" "${@:2}" >traced 2>&1 || return
	check_log "$LOG" || return
	[ -s bare ] || fail "says nothing: $*" || return
	diff bare traced || fail "differs: $*"
}

statuses() {
	cut -d ' ' -f 2 "$1"
}

execs() {
	log 'select(.event == "exec")' | jq -c "$@"
}

new_pid_namespace() {
	unshare -Urpf --mount-proc true 2>/dev/null || skip "machine: no user and pid namespaces"
}

# --- Made in every way --------------------------------------------------------

@test "fork, vfork, posix_spawn, clone with CLONE_VM, clone3, and killed: one after the other" {
	local option
	"$LIVES" many 600 >bare
	for option in '' --threads --failed; do
		# shellcheck disable=SC2086 # none or one
		"$PROCAUDIT" $option -o "$LOG" "$LIVES" many 600 >report
		diff <(statuses bare) <(statuses report)
		tells_the_truth report
		equal "$(execs -s 'map(select(.success and .argv == ["true"])) | length')" 200
	done
	# The kind is absent where a busy machine holds the creator up.
	equal "$(log -s 'map(select(.event == "fork").kind) | def of(kind): map(select(. == kind)) | length;
		[length, of("clone") <= 100, of("fork") <= 300, of("vfork") <= 200, of(null) < 30]')" \
		'[600,true,true,true,true]'
}

@test "numbers are used again and again: 4 000 processes within 400" {
	new_pid_namespace
	unshare -Urpf --mount-proc sh -c 'echo 400 >/proc/sys/kernel/pid_max' ||
		skip "machine: a pid namespace has no pid_max of its own before Linux 6.14"
	unshare -Urpf --mount-proc sh -c 'echo 400 >/proc/sys/kernel/pid_max; exec "$@"' sh \
		"$PROCAUDIT" --threads -o "$LOG" "$LIVES" many 4000 >report
	tells_the_truth report
	equal "$(log -s 'map(select(.event == "exit").pid) | max <= 400')" true
	equal "$(log -s 'map(select(.event == "exit").proc) | max')" 4001
}

@test "a number that is used again at once, by set_tid: each is another process" {
	local option
	unshare -Urpf --mount-proc "$LIVES" same 300 6 >bare 2>/dev/null ||
		skip "machine: no clone3 with set_tid"
	equal "$(tr '\n' ' ' <bare)" '300 0 300 6 300 512 300 0 300 6 300 1280 '
	for option in '' --threads --failed; do
		# shellcheck disable=SC2086 # none or one
		(ulimit -c 0; unshare -Urpf --mount-proc "$PROCAUDIT" $option -o "$LOG" "$LIVES" same 300 900 >report)
		tells_the_truth report
		equal "$(log 'select(.event == "exit" and .proc > 1).pid' | sort -u)" 300
		equal "$(log -s 'map(select(.event == "fork")) | map(.child_pid == 300 and .kind == "fork") | all')" true
		equal "$(execs -s 'map(select(.success and .pid == 300 and .image == 1)) | length')" 300
	done
	# From outside its numbers are others, and ns_pid is 300.
	(ulimit -c 0; "$PROCAUDIT" -o "$LOG" unshare -Urpf --mount-proc "$LIVES" same 300 30 >report)
	check_log "$LOG"
	equal "$(log 'select(.event == "exit" and .ns_pid == 300).proc' | sort -u | wc -l)" 30
}

@test "a process born into a cgroup of a file system mounted for it" {
	unshare -m sh -c 'mkdir cg && mount -t cgroup2 none cg && mkdir "cg/$0" && rmdir "cg/$0"' "procaudit-life.$$" ||
		skip "machine: no cgroup2 can be mounted and written"
	unshare -m sh -c 'mount -t cgroup2 none cg && mkdir "cg/$0" || exit
		"$@"; status=$?; rmdir "cg/$0"; exit $status' "procaudit-life.$$" \
		"$PROCAUDIT" -o "$LOG" "$HELPERS/newborns" cgroup "cg/procaudit-life.$$" >told
	grep -q "^0::.*/procaudit-life.$$" told
	sed '/:/d' told >report
	tells_the_truth report
}

# --- Storms -------------------------------------------------------------------

# Each image but the first is an exec of the same process.
storm() { # SEED N OPTION...
	"$PROCAUDIT" "${@:3}" -o "$LOG" "$LIVES" storm "$1" "$2" >report || return
	tells_the_truth report || return
	equal "$(execs 'select(.success and .argv[1] == "storm-on") | [.proc, .image]')" \
		"$(seq -f '[2,%.0f]' "$2")" || return
	# /bin/true is what ended with 0, as the storm did.
	equal "$(execs -s 'map(select(.success and .argv == ["true"])) | length')" \
		"$(($(grep -c ' 0$' report) - 1))" || return
	[[ " ${*:3} " != *" --threads "* ]] || threads_pair
}

# Every thread has ended, or become the process's only one by its exec.
threads_pair() {
	equal "$(log 'select(.event == "thread").tid' | sort)" \
		"$(log 'select(.event == "thread_exit").tid, .old_tid // empty' | sort)"
}

@test "exec from any thread while others fork, execute, make threads and end" {
	local seed
	for seed in 1 2 3; do
		storm "$seed" 150
	done
	# Leaders were among those that executed, and others.
	execs -s -e 'map(.old_tid) | any and (all | not)'
}

@test "the same, threads recorded" {
	storm 4 200 --threads
}

@test "the same, failed execs recorded" {
	storm 5 200 --failed
	storm 6 100 --failed --threads
}

@test "10 000 threads" {
	"$HELPERS/newborns" threads 10000 || skip "machine: 10 000 threads are too many"
	"$PROCAUDIT" --threads -o "$LOG" "$HELPERS/newborns" threads 10000
	check_log "$LOG"
	equal "$(log -s 'last | .counts | [.fork, .exit, .thread, .thread_exit]')" '[0,1,10000,10000]'
	equal "$(log 'select(.event == "thread").tid' | sort -u | wc -l)" 10000
	"$PROCAUDIT" -o "$LOG" "$HELPERS/newborns" threads 10000
	check_log "$LOG"
	equal "$(log -s 'last | .counts | [.fork, .exit, .thread, .thread_exit]')" '[0,1,0,0]'
}

# --- Nobody waits -------------------------------------------------------------

@test "zombies that are never waited for stay zombies, and their ends are recorded" {
	same_output '' "$LIVES" zombies 200
	equal "$(sort -u traced)" '200 zombies'
	equal "$(log -s 'last | [.complete, .counts.fork, .counts.exit]')" '[true,200,201]'
	equal "$(log 'select(.event == "exit" and .proc > 1).exit_code' | sort -n | tail -1)" 199
	same_output --failed "$LIVES" zombies 50
}

@test "where SIGCHLD is ignored there are no zombies, and their ends are recorded" {
	same_output '' "$LIVES" unwaited 200
	equal "$(sort -u traced)" '0 zombies'
	equal "$(log -s 'last | [.complete, .counts.fork, .counts.exit]')" '[true,200,201]'
}

@test "a subreaper gets the orphans below it" {
	same_output '' "$LIVES" orphan
	equal "$(cat traced)" "the orphan's parent is the subreaper"
	equal "$(execs 'select(.argv == ["true"]) | [.proc, .parent, .ppid == $reaper]' \
		--argjson reaper "$(execs 'select(.proc == 1).pid')")" '[3,2,true]'
}

# --- Daemons ------------------------------------------------------------------

@test "a daemon that has closed everything is followed to its end" {
	local pid
	mkfifo go
	"$LIVES" daemon go bare
	echo >go
	await test -s bare
	"$RECORDER" -q -o "$LOG" "$LIVES" daemon go traced 3>&- &
	pid=$!
	await grep -q '"proc":1,"exit_code":0' "$LOG"
	run ! grep -q trailer "$LOG"
	echo >go
	wait "$pid"
	check_log "$LOG"
	diff bare traced
	equal "$(log 'select(.event == "exit") | [.proc, .exit_code]' | sort)" $'[1,0]\n[2,0]\n[3,6]'
	equal "$(log 'select(.event == "fork") | [.proc, .child]')" $'[1,2]\n[2,3]'
	equal "$(log -s 'last | [.exit_code, .complete]')" '[0,true]'
}

@test "a daemon that is let go runs on" {
	mkfifo go
	"$PROCAUDIT" --linger=0 -o "$LOG" "$LIVES" daemon go traced
	check_log "$LOG"
	equal "$(log 'select(.event == "detach") | [.proc, .reason]')" '[3,"linger"]'
	await untraced "$(log 'select(.event == "detach").pid')"
	echo >go
	await test -s traced
}

# --- Other tracers ------------------------------------------------------------

# What is below procaudit is refused, in the tool's own words; the rest goes on.
refused_inside() { # PATTERN TOOL...
	audit sh -c '"$@"; echo "status $?"; /bin/echo after' sh "${@:2}" >out 2>&1 || return
	grep -qE "$1" out || fail "does not say '$1': $(cat out)" || return
	grep -qE '^status [1-9]' out || fail "$(cat out)" || return
	equal "$(tail -n 1 out)" after || return
	equal "$(execs -s 'map(.argv[0]) | [first, last]')" '["sh","/bin/echo"]' || return
	execs -s -e 'map(.argv[0]) | index($tool) != null' --arg tool "$2" || return
	equal "$(log -s 'last | .complete')" true
}

@test "strace inside is refused, and the rest recorded" {
	refused_inside 'PTRACE_TRACEME.*Operation not permitted' strace -o trace.out /bin/true
}

@test "strace inside cannot attach" {
	audit sh -c 'sleep 1000 & strace -o trace.out -p $!; echo "status $?"; kill $!; wait $!; echo "ended by $?"' >out 2>&1
	grep -q 'PTRACE_ATTACH, .*Operation not permitted' out || grep -q 'PTRACE_SEIZE, .*Operation not permitted' out
	equal "$(grep -E '^(status|ended)' out)" $'status 1\nended by 143'
	equal "$(log -s 'last | .complete')" true
}

@test "gdb inside is refused, and the rest recorded" {
	type -P gdb >/dev/null || skip 'gdb is not installed'
	audit sh -c 'gdb -nx -q -batch -ex run --args /bin/true; /bin/echo after' >out 2>&1 </dev/null
	grep -q 'Could not trace the inferior process' out || fail "$(cat out)"
	equal "$(tail -n 1 out)" after
	execs -s -e 'map(.argv[0]) | index("gdb") and last == "/bin/echo"'
	equal "$(log -s 'last | .complete')" true
}

@test "gdb around procaudit is no obstacle" {
	type -P gdb >/dev/null || skip 'gdb is not installed'
	[ -z "${ASAN_OPTIONS-}" ] || skip 'machine: the leak sanitizer cannot work below a debugger'
	gdb -nx -q -batch -ex run --args "$RECORDER" -o "$LOG" sh -c '/bin/true; /bin/echo hello; exit 3' >out 2>&1 </dev/null
	grep -qx hello out
	grep -q 'exited with code 03' out
	check_log "$LOG"
	equal "$(log -s 'last | [.exit_code, .complete, .counts.exec]')" '[3,true,3]'
}

@test "requests to trace fail as ptrace(2) says, in every way" {
	"$LIVES" traces >bare
	equal "$(head -n 2 bare)" $'TRACEME: done\nSEIZE: done'
	audit "$LIVES" traces >traced
	equal "$(cut -d ' ' -f 2- traced | sort -u)" 'Operation not permitted'
	equal "$(log -s 'last | [.complete, .counts.fork, .counts.exit]')" '[true,2,3]'
}
