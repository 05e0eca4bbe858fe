# SPDX-License-Identifier: ISC
# Contract: what ran is what is recorded, whatever happens at the same time.
#
# PROCAUDIT_RACES is how often a race is run (default 1000; 10000 takes minutes).

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common
load helpers/await

RACES=${PROCAUDIT_RACES:-1000}

execs() {
	log 'select(.event == "exec")' | jq -c "$@"
}

# The names of the errors that a record may have because its process was killed.
KILLED='"ESRCH" or . == "EIO" or . == "ENOENT" or . == "EFAULT" or . == "EACCES"'

# Waits for a process of this shell, which has this status. (run waits in
# another shell.)
ends_with() {
	local status=0
	wait "$2" || status=$?
	equal "$status" "$1"
}

# --- Arguments ----------------------------------------------------------------

# Two at once, so that there is always one that is not waiting for us.
race() {
	local i pids=()
	for i in 1 2; do
		"$PROCAUDIT" -o "log$i" "$@" "$HELPERS/racer" $((RACES / 2)) >"reports$i" &
		pids+=($!)
	done
	for i in 1 2; do
		wait "${pids[i - 1]}" || fail "racer $i failed" || return
		check_log "log$i" || return
		equal "$(wc -l <"reports$i")" $((RACES / 2 + 1)) || return
		jq -c 'select(.event == "exec" and .success).argv' "log$i" | cmp - "reports$i" || return
	done
}

@test "a thread rewrites argv during exec: argv is what the program received" {
	race
}

@test "a thread rewrites argv during exec, with --failed: so it is, and the difference is told" {
	race --failed --env=none
	# What was asked for is told where it differs only, and it does differ.
	jq -e -s 'map(select(has("argv_asked"))) | length > 0 and all(.argv != .argv_asked)' log1 log2
	jq -e -s 'map(select(.event == "exec" and (.success | not)).errno) | unique - ["EFAULT"] == []' \
		log1 log2
}

# --- Threads ------------------------------------------------------------------

# Two threads execute at once, 200 times.
two_threads() {
	local mode=$1 option
	for option in '' --failed '--failed --threads' --threads; do
		# shellcheck disable=SC2086 # several options
		audit $option --env=none "$HELPERS/threadexec" "$mode" 200 >"$REPORTS" || return
		equal "$(wc -l <"$REPORTS")" 201 || return
		equal "$(execs .pid | sort -u)" "$(log 'select(.event == "exit").pid')" || return
		equal "$(execs 'select(.success).image' | tr '\n' ' ')" "$(seq -s ' ' 201) " || return
		[[ $option != *--threads* ]] || threads_pair || return
		[[ $option != *--failed* ]] || execs -s -e 'map(select(.success | not)) |
			all(has("errno") | not)' || return
	done
}

# Every thread has ended, or become the process's only one by its exec.
threads_pair() {
	equal "$(log 'select(.event == "thread").tid' | sort)" \
		"$(log 'select(.event == "thread_exit").tid, .old_tid // empty' | sort)"
}

@test "two threads execute at once while the leader lives" {
	two_threads alive
	execs -s -e '.[1:] | map(select(.success)) | all(.old_tid != null and .old_tid != .pid)'
}

@test "two threads and the leader execute at once" {
	two_threads execs
}

@test "two threads execute at once while the leader ends" {
	two_threads ending
}

@test "two threads execute at once when the leader is a zombie" {
	two_threads zombie
	execs -s -e '.[1:] | map(select(.success)) | all(.old_tid != null and .old_tid != .pid)'
}

# --- Death --------------------------------------------------------------------

# Kills processes at all moments of an exec, until one was killed in its midst.
killed() {
	local round
	for round in {1..20}; do
		timeout -k 10 120 "$PROCAUDIT" -o "$LOG" "$@" "$HELPERS/killexec" "$KIND" 60 $((500 * round)) \
			>"$REPORTS" || return
		check_log "$LOG" || return
		/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" "$REPORTS" || return
		equal "$(log 'select(.event == "trailer").complete')" true || return
		# What could not be read any more is named, and never more than once a process.
		execs -s -e "map(select(.proc != 1)) | (map(.proc) | length == (unique | length)) and
			all(.argv != null or (.argv_error | . == $KILLED)) and
			all(.argv_error == null or (.argv_error | . == $KILLED))" || return
		! midst || return 0
	done
	fail 'no process was killed in the midst of its exec'
}

