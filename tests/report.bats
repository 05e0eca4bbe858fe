# SPDX-License-Identifier: ISC
# Contract: procreport answers, and never takes a log for more than it is.

load lib/common
load helpers/await

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export LC_ALL=C TZ=UTC
}

# The finding's class in the last line that verify prints of a log.
verdict() {
	"$PROCREPORT" verify "$@" | tail -n 1 | sed 's/.*jsonl: \([a-z]*\): .*/\1/'
}

# The log, edited by sed, and what becomes of it: its class, its exit status.
edited() {
	sed "$3" "$LOG" >edited.jsonl
	cmp -s "$LOG" edited.jsonl && fail "nothing edited by $3"
	run -"$2" "$PROCREPORT" verify edited.jsonl
	grep -q "^edited.jsonl:[0-9]*: $1: " <<<"$output" || fail "$3: $output"
}

# --- The command line -----------------------------------------------------------

@test "help goes to standard output, errors to standard error with status 2" {
	run -0 --separate-stderr "$PROCREPORT" --help
	[[ $output == "Usage: procreport "* && -z $stderr ]]
	run -0 --separate-stderr "$PROCREPORT" verify -h
	[[ $output == "Usage: procreport verify "* && -z $stderr ]]
	for args in '' 'nonsense' '--nonsense' 'verify' 'verify --nonsense x' 'verify --color=red x' \
		'verify --color' 'verify --json=1 x'; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr "$PROCREPORT" $args
		[[ -z $output && $stderr == "procreport: "* ]] || fail "$args: $output $stderr"
	done
}

@test "a wrong option is named, alone or among others" {
	check() { # ARGS MESSAGE
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr "$PROCREPORT" $1
		equal "$stderr" "procreport: $2 (see 'procreport verify --help')"
	}
	check 'verify x -Z' "there is no such option here: '-Z'"
	check 'verify -qZ x' "there is no such option here: '-Z'"
	check 'verify --zzz=1 x' "there is no such option here: '--zzz=1'"
	check 'verify --quiet=1 x' "no argument belongs to '--quiet=1'"
	check 'verify x --color' "an argument is missing behind '--color'"
}

@test "output that cannot be written is a failure" {
	run -1 --separate-stderr bash -c '"$PROCREPORT" --help >/dev/full'
	[[ $stderr == *'cannot write to standard output'* ]]
	run -1 --separate-stderr bash -c '"$PROCREPORT" verify "$0" >/dev/full' "$GOLDEN/build.jsonl"
	[[ $stderr == *'cannot write to standard output'* ]]
}

@test "a file that is not there is named, and the others are read" {
	run -1 --separate-stderr "$PROCREPORT" verify none.jsonl "$GOLDEN/build.jsonl"
	[ "$stderr" = 'procreport: none.jsonl: No such file or directory' ]
	[[ $output == *'build.jsonl: complete: '* ]]
	run -1 --separate-stderr "$PROCREPORT" verify -- "$(printf 'a\033[31mb')"
	[[ $stderr == *"\$'a\\033[31mb'"* ]]
}

# --- verify ----------------------------------------------------------------------

