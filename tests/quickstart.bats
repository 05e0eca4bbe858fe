# SPDX-License-Identifier: ISC
# Contract: a fresh clone and one command, and there is the log of a real build.

load lib/common

# Once for all: it builds twice. Root does it in the clone of somebody else.
setup_file() {
	PLACE=$(mktemp -d "${TMPDIR:-/tmp}/quickstart.XXXXXX")
	CLONE=$PLACE/clone
	export PLACE CLONE
	chmod 755 "$PLACE"
	if [ -e "$SRCROOT/.git" ]; then
		printf '[safe]\n\tdirectory = *\n' >"$PLACE/gitconfig"
		export GIT_CONFIG_GLOBAL=$PLACE/gitconfig
		git clone -q "$SRCROOT" "$CLONE"
	else
		mkdir "$CLONE"
		tar -C "$SRCROOT" --exclude='./build*' -c . | tar -C "$CLONE" -x
	fi
	if [ "$(id -u)" -eq 0 ]; then
		chown -R nobody: "$CLONE"
	fi
	(cd / && "$CLONE/contrib/quickstart") >"$PLACE/out" 2>&1 || {
		cat "$PLACE/out" >&2
		return 1
	}
}

teardown_file() {
	rm -rf "$PLACE"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$CLONE/build/build-log.jsonl
}

# What the summary says of $1.
said() {
	sed -n "s/^ *$1 *//p" "$PLACE/out"
}

@test "the log is complete and keeps every rule" {
	check_log "$LOG"
	equal "$(log 'select(.event == "trailer") | .complete, .exit_code')" $'true\n0'
}

@test "it holds the whole build: every C file compiled, the program linked" {
	log -rs 'map(select(.event == "exec" and (.exe | endswith("/cc1"))) | .argv[]
		| select(test("/src/[^/]+/[^/]+\\.c$")) | sub(".*/src/"; "src/")) | unique[]' >compiled
	equal "$(cat compiled)" "$(cd "$CLONE" && printf '%s\n' src/{lib,procaudit,procreport}/*.c | LC_ALL=C sort -u)"
	log -se 'any(.[] | select(.event == "exec" and (.exe | test("/[^/]*ld[^/]*$"))) | .argv[];
		. == "src/procaudit/procaudit")'
}

@test "the summary says what the log says" {
	equal "$(said processes)" "$(log -s 'map(select(.event == "exit")) | length')"
	equal "$(said execs)" "$(log -s 'map(select(.event == "exec")) | length')"
	equal "$(said 'exit status')" 0
	equal "$(said complete)" yes
	[[ $(said 'most frequent') == *' cc1'* ]]
	[[ $(said 'CPU time') =~ ^[0-9.]+\ s$ ]]
	[[ $(said 'wall time') =~ ^[0-9.]+\ s$ ]]
}

@test "it says where the log is, and commands to go on with that work" {
	grep -qF "The log is $LOG" "$PLACE/out"
	sed -n '/^Next:/,$s/^    \([^#]*\).*/\1/p' "$PLACE/out" >next
	equal "$(wc -l <next)" 4
	printf 'all:\n\t@echo made\n' >Makefile
	bash -e next >out 2>err
	[ "$(grep -cx made out)" -eq 2 ]
	check_log log.jsonl
	grep -q '^programs by wall time' out
	grep -q '/cc1 -quiet' out
	grep -q 'make$' err
}

@test "only the build directory is new, and nothing of it belongs to another user" {
	[ -e "$CLONE/.git" ] || skip "machine: the source is not a clone"
	equal "$(GIT_OPTIONAL_LOCKS=0 git -C "$CLONE" status --porcelain)" ""
	equal "$(find "$CLONE" ! -user "$(stat -c %u "$CLONE")")" ""
	equal "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'procaudit-quickstart.*')" ""
}

@test "what it does not understand it refuses" {
	run -1 "$CLONE/contrib/quickstart" --no-such-option
	equal "$output" "quickstart: usage: contrib/quickstart [DIRECTORY]"
	run -1 "$CLONE/contrib/quickstart" one two
}

@test "a directory that cannot be written to is named" {
	run -1 "$CLONE/contrib/quickstart" /proc/no-such-directory
	[[ $output == *"cannot write to /proc/no-such-directory"* ]]
}
