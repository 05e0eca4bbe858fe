# SPDX-License-Identifier: ISC
# Contract: programs of every ABI and libc that the machine runs are recorded alike.
# On x86_64 all of it; elsewhere what is said of the native ABI.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common

# What the programs report of themselves includes their ABI; see compare.py.
archs() {
	log -s 'map(select(.event == "exec").arch)'
}

needs_x86_64() {
	[ "$(uname -m)" = x86_64 ] || skip 'x86_64 only'
}

@test "the native ABI" {
	audit_reports "$HELPERS/report"
	equal "$(archs)" "[\"$(uname -m)\"]"
}

@test "a static program of another libc" {
	local case
	needs_x86_64
	for case in bytes invalid empty none random:3 long:131071; do
		audit_reports "$HELPERS/vectors" "$case" "$HELPERS/report-static"
	done
	(ulimit -s unlimited && audit_reports "$HELPERS/vectors" many:200000 "$HELPERS/report-static")
}

@test "an i386 program" {
	local case
	needs_x86_64
	for case in bytes invalid unicode empty none random:4 long:131071; do
		audit_reports "$HELPERS/vectors" "$case" "$HELPERS/report-i386"
		equal "$(archs)" '["x86_64","i386"]'
	done
}

@test "an i386 program with 2 MiB and 100 000 arguments" {
	needs_x86_64
	(ulimit -s 8192 && audit_reports "$HELPERS/vectors" total:2096000 "$HELPERS/report-i386")
	(ulimit -s 8192 && audit_reports "$HELPERS/vectors" many:100000 "$HELPERS/report-i386")
	equal "$(archs)" '["x86_64","i386"]'
}

@test "from x86_64 to i386 and back, several times" {
	needs_x86_64
	audit_reports "$HELPERS/execways" plain "$HELPERS/execways-i386" plain \
		"$HELPERS/execways" plain "$HELPERS/execways-i386" plain "$HELPERS/report" $'a\xff'
	equal "$(archs)" '["x86_64","i386","x86_64","i386","x86_64"]'
}

@test "each way to execute, from i386 and to i386" {
	local way
	needs_x86_64
	for way in plain memfd deleted at thread deep:4000; do
		mkdir "from-$way" "to-$way"
		(cd "from-$way" && audit_reports "$HELPERS/execways-i386" "$way" "$HELPERS/report" "$way")
		equal "$(archs)" '["i386","x86_64"]'
		(cd "to-$way" && audit_reports "$HELPERS/execways" "$way" "$HELPERS/report-i386" "$way")
		equal "$(archs)" '["x86_64","i386"]'
	done
}

@test "execve by int 0x80 from 64-bit code" {
	needs_x86_64
	audit_reports "$HELPERS/execways" int80 "$HELPERS/report" $'a\xff' ''
	equal "$(archs)" '["x86_64","x86_64"]'
	audit_reports "$HELPERS/execways" int80 "$HELPERS/report-i386" $'a\xff' ''
	equal "$(archs)" '["x86_64","i386"]'
	audit_reports "$HELPERS/execways" int80 "$HELPERS/execways-i386" plain "$HELPERS/report"
	equal "$(archs)" '["x86_64","i386","x86_64"]'
}

@test "forks of i386 programs" {
	local kind
	needs_x86_64
	for kind in fork vfork spawn threads; do
		audit_reports "$HELPERS/forks" "$kind" "$HELPERS/execways-i386" plain "$HELPERS/report-i386"
		log -s -e 'map(select(.event == "exec" and .proc != 1).arch) | unique == ["i386"]'
	done
}
