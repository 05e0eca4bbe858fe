# SPDX-License-Identifier: ISC
# Contract: procreport scrub makes a copy that can be shared, and that is still a log.

# Scripts for the command are in single quotes; bats sets stderr.
# shellcheck disable=SC2016,SC2154

load lib/common
load lib/canary

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export LC_ALL=C TZ=UTC
}

# Scrubs $LOG, or what is named, into copy.jsonl, which is a whole log.
scrub() {
	rm -f copy.jsonl
	"$PROCREPORT" scrub -o copy.jsonl "${@:-$LOG}"
	check_log copy.jsonl
	"$PROCREPORT" verify -q copy.jsonl
}

# What is counted is the same in both; times are not touched.
same_counts() {
	for sub in 'list --json' 'tree --no-fold --json'; do
		# shellcheck disable=SC2086 # words
		diff <("$PROCREPORT" $sub "$1" | jq -c '[.seq, .proc, .pid, .image, .depth, .success, .wall, .exit_code, .signal, .cpu, (.argv | length)]') \
			<("$PROCREPORT" $sub "$2" | jq -c '[.seq, .proc, .pid, .image, .depth, .success, .wall, .exit_code, .signal, .cpu, (.argv | length)]')
	done
	diff <("$PROCREPORT" summary --json "$1" | jq 'del(.programs, .repeated, .logs)') \
		<("$PROCREPORT" summary --json "$2" | jq 'del(.programs, .repeated, .logs)')
}

@test "no byte of a secret gets into the copy, in whatever way it travels" {
	travel
	for options in '' --env=once --failed --failed=brief; do
		# shellcheck disable=SC2086 # none or one
		audit $options ./travel "$CANARY" "--token=$CANARY"
		run ! no_canary "$LOG"
		scrub
		no_canary copy.jsonl
		same_counts "$LOG" copy.jsonl
	done
	# Divided lines are joined.
	audit --max-line=2048 ./travel
	scrub
	no_canary copy.jsonl
	equal "$("$PROCREPORT" list copy.jsonl | wc -l)" "$("$PROCREPORT" list "$LOG" | wc -l)"
}

@test "a secret that is known late is masked from the beginning, and one that only its shape tells" {
	(cd / && unset MY_TOKEN && audit sh -c "/bin/true early-$CANARY; cd / && MY_TOKEN=$CANARY /bin/true; /bin/true $CANARY")
	scrub
	no_canary copy.jsonl
	for shape in "--password=$CANARY" "https://user:$CANARY@host/path" "Authorization: Bearer $CANARY" "X_SECRET=$CANARY"; do
		audit sh -c '/bin/true "x $1 y"; /bin/true "$2" "$1"; V="<$1>" /bin/true; :' sh "$CANARY" "$shape"
		scrub
		no_canary copy.jsonl
		equal "$("$PROCREPORT" list copy.jsonl | grep -c '\*\*\*')" 3
	done
	# A header's command, and the directory it was run in.
	mkdir "d-$CANARY" && cd "d-$CANARY"
	audit true "--password=$CANARY"
	cd ..
	scrub
	no_canary copy.jsonl
	equal "$(jq -c 'select(.event == "header").command | .[1][:14]' copy.jsonl)" '"--password=***"'
}

@test "where there is no secret everything is as it was, of every kind of record" {
	for options in '' '--env=once --threads' --failed '--linger=0' --redact=NONE; do
		# shellcheck disable=SC2086 # words
		env -i PATH="$PATH" X="$(printf '\376')" "$PROCAUDIT" $options -o "$LOG" \
			sh -c 'kill -USR2 $PPID; ./none; /bin/true "$(printf "a\377")" ""; (exit 3); sh -c "kill -9 \$\$"; sleep 60 & echo $! >pid' 2>/dev/null || :
		kill "$(cat pid)" || :
		"$PROCREPORT" scrub "$LOG" >copy.jsonl
		check_log copy.jsonl
		diff <(jq -cS 'del(.bytes)' "$LOG" | tail -n +2) <(jq -cS 'del(.bytes)' copy.jsonl | tail -n +2)
		diff <(head -n 1 "$LOG" | jq -S 'del(.capture.redact, .redact_globs)') \
			<(head -n 1 copy.jsonl | jq -S 'del(.capture.redact, .redact_globs, .scrubbed)')
	done
	"$PROCREPORT" scrub "$GOLDEN/odd.jsonl" | jq -cS . | tail -n +2 | diff - <(jq -cS . "$GOLDEN/odd.jsonl" | tail -n +2)
}

@test "the header says what was done; a copy of a copy is the same" {
	travel
	audit --redact='A?' ./travel
	"$PROCREPORT" scrub --redact='*_ONE' "$LOG" >copy.jsonl
	equal "$(head -n 1 copy.jsonl | jq -c '[.scrubbed, .capture.redact, .redact_globs[0], .redact_globs[-1], (.redact_globs | index("*TOKEN*") > 0)]')" \
		'[true,"hmac","A?","*_ONE",true]'
	"$PROCREPORT" scrub --redact='*_ONE' copy.jsonl | cmp - copy.jsonl
	jq -cS 'del(.redact_globs, .bytes)' copy.jsonl >expected
	"$PROCREPORT" scrub - <copy.jsonl >again
	jq -cS 'del(.redact_globs, .bytes)' again | diff - expected
}

