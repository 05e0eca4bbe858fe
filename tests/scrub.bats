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
		rm -f pid
		# shellcheck disable=SC2086 # words
		env -i PATH="$PATH" X="$(printf '\376')" "$PROCAUDIT" $options -o "$LOG" \
			sh -c 'kill -USR2 $PPID; ./none; /bin/true "$(printf "a\377")" ""; (exit 3); sh -c "kill -9 \$\$"
				[ "$0" != --linger=0 ] || { sleep 60 & echo $! >pid; }' "$options" 2>/dev/null || :
		[ "$options" != --linger=0 ] || kill "$(cat pid)"
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

# --- Names --------------------------------------------------------------------

# What runs as somebody, somewhere; the real directories are not needed.
named() {
	cat >program <<-'END'
		#!/bin/sh
		/bin/true /home/alicia/x -I/home/alicia/inc "/tmp/stage/home/alicia" --to=file:///home/alicia/y //home//alicia/.z "rm '/home/alicia'" /home/alicia
		/bin/true alicia@build7 build7.corp.example:22 BUILD7 "x build7, y" malicia aliciax build77 /home/aliciax /var/home/root alicia_1 Alicia /tmp/alicia/b
		HOME=/srv/people/alicia/ /bin/true /srv/people/alicia//a /srv/people /home/bobby/z '/x:/home/bobby' "$(printf '\376 /home/alicia \376')"
		ALICIA_DIR=/tmp alicia_dir=/tmp /bin/true '~alicia'
		env -i HOME=/root USER=root LOGNAME=daemon HOSTNAME=localhost HOST=x86_64-linux-gnu /bin/true /root /dev/root /usr/lib/x86_64-linux-gnu daemon
		env -i USER=al HOSTNAME=pi SUDO_USER=12345 HOME=/ /bin/true pi al 12345 /usr/al
	END
	chmod +x program
	HOME=/home/alicia USER=alicia LOGNAME=alicia HOSTNAME=build7.corp.example \
		audit "$@" ./program /home/alicia/d
}

# No string of the copy, in whatever spelling, has a match, nor has a name in it.
no_match() {
	/usr/bin/python3 - "$1" "${2-}" copy.jsonl <<-'END'
		import base64, json, re, sys

		pattern, skip, name = sys.argv[1:]
		def check(value, is_twin=False):
		    if isinstance(value, dict):
		        for key, inner in value.items():
		            check(inner, is_twin or key.endswith("_b64"))
		    elif isinstance(value, list):
		        for inner in value:
		            check(inner, is_twin)
		    elif isinstance(value, str):
		        data = base64.b64decode(value) if is_twin else value.encode()
		        data = re.sub(skip.encode(), b"", data) if skip else data
		        if re.search(pattern.encode(), data):
		            sys.exit(f"{pattern} matches {data}")
		for line in open(name):
		    check(json.loads(line))
	END
}

@test "--home, --host, --user: names go from everywhere, alone and together" {
	for options in --failed --env=once; do
		# shellcheck disable=SC2086 # words
		named $options
		me=$(head -n 1 "$LOG" | jq -r .host)
		scrub
		grep -q /home/alicia copy.jsonl && grep -qw build7 copy.jsonl && grep -qw "$me" copy.jsonl
		equal "$(head -n 1 copy.jsonl | jq .boot_id)" "$(head -n 1 "$LOG" | jq .boot_id)"

		scrub --home "$LOG"
		no_match '/home/+(alicia|aliciax|bobby)([^a-z0-9]|$)|/srv/people/alicia'
		grep -q 'alicia@build7' copy.jsonl
		grep -q '/tmp/stage/home/\*\*\*' copy.jsonl
		same_counts "$LOG" copy.jsonl

		scrub --host "$LOG"
		no_match '(?i)(^|[^a-z0-9])build7([^a-z0-9]|$)'
		no_match '(?i)corp\.example'
		[ ${#me} -lt 3 ] || no_match "(?i)(^|[^a-z0-9])$me([^a-z0-9]|$)"
		equal "$(head -n 1 copy.jsonl | jq -c '[.boot_id, .host[:3]]')" '[null,"***"]'
		grep -q build77 copy.jsonl && grep -q /home/alicia copy.jsonl && grep -qw pi copy.jsonl

		scrub --user "$LOG"
		no_match '(?i)(^|[^a-z0-9])alicia([^a-z0-9]|$)' '^ALICIA_DIR='
		no_match '(^|[^A-Za-z0-9])alicia([^A-Za-z0-9]|$)'
		grep -q malicia copy.jsonl && grep -q aliciax copy.jsonl && grep -q ALICIA_DIR copy.jsonl

		scrub --home --host --user --key=<(printf 0123456789abcdef) "$LOG"
		no_match '(^|[^A-Za-z0-9])(alicia|build7|bobby)([^A-Za-z0-9]|$)'
		same_counts "$LOG" copy.jsonl
		"$PROCREPORT" scrub --home --host --user copy.jsonl | cmp - copy.jsonl
		for sub in list tree summary failed dot trace flame shell 'show 1' 'diff copy.jsonl'; do
			# shellcheck disable=SC2086 # words
			"$PROCREPORT" $sub copy.jsonl >/dev/null
		done
		[ "$("$PROCREPORT" sql copy.jsonl 'SELECT count(*) FROM exec')" -gt 3 ]
	done
}

@test "names that are equal have one mask; what all machines have stays" {
	named
	scrub --home --host --user "$LOG"
	execs() { "$PROCREPORT" list "$1" --json | jq -c "select(.argv[1] // \"\" | startswith(\"$2\")).argv[1:]"; }
	# One for the home and the user, and the same everywhere.
	equal "$(execs copy.jsonl /home/ | head -n 1 | grep -o '\*\*\*[0-9a-f]*' | sort | uniq -c | awk '{print $1}')" 7
	a=$(head -n 1 copy.jsonl | jq -r '.command[1][6:25]')
	[[ $a =~ ^\*{3}[0-9a-f]{16}$ ]]
	equal "$(execs copy.jsonl "$a@" | jq -r '.[5:] | map(select(contains("***")| not)) | join(" ")')" 'aliciax build77 /var/home/root'
	equal "$(execs copy.jsonl /root)" '["/root","/dev/root","/usr/lib/x86_64-linux-gnu","daemon"]'
	# Short names, and numbers, only as values.
	equal "$(execs copy.jsonl pi)" '["pi","al","12345","/usr/al"]'
	"$PROCREPORT" list --json --program=true --match=12345 copy.jsonl | jq -r .seq >seq
	equal "$(jq -r --argjson seq "$(cat seq)" 'select(.seq == $seq).env[]' copy.jsonl | sed 's/[0-9a-f]\{16\}$/H/' | grep -vE '^(PWD|_|OLDPWD|SHLVL)=' | sort | tr '\n' ' ')" \
		'HOME=/ HOSTNAME=***H SUDO_USER=***H USER=***H '
}
