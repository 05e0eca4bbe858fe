# SPDX-License-Identifier: ISC
# Contract: -u runs the command as somebody else, as runuser(1) -u would, and
# set-user-ID programs keep their effect below it.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common
load helpers/await

ALL_MODES=('' --failed --failed=brief)

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	REPORTS=$BATS_TEST_TMPDIR/reports.jsonl
	[ "$(id -u)" = 0 ] || skip 'root only'
	unshare -m true 2>/dev/null || skip 'machine: this root has no mount namespaces'
}

# Programs where everybody may use them; procaudit stays where it is.
share() {
	local own=$PROCAUDIT
	public_copy "$@" || return
	PROCAUDIT=$own
}

# Databases of users and groups for this test alone: a user "builder" of group
# "builders", who is in two more groups. Then runs the command.
with_builder() {
	cp /etc/passwd /etc/group .
	echo 'builder:x:4711:4712:Builder:/home/builder:/bin/bash' >>passwd
	printf '%s\n' builders:x:4712: kvm2:x:4713:builder,nobody audio2:x:4714:builder >>group
	unshare -m sh -c 'mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec "$@"' sh "$@"
}

# Runs a command by runuser and by procaudit, with the same options of both.
# What it prints must be the same.
same_as_runuser() { # COMMAND...
	local mode user
	for user in builder nobody daemon root; do
		with_builder runuser -u "$user" -- "$@" >expected || return
		[ -s expected ] || fail "runuser -u $user $* says nothing" || return
		for mode in "${ALL_MODES[@]}"; do
			# shellcheck disable=SC2086 # none or one
			with_builder "$PROCAUDIT" $mode -u "$user" -o "$LOG" -- "$@" >got || return
			check_log "$LOG" || return
			diff expected got || fail "differs: $mode -u $user $*" || return
		done
	done
}

# One line on standard error, this status, and nothing has run or been written.
refused() { # MESSAGE ARG...
	run -125 --separate-stderr "$PROCAUDIT" -o "$LOG" "${@:2}" touch ran
	# shellcheck disable=SC2154 # set by run
	equal "$stderr" "procaudit: $1" || return
	[ ! -e ran ] && [ ! -e "$LOG" ]
}

# A set-user-ID program of root's that everybody may run.
make_set_uid() { # PROGRAM
	chmod 4755 "$1"
	[ "$(unprivileged "$1" | jq .euid)" = 0 ] || skip 'machine: set-user-ID programs have no effect here'
}

# --- Who the command is -------------------------------------------------------

@test "ids and supplementary groups are those of runuser" {
	same_as_runuser id
	grep -q '^uid=0(root)' got
	with_builder "$PROCAUDIT" -u builder -o "$LOG" id >got
	grep -q 'gid=4712(builders) groups=4712(builders),4713(kvm2),4714(audio2)' got
}

@test "the kernel has the same ids, groups and capabilities as with runuser" {
	same_as_runuser grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs):' /proc/self/status
}

@test "the environment is that of runuser" {
	same_as_runuser env -u _
	HOME=/x USER=x LOGNAME=x SHELL=/x same_as_runuser env -u _
	unset HOME USER LOGNAME SHELL
	same_as_runuser env -u _
	equal "$(with_builder "$PROCAUDIT" -u builder -o "$LOG" sh -c 'echo $HOME $USER $LOGNAME')" \
		'/home/builder builder builder'
}

@test "a group of one's own is that of runuser -g" {
	local group
	for group in kvm2 builders nogroup; do
		with_builder runuser -u builder -g "$group" -- id >expected
		with_builder "$PROCAUDIT" -u "builder:$group" -o "$LOG" id >got
		diff expected got
	done
}

@test "numbers are users and groups, with an entry and without" {
	with_builder "$PROCAUDIT" -u builder -o "$LOG" sh -c 'id; env -u _' >expected
	with_builder "$PROCAUDIT" -u 4711 -o "$LOG" sh -c 'id; env -u _' >got
	diff expected got
	equal "$(with_builder "$PROCAUDIT" -u 4711:4714 -o "$LOG" id)" \
		'uid=4711(builder) gid=4714(audio2) groups=4714(audio2)'
	equal "$("$PROCAUDIT" -u 54321:54322 -o "$LOG" sh -c 'id; echo "$HOME ${USER-none} ${LOGNAME-none}"')" \
		$'uid=54321 gid=54322 groups=54322\n/ none none'
	"$PROCAUDIT" -u 4294967294:4294967294 -o "$LOG" grep -E '^[UG]id:' /proc/self/status >got
	equal "$(tr -s '\t' ' ' <got)" 'Uid: 4294967294 4294967294 4294967294 4294967294
Gid: 4294967294 4294967294 4294967294 4294967294'
}

