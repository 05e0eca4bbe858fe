# SPDX-License-Identifier: ISC
# Contract: with --max-line no line is longer, and nothing is lost by it.

load lib/common

# Records a command, joins the records of its log, and compares what programs
# report with those.
audit_joined() {
	audit "$@" >"$REPORTS" || return
	mv "$LOG" divided.jsonl
	"$SRCROOT/contrib/recipes/join.py" divided.jsonl >"$LOG" || return
	check_log "$LOG" || return
	compare_reports
}

# The longest line of the log as it was written, its end included.
longest() {
	LC_ALL=C awk '{ if (length($0) > n) n = length($0) } END { print n + 1 }' divided.jsonl
}

@test "any bytes come together again, whatever the bound" {
	local case bound
	for case in bytes invalid empty random:1; do
		for bound in 2048 2049 2050; do
			audit_joined --max-line="$bound" "$HELPERS/vectors" "$case" "$HELPERS/report"
			[ "$(longest)" -le "$bound" ] || fail "$case: a line of $(longest) bytes"
		done
	done
	jq -e -s 'any(.parts != null)' divided.jsonl
}

@test "nearly 2 MiB of arguments in lines of 8 KiB" {
	local long
	many() {
		yes "$1" | head -n "$2" | tr -d '\n'
	}
	long=$(many a 130000)
	(ulimit -s 8192 && audit_joined --max-line=8K "$HELPERS/report" "$(many $'\xe2\x82\xac' 40000)" \
		$'\x01'{,}{,}{,}{,}{,}{,} "$(many $'\xff' 130000)" "$(many '\"' 65000)" {1..11}"$long")
	[ "$(longest)" -le 8192 ]
	log -e -s 'any(.argv // [] | map(length) | add > 1700000)'
}

@test "the environment of --env=once, the command and the header are divided, too" {
	local long
	printf -v long '%*s' 9000 ''
	LONG=$long audit_joined --env=once --max-line=3000 "$HELPERS/report" "$long"
	equal "$(jq -r 'select(.parts).event' divided.jsonl | sort -u | xargs)" 'env exec header'
	equal "$(jq -s '.[0].capture.max_line' divided.jsonl)" 3000
	[ "$(head -n 1 divided.jsonl | wc -c)" -ge 1024 ]
}

@test "join.py: what a crash has torn is printed as far as it goes, and nothing is a traceback" {
	local long
	printf -v long '%*s' 100000 ''
	audit --max-line=2K --env=none /bin/true "$long" "$long"
	# The header, whose command takes more lines than that.
	head -n 20 "$LOG" >torn.jsonl
	printf '{"v":1,"event":"part","seq":20,"of":0,"values":["\342' >>torn.jsonl
	run -1 --separate-stderr "$SRCROOT/contrib/recipes/join.py" torn.jsonl
	equal "$(jq -c '[.event, .seq]' <<<"$output" | xargs)" '[header,0]'
	# shellcheck disable=SC2154
	equal "$(cut -d: -f 1,2 <<<"$stderr")" 'join.py: line 21 is left out
join.py: parts of 0 are missing'
	run -1 "$SRCROOT/contrib/recipes/join.py" nowhere
	equal "$output" "join.py: [Errno 2] No such file or directory: 'nowhere'"
	{ "$SRCROOT/contrib/recipes/join.py" "$LOG" || :; } 2>err | head -c 1
	[ ! -s err ]
}

@test "each line of a part is a record of its own" {
	local long
	printf -v long '%*s' 5000 ''
	audit --max-line=2K /bin/true "$long"
	log -e -s '[range(length)] == map(.seq)'
	log -e -s '(map(select(.event == "part")) | length) == .[-1].counts.part and .[-1].counts.part > 3'
	log -e -s '. as $all | all(.[]; .event != "part" or
		($all[.of].parts >= .number and .seq == .of + .number and .ts == $all[.of].ts))'
}

@test "secrets are masked before a line is divided" {
	local value
	for value in {1..8}; do
		printf -v value 'secret-value-%0*d' "$((value * 9))" 0
		A_TOKEN=$value audit --redact=default --max-line=2048 /bin/true \
			"$value$value$value$value" "$(seq 1 900)$value$(seq 1 300)$value"
		refute grep -q secret-value "$LOG"
	done
}

@test "short records are as they are without" {
	env -i "$PROCAUDIT" --max-line=2048 -o "$LOG" /bin/true
	check_log "$LOG"
	log -e -s 'all(.parts == null) and .[-1].counts.part == 0'
}

@test "the bounds of consumers" {
	local name limit
	while read -r name limit; do
		audit --max-line="$name" true
		[ "$(log -s '.[0].capture.max_line')" -le "$limit" ] || fail "$name"
	done <<-'END'
		rsyslog 8192
		splunk 10000
		docker 16384
		containerd 16384
		fluent-bit 32768
		journald 49152
		vector 102400
		loki 262144
		cloudwatch 262118
		otel 1048576
		kafka 1048576
		filebeat 10485760
		duckdb 16777216
	END
}

@test "bad bounds are refused before the command runs" {
	local bad
	for bad in 2047 1K 0 -1 '' x 2G8 99999999999999999999; do
		run -125 "$PROCAUDIT" --max-line="$bad" -o "$LOG" touch ran
		equal "$output" "procaudit: --max-line: '$bad' is no size of 2K or more, nor a consumer's name (see 'procaudit --help')"
	done
	run -125 "$PROCAUDIT" --max-line=8K touch ran
	equal "$output" "procaudit: --max-line is for the format jsonl"
	[ ! -e ran ]
}
