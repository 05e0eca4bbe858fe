# SPDX-License-Identifier: ISC
# Contract: procreport sql makes a database of a log that loses nothing, and asks it.

# Scripts for the command are in single quotes; bats sets stderr.
# shellcheck disable=SC2016,SC2154

load lib/common
load helpers/await

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export LC_ALL=C TZ=UTC
}

# The query is the last argument, the log $LOG.
sql() {
	"$PROCREPORT" sql "${@:1:$#-1}" "$LOG" "${!#}"
}

# The literal displays of procreport(1) about sql, into 1, 2, 3 …; the first is the schema.
displays() {
	awk '
		/^\.S[sh] /    { here = $2 == "sql" }
		/^\.Ed/        { out = "" }
		out != ""      { print > out }
		/^\.Bd -literal/ && here { out = ++n }
	' "$SRCROOT/man/procreport.1"
}

audit_much() {
	# shellcheck disable=SC2016 # the command's own
	audit --failed "$@" sh -c '
		for i in 1 2 3; do /bin/true "$i" "a b" "$(printf "\377\n")" ""; done
		(cd / && MARK="$(printf "\376")" sh -c "exec /bin/true under-root") & wait
		env -i EMPTY= A=B=C /bin/true; env -i /bin/true none
		sh -c "./no-such-thing; kill -9 \$\$"; (exit 3); exec /bin/true last' 2>/dev/null
}

@test "the manual shows the tables as they are" {
	displays
	LOG=$GOLDEN/build.jsonl sql --json "SELECT sql FROM sqlite_schema
		WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY rowid" |
		jq -r '.[].sql + ";"' | diff 1 -
}

@test "the queries of the manual answer" {
	displays
	[ ! -e 9 ] || fail "a query is not tested"
	cp "$GOLDEN/build.jsonl" .
	procreport() {
		"$PROCREPORT" "$@"
	}
	for i in {2..8}; do
		# shellcheck disable=SC1090
		source "./$i" >"out.$i"
	done
	grep -qxP 'make\t1\t0\.068712' out.2
	equal "$(cut -f1 out.2 | sort)" \
		"$("$PROCREPORT" list --json build.jsonl | jq -r 'select(.success).exe | sub(".*/"; "")' | sort -u)"
	# The same command twice, somewhere.
	cat build.jsonl build.jsonl >twice.jsonl
	sed 's/build.jsonl/twice.jsonl/' 3 >3.twice
	# shellcheck disable=SC1091
	source ./3.twice >out.3
	equal "$(cut -f1 out.3 | sort -n | head -n 1)" 2
	equal "$(cut -f4 out.3 | sort)" "$(cd "$GOLDEN" && "$PROCREPORT" sql build.jsonl \
		'SELECT DISTINCT command FROM exec WHERE success' | sort)"
	grep -qP '^/usr/bin/ld [^\t]*\t/usr/lib/gcc/x86_64-linux-gnu/12/collect2 ' out.4
	equal "$(cut -f2 out.5)" "cc -o hello hello.o say.o"
	grep -qP '^MAKELEVEL\t1\t[0-9]+$' out.6
	equal "$(cat out.7 out.8)" ''
	# Nothing in this was attached to, or had a response file.
	printf ' -Wall\n-Werror ' >a.rsp
	audit --response-files true @a.rsp @none.rsp
	sed 's/build.jsonl/"$LOG"/' 8 >8.log
	# shellcheck disable=SC1091
	source ./8.log >out.8
	equal "$(cut -f2- out.8)" $'true @a.rsp @none.rsp\ta.rsp\t\ntrue @a.rsp @none.rsp\tnone.rsp\tENOENT'
}

