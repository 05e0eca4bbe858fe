# SPDX-License-Identifier: ISC
# Contract: what procreport intoto writes is an attestation as in-toto and SLSA have
# it, of what the log says.

load lib/common

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export LC_ALL=C TZ=UTC
	# Those of the job that runs the tests.
	unset GITHUB_ACTIONS GITLAB_CI JENKINS_URL
}

check_intoto() {
	/usr/bin/python3 "$SRCROOT/tests/lib/intotocheck.py" "$@"
}

# Forks, execs in a row, failures, kills, words of any bytes.
audit_much() {
	# shellcheck disable=SC2016 # the command's own
	audit --failed sh -c '
		/bin/true 1 "a b" "$(printf "\377\n;\042")" "" & wait
		(cd / && sh -c "exec /bin/true under-root") & wait
		mkdir "$(printf "odd;\377")"; cp /bin/true "$(printf "odd;\377/name")"; (cd odd*; ./name)
		sh -c "./no-such-thing; kill -9 \$\$"; exec /bin/true last' 2>/dev/null
}

@test "the predicate has what the log has, and each required field" {
	audit_much
	"$PROCREPORT" intoto "$LOG" >predicate.json
	check_intoto predicate predicate.json "$LOG"
	for name in build rebuild odd; do
		cp "$GOLDEN/$name.jsonl" .
		"$PROCREPORT" intoto "$name.jsonl" >predicate.json
		check_intoto predicate predicate.json "$name.jsonl"
	done
	# A log that is cut off is not complete, nor is one with a damaged line.
	head -n 20 "$LOG" >cut.jsonl
	"$PROCREPORT" intoto cut.jsonl >predicate.json
	check_intoto predicate predicate.json cut.jsonl
	equal "$(jq .metadata.procauditComplete predicate.json)" false
	sed 10s/seq/qes/ "$LOG" >damaged.jsonl
	"$PROCREPORT" intoto damaged.jsonl >predicate.json 2>errors
	equal "$(jq .metadata.procauditComplete predicate.json)" false
	grep -q 'damaged.jsonl:10: ' errors
}

@test "--subject makes a statement, of files with their digests" {
	audit true
	printf abc >one
	: >'two; "words"'
	head -c 200000 /dev/urandom >three
	"$PROCREPORT" intoto --subject=one --subject='two; "words"' --subject three "$LOG" >statement.json
	check_intoto statement statement.json "$LOG"
	equal "$(jq -r '.subject[] | "\(.digest.sha256)  \(.name)"' statement.json)" "$(sha256sum one two* three |
		sort -k 2.2,2.2r -k 2 | awk '/one$/ { a = $0 } /two/ { b = $0 } /three/ { c = $0 } END { print a; print b; print c }')"
	"$PROCREPORT" intoto "$LOG" >predicate.json
	diff <(jq .predicate statement.json) <(jq . predicate.json)
}

@test "--byproduct is what SLSA's provenance takes: each file of a log by its digest" {
	audit true
	zstd -q "$LOG" -o packed.zst
	"$PROCREPORT" intoto --byproduct "$LOG" packed.zst >byproducts.json
	check_intoto byproduct byproducts.json "$LOG" packed.zst
	jq --slurpfile byproducts byproducts.json -n '{runDetails: {byproducts: $byproducts[0]}}' >provenance.json
	equal "$(jq -r '.runDetails.byproducts[0].digest.sha256' provenance.json)" "$(sha256sum <"$LOG" | cut -d' ' -f1)"
}

