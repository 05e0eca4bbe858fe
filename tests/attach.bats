# SPDX-License-Identifier: ISC
# Contract: processes that run already are recorded from the moment procaudit
# attaches to them, all of them, and let go as if nobody had ever been there.

load lib/common
load helpers/await
load helpers/background
load helpers/badlog

# Starts a command to attach to, in a process group of its own. $TARGET is its pid.
target() { # COMMAND...
	rm -f target
	setsid "$HELPERS/sigset" -d 1-64 sh -c 'echo $$ >target; exec "$@"' sh "$@" 3>&- &
	TARGET_JOB=$!
	await test -s target
	TARGET=$(cat target)
	TARGETS="${TARGETS-} $TARGET"
}

# Starts one that says when all of it is there.
ready_target() { # COMMAND...
	target "$@" 2>ready
	await grep -q ready ready
}

# Starts procaudit, attached to the target.
attach() { # [OPTION...]
	rm -f "$LOG"
	start -p "$TARGET" "$@"
	await grep -qs '"event":"attach"' "$LOG"
}

# Ends procaudit, and looks at the log.
detach() { # [STATUS]
	kill -TERM "$PID"
	ends_with "${1-0}"
	check_log "$LOG"
}

# The log is whole; or all that it lacks may be a child of those whom our own
# processes descend from, as each other test's are: it says so, and so does the
# status.
whole_but_for_strangers() {
	if [ "$(trailer .complete)" = true ]; then
		ends_with 0
	else
		ends_with 1
		equal "$(log 'select(.event == "gap") | .reason' | sort -u)" '"attach_race"'
	fi
}

# Whether all threads of a process are.
all_stopped() { # PID
	[ "$(sed 's/.*) \(.\) .*/\1/' "/proc/$1"/task/*/stat | sort -u)" = T ]
}

target_ends_with() { # STATUS
	local status=0
	await gone "$TARGET"
	wait "$TARGET_JOB" || status=$?
	equal "$status" "$1"
}

teardown() {
	local pid
	for pid in ${TARGETS-}; do
		pkill -KILL -s "$pid" || :
	done
	[ -z "${PID-}" ] || pkill -KILL -s "$PID" || :
}

trailer() {
	log "select(.event == \"trailer\") | $1"
}

# What waits for a line in the fifo "go".
setup_file() {
	# shellcheck disable=SC2016 # it is the target's shell that expands it
	export UNTIL_GO='exec 5<>go; echo ready >&2; until read x <&5; do :; done;'
}

# --- What an attach record tells ---------------------------------------------

@test "the attach record has argv, environment, exe, directory, ids and parent, byte by byte" {
	prepare
	mkdir $'d\xff'
	cd $'d\xff' || return
	# shellcheck disable=SC2016
	ready_target env -i A=1 A=2 $'B=\xfe\nx' =odd empty= sh -c 'cd "$0" || exit; '"$UNTIL_GO" . '' $'a\xffb' $'two\nlines' ''
	ready_target_dir=$PWD
	cd "$BATS_TEST_TMPDIR" || return
	attach
	detach
	/usr/bin/python3 - "$LOG" "$TARGET" "$ready_target_dir" <<-'END'
		import base64, json, os, sys

		record = [json.loads(l) for l in open(sys.argv[1])][1]
		pid = int(sys.argv[2])

		def exact(key):
		    twin = record.get(key + "_b64")
		    if isinstance(record[key], str):
		        return base64.b64decode(twin) if twin else record[key].encode()
		    return [base64.b64decode(b) if b else s.encode()
		            for s, b in zip(record[key], twin or [""] * len(record[key]))]

		def strings(name):
		    return open(f"/proc/{pid}/{name}", "rb").read().split(b"\0")[:-1]

		assert record["event"] == "attach" and record["pid"] == pid and record["proc"] == 1
		assert exact("argv") == strings("cmdline"), exact("argv")
		assert exact("argv")[-4:] == [b"", b"a\xffb", b"two\nlines", b""]
		assert exact("env") == strings("environ")
		assert exact("env")[:4] == [b"A=2", b"B=\xfe\nx", b"=odd", b"empty="], exact("env")
		assert exact("cwd") == os.readlink(f"/proc/{pid}/cwd".encode())
		assert exact("exe") == os.readlink(f"/proc/{pid}/exe".encode())
		st = os.stat(f"/proc/{pid}/exe")
		assert (record["exe_dev"], record["exe_ino"]) == (str(st.st_dev), str(st.st_ino))
		assert [record[k] for k in ("uid", "euid", "gid", "egid")] == [os.getuid()] * 2 + [os.getgid()] * 2
		assert record["ppid"] == int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
		assert "parent" not in record and record["arch"] == os.uname().machine
	END
	echo >d*/go 2>/dev/null || go
}

