# SPDX-License-Identifier: ISC
# Contract: a log that cannot be written is waited for, or what it lost is
# counted, as --on-log-error says; the command's fate is the documented one.
# shellcheck disable=SC2016 # it is the command's shell that expands it
# shellcheck disable=SC2030,SC2031,SC2154 # bats

load lib/common
load helpers/await
load helpers/background
load helpers/badlog

setup_file() {
	export THIRTY='for i in 0 1 2 3 4 5 6 7 8 9; do /bin/true; /bin/true; /bin/true; done'
	# In the environment: a few programs make more records than are gathered before
	# they are written, however busy the machine is.
	LARGE=$(printf %030000d 0)
	# Each program that comes after it makes a record of 1.2 MB.
	export LARGE BIG='for i in 1 2 3 4 5 6 7 8 9 10 11 12; do export BIG$i=$(printf %0100000d 0); done'
	# And these all that may wait for a reader, 64 MiB, and more.
	export SIXTY='for i in 1 2 3 4 5 6 7 8 9 10; do
		/bin/true; /bin/true; /bin/true; /bin/true; /bin/true; /bin/true; done'
}

# How a log is to be when records were lost at its end.
check_torn_log() {
	check_log --no-trailer "$LOG"
}

trailer() {
	log "select(.event == \"trailer\") | $1"
}

# The lines on standard error.
said() { # LINE...
	equal "$(cat err)" "$(printf 'procaudit: %s\n' "$@")"
}

# Nothing is left of what was started.
all_gone() {
	! pgrep -s "$PID" >/dev/null
}

# Records the thirty, and then a script, on a disk with too little room, and
# waits until procaudit says that it waits.
start_on_full_disk() { # SCRIPT [OPTION...]
	rm -f err out
	[ -n "${DISK-}" ] || make_disk 4096
	fill_disk 4080
	OUTPUT=$DISK/log start "${@:2}" sh -c "$1" >out 2>err
	await grep -q waiting err
	WAITING="waiting for room for the log $DISK/log ('kill $PID' ends this): No space left on device"
	LOST="cannot write the log $DISK/log, records are lost; the command goes on: No space left on device"
	said "$WAITING"
}

make_room() {
	rm "$DISK/filler"
}

# --- A disk that is full -----------------------------------------------------

@test "stop: a full disk holds the command, and nothing is lost when it has room again" {
	start_on_full_disk "$THIRTY; echo end"
	equal "$(cat out)" ''
	make_room
	ends_with 0
	equal "$(cat out)" end
	said "$WAITING" "the log $DISK/log is written again"
	cp "$DISK/log" "$LOG"
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete, .counts.exec, .counts.exit]')" '[0,true,31,31]'
}

@test "stop: a full disk holds procaudit at its end, too" {
	# Room for nothing but the header.
	make_disk 4096
	fill_disk 4092
	OUTPUT=$DISK/log start --env=none sh -c "$THIRTY; exit 6" 2>err
	await grep -q waiting err
	make_room
	ends_with 6
	cp "$DISK/log" "$LOG"
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[6,true]'
}

@test "stop: TERM, HUP or INT while the disk is full goes to the command, which is held no longer" {
	local signal
	for signal in TERM HUP INT; do
		start_on_full_disk "$THIRTY; echo end"
		kill -"$signal" "$PID"
		ends_with $((128 + $(kill -l "$signal")))
		said "$WAITING" "$LOST"
		equal "$(cat out)" ''
		await all_gone
		cp "$DISK/log" "$LOG"
		check_torn_log
	done
}

@test "stop: a command that survives TERM goes on without the log" {
	start_on_full_disk "trap 'echo caught' TERM; $THIRTY; $THIRTY; echo end"
	kill -TERM "$PID"
	ends_with 125
	equal "$(cat out)" $'caught\nend'
	said "$WAITING" "$LOST"
	cp "$DISK/log" "$LOG"
	check_torn_log
}

