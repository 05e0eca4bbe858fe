# SPDX-License-Identifier: ISC
# Contract: procaudit ends as the command does, and its own end harms nobody.

load lib/common
load helpers/await
load helpers/background

trailer() {
	log "select(.event == \"trailer\") | $1"
}

# What a shell does until somebody writes to the fifo "go"; it says "ready",
# and signals that it catches interrupt nothing.
setup_file() {
	# shellcheck disable=SC2016 # it is the command's shell that expands it
	export UNTIL_GO='exec 5<>go; echo $$ >ready; until read x <&5; do :; done;'
}

# --- Exit status -------------------------------------------------------------

@test "each exit status is the command's" {
	local n status
	for n in {0..255}; do
		status=0
		"$PROCAUDIT" -o "$LOG" sh -c "exit $n" || status=$?
		equal "$status" "$n"
	done
	check_log "$LOG"
	equal "$(trailer .exit_code)" 255
}

@test "a death by signal is repeated" {
	local signo
	for signo in 1 2 3 4 6 8 9 10 11 13 14 15 16 24 25 29 30 31 32 33 34 50 64; do
		equal "$("$HELPERS/ended" "$HELPERS/sigset" -d 1-64 "$PROCAUDIT" -o "$LOG" sh -c "ulimit -c 0; kill -$signo \$\$")" \
			"signal $signo"
	done
	check_log "$LOG"
	equal "$(trailer .signal)" '"SIGRTMIN+30"'
}

@test "a death by signal is repeated where the signal is blocked or ignored" {
	equal "$("$HELPERS/sigset" -b 1-64 -i 1-16,18-31 "$HELPERS/ended" "$PROCAUDIT" -o "$LOG" \
		"$HELPERS/sigset" -d 15 sh -c 'kill -TERM $$')" 'signal 15'
}

@test "the command's core is written, and none of ours" {
	[ "$(cat /proc/sys/kernel/core_pattern)" = core ] || skip "cores do not go to the directory"
	mkdir command
	ulimit -c unlimited
	equal "$("$HELPERS/ended" "$PROCAUDIT" -o "$LOG" sh -c 'cd command && kill -SEGV $$')" 'signal 11'
	equal "$(find . -name 'core*' -size +0 -printf '%h\n')" ./command
	check_log "$LOG"
	equal "$(log 'select(.event == "exit") | [.signal, .core_dumped]')" '["SIGSEGV",true]'
}

@test "the status of the command counts, not that of what outlives it" {
	mkfifo go
	# shellcheck disable=SC2016
	run -3 audit -q sh -c '(read x <go; exit 9) & echo $! >child; (echo >go) & exit 3'
	equal "$(log 'select(.event == "exit") | .exit_code' | sort -n | xargs)" '0 3 9'
}

# --- The terminal ------------------------------------------------------------

on_terminal() { # KEYS COMMAND...
	/usr/bin/python3 "$SRCROOT/tests/helpers/terminal.py" ready "$1" "$PROCAUDIT" -o "$LOG" "${@:2}" >shown
	check_log "$LOG"
}

@test "^C: the command's handler decides, and what follows is recorded" {
	# shellcheck disable=SC2016
	on_terminal $'\x03' sh -c 'trap "/bin/echo caught; exit 5" INT; echo ready; while :; do read x; done'
	grep -qx '.*caught' shown
	equal "$(tail -n 1 shown)" 'exit 5'
	equal "$(log 'select(.event == "exec") | .argv[0]' | xargs)" 'sh /bin/echo'
	equal "$(trailer '[.exit_code, .complete]')" '[5,true]'
}

@test "^C: a command without handler dies, and procaudit of the same" {
	on_terminal $'\x03' sh -c 'echo ready; exec cat'
	equal "$(tail -n 1 shown)" 'signal 2'
	equal "$(trailer '[.signal, .complete]')" '["SIGINT",true]'
}

