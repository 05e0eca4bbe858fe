# SPDX-License-Identifier: ISC
# Contract: finished parts are compressed, and at every moment each is there whole,
# in one form or the other.
# shellcheck disable=SC2016 # it is the command's shell that expands it
# shellcheck disable=SC2030,SC2031,SC2154 # bats

load lib/common
load helpers/await
load helpers/background
load helpers/parts

# Finished parts that have not been compressed.
plain() {
	find . -name 'log.jsonl.[0-9]*' ! -name '*.zst'
}

record_compressed() { # [OPTION...]
	"$PROCAUDIT" --rotate 64K --compress -o "$LOG" "$@" sh -c "$FORTY"
}

@test "--compress: all finished parts are .zst when procaudit has ended" {
	record_compressed
	equal "$(plain)" ''
	check_parts
	((${#parts[@]} > 3))
	equal "$(all -s 'map(.seq) == [range(length)]')" true
	equal "$(last '[.complete, .counts.exec]')" '[true,41]'
	equal "$(stat -c %a "${parts[@]}" | sort -u)" 600
	# With their sizes, and checksums.
	zstd -lv "${parts[0]}" | grep -q 'Check: XXH64'
	zstd -lv "${parts[0]}" | grep -qF "($(zstdcat "${parts[0]}" | wc -c) B)"
}

@test "--compress: parts are compressed while the command runs" {
	begin --rotate 64K --compress
	more 20
	await test -e "$LOG.000001.zst"
	await test ! -e "$LOG.000001"
	# Signals still come to the thread that traces.
	kill -USR2 "$PID"
	await grep -q '"event":"stats"' "$LOG"
	more 0
	ends_with 0
	equal "$(cat err)" ''
	check_parts
	equal "$(last '[.complete, .counts.exec, .counts.stats]')" '[true,22,1]'
}

@test "--compress --keep: what is removed is removed in either form" {
	local round
	for round in 1 2 3; do
		record_compressed -A --keep 2
		equal "$(parts | wc -l)" 3
		equal "$(plain)" ''
	done
	check_parts
}

@test "--compress: parts of before are compressed, too" {
	"$PROCAUDIT" --rotate 64K -o "$LOG" sh -c "$FORTY"
	[ -n "$(plain)" ]
	"$PROCAUDIT" -A --rotate 1M --compress -o "$LOG" true
	equal "$(plain)" ''
	check_parts
}

@test "--compress: where no thread can be made it is done at the end" {
	"$HELPERS/deny" clone3 EAGAIN "$PROCAUDIT" --rotate 64K --compress -o "$LOG" \
		sh -c "$FORTY ls '$LOG'.*" >out
	grep -q '000001$' out
	equal "$(plain)" ''
	check_parts
	equal "$(last .complete)" true
}

@test "--compress: a part that cannot be compressed stays as it is, in one line" {
	mkdir "$LOG.000001.zst.tmp"
	run -0 --separate-stderr record_compressed
	equal "$stderr" "procaudit: cannot compress all parts of the log $LOG, some stay as they are: Is a directory"
	equal "$(plain | sort | head -n 1)" ./log.jsonl.000001
	rmdir "$LOG.000001.zst.tmp"
	check_parts
	equal "$(last .complete)" true
}

@test "--compress needs --rotate" {
	run -125 --separate-stderr "$PROCAUDIT" --compress -o "$LOG" touch ran
	equal "$stderr" 'procaudit: --compress needs --rotate'
	[ ! -e ran ]
}

# Every part is there: whole as it was, or whole as .zst, or both.
check_forms() {
	local number=1 name
	while name=$LOG.$(printf %06d $number) && { [ -e "$name" ] || [ -e "$name.zst" ]; }; do
		if [ -e "$name.zst" ]; then
			zstd -tq "$name.zst" || return
			[ ! -e "$name" ] || [ ! -s "$name" ] || zstdcat "$name.zst" | cmp - "$name" || return
		fi
		number=$((number + 1))
	done
	equal "$(find . -name 'log.jsonl.[0-9]*' ! -name '*.tmp' | sed 's/\.zst$//' | sort -u | wc -l)" $((number - 1))
}

@test "kill -9 at any moment: no part is lost, and the next one goes on" {
	local round
	for round in 1 2 3 4; do
		rm -f "$LOG"* count
		begin --rotate 64K --compress
		echo 1000 >go
		await test -e "$LOG.00000$round.zst"
		kill -KILL "$(pgrep -P "$PID")"
		ends_with 137
		pkill -KILL -s "$PID" || :
		check_forms
		"$PROCAUDIT" -A --rotate 1M --compress -o "$LOG" true 2>/dev/null
		equal "$(plain)" ''
		check_parts --no-trailer
		(($(count header) > round))
	done
}
