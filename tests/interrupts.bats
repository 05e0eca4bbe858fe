# SPDX-License-Identifier: ISC
# Contract: what a signal does to a system call that waits is what it does
# without procaudit. A tracee is woken even for signals that it ignores.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common
load helpers/await

# What is repaired, and where.
setup_file() {
	[ "$(uname -m)" = x86_64 ] || skip 'machine: only x86 lets a tracer begin a call again'
}

# Every call in this situation: the same with procaudit, for both ABIs.
same_as_bare() {
	local program
	for program in interrupts interrupts-i386; do
		"$HELPERS/$program" "$@" >bare
		# shellcheck disable=SC2086 # options without blanks
		audit ${OPTIONS-} "$HELPERS/$program" "$@" >traced
		diff bare traced >&2 || fail "$program $*"
	done
}

# The situation interrupts none of the calls but these two.
interrupts_none() {
	same_as_bare "$@"
	equal "$(grep EINTR bare | cut -d' ' -f2 | xargs)" 'pause: sigsuspend:'
	(($(wc -l <bare) > 50)) || fail 'fewer calls than there should be'
}

# It interrupts at least those that would be repaired if it were ignored.
interrupts_many() {
	same_as_bare "$@"
	(($(grep -c EINTR bare) > 27)) || fail "nothing to be compared: $(cat bare)"
}

@test "the calls end by what they wait for" {
	interrupts_none nothing
}

@test "the end of a child" {
	interrupts_none child
}

@test "SIGWINCH and SIGURG, ignored by default" {
	interrupts_none winch
	interrupts_none urg
}

@test "SIGCONT to a process that runs" {
	interrupts_none cont
}

@test "signals ignored by SIG_IGN: ordinary, job control, real-time" {
	interrupts_none ignored
	interrupts_none ignored-stop
	interrupts_none ignored-realtime
}

@test "ignored signals to who is in thousands of groups" {
	local as=(setpriv --groups "$(seq -s , 100000 102000)" "$HELPERS/interrupts" ignored)
	[ "$(id -u)" = 0 ] || skip 'root only'
	"${as[@]}" >bare
	audit "${as[@]}" >traced
	diff bare traced
}

@test "one ignored signal after the other" {
	interrupts_none many
}

@test "ignored signals to one of two threads, and SIGCONT to both" {
	interrupts_none thread
	interrupts_none thread-cont
}

@test "a signal that the first thread blocks interrupts the other, ignored or not" {
	interrupts_many only-thread
}

@test "a caught signal interrupts, and SA_RESTART is heeded" {
	interrupts_many caught
	interrupts_many restarted
}

@test "a caught signal behind an ignored one interrupts" {
	interrupts_many behind
}

@test "stopped and continued: calls fail that fail without procaudit" {
	interrupts_many stop
	interrupts_many before-stop
}

@test "with --failed" {
	local OPTIONS=--failed
	interrupts_none child
	interrupts_none ignored
	interrupts_many caught
	interrupts_many stop
}

@test "processes that are let go" {
	local calls call
	"$HELPERS/interrupts" nothing >bare
	mapfile -t calls < <(sed 's/nothing: \(.*\): .*/\1/' bare)
	mkfifo ready
	audit --linger 0 sh -c 'exec 3<>ready
		for call; do "$0" let-go "$call" >"let-go.$call" & done
		for call; do read -r line <&3; done' "$HELPERS/interrupts" "${calls[@]}"
	equal "$(log -s 'map(select(.event == "detach")) | length > 50')" true
	for call in "${calls[@]}"; do
		await test -s "let-go.$call"
		cat "let-go.$call"
	done >traced
	diff <(sed 's/^nothing/let-go/' bare) traced
}

@test "signals that come faster than a timeout do not put it off for ever" {
	"$HELPERS/timeouts" >bare
	equal "$(grep -c ': 0 $\|Resource temporarily unavailable' bare)" 6
	audit timeout -s KILL 120 "$HELPERS/timeouts" >traced
	diff bare traced
}

@test "a call that has been begun again does not take time from the next one" {
	"$HELPERS/timeouts" loop >bare
	equal "$(cat bare)" '0 of 50 calls ended too early'
	audit "$HELPERS/timeouts" loop >traced
	diff bare traced
}
