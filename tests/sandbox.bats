# SPDX-License-Identifier: ISC
# Contract: what runs in a sandbox, or makes one, runs as it would, and is
# recorded whole.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common

# What hangs is killed in the end.
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	REPORTS=$BATS_TEST_TMPDIR/reports.jsonl
	SANDBOX=$HELPERS/sandbox
}

# Runs a command bare and recorded. Output and exit status must be the same, and
# the log whole, with so many forks, programs executed, and ends.
same() { # "OPTION..." "FORK,EXEC,EXIT" COMMAND...
	local bare=0 traced=0
	timeout -s KILL 120 "${@:3}" >bare 2>&1 </dev/null || bare=$?
	# shellcheck disable=SC2086 # several options
	timeout -s KILL 120 "$PROCAUDIT" $1 -o "$LOG" "${@:3}" >traced 2>&1 </dev/null || traced=$?
	diff bare traced || fail "differs: $*" || return
	equal "$traced" "$bare" || return
	check_log "$LOG" || return
	equal "$(log -s '[last.complete, last.counts.fork, (map(select(.event == "exec" and .success)) | length),
		last.counts.exit]')" "[true,$2]"
}

execs() {
	log 'select(.event == "exec")' | jq -c "$@"
}

namespaces() {
	unshare "$@" true 2>/dev/null || skip "machine: no namespaces: unshare $*"
}

# Directory $PUBLIC and what is in it, for a procaudit without privileges.
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# --- Namespaces ---------------------------------------------------------------

@test "every kind of namespace alone" {
	local kind
	for kind in --user --mount --net --uts --ipc --cgroup '--user --map-root-user --time'; do
		# shellcheck disable=SC2086 # several
		namespaces $kind
		# shellcheck disable=SC2086 # several
		same '' 1,4,2 unshare $kind sh -c '/bin/echo in; exec /usr/bin/id -u' || fail "with $kind"
	done
	namespaces --pid --fork
	same '' 2,3,3 unshare --pid --fork sh -c '/bin/echo $$; exit 3'
}

@test "all namespaces at once, nested twice" {
	local all='--user --map-root-user --mount --net --uts --ipc --cgroup --time --pid --fork --mount-proc'
	# ls is in the list: a reader behind a pipe might have begun or not.
	local inside='hostname inside && hostname; ls /proc >list; grep -c "^[0-9]" list; exit 7'
	# shellcheck disable=SC2086 # several
	namespaces $all
	# shellcheck disable=SC2086 # several
	same '' 6,7,7 unshare $all unshare $all sh -c "$inside"
	grep -qx inside traced
	equal "$(execs 'select(.argv[0] == "hostname") | .ns_pid' | xargs)" '2 3'
	# shellcheck disable=SC2086 # several
	same --failed 6,7,7 unshare $all unshare $all sh -c "$inside"
}

@test "without a /proc inside" {
	namespaces --user --map-root-user --mount
	same '' 2,5,3 unshare --user --map-root-user --mount sh -c 'mount -t tmpfs none /proc; ls -A /proc; exec /bin/echo end'
	equal "$(execs 'select(.argv[0] == "/bin/echo") | has("exe"), has("cwd"), has("env")' | sort -u)" true
}

@test "bubblewrap" {
	type -P bwrap >/dev/null || skip 'bubblewrap is not installed'
	local wrap='bwrap --unshare-all --die-with-parent --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp --new-session --hostname box --chdir /'
	# shellcheck disable=SC2086 # several
	$wrap true 2>/dev/null || skip 'machine: bubblewrap does not work here'
	# shellcheck disable=SC2086 # several
	same '' 5,5,6 $wrap sh -c 'hostname; touch /tmp/x; ls -A /tmp; exit 5'
	equal "$(execs 'select(.proc > 1) | [.argv[0], .cwd]' | xargs)" '[sh,/] [hostname,/] [touch,/] [ls,/]'
}