@test "of what holds no log nothing is said, but that" {
	local name file
	echo text >text
	sed 1d "$GOLDEN/build.jsonl" >headless
	: >empty
	for name in summary list tree 'show 1' failed trace otlp compdb flame dot html scrub shell "diff $GOLDEN/build.jsonl"; do
		for file in text headless empty; do
			# shellcheck disable=SC2086 # words
			run -1 --separate-stderr "$PROCREPORT" $name "$file"
			[[ -z $output && ${stderr##*$'\n'} == "procreport: there is no log in $file" ]] ||
				fail "$name $file: $output $stderr"
			# shellcheck disable=SC2086 # words
			run -1 --separate-stderr "$PROCREPORT" $name - <"$file"
			[ -z "$output" ] || fail "$name - <$file: $output"
		done
	done
	for name in html scrub compdb; do
		run -1 "$PROCREPORT" "$name" text empty -o kept
		[[ $output == *'procreport: there is no log in these files' && ! -e kept ]] || fail "$name: $output"
	done
	run -1 "$PROCREPORT" intoto empty
	run -1 "$PROCREPORT" sql -o kept empty
	[ ! -e kept ]
}

@test "verify: the golden logs keep every rule and are complete" {
	check_log "$GOLDEN"/*.jsonl
	run -0 "$PROCREPORT" verify "$GOLDEN"/*.jsonl
	logs=("$GOLDEN"/*.jsonl)
	[ "${#lines[@]}" -eq "${#logs[@]}" ]
}

@test "verify: a log as it is recorded now is complete, with every option" {
	for options in '' --env=once --env=none --threads --failed --failed=brief; do
		# shellcheck disable=SC2086 # words
		audit $options sh -c './none; /bin/true "$(printf "\377")"; (exit 3) & wait; :' 2>/dev/null
		run -0 "$PROCREPORT" verify "$LOG"
		[[ $output == *"log.jsonl: complete: "* ]] || fail "$options: $output"
	done
}

@test "verify: files, standard input and compressed files are the same" {
	zstd -q "$GOLDEN/build.jsonl" -o packed.zst
	expected=$("$PROCREPORT" verify "$GOLDEN/build.jsonl" | sed 's/.*jsonl//')
	equal "$("$PROCREPORT" verify packed.zst)" "packed.zst$expected"
	equal "$("$PROCREPORT" verify - <"$GOLDEN/build.jsonl")" "-$expected"
	equal "$(zstd -dc packed.zst | "$PROCREPORT" verify -)" "-$expected"
	equal "$("$PROCREPORT" verify - <packed.zst)" "-$expected"
}

@test "verify: a file that was appended to holds several logs" {
	cat "$GOLDEN"/build.jsonl "$GOLDEN"/odd.jsonl >both.jsonl
	run -0 "$PROCREPORT" verify both.jsonl
	[ "${#lines[@]}" -eq 2 ]
	# One without its trailer.
	{ sed '$d' "$GOLDEN"/build.jsonl; cat "$GOLDEN"/odd.jsonl; } >both.jsonl
	run -4 "$PROCREPORT" verify both.jsonl
	grep -q ': truncated: ' <<<"${lines[1]}"
	grep -q ': complete: ' <<<"${lines[2]}"
}

@test "verify: each kind of finding has its exit status" {
	cp "$GOLDEN/build.jsonl" "$LOG"
	edited truncated 4 '$d'
	edited truncated 4 '$s/}$/&&/;$!b;$d'
	edited damaged 5 7d
	edited damaged 5 '7p'
	edited damaged 5 '7s/"pid"/"pod"/'
	edited damaged 5 '7s/$/x/'
	edited damaged 5 1d
	edited damaged 5 's/"env_id":1\([,}]\)/"env_id":77\1/'
	edited damaged 5 '$s/"exit_code":2/"exit_code":1/'
	edited damaged 5 '$s/"exec":\([0-9]*\)/"exec":1\1/'
	edited damaged 5 '$s/"bytes":/&1/'
	edited unknown 6 's/"kind":/"kinx":/'
	edited unknown 6 's/"kind":"vfork"/"kind":"spoon"/'
	edited truncated 4 '1s/"part":1/"part":2/'
	run -4 "$PROCREPORT" verify /dev/null
	[[ $output == *'no log in /dev/null' ]]
	# The worst of several, and nothing said.
	run -5 "$PROCREPORT" verify -q "$LOG" edited.jsonl <(sed 7d "$LOG")
	[ -z "$output" ]
}

@test "verify: what the recorder says is missing is incomplete" {
	audit --linger=0 sh -c 'sleep 60 & echo $! >pid'
	run -3 "$PROCREPORT" verify "$LOG"
	kill "$(cat pid)"
	grep -q ': incomplete: process 2 (pid [0-9]*) was let go alive: linger' <<<"$output"
	grep -q 'log.jsonl: incomplete: ' <<<"$output"
}

@test "verify: a log that is cut off tells how far it goes" {
	head -c 9000 "$GOLDEN/build.jsonl" >cut.jsonl
	run -4 "$PROCREPORT" verify cut.jsonl
	grep -q '^cut.jsonl:[0-9]*: truncated: the line has no end\|^cut.jsonl:[0-9]*: truncated: not JSON' <<<"$output"
	grep -q 'truncated: the log ends here without a trailer, after [0-9]* records' <<<"$output"
}

@test "verify: parts of a log are one, in whatever order they are named" {
	export BIG
	BIG=$(head -c 3000 /dev/zero | tr '\0' x)
	"$PROCAUDIT" --env=once --rotate 64K -o "$LOG" sh -c 'for i in $(seq 40); do /bin/true "$BIG" $i; done'
	parts=(log.jsonl*)
	[ "${#parts[@]}" -gt 2 ] || fail "too few parts: ${parts[*]}"
	run -0 "$PROCREPORT" verify "${parts[@]}"
	[ "${#lines[@]}" -eq 1 ]
	run -0 "$PROCREPORT" verify "${parts[1]}" "${parts[0]}" "${parts[@]:2}"
	[[ $output == *': complete: '* ]]
	first=$(grep -l '"part":1,' log.jsonl*)
	second=$(grep -l '"part":2,' log.jsonl*)
	run -4 "$PROCREPORT" verify "$first"
	grep -q 'ends here without a trailer' <<<"$output"
	mv "$first" first
	run -4 "$PROCREPORT" verify log.jsonl*
	equal "$(grep -c ' truncated: ' <<<"$output")" 2
	grep -q 'this is part 2, and those before it are missing' <<<"$output"
	# As --keep leaves it.
	equal "$("$PROCREPORT" summary log.jsonl* | head -n1 | sed 's/^[^,]*//')" ', complete from part 2 on'
	equal "$("$PROCREPORT" summary --json log.jsonl* | jq -c '.logs[0] | [.complete, .first_part]')" '[false,2]'
	mv first "$first"
	rm "$second"
	equal "$("$PROCREPORT" summary log.jsonl* | head -n1 | sed 's/^[^,]*//')" ', complete from part 3 on'
	run "$PROCREPORT" verify log.jsonl*
	[[ $status -eq 4 || $status -eq 5 ]]
	grep -q 'this is part 3, behind part 1' <<<"$output"
}

@test "verify: --json holds the same findings" {
	sed 7d "$GOLDEN/build.jsonl" >cut.jsonl
	run -5 "$PROCREPORT" verify cut.jsonl
	expected=$(sed -n 's/^cut.jsonl:\([0-9]*\): \([a-z]*\): \(.*\)/\1 \2 \3/p' <<<"$output")
	run -5 "$PROCREPORT" verify --json cut.jsonl
	equal "$(jq -r '.findings[] | "\(.line) \(.finding) \(.text)"' <<<"$output")" "$expected"
	equal "$(jq -c '[.logs, .complete]' <<<"$output")" '[1,false]'
	equal "$("$PROCREPORT" verify --json "$GOLDEN/build.jsonl" | jq -c .)" '{"findings":[],"logs":1,"complete":true}'
}

# --- The model --------------------------------------------------------------------

# What is printed of a golden log, compared with what is kept beside it. With
# UPDATE_GOLDEN=1 it is written there.
golden() {
	local name=$1

	shift
	(cd "$GOLDEN" && "$PROCREPORT" "$@") >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/$name"
	diff "$GOLDEN/$name" got
}

# A log of the size of a small build: forks, execs in a row, failures, kills.
audit_much() {
	# shellcheck disable=SC2016 # the command's own
	audit --failed --env=once sh -c '
		for i in 1 2 3 4 5; do /bin/true "$i" "a b" "$(printf "\377\n")"; done
		(cd / && MARK=x sh -c "exec /bin/true under-root") & wait
		sh -c "./no-such-thing; kill -9 \$\$"; (exit 3); nosuchcommand
		/bin/false; exec /bin/true last' 2>/dev/null
}

@test "summary: as kept" {
	golden build.summary summary build.jsonl
	golden odd.summary summary --utc --top=2 odd.jsonl build.jsonl
}

@test "summary: peak memory is of who used it, not of those that waited for it" {
	peak() { # FILTER-OF-EXIT-RECORDS
		jq -c "if .event == \"exit\" then .maxrss_kb = ($1) else . end" "$GOLDEN/build.jsonl" >edited.jsonl
		"$PROCREPORT" summary --json edited.jsonl | jq -c '[.peak_memory_kb, .peak_memory_log, .peak_memory_proc]'
	}
	log() { jq -r "$1" "$GOLDEN/build.jsonl"; }
	family=$(log 'select(.event == "fork" and .proc == 1) | .child' | head -n 1)
	below=$(log "select(.event == \"fork\" and .proc == $family) | .child" | head -n 2 | paste -sd ' ')
	read -r one other <<<"$below"
	equal "$(peak "{\"1\": 9000, \"$family\": 9000, \"$one\": 9000}[\"\\(.proc)\"] // 100")" "[9000,1,$one]"
	equal "$(peak "{\"1\": 9000, \"$family\": 9000, \"$one\": 8000}[\"\\(.proc)\"] // 100")" "[9000,1,$family]"
	# Those that began as copies have what their creator had.
	equal "$(peak "{\"1\": 9000, \"$family\": 9000, \"$one\": 9000, \"$other\": 9000}[\"\\(.proc)\"] // 100")" \
		"[9000,1,$family]"
}

@test "summary: the totals are the sums of the log" {
	audit_much
	"$PROCREPORT" summary --json "$LOG" >summary.json
	equal "$(jq -c '[.execs, .execs_failed, .processes, .processes_failed, .path_misses]' summary.json)" \
		"$(log -s '[(map(select(.success)) | length), (map(select(.success == false)) | length),
			(map(select(.event == "exit")) | length),
			(map(select(.event == "exit" and .exit_code != 0)) | length),
			(map(select(.success == false and .errno == "ENOENT")) | length)]')"
	equal "$(jq '.cpu * 1e6 | round' summary.json)" "$(log -s 'map(.cpu_us // 0) | add')"
	equal "$(jq '.wall * 1e6 | round' summary.json)" "$(log -s 'last.mono_us')"
	equal "$("$PROCREPORT" summary --json --top=1000 "$LOG" | jq '[.programs[].count] | add')" \
		"$(jq .execs summary.json)"
	# The critical path fills the life of the first process, without a hole.
	jq -e '.logs[0].critical_path | length > 3 and all(range(1; length) as $i
		| .[$i].from >= .[$i - 1].to; .)' summary.json
	equal "$(jq '.logs[0].critical_path | last.to * 1e6 | round' summary.json)" \
		"$(log 'select(.event == "exit" and .proc == 1) | .mono_us')"
}

@test "list: as kept" {
	golden build.list list build.jsonl
	golden build.list-json list --json --program='*cc*' build.jsonl
	golden odd.list list odd.jsonl
}

@test "verify: as kept" {
	golden both.verify verify odd.jsonl build.jsonl
	# What is found in a damaged log, in words.
	sed '3s/"pid"/"pod"/; 9d; 20s/"proc":[0-9]*/"proc":99/; $d' "$GOLDEN/build.jsonl" >damaged.jsonl
	run -5 "$PROCREPORT" verify damaged.jsonl
	[ -z "${UPDATE_GOLDEN-}" ] || echo "$output" >"$GOLDEN/damaged.verify"
	diff "$GOLDEN/damaged.verify" <(echo "$output")
	run -5 "$PROCREPORT" verify --json damaged.jsonl
	[ -z "${UPDATE_GOLDEN-}" ] || echo "$output" >"$GOLDEN/damaged.verify-json"
	diff "$GOLDEN/damaged.verify-json" <(echo "$output")
}

@test "list: without a filter it is the exec records, as lines, as NUL bytes, as JSON" {
	audit_much
	"$PROCREPORT" list "$LOG" >lines
	equal "$(wc -l <lines)" "$(log 'select(.event == "exec")' | wc -l)"
	# Read by a shell, the words are the bytes.
	while IFS= read -r line; do
		eval "set -- $line"
		printf '%s\0' "$@"
		printf '\0'
	done <lines >words
	"$PROCREPORT" list -0 "$LOG" >null
	cmp words null
	equal "$("$PROCREPORT" list --json "$LOG" | jq -c '[.seq, .proc, .success, .argv, .argv_b64, .cwd, .exe]')" \
		"$(log 'select(.event == "exec") | [.seq, .proc, .success, .argv, .argv_b64, .cwd, .exe]')"
	"$PROCREPORT" list - <"$LOG" | cmp - lines
}

# The seq of what a filter lets pass, and of what jq finds.
filtered() {
	local expected=$1

	shift
	expected=$(log "select(.event == \"exec\") | select($expected) | .seq")
	[ -n "$expected" ] || fail "nothing to find by $*"
	equal "$("$PROCREPORT" list --json "$@" "$LOG" | jq .seq)" "$expected"
}

@test "list: filters, and filters together" {
	audit_much
	filtered '(.exe // .path) | endswith("/true")' --program=true
	filtered '(.exe // .path) | endswith("/true")' --program="$(readlink -f /bin/true)"
	filtered '.argv | join(" ") | test("true [24]")' --match='true [24]'
	filtered '.cwd == "/"' --cwd=/ --match='under-root$' --program='[td]*'
	filtered '.cwd == env.PWD' --cwd="$PWD/"
	pid=$(log 'select(.event == "exec" and .argv[-1] == "under-root") | .pid' | head -n 1)
	filtered ".pid == $pid" --pid="$pid"
	filtered '.path == "./no-such-thing"' --failed --program=no-such-thing
	filtered '.argv[0] == "/bin/false"' --failed --program=false
	middle=$(log -s 'map(select(.event == "exec") | .mono_us) | .[length / 2 | floor]')
	filtered ".mono_us >= $middle" --since="+$(printf '%d.%06d' $((middle / 1000000)) $((middle % 1000000)))"
	filtered ".mono_us <= $middle" --until="+$(printf '%d.%06d' $((middle / 1000000)) $((middle % 1000000)))"
	filtered '.seq >= 0' --since='2020-01-01 00:00' --until='2200-01-01Z' --utc
	filtered '.argv[-1] == "under-root"' --env='MARK=[xyz]' --program=true
	filtered '.argv | join(" ") | test("^(sh -c exec )?/bin/true under-root")' --env=MARK
	proc=$(log 'select(.event == "exec" and .argv[-1] == "under-root") | .proc' | head -n 1)
	filtered ".proc == $proc" --under="$proc"
	filtered '.seq >= 0' --under=1
	[ -z "$("$PROCREPORT" list --env=MARK=y "$LOG")" ]
	[ -z "$("$PROCREPORT" list --until=2020-01-01 "$LOG")" ]
}

@test "list: a program is found by the name of a link to it, too" {
	ln -s "$(readlink -f /bin/true)" alias
	audit sh -c './alias 1; /bin/true 2; exec ./alias 3'
	equal "$("$PROCREPORT" list --program=alias "$LOG")" $'./alias 1\n./alias 3'
	equal "$("$PROCREPORT" list --program=true "$LOG")" $'./alias 1\n/bin/true 2\n./alias 3'
}

@test "list: filters that are wrong are refused" {
	for args in '--match=(' --since=yesterday --until=+x --pid=0 --pid=x; do
		run -2 "$PROCREPORT" list "$args" "$GOLDEN/build.jsonl"
	done
	for id in 0 99999 2:1 1.9 x @999999; do
		run -1 --separate-stderr "$PROCREPORT" list --under="$id" "$GOLDEN/build.jsonl"
		[[ $stderr == "procreport: '$id': "* ]]
	done
}

@test "tree: what ran before the first part that is there is not called a fork" {
	head -n 1 "$GOLDEN/build.jsonl" | sed 's/"part":1/"part":13/' >later.jsonl
	sed '1,29d' "$GOLDEN/build.jsonl" >>later.jsonl
	"$PROCREPORT" tree later.jsonl >got
	equal "$(grep -c '(before part 13)$' got) $(grep -c '(fork)$' got || :)" '2 0'
	sed '1s/"part":13/"part":1/' later.jsonl >first.jsonl
	"$PROCREPORT" tree first.jsonl | sed 's/(fork)$/(before part 13)/' | diff - got
}

@test "tree: as kept" {
	golden build.tree tree build.jsonl
	golden build.tree-failed tree --failed build.jsonl
	golden both.tree tree --no-fold --depth=1 odd.jsonl build.jsonl
}

@test "tree: every process is there once, at its depth, below its parent" {
	audit_much
	"$PROCREPORT" tree --no-fold --json "$LOG" >tree.json
	equal "$(jq .proc tree.json | sort -n)" "$(log 'select(.event == "exit") | .proc' | sort -n)"
	equal "$(jq -c 'select(.parent) | [.proc, .parent]' tree.json | sort)" \
		"$(log 'select(.event == "fork") | [.child, .proc]' | sort)"
	jq -se '. as $all | INDEX(.proc) as $at | all(.[]; .depth == (if .parent then $at[.parent | tostring].depth + 1 else 0 end))' tree.json
	# Folded they are as many.
	equal "$("$PROCREPORT" tree --json "$LOG" | jq -s 'map(select(.depth <= 1).count) | add')" \
		"$(jq -s 'map(select(.depth <= 1)) | length' tree.json)"
}

@test "tree: siblings are folded that are alike in all, and no others" {
	audit sh -c 'for i in 1 2 3; do /bin/true a; /bin/true b; /bin/false a; sh -c "/bin/true $((i / 3)); :"; done; :'
	"$PROCREPORT" tree "$LOG" | sed 's/.*[0-9]  //; s/^ *//' | tail -n +3 >got
	printf '%s\n' '3 x /bin/true a' '3 x /bin/true b' '3 x /bin/false a' \
		"2 x sh -c '/bin/true 0; :'" '/bin/true 0' "sh -c '/bin/true 1; :'" '/bin/true 1' >expected
	diff expected got
}

@test "tree: --from, --match and --failed choose; what is above them stays" {
	audit sh -c 'sh -c "/bin/true one; /bin/false two; :"; /bin/true three'
	"$PROCREPORT" tree --match='^/bin/true (one|three)$' "$LOG" >out
	equal "$(wc -l <out)" 5
	grep -q '  /bin/true one$' out
	run ! grep -q '  /bin/false two$' out
	equal "$("$PROCREPORT" tree --failed --json "$LOG" | jq -c '[.depth, .exit_code]')" $'[0,0]\n[1,0]\n[2,1]'
	proc=$(log 'select(.event == "exec" and .argv[-1] == "/bin/true one; /bin/false two; :") | .proc')
	equal "$("$PROCREPORT" tree --json --from="$proc" "$LOG" | jq -c '[.depth, .execs[-1].argv[-1]]')" \
		'[0,"/bin/true one; /bin/false two; :"]'$'\n[1,"one"]\n[1,"two"]'
}

# What procreport prints on a terminal of $1 columns.
on_terminal() { # COLUMNS ARG...
	/usr/bin/python3 - "$1" "$PROCREPORT" "${@:2}" <<-'END'
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, int(sys.argv[1]), 0, 0))
		    os.environ.pop("NO_COLOR", None)
		    os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
		    os.execv(sys.argv[2], sys.argv[2:])
		data = b""
		while True:
		    try:
		        piece = os.read(fd, 65536)
		    except OSError:
		        break
		    if not piece:
		        break
		    data += piece
		sys.stdout.buffer.write(data.replace(b"\r\n", b"\n"))
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
}