@test "directory, mask, limits, session and terminal group are the caller's" {
	share "$HELPERS/procstate"
	chmod a+x .
	umask 0137
	env -i setpriv --reuid=65534 --regid=65534 --groups=65534 "$PUBLIC/procstate" >bare
	env -i "$PROCAUDIT" -u 65534:65534 -o "$LOG" "$PUBLIC/procstate" >traced
	check_log "$LOG"
	diff <(cat bare; printf 'env %s\n' HOME=/nonexistent USER=nobody LOGNAME=nobody) traced
}

# --- What is recorded ---------------------------------------------------------

@test "the record is whole, and the log root's own" {
	local mode
	share "$HELPERS/report"
	for mode in "${ALL_MODES[@]}"; do
		# shellcheck disable=SC2086 # none or one
		audit_reports $mode -u nobody "$PUBLIC/report" a b
		equal "$(stat -c '%u %g %a' "$LOG")" '0 0 600'
		equal "$(log -s 'last | [.exit_code, .complete]')" '[0,true]'
		equal "$(log 'select(.event == "header") | .uid, .capture.no_new_privs')" $'0\nfalse'
	done
}

@test "a program that the user may execute and not read is recorded whole" {
	share "$HELPERS/report"
	chmod 711 "$PUBLIC/report"
	audit -u nobody "$PUBLIC/report" a >"$REPORTS"
	equal "$(log 'select(.event == "exec") | [.exe, .argv[1], has("env"), .euid]')" \
		"[\"$PUBLIC/report\",\"a\",true,65534]"
}

# --- Set-user-ID --------------------------------------------------------------

@test "set-user-ID programs gain what they gain, and can do it" {
	local mode
	share "$HELPERS/report"
	make_set_uid "$PUBLIC/report"
	for mode in "${ALL_MODES[@]}"; do
		# From such programs ld.so takes some variables away.
		# shellcheck disable=SC2086 # none or one
		audit $mode -u nobody /usr/bin/env -i sh -c '"$0" a; "$0" b' "$PUBLIC/report" >"$REPORTS"
		compare_reports
		equal "$(jq -c '[.uid, .euid]' "$REPORTS" | xargs)" '[65534,0] [65534,0]'
	done
}

@test "set-group-ID programs gain what they gain" {
	local mode
	share "$HELPERS/report"
	make_set_uid "$PUBLIC/report"
	chown 0:7 "$PUBLIC/report"
	chmod 2755 "$PUBLIC/report"
	for mode in "${ALL_MODES[@]}"; do
		# shellcheck disable=SC2086 # none or one
		audit $mode -u nobody /usr/bin/env -i "$PUBLIC/report" >"$REPORTS"
		compare_reports
		equal "$(jq -c '[.euid, .gid, .egid]' "$REPORTS")" '[65534,65534,7]'
	done
}

@test "sudo works inside" {
	local mode
	type -P sudo >/dev/null || skip 'sudo is not installed'
	share "$HELPERS/report"
	make_set_uid "$PUBLIC/report"
	echo 'nobody ALL=(ALL) NOPASSWD: ALL' >sudoers
	chmod 440 sudoers
	for mode in "${ALL_MODES[@]}"; do
		# shellcheck disable=SC2086 # none or one
		equal "$(unshare -m sh -c 'mount --bind sudoers /etc/sudoers && exec "$@"' sh \
			"$PROCAUDIT" $mode -u nobody -o "$LOG" sudo -n sh -c 'id -u; exit 7' || echo $?)" $'0\n7'
		check_log "$LOG"
		equal "$(log -s 'map(select(.event == "exec" and .success and .argv[0] == "sh") | .euid)')" '[0]'
	done
}

# --- What is refused ----------------------------------------------------------