@test "the attach record tells when the process was made" {
	prepare
	before=$(date +%s%N)
	ready_target sh -c "$UNTIL_GO"
	after=$(date +%s%N)
	attach
	detach
	start=$(date -d "$(log -r 'select(.event == "attach") | .start_ts')" +%s%N)
	# To a tick, and one for the rounding of the boot time.
	((start >= before - 20000000 && start <= after + 20000000)) || fail "$before $start $after"
}

@test "a title that has overwritten argv is what argv is now" {
	prepare
	# shellcheck disable=SC2016
	ready_target perl -e '$0 = "new title"; print STDERR "ready\n"; open F, "<", "go"; <F>' x y z
	attach --env=none
	detach
	equal "$(log 'select(.event == "attach") | .argv[0]')" "$(tr '\0' '\n' <"/proc/$TARGET/cmdline" | head -n 1 | jq -R .)"
	equal "$(log 'select(.event == "attach") | .argv[0]')" '"new title"'
}

@test "with --env=once attach records name their environments" {
	prepare
	mkfifo none
	ready_target sh -c "sh -c 'read x <none' & $UNTIL_GO"
	attach --env=once
	detach
	equal "$(log -s '[.[].event] | join(" ")')" '"header env attach attach detach detach trailer"' ||
		equal "$(log -s 'map(select(.event == "attach")) | all(.env_id)')" true
}

@test "the header says what was asked for" {
	prepare
	ready_target sh -c "$UNTIL_GO"
	attach -p "$TARGET, $TARGET"
	detach
	equal "$(log 'select(.event == "header") | [.mode, .pids, has("command")]')" \
		"[\"attach\",[\"$TARGET\",\"$TARGET\",\"$TARGET\"],false]"
	equal "$(trailer '[.counts.attach, .complete]')" '[1,true]'
}

@test "as text: what runs already, and what it runs then" {
	prepare
	ready_target sh -c "$UNTIL_GO /bin/echo 'a b'" >/dev/null
	OUTPUT='' start -p "$TARGET" 2>text
	await test -s text
	go
	ends_with 0
	equal "$(cut -c 21- text | sed -n '1s/ -c .*/ -c .../p; 2,$p' | sed 's/, .*//')" \
		"$(printf '%s\n' '# runs already: sh -c ...' "  cd $PWD" "  /bin/echo 'a b'" '  # exit 0' '# exit 0')"
}

# --- Who is found --------------------------------------------------------------

@test "all threads are found, and what they do is recorded" {
	ready_target "$HELPERS/crew" threads 200
	attach --threads
	await grep -q '"event":"exec"' "$LOG"
	touch stop
	target_ends_with 0
	ends_with 0
	check_log "$LOG"
	equal "$(trailer '[.counts.attach >= 1, .complete]')" '[true,true]'
	[ "$(log -s 'map(select(.event == "thread" and .proc == 1)) | length')" -eq 200 ]
	/usr/bin/python3 "$SRCROOT/tests/lib/journal.py" "$LOG" journal
}