@test "stop: after TERM the log goes on with what it lost, if there is room" {
	prepare
	start_on_full_disk "trap 'echo caught' TERM; $THIRTY; exec 5<>go
		until read x <&5; do :; done; $THIRTY; echo end"
	kill -TERM "$PID"
	await grep -q caught out
	make_room
	go
	ends_with 125
	equal "$(cat out)" $'caught\nend'
	said "$WAITING" "$LOST"
	cp "$DISK/log" "$LOG"
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[0,false]'
	equal "$(log 'select(.event == "gap") | [.reason, .errno]' | sort -u)" '["write_error","ENOSPC"]'
	equal "$(log -s '(map(select(.event == "fork" or .event == "exec" or .event == "exit")) | length)
		+ (map(select(.event == "gap") | .count) | add)')" $((2 + 3 * 60))
}

@test "stop: ^C while the disk is full ends the command" {
	make_disk 4096
	fill_disk 4080
	/usr/bin/python3 "$SRCROOT/tests/helpers/terminal.py" waiting $'\x03' \
		"$PROCAUDIT" -o "$DISK/log" sh -c "$THIRTY; echo end" >shown
	equal "$(tail -n 1 shown)" 'signal 2'
	cp "$DISK/log" "$LOG"
	check_torn_log
}

@test "stop: the command goes on when procaudit is killed while it waits" {
	start_on_full_disk "$THIRTY; echo end >end"
	kill -KILL "$PID"
	ends_with 137
	await test -s end
	await all_gone
	cp "$DISK/log" "$LOG"
	check_torn_log
}

@test "continue: the command goes on, one line, 125" {
	make_disk 16
	run -125 --separate-stderr "$PROCAUDIT" --on-log-error=continue -o "$DISK/log" sh -c "$THIRTY; echo end"
	equal "$output" end
	equal "$stderr" "procaudit: cannot write the log $DISK/log, records are lost; the command goes on: No space left on device"
	cp "$DISK/log" "$LOG"
	check_torn_log
	(($(wc -l <"$LOG") > 4))
}

@test "continue: the command's own failure is its status" {
	make_disk 16
	run -3 --separate-stderr "$PROCAUDIT" --on-log-error=continue -o "$DISK/log" sh -c "$THIRTY; exit 3"
	equal "${#stderr_lines[@]}" 1
	cp "$DISK/log" "$LOG"
	check_torn_log
}

@test "continue: when there is room again the record goes on and says what was lost" {
	make_disk 128
	fill_disk 112
	export DISK
	run -125 --separate-stderr "$PROCAUDIT" --on-log-error=continue -o "$DISK/log" --env=none \
		sh -c "$THIRTY; $THIRTY; rm \$DISK/filler; $THIRTY"
	equal "${#stderr_lines[@]}" 1
	cp "$DISK/log" "$LOG"
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete]')" '[0,false]'
	(($(trailer .gaps) > 0))
	# The shell's exec and exit, and three records for each program that it ran.
	equal "$(log -s '(map(select(.event == "fork" or .event == "exec" or .event == "exit")) | length)
		+ (map(select(.event == "gap") | .count) | add)')" $((2 + 3 * 91))
	equal "$(log 'select(.event == "gap") | .reason' | sort -u)" '"write_error"'
}

@test "kill: the command and all that came from it are killed, one line, 125" {
	make_disk 16
	OUTPUT=$DISK/log start --on-log-error=kill sh -c "trap '' TERM; (trap '' TERM; sleep 1000) & $THIRTY; echo end >end; wait" 2>err
	ends_with 125
	await all_gone
	[ ! -e end ]
	said "cannot write the log $DISK/log, records are lost; the command is killed: No space left on device"
	cp "$DISK/log" "$LOG"
	check_torn_log
}

# --- Errors that nobody can mend ---------------------------------------------

@test "a limit on file sizes: the command goes on, one line, 125" {
	local status=0
	(
		ulimit -f 8
		exec "$PROCAUDIT" -o "$LOG" sh -c "$THIRTY; echo end" >out 2>err
	) || status=$?
	equal "$status: $(cat out)" '125: end'
	said "cannot write the log $LOG, records are lost; the command goes on: File too large"
	check_torn_log
	(($(stat -c %s "$LOG") <= 8192))
}