# The columns of the longest line of a file.
widest() {
	LC_ALL=C.UTF-8 wc -L <"$1"
}

@test "tree, summary, failed, diff: columns fit the terminal" {
	on_terminal 70 tree --color=never "$GOLDEN/build.jsonl" >out
	equal "$(widest out)" 70
	grep -q '…$' out
	# Of a path the end tells more than the beginning.
	cp "$GOLDEN"/{build,rebuild}.jsonl .
	on_terminal 72 summary build.jsonl >out
	grep -Eq '^ +1.{22}  …[^ ]*/12/collect2$' out
	equal "$(widest out)" 72
	equal "$(grep -o '|.*|' out | LC_ALL=C.UTF-8 wc -L)" 32
	on_terminal 60 failed --misses build.jsonl >out
	[ "$(widest out)" -le 60 ]
	on_terminal 70 diff --color=never build.jsonl rebuild.jsonl >out
	[ "$(widest out)" -le 70 ]
}

@test "show: as kept, from a file, a pipe, and a compressed file" {
	golden odd.show show --utc 2.2 odd.jsonl
	golden build.show show --utc 17 build.jsonl
	"$PROCREPORT" show --utc 17 - <"$GOLDEN/build.jsonl" | diff "$GOLDEN/build.show" -
	"$PROCREPORT" show --utc 17 <(cat "$GOLDEN/build.jsonl") | diff "$GOLDEN/build.show" -
	zstd -q "$GOLDEN/build.jsonl" -o packed.zst
	"$PROCREPORT" show --utc 17 packed.zst | diff "$GOLDEN/build.show" -
}