@test "descendants are found at any depth, each with its parent" {
	local depth
	mkfifo go
	script='exec 5<>go; echo ready >&2; until read x <&5; do :; done'
	for depth in 2 3 4 5 6 7; do
		: "$depth"
		printf -v script '%s' "sh -c $(printf %q "$script"); :"
	done
	ready_target sh -c "$script"
	attach
	detach
	equal "$(log -s 'map(select(.event == "attach")) | map([.proc, .parent]) | tostring')" \
		'"[[1,null],[2,1],[3,2],[4,3],[5,4],[6,5],[7,6]]"'
	equal "$(log -s 'map(select(.event == "detach")) | length')" 7
}

@test "several targets, in one argument as of pidof, or in two" {
	prepare
	ready_target sh -c "$UNTIL_GO"
	first=$TARGET
	ready_target sh -c "$UNTIL_GO"
	start -p "$first $TARGET"
	await grep -qs "\"pid\":$TARGET" "$LOG"
	detach
	equal "$(log -s 'map(select(.event == "attach").pid) | tostring')" "\"[$first,$TARGET]\""
	rm "$LOG"
	start -p "$TARGET" --attach="$first"
	await grep -qs "\"pid\":$first" "$LOG"
	detach
	equal "$(log -s 'map(select(.event == "attach").pid) | tostring')" "\"[$TARGET,$first]\""
}

@test "a thread's id stands for its process" {
	ready_target "$HELPERS/crew" threads 3
	start -p "$(find "/proc/$TARGET/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)"
	await grep -qs "\"pid\":$TARGET" "$LOG"
	detach
}

@test "nothing is missed of parents that end at once, and leave their children to one of us" {
	ready_target "$HELPERS/crew" orphans >reaped
	for _ in 1 2 3 4 5 6 7 8; do
		attach
		kill -TERM "$PID"
		await gone "$PID"
		check_log "$LOG"
		whole_but_for_strangers
	done
	attach
	touch attached
	await test -s reaped
	touch stop
	target_ends_with 0
	await gone "$PID"
	check_log "$LOG"
	whole_but_for_strangers
	log 'select(.event == "exit").pid' >ended
	[ "$(wc -l <reaped)" -gt 20 ]
	equal "$(grep -vxFf ended reaped | head)" ''
}

@test "a parent in vfork is recorded before and after" {
	ready_target "$HELPERS/crew" vfork >pids
	attach
	equal "$(log -s 'map(select(.event == "attach")) | map([.proc, .parent]) | tostring')" '"[[1,null],[2,1]]"'
	touch stop
	target_ends_with 0
	ends_with 0
	check_log "$LOG"
	equal "$(log 'select(.event == "exec") | [.pid, .proc, .argv]')" "[$(cat pids),3,[\"true\"]]"
	equal "$(trailer .complete)" true
}

@test "a process whose first thread has ended, and that executes then" {
	ready_target "$HELPERS/crew" leaderless >out
	attach
	touch stop
	target_ends_with 0
	ends_with 0
	check_log "$LOG"
	equal "$(cat out)" leaderless
	equal "$(log 'select(.event == "exec") | [.pid, .argv]')" "[$TARGET,[\"echo\",\"leaderless\"]]"
	equal "$(log 'select(.event == "attach") | [.pid, .argv[1]]')" "[$TARGET,\"leaderless\"]"
	equal "$(trailer '[.complete, .counts.exit]')" '[true,1]'
}

@test "a process that executes itself all the time, from any thread, does not lock procaudit out" {
	local round
	target "$HELPERS/crew" execs 6 >out
	for round in {1..8}; do
		attach
		await grep -q '"event":"exec"' "$LOG"
		detach
		equal "$round: $(trailer .complete)" "$round: true"
	done
	touch stop
	target_ends_with 0
	equal "$(cat out)" stopped
}

@test "procaudit records the shell that has started it, but not itself" {
	# shellcheck disable=SC2016
	run -0 sh -c '"$0" -o "$1" --env=none -p $$ & wait_for=$!
		until grep -qs \"event\":\"attach\" "$1"; do :; done
		/bin/echo recorded; kill $wait_for; wait $wait_for; exit $?' "$PROCAUDIT" "$LOG"
	equal "$output" recorded
	check_log "$LOG"
	equal "$(log 'select(.event == "exec") | .argv' | grep -c echo)" 1
	equal "$(log 'select(.event == "attach" or .event == "fork") | .argv // []' | grep -c "$LOG.*$LOG")" 0
	equal "$(log -s '(map(select(.event == "header"))[0].tracer_pid) as $us |
		map(select(.pid == $us or .child_pid == $us)) | length')" 0
}