# The reader of the log goes away when it has the header.
lose_reader() { # [OPTION...]
	rm -f log.fifo gone.fifo go.fifo
	mkfifo log.fifo gone.fifo
	exec 9<>gone.fifo
	(head -c 100 <log.fifo >/dev/null; echo >gone.fifo) 3>&- &
	local status=0
	# One that is to be killed has to be there still when the loss is seen.
	mkfifo -m 600 go.fifo
	: >err
	[[ "$*" == *kill* ]] || (await grep -q lost err; echo >go.fifo) 3>&- &
	"$HELPERS/sigset" -d 13 "$PROCAUDIT" "$@" -o log.fifo \
		sh -c 'read x <gone.fifo; /bin/true; read x <go.fifo; echo end' >out 2>err || status=$?
	wait
	equal "$status" 125
}

@test "the reader of the log goes away: the command goes on, one line, 125" {
	local mode
	for mode in stop continue; do
		lose_reader --on-log-error=$mode
		equal "$(cat out)" end
		said 'cannot write the log log.fifo, records are lost; the command goes on: Broken pipe'
	done
}

@test "kill: the reader of the log goes away, and the command is killed" {
	lose_reader --on-log-error=kill
	equal "$(cat out)" ''
	said 'cannot write the log log.fifo, records are lost; the command is killed: Broken pipe'
}

# The log fails, and there is nobody to tell.
audit_unheard() {
	local status=0
	(
		ulimit -f 8
		exec "$HELPERS/sigset" -d 13 "$PROCAUDIT" -o "$LOG" sh -c "$THIRTY; echo end" >out
	) || status=$?
	equal "$status: $(cat out)" '125: end'
	check_torn_log
}

@test "standard error is closed, full or broken: the command goes on" {
	audit_unheard 2>&-
	audit_unheard 2>/dev/full
	break_pipe
	audit_unheard 2>&8
	exec 8>&-
}

# --- Readers that are slow ---------------------------------------------------

# Opens the log's pipe; nobody reads from it.
make_pipe() {
	mkfifo log.fifo
	exec 8<>log.fifo
}

# Reads from it what there is, into $LOG, until procaudit has ended. It has a
# reader at every moment.
read_pipe() {
	exec 9<log.fifo 8>&-
	cat <&9 >"$LOG" 3>&- &
	exec 9<&-
}

@test "nobody reads the log for a while: the command does not notice" {
	local reader
	make_pipe
	OUTPUT=log.fifo start sh -c "$BIG; for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; echo end" >out 2>err 8>&-
	await grep -q end out
	read_pipe
	reader=$!
	ends_with 0
	wait "$reader"
	equal "$(cat err)" ''
	check_log "$LOG"
	# A printf is built in, the command substitution is a process.
	equal "$(trailer '[.exit_code, .complete, .counts.exec, .counts.exit]')" '[0,true,11,23]'
}

@test "nobody reads a long log: the command is held, and nothing is lost when somebody does" {
	local reader
	make_pipe
	OUTPUT=log.fifo start sh -c "$BIG; $SIXTY; echo end" >out 2>err 8>&-
	await grep -q waiting err
	equal "$(cat out)" ''
	read_pipe
	reader=$!
	ends_with 0
	wait "$reader"
	equal "$(cat out)" end
	said "waiting for the reader of the log log.fifo ('kill $PID' ends this)" \
		'the log log.fifo is written again'
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete, .counts.exec, .counts.exit]')" '[0,true,61,73]'
}

@test "nobody reads a long log: TERM goes to the command, which is held no longer" {
	make_pipe
	OUTPUT=log.fifo start sh -c "$BIG; $SIXTY; echo end" >out 2>err 8>&-
	await grep -q waiting err
	kill -TERM "$PID"
	# Its end has to be written, too: that is waited for until told again.
	await gone "$(pgrep -P "$(pgrep -P "$PID")")"
	until gone "$PID"; do
		kill -TERM "$PID" || :
		sleep 0.01
	done
	ends_with 143
	equal "$(cat out)" ''
	await all_gone
	equal "$(tail -n 1 err)" 'procaudit: nobody reads the log log.fifo, records are lost; the command goes on'
}