@test "show: what the environment has changed" {
	audit env -i A=1 B=2 C=3 D=4 /bin/sh -c 'env -i D=4 B=2 A="$(printf "\377")" NEW= /bin/true last'
	id=$(log 'select(.event == "exec" and .argv[-1] == "last") | .proc' | tail -n 1)
	"$PROCREPORT" show "$id" "$LOG" >out
	equal "$(sed -n '/^environment/,/^$/p' out | grep -v '^$')" "environment, against that of $id.1
  - A=1
  + \$'A=\\377'
  - C=3
  + NEW=
  - PWD=$PWD
  in another order"
	equal "$("$PROCREPORT" show --json "$id" "$LOG" | jq -c '[.env, .env_b64, .env_reordered, (.env_changes | length)]')" \
		"$(log 'select(.event == "exec" and .argv == ["/bin/true", "last"]) | [.env, .env_b64, true, 4]')"
}

# What the program receives that the script of an exec runs, is what it was.
runs_again() {
	"$PROCREPORT" show --sh "$1" "$LOG" >script
	LC_ALL=C run ! grep -q $'[\001-\010\013-\037\177-\377]' script
	"$PROCAUDIT" -o again.jsonl bash ./script >/dev/null || :
	equal "$(jq -c 'select(.event == "exec") | [.argv, .argv_b64, .env, .env_b64, .cwd, .cwd_b64, .exe]' again.jsonl | tail -n 1)" \
		"$(log "select(.event == \"exec\" and .seq == ${1#@}) | [.argv, .argv_b64, .env, .env_b64, .cwd, .cwd_b64, .exe]")"
}

