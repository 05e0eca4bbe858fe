# SPDX-License-Identifier: ISC
# Contract: a log goes on over any number of files, each of which stands alone,
# and nothing is lost between them.
# shellcheck disable=SC2016 # it is the command's shell that expands it
# shellcheck disable=SC2030,SC2031,SC2154 # bats

load lib/common
load helpers/await
load helpers/background
load helpers/badlog
load helpers/parts

# --- Parts --------------------------------------------------------------------

@test "--rotate: parts of that size, each with a header, one log" {
	local part size longest
	"$PROCAUDIT" --rotate 64K -o "$LOG" sh -c "$FORTY exit 7" || equal "$?" 7
	check_parts
	((${#parts[@]} > 3))
	equal "$(all 'select(.event == "header") | .log_id' | sort -u | wc -l)" 1
	equal "$(all 'select(.event == "header") | .part' | tr '\n' ' ')" "$(seq -s ' ' "${#parts[@]}") "
	equal "$(all -s 'map(.seq) == [range(length)]')" true
	equal "$(last '[.exit_code, .complete, .counts.exec, .counts.exit, .counts.header]')" \
		"[7,true,41,41,${#parts[@]}]"
	longest=$(cat "${parts[@]}" | wc -L)
	for part in "${parts[@]}"; do
		equal "$(stat -c %a "$part")" 600
		[ "$part" != "$LOG" ] || continue
		size=$(stat -c %s "$part")
		((size >= 65536 && size <= 65536 + longest))
	done
}

@test "--rotate: environments are there again in each part that needs them" {
	local part
	"$PROCAUDIT" --env=once --rotate 64K -o "$LOG" sh -c "$FORTY $FORTY $FORTY $FORTY"
	check_parts
	((${#parts[@]} > 1))
	for part in "${parts[@]}"; do
		jq -e -n '[inputs | select(.event == "env") | .env[] | select(startswith("BIG_ENV="))] |
			length > 0' "$part" >/dev/null || fail "no environment in $part"
	done
	equal "$(last .complete)" true
}

@test "--rotate: sizes" {
	local size
	for size in 65536 64k 64K 1M 1g 1T; do
		"$PROCAUDIT" --rotate "$size" -o "$LOG" true
		rm "$LOG"
	done
	for size in '' 65535 63K -1 0x10000 1.5M 1Q 1Mb '1 M' 2000T 99999999999999999999; do
		run -125 --separate-stderr "$PROCAUDIT" --rotate "$size" -o "$LOG" touch ran
		equal "$stderr" "procaudit: --rotate: '$size' is no size of 64K or more: bytes, or K, M, G, T expected"
	done
	for size in 0 -1 x 1K ''; do
		run -125 --separate-stderr "$PROCAUDIT" --rotate 1M --keep "$size" -o "$LOG" touch ran
		[[ $stderr == "procaudit: --keep: '$size' is "*": a number of files expected" ]]
	done
	[ ! -e ran ]
}

@test "--rotate: only of a file with a name of its own" {
	: >"$LOG"
	ln -s "$LOG" link
	run -125 --separate-stderr "$PROCAUDIT" --rotate 1M touch ran
	equal "$stderr" 'procaudit: --rotate needs -o FILE'
	run -125 --separate-stderr "$PROCAUDIT" --rotate 1M -o - touch ran
	equal "$stderr" 'procaudit: --rotate needs -o FILE'
	run -125 --separate-stderr "$PROCAUDIT" --keep 1 -o "$LOG" touch ran
	equal "$stderr" 'procaudit: --keep needs --rotate'
	run -125 --separate-stderr "$PROCAUDIT" --rotate 1M -o /dev/null touch ran
	equal "$stderr" 'procaudit: cannot rotate the log /dev/null: it is not a regular file'
	run -125 --separate-stderr "$PROCAUDIT" --rotate 1M -o link touch ran
	equal "$stderr" 'procaudit: cannot rotate the log link: it is a symbolic link'
	[ ! -e ran ]
}

@test "--rotate: relative names" {
	local name
	mkdir directory
	for name in log directory/../log; do
		LOG=$PWD/$name
		"$PROCAUDIT" --rotate 64K -o "$name" sh -c "$FORTY"
		check_parts
		((${#parts[@]} > 3))
		rm "${parts[@]}"
	done
}

@test "--keep: the oldest go" {
	"$PROCAUDIT" --rotate 64K --keep 2 -o "$LOG" sh -c "$FORTY"
	check_parts
	equal "${#parts[@]}" 3
	# The trailer counts what there was.
	equal "$(last '[.complete, .counts.exec]')" '[true,41]'
	"$PROCAUDIT" -A --rotate 64K --keep 1 -o "$LOG" sh -c "$FORTY"
	equal "$(parts | wc -l)" 2
}

@test "-A --rotate: numbers go on, and a file that is full is finished first" {
	local first size
	"$PROCAUDIT" --rotate 64K -o "$LOG" sh -c "$FORTY"
	first=$(parts | wc -l)
	"$PROCAUDIT" -A -o "$LOG" sh -c "$FORTY"
	size=$(stat -c %s "$LOG")
	((size > 65536))
	"$PROCAUDIT" -A --rotate 64K -o "$LOG" true
	check_parts
	equal "${#parts[@]}" $((first + 1))
	equal "$(stat -c %s "${parts[first - 1]}")" "$size"
	equal "$(jq -r .event "$LOG" | tr '\n' ' ')" 'header exec exit trailer '
	equal "$(jq 'select(.event == "header").part' "$LOG")" 1
}

@test "--rotate: what a crash left half done goes, and nobody else's file" {
	local name theirs=(log.jsonl.1 log.jsonl.old log.jsonl.000003.bak log.jsonl.00001 \
		log.jsonl.0000012 log.jsonl.x00001 xlog.jsonl.000001 log.jsonl.000001.gz log.jsonl.tmp)
	for name in "${theirs[@]}" log.jsonl.000007.tmp log.jsonl.000007.zst.tmp; do
		echo "$name" >"$name"
	done
	echo 9 >log.jsonl.000009.zst
	: >log.jsonl.000011
	"$PROCAUDIT" --rotate 64K --keep 20 -o "$LOG" sh -c "$FORTY"
	[ ! -e log.jsonl.000007.tmp ] && [ ! -e log.jsonl.000007.zst.tmp ]
	for name in "${theirs[@]}"; do
		equal "$(cat "$name")" "$name"
	done
	equal "$(cat log.jsonl.000009.zst)" 9
	[ -e log.jsonl.000010 ] && [ ! -e log.jsonl.000001 ]
	[ -s log.jsonl.000011 ]
	rm log.jsonl.000009.zst "${theirs[@]}"
	check_parts
}

@test "--rotate: a name that is taken is nobody's loss" {
	begin --rotate 64K
	echo theirs >"$LOG.000001"
	more 40
	more 0
	ends_with 0
	equal "$(cat "$LOG.000001")" theirs
	rm "$LOG.000001"
	check_parts
	((${#parts[@]} > 3))
	equal "$(last '[.complete, .counts.exec]')" '[true,42]'
}

@test "--rotate: the name stands for a log at every moment" {
	"$PROCAUDIT" --rotate 64K -o "$LOG" sh -c "
		while [ -e '$LOG' ]; do :; done 2>/dev/null & $FORTY kill \$! && echo there" >out
	equal "$(cat out)" there
	check_parts
}

@test "--rotate: a file system that cannot exchange names" {
	"$HELPERS/deny" renameat2 EINVAL "$PROCAUDIT" --rotate 64K --keep 100 -o "$LOG" sh -c "$FORTY"
	check_parts
	((${#parts[@]} > 3))
	equal "$(last '[.complete, .counts.exec]')" '[true,41]'
	equal "$(find . -name '*.tmp')" ''
}

@test "--rotate -f text: lines go on" {
	"$PROCAUDIT" -f text --rotate 64K -o "$LOG" sh -c 'x=$(printf %010000d 0); for i in 0 1 2 3 4 5 6 7 8 9; do /bin/true $x; done'
	(($(parts | wc -l) > 1))
	equal "$(parts | xargs cat | grep -c '/bin/true 0000')" 10
}

@test "kill -9 at any moment: all parts together have every record up to one" {
	local round
	for round in 1 2 3; do
		rm -f "$LOG"* count
		begin --rotate 64K --keep 1000
		echo 1000 >go
		await test -e "$LOG.00000$round"
		kill -KILL "$(pgrep -P "$PID")"
		ends_with 137
		pkill -KILL -s "$PID" || :
		# What is torn is repaired by the next one, whose log is another.
		"$PROCAUDIT" -A --rotate 64K -o "$LOG" true 2>/dev/null
		check_parts --no-trailer
		(($(count header) > round))
		equal "$(find . -name '*.tmp')" ''
	done
}

# --- Opening again ------------------------------------------------------------

@test "USR1: the log goes on under its name when it has been moved away" {
	begin
	mv "$LOG" "$LOG.000001"
	more 3
	[ ! -e "$LOG" ]
	kill -USR1 "$PID"
	await test -s "$LOG"
	more 2
	more 0
	ends_with 0
	check_parts
	equal "$(cat err)" ''
	equal "$(last '[.complete, .counts.exec, .counts.header]')" '[true,7,2]'
	equal "$(jq -s 'map(select(.event == "exec")) | length' "$LOG")" 2
	equal "$(stat -c %a "$LOG")" 600
}

@test "USR1: a file that was made under the name keeps its mode; one that was removed is no loss" {
	begin
	mv "$LOG" "$LOG.000001"
	: >"$LOG"
	chmod 640 "$LOG"
	kill -USR1 "$PID"
	await test -s "$LOG"
	more 1
	equal "$(stat -c %a "$LOG")" 640
	mv "$LOG" "$LOG.000002"
	kill -USR1 "$PID"
	await test -s "$LOG"
	more 0
	ends_with 0
	check_parts
	equal "$(last '[.complete, .counts.exec, .counts.header]')" '[true,3,3]'
}

@test "USR1: a log that has not been moved just goes on" {
	begin
	kill -USR1 "$PID"
	kill -USR2 "$PID"
	await grep -q '"stats"' "$LOG"
	more 0
	ends_with 0
	check_log "$LOG"
	equal "$(last '[.complete, .counts.header]')" '[true,1]'
}

@test "USR1: somebody else's file under the name is left alone, and the old one goes on" {
	local why
	mkfifo go.other
	for why in 'File exists' 'Device or resource busy' 'Is a directory' 'No such file or directory'; do
		rm -rf "$LOG"* count directory
		mkdir directory
		OUTPUT=directory/log begin
		mv directory/log "$LOG"
		case $why in
		File*) echo theirs >directory/log ;;
		Device*) "$PROCAUDIT" -o directory/log sh -c 'echo >locked; read -r x <&7' 7<>go.other 3>&- & ;;
		Is*) mkdir directory/log ;;
		No*) mv directory moved && rmdir moved ;;
		esac
		[[ $why != Device* ]] || await test -e locked
		kill -USR1 "$PID"
		await grep -q . err
		equal "$(cat err)" "procaudit: cannot begin another part of the log directory/log, the old one goes on: $why"
		[[ $why != File* ]] || equal "$(cat directory/log)" theirs
		[[ $why != Device* ]] || { echo >go.other; wait $!; }
		more 1
		more 0
		ends_with 0
		check_log "$LOG"
		equal "$(last '[.complete, .counts.exec, .counts.header]')" '[true,3,1]'
	done
}

@test "USR1 and USR2 at any moment, the last included, end nothing" {
	local round
	for round in 1 2 3 4 5 6 7 8 9 10; do
		rm -f "$LOG"
		start sh -c '/bin/true; exit 4'
		await test -s "$LOG"
		# A shell that misses the end of its child has a zombie, which takes them all.
		until gone "$PID"; do
			for _ in {1..20}; do
				kill -USR1 "$PID" && kill -USR2 "$PID"
			done 2>/dev/null || break
		done
		ends_with 4 || fail "in round $round"
		check_log "$LOG"
	done
}

@test "USR1: a log that is no file, or is standard error, just goes on" {
	local reader
	mkfifo pipe
	cat pipe >"$LOG" 3>&- &
	reader=$!
	OUTPUT=pipe begin
	kill -USR1 "$PID"
	more 0
	ends_with 0
	wait "$reader"
	check_log "$LOG"
	OUTPUT='' begin
	kill -USR1 "$PID"
	kill -USR2 "$PID"
	more 0
	ends_with 0
}

@test "--rotate: a log that was moved away goes on under its name when its time comes" {
	begin --rotate 64K
	mv "$LOG" moved
	more 40
	more 0
	ends_with 0
	[ -e "$LOG" ]
	mv moved "$LOG.000000"
	check_parts
	equal "$(last '[.complete, .counts.exec]')" '[true,42]'
}

stats_are() {
	[ "$(grep -c '"event":"stats"' "$LOG")" -eq "$1" ]
}

@test "USR2: a record of how far it has come" {
	begin --env=once
	more 3
	kill -USR2 "$PID"
	await grep -q '"stats"' "$LOG"
	kill -USR2 "$PID"
	await stats_are 2
	more 0
	ends_with 0
	check_log "$LOG"
	equal "$(log 'select(.event == "stats") | [.living, .gaps, .counts.exec, .counts.exit]' | head -n 1)" '[1,0,5,4]'
}

# --- When there is no next part -----------------------------------------------

@test "a directory that may not be written: the old part goes on, one line, nothing lost" {
	public_copy
	mkdir -m 777 "$PUBLIC/logs"
	LOG=$PUBLIC/logs/log
	export PUBLIC
	run -0 --separate-stderr unprivileged "$PROCAUDIT" --rotate 64K -o "$LOG" \
		sh -c "i=0; while [ \$i -lt 8 ]; do /bin/true; i=\$((i+1)); done; echo >&2" 2>&1
	chmod 755 "$PUBLIC/logs"
	[ "$(id -u)" != 0 ] || chown 0 "$PUBLIC/logs"
	run -0 --separate-stderr unprivileged "$PROCAUDIT" -A --rotate 128K -o "$LOG" sh -c "$FORTY"
	equal "$stderr" "procaudit: cannot begin another part of the log $LOG, the old one goes on: Permission denied"
	check_parts
}

# A file system that has room for few files.
make_small_disk() {
	make_disk 4096 nr_inodes=30
}

fill_names() {
	local i=0
	while : >"$DISK/more$i"; do i=$((i + 1)); done 2>/dev/null
}

@test "stop: no room for another part holds the command until there is" {
	make_small_disk
	LOG=$DISK/log OUTPUT=$DISK/log begin --rotate 64K
	fill_names
	echo 40 >go
	await grep -q waiting err
	rm "$DISK"/more*
	await more_done 1
	more 0
	ends_with 0
	equal "$(cat err)" "procaudit: waiting for room for the log $DISK/log ('kill $PID' ends this): No space left on device
procaudit: the log $DISK/log is written again"
	cp "$DISK"/log* .
	LOG=$PWD/log
	check_parts
	equal "$(last '[.complete, .counts.exec]')" '[true,42]'
}

@test "continue, and stop after a signal: no room for another part, and the old one goes on" {
	local mode
	for mode in continue stop; do
		rm -f err count log*
		[ -n "${DISK-}" ] || make_small_disk
		rm -f "$DISK"/*
		OUTPUT=$DISK/log begin --rotate 64K --on-log-error=$mode
		fill_names
		echo 40 >go
		if [ "$mode" = stop ]; then
			await grep -q waiting err
			kill -TERM "$PID"
			ends_with 143
		else
			await more_done 1
			more 0
			ends_with 0
		fi
		equal "$(tail -n 1 err)" "procaudit: cannot begin another part of the log $DISK/log, the old one goes on: No space left on device"
		cp "$DISK/log" "$LOG"
		check_log "$LOG"
		equal "$(last '[.complete, .gaps]')" '[true,0]'
	done
}
