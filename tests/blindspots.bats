# SPDX-License-Identifier: ISC
# Contract: what --failed's filter is and leaves alone, what cannot be read or
# seen is said, and among many tasks nobody is forgotten.

# Scripts for the command are in single quotes; each test has variables of its own.
# shellcheck disable=SC2016,SC2030,SC2031

load lib/common
load helpers/await

execs() {
	log 'select(.event == "exec")' | jq -c "$@"
}

gaps() {
	log 'select(.event == "gap")' | jq -c "$@"
}

# Waits for a process of this shell, which has this status. (run waits in
# another shell.)
ends_with() {
	local status=0
	wait "$2" || status=$?
	equal "$status" "$1"
}

needs_root() {
	[ "$(id -u)" = 0 ] || skip 'root only'
}

# --- The filter ---------------------------------------------------------------

# What the command sees of it.
filter_status() {
	"$@" grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr '\t\n' '  '
}

@test "by default there is no filter" {
	equal "$(filter_status audit)" "$(filter_status env)"
	equal "$(log 'select(.event == "header").capture | .failed, .seccomp')" $'"none"\nfalse'
}

@test "with --failed there is one, and root keeps its ways to gain privileges" {
	needs_root
	equal "$(filter_status audit --failed)" 'NoNewPrivs: 0 Seccomp: 2 '
	equal "$(log 'select(.event == "header").capture | .failed, .seccomp, .no_new_privs')" \
		$'"full"\ntrue\nfalse'
}

@test "without privileges the filter means no_new_privs, and the header says so" {
	public_copy
	equal "$(LOG=$PUBLIC/log && filter_status unprivileged "$PROCAUDIT" -o "$LOG" --failed)" \
		'NoNewPrivs: 1 Seccomp: 2 '
	check_log "$PUBLIC/log"
	equal "$(jq -c 'select(.event == "header").capture | .seccomp, .no_new_privs' "$PUBLIC/log")" \
		$'true\ntrue'
}

@test "set-uid programs keep their effect when root records" {
	needs_root
	local set_uid own=$PROCAUDIT
	public_copy "$HELPERS/report"
	set_uid=$PUBLIC/report
	PROCAUDIT=$own
	chmod 4755 "$set_uid"
	# From such programs ld.so takes some variables away.
	audit_reports --failed "$(type -P env)" -i "$(type -P setpriv)" \
		--reuid=65534 --regid=65534 --clear-groups "$set_uid"
	equal "$(execs -s -c 'map(select(.success)) | last | [.uid, .euid]')" '[65534,0]'
}

@test "kill -9 of procaudit kills what it records with --failed" {
	local tracer tracee
	"$PROCAUDIT" -o "$LOG" --failed /bin/sh -c 'echo $$ >pid; exec sleep 1000' &
	tracer=$!
	await test -s pid
	tracee=$(<pid)
	kill -KILL "$tracer"
	ends_with 137 "$tracer"
	await gone "$tracee"
	check_log --no-trailer "$LOG"
}

@test "--linger=0 kills what outlives the command, and the status stays the command's" {
	run -3 audit --failed --linger=0 /bin/sh -c '{ echo $$; exec sleep 1000; } >pid & exit 3'
	equal "$(log 'select(.event == "detach")')" ''
	equal "$(log 'select(.event == "exit" and .proc == 2).signal')" '"SIGKILL"'
	equal "$(log -s 'last.exit_code')" 3
}

@test "the second SIGTERM kills" {
	local tracer
	"$PROCAUDIT" -o "$LOG" --failed /bin/bash -c 'trap "echo >got" TERM; echo $$ >ready
		while :; do sleep 1000 & wait; done' &
	tracer=$!
	await_shell
	kill -TERM "$tracer"
	await test -e got
	kill -TERM "$tracer"
	ends_with 143 "$tracer"
	check_log "$LOG"
	equal "$(log 'select(.event == "exit").signal' | sort -u)" '"SIGKILL"'
	equal "$(log 'select(.event == "detach")')" ''
}

@test "exit statuses are the same with --failed" {
	local status
	for status in 0 1 125 255; do
		run -$status audit --failed /bin/sh -c "exit $status"
	done
	run -143 audit --failed /bin/sh -c 'kill -TERM $$'
}

# --- Filters of the command's own ---------------------------------------------

@test "a filter that the command sets is a gap of failed execs alone" {
	local kind
	for kind in errno prctl tsync listener; do
		audit --failed "$HELPERS/blind" "$kind" /bin/true # status 0, not 125
		equal "$(gaps '[.proc, .reason, .count]')" '[1,"filter",1]'
		equal "$(log -s 'last.complete')" false
		audit "$HELPERS/blind" "$kind" /bin/true
		equal "$(gaps .)" ''
		equal "$(log -s 'last.complete')" true
	done
}

@test "a filter that the kernel refuses is no gap" {
	audit --failed "$HELPERS/blind" bad /bin/true
	equal "$(gaps .)" ''
}