@test "^C, again and again: the second one does not end procaudit either" {
	# shellcheck disable=SC2016
	on_terminal $'\x03\x03\x03q\n' sh -c 'trap : INT; echo ready; until read x && [ "$x" = q ]; do :; done; exit 6'
	equal "$(tail -n 1 shown)" 'exit 6'
	equal "$(trailer '[.exit_code, .complete]')" '[6,true]'
}

@test "^\\: a command without handler dies, and procaudit of the same" {
	on_terminal $'\x1c' sh -c 'ulimit -c 0; echo ready; exec cat'
	equal "$(tail -n 1 shown)" 'signal 3'
	equal "$(trailer '[.signal, .complete]')" '["SIGQUIT",true]'
}

# --- Signals to procaudit ----------------------------------------------------

@test "TERM, HUP, INT or QUIT to procaudit alone goes to the command's handler" {
	local signal
	prepare
	for signal in TERM HUP INT QUIT; do
		rm -f ready
		start sh -c "trap '/bin/echo caught; exit 4' $signal; $UNTIL_GO" >out
		await_shell
		kill -"$signal" "$PID"
		ends_with 4
		equal "$(cat out)" caught
		check_log "$LOG"
		equal "$(trailer '[.exit_code, .complete, .counts.exec]')" '[4,true,2]'
	done
}

# Whether its only child sleeps.
child_sleeps() { # PID
	local child
	child=$(pgrep -P "$1") && in_state "$child" S
}

@test "TERM, HUP, INT or QUIT ends procaudit while it waits for the log's reader" {
	local signal
	mkfifo log.fifo
	for signal in TERM HUP INT QUIT; do
		rm -f pid
		"$HELPERS/sigset" -d 1-64 "$HELPERS/ended" sh -c 'echo $$ >pid; exec "$@"' sh \
			"$PROCAUDIT" -o log.fifo touch ran >how 3>&- &
		await test -s pid
		await child_sleeps "$(cat pid)"
		kill -"$signal" "$(cat pid)"
		await gone "$(cat pid)" || fail "$signal"
		await test -s how
		equal "$(cat how)" "signal $(kill -l "$signal")"
	done
	[ ! -e ran ]
}

@test "TERM or HUP to procaudit alone kills a command without handler" {
	local signal
	prepare
	for signal in TERM HUP; do
		rm -f ready
		start sh -c "$UNTIL_GO"
		await test -s ready
		kill -"$signal" "$PID"
		ends_with $((128 + $(kill -l "$signal")))
		check_log "$LOG"
		equal "$(trailer '[.signal, .complete]')" "[\"SIG$signal\",true]"
	done
}

@test "signals that procaudit was to ignore stay ignored" {
	prepare
	SIGNALS='-i 1,2,3,15' start sh -c "$UNTIL_GO exit 8"
	await test -s ready
	kill -HUP "$PID"
	kill -INT "$PID"
	kill -QUIT "$PID"
	kill -TERM "$PID"
	go
	ends_with 8
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[8,true]'
}

@test "TERM to the whole group runs the command's handler once, each time" {
	local round
	prepare
	start sh -c "trap 'echo caught >>caught' TERM; $UNTIL_GO exit 8"
	await_shell
	for round in {1..20}; do
		kill -TERM -- "-$PID"
		await test -s caught
		await idle "$PID" 15
		await idle "$(cat ready)" 15
		equal "$round:$(cat caught)" "$round:caught"
		rm caught
	done
	go
	ends_with 8
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[8,true]'
}

@test "TERM to all processes of procaudit runs the command's handler once" {
	local process recorder
	prepare
	start sh -c "trap 'echo caught >>caught' TERM; $UNTIL_GO exit 8"
	await_shell
	recorder=$(sed -n 's/^TracerPid:.//p' "/proc/$(cat ready)/status")
	kill -TERM "$recorder" "$PID"
	await test -s caught
	for process in "$PID" "$recorder" "$(cat ready)"; do
		await idle "$process" 15
	done
	equal "$(cat caught)" caught
	go
	ends_with 8
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[8,true]'
}