# --- Letting go ----------------------------------------------------------------

@test "TERM and INT let everything go, alive and untraced; the log is whole" {
	local signal
	prepare
	ready_target sh -c "sh -c 'exec 5<>go; read x <&5' & $UNTIL_GO wait; exit 5"
	for signal in TERM INT; do
		attach
		kill -"$signal" "$PID"
		ends_with 0
		check_log "$LOG"
		equal "$(trailer '[.complete, .counts.attach, .counts.detach, has("exit_code")]')" '[true,2,2,false]'
		equal "$(log 'select(.event == "detach") | .reason' | sort -u)" '"signal"'
		untraced "$TARGET"
		untraced "$(pgrep -P "$TARGET")"
		await in_state "$TARGET" S
	done
	go
	go
	target_ends_with 5
}

@test "a signal that procaudit was told to ignore does not end it" {
	prepare
	ready_target sh -c "$UNTIL_GO exit 5"
	SIGNALS='-i 1' attach
	kill -HUP "$PID"
	go
	ends_with 0
	check_log "$LOG"
	equal "$(trailer '[.complete, .counts.detach, .counts.exit]')" '[true,0,1]'
}

@test "^Z does not stop procaudit, whom its tracees need" {
	prepare
	ready_target sh -c "$UNTIL_GO exit 5"
	attach
	kill -TSTP "$PID"
	kill -TTOU "$PID"
	go
	ends_with 0
	check_log "$LOG"
}

@test "killed: all live on, untraced" {
	prepare
	ready_target sh -c "sh -c 'exec 5<>go; read x <&5' & $UNTIL_GO wait; exit 5"
	attach
	kill -KILL "$PID"
	ends_with 137
	check_log --no-trailer "$LOG"
	await untraced "$TARGET"
	go
	go
	target_ends_with 5
}

@test "a stopped process stays stopped, while it is attached to and after" {
	prepare
	ready_target sh -c "$UNTIL_GO exit 5"
	kill -STOP "$TARGET"
	await in_state "$TARGET" T
	go
	attach
	await in_state "$TARGET" t
	detach
	await in_state "$TARGET" T
	attach
	kill -CONT "$TARGET"
	target_ends_with 5
	ends_with 0
	check_log "$LOG"
	equal "$(trailer '[.complete, .counts.exit]')" '[true,1]'
}

@test "a process with threads that is stopped stays so, and goes on with all of them" {
	ready_target "$HELPERS/crew" threads 20
	kill -STOP "$TARGET"
	await in_state "$TARGET" T
	attach
	detach
	await in_state "$TARGET" T
	await all_stopped "$TARGET"
	touch stop
	kill -CONT "$TARGET"
	target_ends_with 0
}

@test "signals that wait are taken as before, in number and payload" {
	# shellcheck disable=SC2016
	ready_target perl -MPOSIX -e '
		my $mask = POSIX::SigSet->new(SIGUSR1, SIGUSR2); my $old = POSIX::SigSet->new;
		$SIG{USR1} = sub { $one++ }; $SIG{USR2} = sub { $two++ };
		sigprocmask(SIG_BLOCK, $mask, $old);
		print STDERR "ready\n";
		select undef, undef, undef, 0.001 until -e "stop";
		sigprocmask(SIG_SETMASK, $old);
		print "$one $two\n"' >out
	kill -USR1 "$TARGET"
	attach
	kill -USR2 "$TARGET"
	detach
	touch stop
	target_ends_with 0
	equal "$(cat out)" '1 1'
}

# --- The calls of what is attached to -------------------------------------------

@test "system calls do not notice that procaudit comes and goes" {
	local round
	ready_target "$HELPERS/waits" 3>&- >out
	for round in 1 2 3 4 5; do
		attach
		detach
	done
	touch stop
	target_ends_with 0
	equal "$(grep -v ' ok$' out)" ''
	[ "$(wc -l <out)" -ge 12 ]
}