@test "show --sh: the script runs it again, to the byte" {
	mkdir "$(printf 'a\n\377 dir')" -- -n
	printf '#!/bin/sh -e\ntrue\n' >script.sh
	chmod +x script.sh
	# shellcheck disable=SC2016 # the command's own
	audit bash -c '
		(cd a* && env -i "$(printf "x y=\001\377\n")" "-n=--" "A==" "B=$(printf "\047\134\042")" /bin/true \
			"" -n -- "a b" "$(printf "\047")" "\$(id)" "$(printf "\n\t\177\302\233\377")" "*")
		(cd ./-n && exec -a "-a name" /bin/echo last)
		./script.sh one; exec -a "" /bin/true; :'
	[ "$(log 'select(.event == "exec")' | wc -l)" -ge 6 ]
	for seq in $(log 'select(.event == "exec" and (.argv[0] != "bash") and .argv[0] != "env") | .seq'); do
		runs_again "@$seq"
	done
}

@test "show --sh: what no script can do is refused" {
	audit /usr/bin/python3 -c '
import os
def run(env):
    if os.fork() == 0:
        os.execve("/bin/true", ["true"], env)
    os.wait()
run({"PERL5OPT": "-w"})
'
	run -1 --separate-stderr "$PROCREPORT" show --sh 2 "$LOG"
	[[ -z $output && $stderr == *'no script runs this again: its environment has a variable that perl'* ]]
	for entries in '["A=1", "B=1", "A=2"]' '["no-value"]' '["=x=y"]'; do
		jq -c "if .event == \"exec\" then .env = $entries else . end" "$LOG" >odd.jsonl
		run -1 --separate-stderr "$PROCREPORT" show --sh 1 odd.jsonl
		[[ -z $output && $stderr == *'which env(1) cannot pass on'* ]]
	done
	audit --env=none true
	run -1 --separate-stderr "$PROCREPORT" show --sh 1 "$LOG"
	[[ -z $output && $stderr == *'its environment is not in the log'* ]]
	run -1 "$PROCREPORT" show --sh @2 "$GOLDEN/build.jsonl"
	run -1 "$PROCREPORT" show --sh 3 "$GOLDEN/odd.jsonl"
	run -2 "$PROCREPORT" show 1
}