@test "kill -TERM 0 from below runs the command's handler once" {
	local n
	prepare
	mkfifo all
	for n in {1..10}; do
		rm -f ready caught
		start sh -c "trap 'echo caught >>caught' TERM
			(trap '' TERM; read x <all; kill -TERM 0) & $UNTIL_GO exit 8"
		await_shell
		echo >all
		await test -s caught
		await idle "$PID" 15
		await idle "$(cat ready)" 15
		go
		ends_with 8
		equal "$(cat caught)" caught
		check_log "$LOG"
		equal "$(trailer '[.exit_code, .complete]')" '[8,true]'
	done
}

@test "TERM to the whole group that ends the command: its status, however late we hear of it" {
	local n
	for n in {1..40}; do
		run -5 setsid -w "$PROCAUDIT" -q -o "$LOG" sh -c 'trap "exit 5" TERM; kill -TERM 0'
	done
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[5,true]'
}

# The command and a child of it, which trap the first TERM.
start_two() { # [OPTION...]
	prepare
	mkfifo go2
	start "$@" sh -c "
		trap 'echo caught >caught' TERM
		sh -c 'exec 5<>go2; echo \$\$ >ready2; read x <&5; echo child >>end' &
		$UNTIL_GO wait; echo command >>end"
	await_shell
	await test -s ready2
}

# They are as they would be without procaudit, and go on to their end.
expect_two_live() {
	await untraced "$(cat ready)"
	await untraced "$(cat ready2)"
	go
	echo >go2
	await grep -q command end
	equal "$(cat end)" $'child\ncommand'
}

@test "a second TERM lets everything go: tracees live on, the log says so, 143" {
	start_two
	kill -TERM "$PID"
	await test -s caught
	[ ! -e end ]
	kill -TERM "$PID"
	ends_with 143
	check_log "$LOG"
	equal "$(trailer .complete)" false
	equal "$(log 'select(.event == "detach") | [.pid, .reason]' | sort)" \
		"$(printf '[%d,"signal"]\n' "$(cat ready)" "$(cat ready2)" | sort)"
	expect_two_live
}

@test "a second TERM while a parent waits in vfork ends procaudit all the same" {
	prepare
	start sh -c "trap '' TERM; exec '$HELPERS/newborns' vfork go" >report
	await grep -q '"kind":"vfork"' "$LOG"
	kill -TERM "$PID"
	await idle "$PID" 15
	kill -TERM "$PID"
	ends_with 143
	check_log "$LOG"
	equal "$(trailer .complete)" false
	equal "$(log -s 'map(select(.event == "detach")) | length')" 2
	go
	await test -s report
	equal "$(cut -d ' ' -f 2 report)" 768
}

# --- Procaudit killed --------------------------------------------------------

@test "killed: tracees live on, and the log is whole up to its last record" {
	start_two
	await grep -q ready2 "$LOG"
	kill -KILL "$PID"
	ends_with 137
	check_log --no-trailer "$LOG"
	equal "$(log -s 'map(select(.event == "exec")) | length')" 2
	expect_two_live
}

@test "killed with --kill-on-exit: tracees die with it" {
	start_two --kill-on-exit
	kill -KILL "$PID"
	ends_with 137
	await gone "$(cat ready)"
	await gone "$(cat ready2)"
	[ ! -e end ]
	check_log --no-trailer "$LOG"
}

@test "killed by SEGV, ABRT or BUS, as by a fault of its own: no other than by KILL" {
	local signal
	for signal in SEGV ABRT BUS; do
		rm -f go go2 ready ready2 end caught
		start_two
		await grep -q ready2 "$LOG"
		kill -"$signal" "$PID"
		ends_with $((128 + $(kill -l "$signal")))
		check_log --no-trailer "$LOG"
		equal "$(log -s 'map(select(.event == "exec")) | length')" 2
		expect_two_live
	done
}