@test "users and groups that do not exist" {
	refused "--user: there is no user 'no-such-user'" -u no-such-user
	refused "--user: there is no user ''" --user=
	refused "--user: there is no user ''" -u :daemon
	refused "--user: there is no user '4294967295'" -u 4294967295
	refused "--user: there is no user '-1'" -u -1
	refused "--user: there is no user ' 1'" -u ' 1'
	refused "--user: there is no user '99999999999999999999'" -u 99999999999999999999
	refused "--user: there is no group 'no-such-group'" -u nobody:no-such-group
	refused "--user: there is no group ''" -u nobody:
	refused "--user: there is no group '4294967295'" -u nobody:4294967295
	refused "--user: there is no group 'daemon:x'" -u nobody:daemon:x
	refused '--user: user 54321 has no entry that names its group: give USER:GROUP' -u 54321
}

@test "without root there is no -u" {
	public_copy
	run -125 unprivileged "$PROCAUDIT" -o "$PUBLIC/log" -u daemon touch "$PUBLIC/ran"
	equal "$output" 'procaudit: --user: only root can run a command as another user'
	[ ! -e "$PUBLIC/ran" ] && [ ! -e "$PUBLIC/log" ]
}

@test "root without CAP_SYS_PTRACE is told so" {
	run -125 setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		"$PROCAUDIT" -o "$LOG" -u daemon touch ran
	equal "$output" 'procaudit: --user: root lacks CAP_SYS_PTRACE here; allow it for this container (docker run --cap-add=SYS_PTRACE)'
	[ ! -e ran ]
}

@test "a root that may become nobody else runs nothing" {
	local mode caps
	for mode in "${ALL_MODES[@]}"; do
		for caps in -setuid -setgid; do
			# shellcheck disable=SC2086 # none or one
			run -125 setpriv --bounding-set=$caps --inh-caps=$caps "$PROCAUDIT" $mode -o "$LOG" -u daemon touch ran
			equal "$output" "procaudit: cannot run the command as 'daemon': Operation not permitted"
			[ ! -e ran ]
			check_log "$LOG"
			equal "$(log -s 'last | [.exit_code, .counts.exec // 0]')" '[125,0]'
		done
	done
}

@test "what the user may not execute gives 126, what is not there 127" {
	local mode
	share
	cp /bin/true "$PUBLIC/true"
	chmod 700 "$PUBLIC/true"
	for mode in "${ALL_MODES[@]}"; do
		# shellcheck disable=SC2086 # none or one
		run -126 "$PROCAUDIT" $mode -o "$LOG" -u nobody "$PUBLIC/true"
		equal "$output" "procaudit: cannot execute '$PUBLIC/true': Permission denied"
		check_log "$LOG"
		# shellcheck disable=SC2086 # none or one
		run -127 "$PROCAUDIT" $mode -o "$LOG" -u nobody "$PUBLIC/none"
		equal "$output" "procaudit: cannot execute '$PUBLIC/none': No such file or directory"
		check_log "$LOG"
	done
	equal "$(log 'select(.event == "exec") | [.errno, .path]')" "[\"ENOENT\",\"$PUBLIC/none\"]"
}

# --- Signals ------------------------------------------------------------------

@test "TERM to procaudit reaches the user's command" {
	local status=0
	share
	mkfifo -m 666 "$PUBLIC/go"
	"$PROCAUDIT" -o "$LOG" -u nobody sh -c 'trap "exit 9" TERM; exec 5<>"$0/go"; echo $$ >"$0/ready"; while :; do read x <&5; done' "$PUBLIC" 3>&- &
	await_shell "$PUBLIC/ready"
	kill -TERM $!
	wait $! || status=$?
	equal "$status" 9
	check_log "$LOG"
}

@test "the command can neither signal nor trace procaudit" {
	run -1 "$PROCAUDIT" -o "$LOG" -u nobody sh -c 'kill -KILL $PPID'
	check_log "$LOG"
	equal "$(log -s 'last | [.exit_code, .complete]')" '[1,true]'
	# Nor does it get hold of the log.
	"$PROCAUDIT" -o "$LOG" -u nobody sh -c 'ls -l /proc/$PPID/fd /proc/self/fd; :' >out 2>&1
	run ! grep -F "$LOG" out
}