@test "failed: as kept" {
	golden build.failed failed build.jsonl
	golden build.failed-misses failed --misses build.jsonl
	golden odd.failed failed odd.jsonl
}

@test "failed: the first failure that the end depends on is named, others are not" {
	# The first of them does not matter, nor does what runs on.
	audit --failed bash -c '/bin/false; sh -c "sh -c \"exit 5\" || exit 4" || exit 3' || equal "$?" 3
	equal "$("$PROCREPORT" failed --json "$LOG" | jq -c '[.causes[].exit_code], [.processes[].exit_code]')" \
		'[5]'$'\n''[3,1,4,5]'
	audit bash -c '/bin/false; :'
	equal "$("$PROCREPORT" failed --json "$LOG" | jq -c '[.causes[].exit_code], [.processes[].exit_code]')" \
		'[]'$'\n''[1]'
}

@test "failed: the first of those that fail while others are waited for is named" {
	audit bash -c 'mkfifo gate && exec 5<>gate
		sh -c "read -r go <&5; exit 4" & second=$!
		sh -c "exit 3" & first=$!
		wait $first; echo >&5; wait $second; exit 2' || equal "$?" 2
	equal "$("$PROCREPORT" failed --json "$LOG" | jq -c '[.causes[].exit_code], [.processes[].exit_code]')" \
		'[3]'$'\n''[2,4,3]'
}

