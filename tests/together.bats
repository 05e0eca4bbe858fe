# SPDX-License-Identifier: ISC
# Contract: options that work alone work together, and nothing is wrong in memory
# then; this one is run under valgrind, too.

# shellcheck disable=SC2016,SC2153 # it is the command's shell that expands it; LOG is set by common

load lib/common
load helpers/await
load helpers/background

ALL=(--rotate=64K --keep=3 --compress --redact=default --redact-hmac --max-line=4096
	--env=once --threads --sync=interval)
CANARY=canary-of-4711-bytes

# Runs programs that have the canary in variables, arguments and base64.
PROGRAMS='b=$(printf %s "$API_TOKEN" | base64); i=0; while [ $i -lt 25 ]; do
	env "A=$i$API_TOKEN" "B=$b" "LONG=$LONG" /bin/true "--token=$API_TOKEN" "$b"; i=$((i+1)); done'

setup_file() {
	export API_TOKEN=canary-of-4711-bytes LONG
	LONG=$(seq 1500)
}

# Three finished parts at most, each a log; and no canary.
check_all() {
	local part parts
	mapfile -t parts < <(find . -name 'log.jsonl.*' | sort)
	equal "${#parts[@]}" 3
	for part in "${parts[@]}"; do
		[[ $part == *.zst ]] || fail "$part is not compressed" || return
		zstd -dqc "$part" >plain || return
		check_log --no-trailer plain || return
		cat plain >>everything
	done
	check_log "$LOG" || return
	cat "$LOG" >>everything
	refute grep -q "$CANARY" everything || return
	refute grep -qF "$(printf %s "$CANARY" | base64)" everything || return
	grep -q '\*\*\*' everything
	equal "$(jq -s 'last.complete' "$LOG")" true
	[ "$(LC_ALL=C awk '{ if (length > n) n = length } END { print n }' everything)" -lt 4096 ]
}

teardown() {
	[ -z "${TARGET-}" ] || kill -KILL "$TARGET" 2>/dev/null || :
	[ -z "${PID-}" ] || pkill -KILL -s "$PID" || :
}

@test "a command: in parts, removed and compressed, masked, in short lines, synced" {
	"$PROCAUDIT" "${ALL[@]}" -o "$LOG" sh -c "$PROGRAMS; exit 5" || equal "$?" 5
	check_all
	equal "$(jq -s 'last.exit_code' "$LOG")" 5
}

@test "attached: the same; a part begun, counted and let go by signals" {
	prepare
	sh -c 'echo $$ >target; exec 5<>go; while read x <&5; do '"$PROGRAMS"'; echo >>rounds; done' 3>&- &
	await test -s target
	TARGET=$(cat target)
	start -p "$TARGET" "${ALL[@]}"
	await grep -qs '"event":"attach"' "$LOG"
	go
	await test -s rounds
	kill -USR2 "$PID"
	await grep -q '"event":"stats"' "$LOG"
	mv "$LOG" away.jsonl
	kill -USR1 "$PID"
	await grep -qs '"event":"header"' "$LOG"
	check_log --no-trailer away.jsonl
	kill -TERM "$PID"
	ends_with 0
	check_all
	untraced "$TARGET"
}