@test "response files are there to the byte, and why they are not" {
	printf 'a\n\377 b' >x.rsp
	: >empty
	audit --response-files sh -c '/bin/true @x.rsp @none @empty; /bin/true @; /bin/true $(seq -f @%g 100)'
	sql --json 'SELECT idx, file, hex(content) AS hex, typeof(content) AS type, errno FROM response WHERE exec = 2' |
		jq -c '.[] | [.idx, .file, .hex, .type, .errno]' >got
	diff - got <<-'END'
		[0,"x.rsp","610AFF2062","blob",null]
		[1,"none","","null","ENOENT"]
		[2,"empty","","text",null]
	END
	jq -cs 'map(select(.event == "exec") | [(.response_files // [] | length), .response_files_error])' "$LOG" >expected
	equal "$(sql --json 'SELECT (SELECT count(*) FROM response WHERE exec = e.exec) AS n, response_error AS error
		FROM exec AS e ORDER BY exec' | jq -c 'map([.n, .error])')" "$(cat expected)"
	grep -q E2BIG expected
}

@test "every record of a log is in its tables" {
	for options in '' --env=once --env=none --max-line=2048; do
		# shellcheck disable=SC2086 # none or one
		audit_much $options
		equal "$(sql 'SELECT count(*), sum(success) FROM exec')" \
			"$(log -rs 'map(select(.event == "exec")) | "\(length)\t\(map(select(.success)) | length)"')"
		equal "$(sql 'SELECT count(*), max(end_us) FROM process WHERE exit_code IS NOT NULL OR signal IS NOT NULL')" \
			"$(log -rs 'map(select(.event == "exit")) | "\(length)\t\(map(.mono_us) | max)"')"
		equal "$(sql 'SELECT sum(cpu_us), max(maxrss_kb), sum(nvcsw) FROM process')" \
			"$(log -rs 'map(select(.event == "exit")) | "\(map(.cpu_us) | add)\t\(map(.maxrss_kb) | max)\t\(map(.nvcsw) | add)"')"
		equal "$(sql 'SELECT proc, parent, kind FROM process WHERE proc > 1 ORDER BY proc')" \
			"$(log -r 'select(.event == "fork") | "\(.child)\t\(.proc)\t\(.kind)"' | sort -n)"
		equal "$(sql 'SELECT complete, exit_code, end_us FROM log')" \
			"$(log -rs 'last | "1\t\(.exit_code)\t\(.mono_us)"')"
		sql 'SELECT command FROM exec ORDER BY exec' >commands
		"$PROCREPORT" list "$LOG" | diff - commands
		equal "$(sql --json 'SELECT seq, wall_us / 1e6 AS wall FROM exec' | jq -c '.[]')" \
			"$("$PROCREPORT" list --json "$LOG" | jq -c '{seq, wall}')"
	done
}