# --- What cannot be attached to ------------------------------------------------

@test "nobody to attach to: one line, a gap, status 1" {
	run -1 "$PROCAUDIT" -o "$LOG" -p 4194000
	equal "$output" "procaudit: cannot attach to process 4194000: there is none; see 'pgrep -l NAME'"
	check_log "$LOG"
	equal "$(log 'select(.event == "gap") | [.reason, .child_pid, .errno]')" '["attach_gone",4194000,"ESRCH"]'
	equal "$(trailer '[.complete, .counts.attach]')" '[false,0]'
}

@test "a zombie cannot be attached to" {
	# shellcheck disable=SC2016
	ready_target perl -e 'if (!($p = fork)) { exit } sleep 1 until `cat /proc/$p/stat` =~ /\) Z /;
		print STDERR "ready\n"; select undef, undef, undef, 0.01 until -e "stop"'
	run -1 "$PROCAUDIT" -o "$LOG" -p "$(pgrep -P "$TARGET")"
	grep -q 'there is none' <<<"$output"
	touch stop
}

@test "a kernel thread: one line, a gap, status 4" {
	[ -e /proc/2/comm ] && grep -q kthreadd /proc/2/comm || skip "machine: no kernel threads are seen here"
	run -4 "$PROCAUDIT" -o "$LOG" -p 2
	equal "$output" 'procaudit: cannot attach to process 2: it is a kernel thread, which nobody can trace'
	check_log "$LOG"
	equal "$(log 'select(.event == "gap") | [.reason, .child_pid]')" '["attach_kernel",2]'
}

@test "a process that is traced already: one line that names its tracer, a gap, status 4" {
	prepare
	ready_target sh -c "$UNTIL_GO exit 5"
	attach
	run -4 "$PROCAUDIT" -o second.jsonl -p "$TARGET"
	equal "$output" "procaudit: cannot attach to process $TARGET: process $PID traces it already (a debugger, strace or another procaudit); end that first"
	check_log second.jsonl
	equal "$(jq -c 'select(.event == "gap") | [.reason, .child_pid, .tracer_pid]' second.jsonl)" \
		"[\"attach_traced\",$TARGET,$PID]"
	detach
}

@test "a descendant that is traced already is a gap, and its own children are recorded" {
	prepare
	mkfifo go2
	ready_target sh -c "'$PROCAUDIT' -q -o inner.jsonl sh -c 'exec 6<>go2; echo ready >&2; read x <&6' & $UNTIL_GO wait"
	await grep -qs '"event":"exec"' inner.jsonl
	attach
	detach 1
	equal "$(log -s 'map(select(.event == "gap") | [.reason, .tracer_pid > 0]) | unique | tostring')" '"[[\"attach_traced\",true]]"'
	equal "$(trailer .complete)" false
}

@test "without permission: one line that tells what to do, a gap, status 4" {
	[ "$(id -u)" = 0 ] || skip "machine: takes root to be somebody else"
	public_copy
	prepare
	ready_target sh -c "$UNTIL_GO"
	run -4 unprivileged "$PROCAUDIT" -o "$PUBLIC/log" -p "$TARGET"
	[[ $output = "procaudit: cannot attach to process $TARGET"*"run procaudit as root"* ]]
	check_log "$PUBLIC/log"
	equal "$(jq -c 'select(.event == "gap") | [.reason, .child_pid, .errno]' "$PUBLIC/log")" \
		"[\"attach_denied\",$TARGET,\"EPERM\"]"
}

