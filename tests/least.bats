# SPDX-License-Identifier: ISC
# Contract: while it traces, procaudit can do no more than that takes, and nobody
# but root can look into it; what it traces keeps all that it has.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load lib/common
load helpers/await
load helpers/background

UNTIL_GO='exec 5<>go; echo ready >&2; until read x <&5; do :; done;'

# Capabilities as they stand in /proc/PID/status.
TRACING=0000000000080004	      # CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH
TRACING_FILES=000000000008000e	      # and CAP_DAC_OVERRIDE, CAP_FOWNER
TRACING_SIGNAL=0000000000080024	      # or CAP_KILL
NONE=0000000000000000

for_root() {
	[ "$(id -u)" = 0 ] || skip 'root only'
	((0x$(sed -n 's/^CapEff:\t//p' /proc/self/status) >> 19 & 1)) ||
		skip 'machine: this root has no CAP_SYS_PTRACE'
}

# Runs a command as somebody else, who may have capabilities.
as_nobody() { # [setpriv's options] COMMAND...
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# Starts a command to attach to; it says when it is there. $TARGET is its pid.
target() { # COMMAND...
	rm -f target ready
	setsid "$HELPERS/sigset" -d 1-64 sh -c 'echo $$ >target; exec "$@"' sh "$@" 2>ready 3>&- &
	await grep -qs ready ready
	TARGET=$(cat target)
	TARGETS="${TARGETS-} $TARGET"
}

attach() { # [OPTION...]
	start -p "$TARGET" "$@"
	await grep -qs '"event":"attach"' "$LOG"
}

teardown() {
	local pid
	for pid in ${TARGETS-}; do
		pkill -KILL -s "$pid" || :
	done
	[ -z "${PID-}" ] || pkill -KILL -s "$PID" || :
}

# What a process has, and might get back: permitted and effective capabilities are
# these, and nothing else.
has_only() { # PID CAPABILITIES
	equal "$(sed -En 's/^(Cap...|NoNewPrivs):\t//p' "/proc/$1/status" | xargs)" \
		"$NONE $2 $2 $NONE $NONE 1"
}

recorder() {
	log -r 'select(.event == "header") | .tracer_pid'
}

# Nothing could not be read.
whole() {
	check_log "$LOG" || return
	equal "$(log -s '[last.complete, (map(to_entries[] | select(.key | endswith("_error"))) | length)]')" \
		'[true,0]' || return
	equal "$(log -c 'select(.event == "exec" or .event == "attach") | select((has("exe") and has("cwd") and has("env")) | not)')" ''
}

# --- Attached, as root -----------------------------------------------------------

@test "attached: what is left of root is tracing and reading, and all is read of everybody" {
	for_root
	public_copy "$HELPERS/report"
	chmod 4755 "$PUBLIC/report"
	export PUBLIC
	mkfifo go
	# Root's, and then somebody else's, whose set-user-ID program gains root, and
	# who makes a user namespace, threads and a process that forbids looking in.
	target sh -c "$UNTIL_GO"' setpriv --reuid=65534 --regid=65534 --clear-groups \
		sh -c '\''cd /; "$PUBLIC/report" a >"$PUBLIC/gained"; unshare -r true; true; exit 3'\'
	attach
	has_only "$PID" $TRACING
	go
	ends_with 0
	whole
	equal "$(jq -c '[.uid, .euid]' "$PUBLIC/gained")" '[65534,0]'
	equal "$(log -s 'map(select(.event == "exec" and (.argv[0] | endswith("report"))) | [.uid, .euid])')" '[[65534,0]]'
	equal "$(log -s 'map(select(.event == "exec") | .argv[0] | sub(".*/"; "")) | unique | join(" ")')" \
		'"report setpriv sh true unshare"'
	equal "$(log 'select(.event == "exit" and .exit_code == 3) | .pid' | wc -l)" 2
}

@test "attached: processes of others are found and let go without the right to send them signals" {
	for_root
	local case
	public_copy "$HELPERS/crew"
	cd "$PUBLIC" || return
	for case in 'threads 5' leaderless; do
		rm -f stop "$LOG"
		# shellcheck disable=SC2086 # words
		target setpriv --reuid=65534 --regid=65534 --clear-groups ./crew $case >out
		attach
		has_only "$PID" $TRACING
		kill -TERM "$PID"
		ends_with 0
		whole
		rm "$LOG"
		attach
		touch stop
		await gone "$TARGET"
		ends_with 0
		whole
	done
}

@test "attached: a log in a directory of root's is rotated, compressed and removed" {
	for_root
	mkfifo go
	target sh -c "$UNTIL_GO"' for i in $(seq 40); do env A="$(seq 2000)" true; done'
	attach --rotate=64K --keep=2 --compress
	has_only "$PID" $TRACING
	go
	ends_with 0
	equal "$(find . -name 'log.jsonl.*' -printf '%f\n' | sed 's/[0-9][0-9]*//' | xargs)" \
		'log.jsonl..zst log.jsonl..zst'
	zstd -dqc "$LOG".*.zst >parts
	check_log --no-trailer parts
}

@test "attached: one in somebody else's directory takes the right to write there" {
	for_root
	local sticky
	mkfifo go
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	for sticky in 0700 1700; do
		mkdir -m $sticky "of$sticky"
		chown 65534 "of$sticky"
		LOG=$PWD/of$sticky/log.jsonl
		target sh -c "$UNTIL_GO"' for i in $(seq 40); do env A="$(seq 2000)" true; done'
		attach --rotate=64K --keep=2 --compress
		has_only "$PID" $TRACING_FILES
		go
		ends_with 0
		equal "$(find "of$sticky" -name 'log.jsonl.*.zst' | wc -l)" 2
	done
}

@test "attached: SIGUSR1 goes on in a file of root's, and not in one that others may replace" {
	for_root
	mkfifo go
	target sh -c "$UNTIL_GO exit 0"
	attach
	mv "$LOG" one
	(umask 027 && : >"$LOG")
	kill -USR1 "$PID"
	await grep -q '"event":"header"' "$LOG"
	mv "$LOG" two
	install -m 600 -o nobody /dev/null "$LOG"
	run ! as_nobody --inh-caps=-all kill -USR1 "$PID"
	kill -USR1 "$PID"
	go
	await gone "$PID"
	equal "$(stat -c %s "$LOG")" 0
	check_log --no-trailer one
	check_log two
	equal "$(tail -n 1 two | jq .complete)" true
}

@test "attached by somebody who has these two capabilities alone: all is read of everybody" {
	for_root
	public_copy "$HELPERS/crew" "$HELPERS/sigset"
	cp "$HELPERS/sigset" "$PUBLIC"
	cd "$PUBLIC" || return
	LOG=$PUBLIC/log.jsonl
	target setpriv --reuid=65533 --regid=65533 --clear-groups sh -c 'echo ready >&2; until [ -e stop ]; do /bin/true; done'
	as_nobody --inh-caps=-all,+sys_ptrace,+dac_read_search --ambient-caps=-all,+sys_ptrace,+dac_read_search \
		"$PROCAUDIT" -o "$LOG" -p "$TARGET" 3>&- &
	JOB=$!
	await grep -qs '"event":"exec"' "$LOG"
	PID=$(recorder)
	# Without CAP_SETPCAP the bounding set stays; no_new_privs makes it useless.
	equal "$(sed -En 's/^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs):\t//p' "/proc/$PID/status" | xargs)" \
		"$NONE $TRACING $TRACING $NONE 1"
	touch stop
	ends_with 0
	whole
}

# --- The recorder of a command -------------------------------------------------

@test "run by root: procaudit keeps what tracing and passing on signals take, the command all" {
	for_root
	public_copy "$HELPERS/report"
	chmod 4755 "$PUBLIC/report"
	grep -E '^(Cap...|NoNewPrivs):' /proc/self/status >bare
	audit sh -c 'grep -E "^(Cap...|NoNewPrivs):" /proc/self/status >traced
		t=$(sed -n "s/^TracerPid:\t//p" /proc/self/status)
		cp /proc/$t/status recorder; cp /proc/$(sed -n "s/^PPid:\t//p" recorder)/status proxy
		setpriv --reuid=65534 --regid=65534 --clear-groups "$0/report"' "$PUBLIC" >gained
	diff bare traced
	whole
	equal "$(jq -c '[.uid, .euid]' gained)" '[65534,0]'
	equal "$(sed -En 's/^(Cap...|NoNewPrivs):\t//p' recorder | xargs)" \
		"$NONE $TRACING_SIGNAL $TRACING_SIGNAL $NONE $NONE 1"
	equal "$(sed -En 's/^(Cap...|NoNewPrivs):\t//p' proxy | xargs)" "$NONE $NONE $NONE $NONE $NONE 1"
}

@test "run by root as somebody else: signals are passed on, and what is told to be killed is" {
	for_root
	mkfifo -m 666 go
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	start -u nobody sh -c "trap 'exit 5' TERM; exec 5<>go; echo \$\$ >&2; while :; do read x <&5; done" 2>ready
	await_shell
	kill -TERM "$PID"
	ends_with 5
	whole
	# The second one kills.
	start -u nobody --failed sh -c "trap '' TERM HUP; $UNTIL_GO" 2>ready
	await grep -qs ready ready
	kill -TERM "$PID"
	kill -HUP "$PID"
	await gone "$PID"
	check_log "$LOG"
	equal "$(log 'select(.event == "exit") | .signal' | sort -u)" '"SIGKILL"'
}

@test "a root without CAP_SYS_PTRACE keeps the rest: without it nobody could be looked into" {
	[ "$(id -u)" = 0 ] || skip 'root only'
	setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace "$PROCAUDIT" -o "$LOG" sh -c '
		t=$(sed -n "s/^TracerPid:\t//p" /proc/self/status)
		grep -E "^Cap(Prm|Eff)" /proc/self/status >traced
		grep -E "^Cap(Prm|Eff)" /proc/$t/status >recorder; /bin/true; exit 3' || [ $? = 3 ]
	diff recorder traced
	grep -q 'CapEff:.*[1-9a-f]' recorder
	whole
}

# --- Nobody looks into procaudit --------------------------------------------------

# Each attempt of spy, and how it ends.
FORBIDDEN='PTRACE_ATTACH EPERM
PTRACE_SEIZE EPERM
process_vm_readv EPERM
mem EACCES
mem, to write EACCES
environ EACCES
exe EACCES
cwd EACCES
root EACCES
fd/2 EACCES'

@test "a command can neither trace procaudit nor read its memory" {
	public_copy "$HELPERS/spy"
	cd "$PUBLIC" || return
	# What is forbidden is allowed with others of the same user.
	mkfifo -m 666 over
	unprivileged sh -c 'sh -c "read x <over" & ./spy $! >others; echo >over; wait' 2>&1
	[ "$(grep -c ' ok$' others)" -ge 8 ] || skip "machine: spying is forbidden anyway: $(xargs <others)"
	# From the first moment on.
	for _ in 1 2 3 4 5; do
		unprivileged "$PROCAUDIT" -o log.jsonl ./spy >got
		diff <(printf '%s\n%s\n' "$FORBIDDEN" "$FORBIDDEN") got
	done
	LOG=$PUBLIC/log.jsonl whole
}

@test "nor can what procaudit is attached to" {
	public_copy "$HELPERS/spy" "$HELPERS/sigset"
	cd "$PUBLIC" || return
	mkfifo -m 666 go
	LOG=$PUBLIC/log.jsonl
	target setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$UNTIL_GO"' ./spy >got; exit $?'
	as_nobody "$PROCAUDIT" -o "$LOG" -p "$TARGET" 3>&- &
	JOB=$!
	await grep -qs '"event":"attach"' "$LOG" || skip 'machine: nobody may attach here'
	PID=$(recorder)
	go
	ends_with 0
	equal "$(head -n 10 got)" "$FORBIDDEN"
	whole
}