@test "killed, then -A: the next log follows the one without an end" {
	start_two
	await grep -q ready2 "$LOG"
	kill -KILL "$PID"
	ends_with 137
	expect_two_live
	printf '{"v":1,"event":"ex' >>"$LOG"
	"$PROCAUDIT" -A -o "$LOG" /bin/true
	check_log --no-trailer "$LOG"
	equal "$(log -s 'map(select(.event == "header" or .event == "trailer").event) | join(" ")')" \
		'"header header trailer"'
}

@test "killed in the middle of a storm: the storm goes on as if nothing had been" {
	start "$HELPERS/bomb" 5 4000 >report
	await grep -q '"child":50[,}]' "$LOG"
	kill -KILL "$PID"
	ends_with 137
	await test -s report
	await gone "$(log 'select(.event == "exec" and .proc == 1) | .pid')"
	equal "$(wc -l <report)" 4000
	check_log --no-trailer "$LOG"
}

# Its procaudit is killed at one system call after the other; COMMAND prints the
# same each time if it has begun. LeakSanitizer needs ptrace for itself.
killed_at_calls() { # COMMAND...
	local call ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
	export ASAN_OPTIONS
	"$@" >expected
	for ((call = 1;; call += 9)); do
		timeout -k 10 120 "$HELPERS/cage" -s "$call" report "$PROCAUDIT" -q -o "$LOG" "$@" >out ||
			fail "it hangs, killed at call $call" || return
		grep -q '^killed' report || break
		[ ! -s out ] || cmp out expected || return
	done
	((call > 400)) || fail "there were only $call calls"
}

@test "killed at any of its system calls: no signal is lost that was on its way" {
	killed_at_calls "$HELPERS/hazards" caught 1 60
	killed_at_calls "$HELPERS/hazards" stops 1 12
}

@test "a stopped tracee stays stopped while procaudit lives, and when it is killed" {
	start_two
	kill -STOP "$(cat ready)"
	await in_state "$(cat ready)" t
	go
	[ ! -e end ]
	kill -KILL "$PID"
	ends_with 137
	await in_state "$(cat ready)" T
	kill -CONT "$(cat ready)"
	echo >go2
	await grep -q command end
}

@test "a stopped tracee stays stopped when procaudit lets it go" {
	start_two
	kill -STOP "$(cat ready2)"
	await in_state "$(cat ready2)" t
	kill -TERM "$PID"
	await test -s caught
	kill -TERM "$PID"
	ends_with 143
	await in_state "$(cat ready2)" T
	kill -CONT "$(cat ready2)"
	expect_two_live
}

@test "STOP and CONT work while procaudit follows" {
	local round
	prepare
	start sh -c "$UNTIL_GO exit 8"
	await test -s ready
	for round in {1..20}; do
		kill -STOP "$(cat ready)"
		await in_state "$(cat ready)" t
		kill -CONT "$(cat ready)"
		await in_state "$(cat ready)" S
	done
	go
	ends_with 8
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[8,true]'
}

# --- Procaudit in want -------------------------------------------------------

# A command that waits for go, and then runs programs with an environment of
# 1.2 MB, each of which says what it is.
start_big() {
	rm -f go ready out err
	prepare
	start sh -c "$UNTIL_GO"'
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
			x=$x$(printf %09000d 0)
			export BIG$i=$x
		done
		for i in 1 2 3; do /bin/echo $i; (/bin/echo below; exit 3); done; exit 4' >out 2>err
	await test -s ready
}

# The command did what it does, whatever the log holds.
expect_big() {
	ends_with 4
	equal "$(xargs <out)" '1 below 2 below 3 below'
}