@test "an exec that the command's own filter refuses is not seen, and the gap says so" {
	equal "$(audit --failed "$HELPERS/blind" hide /bin/true)" ENOMEM
	equal "$(gaps .reason)" '"filter"'
	equal "$(execs .success)" true
}

@test "a filter that leaves a call to its tracer: the call is made, and execs are recorded" {
	local kind
	for kind in trace ours; do
		UNAME=ENOSYS "$HELPERS/blind" "$kind" /bin/true
		UNAME=0 audit --failed "$HELPERS/blind" "$kind" /bin/sh -c '/nonexistent; exec /bin/true' ||
			fail "$kind"
		equal "$(execs '.errno // "-"' | tr '\n' ' ')" '"-" "-" "ENOENT" "-" '
	done
}

# --- What may not be read -----------------------------------------------------

# Records, as a user without privileges, programs that may be executed only.
# Their argv is "PROGRAM a '' b", their environment holds X.
execute_only() {
	public_copy "$HELPERS/report" "$HELPERS/execways" "$HELPERS/asks"
	chmod 0111 "$PUBLIC/report" "$PUBLIC/asks"
	LOG=$PUBLIC/log
	X=$'\xff' unprivileged "$PROCAUDIT" -o "$LOG" "$@" || return
	check_log "$LOG"
}

@test "a program that may be executed and not read has its argv" {
	needs_root
	local dir=$BATS_TEST_TMPDIR/public
	execute_only "$dir/execways" plain "$dir/report" a '' b
	equal "$(execs 'select(.image == 2) | [.argv, .env_error, has("env"), .success]')" \
		"[[\"$dir/report\",\"a\",\"\",\"b\"],\"EPERM\",false,true]"
}

@test "a program that may be executed and not read has argv, environment and path with --failed" {
	needs_root
	local dir=$BATS_TEST_TMPDIR/public
	execute_only --failed "$dir/execways" plain "$dir/report" a '' b
	equal "$(execs 'select(.image == 2) | [.argv, .path, .success]')" \
		"[[\"$dir/report\",\"a\",\"\",\"b\"],\"$dir/report\",true]"
	equal "$(execs 'select(.image == 2).env' )" "$(execs 'select(.image == 1).env')"
	execs -e 'select(.image == 2) | .env_b64 and (has("env_error") | not)'
}

@test "what an unreadable caller asks for is named where it cannot be read" {
	needs_root
	local dir=$BATS_TEST_TMPDIR/public
	execute_only --failed "$dir/asks" path:/nonexistent >"$REPORTS"
	execs -e 'select(.success | not) | .errno == "ENOENT" and .argv_error == "EPERM" and
		.env_error == "EPERM" and .path_error == "EPERM"'
}

# --- Untraced -----------------------------------------------------------------

@test "a child that cannot be traced is a gap that names it" {
	local said='a process was made as one that nobody can trace (CLONE_UNTRACED)'
	run -125 --separate-stderr audit "$HELPERS/blind" untraced /bin/true
	# shellcheck disable=SC2154 # set by run
	equal "$stderr" "procaudit: $said; the log $LOG has a gap record for what is missing"
	equal "$(gaps '[.proc, .reason, .child_pid, .count]')" "[1,\"untraced\",$output,1]"
	equal "$(log -s 'last | [.exit_code, .complete, .counts.fork]')" '[0,false,0]'
}

@test "ordinary children are no gap, whoever waits for them" {
	local seed
	for seed in {1..20}; do
		audit --env=none "$HELPERS/bomb" "$seed" 2000 >"$REPORTS" || fail "seed $seed"
		equal "$(gaps .)" ''
	done
	audit --failed --env=none "$HELPERS/bomb" 21 2000 >"$REPORTS"
	equal "$(gaps .)" ''
}

@test "a child that asks its parent to trace it is refused, and recorded" {
	equal "$(audit "$HELPERS/blind" traceme /bin/true)" EPERM
	equal "$(execs '[.proc, .path]' | tail -n 1)" '[2,"/bin/true"]'
	equal "$(log -s 'last.complete')" true
}

# --- Many tasks ---------------------------------------------------------------

# Records a crowd and compares all ends.
crowd() {
	local option
	for option in '' --failed; do
		# shellcheck disable=SC2086
		timeout -k 10 300 "$PROCAUDIT" -o "$LOG" --env=none $option "$HELPERS/crowd" "$@" >"$REPORTS" ||
			fail "$option: status $?" || return
		check_log "$LOG" || return
		/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" "$REPORTS" || return
		equal "$(log -s 'last.complete')" true || return
	done
}

@test "2 000 idle processes, and bursts of forks, execs and stops in any of them" {
	crowd processes 1 2000 100
}

@test "2 000 idle threads, and bursts of forks and execs in any of them" {
	crowd threads 2 2000 20
}

@test "300 processes that hand over to each other by ends of children" {
	crowd ring 3 300 3
}

@test "500 processes are stopped, continued and killed at once" {
	crowd stops 4 500 5
}
