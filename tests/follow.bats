# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154 # other programs' $; bats
# Contract: procreport follow shows what a log gets, when it gets it, once.

load lib/common
load helpers/await

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export TZ=UTC LC_ALL=C
	mkfifo out
}

teardown() {
	[ -z "${PID-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

# Follows $LOG; what is printed is read by next_line.
follow() {
	exec 7<>out
	"$HELPERS/sigset" -d 1-64 "$PROCREPORT" follow "$@" >out 2>messages 3>&- 7<&- &
	PID=$!
}

# The next line, which must come.
next_line() {
	IFS= read -r -t 60 line <&7 || fail "nothing came: $(cat messages)"
}

expect() {
	local expected

	for expected; do
		next_line || return
		[[ $line == *"$expected" ]] || fail "expected: *$expected"$'\n'"     got: $line"
	done
}

# It ends with this status, and has said no more than was read.
ended() {
	local status=0

	wait "$PID" || status=$?
	PID=
	equal "$status" "$1" || return
	IFS= read -r -t 0.01 line <&7 && fail "more came: $line"
	exec 7<&-
}

# Whether it has read all of $LOG and sleeps.
waits() {
	local fd

	in_state "$PID" S || return
	for fd in "/proc/$PID/fd/"*; do
		[ "$(readlink "$fd")" = "$LOG" ] || continue
		! grep -qx "pos:	$(stat -c %s "$LOG")" "/proc/$PID/fdinfo/${fd##*/}" || return 0
	done
	return 1
}

# Records of one process each, numbered from $1 on: their lines are "/x/N" and "# exit 0".
records() {
	local n

	for ((n = $1; n < $1 + $2; n++)); do
		printf '{"v":1,"event":"%s","seq":%d,"ts":"2026-11-21T13:31:%02d.000000000Z","mono_us":%d,"pid":%d,"proc":%d,%s}\n' \
			exec $((2 * n + 1)) "$n" "$n" $((n + 100)) $((n + 1)) \
			"\"success\":true,\"image\":1,\"path\":\"/x/$n\",\"exe\":\"/x/$n\",\"cwd\":\"/\",\"argv\":[\"/x/$n\"]" \
			exit $((2 * n + 2)) "$n" "$n" $((n + 100)) $((n + 1)) \
			'"exit_code":0,"utime_us":0,"stime_us":0,"maxrss_kb":0,"minflt":0,"majflt":0,"inblock":0,"oublock":0,"nvcsw":0,"nivcsw":0'
	done
}

# The header of part $1, with sequence number $2.
header() {
	head -n 1 "$GOLDEN/build.jsonl" | sed "s/\"part\":1/\"part\":$1/; s/\"seq\":0/\"seq\":$2/"
}

trailer() {
	tail -n 1 "$GOLDEN/build.jsonl" | sed "s/\"seq\":[0-9]*/\"seq\":$1/"
}

# --- Lines ----------------------------------------------------------------------

golden() {
	local name=$1

	shift
	(cd "$GOLDEN" && "$PROCREPORT" follow "$@") >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/$name"
	diff "$GOLDEN/$name" got
}

@test "as kept" {
	golden build.follow --from-start build.jsonl
	golden odd.follow --from-start odd.jsonl
	golden build.follow-failed --from-start --failed build.jsonl
}

# Ids by the order of their first appearance, without times.
plain() {
	awk '{
		sub(/^[0-9:.]+ +/, "")
		if (!($1 in ids))
			ids[$1] = ++n
		sub(/^[0-9]+/, ids[$1])
		sub(/, [0-9.]+ s$/, "")
		print
	}'
}

@test "the lines are those of the text format" {
	command=(sh -c 'cd /; /bin/true "a b" "$(printf "\377\033")"; (sh -c "./none; kill -SEGV \$\$"); (exec -a x /bin/true)
		perl -e "exec {q(/bin/true)} q(name)"; exit 3')
	run -3 "$PROCAUDIT" --failed --threads -f text -o text "${command[@]}" 2>/dev/null
	run -3 "$PROCAUDIT" --failed --threads -o "$LOG" "${command[@]}" 2>/dev/null
	"$PROCREPORT" follow --from-start "$LOG" | plain >got
	plain <text | diff - got
}

@test "what is shown can be chosen" {
	header 1 0 >"$LOG"
	records 0 4 >>"$LOG"
	trailer 9 >>"$LOG"
	shown() {
		"$PROCREPORT" follow --from-start "$@" "$LOG" | sed 's/^[0-9:.]* *//' | xargs
	}
	equal "$(shown --program='/x/[13]')" '101 cd / 101 /x/1 101 # exit 0 103 /x/3 103 # exit 0'
	equal "$(shown --match=2)" '102 cd / 102 /x/2 102 # exit 0'
	equal "$(shown --pid=103)" '103 cd / 103 /x/3 103 # exit 0'
	equal "$(shown --cwd=/none)" ''
	equal "$(shown --failed)" ''
	sed -i '$!s/"pid":102,\(.*\)"exit_code":0/"pid":102,\1"exit_code":5/' "$LOG"
	equal "$(shown --failed)" '102 cd / 102 /x/2 102 # exit 5'
	equal "$("$PROCREPORT" follow "$LOG")" ''
	equal "$("$PROCREPORT" follow --lines=3 "$LOG" | sed 's/^[0-9:.]* *//')" $'102 # exit 5\n103 /x/3\n103 # exit 0'
	equal "$("$PROCREPORT" follow -n 300 "$LOG")" "$("$PROCREPORT" follow --from-start "$LOG")"
	"$PROCREPORT" follow --from-start --color=always "$LOG" | grep -q $'\033\[1m/x/1'
	run -2 "$PROCREPORT" follow "$LOG" "$LOG"
	run -2 "$PROCREPORT" follow -n x "$LOG"
	run -2 "$PROCREPORT" follow --match='(' "$LOG"
}

# --- A log that grows -------------------------------------------------------------

@test "each record is shown when its line is whole, and the trailer is the end" {
	: >"$LOG"
	follow --from-start "$LOG"
	while IFS= read -r record; do
		printf '%s' "${record:0:70}" >>"$LOG"
		await waits
		printf '%s\n' "${record:70}" >>"$LOG"
		[[ $record == *'"event":"ex'[ei]* ]] || continue
		next_line
		echo "$line" >>got
		[[ $line == *' cd '* ]] || continue
		next_line
		echo "$line" >>got
	done <"$GOLDEN/odd.jsonl"
	ended 0
	diff "$GOLDEN/odd.follow" got
	[ ! -s messages ]
}

@test "it begins at the end" {
	header 1 0 >"$LOG"
	records 0 3 >>"$LOG"
	follow "$LOG"
	await waits
	records 3 1 >>"$LOG"
	expect 'cd /' /x/3 '# exit 0'
	trailer 9 >>"$LOG"
	ended 0
}

@test "a log that is not there yet is waited for, with a word" {
	follow "$LOG"
	await grep -qx "procreport: $LOG: waiting for it" messages
	header 1 0 >new
	records 0 1 >>new
	mv new "$LOG"
	expect 'cd /' /x/0 '# exit 0'
	trailer 3 >>"$LOG"
	ended 0
}

@test "a recorder that works: all of it, live" {
	follow "$LOG"
	await test -s messages
	mkfifo gate
	exec 8<>gate
	"$PROCAUDIT" -o "$LOG" sh -c 'for i in 1 2 3; do /bin/true $i; read -r go <gate; done; exit 4' 7<&- &
	expect "cd $PWD" "/bin/sh -c 'for i in 1 2 3; do /bin/true \$i; read -r go <gate; done; exit 4'"
	for i in 1 2 3; do
		expect "  /bin/true $i"
		next_line
		[[ $line == *'  # exit 0, '* ]]
		echo go >&8
	done
	next_line
	[[ $line == *'# exit 4, '* ]]
	ended 0
}

# --- A recorder that is killed -----------------------------------------------------

# Some file systems have other device numbers there than stat(1) shows.
needs_locks() {
	: >locked
	exec 9<locked
	flock -x 9
	# shellcheck disable=SC2046,SC2183 # three numbers
	grep -q "FLOCK.* WRITE .* $(printf '%02x:%02x:%d' $(stat -c '%Hd %Ld %i' locked)) " /proc/locks ||
		skip "proc_locks(5) does not show who locks a file in $PWD"
	exec 9<&-
}

@test "a recorder that is killed is the end, and is told" {
	needs_locks
	for way in '' '--rotate 64K'; do
		follow "$LOG"
		await test -s messages
		mkfifo gate
		exec 8<>gate
		# shellcheck disable=SC2086 # options
		"$PROCAUDIT" $way -o "$LOG" sh -c 'for i in $(seq 50); do /bin/true $i; done; read -r go <gate' 2>/dev/null 3>&- 7<&- &
		recorder=$!
		while next_line && [[ $line != *'  /bin/true 50' ]]; do
			:
		done
		next_line
		kill -KILL "$(head -n 1 "$LOG" | jq .tracer_pid)"
		wait "$recorder" || :
		ended 4
		equal "$(tail -n 1 messages)" \
			"procreport: $LOG: nobody writes this any more, and it has no trailer: the recorder was killed"
		echo go >&8
		exec 8>&-
		rm "$LOG"* gate
	done
}

@test "one that goes on in another file, or has not begun, is not taken for killed" {
	needs_locks
	: >"$LOG"
	follow "$LOG"
	await waits
	# In the order of a recorder.
	exec 9>>"$LOG"
	flock -x 9
	{ header 1 0; records 0 1; } >&9
	expect 'cd /' /x/0 '# exit 0'
	await waits
	exec 6>new
	flock -x 6
	header 2 3 >&6
	mv "$LOG" "$LOG.000001"
	mv new "$LOG"
	exec 9>&-
	records 1 1 | sed 's/"seq":4/"seq":5/; t; s/"seq":3/"seq":4/' >&6
	expect /x/1 '# exit 0'
	exec 6>&-
	ended 4
	equal "$(cat messages)" \
		"procreport: $LOG: nobody writes this any more, and it has no trailer: the recorder was killed"
}

@test "--forever: after one that was killed another may follow" {
	needs_locks
	follow --forever "$LOG"
	await test -s messages
	exec 9>>"$LOG"
	flock -x 9
	{ header 1 0; records 0 1; } >&9
	expect 'cd /' /x/0 '# exit 0'
	await waits
	exec 9>&-
	await grep -q 'was killed' messages
	exec 9>>"$LOG"
	flock -x 9
	{ header 1 0; records 1 1; } | sed 's/"log_id":"./"log_id":"0/' >&9
	expect /x/1 '# exit 0'
	exec 9>&-
	kill -INT "$PID"
	ended 130
}

# --- Other files ------------------------------------------------------------------

@test "a log that is moved away goes on under its name" {
	{ header 1 0; records 0 1; } >"$LOG"
	follow -n 2 "$LOG"
	expect /x/0 '# exit 0'
	mv "$LOG" moved
	# Still written, and then a file that logrotate makes.
	records 1 1 >>moved
	expect 'cd /' /x/1 '# exit 0'
	: >"$LOG"
	records 2 1 >>moved
	expect /x/2 '# exit 0'
	records 3 1 >>moved
	{ header 2 9; records 4 1 | sed 's/"seq":9/"seq":10/; t; s/"seq":10/"seq":11/'; } >>"$LOG"
	expect /x/3 '# exit 0' /x/4 '# exit 0'
	trailer 12 >>"$LOG"
	ended 0
	[ ! -s messages ]
}

@test "parts that came and went are read where they are now" {
	{ header 1 0; records 0 1; } >"$LOG"
	follow -n 2 "$LOG"
	expect /x/0 '# exit 0'
	await waits
	kill -STOP "$PID"
	await in_state "$PID" T
	records 1 1 >>"$LOG"
	mv "$LOG" "$LOG.000001"
	{ header 2 5; records 2 1 | sed 's/"seq":6/"seq":7/; t; s/"seq":5/"seq":6/'; } | zstd -q >"$LOG.000002.zst"
	{ header 3 8; records 3 1 | sed 's/"seq":7/"seq":9/; t; s/"seq":8/"seq":10/'; } >"$LOG"
	kill -CONT "$PID"
	expect 'cd /' /x/1 '# exit 0' /x/2 '# exit 0' /x/3 '# exit 0'
	[ ! -s messages ]
	kill -STOP "$PID"
	await in_state "$PID" T
	mv "$LOG" "$LOG.000003"
	header 5 20 >"$LOG"
	trailer 21 >>"$LOG"
	kill -CONT "$PID"
	ended 0
	grep -qx "procreport: $LOG: part 4 of the log is not there any more" messages
	grep -qx "procreport: $LOG:1: 9 records are missing in front of this" messages
}

@test "a recorder that rotates and compresses: every program, once, in its order" {
	long=$(printf '%03000d' 7)
	for i in $(seq 80); do echo "/bin/true $long $i"; done >jobs.sh
	follow --program=true "$LOG"
	await test -s messages
	"$PROCAUDIT" --max-line=2K --rotate=64K --compress -o "$LOG" sh ./jobs.sh 3>&- 7<&- &
	recorder=$!
	for i in $(seq 80); do
		next_line
		while [[ $line != *true* ]]; do next_line || return; done
		equal "${line##* }" "$i"
	done
	next_line
	wait "$PID"
	wait "$recorder"
	compgen -G "$LOG.*.zst"
	[ "$(wc -l <messages)" -eq 1 ]
}

@test "a log that is emptied is read from its beginning" {
	{ header 1 0; records 0 3; } >"$LOG"
	follow "$LOG"
	await waits
	: >"$LOG"
	await grep -qx "procreport: $LOG: it was emptied" messages
	{ header 1 0; records 0 1; trailer 3; } | sed 's/"log_id":"..../"log_id":"ffff/' >>"$LOG"
	expect 'cd /' /x/0 '# exit 0'
	ended 0
}

@test "--forever: another log may follow" {
	{ header 1 0; records 0 1; trailer 3; } >"$LOG"
	follow --forever --lines=1 "$LOG"
	expect '# exit 0'
	{ header 1 0; records 0 1; trailer 3; } | sed 's/"log_id":"..../"log_id":"ffff/' >>"$LOG"
	expect 'cd /' /x/0 '# exit 0'
	kill "$PID"
	ended 143
}

@test "what is missing or damaged is told, and the rest is shown" {
	header 1 0 >"$LOG"
	follow "$LOG"
	await waits
	records 0 3 | sed 2,3d >>"$LOG"
	expect 'cd /' /x/0 '# exit 0' /x/2 '# exit 0'
	echo '{"v":1}' >>"$LOG"
	records 3 1 >>"$LOG"
	expect /x/3 '# exit 0'
	printf '%s\n' '{"v":1,"event":"gap","seq":9,"ts":"2026-11-21T13:31:06.123456789Z","mono_us":9,"reason":"write_error","count":2}' >>"$LOG"
	expect '# 2 missing: write_error'
	trailer 10 | sed 's/"complete":true/"complete":false/' >>"$LOG"
	ended 0
	diff messages - <<-END
		procreport: $LOG:3: 2 records are missing in front of this
		procreport: $LOG:6: event is missing; skipped
		procreport: $LOG: the recorder says that this is not complete
	END
}

# --- Its end ------------------------------------------------------------------------

@test "it ends quietly with who reads it, at once" {
	header 1 0 >"$LOG"
	records 0 3 >>"$LOG"
	run -0 bash -c '"$PROCREPORT" follow --from-start "$0" | head -n 2; exit "${PIPESTATUS[0]}"' "$LOG"
	equal "$(wc -l <<<"$output")" 2
	# Though it waits for what never comes.
	run -0 bash -c '"$PROCREPORT" follow "$0" | true; exit "${PIPESTATUS[0]}"' none.jsonl
	equal "$output" 'procreport: none.jsonl: waiting for it'
}

@test "^C ends it quietly" {
	header 1 0 >"$LOG"
	records 0 1 >>"$LOG"
	follow --from-start "$LOG"
	expect 'cd /' /x/0 '# exit 0'
	await waits
	kill -INT "$PID"
	ended 130
	[ ! -s messages ]
}

@test "a stream is read to its end" {
	equal "$("$PROCREPORT" follow --from-start - <"$GOLDEN/build.jsonl")" "$(cat "$GOLDEN/build.follow")"
	equal "$("$PROCREPORT" follow --from-start <(cat "$GOLDEN/build.jsonl"))" "$(cat "$GOLDEN/build.follow")"
	run -1 --separate-stderr "$PROCREPORT" follow /
	equal "$stderr" 'procreport: /: Is a directory'
}

@test "where nothing can be watched, it looks now and then, and says so" {
	for call in inotify_init1 inotify_add_watch; do
		header 1 0 >"$LOG"
		"$HELPERS/deny" "$call" ENOSPC "$PROCREPORT" follow "$LOG" >out 2>messages 3>&- &
		PID=$!
		exec 7<out
		await waits
		grep -qx 'procreport: cannot watch .*, so it is looked at every second: No space left on device' messages
		{ records 0 1; trailer 3; } >>"$LOG"
		expect 'cd /' /x/0 '# exit 0'
		ended 0
		equal "$(wc -l <messages)" 1
	done
}