@test "a static program in a chroot that holds nothing else" {
	local program=$HELPERS/report-static
	[ -x "$program" ] || skip 'machine: no static variant for this architecture'
	namespaces --user --map-root-user --mount
	mkdir root root/dir
	cp "$program" root/report
	audit unshare --user --map-root-user chroot root /report a 'b c' >"$REPORTS"
	COMPARE='--unknown exe' jq -e '.exe == null' "$REPORTS"
	equal "$(execs 'select(.path == "/report") | [.exe, .argv, .cwd]')" \
		"[\"$PWD/root/report\",[\"/report\",\"a\",\"b c\"],\"$PWD/root\"]"
	equal "$(jq -c '[.pid, (.argv | length), (.env | length)]' "$REPORTS")" \
		"$(execs 'select(.path == "/report") | [.pid, (.argv | length), (.env | length)]')"
	equal "$(log -s 'last | [.complete, .counts.exec]')" '[true,3]'
}

@test "a directory that has been deleted" {
	same '' 3,4,4 sh -c 'mkdir gone; cd gone && rmdir ../gone; /bin/pwd 2>&1; exit 4'
	equal "$(execs -s 'last.cwd')" "\"$PWD/gone (deleted)\""
}

# --- Filters and attributes ---------------------------------------------------

@test "seccomp filters with each action, and strict mode" {
	same '' 9,6,10 "$SANDBOX" seccomp
	grep -qx 'SIGSYS caught' traced
	grep -qx 'strict: wait status 0x400' traced
	equal "$(log 'select(.event == "exit" and .signal) | .signal' | sort | uniq -c | xargs)" '1 SIGKILL 2 SIGSYS'
}

@test "seccomp filters with each action, under --failed: the log owns up, the rest is the same" {
	"$SANDBOX" seccomp >bare
	audit --failed "$SANDBOX" seccomp >traced 2>err
	equal "$(cat err)" $'sandbox: seccomp: Invalid argument\nsandbox: seccomp: Invalid argument'
	# What asks a tracer is made, and there is no strict mode beside a filter, as
	# the manual says; all else is as it would be.
	diff <(sed 's/^getuid: Function not implemented$/getuid works/; s/^\(strict.*\) 0x.*/\1 0x100/' bare) traced
	equal "$(log -s 'map(select(.event == "gap")) | map(.reason) | unique')" '["filter"]'
	equal "$(log -s 'last | [.complete, .counts.fork, .counts.exec, .counts.exit, .gaps]')" '[false,9,6,10,7]'
}

@test "no_new_privs" {
	same '' 2,4,3 setpriv --no-new-privs sh -c 'grep NoNewPrivs /proc/self/status; /usr/bin/id -u; :'
	grep -q '1$' traced
}

@test "Landlock" {
	local status=0
	"$SANDBOX" landlock "$HELPERS/report" >/dev/null 2>&1 || status=$?
	[ "$status" != 77 ] || skip 'machine: no Landlock'
	cp /bin/true tool
	same '' 2,2,3 "$SANDBOX" landlock "$PWD/tool"
	grep -qx "$PWD/tool: Permission denied" traced
	same --failed 2,2,3 "$SANDBOX" landlock "$PWD/tool"
	equal "$(execs 'select(.success | not) | [.errno, .path]')" "[\"EACCES\",\"$PWD/tool\"]"
}

@test "capabilities that are dropped" {
	same '' 1,2,2 "$SANDBOX" capless
	[ "$(id -u)" = 0 ] || skip 'root only'
	same '' 1,4,2 setpriv --bounding-set=-all --inh-caps=-all sh -c 'grep Cap /proc/self/status; exec /bin/true'
}

