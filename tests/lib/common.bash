# SPDX-License-Identifier: ISC
# Loaded by every contract: load lib/common
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

: "${PROCAUDIT:?set by meson test}" "${HELPERS:?}" "${SRCROOT:?}" "${BUILDROOT:?}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ulimit -f $((1024 * 1024)) # a log without end is to end before the disk does
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	REPORTS=$BATS_TEST_TMPDIR/reports.jsonl
}

# Records a command into $LOG and checks the log. The status is the command's.
audit() {
	local status=0
	"$PROCAUDIT" -o "$LOG" "$@" || status=$?
	check_log "$LOG" || return
	return "$status"
}

# The schema and every rule of procaudit-log(5) that a script can check.
check_log() {
	/usr/bin/python3 "$SRCROOT/tests/lib/logcheck.py" "$@" || {
		echo "logcheck found the above in: $*" >&2
		return 99
	}
}

# Records a command whose programs report to standard output, and compares the
# log with $REPORTS. Options of compare.py stand in $COMPARE.
audit_reports() {
	audit "$@" >"$REPORTS" || return
	compare_reports
}

compare_reports() {
	# shellcheck disable=SC2086 # options without blanks
	/usr/bin/python3 "$SRCROOT/tests/lib/compare.py" ${COMPARE-} "$LOG" "$REPORTS" >&2 || {
		echo "$LOG is not what the programs report" >&2
		return 98
	}
}

# Copies programs and procaudit to a directory, $PUBLIC, where everybody may use
# them. There $PROCAUDIT is the copy.
public_copy() {
	PUBLIC=$BATS_TEST_TMPDIR/public
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" || return
	mkdir -m 777 "$PUBLIC" || return
	cp -L "$PROCAUDIT" "$BUILDROOT"/src/lib/libprocaudit.so.? "$@" "$PUBLIC" || return
	export LD_LIBRARY_PATH=$PUBLIC
	PROCAUDIT=$PUBLIC/procaudit
}

# Runs a command without privileges.
unprivileged() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
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

refute() {
	! "$@" || fail "this should not succeed: $*"
}