@test "ptrace forbidden by Yama or to root: one line that tells what to do, status 4" {
	local why="cannot attach to process"
	# The leak sanitizer, if we have it, needs ptrace.
	local -x ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
	unshare -Urm true 2>/dev/null || skip "no user and mount namespaces here"
	cat >with-scope <<-'END'
		mount -t tmpfs none /proc/sys/kernel && mkdir /proc/sys/kernel/yama &&
		echo "$1" >/proc/sys/kernel/yama/ptrace_scope && shift && exec "$@"
	END
	prepare
	ready_target sh -c "$UNTIL_GO"
	run -4 unshare -Urm sh with-scope 3 "$HELPERS/deny" ptrace EPERM "$PROCAUDIT" -o "$LOG" -p "$TARGET"
	equal "$output" "procaudit: $why $TARGET: kernel.yama.ptrace_scope is 3, which cannot be lowered before the next boot"
	run -4 unshare -Urm sh with-scope 1 unshare -U --map-user=1000 \
		"$HELPERS/deny" ptrace EPERM "$PROCAUDIT" -o "$LOG" -p "$TARGET"
	equal "$output" "procaudit: $why $TARGET: kernel.yama.ptrace_scope is 1; run procaudit as root"
	run -4 unshare -Urm sh with-scope 0 "$HELPERS/deny" ptrace EPERM "$PROCAUDIT" -o "$LOG" -p "$TARGET"
	equal "$output" "procaudit: $why $TARGET; allow ptrace for this container (docker run --cap-add=SYS_PTRACE), or see the kernel's audit log: Operation not permitted"
	check_log "$LOG"
	go
	target_ends_with 0
}

@test "more than ten that cannot be attached to: ten lines, one more, and a gap for each" {
	local pid pids=
	for ((pid = 4194000; pid < 4194012; pid++)); do
		pids+="$pid "
	done
	run -1 "$PROCAUDIT" -o "$LOG" -p "$pids"
	equal "$(grep -c 'there is none' <<<"$output")" 10
	equal "$(tail -n 1 <<<"$output")" "procaudit: there are more that cannot be attached to; the log $LOG names all"
	equal "$(wc -l <<<"$output")" 11
	check_log "$LOG"
	equal "$(log 'select(.event == "gap") | .child_pid' | tr '\n' ' ')" "$pids"
}

@test "a /proc of another pid namespace: one line, status 1" {
	unshare -Urpf true 2>/dev/null || skip "machine: no user and pid namespaces"
	run -1 unshare -Urpf "$PROCAUDIT" -o "$LOG" -p 1000
	equal "$output" 'procaudit: cannot attach: /proc is not that of this pid namespace; mount it (unshare --mount-proc)'
}

@test "who may attach to one of two does so, says what is missing, and ends with 1" {
	prepare
	ready_target sh -c "$UNTIL_GO"
	start -p "$TARGET" -p 4194000 2>err
	await grep -qs '"event":"attach"' "$LOG"
	detach 1
	equal "$(cat err)" "procaudit: cannot attach to process 4194000: there is none; see 'pgrep -l NAME'"
	equal "$(trailer '[.complete, .counts.attach, .counts.gap]')" '[false,1,1]'
}

# --- The log -----------------------------------------------------------------

@test "a log that cannot be opened: nobody is attached to, status 6" {
	prepare
	ready_target sh -c "$UNTIL_GO"
	run -6 "$PROCAUDIT" -o none/log -p "$TARGET"
	untraced "$TARGET"
}

@test "a full disk: what is recorded goes on, a gap tells what is lost, status 1" {
	prepare
	ready_target sh -c "$UNTIL_GO"'for i in 1 2 3 4 5 6; do
		x=$x$(printf %0100000d 0) /bin/true; done; exit 5'
	SIGNALS="-d 1-64" start -p "$TARGET" 2>err
	await grep -qs '"event":"attach"' "$LOG"
	prlimit --pid "$PID" --fsize="$(stat -c %s "$LOG")"
	go
	target_ends_with 5
	ends_with 1
	equal "$(cat err)" "procaudit: cannot write the log $LOG, records are lost; what is recorded goes on: File too large"
}