@test "failed: who was killed has not failed for one that was not, nor what runs instead" {
	audit bash -c 'trap - TERM; /bin/false; kill -TERM $$' || equal "$?" 143
	equal "$("$PROCREPORT" failed --json "$LOG" | jq -c '[.causes[] | .proc, .signal], .processes[-1].exit_code')" \
		'[1,"SIGTERM"]'$'\n''1'
	audit bash -c 'trap - TERM; bash -c "kill -TERM \$\$"; kill -TERM $$' || equal "$?" 143
	equal "$("$PROCREPORT" failed --json "$LOG" | jq -c '[.causes[].proc]')" '[2]'
	audit bash -c '/bin/false; exec sh -c "exit 6"' || equal "$?" 6
	equal "$("$PROCREPORT" failed --json "$LOG" | jq -c '[.causes[] | .proc, .exit_code]')" '[1,6]'
}

@test "failed: of a log that is not complete more may have failed" {
	audit /bin/true
	run -0 --separate-stderr "$PROCREPORT" failed "$LOG"
	equal "$output" "no process ended badly"
	sed '$d' "$LOG" >cut.jsonl
	sed '$s/"complete":true/"complete":false/' "$LOG" >gap.jsonl
	run -0 --separate-stderr "$PROCREPORT" failed cut.jsonl
	equal "$output" $'no process ended badly\n\ncut.jsonl has no end: more may have failed'
	run -0 --separate-stderr "$PROCREPORT" failed gap.jsonl
	equal "$output" $'no process ended badly\n\ngap.jsonl is incomplete: more may have failed'
	equal "$(for log in "$LOG" cut.jsonl gap.jsonl; do "$PROCREPORT" failed --json "$log"; done | jq -c .complete)" \
		$'true\nfalse\nfalse'
	equal "$("$PROCREPORT" failed --json "$LOG" cut.jsonl | jq -c .complete)" false
}

@test "failed: execs by path and error, searches of PATH apart" {
	mkdir empty
	audit --failed env PATH="$PWD/empty:/none:/usr/bin:/bin" perl -e '
		for my $what (("/no/such/file") x 3, $ENV{PWD}, "true") {
			fork or exec($what) or exit;
			wait;
		}' 2>/dev/null
	"$PROCREPORT" failed --json "$LOG" >failed.json
	equal "$(jq -c '.execs[] | [.count, .errno, .path]' failed.json)" \
		"$(printf '[3,"ENOENT","/no/such/file"]\n[1,"EACCES","%s"]' "$PWD")"
	# No exec is lost.
	equal "$(jq '(.execs | map(.count) | add) + .path_misses' failed.json)" \
		"$(log -s 'map(select(.success == false)) | length')"
	equal "$("$PROCREPORT" failed --misses --json "$LOG" | jq '.execs | map(.count) | add')" \
		"$(log -s 'map(select(.success == false)) | length')"
}

@test "colours: as asked for" {
	audit sh -c 'exit 3' || equal "$?" 3
	"$PROCREPORT" tree "$LOG" >out
	run ! grep -q $'\033' out
	"$PROCREPORT" tree --color=always "$LOG" | grep -q $'\033'
	NO_COLOR=1 "$PROCREPORT" tree --color=always "$LOG" | grep -q $'\033'
}

@test "a log of processes that were attached to is read by all subcommands" {
	mkfifo gate
	exec 5<>gate
	sh -c 'read -r go <gate; /bin/true one; /bin/true two' &
	pid=$!
	await runs "$pid" sh
	"$PROCAUDIT" -o "$LOG" -p "$pid" &
	recorder=$!
	await grep -qs '"event":"attach"' "$LOG"
	echo go >&5
	await grep -qs '"two"' "$LOG"
	wait "$recorder" "$pid" || :
	exec 5>&-
	check_log "$LOG"
	for sub in verify summary 'summary --json' tree 'tree --json' list failed; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr "$PROCREPORT" $sub "$LOG"
		[ -z "$stderr" ] || fail "$sub: $stderr"
	done
	"$PROCREPORT" summary "$LOG" | grep -qx "attached to  $pid"
	# What ran already has a line, too, and can be shown.
	"$PROCREPORT" tree "$LOG" >out
	grep -q "^ *1 .*  (attached) sh -c 'read" out
	run ! grep -q "(fork" out
	equal "$("$PROCREPORT" show --json 1 "$LOG" | jq -c '[.attached, .image, .argv[:2], (.env | length > 0)]')" \
		'[true,0,["sh","-c"],true]'
	"$PROCREPORT" show 2 "$LOG" | grep -A1 -x ancestry | grep -q '^ *1 .* sh -c'
	equal "$("$PROCREPORT" list "$LOG" | wc -l)" 2
}

