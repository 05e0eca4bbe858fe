# SPDX-License-Identifier: ISC
# Contract: what --redact covers reaches neither the log nor the terminal.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common
load lib/canary

execs() {
	log 'select(.event == "exec")' | jq -c "$@"
}

@test "no byte of a secret gets into the log, in whatever way it travels" {
	travel
	audit ./travel
	run ! no_canary "$LOG"
	for options in '' --env=once --env=none --failed --failed=brief --redact-hmac; do
		# shellcheck disable=SC2086 # none or one
		audit --redact=default $options ./travel "$CANARY" "--token=$CANARY"
		no_canary "$LOG"
		equal "$(execs -s '[.[] | select(.argv[1] | strings | startswith("late "))] | length')" 1
	done
}

@test "the rest of the record is as without" {
	travel
	audit --redact=default ./travel
	jq -c 'select(.event == "exec") | [.success, .image, .parent]' "$LOG" >masked
	equal "$(execs 'select(.argv[1] == "--password=***").argv[2:]')" \
		'["--token","***","-H","Authorization: Bearer ***"]'
	execs -e -s '[.[] | select(.env | index("COPY=***"))] | length == 1'
	execs -e -s 'all(.env | index("MY_TOKEN=***") or all(startswith("MY_TOKEN") | not))'
	execs -e -s 'all(.env | any(startswith("PATH=/")))'
	audit ./travel
	jq -c 'select(.event == "exec") | [.success, .image, .parent]' "$LOG" | diff masked - >&2
}

@test "bytes that are not UTF-8 are as they were around a mask" {
	MY_TOKEN=$CANARY audit --redact 'MY_*' /bin/true $'\xff'"$CANARY"$'\xfe'
	equal "$(execs '.argv_b64[1]' | jq -r . | base64 -d | od -An -c | tr -d ' \n')" '377***376'
	equal "$(execs .argv)" '["/bin/true","�***�"]'
}

@test "the text format masks, too, and so do messages" {
	travel
	"$PROCAUDIT" --redact=default ./travel 2>shown
	no_canary shown
	grep -qF '/bin/true late ' shown || grep -qF "/bin/true 'late ***'" shown
	run -127 "$PROCAUDIT" --redact=default -o "$LOG" "./$CANARY/none"
	equal "$output" "procaudit: cannot execute './***/none': No such file or directory"
	no_canary "$LOG"
}

@test "only names that match, of any case" {
	env -i A_ONE=first-value b_one=second-value ONE_C=third-value \
		"$PROCAUDIT" --redact '*_ONE' -o "$LOG" /bin/true first-value second-value third-value
	check_log "$LOG"
	equal "$(execs .env)" '["A_ONE=***","b_one=***","ONE_C=third-value"]'
	equal "$(execs .argv)" '["/bin/true","***","***","third-value"]'
}

@test "patterns add up" {
	env -i AA=first-value BB=second-value CC_TOKEN=third-value DD=fourth-value \
		"$PROCAUDIT" --redact AA --redact=[B] --redact default --redact '?B' -o "$LOG" /bin/true
	check_log "$LOG"
	equal "$(execs .env)" '["AA=***","BB=***","CC_TOKEN=***","DD=fourth-value"]'
}

@test "the header tells what was masked, and never the key" {
	head -c 32 /dev/urandom | base64 >key
	audit --redact 'A*' --redact=$'\xe9?' true
	equal "$(log 'select(.event == "header") | [.capture.redact, .redact_globs, .redact_globs_b64]')" \
		'["mask",["A*","�?"],["","6T8="]]'
	audit --redact=default --redact-hmac=key true
	equal "$(log 'select(.event == "header").capture.redact')" '"hmac"'
	log -e -s '.[0].redact_globs | index("*TOKEN*")'
	refute grep -qF "$(cat key)" "$LOG"
	audit true
	equal "$(log 'select(.event == "header") | [.capture.redact, has("redact_globs")]')" '["none",false]'
}

@test "--redact-hmac: equal values look equal, in one log or with one key" {
	local command=(/bin/sh -c '/bin/true "$A_TOKEN" "$B_TOKEN" "$C_TOKEN"; :')
	export A_TOKEN=$CANARY B_TOKEN=another-value C_TOKEN=$CANARY
	masks() {
		execs -r 'select(.argv[0] == "/bin/true") | .argv[1:] | join(" ")'
	}
	audit --redact=default --redact-hmac "${command[@]}"
	read -r a b c < <(masks)
	equal "$a" "$c"
	[[ $a =~ ^\*{3}[0-9a-f]{16}$ && $b =~ ^\*{3}[0-9a-f]{16}$ && $a != "$b" ]]
	execs -e -s --arg a "$a" 'all(.env | index("A_TOKEN=" + $a))'
	audit --redact=default --redact-hmac "${command[@]}"
	refute equal "$(masks)" "$a $b $c" 2>/dev/null
	printf '%s' 0123456789abcdef >key
	audit --redact=default --redact-hmac=key "${command[@]}"
	masks >first
	# As anybody who has the key can find out.
	[[ $(<first) == "***$(/usr/bin/python3 -c 'import hmac, sys
print(hmac.new(b"0123456789abcdef", sys.argv[1].encode(), "sha256").hexdigest()[:16])' "$CANARY")"* ]]
	audit --redact=default --redact-hmac=key "${command[@]}"
	equal "$(masks)" "$(cat first)"
}

@test "bad options are refused before the command runs" {
	run -125 "$PROCAUDIT" --redact-hmac touch ran
	equal "$output" "procaudit: --redact-hmac needs --redact (see 'procaudit --help')"
	run -125 "$PROCAUDIT" --redact= touch ran
	equal "$output" "procaudit: --redact: a pattern of names or 'default' expected"
	run -125 "$PROCAUDIT" --redact=A --redact-hmac=none touch ran
	equal "$output" "procaudit: cannot open the key file none: No such file or directory"
	run -125 "$PROCAUDIT" --redact=A --redact-hmac=. touch ran
	equal "$output" "procaudit: cannot read the key file .: Is a directory"
	printf 'too short' >key
	run -125 "$PROCAUDIT" --redact=A --redact-hmac=key touch ran
	equal "$output" "procaudit: the key file key has 9 bytes; at least 16 are needed, such as from 'openssl rand 32'"
	[ ! -e ran ]
}