@test "equal values stay equal by a keyed hash; the key is random, or from a file" {
	masks() {
		"$PROCREPORT" list "$1" | sed -n "s|^/bin/true ||p" | tr -d "'"
	}
	A_TOKEN=$CANARY B_TOKEN=another-value C_TOKEN=$CANARY \
		audit /bin/sh -c '/bin/true "$A_TOKEN" "$B_TOKEN" "$C_TOKEN"; :'
	scrub
	read -r a b c < <(masks copy.jsonl)
	equal "$a" "$c"
	[[ $a =~ ^\*{3}[0-9a-f]{16}$ && $b =~ ^\*{3}[0-9a-f]{16}$ && $a != "$b" ]]
	scrub
	refute equal "$(masks copy.jsonl)" "$a $b $c" 2>/dev/null
	printf '%s' 0123456789abcdef >key
	scrub --key=key "$LOG"
	[[ $(masks copy.jsonl) == "***$(/usr/bin/python3 -c 'import hmac, sys
print(hmac.new(b"0123456789abcdef", sys.argv[1].encode(), "sha256").hexdigest()[:16])' "$CANARY")"* ]]
	masks copy.jsonl >first
	scrub --key=key "$LOG"
	masks copy.jsonl | diff first -
	refute grep -q 0123456789abcdef copy.jsonl
	printf short >key
	run -2 --separate-stderr "$PROCREPORT" scrub --key=key "$LOG"
	[[ -z $output && $stderr == *'the key file key has 5 bytes; at least 16 are needed'* ]]
	run -2 --separate-stderr "$PROCREPORT" scrub --key=none "$LOG"
	[[ -z $output && $stderr == *'cannot open the key file none: No such file or directory'* ]]
}

@test "what this version does not know is never passed on" {
	# Keys, values, events; in every kind of record, and in what is nested.
	jq -c --arg c "$CANARY" '. + {new_key: $c, other: {deep: [$c]}}
		| if .event == "header" then .mode = $c | .capture.failed = $c | .capture.new = $c | .boot_id = $c | .arch = $c + "!"
		  elif .event == "fork" then .kind = $c elif .event == "exec" then .syscall = $c
		  elif .event == "exit" and .proc == 2 then {v, event: $c, seq, ts, mono_us, why: $c}
		  elif .event == "trailer" then .counts.new = 1 else . end' "$GOLDEN/build.jsonl" >"$LOG"
	run -0 --separate-stderr "$PROCREPORT" scrub -o copy.jsonl "$LOG"
	no_canary copy.jsonl
	[[ $stderr == *' that this version does not know are left out' ]]
	equal "$(wc -l <copy.jsonl)" "$(wc -l <"$LOG")"
	# To verify it is what the log was.
	run "$PROCREPORT" verify "$LOG"
	run -"$status" "$PROCREPORT" verify copy.jsonl
	grep -q ' unknown: ' <<<"$output"
}

@test "damaged lines are told of and left out, and the copy says so" {
	sed "7s/\"pid\"/\"$CANARY\"/" "$GOLDEN/build.jsonl" >"$LOG"
	run -0 --separate-stderr "$PROCREPORT" scrub -o copy.jsonl "$LOG"
	[[ $stderr == 'procreport: '*'log.jsonl:7: '*'; skipped' ]]
	no_canary copy.jsonl
	equal "$(wc -l <copy.jsonl)" "$(($(wc -l <"$LOG") - 1))"
	run -5 "$PROCREPORT" verify copy.jsonl
	# A log that was cut off is one that is cut off.
	head -n 20 "$GOLDEN/build.jsonl" >"$LOG"
	"$PROCREPORT" scrub "$LOG" >copy.jsonl
	run -4 "$PROCREPORT" verify copy.jsonl
	run -1 --separate-stderr "$PROCREPORT" scrub none.jsonl "$LOG"
	[[ $stderr == *'none.jsonl: No such file or directory'* ]]
	run -1 --separate-stderr bash -c '"$PROCREPORT" scrub "$0" >/dev/full' "$LOG"
	[[ $stderr == *'cannot write to standard output: No space left on device' ]]
}

@test "several parts become one file; standard input and compressed files are read" {
	export A_TOKEN=$CANARY BIG
	BIG=$(head -c 3000 /dev/zero | tr '\0' x)
	"$PROCAUDIT" --env=once --rotate 64K -o "$LOG" sh -c 'for i in $(seq 40); do /bin/true "$BIG" $i; done; :'
	parts=(log.jsonl*)
	[ "${#parts[@]}" -gt 2 ] || fail "too few parts: ${parts[*]}"
	scrub "${parts[@]}"
	no_canary copy.jsonl
	equal "$("$PROCREPORT" list copy.jsonl)" "$("$PROCREPORT" list "${parts[@]}")"
	equal "$("$PROCREPORT" verify copy.jsonl | wc -l)" 1
	# Two logs, one behind the other.
	scrub "$GOLDEN/build.jsonl" "$GOLDEN/odd.jsonl"
	equal "$("$PROCREPORT" verify copy.jsonl | wc -l)" 2
	zstd -q "$GOLDEN/odd.jsonl" -o packed.zst
	scrub "$GOLDEN/odd.jsonl"
	"$PROCREPORT" scrub packed.zst | cmp - copy.jsonl
	"$PROCREPORT" scrub - <packed.zst | cmp - copy.jsonl
}

@test "-o: whole, private, and never in the place of another file" {
	umask 0
	"$PROCREPORT" scrub "$GOLDEN/odd.jsonl" -o copy.jsonl
	equal "$(stat -c %a copy.jsonl)" 600
	cp copy.jsonl before
	run -1 --separate-stderr "$PROCREPORT" scrub "$GOLDEN/build.jsonl" -o copy.jsonl
	equal "$stderr" 'procreport: copy.jsonl exists already; remove it, or name another file'
	cmp before copy.jsonl
	equal "$(ls -I 'separate-stderr-*')" $'before\ncopy.jsonl'
}