@test "arguments and environments are there to the byte, in order, with duplicates" {
	audit_much
	sql --json "SELECT exec.seq, value FROM exec JOIN argv USING (exec) ORDER BY exec, idx" |
		jq -c '.[] | [.seq, .value, .value_b64 // ""]' >got
	log 'select(.event == "exec") | . as $r | range(.argv | length)
		| [$r.seq, $r.argv[.], $r.argv_b64[.]? // ""]' | diff - got
	sql --json "SELECT seq, name, value, typeof(value) AS type FROM exec JOIN env USING (exec) ORDER BY exec, idx" |
		jq -c '.[] | select(.type == "text") | [.seq, .name + "=" + .value]' >got
	log 'select(.event == "exec") | . as $r | range(.env // [] | length)
		| select(($r.env_b64[.]? // "") == "") | [$r.seq, $r.env[.]]' | diff - got
	equal "$(sql "SELECT DISTINCT name, typeof(value), hex(value) FROM env WHERE name = 'MARK'")" \
		$'MARK\tblob\tFE'
	equal "$(sql "SELECT name, value FROM env WHERE name IN ('A', 'EMPTY') ORDER BY exec, idx")" $'EMPTY\t\nA\tB=C'
	# However it is recorded.
	sql 'SELECT exec.proc, idx, name, hex(value) FROM env JOIN exec USING (exec) WHERE program = "true"' | wc -l >full
	audit_much --env=once
	sql 'SELECT exec.proc, idx, name, hex(value) FROM env JOIN exec USING (exec) WHERE program = "true"' |
		wc -l | diff full -
	jq -c 'if .event == "exec" then .env = ["A=1", "A=2", "none", "=x=y", "A=1"] else . end' "$GOLDEN/odd.jsonl" >"$LOG"
	equal "$(sql --json 'SELECT idx, name, value FROM env WHERE exec = 2 ORDER BY idx' | jq -c '.[] | [.idx, .name, .value]' | tr '\n' ' ')" \
		'[0,"A","1"] [1,"A","2"] [2,"none",null] [3,"","x=y"] [4,"A","1"] '
	equal "$(sql 'SELECT count(*) FROM variable')" 4
	equal "$(sql 'SELECT count(DISTINCT environment), max(environment) FROM exec')" $'1\t1'
}

@test "gaps, detached processes, several logs and parts" {
	audit --linger=0 sh -c 'sleep 60 & echo $! >pid'
	kill "$(cat pid)"
	equal "$(sql 'SELECT proc, detached, end_us > 0, exit_code FROM process WHERE detached IS NOT NULL')" $'2\tlinger\t1\t'
	equal "$(sql 'SELECT complete FROM log')" 0
	jq -c 'if .event == "trailer" then {v, event: "gap", seq, ts, mono_us, reason: "write_error", count: 7, errno: "EIO"} else . end' \
		"$GOLDEN/build.jsonl" >"$LOG"
	equal "$(sql 'SELECT log, reason, count, errno FROM gap')" $'1\twrite_error\t7\tEIO'
	equal "$("$PROCREPORT" sql "$GOLDEN/odd.jsonl" "$LOG" 'SELECT log, count(*), max(complete) FROM exec JOIN log USING (log) GROUP BY log')" \
		"1"$'\t'"$(grep -c '"event":"exec"' "$GOLDEN/odd.jsonl")"$'\t1\n'"2"$'\t'"$(grep -c '"event":"exec"' "$LOG")"$'\t'
	export BIG
	BIG=$(head -c 3000 /dev/zero | tr '\0' x)
	rm "$LOG"
	"$PROCAUDIT" --env=once --rotate 64K -o "$LOG" sh -c 'for i in $(seq 40); do /bin/true "$BIG" $i; done'
	parts=(log.jsonl*)
	[ "${#parts[@]}" -gt 2 ] || fail "too few parts: ${parts[*]}"
	equal "$("$PROCREPORT" sql "${parts[@]}" 'SELECT count(*), count(DISTINCT proc), max(length(value)) FROM exec
		JOIN env USING (exec) WHERE name = "BIG" AND program = "true"')" $'40\t40\t3000'
	equal "$("$PROCREPORT" sql "${parts[@]}" 'SELECT log, complete FROM log')" $'1\t1'
}

@test "files, standard input and compressed files are the same" {
	query='SELECT * FROM exec JOIN process USING (log, proc)'
	"$PROCREPORT" sql "$GOLDEN/odd.jsonl" "$query" >expected
	zstd -q "$GOLDEN/odd.jsonl" -o packed.zst
	"$PROCREPORT" sql packed.zst "$query" | diff expected -
	"$PROCREPORT" sql - "$query" <"$GOLDEN/odd.jsonl" | diff expected -
}

@test "-o keeps the database, whole, private, and never in the place of another file" {
	cp "$GOLDEN/build.jsonl" "$LOG"
	umask 0
	run -0 "$PROCREPORT" sql "$LOG" -o audit.db
	[ -z "$output" ]
	equal "$(stat -c %a audit.db)" 600
	equal "$(ls -I "separate-stderr-*")" $'audit.db\nlog.jsonl'
	equal "$(sqlite3 audit.db 'PRAGMA integrity_check; SELECT count(*) FROM exec')" "ok"$'\n'"$(sql 'SELECT count(*) FROM exec')"
	equal "$(sqlite3 audit.db 'PRAGMA application_id; PRAGMA user_version')" $'1885435236\n1'
	cp audit.db before
	run -1 --separate-stderr "$PROCREPORT" sql "$LOG" -o audit.db
	equal "$stderr" 'procreport: audit.db exists already; remove it, or name another file'
	cmp before audit.db
	ln -s nowhere link
	run -1 "$PROCREPORT" sql "$LOG" -o link
	run -1 --separate-stderr "$PROCREPORT" sql "$LOG" -o no/such/dir.db
	equal "$stderr" 'procreport: cannot write no/such/dir.db: No such file or directory'
	# With a query, too; a wrong one keeps nothing.
	equal "$(sql -o both.db 'SELECT count(*) FROM exec')" "$(sql 'SELECT count(*) FROM exec')"
	[ -s both.db ]
	run -2 sql -o wrong.db 'SELECT nonsense'
	equal "$(ls -I "separate-stderr-*")" $'audit.db\nbefore\nboth.db\nlink\nlog.jsonl'
}

@test "what ends procreport in the middle leaves no database" {
	for signal in INT TERM HUP; do
		mkfifo fifo
		# Not in the background of a shell, which would ignore SIGINT.
		/usr/bin/python3 - "$PROCREPORT" "$signal" <<-'END'
			import os, signal, subprocess, sys
			process = subprocess.Popen([sys.argv[1], "sql", "fifo", "-o", "audit.db"],
			    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
			with open("fifo", "wb"):  # it reads now, and its file is there
			    assert any(name.startswith("audit.db.") for name in os.listdir()), os.listdir()
			    process.send_signal(getattr(signal, "SIG" + sys.argv[2]))
			    process.wait()
			assert process.returncode == -getattr(signal, "SIG" + sys.argv[2]), process.returncode
		END
		rm fifo
		equal "$(ls -I "separate-stderr-*")" ''
	done
	# Nor does a full disk.
	cp "$GOLDEN/build.jsonl" "$LOG"
	run -1 --separate-stderr bash -c 'ulimit -f 16; "$PROCREPORT" sql "$0" -o audit.db' "$LOG"
	[[ $stderr == 'procreport: cannot write the database: '* ]] || fail "$stderr"
	equal "$(ls -I "separate-stderr-*")" log.jsonl
}

@test "a query can only read" {
	cp "$GOLDEN/build.jsonl" "$LOG"
	for query in "WITH x AS (SELECT 1) DELETE FROM exec" "WITH x AS (SELECT 1) INSERT INTO gap(log) SELECT * FROM x" \
		"SELECT 1; DELETE FROM exec" "SELECT load_extension('x')" "SELECT 1; ATTACH 'other' AS other"; do
		run -2 --separate-stderr sql "$query"
		[[ -z $output && $stderr == 'procreport: the query: '* ]] || fail "$query: $output $stderr"
	done
	for query in "ATTACH 'other' AS x" "VACUUM INTO 'other'" "PRAGMA query_only = 0" "CREATE TABLE x (y)" "DROP TABLE exec"; do
		run -2 --separate-stderr sql "$query"
		[[ -z $output && $stderr == *'is to be a query'* ]] || fail "$query: $output $stderr"
	done
	run -2 sql "EXPLAIN ATTACH 'other' AS other"
	equal "$(ls -I "separate-stderr-*")" log.jsonl
	# Comments and blanks are none of it.
	equal "$(sql $'/* all */ -- of\n /* them */\t select(1)')" 1
	equal "$(sql $'VALUES (1); -- no more')" 1
}

@test "a wrong query is told of in one line, before anything is read" {
	run -2 --separate-stderr "$PROCREPORT" sql none.jsonl 'SELECT nonsense FROM exec'
	equal "$stderr" 'procreport: the query: no such column: nonsense'
	run -2 --separate-stderr "$PROCREPORT" sql none.jsonl $'SELECT 1 FROM exec WHERE \n\033[31m'
	[[ $(wc -l <<<"$stderr") -eq 1 && $stderr != *$'\033'* ]] || fail "$stderr"
	run -2 --separate-stderr "$PROCREPORT" sql "$GOLDEN/build.jsonl"
	[[ $stderr == *'the last argument is to be a query'* ]]
	run -2 --separate-stderr "$PROCREPORT" sql 'SELECT 1'
	[[ $stderr == *'no log given'* ]]
	# What only goes wrong while it runs is the query's fault, too.
	run -2 --separate-stderr "$PROCREPORT" sql "$GOLDEN/build.jsonl" "SELECT json('{') FROM exec"
	equal "$stderr" 'procreport: the query: malformed JSON'
}

@test "damaged lines are skipped; a file that cannot be read is a failure, with what there is" {
	sed '7s/"pid"/"pod"/' "$GOLDEN/build.jsonl" >"$LOG"
	run -0 --separate-stderr sql 'SELECT count(*) FROM log'
	[[ $output == 1 && $stderr == 'procreport: '*'log.jsonl:7: '*'; skipped' ]]
	run -1 --separate-stderr "$PROCREPORT" sql none.jsonl "$LOG" 'SELECT count(*) FROM log'
	[[ $output == 1 && $stderr == *'none.jsonl: No such file or directory'* ]]
	run -1 --separate-stderr bash -c '"$PROCREPORT" sql "$0" "SELECT 1" >/dev/full' "$LOG"
	[[ $stderr == *'cannot write to standard output'* ]]
}

@test "output: tabs in pipes, columns on a terminal, arrays of objects as JSON; never raw" {
	audit /bin/true "$(printf 'a\033]0;owned\007b\302\233c\342\200\256d')" "$(printf 't\tn\n\377')" 'plain $(x)'
	query="SELECT idx, value, NULL, 1.5 FROM argv WHERE idx > 0"
	for arguments in '' --json; do
		# shellcheck disable=SC2086 # none or one
		sql $arguments "$query" >out
		LC_ALL=C run ! grep -q $'[\001-\010\013-\037\177]\|\302[\200-\237]' out
	done
	sql "$query" >out
	equal "$(wc -l <out)" 3
	equal "$(tail -n 1 out)" $'3\tplain $(x)\t\t1.5'
	equal "$(sed -n 2p out)" $'2\t$\'t\\tn\\n\\377\'\t\t1.5'
	equal "$(sql --json "SELECT 1 AS a, NULL AS a, 2.5 AS b, x'00ff' AS c, 'x' AS \"q\"\"\"" | jq -c .)" \
		'[{"a":1,"a_2":null,"b":2.5,"c":"\u0000�","c_b64":"AP8=","q\"":"x"}]'
	equal "$(sql --json "SELECT 1 WHERE 0" | jq -c .)" '[]'
	/usr/bin/python3 - "$PROCREPORT" "$LOG" "$query" >out <<-'END'
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, 40, 0, 0))
		    os.execv(sys.argv[1], ["procreport", "sql", sys.argv[2], sys.argv[3]])
		data = b""
		while True:
		    try:
		        piece = os.read(fd, 65536)
		    except OSError:
		        break
		    if not piece:
		        break
		    data += piece
		assert os.waitpid(pid, 0)[1] == 0
		lines = data.decode().splitlines()
		assert lines[0].split() == ["idx", "value", "NULL", "1.5"], lines
		assert len(lines) == 4 and max(map(len, lines)) <= 40, lines
		assert lines[1].split()[1].endswith("\u2026"), lines
		# Numbers stand at the right, one below the other.
		assert len({line.rindex("1.5") for line in lines}) == 1, lines
	END
}

