# SPDX-License-Identifier: ISC
# Contract: a log file has one writer, and what a crash left of it can be added to.
# shellcheck disable=SC2016 # it is the command's shell that expands it
# shellcheck disable=SC2030,SC2031,SC2154 # bats

load lib/common
load helpers/await
load helpers/background

records() { # EVENT JQ...
	jq -c "select(.event == \"$1\") | $2" "${@:3}" "$LOG"
}

logs() {
	grep -c '"event":"header"' "$LOG"
}

# A recorder of $LOG whose command runs until told to go. $WRITER is the process
# that writes.
record_until_go() {
	rm -f go ready
	prepare
	start sh -c 'read -r x <go; echo gone >ready' 2>err
	# Nothing more is written until then.
	await grep -qs '"event":"exec"' "$LOG"
	WRITER=$(pgrep -P "$PID")
}

# --- One writer ---------------------------------------------------------------

@test "two recorders on one file: the second is refused in one line, and nothing is run" {
	local way size
	record_until_go
	size=$(stat -c %s "$LOG")
	for way in '' -A '-f text' '-A -f text'; do
		# shellcheck disable=SC2086 # options
		run -125 --separate-stderr "$PROCAUDIT" $way -o "$LOG" touch ran
		equal "$stderr" "procaudit: cannot write the log $LOG: process $WRITER is writing it"
		[ ! -e ran ]
	done
	# Neither was the file touched, nor its mode.
	equal "$(stat -c %s "$LOG")" "$size"
	go
	ends_with 0
	check_log "$LOG"
	equal "$(records trailer .complete)" true
}

@test "the file is refused by whatever name, and free when its recorder has ended" {
	record_until_go
	ln -s "$LOG" symbolic
	ln "$LOG" hard
	for name in symbolic hard; do
		run -125 --separate-stderr "$PROCAUDIT" -o "$name" true
		equal "$stderr" "procaudit: cannot write the log $name: process $WRITER is writing it"
	done
	go
	ends_with 0
	audit -A true
	equal "$(logs)" 2
}

@test "a recorder in another pid namespace is known to be there" {
	unshare -Urpf true 2>/dev/null || skip "no user and pid namespaces here"
	record_until_go
	run -125 --separate-stderr unshare -Urpf --mount-proc "$PROCAUDIT" -A -o "$LOG" true
	equal "$stderr" "procaudit: cannot write the log $LOG: another process is writing it"
	go
	ends_with 0
}

@test "kill -9 of the recorder frees the file, though the command lives" {
	local signalled victim
	for signalled in writer first; do
		record_until_go
		victim=$PID
		[ "$signalled" = first ] || victim=$WRITER
		kill -KILL "$victim"
		ends_with 137
		await gone "$WRITER"
		pgrep -s "$PID" >/dev/null
		"$PROCAUDIT" -A -o "$LOG" true
		check_log --no-trailer "$LOG"
		equal "$(logs)" 2
		go
		await test -s ready
		rm "$LOG"
	done
}

@test "files that are opened for somebody else, pipes and devices are nobody's alone" {
	for way in '-o -' '-f jsonl' '-o -' '-f jsonl'; do
		# shellcheck disable=SC2086 # options
		"$PROCAUDIT" $way true >>both 2>&1
	done
	equal "$(grep -c '"event":"header"' both)" 4
	record_until_go
	"$PROCAUDIT" -o /dev/null true
	"$PROCAUDIT" -o - true >>"$LOG"
	go
	ends_with 0
	mkfifo fifo
	exec 8<>fifo
	OUTPUT=fifo start sh -c 'read -r x <go' 8>&-
	"$PROCAUDIT" -o fifo true
	exec 8>&-
	pkill -KILL -s "$PID"
}

@test "a file system without locks takes the log all the same" {
	"$HELPERS/deny" flock ENOSYS "$PROCAUDIT" -o "$LOG" true
	check_log "$LOG"
}

# --- What a crash left --------------------------------------------------------

# Says what was cut off, of a log that lost so many bytes.
said_cut() { # BYTES
	local what="$1 bytes are"
	[ "$1" -ne 1 ] || what="1 byte is"
	equal "$stderr" "procaudit: the log $LOG ended in the middle of a record: $what cut off"
}

@test "-A: a torn tail is cut off, wherever it was torn, and said" {
	local size cut lost
	audit /bin/sh -c '/bin/true; /bin/true'
	cp "$LOG" whole
	size=$(stat -c %s whole)
	for cut in 2 20 100 700 $((size - 1200)) $((size - 100)); do
		head -c $((size - cut)) whole >"$LOG"
		# What remains are its whole lines.
		head -n "$(wc -l <"$LOG")" "$LOG" >remains
		lost=$(($(stat -c %s "$LOG") - $(stat -c %s remains)))
		run -0 --separate-stderr "$PROCAUDIT" -A -o "$LOG" true
		said_cut "$lost"
		cmp -n "$(stat -c %s remains)" remains "$LOG"
		check_log --no-trailer "$LOG"
		equal "$(logs)" "$((1 + $(head -1 remains | wc -l)))"
		equal "$(tail -n +"$(($(wc -l <remains) + 1))" "$LOG" | jq -r .event | tr '\n' ' ')" \
			'header exec exit trailer '
	done
}

@test "-A: a record that lacks but its newline is whole" {
	audit /bin/sh -c '/bin/true; /bin/true'
	cp "$LOG" whole
	truncate -s -1 "$LOG"
	run -0 --separate-stderr "$PROCAUDIT" -A -o "$LOG" true
	equal "$stderr" ''
	cmp -n "$(stat -c %s whole)" whole "$LOG"
	check_log "$LOG"
	equal "$(records trailer .complete)" $'true\ntrue'
}

@test "-A: what a power cut left, NUL bytes, is cut off" {
	audit /bin/sh -c '/bin/true; /bin/true'
	cp "$LOG" whole
	truncate -s +70000 "$LOG"
	run -0 --separate-stderr "$PROCAUDIT" -A -o "$LOG" true
	said_cut 70000
	check_log "$LOG"
	# And where nothing else was left.
	: >"$LOG"
	truncate -s 4096 "$LOG"
	run -0 --separate-stderr "$PROCAUDIT" -A -o "$LOG" true
	said_cut 4096
	check_log "$LOG"
}

@test "-A: the loss shows in the log: no trailer, and no record beyond the last whole one" {
	audit /bin/sh -c '/bin/true; /bin/true'
	truncate -s -100 "$LOG"
	"$PROCAUDIT" -A -o "$LOG" true 2>err
	check_log --no-trailer "$LOG"
	run ! check_log "$LOG"
	equal "$(records header .log_id | sort -u | wc -l)" 2
	equal "$(records trailer .seq)" 3
}