@test "processes that are not dumpable, as root and without privileges" {
	same '' 4,5,5 "$SANDBOX" dumpable
	same --failed 4,5,5 "$SANDBOX" dumpable
	equal "$(execs -s 'map(select(has("env") | not)) | length')" 0
	public_copy "$SANDBOX"
	cd "$PUBLIC" || return
	LOG=$PUBLIC/log
	[ "$(id -u)" = 0 ] || return 0
	setpriv --reuid=65534 --regid=65534 --clear-groups ./sandbox dumpable >out
	unprivileged "$PROCAUDIT" -o "$LOG" ./sandbox dumpable >traced
	check_log "$LOG"
	diff out traced
	# What has executed is dumpable again, so all is read.
	equal "$(execs -s 'map(select(has("env") and has("cwd") and has("exe"))) | length')" 5
}

@test "PR_SET_PTRACER and PR_SET_PDEATHSIG" {
	same '' 1,2,2 "$SANDBOX" ptracer
	same '' 2,1,3 "$SANDBOX" pdeathsig
	equal "$(log 'select(.event == "exit" and .signal) | .signal')" '"SIGUSR1"'
	same --failed 2,1,3 "$SANDBOX" pdeathsig
}

@test "RLIMIT_NPROC of somebody else is not used up by procaudit" {
	[ "$(id -u)" = 0 ] || skip 'root only'
	public_copy "$SANDBOX"
	cd "$PUBLIC" || return
	LOG=$PUBLIC/log
	# Of a user who has no other process, whatever runs beside this.
	local user=$((20000 + $$ % 30000))
	local as_user=(setpriv "--reuid=$user" "--regid=$user" --clear-groups)
	same '' 6,3,7 "${as_user[@]}" ./sandbox nproc 6
	grep -qx '5 children, then Resource temporarily unavailable' traced
	"$PROCAUDIT" -u "$user:$user" -o "$LOG" ./sandbox nproc 6 >traced
	diff bare traced
	# Procaudit of the same user is two processes more.
	"${as_user[@]}" "$PROCAUDIT" -o "$PUBLIC/its" ./sandbox nproc 6 >traced
	grep -qx '3 children, then Resource temporarily unavailable' traced
}

# --- Privileges that files give -----------------------------------------------

LOST='runs without the privileges that its file gives, since procaudit has none; root can use -u (this is said once)'

# $PUBLIC/report tells ids and capabilities; it may be prepared by root alone.
prepare_privileges() {
	[ "$(id -u)" = 0 ] || skip 'root only'
	public_copy "$HELPERS/report"
	cp "$(readlink -f /bin/grep)" "$PUBLIC/grep"
	cd "$PUBLIC" || return
	LOG=$PUBLIC/log
	chmod 4755 report
	[ "$(as_nobody ./report | jq .euid)" = 0 ] || skip 'machine: set-user-ID programs have no effect here'
}

euid() {
	jq .euid | xargs
}

# Records as nobody; standard error must be this.
as_nobody_said() { # ERROR COMMAND...
	as_nobody "$PROCAUDIT" -o "$LOG" "${@:2}" >out 2>err || return
	check_log "$LOG" || return
	equal "$(cat err)" "$1"
}

@test "set-user-ID programs gain nothing without privileges, and one line names the first" {
	prepare_privileges
	as_nobody_said "procaudit: $PUBLIC/report $LOST" sh -c './report; ./report; ./report'
	equal "$(euid <out)" '65534 65534 65534'
	equal "$(log -s 'last | [.complete, .counts.exec]')" '[true,4]'
	as_nobody_said '' env -u LD_LIBRARY_PATH true
	equal "$(as_nobody "$PROCAUDIT" -q -o "$LOG" ./report 2>&1 | euid)" 65534
	# The filter of --failed means no_new_privs, which comes to the same.
	run as_nobody "$PROCAUDIT" --failed -o "$LOG" sh -c './report >out2; :'
	equal "$output" "procaudit: $PUBLIC/report $LOST"
}

