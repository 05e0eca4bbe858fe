# SPDX-License-Identifier: ISC
# Contract: what procreport otlp writes is OTLP/JSON, and says what the log says.

load lib/common
load helpers/await
load helpers/background

: "${PROCREPORT:?set by meson test}"

TRACE=0af7651916cd43dd8448eb211c80319c
PARENT=b7ad6b7169203331

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export GOLDEN LC_ALL=C TZ=UTC
	# Those of the job that runs the tests.
	unset TRACEPARENT TRACESTATE GITHUB_ACTIONS GITLAB_CI JENKINS_URL
}

check_otlp() {
	/usr/bin/python3 "$SRCROOT/tests/lib/otlpcheck.py" "$@"
}

# Forks, execs in a row, failures, kills, words of any bytes.
audit_much() {
	# shellcheck disable=SC2016 # the command's own
	audit --failed "$@" sh -c '
		for i in 1 2 3; do /bin/true "$i" "a b" "$(printf "\377\n;\042")" & done; wait
		(cd / && sh -c "exec /bin/true under-root") & wait
		cp /bin/true "$(printf "odd;\042\134 \n\377&lt;<b>\033name")"
		./odd*
		sh -c "./no-such-thing; kill -9 \$\$"; (exit 3); nosuchcommand
		/bin/false; exec /bin/true last' 2>/dev/null
}

# All spans of a file, one a line.
spans() {
	jq -c '.resourceSpans[].scopeSpans[].spans[]' "$@"
}

# The resource's attributes in the first request, as an object.
resource() {
	head -n 1 "$1" | jq -c '[.resourceSpans[0].resource.attributes[] | {(.key): .value[]}] | add'
}

@test "as kept, whatever way the log comes" {
	(cd "$GOLDEN" && "$PROCREPORT" otlp --args build.jsonl) >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/build.otlp"
	# The version is that of this tree.
	diff <(sed 's/"version":"[^"]*"/"version":""/' "$GOLDEN/build.otlp") <(sed 's/"version":"[^"]*"/"version":""/' got)
	zstd -qf "$GOLDEN/build.jsonl" -o packed.zst
	"$PROCREPORT" otlp --args packed.zst | diff got -
	"$PROCREPORT" otlp --args - <"$GOLDEN/build.jsonl" | diff got -
	equal "$("$PROCREPORT" otlp --args none.jsonl "$GOLDEN/build.jsonl" 2>errors || echo "$?")" "$(cat got)"$'\n'1
	equal "$(cat errors)" 'procreport: none.jsonl: No such file or directory'
	run -1 bash -c '"$PROCREPORT" otlp "$GOLDEN/build.jsonl" 2>&1 >/dev/full'
	grep -q 'cannot write to standard output' <<<"$output"
}

@test "protobuf's parser takes it, and each process of the logs is a span" {
	audit_much
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp spans.json "$LOG"
	"$PROCREPORT" otlp --args "$LOG" >spans.json
	check_otlp --args spans.json "$LOG"
	for log in "$GOLDEN"/*.jsonl; do
		"$PROCREPORT" otlp "$log" >spans.json
		check_otlp spans.json "$log"
	done
	"$PROCREPORT" otlp "$LOG" "$GOLDEN"/*.jsonl >spans.json
	check_otlp spans.json "$LOG" "$GOLDEN"/*.jsonl
}

@test "parts of a log are one trace, and what was attached to is a trace of its own" {
	TRACEPARENT=00-$TRACE-$PARENT-01 "$PROCAUDIT" --rotate=64K --env=once -o "$LOG" sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do /bin/true "$(printf "%9999d" 1)"; done'
	[ "$(echo "$LOG"*)" != "$LOG" ]
	"$PROCREPORT" otlp "$LOG"* >spans.json
	check_otlp spans.json
	equal "$(spans spans.json | jq -r .traceId | sort | uniq -c)" "     25 $TRACE"
	rm "$LOG"*
	mkfifo hold
	TRACEPARENT=00-$TRACE-$PARENT-01 sh -c 'read -r line <hold; /bin/true; exit 4' 3>&- &
	target=$!
	await runs "$target" sh
	start -p "$target"
	await grep -qs '"event":"attach"' "$LOG"
	echo >hold
	# Other processes of the machine may make it say that something may be missing.
	await gone "$PID"
	wait "$JOB" || :
	status=0
	wait "$target" || status=$?
	equal "$status" 4
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp spans.json "$LOG"
	equal "$(spans spans.json | jq -r .name | sort)" dash$'\n'true
}

@test "logs that end early, begin late, or are damaged give OTLP, too" {
	audit_much
	records=$(wc -l <"$LOG")
	for ((i = 2; i < records; i += 9)); do
		head -n "$i" "$LOG" >cut.jsonl
		"$PROCREPORT" otlp cut.jsonl >spans.json
		check_otlp spans.json cut.jsonl
		sed "2,${i}d" "$LOG" >cut.jsonl
		"$PROCREPORT" otlp cut.jsonl >spans.json
		check_otlp spans.json
		# Time that goes back, one that is not of this world, a number that no recorder
		# gives, an end that comes twice, a second log whose ids are these.
		sed -E "${i}s/\"mono_us\":[0-9]+/\"mono_us\":1/; $((i + 1))s/\"proc\":[0-9]+/\"proc\":9007199254740991/
			1s/\"ts\":\"[0-9]*/\"ts\":\"9999/; $((i + 2))s/\"mono_us\":[0-9]+/\"mono_us\":9007199254740991/" "$LOG" >odd.jsonl
		"$PROCREPORT" otlp odd.jsonl "$GOLDEN/build.jsonl" >spans.json 2>/dev/null
		check_otlp spans.json
	done
	head -n 1 "$LOG" | "$PROCREPORT" otlp - >spans.json
	[ ! -s spans.json ]
}

