# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154 # other programs' $; bats
# Contract: a log of which lines are divided (--max-line) says what the log of the same
# run says without that.

load lib/common

: "${PROCREPORT:?set by meson test}"

# Its own sequence numbers name execs, so they stay: with holes where parts were.
join_log() {
	PYTHONPATH=$SRCROOT/contrib/recipes /usr/bin/python3 -B - "$1" >"$2" <<-'END'
		import json, sys
		from join import Joiner

		joiner = Joiner()
		for line in open(sys.argv[1], encoding="utf-8"):
		    record = joiner.add(json.loads(line))
		    if record:
		        record.pop("parts", None)
		        print(json.dumps(record))
	END
}

# Long, odd, many.
audit_ugly() {
	(ulimit -s 32768 && audit "$@" --failed perl -e '
		sub run {
			my ($env, @argv) = @_;
			return wait if fork;
			%ENV = %$env;
			exec {"/bin/true"} @argv;
		}
		run({A => 1}, "true", "x" x 130000);
		run({map {($_ => "\xff\"\\\n\xe2\x82\xac" x 300)} 1 .. 1000}, "true");
		run({map {($_ => "v" x 200)} 1 .. 30}, "true", "\xe2\x82\xac" x 40000, "\xff\xfe" x 30000,
			"", "\x01" x 5000, "-");
		run({}, "true", 1 .. 100000);
		run({B => "\xc3"}, "true") unless exec {"./none" . "/" x 3000} "a" x 3000;
		exit 3')
}

# Every question, asked of the log in this directory.
ask_all() {
	local id

	for sub in summary 'summary --json --top=100' list 'list -0' 'list --json' 'list --env=7=*' \
		tree 'tree --json --no-fold' failed 'failed --json --misses' 'follow --from-start'; do
		# shellcheck disable=SC2086 # words
		"$PROCREPORT" $sub log.jsonl 2>/dev/null || fail "$sub"
	done
	for id in $("$PROCREPORT" list --json log.jsonl |
		jq -rs 'unique_by(.success, .argv)[] | "@\(.seq)"'); do
		"$PROCREPORT" show --utc "$id" log.jsonl
		"$PROCREPORT" show --json "$id" log.jsonl
		# That of 100 000 arguments has its refusals, too.
		"$PROCREPORT" show --sh "$id" log.jsonl 2>&1 || :
	done
}

@test "every subcommand answers as it does of whole lines" {
	while read -r bound env; do
		audit_ugly --max-line="$bound" --env="$env" || equal "$?" 3
		mkdir -p divided whole
		mv "$LOG" divided/log.jsonl
		join_log divided/log.jsonl whole/log.jsonl
		[ "$(wc -l <divided/log.jsonl)" -gt "$(wc -l <whole/log.jsonl)" ]
		(cd divided && ask_all) >divided.out
		(cd whole && ask_all) >whole.out
		[ -s whole.out ]
		cmp divided.out whole.out
	done <<-'END'
		2048 full
		4097 once
	END
}

@test "verify: parts are there, in their order, and nothing else is" {
	audit --max-line=2K /bin/true "$(printf '%09000d' 0)" "$(printf '\377%04000d' 0)"
	run -0 "$PROCREPORT" verify "$LOG"
	head=$(log 'select(.event == "exec") | .seq')
	parts=$(log 'select(.event == "exec") | .parts')
	[ "$parts" -gt 8 ]
	line=$((head + 1)) # of the record, as sed counts
	while read -r status edit text; do
		sed "$edit" "$LOG" >edited.jsonl
		run -"$status" "$PROCREPORT" verify edited.jsonl
		grep -qF "edited.jsonl:$line: $text" <<<"$output" || fail "$edit: $output"
		# Nobody takes it for whole.
		run --separate-stderr "$PROCREPORT" list edited.jsonl
		[[ -z $output && $stderr == *"edited.jsonl:$line: ${text#*: }; skipped"* ]] || fail "$edit: $stderr"
	done <<-END
		5 $((line + 3))d damaged: part 4 of $parts is in the place of part 3
		5 $((line + parts))d damaged: part $parts of $parts is missing
		5 $((line + 1)),$((line + parts))d damaged: part 1 of $parts is missing
		5 $((line + 2))p damaged: part 2 of $parts is in the place of part 3
		5 $((line + 2))s/"number":2/"number":7/ damaged: part 7 of $parts is in the place of part 2
		5 $((line + 2))s/"of":$head,/"of":1,/ damaged: part 2 of $parts is missing
		5 $((line + 2))s/"key":"argv"/"key":"image"/ damaged: part 2 is of image, which does not go on
		5 $((line + 2))s/"joins":true,// damaged: argv_b64 is not as long as what it is a twin of
		4 $((line + 2))q truncated: part 3 of $parts is missing
	END
}

@test "verify: parts that the recorder says are lost" {
	/usr/bin/python3 - "$SRCROOT/tests/unit/verify-parts.jsonl" >lost.jsonl <<-'END'
		import json, sys

		lines = open(sys.argv[1], encoding="utf-8").read().splitlines(True)
		lost, trailer = json.loads(lines[5]), json.loads(lines[7])
		gap = {key: lost[key] for key in ("v", "seq", "ts", "mono_us")}
		gap.update(event="gap", reason="write_error", count=1, errno="ENOSPC")
		trailer["counts"]["part"] -= 1
		trailer["counts"]["gap"] = trailer["gaps"] = 1
		trailer["complete"] = False
		lines[5] = json.dumps(gap) + "\n"
		trailer["bytes"] = len("".join(lines[:7]).encode())
		print(*lines[:7], json.dumps(trailer), sep="")
	END
	run -3 "$PROCREPORT" verify lost.jsonl
	grep -qx 'lost.jsonl:4: incomplete: part 2 of 2 is missing' <<<"$output"
	# A recorder that was killed, and the next one.
	{ head -n 5 "$SRCROOT/tests/unit/verify-parts.jsonl"; cat "$SRCROOT/tests/unit/verify-once.jsonl"; } >two.jsonl
	run -4 "$PROCREPORT" verify two.jsonl
	grep -qx 'two.jsonl:4: truncated: part 2 of 2 is missing' <<<"$output"
}

@test "parts of a log that is rotated and compressed are read, and found again" {
	long=$(printf '%05000d' 7)
	for i in $(seq 30); do echo "/bin/true $long $i"; done >list
	LONG=$long "$PROCAUDIT" --max-line=4K --rotate=64K --compress --env=once -o "$LOG" sh ./list
	compgen -G 'log.jsonl.*.zst'
	run -0 "$PROCREPORT" verify log.jsonl*
	equal "$("$PROCREPORT" list log.jsonl* | wc -l)" 31
	for id in 5 29; do
		equal "$("$PROCREPORT" show --json "$id" log.jsonl* | jq -r '.env[] | select(startswith("LONG="))')" "LONG=$long"
	done
}