@test "killed in the midst of an exec" {
	midst() { log -s -e 'map(select(.event == "exit" and .signal)) | length > 0'; }
	KIND=leader killed
}

@test "killed in the midst of an exec, with --failed: no outcome is recorded" {
	midst() { execs -s -e 'map(select((.success | not) and (has("errno") | not))) | length > 0'; }
	KIND=leader killed --failed
	# One that was killed before its path was read has the error instead.
	execs -s -e 'map(select(.success | not)) |
		all(.proc != 1 and (.path == "/bin/true" or .path_error == "ESRCH"))'
}

@test "killed in the midst of an exec by another thread than the leader" {
	midst() { log -s -e 'map(select(.event == "exit" and .signal)) | length > 0'; }
	KIND=thread killed
	KIND=thread killed --threads
}

@test "killed in the midst of an exec by another thread than the leader, with --failed" {
	midst() { execs -s -e 'map(select((.success | not) and (has("errno") | not))) | length > 0'; }
	KIND=thread killed --failed
	KIND=thread killed --failed --threads
}

# A procaudit that is slow, since it is traced itself: threads execute before
# their creation has been reported. LeakSanitizer needs ptrace for itself.
@test "killed in the midst of an exec by a thread that nobody has heard of yet" {
	local option
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
	for option in --env=full --threads --failed; do
		"$HELPERS/cage" -s 1000000000 report "$PROCAUDIT" "$option" -q -o "$LOG" \
			"$HELPERS/killexec" thread 150 700 >"$REPORTS"
		grep -qx 'main 0' report
		check_log "$LOG"
		/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" "$REPORTS"
		equal "$(log 'select(.event == "trailer").complete')" true
		[ "$option" != --threads ] || threads_pair
	done
}

# Stops the tracer, lets the command run into its exec, kills it there, and
# lets the tracer go on.
killed_at_stop() {
	local recorder tracer tracee
	"$PROCAUDIT" -o "$LOG" "$@" /bin/bash -c 'echo $$ >pid; read -r _ <go; exec /bin/true' &
	recorder=$!
	await test -s pid
	tracee=$(<pid)
	await in_state "$tracee" S
	tracer=$(pgrep -P "$recorder")
	kill -STOP "$tracer"
	await in_state "$tracer" T
	echo >go
	await in_state "$tracee" t
	kill -KILL "$tracee"
	kill -CONT "$tracer"
	ends_with 137 "$recorder"
	check_log "$LOG"
}

@test "killed while procaudit has not yet looked at its exec" {
	mkfifo go
	killed_at_stop
	equal "$(log 'select(.event == "exit").signal')" '"SIGKILL"'
	rm pid
	killed_at_stop --failed
	equal "$(log 'select(.event == "exit").signal')" '"SIGKILL"'
}

# An ELF file that the kernel refuses when there is no way back.
make_broken() {
	cp "$HELPERS/report" broken
	# p_vaddr of the first PT_LOAD, far above all user space.
	/usr/bin/python3 - broken <<-'END'
		import struct, sys
		with open(sys.argv[1], "r+b") as elf:
		    header = elf.read(64)
		    start, = struct.unpack_from("<Q", header, 32)
		    size, count = struct.unpack_from("<HH", header, 54)
		    for i in range(count):
		        elf.seek(start + i * size)
		        if struct.unpack("<I", elf.read(4))[0] == 1:
		            elf.seek(start + i * size + 16)
		            elf.write(struct.pack("<Q", 0xffff000000000000))
		            break
	END
}

@test "an exec that fails when there is no way back kills its caller" {
	local way
	make_broken
	for way in plain thread; do
		run -139 audit "$HELPERS/execways" "$way" ./broken
		equal "$(log -s 'last | [.signal, .complete, .counts.exec]')" '["SIGSEGV",true,1]'
		run -139 audit --threads "$HELPERS/execways" "$way" ./broken
		equal "$(log -s 'last | [.signal, .complete, .counts.exec]')" '["SIGSEGV",true,1]'
		run -139 audit --failed --threads "$HELPERS/execways" "$way" ./broken a
		equal "$(log -s 'last | [.signal, .complete]')" '["SIGSEGV",true]'
		equal "$(execs 'select(.success | not) | [.errno, .path, .argv]')" \
			'["ENOMEM","./broken",["./broken","a"]]'
	done
}
