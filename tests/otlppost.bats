# SPDX-License-Identifier: ISC
# Contract: procreport otlp --post brings all spans to a collector, or says which not.

# run sets stderr.
# shellcheck disable=SC2154

load lib/common
load helpers/await

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$SRCROOT/tests/golden/build.jsonl
	# No test waits; nor does a proxy stand between, or somebody's own collector.
	export LC_ALL=C PROCREPORT_BACKOFF=0 no_proxy=127.0.0.1
	unset OTEL_EXPORTER_OTLP_HEADERS
}

teardown() {
	[ -z "${COLLECTOR-}" ] || kill "$COLLECTOR"
}

# A collector at $URL that gives these answers.
collector() { # ANSWER...
	/usr/bin/python3 "$SRCROOT/tests/lib/collector.py" port requests "$@" 3>&- &
	COLLECTOR=$!
	await test -s port
	URL=http://127.0.0.1:$(cat port)
}

post() { # ARG...
	run --separate-stderr "$PROCREPORT" otlp "$@" "$LOG"
	equal "$output" ''
}

# The answers that were given, in a line.
answers() {
	jq -r '.answer' requests | tr '\n' ' '
}

@test "each request arrives as it would be printed, and nothing else is" {
	collector
	"$PROCREPORT" otlp --batch=3 "$LOG" >expected
	post --batch=3 --post="$URL"
	equal "$status $stderr" '0 '
	diff <(jq -r .body requests) expected
	equal "$(jq -r '"\(.path) \(.headers."content-type")"' requests | sort -u)" '/v1/traces application/json'
	/usr/bin/python3 "$SRCROOT/tests/lib/otlpcheck.py" --batch=3 <(jq -r .body requests) "$LOG"
	rm requests
	# A path is kept as it is; headers are those that exporters take.
	OTEL_EXPORTER_OTLP_HEADERS='api-key=a%20b%2C,X-Other=c=d' post --post="$URL/tenant/traces?x=1"
	equal "$status $stderr" '0 '
	equal "$(jq -c '[.path, .headers."api-key", .headers."x-other"]' requests)" '["/tenant/traces?x=1","a b,","c=d"]'
}

@test "a collector that is not ready is asked again, for the same" {
	collector 503 429@0 502 504 drop
	post --post="$URL"
	equal "$status $stderr" '0 '
	equal "$(answers)" '503 429@0 502 504 drop 200:{} '
	equal "$(jq -r .body requests | sort -u | wc -l)" 1
}

@test "Retry-After goes before the own time between tries" {
	collector 503@0 429@0 503@0 429@0 503@0
	# Otherwise it would be half an hour.
	PROCREPORT_BACKOFF=60000 post --post="$URL"
	equal "$status $stderr" '0 '
	equal "$(answers)" '503@0 429@0 503@0 429@0 503@0 200:{} '
}

@test "what never gets ready, or is not there, or wants too much patience, is given up" {
	collector 503 503 503 503 503 503
	post --post="$URL"
	equal "$status $stderr" '1 procreport: cannot send to the collector, after 6 times: HTTP 503'
	equal "$(answers)" '503 503 503 503 503 503 '
	kill "$COLLECTOR"
	wait "$COLLECTOR" || :
	rm port requests
	post --post="$URL"
	equal "$status" 1
	[[ $stderr == 'procreport: cannot send to the collector, after 6 times: Failed to connect to 127.0.0.1'* ]]
	collector 503@301
	post --post="$URL"
	equal "$status $stderr" '1 procreport: the collector asks to wait for 301 seconds: given up'
}

@test "what a collector does not want is told, and not sent again" {
	collector '400:{"message":"no such \u001b field"}' 200:{} 500 '404:<html>'
	post --batch=2 --post="$URL"
	equal "$status" 1
	equal "$stderr" "procreport: the collector does not take 2 spans: HTTP 400: \$'no such \\033 field'
procreport: the collector does not take 2 spans: HTTP 500
procreport: the collector does not take 2 spans: HTTP 404
procreport: the collector has not taken 6 of 17 spans"
	equal "$(wc -l <requests)" 9
}

@test "a success for a part is none for the rest, and is not sent again; a warning is told" {
	collector '200:{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}' \
		'200:{"partialSuccess":{"errorMessage":"slow down"}}' '200:{"partialSuccess":{"rejectedSpans":1}}' \
		'200:[[[' '200:{"partialSuccess":"x"}'
	post --batch=4 --post="$URL"
	equal "$status" 1
	equal "$stderr" "procreport: the collector has rejected 3 spans: too old
procreport: the collector says: slow down
procreport: the collector has rejected 1 span
procreport: the collector has not taken 4 of 17 spans"
	equal "$(wc -l <requests)" 5
}

@test "a collector that has rejected less than nothing has taken all" {
	collector '200:{"partialSuccess":{"rejectedSpans":-1}}' '200:{"partialSuccess":{"rejectedSpans":"-7"}}' \
		'200:{"partialSuccess":{"rejectedSpans":"many"}}'
	post --batch=7 --post="$URL"
	equal "$status $stderr" '0 '
}

@test "what is no collector's URL, header or time is refused" {
	for url in '' x://y 'file:///etc/passwd' 'http://' 'ftp://127.0.0.1/'; do
		post --post="$url"
		equal "$status" 2
		[[ $stderr == "procreport: --post: this is no URL of a collector: '$url'"* ]] || fail "$stderr"
	done
	for headers in novalue $'a=b%0d%0ac: d' 'a b=c' '=c'; do
		OTEL_EXPORTER_OTLP_HEADERS=$headers post --post=http://127.0.0.1:1
		equal "$status" 2
		[[ $stderr == 'procreport: OTEL_EXPORTER_OTLP_HEADERS: '* ]]
	done
	PROCREPORT_BACKOFF=-1 post --post=http://127.0.0.1:1
	equal "$status $stderr" "2 procreport: PROCREPORT_BACKOFF: '-1' is too small: milliseconds, up to 60000"
}
