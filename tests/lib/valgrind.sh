#!/bin/bash
# SPDX-License-Identifier: ISC
#
# valgrind.sh COMMAND [ARG...]: runs tests with a $PROCAUDIT that runs under
# valgrind, and alone: not the commands that it records. Fails if they do, or if
# valgrind has found anything in any procaudit, whoever saw its exit status.
#
#	meson test -C build --setup valgrind --suite valgrind
#
# That suite leaves out the contracts that valgrind breaks: it knows no
# seccomp(2), so no --failed; and it has signals, descriptors and environment
# variables of its own. Single tests that meet the latter are skipped here.
set -uo pipefail

# Names of tests, each with what valgrind does to it.
declare -rA BROKEN=(
	['nothing is added to the command'"'"'s environment']='sets variables'
	['an argument list that is too long to be read in one piece from /proc']='runs no unreadable file'
	['an argv that could not be read says so']='runs no unreadable file'
)

[ $# -gt 0 ] || {
	echo "usage: valgrind.sh COMMAND [ARG...]" >&2
	exit 2
}
# Nothing that is no test of procaudit.
[ -n "${PROCAUDIT-}" ] || exec "$@"

reports=$(mktemp -d)
# Tests become other users.
chmod 1777 "$reports"
cat >"$reports/procaudit" <<END
#!/bin/sh
exec valgrind --quiet --trace-children=no --leak-check=full --show-leak-kinds=definite \\
	--errors-for-leak-kinds=definite --error-exitcode=125 --log-file='$reports/%p.log' \\
	'$PROCAUDIT' "\$@"
END
chmod +x "$reports/procaudit"

# Failures that are valgrind's become skips; whether others are left is the status.
without_broken() {
	local line name left=0

	while IFS= read -r line; do
		name=${line#not ok * }
		if [[ $line == 'not ok '* && ${BROKEN[$name]-} ]]; then
			line="${line#not } # skip machine: valgrind ${BROKEN[$name]}"
		fi
		[[ $line != 'not ok '* ]] || left=1
		printf '%s\n' "$line"
	done
	return "$left"
}

status=0
PROCAUDIT=$reports/procaudit "$@" | without_broken || status=${PIPESTATUS[1]}
# Calls that this valgrind does not know are no finding: they fail with ENOSYS.
findings=$(grep -hv '^--[0-9]*-- ' "$reports"/*.log 2>/dev/null)
rm -r "$reports"
if [ -n "$findings" ]; then
	head -n 100 <<<"$findings" | sed 's/^/# /' >&2
	exit 1
fi
exit "$status"