@test "a log of processes that were attached to tells what they ran" {
	mkfifo gate
	exec 5<>gate
	sh -c 'read -r go <gate; /bin/true one; /bin/true two' &
	pid=$!
	await runs "$pid" sh
	"$PROCAUDIT" -o "$LOG" -p "$pid" &
	recorder=$!
	await grep -qs '"event":"attach"' "$LOG"
	echo go >&5
	wait "$recorder" "$pid" || :
	exec 5>&-
	equal "$(sql 'SELECT pid, attached FROM process WHERE attached IS NOT NULL')" \
		"$pid"$'\t'"sh -c 'read -r go <gate; /bin/true one; /bin/true two'"
	equal "$(sql 'SELECT pids, command FROM log')" "$pid"$'\t'
	sql --json 'SELECT idx, name, value FROM attached_env ORDER BY idx' |
		jq -r '.[] | if .value then "\(.name)=\(.value)" else .name end' >got
	jq -r 'select(.event == "attach").env[]' "$LOG" | diff - got
	grep -q . got
	displays
	procreport() {
		"$PROCREPORT" "$@"
	}
	sed 's/build.jsonl/"$LOG"/' 7 >7.log
	# shellcheck disable=SC1091
	source ./7.log >out.7
	equal "$(cut -f1,3 out.7)" "$pid"$'\t'"$PATH"
	equal "$(sql 'SELECT command FROM exec')" $'/bin/true one\n/bin/true two'
}
