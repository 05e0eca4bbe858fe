# SPDX-License-Identifier: ISC
# Contract: what contrib/recipes says works, as far as it can be run here.

load lib/common
load helpers/await

RECIPES=$SRCROOT/contrib/recipes

teardown() {
	[ ! -v SERVER ] || { kill "$SERVER" && await gone "$SERVER"; }
}

# A log with an exec record of 2 MiB, and bytes that are not UTF-8.
record_long() {
	many() {
		yes "$1" | head -n "$2" | tr -d '\n'
	}
	(ulimit -s 8192 && audit "$@" env "A=$(many b 120000)" /bin/true $'\xff\x01\x7f\xc2\x85' \
		"$(many '"' 120000)" "$(many $'\x01' 120000)" "$(many $'\\' 120000)" \
		"$(many $'\xe2\x82\xac' 40000)" {1..7}"$(many c 120000)")
}

longest() {
	LC_ALL=C awk '{ if (length($0) > n) n = length($0) } END { print n }' "$LOG"
}

@test "rsyslog carries a record of 2 MiB whole" {
	record_long
	[ "$(longest)" -gt 2097152 ]
	mkdir spool in
	sed "s|/var/spool/rsyslog|$PWD/spool|; s|/var/log/procaudit-archive|$PWD/out|
		s|/var/log/procaudit/|$PWD/in/|" "$RECIPES/rsyslog.conf" >rsyslog.conf
	rsyslogd -N1 -f rsyslog.conf
	rsyslogd -n -f rsyslog.conf -i "$PWD/pid" >messages 2>&1 3>&- &
	SERVER=$!
	cp "$LOG" in/a.jsonl
	await cmp -s "$LOG" out.jsonl
	# And what is added to it.
	audit true
	cat "$LOG" >>in/a.jsonl
	await cmp -s in/a.jsonl out.jsonl
	check_log out.jsonl
}

@test "without the settings rsyslog would cut it" {
	record_long
	mkdir spool in
	sed "s|/var/spool/rsyslog|$PWD/spool|; s|/var/log/procaudit-archive|$PWD/out|
		s|/var/log/procaudit/|$PWD/in/|; s|maxMessageSize=\"64m\"||" \
		"$RECIPES/rsyslog.conf" >rsyslog.conf
	cp "$LOG" in/a.jsonl
	rsyslogd -n -f rsyslog.conf -i "$PWD/pid" >messages 2>&1 3>&- &
	SERVER=$!
	await grep -qs '"event":"trailer"' out.jsonl
	run ! check_log out.jsonl
	# Unless lines are short.
	kill "$SERVER" && await gone "$SERVER"
	rm out.jsonl in/a.jsonl spool/*
	record_long --max-line=rsyslog
	[ "$(longest)" -lt 8192 ]
	cp "$LOG" in/b.jsonl
	rsyslogd -n -f rsyslog.conf -i "$PWD/pid" >messages 2>&1 3>&- &
	SERVER=$!
	await cmp -s "$LOG" out.jsonl
	"$RECIPES/join.py" out.jsonl >joined.jsonl
	check_log joined.jsonl
}

# A server of our own, which listens in this directory alone.
start_postgres() {
	local bin run=()
	bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
	[ -x "$bin/initdb" ] || fail "PostgreSQL is not installed"
	if [ "$(id -u)" = 0 ]; then
		chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
		run=(runuser -u postgres --)
	fi
	mkdir -m 777 pg
	"${run[@]}" "$bin/initdb" -D pg/data -U postgres -A trust --no-sync -E UTF8 --locale=C >initdb.log
	"${run[@]}" "$bin/postgres" -D pg/data -k "$PWD/pg" -c listen_addresses= -F \
		>postgres.log 2>&1 3>&- &
	SERVER=$!
	export PGHOST=$PWD/pg PGUSER=postgres PGDATABASE=postgres PSQLRC=/dev/null
	await psql -qc '' 2>/dev/null
}

sql() {
	psql -v ON_ERROR_STOP=1 -qAtX "$@"
}

@test "PostgreSQL holds a log, and answers" {
	start_postgres
	audit --env=once env A=$'\xff' /bin/true $'\xff\x01\x7f\xc2\x85\n"\\' "$(seq 1 20000)" ''
	cp "$LOG" long.jsonl
	audit sh -c 'exit 3' || true
	cat "$LOG" >>long.jsonl
	sql -f "$RECIPES/postgresql.sql"
	sql -f "$RECIPES/postgresql-load.sql" <long.jsonl
	# Once more changes nothing.
	sql -f "$RECIPES/postgresql.sql"
	sql -f "$RECIPES/postgresql-load.sql" <long.jsonl
	equal "$(sql -c 'SELECT count(*), count(DISTINCT log_id) FROM procaudit')" \
		"$(wc -l <long.jsonl)|2"
	sql -c "SELECT to_json(argv) FROM procaudit_exec WHERE success ORDER BY ts" | jq -c . >got
	jq -c 'select(.success).argv' long.jsonl | diff - got >&2
	sql -c "SELECT to_json(env) FROM procaudit_exec ORDER BY ts LIMIT 1" | jq -c . >got
	jq -c 'select(.event == "env").env' long.jsonl | head -n 1 | diff - got >&2
	equal "$(sql -c 'SELECT exit_code FROM procaudit_exit ORDER BY ts')" "$(printf '0\n3')"
	# All that a record says is there.
	sql -c 'SELECT record FROM procaudit ORDER BY ts, log_id, seq' | jq -cS . >got
	jq -cS . long.jsonl | diff - got >&2
}

@test "the settings of others are what their parsers read" {
	/usr/bin/python3 - "$RECIPES" <<-'END'
		import pathlib, sys, tomllib, yaml

		recipes = pathlib.Path(sys.argv[1])
		read = {path.name: yaml.safe_load(path.read_text()) for path in recipes.glob("*.y*ml")}
		assert set(read) == {"fluent-bit.yaml", "filebeat.yml", "otel-collector.yaml",
		                     "github-actions.yml", "gitlab-ci.yml"}, set(read)
		size = 64 << 20
		assert read["fluent-bit.yaml"]["pipeline"]["inputs"][0]["buffer_max_size"] == "64M"
		assert read["filebeat.yml"]["filebeat.inputs"][0]["message_max_bytes"] == size
		otel = read["otel-collector.yaml"]
		assert otel["receivers"]["filelog/procaudit"]["max_log_size"] == "64MiB"
		assert otel["service"]["pipelines"]["logs/procaudit"]["receivers"] == ["filelog/procaudit"]
		steps = read["github-actions.yml"]["jobs"]["build"]["steps"]
		build = next(step for step in steps if step.get("name") == "Build")
		upload = next(step for step in steps if "upload" in step.get("uses", ""))
		assert upload["with"]["path"] == build["env"]["LOG"] and ".." not in upload["with"]["path"]
		assert read["gitlab-ci.yml"]["build"]["artifacts"]["paths"] == ["procaudit.jsonl"]
		vector = tomllib.loads((recipes / "vector.toml").read_text())
		assert vector["sources"]["procaudit"]["max_line_bytes"] == size
	END
}

@test "the commands of the CI recipes are procaudit's" {
	local line
	grep -hoE "procaudit (-u \"\\\$USER\" )?-A .* (make|\./configure)" "$RECIPES"/*.yml \
		"$RECIPES/Jenkinsfile" | sed 's/-u "$USER" //; s/make$/true/; s|\./configure$|true|' >commands
	[ "$(wc -l <commands)" -ge 5 ]
	while read -r line; do
		(export LOG && eval "\"\$PROCAUDIT\" ${line#procaudit }")
	done <commands
	check_log "$LOG"
	equal "$(log -s 'map(select(.event == "header")) | length')" "$(wc -l <commands)"
}

@test "README names every recipe" {
	diff <(cd "$RECIPES" && printf '%s\n' * | grep -vxE 'README.md|__pycache__' | sort) \
		<(grep '^|' "$RECIPES/README.md" | cut -d'|' -f2 | grep -o '`[^`]*`' | tr -d '`' | sort)
}
