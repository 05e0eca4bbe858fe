# SPDX-License-Identifier: ISC
# Contract: every new process and thread is recorded once, however it came to
# be and whoever was killed over it; and tracing it never hangs.

load lib/common
# What hangs is killed in the end.
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	printf '#!/bin/sh\nexec timeout -s KILL 120 "%s" "$@"\n' "$PROCAUDIT" >bounded
	chmod +x bounded
	PROCAUDIT=$PWD/bounded
}

# Records a helper that reports the processes it has made, and compares.
audit_truth() {
	audit "$@" >report || return
	/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" report >&2
}

# The same, and its record must be whole.
audit_whole() {
	audit_truth "$@" || return
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

counts() {
	log "select(.event == \"trailer\") | .counts | [$(printf '.%s,' "$@" | sed 's/,$//')]"
}

# --- Storms ------------------------------------------------------------------

@test "a storm whose parents are killed while they fork ends, and nothing is missing" {
	local seed
	for seed in 11 12 13; do
		audit_whole "$HELPERS/bomb" -k "$seed" 1750
	done
}

@test "a storm of processes deep and broad is recorded whole" {
	audit_whole "$HELPERS/bomb" 21 1500
	equal "$(counts fork exit)" '[1500,1501]'
}

@test "a storm that is recorded as text ends, too" {
	"$PROCAUDIT" "$HELPERS/bomb" -k 31 1000 >report 2>text
	[ -s report ]
	grep -q '/bomb -k 31 1000$' text
}

@test "many forks know how the process was made, although most were seen late" {
	audit_whole "$HELPERS/bomb" 41 1000
	local known
	known=$(log -s 'map(select(.event == "fork" and .kind)) | length')
	((known > 900)) || fail "only $known of 1000"
}

# A creator may be held up on its way to its report: then the kind is absent.
@test "CLONE_PARENT: many forks know their creator, although most were seen late" {
	audit_whole "$HELPERS/newborns" siblings 50
	local all known wrong
	read -r all known wrong < <(log -rs '
		(map(select(.event == "exit") | {"\(.proc)": .exit_code}) | add) as $status |
		map(select(.event == "fork") | .status = $status["\(.child)"]) |
		map(select(.status == 0).child) as $makers | map(select(.status > 0)) |
		map(select(.kind)) as $known |
		"\(length) \($known | length) \($known | map(select($makers[.status - 1] != .proc)) | length)"')
	equal "$all $wrong" '400 0'
	((known > 360)) || fail "only $known of 400"
}

# --- Killed and stopped young ------------------------------------------------

@test "children killed before their first stop" {
	audit_whole "$HELPERS/newborns" killed 500
	equal "$(counts fork exit)" '[500,501]'
}

@test "children that stop themselves first" {
	audit_whole "$HELPERS/newborns" stopping 100
	equal "$(log 'select(.event == "exit" and .proc > 1) | .exit_code' | sort | uniq -c | xargs)" '100 7'
}

@test "children that are stopped as soon as they exist" {
	audit_whole "$HELPERS/newborns" stopped 200
	equal "$(log 'select(.event == "exit" and .proc > 1) | .exit_code' | sort | uniq -c | xargs)" '200 8'
}

@test "threads that are made while their process is being stopped" {
	audit_whole --threads "$HELPERS/newborns" born-stopped 300
	equal "$(counts fork exit)" '[1,2]'
	equal "$(counts thread)" "$(counts thread_exit)"
}

@test "a parent killed in vfork, its child lives on" {
	audit_whole "$HELPERS/newborns" vforked 30
	equal "$(counts fork exit)" '[60,61]'
	equal "$(log 'select(.event == "fork" and .proc > 1) | .kind' | sort | uniq -c | xargs)" '30 vfork'
}

# --- Ways to be made ---------------------------------------------------------

@test "a thousand threads at once" {
	audit --threads "$HELPERS/newborns" threads 1000
	equal "$(counts fork exit thread thread_exit)" '[0,1,1000,1000]'
	audit "$HELPERS/newborns" threads 1000
	equal "$(counts fork exit thread thread_exit)" '[0,1,0,0]'
}

@test "threads made with an exit signal are threads" {
	audit --threads "$HELPERS/newborns" sigchld 100
	equal "$(counts fork exit thread thread_exit)" '[0,1,100,100]'
}

@test "a thread executes while others fork" {
	audit_whole --threads "$HELPERS/newborns" exec 40
	# Its pid is the process's, its former id is told; the program ran once.
	equal "$(log 'select(.event == "exec" and .proc > 1) | [.pid != .old_tid, .argv, .image]' |
		sort | uniq -c | xargs)" '40 [true,[true],1]'
}

@test "a process born into a cgroup" {
	local root cgroup
	root=$(findmnt -nt cgroup2 -o TARGET | head -n 1)
	cgroup=$root/procaudit-test.$$
	mkdir "$cgroup" 2>/dev/null || skip "no cgroup2 that can be written"
	audit "$HELPERS/newborns" cgroup "$cgroup" >report || { rmdir "$cgroup" && false; }
	rmdir "$cgroup"
	grep -q "^0::.*${cgroup##*/}" report
	sed -i '/:/d' report
	/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" report
	equal "$(counts fork exec exit)" '[1,2,2]'
}

@test "a child that asked not to be traced runs, unseen; the next one is seen" {
	run -125 --separate-stderr audit_truth "$HELPERS/newborns" untraced 3
	log -e -s 'map(select(.event == "gap")) |
		length == 3 and all(.reason == "untraced" and .child_pid > .pid)'
	equal "$(counts fork exec exit)" '[1,1,2]'
}

# --- Exit signals ------------------------------------------------------------

@test "a process whose end is announced by no signal, or by any, leader first" {
	local signo
	# 0: none. The kernel announces it to us before its parent.
	for signo in 0 1 2 3 10 12 13 14 15 17 18 20 25 32 33 34 50 64; do
		"$PROCAUDIT" -o "$LOG" "$HELPERS/newborns" signal "$signo" >report ||
			fail "status $? with signal $signo"
		check_log "$LOG"
		/usr/bin/python3 "$SRCROOT/tests/helpers/ends.py" "$LOG" report
		equal "$(log 'select(.event == "exit") | .exit_code')" $'11\n0'
		equal "$(log 'select(.event == "trailer") | .complete')" true
	done
}

@test "an end that is announced by SIGSTOP or SIGKILL strikes the parent, not us" {
	audit_whole "$HELPERS/newborns" signal-parent 19
	equal "$(log 'select(.event == "exit") | .exit_code' | sort -n | xargs)" '0 0 11'
	# Whether the parent has waited for its child before it dies is open.
	audit "$HELPERS/newborns" signal-parent 9
	equal "$(log 'select(.event == "exit") | [.exit_code, .signal]' | sort | xargs)" \
		'[0,null] [11,null] [null,SIGKILL]'
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

# --- Pid namespaces ----------------------------------------------------------

new_pid_namespace() {
	unshare -Urpf true 2>/dev/null || skip "no user and pid namespaces here"
}

# The ns_pid of each exec of sh, in order; null where it is not inside.
ns_pids_of_sh() {
	log 'select(.event == "exec" and .argv[0] == "sh") | .ns_pid' | xargs
}

@test "nested pid namespaces: ids are ours, ns_pid is the process's own" {
	new_pid_namespace
	audit unshare -Urpf --mount-proc sh -c "sh -c 'echo \$\$'; echo \$\$
		exec unshare -Urpf --mount-proc sh -c 'echo \$\$; (sh -c \"echo \\\$\\\$\"; exit 5); echo end'" >out
	equal "$(grep -v end out | xargs)" '2 1 1 3'
	equal "$(ns_pids_of_sh)" '1 2 1 3'
	# Our ids are never theirs, and all are distinct.
	equal "$(log -s 'map(select(.event == "exit") | .pid) | length - (unique | length)')" 0
	equal "$(log -s 'map(select(.event == "exit") | select(.pid == .ns_pid)) | length')" 0
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

@test "the members of a pid namespace die with its init and are recorded" {
	new_pid_namespace
	mkfifo fifo
	run -3 audit unshare -Urpf --mount-proc sh -c 'sh -c "read x <>fifo" & sh -c "read x <>fifo" & exit 3'
	equal "$(log 'select(.event == "exit" and .signal == "SIGKILL") | .signal' | wc -l)" 2
	equal "$(log 'select(.event == "trailer") | .complete')" true
}

@test "an init of a pid namespace that faults ends as it would" {
	new_pid_namespace
	local program
	ulimit -c 0
	cat >inits <<-'END'
		for kind in $("$1"); do
			for how in default caught blocked ignored; do
				unshare -Urpf "$1" "$kind" "$how"
				echo "$kind $how: $?"
			done
		done
	END
	for program in faults faults-i386; do
		[ -e "$HELPERS/$program" ] || continue # an x86_64 machine has both
		sh inits "$HELPERS/$program" >bare
		grep -q 'segv default: 139' bare
		refute grep 'no effect' bare
		audit sh inits "$HELPERS/$program" >traced
		diff bare traced >&2 || fail "$program"
		# All of them but those that catch the signal.
		equal "$(counts detach)" "[$(grep -vc 'caught\|code' bare)]"
	done
}

@test "pids that are used again and again are different processes" {
	new_pid_namespace
	unshare -Urpf --mount-proc sh -c 'echo 320 >/proc/sys/kernel/pid_max' ||
		skip "a pid namespace has no pid_max of its own here"
	unshare -Urpf --mount-proc sh -c "
		echo 320 >/proc/sys/kernel/pid_max
		'$PROCAUDIT' --threads -o '$LOG' sh -c '
			\"$HELPERS/newborns\" killed 700; \"$HELPERS/newborns\" exec 3
			\"$HELPERS/newborns\" vforked 20; \"$HELPERS/newborns\" sigchld 400' >report"
	check_log "$LOG"
	# More processes than numbers.
	equal "$(log -s 'map(select(.event == "exit") | .pid) | (length > 700) and (max <= 320)')" true
	equal "$(log 'select(.event == "trailer") | .complete')" true
}