@test "stop: a full disk holds what is recorded, and TERM lets it go on" {
	make_disk 256
	prepare
	ready_target sh -c "$UNTIL_GO"'x=$(printf %0100000d 0); export x; for i in 1 2 3 4 5 6 7 8; do /bin/true; done; exit 5'
	OUTPUT=$DISK/log start --on-log-error=stop -p "$TARGET" 2>err
	await grep -qs '"event":"attach"' "$DISK/log"
	go
	await grep -q "^procaudit: waiting for room for the log $DISK/log" err
	kill -TERM "$PID"
	ends_with 1
	grep -q 'records are lost; what is recorded goes on: No space left on device' err
	target_ends_with 5
	cp "$DISK/log" "$LOG"
	check_log --no-trailer "$LOG"
}

@test "USR2: a record of how far it has come" {
	prepare
	ready_target sh -c "$UNTIL_GO /bin/true; exit 5"
	attach
	kill -USR2 "$PID"
	await grep -q '"event":"stats"' "$LOG"
	go
	ends_with 0
	check_log "$LOG"
	equal "$(log 'select(.event == "stats") | [.living, .counts.attach]')" '[1,1]'
}

@test "a service manager is told when nothing is missed any more, and of the end" {
	local name
	prepare
	ready_target sh -c "$UNTIL_GO"
	for name in "$PWD/socket" "@procaudit-test-$$"; do
		rm -f told "$LOG" bound
		NOTIFY_SOCKET=$name /usr/bin/python3 - told <<-'END' 3>&- &
			import os, socket, sys
			name = os.environ["NOTIFY_SOCKET"]
			s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
			s.bind("\0" + name[1:] if name[0] == "@" else name)
			open("bound", "w").close()
			with open(sys.argv[1], "w", buffering=1) as told:
			    for _ in range(2):
			        print(s.recv(100).decode(), file=told)
		END
		await test -e bound
		export NOTIFY_SOCKET=$name
		attach
		await grep -qsx READY=1 told
		detach
		await grep -qsx STOPPING=1 told
		equal "$(xargs <told)" 'READY=1 STOPPING=1'
	done
	# Nobody there.
	attach
	detach
}

# --- The command line ----------------------------------------------------------

@test "what makes no sense with -p is refused with one line, status 2" {
	local arguments
	for arguments in 'true' '-u root' '--failed' '--failed=brief' '--kill-on-exit' '--linger=3' \
		'--on-log-error=kill' '--env=no' '--format=x' '-p x' '-p 0' '-p -4' '-p 99999999999' '--nonsense'; do
		# shellcheck disable=SC2086 # words
		run -2 "$PROCAUDIT" -o "$LOG" -p 1 $arguments
		equal "$arguments: ${#lines[@]}" "$arguments: 1"
	done
	run -2 "$PROCAUDIT" -o "$LOG" -p ''
	[[ $output = *"holds no process id"* ]]
	run -2 "$PROCAUDIT" -o "$LOG" -p
	[ ! -e "$LOG" ]
	# shellcheck disable=SC2016
	run -2 sh -c 'exec "$0" -p $$' "$PROCAUDIT"
	equal "$output" 'procaudit: --attach: procaudit cannot record itself'
	# What belongs to a command is none of ours.
	run -0 "$PROCAUDIT" -o "$LOG" sh -c 'exit 0' -p 1
}

@test "-v sums up" {
	prepare
	ready_target sh -c "$UNTIL_GO /bin/true; exit 5"
	start -v -p "$TARGET" 2>err
	await grep -qs '"event":"attach"' "$LOG"
	go
	ends_with 0
	equal "$(cat err)" "procaudit: attached to 1 process, 1 more, 1 program executed, complete; log: $LOG"
}

@test "nobody can look into procaudit while it is attached" {
	[ "$(id -u)" = 0 ] || skip "machine: takes root to be somebody else"
	public_copy
	mkfifo go
	chmod 666 go
	# shellcheck disable=SC2016
	ready_target setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$UNTIL_GO"
	unprivileged "$PROCAUDIT" -o "$PUBLIC/log" -p "$TARGET" 3>&- &
	JOB=$!
	PID=$JOB
	await grep -qs '"event":"attach"' "$PUBLIC/log"
	run ! unprivileged cat "/proc/$PID/environ"
	run ! unprivileged ls "/proc/$PID/fd"
	go
	ends_with 0
}