@test "parts of a log and compressed ones are one attestation, with the digest of each file" {
	"$PROCAUDIT" --rotate=64K --env=none -o "$LOG" sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do /bin/true "$(printf "%9999d" 1)"; done'
	parts=("$LOG"*)
	((${#parts[@]} > 1))
	"$PROCREPORT" intoto "${parts[@]}" >predicate.json
	check_intoto predicate predicate.json "${parts[@]}"
	equal "$(jq .metadata.procauditComplete predicate.json)" true
	audit true
	zstd -q "$LOG" -o packed.zst
	"$PROCREPORT" intoto packed.zst >packed.json
	"$PROCREPORT" intoto "$LOG" | diff <(jq 'del(.metadata.procauditLogs)' packed.json) <(jq 'del(.metadata.procauditLogs)')
	equal "$(jq -r '.metadata.procauditLogs[0].digest.sha256' packed.json)" "$(sha256sum <packed.zst | cut -d' ' -f1)"
}

@test "the process is the command, or the job that its environment names" {
	audit true
	"$PROCREPORT" intoto "$LOG" >predicate.json
	equal "$(jq -c .monitoredProcess predicate.json)" \
		"$(log 'select(.event == "header") | {hostID: "dns:\(.host)", type: "man:procaudit(1)#run", event: .log_id}')"
	sed -i '1s/"host":"[^"]*"/"host":"a b\/ü"/' "$LOG"
	"$PROCREPORT" intoto "$LOG" >predicate.json
	check_intoto predicate predicate.json "$LOG"
	equal "$(jq -r .monitoredProcess.hostID predicate.json)" dns:a%20b%2F%C3%BC
	for env in full once; do
		GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=a/b GITHUB_RUN_ID=7 \
			GITHUB_RUN_ATTEMPT=2 audit --env=$env true
		"$PROCREPORT" intoto "$LOG" >predicate.json
		check_intoto predicate predicate.json "$LOG"
		equal "$(jq -c .monitoredProcess predicate.json)" '{"hostID":"https://github.com","type":"https://actions.github.io/buildtypes/workflow/v1","event":"https://github.com/a/b/actions/runs/7/attempts/2"}'
	done
}

@test "what cannot be attested is refused, before anything is printed" {
	audit true
	cp "$LOG" other.jsonl
	audit true
	refuse() { # STATUS MESSAGE ARG...
		local status=$1 message=$2

		shift 2
		run "-$status" --separate-stderr "$PROCREPORT" intoto "$@"
		equal "$output" ''
		# shellcheck disable=SC2154 # from run
		[[ $stderr == *"$message"* ]] || fail "$stderr"
	}
	refuse 1 "'-' is no file that can be read twice" - <"$LOG"
	mkfifo fifo
	refuse 1 "'fifo' is no file that can be read twice" fifo
	refuse 1 "cannot read 'none.jsonl' for its digest: No such file or directory" none.jsonl
	refuse 1 "cannot read 'none' for its digest: No such file or directory" --subject=none "$LOG"
	refuse 1 "cannot read '/' for its digest: Is a directory" --subject=/ "$LOG"
	refuse 1 "'other.jsonl', line 1: another log begins here" "$LOG" other.jsonl
	refuse 1 "'other.jsonl', line 1: another log begins here" --subject=other.jsonl "$LOG" other.jsonl
	refuse 1 "'/dev/null' is no file" /dev/null
	: >empty
	refuse 1 "'empty' does not begin as a log does" empty
	refuse 1 "'empty' does not begin as a log does" --subject="$LOG" empty
	sed 1d "$LOG" >later
	refuse 1 "'later' does not begin as a log does" later
	refuse 2 'a by-product has no subject' --byproduct --subject="$LOG" "$LOG"
	refuse 2 'no log given' --byproduct
	cat "$LOG" other.jsonl >both.jsonl
	refuse 1 "'both.jsonl', line $(($(wc -l <"$LOG") + 1)): another log begins here" both.jsonl
	refuse 1 ": another log begins here" --subject="$LOG" both.jsonl
	zstd -q both.jsonl
	refuse 1 "'both.jsonl.zst', line" both.jsonl.zst
	run -1 bash -c '"$PROCREPORT" intoto "$0" 2>&1 >/dev/full' "$LOG"
	grep -q 'cannot write to standard output' <<<"$output"
}