@test "a log of any year is read" {
	for year in 0001 0999 1969 2262 9999; do
		sed "s/\"ts\":\"2026-11-21T/\"ts\":\"$year-12-31T/" "$GOLDEN/build.jsonl" >then.jsonl
		for sub in summary 'summary --json' list tree 'show 17' failed trace verify; do
			# shellcheck disable=SC2086 # words
			"$PROCREPORT" $sub then.jsonl >out || fail "$year: $sub"
			[ -s out ]
		done
		# And written.
		"$PROCREPORT" scrub -o scrubbed.jsonl then.jsonl 2>said
		diff <(jq .ts then.jsonl) <(jq .ts scrubbed.jsonl)
		equal "$("$PROCREPORT" sql --json then.jsonl 'SELECT min(ts) AS ts FROM exec' | jq '.[0].ts')" \
			"$(jq 'select(.event == "exec").ts' then.jsonl | sort | head -n 1)"
		rm scrubbed.jsonl
	done
}

@test "--since and --until take any year" {
	"$PROCREPORT" list "$GOLDEN/build.jsonl" >all
	for args in '--since=0001-01-01 --until=9999-01-01' --until=2500-01-01; do
		# shellcheck disable=SC2086 # words
		"$PROCREPORT" list $args "$GOLDEN/build.jsonl" | diff all -
	done
	for args in --since=2262-01-01 --since=2500-01-01 --since=9999-01-01 --until=0001-01-01; do
		run -0 "$PROCREPORT" list "$args" "$GOLDEN/build.jsonl"
		equal "$args: $output" "$args: "
	done
	run -2 "$PROCREPORT" list '--since=2026-11-21 10:00:00.5e9' "$GOLDEN/build.jsonl"
}

@test "damaged lines are told with file and number, skipped, and the rest is read" {
	sed '7s/"pid"/"pod"/' "$GOLDEN/build.jsonl" >damaged.jsonl
	run -0 --separate-stderr "$PROCREPORT" list damaged.jsonl
	[[ $stderr == 'procreport: damaged.jsonl:7: '*'; skipped' ]]
	[ "${#lines[@]}" -ge 18 ]
}

@test "nothing of a log reaches a terminal as it stands there" {
	audit /bin/true "$(printf 'a\033]0;owned\007b\302\233c\342\200\256d')"
	for sub in summary list 'list --json' 'summary --json' tree 'tree --json' failed 'failed --json' 'show 1' 'show --json 1' 'show --sh 1'; do
		# shellcheck disable=SC2086 # words
		"$PROCREPORT" $sub "$LOG" >out
		LC_ALL=C run ! grep -q $'[\001-\010\013-\037\177]\|\302[\200-\237]' out
	done
	"$PROCREPORT" list "$LOG" >out
	run ! grep -qF $'\342\200\256' out
}

@test "what only a damaged log says reaches no terminal as it stands there, and takes no time" {
	head -n 1 "$GOLDEN/build.jsonl" >head.jsonl
	# A reason that nobody knows.
	{ cat head.jsonl && printf '%s\n' '{"v":1,"event":"gap","seq":1,"ts":"2026-11-21T20:26:36.000000000Z","mono_us":22,"reason":"\u001b[31mx"}'; } >reason.jsonl
	run "$PROCREPORT" verify reason.jsonl
	[[ $output == *': ?[31mx'* && $output != *$'\e'* ]] || fail "$output"
	# An error of a response file.
	jq -c 'if .success then .response_files = ["@x"] | .response_contents = [""] | .response_errors = ["\u001b[31m"] else . end' \
		"$GOLDEN/build.jsonl" >error.jsonl
	run -0 "$PROCREPORT" show 1 error.jsonl
	[[ $output == *'@x: '* && $output != *$'\e'* ]] || fail "$output"
	# Processes that lie wholly behind the end.
	{
		cat head.jsonl
		for seq in 1 2 3 4 5 6 7 8; do
			echo "{\"v\":1,\"event\":\"exit\",\"seq\":$seq,\"ts\":\"2026-11-21T20:26:36.000000000Z\",\"mono_us\":9007199254740000,\"pid\":$seq,\"proc\":$seq,\"exit_code\":0,\"duration_us\":5,\"cpu_us\":5,\"utime_us\":5,\"stime_us\":0,\"maxrss_kb\":1}"
		done
		echo '{"v":1,"event":"gap","seq":9,"ts":"2026-11-21T20:26:36.000000000Z","mono_us":22,"reason":"write-error"}'
	} >back.jsonl
	run -0 timeout 60 "$PROCREPORT" summary back.jsonl
}

@test "a fork is told by its own id, whatever failed before" {
	audit --failed=full perl -e 'if (!fork) { exec "/none/$_" for 1..3; exit 3 } wait; exit 0'
	id=$("$PROCREPORT" tree "$LOG" | sed -n 's/^ *\([0-9@]*\) .*(fork of perl).*/\1/p')
	equal "$("$PROCREPORT" tree --failed "$LOG" | sed -n 's/^ *\([0-9@]*\) .*(fork of perl).*/\1/p')" "$id"
}

@test "a number with a dot is of a program that ran" {
	audit --failed=full perl -e 'if (!fork) { exec "/none/$_" for 1..3; exit 3 } wait; exit 0'
	for id in 2. 2.x 2.1; do
		run -1 "$PROCREPORT" show "$id" "$LOG"
	done
	run -0 "$PROCREPORT" show 1.1 "$LOG"
}
