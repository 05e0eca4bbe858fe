# SPDX-License-Identifier: ISC
# Contract: environments are exact, and where --env wants them.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common

# Records an exec per environment: those of `vectors` in these cases.
record_cases() {
	local script='for c in $CASES; do "$HELPERS/vectors" "$c" "$HELPERS/report"; done'
	CASES=$CASES HELPERS=$HELPERS audit_reports "$@" /bin/sh -c "$script"
}

execs() {
	log 'select(.event == "exec")' | jq -c "$@"
}

@test "by default every exec record has its environment" {
	CASES='bytes invalid unicode empty none' record_cases
	execs -e -s 'all(has("env") and (has("env_id") | not))'
	equal "$(log 'select(.event == "env")')" ''
}

@test "the environment is the one given, in its order" {
	audit_reports env -i B=2 A=1 C= B=3 "$HELPERS/report"
	equal "$(execs 'select(.image == 2).env')" '["B=3","A=1","C="]'
}

@test "nothing is added to the command's environment" {
	env -i B=2 A=1 "$PROCAUDIT" -o "$LOG" "$HELPERS/report" >"$REPORTS"
	check_log "$LOG"
	compare_reports
	equal "$(execs .env)" '["B=2","A=1"]'
}

@test "duplicates, nameless and valueless entries are kept" {
	CASES=empty record_cases
	equal "$(execs 'select(.argv[0] == "").env')" \
		'["","","A=1","A=1","A=2","=","=X=1","==","A","A","A="," ","","last=",""]'
}

@test "2 MiB of environment" {
	local script='for i in {1..15}; do export V$i="$1"; done; exec "$2"' long
	printf -v long '%*s' 131000 $'\xff'
	(ulimit -s 8192 && audit_reports /bin/bash -c "$script" - "$long" "$HELPERS/report")
	execs -e 'select(.image == 2).env | map(length) | add > 1900000'
}

@test "--env=full is the default" {
	CASES=bytes record_cases --env=full
	execs -e -s 'all(has("env"))'
}

@test "--env=once: each distinct environment once, by its id" {
	CASES='bytes empty none bytes random:1 empty none random:2 random:1' record_cases --env=once
	# compare.py has resolved the ids.
	execs -e -s 'all(has("env_id") and (has("env") | not))'
	equal "$(execs 'select(.exe | endswith("/report")).env_id' | sort -u | wc -l)" 5
	equal "$(log -s '[.[] | select(.event == "env").env] | (length == (unique | length))')" true
}

@test "--env=once: more environments than are kept in mind" {
	# Twice 40 of 100 KB, where about 1 MB is kept: each is written twice at most.
	local script='for round in 1 2; do for i in {1..40}; do
		BIG=$i.$1 "$2"; "$2"; done; done' long
	printf -v long '%*s' 100000 $'\xfe'
	audit_reports --env=once /bin/bash -c "$script" - "$long" "$HELPERS/report"
	equal "$(log -s '[.[] | select(.event == "exec")] | length')" 161
	log -e -s '[.[] | select(.event == "env" and (.env | any(startswith("BIG="))))] |
		length >= 40 and length <= 80'
}

@test "--env=once: an environment larger than what is kept in mind" {
	local script='for i in {1..15}; do export V$i="$1"; done; "$2"; "$2"; exec "$2"' long
	printf -v long '%*s' 131000 x
	(ulimit -s 8192 &&
		audit_reports --env=once /bin/bash -c "$script" - "$long" "$HELPERS/report")
	equal "$(log -s '[.[] | select(.event == "exec")] | length')" 4
}

@test "--env=once: the record of an environment comes directly before its first use" {
	CASES='bytes empty none' record_cases --env=once
	log -e -s '. as $all | [range(length) | select($all[.].event == "env")] |
		all($all[. + 1].event == "exec" and $all[. + 1].env_id == $all[.].env_id)'
}

@test "--env=none: no environment anywhere" {
	SECRET=hunter2 audit --env=none /bin/sh -c '/bin/true; exec /bin/true'
	equal "$(execs -s 'length')" 3
	execs -e -s 'all(has("env") or has("env_id") | not)'
	refute grep -q hunter2 "$LOG"
}

@test "the header tells where environments are" {
	local mode
	for mode in full once none; do
		audit "--env=$mode" true
		equal "$(log 'select(.event == "header").capture.env')" "\"$mode\""
	done
}