@test "memory runs out in the middle: the command goes on, and the log says what it has not" {
	[ -z "${ASAN_OPTIONS-}" ] || skip "machine: a sanitizer needs the address space itself"
	local more size recorder
	for more in 0 64 512 1024 2048 4096 16384; do
		start_big
		recorder=$(pgrep -P "$PID")
		size=$(sed -n 's/^VmSize:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$recorder/status")
		prlimit --pid "$recorder" --as=$(((size + more) * 1024))
		go
		expect_big
		check_log --no-trailer "$LOG"
		# It is whole, or says what is not.
		if [ "$(trailer .complete)" = true ]; then
			equal "$(log 'select(.event == "exec" and .argv[0] == "/bin/echo" and (.env_error | not))
				| .env | map(select(startswith("BIG"))) | length' | xargs)" '12 12 12 12 12 12'
			equal "$(cat err)" ''
		else
			# One line for each way in which it is not.
			# ENOMEM in glibc's words, in musl's, or by its name.
			grep -qE 'Cannot allocate memory|Out of memory|\(ENOMEM\)' err
			equal "$(grep -vE '^procaudit: (cannot write the log|no memory for)' err; sort err | uniq -d)" ''
		fi
	done
	equal "$(trailer '[.exit_code, .complete]')" '[4,true]'
}

@test "descriptors run out in the middle: the command goes on, and nothing but the parent's pid is missing" {
	# The search for leaks needs descriptors, too.
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
	start_big
	prlimit --pid "$(pgrep -P "$PID")" --nofile=3:3
	go
	expect_big
	check_log "$LOG"
	equal "$(log 'select(.event == "exec" and .argv[0] == "/bin/echo") | [.exe, (.env | length > 12),
		has("ppid"), (keys | any(endswith("_error")))]' | sort | uniq -c | xargs)" \
		'6 [/usr/bin/echo,true,false,false]'
	equal "$(trailer '[.exit_code, .counts.exec]')" '[4,7]'
}

# --- What outlives the command -----------------------------------------------

# A daemon that waits for the fifo; the command ends with 3.
with_daemon() { # [OPTION...]
	prepare
	start "$@" sh -c 'sh -c "exec 5<>go; echo \$\$ >ready; read x <&5; echo >end" & exec 5<>told; read x <&5; exit 3' 2>err
	await test -s ready
}

uptime_ms() {
	local seconds
	read -r seconds _ </proc/uptime
	echo "${seconds/./}0"
}

later_than() { # SINCE MS
	(($(uptime_ms) > $1 + $2))
}

start_daemon() {
	mkfifo told
	with_daemon "$@"
	echo >told
}

@test "--linger=0 lets daemons go at once, alive" {
	start_daemon --linger=0
	ends_with 3
	equal "$(cat err)" ''
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[3,false]'
	equal "$(log 'select(.event == "detach") | [.pid, .reason]')" "[$(cat ready),\"linger\"]"
	untraced "$(cat ready)"
	go
	await test -e end
}

@test "--linger=1 follows daemons for a second" {
	start_daemon --linger=1 -q
	ends_with 3
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[3,false]'
	equal "$(log -s '(map(select(.event == "detach"))[0].mono_us - map(select(.event == "exit"))[0].mono_us) >= 1000000')" true
	untraced "$(cat ready)"
	go
	await test -e end
}

@test "daemons are followed to their end, and one line names them" {
	start_daemon
	await test -s err
	equal "$(cat err)" "procaudit: the command has ended, still following 1 process: sh($(cat ready)) (--linger limits this)"
	go
	ends_with 3
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[3,true]'
	equal "$(wc -l <err)" 1
}

@test "-q: daemons are followed to their end, and no line names them" {
	start_daemon -q --linger=forever
	await grep -q '"exit_code":3' "$LOG"
	# The line would have come after a second: wait for longer than that.
	await later_than "$(uptime_ms)" 1500
	go
	ends_with 3
	equal "$(cat err)" ''
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[3,true]'
}

@test "TERM while daemons are followed lets them go" {
	start_daemon -q
	await grep -q '"exit_code":3' "$LOG"
	kill -TERM "$PID"
	ends_with 3
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[3,false]'
	untraced "$(cat ready)"
	go
	await test -e end
}
