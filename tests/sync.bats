# SPDX-License-Identifier: ISC
# Contract: what --sync promises to be on the disk is there after a power cut, and
# what is not there shows.
# shellcheck disable=SC2030,SC2031,SC2154 # bats

load lib/common
load helpers/await
load helpers/background
load helpers/parts

# Procaudit under what follows tells in $SYNCED what it has synced. The libraries
# of sanitizers need not be the first ones then.
watch_syncs() {
	export SYNCED=$BATS_TEST_TMPDIR/synced LD_PRELOAD=$HELPERS/synced.so
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0:detect_leaks=0
}

# The bytes of a file that have been synced; nothing if it never was.
synced() { # FILE
	awk -v inode="$(stat -c %i "$1")" '$1 == "sync" && $2 == inode { size = $3 } END { print size }' "$SYNCED"
}

is_synced() { # FILE
	[ "$(synced "$1")" = "$(stat -c %s "$1")" ]
}

has_execs() { # COUNT
	[ "$(grep -c '"event":"exec"' "$LOG")" -eq "$1" ]
}

@test "--sync=none, the default: nothing is synced" {
	local way
	watch_syncs
	for way in '' --sync=none; do
		# shellcheck disable=SC2086 # options
		"$PROCAUDIT" $way --rotate 64K -o "$LOG" sh -c "$FORTY"
	done
	(($(grep -c ^write "$SYNCED") > 5))
	run ! grep ^sync "$SYNCED"
}

@test "--sync=record: each write is synced before the next, one event at a time" {
	watch_syncs
	"$PROCAUDIT" --sync=record --env=none -o "$LOG" sh -c "$FORTY"
	is_synced "$LOG"
	unset LD_PRELOAD
	equal "$(cut -d' ' -f1 "$SYNCED" | uniq -c | awk '$2 == "write" && $1 > 1')" ''
	equal "$(grep -c ^write "$SYNCED")" "$(wc -l <"$LOG")"
}

@test "--sync=interval: what has been recorded is synced soon, though nothing happens" {
	watch_syncs
	begin --sync=interval
	await is_synced "$LOG"
	more 2
	# What the shell has waited for may not be written yet.
	await has_execs 4
	await is_synced "$LOG"
	unset LD_PRELOAD
	# Not record by record.
	(($(grep -c ^sync "$SYNCED") < $(grep -c . "$LOG")))
	more 0
	ends_with 0
	is_synced "$LOG"
}

@test "USR2 syncs, whatever --sync says" {
	watch_syncs
	begin
	equal "$(synced "$LOG")" ''
	kill -USR2 "$PID"
	await is_synced "$LOG"
	more 0
	ends_with 0
}

@test "--sync: finished parts are on the disk, and so is a .zst before it takes the place of one" {
	local mode part
	watch_syncs
	for mode in --sync=interval --sync=record '--compress' '--sync=interval --compress'; do
		rm -f "$LOG"* "$SYNCED"
		# shellcheck disable=SC2086 # options
		"$PROCAUDIT" $mode --rotate 64K -o "$LOG" sh -c "$FORTY"
		check_parts
		((${#parts[@]} > 3))
		for part in "${parts[@]:0:${#parts[@]}-1}"; do
			is_synced "$part" || fail "$part is not synced"
		done
	done
}

# Runs until some moment, and then both procaudit and the machine stop.
cut_power() { # SEED OPTION...
	local seed=$1
	shift
	rm -f "$LOG"* "$SYNCED" count
	begin "$@" --rotate 128K
	echo 1000 >go
	await test -e "$LOG.00000$((seed % 3 + 1))"
	kill -KILL "$(pgrep -P "$PID")"
	ends_with 137
	pkill -KILL -s "$PID" || :
	mapfile -t parts < <(parts)
	# What was promised.
	for part in "${parts[@]}"; do
		head -c "$(synced "$part" | grep . || echo 0)" "$part" | grep -a '}$'
	done >promised
	/usr/bin/python3 "$SRCROOT/tests/helpers/powercut.py" "$SYNCED" "$seed" "${parts[@]}" >sizes
	(($(head -n 1 sizes) > 65536))
}

@test "a power cut: all that was synced is there, the rest can be read, and seq tells where it ends" {
	local mode seed end
	watch_syncs
	for mode in interval record; do
		for seed in 1 2; do
			cut_power "$seed" --sync=$mode
			"$PROCAUDIT" -A --rotate 1G -o "$LOG" true 2>/dev/null
			check_parts --no-trailer
			equal "$(all -r '.log_id // empty' | uniq | wc -l)" 2
			# Without a hole from the start to where it ends.
			end=$(all .seq | awk 'NR > 1 && $1 == 0 { exit }
				$1 != NR - 1 { n = "hole at " NR; exit } { n = NR } END { print n }')
			[[ $end =~ ^[0-9]+$ ]] && ((end >= $(wc -l <promised)))
			jq -c . promised | diff - <(all . | head -n "$(wc -l <promised)")
		done
	done
}

@test "a disk that fails to sync: records may be lost, and that is said" {
	local status=0
	SYNCED_FAIL=3 LD_PRELOAD=$HELPERS/synced.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		"$PROCAUDIT" --sync=record -o "$LOG" sh -c "$FORTY echo end" >out 2>err || status=$?
	equal "$status: $(cat out)" '125: end'
	equal "$(cat err)" "procaudit: cannot write the log $LOG, records are lost; the command goes on: Input/output error"
	check_log "$LOG"
	equal "$(last '[.exit_code, .complete, .counts.exec]')" '[0,false,41]'
	# At the start it is refused.
	run -125 --separate-stderr "$HELPERS/deny" fdatasync EIO "$PROCAUDIT" --sync=interval -o "$LOG" touch ran
	equal "$stderr" "procaudit: cannot write the log $LOG: Input/output error"
	[ ! -e ran ]
}

@test "--sync: values, and pipes, which nobody syncs" {
	run -125 --separate-stderr "$PROCAUDIT" --sync=always -o "$LOG" touch ran
	equal "$stderr" "procaudit: --sync: 'always' is none of none, interval, record"
	[ ! -e ran ]
	"$PROCAUDIT" --sync=record -o - true | cat >"$LOG"
	check_log "$LOG"
	"$PROCAUDIT" --sync=record -o /dev/null true
}