@test "the name of such a program cannot drive a terminal" {
	prepare_privileges
	mv report $'a\e[31m\n\xffb'
	as_nobody_said "procaudit: $PUBLIC/a?[31m??b $LOST" $'./a\e[31m\n\xffb'
}

@test "set-group-ID programs and files with capabilities are named, too" {
	prepare_privileges
	chown 0:7 report
	chmod 2755 report
	as_nobody_said "procaudit: $PUBLIC/report $LOST" ./report
	equal "$(jq .egid <out)" 65534
	equal "$("$PROCAUDIT" -u nobody -o "$LOG" ./report 2>&1 | jq .egid)" 7
	setcap cap_net_raw+ep grep 2>/dev/null || skip 'machine: files cannot have capabilities here'
	equal "$(as_nobody ./grep CapEff /proc/self/status)" $'CapEff:\t0000000000002000'
	as_nobody_said "procaudit: $PUBLIC/grep $LOST" ./grep CapEff /proc/self/status
	equal "$(cat out)" $'CapEff:\t0000000000000000'
	equal "$("$PROCAUDIT" -u nobody -o "$LOG" ./grep CapEff /proc/self/status 2>&1)" $'CapEff:\t0000000000002000'
	equal "$("$PROCAUDIT" -u nobody --failed -o "$LOG" ./grep CapEff /proc/self/status 2>&1)" $'CapEff:\t0000000000002000'
}

@test "where a program would gain nothing anyway there is nothing to say" {
	prepare_privileges
	# It is its owner's already.
	chown 65534:65534 report
	chmod 6755 report
	as_nobody_said '' ./report
	chown 0:0 report
	chmod 4755 report
	# The command gives its privileges up, or procaudit was started without.
	as_nobody_said '' setpriv --no-new-privs ./report
	as_nobody setpriv --no-new-privs "$PROCAUDIT" -o "$LOG" ./report >out 2>err
	equal "$(cat err)" ''
	# A file system on which the bits mean nothing.
	mkdir nosuid
	unshare -m sh -c 'mount -t tmpfs -o nosuid,mode=755 none nosuid && cp -p report nosuid && chmod 4755 nosuid/report &&
		exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"' sh "$PROCAUDIT" -o "$LOG" nosuid/report >out 2>err
	equal "$(cat err):$(euid <out)" :65534
	# Another user namespace, in which the owner is nobody.
	if as_nobody unshare -Ur true 2>/dev/null; then
		as_nobody_said '' unshare -Ur ./report
	fi
	# A set-group-ID bit without permission to execute marks locking.
	chmod 2745 report
	as_nobody_said '' ./report
}

# --- File systems -------------------------------------------------------------

# Runs a program of a file system that one process of the command serves, and that has
# a child for whatever it is asked.
served() { # [PROCAUDIT...]
	timeout -s KILL 120 "$PUBLIC/serve" mount "$PUBLIC/mnt" "$@" \
		"$PUBLIC/serve" run "$PUBLIC/mnt" /bin/echo program
}

same_served() { # [COMMAND...]
	"$HELPERS/serve" mount . true 2>/dev/null || skip 'machine: no file system can be served (FUSE)'
	public_copy "$HELPERS/serve" || return
	mkdir -p "$PUBLIC/mnt" || return
	served "$@" >bare || return
	served "$@" "$PROCAUDIT" -o "$PUBLIC/log" >traced || return
	equal "$(cat bare)" program
	diff bare traced || return
	LOG=$PUBLIC/log
	check_log "$LOG" || return
	equal "$(log 'select(.event == "trailer") | .complete')" true || return
	equal "$(execs 'select(.argv[0] == "/bin/echo") | [.path, .exe_ino]')" \
		"[\"$PUBLIC/mnt/program\",\"2\"]"
}

@test "a program whose file is served by a process below the command" {
	same_served
}

@test "a program whose file is so served, without privileges" {
	same_served setpriv --reuid=65534 --regid=65534 --clear-groups
}