@test "arguments only with --args; a span names what failed, what ran before, and how it ended" {
	SECRET=shy run -3 audit --failed /bin/sh -c '/bin/true hidden-word; ./none hidden-word; exec /bin/sh -c "exit 3" hidden-word' 2>/dev/null
	"$PROCREPORT" otlp "$LOG" >spans.json
	run ! grep -q hidden-word spans.json
	"$PROCREPORT" otlp --args "$LOG" >with.json
	grep -q hidden-word with.json
	run ! grep -qE "SECRET|shy" with.json
	spans spans.json | jq -c 'select(.parentSpanId == null)' >root
	equal "$(jq -c .status root)" '{"message":"exit 3","code":2}'
	equal "$(jq -c '[.events[].name]' root)" '["procaudit.replaced"]'
	spans spans.json | jq -r '.events[] | select(.name == "procaudit.exec_failed").attributes[]
		| select(.key == "error.type").value.stringValue' >failed
	equal "$(cat failed)" ENOENT
}

@test "the trace is that of TRACEPARENT, where the command was given one" {
	for option in --env=full --env=once --failed; do
		TRACEPARENT=00-$TRACE-$PARENT-01 TRACESTATE='a=1,b=x y' audit_much "$option"
		"$PROCREPORT" otlp "$LOG" >spans.json
		check_otlp --parent=00-$TRACE-$PARENT-01 spans.json "$LOG"
		equal "$(spans spans.json | jq -r .traceState | sort -u)" 'a=1,b=x y'
		# Two recordings of one trace have spans of their own.
		spans spans.json | jq -r .spanId >>ids
	done
	equal "$(sort ids | uniq -d)" ''
	# A version to come, with more behind it; not sampled.
	TRACEPARENT=cc-$TRACE-$PARENT-00-more audit true
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp --parent=00-$TRACE-$PARENT-00 spans.json "$LOG"
	equal "$(spans spans.json | jq .flags)" 768
}

@test "a TRACEPARENT that is none is ignored: the trace is the log's own" {
	for bad in '' 00 "00-$TRACE-$PARENT" "00-$TRACE-$PARENT-01-more" "ff-$TRACE-$PARENT-01" \
		"00-${TRACE^^}-$PARENT-01" "00-00000000000000000000000000000000-$PARENT-01" \
		"00-$TRACE-0000000000000000-01" "00-$TRACE-${PARENT}0-01" "00-$TRACE-$PARENT-0x" " 00-$TRACE-$PARENT-01"; do
		TRACEPARENT=$bad audit true
		"$PROCREPORT" otlp "$LOG" >spans.json
		check_otlp spans.json "$LOG"
	done
	# Nor is that of a process below.
	audit env TRACEPARENT=00-$TRACE-$PARENT-01 true
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp spans.json "$LOG"
	TRACEPARENT=00-$TRACE-$PARENT-01 audit --env=none true
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp spans.json "$LOG"
}