@test "continue: nobody reads a long log, and the command goes on all the same" {
	local reader
	make_pipe
	OUTPUT=log.fifo start --on-log-error=continue sh -c "$BIG; $SIXTY; echo end" >out 2>err 8>&-
	await grep -q end out
	read_pipe
	reader=$!
	ends_with 125
	wait "$reader"
	said 'nobody reads the log log.fifo, records are lost; the command goes on'
	check_log "$LOG"
	equal "$(log 'select(.event == "gap") | [.reason, .errno]')" '["write_error","EAGAIN"]'
	equal "$(trailer '[.exit_code, .complete]')" '[0,false]'
	# The shell, twelve that print, and sixty programs.
	equal "$(log -s '(map(select(.event == "fork" or .event == "exec" or .event == "exit")) | length)
		+ (map(select(.event == "gap") | .count) | add)')" $((2 + 2 * 12 + 3 * 60))
}

@test "a reader below the command that makes more records as it reads is no deadlock" {
	local reader
	make_pipe
	# It has the pipe as descriptor 8, reads lines, and runs a program for each.
	OUTPUT=log.fifo start sh -c '
		(for i in 1 2 3 4 5 6 7 8 9 10; do
			for j in 1 2 3 4 5 6 7 8 9 10; do read -r line <&8; /bin/echo "$line"; done
		done >got; echo end >end) & '"$THIRTY; $THIRTY"'; wait'
	await test -s end
	equal "$(wc -l <got)" 100
	read_pipe
	reader=$!
	ends_with 0
	wait "$reader"
	cat got "$LOG" >whole
	check_log whole
}

@test "text on standard error that nobody reads: the command goes on" {
	local reader
	make_pipe
	OUTPUT='' start -q sh -c 'x=$(printf %010000d 0)
		for i in 0 1 2 3 4 5 6 7 8 9; do /bin/true $x; done; echo end >end' 2>log.fifo 8>&-
	await test -s end
	read_pipe
	reader=$!
	ends_with 0
	wait "$reader"
	equal "$(grep -c '/bin/true 0000' "$LOG")" 10
	equal "$(tail -n 1 "$LOG" | sed 's/.*#/#/; s/,.*//')" '# exit 0'
}

@test "nobody reads a pipe that procaudit may not open again: the command does not notice" {
	local job reader
	public_copy
	make_pipe
	exec 7>log.fifo
	chmod 0 log.fifo
	unprivileged "$PROCAUDIT" -o - sh -c "$BIG; for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; echo end >&2" \
		2>err >&7 3>&- 7>&- 8>&- &
	job=$!
	exec 7>&-
	await grep -q end err
	chmod 600 log.fifo
	read_pipe
	reader=$!
	wait "$job"
	wait "$reader"
	equal "$(cat err)" end
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete, .counts.exec]')" '[0,true,11]'
}

# The descriptors of a command whose output is a pipe.
fds_of_pipe() { # [PROCAUDIT...]
	rm -f list
	"$@" "$HELPERS/fds" list 2>&1 | cat >"$LOG"
	sed 's/pipe:\[[0-9]*\] [0-9a-f:]*/pipe/' list
}

# A pipe that is full, descriptor 8, which would block.
fill_pipe() {
	mkfifo full
	exec 8<>full
	dd if=/dev/zero of=full oflag=nonblock bs=4096 2>/dev/null || :
}

waits_for_reader() {
	local recorder
	recorder=$(pgrep -P "$PID") && in_state "$recorder" S
}

@test "a pipe that is full from the start: the command begins when somebody reads" {
	fill_pipe
	OUTPUT=- start touch ran >&8
	await waits_for_reader
	[ ! -e ran ]
	cat <full >got 8>&- 3>&- &
	exec 8>&-
	ends_with 0
	[ -e ran ]
	wait
	tr -d '\0' <got >"$LOG"
	check_log "$LOG"
	equal "$(trailer .complete)" true
}

