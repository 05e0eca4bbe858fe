# SPDX-License-Identifier: ISC
# Loaded by every contract: load lib/common
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

: "${PROCAUDIT:?set by meson test}" "${HELPERS:?}" "${SRCROOT:?}" "${BUILDROOT:?}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
}

# Records a command into $LOG and checks the log. The status is the command's.
audit() {
	local status=0
	"$PROCAUDIT" -o "$LOG" "$@" || status=$?
	check_log "$LOG"
	return "$status"
}

# The schema and every rule of procaudit-log(5) that a script can check.
check_log() {
	/usr/bin/python3 "$SRCROOT/tests/lib/logcheck.py" "$@" || {
		echo "logcheck found the above in: $*" >&2
		return 99
	}
}

# jq on $LOG, compact.
log() {
	jq -c "$@" "$LOG"
}

fail() {
	echo "$*" >&2
	return 1
}

equal() {
	[ "$1" = "$2" ] || fail "expected: $2"$'\n'"     got: $1"
}