@test "the resource says where it ran, and which job of GitHub, GitLab or Jenkins it was" {
	audit true
	"$PROCREPORT" otlp "$LOG" >spans.json
	equal "$(resource spans.json | jq -c 'keys')" '["host.arch","host.name","os.type","os.version","service.instance.id","service.name","service.version"]'
	equal "$(resource spans.json | jq -r '."host.name", ."service.instance.id", ."os.version"')" \
		"$(log -r 'select(.event == "header") | .host, .log_id, .kernel')"
	GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=a/b GITHUB_RUN_ID=7 \
		GITHUB_WORKFLOW='the build' GITHUB_JOB=one GITHUB_SHA=abc GITHUB_TOKEN=secret audit --env=once true
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp spans.json "$LOG"
	equal "$(resource spans.json | jq -c 'with_entries(select(.key | test("^(cicd|vcs)")))')" \
		'{"cicd.pipeline.name":"the build","cicd.pipeline.run.id":"7","cicd.pipeline.run.url.full":"https://github.com/a/b/actions/runs/7","cicd.pipeline.task.name":"one","vcs.provider.name":"github","vcs.repository.url.full":"https://github.com/a/b","vcs.ref.head.revision":"abc"}'
	GITLAB_CI=true CI_PIPELINE_ID=8 CI_JOB_URL=https://gitlab/job/9 CI_JOB_ID=9 audit true
	"$PROCREPORT" otlp "$LOG" >spans.json
	equal "$(resource spans.json | jq -c 'with_entries(select(.key | test("^(cicd|vcs)")))')" \
		'{"cicd.pipeline.run.id":"8","cicd.pipeline.task.run.id":"9","cicd.pipeline.task.run.url.full":"https://gitlab/job/9","vcs.provider.name":"gitlab"}'
	JENKINS_URL=https://j/ BUILD_URL=https://j/1 GIT_URL=https://user:word@host audit true
	"$PROCREPORT" otlp "$LOG" >spans.json
	equal "$(resource spans.json | jq -c 'with_entries(select(.key | test("^(cicd|vcs)")))')" \
		'{"cicd.pipeline.run.url.full":"https://j/1"}'
}

@test "a request has at most so many spans as --batch says" {
	audit_much
	"$PROCREPORT" otlp "$LOG" >whole.json
	equal "$(wc -l <whole.json)" 1
	for batch in 1 2 7; do
		"$PROCREPORT" otlp --batch=$batch "$LOG" >spans.json
		check_otlp --batch=$batch spans.json "$LOG"
		diff <(spans whole.json) <(spans spans.json)
		count=$(spans whole.json | wc -l)
		equal "$(wc -l <spans.json)" $(((count + batch - 1) / batch))
	done
	for bad in 0 -1 x ''; do
		run -2 --separate-stderr "$PROCREPORT" otlp --batch="$bad" "$LOG"
		# shellcheck disable=SC2154 # from run
		[[ $stderr == *"--batch: '$bad' is"* ]]
	done
}

@test "events without end are counted, not kept; memory is needed for living processes alone" {
	# shellcheck disable=SC2016 # the command's own
	audit --failed=brief bash -c 'for ((i = 0; i < 150; i++)); do exec ./none; done; :' 2>/dev/null || [ $? -eq 127 ]
	"$PROCREPORT" otlp "$LOG" >spans.json
	check_otlp spans.json
	head -n 1 "$GOLDEN/build.jsonl" >many.jsonl
	for ((i = 1; i < 400; i++)); do
		printf '{"v":1,"event":"exec","seq":%d,"ts":"2026-11-21T20:26:36.%09dZ","mono_us":%d,"pid":9,"proc":1,"success":false,"errno":"ENOENT","syscall":"execve","path":"none","argv":["none"],"cwd":"/","arch":"x86_64"}\n' \
			"$i" $((i * 1000)) $((i + 21))
	done >>many.jsonl
	"$PROCREPORT" otlp many.jsonl >spans.json
	check_otlp spans.json
	equal "$(spans spans.json | jq -c '[(.events | length), .droppedEventsCount]')" '[128,271]'
	/usr/bin/python3 "$SRCROOT/tests/bench/biglog.py" 2000 30000 >big.jsonl
	# The address sanitizer takes more for itself than there is.
	limit=45000
	[[ $(ldd "$PROCREPORT") != *libasan* ]] || limit=unlimited
	(ulimit -v "$limit" && "$PROCREPORT" otlp big.jsonl) >spans.json
	check_otlp spans.json big.jsonl
}