@test "standard error that is full holds nobody who has something to say" {
	fill_pipe
	run -1 sh -c '"$@" 2>&8' sh "$PROCAUDIT" -o "$LOG" -p 4194000
	equal "$(log 'select(.event == "gap") | .reason')" '"attach_gone"'
	run -125 sh -c 'ulimit -f 8; "$@" 2>&8' sh "$PROCAUDIT" -o "$LOG" sh -c "$THIRTY"
	check_torn_log
	# What outlives the command for a second would be named.
	run -0 sh -c '"$@" 2>&8' sh "$PROCAUDIT" -o "$LOG" sh -c 'sleep 1.1 &'
	check_log "$LOG"
	equal "$(trailer .complete)" true
}

@test "a pipe that the command has, too, keeps its flags" {
	fds_of_pipe >bare
	fds_of_pipe "$PROCAUDIT" -o - >traced
	check_log "$LOG"
	grep -q '^1 pipe ' bare
	diff bare traced
}

@test "a log on a socket waits for its reader" {
	/usr/bin/python3 - "$LOG" "$PROCAUDIT" -o - sh -c "$BIG; $THIRTY; echo end >end" <<-'PYTHON'
		import os, socket, subprocess, sys, time
		ours, theirs = socket.socketpair()
		process = subprocess.Popen(sys.argv[2:], stdout=theirs)
		theirs.close()
		while not os.path.exists("end"):
		    time.sleep(0.01)
		with open(sys.argv[1], "wb") as log:
		    while data := ours.recv(1 << 20):
		        log.write(data)
		sys.exit(process.wait())
	PYTHON
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .complete, .counts.exec]')" '[0,true,31]'
}

# --- What others do to the file ----------------------------------------------

@test "a log that is deleted or renamed meanwhile goes on in the same file" {
	exec 8<>kept
	"$PROCAUDIT" -o kept sh -c "/bin/mv kept moved; $THIRTY; /bin/rm moved; $THIRTY"
	[ ! -e kept ]
	cat <&8 >"$LOG"
	exec 8>&-
	check_log "$LOG"
	equal "$(trailer '[.complete, .counts.exec]')" '[true,63]'
}

@test "a log that is emptied meanwhile goes on at its start, in whole lines" {
	"$PROCAUDIT" -o "$LOG" sh -c "$THIRTY; /usr/bin/truncate -s 0 '$LOG'; $THIRTY; /bin/echo end" >/dev/null
	# Nothing but records, each behind the other, and none of the first.
	equal "$(jq -s 'map(.seq) | . == [range(.[0]; .[0] + length)] and .[0] > 0' "$LOG")" true
	equal "$(tail -n 1 "$LOG" | jq '[.event, .exit_code, .counts.exec]')" "$(jq -n '["trailer", 0, 63]')"
}

@test "a log that is emptied while the disk is full goes on without being torn" {
	start_on_full_disk "$THIRTY; echo end"
	: >"$DISK/log"
	make_room
	ends_with 0
	equal "$(jq -s 'map(.seq) | . == [range(.[0]; .[0] + length)] and .[0] > 0' "$DISK/log")" true
}

@test "a log that ends torn is mended by -A" {
	start_on_full_disk "$THIRTY; echo end"
	printf '{"v":1,"event":"exec","se' >piece
	kill -KILL "$PID"
	ends_with 137
	make_room
	cat "$DISK/log" piece >"$LOG"
	"$PROCAUDIT" -A -o "$LOG" /bin/true
	check_torn_log
	equal "$(log -s 'map(select(.event == "header")) | length')" 2
	equal "$(trailer .complete)" true
}

@test "-A: a FIFO is a FIFO" {
	make_pipe
	timeout 60 "$PROCAUDIT" -A -o log.fifo /bin/true
	head -n 4 <&8 >"$LOG"
	exec 8>&-
	check_log "$LOG"
}
