# SPDX-License-Identifier: ISC
# Lint: what an exploit of a mistake would meet, as the files that are built say.

load lint

: "${FORTIFY:?set by meson test}"

programs() {
	printf '%s\n' "$BUILDROOT/src/procaudit/procaudit" "$BUILDROOT/src/procreport/procreport"
}

binaries() {
	programs
	echo "$BUILDROOT/src/lib/libprocaudit.so"
}

# Prints the files of standard input of which readelf $1 does not say $2.
lacking() {
	while IFS= read -r file; do
		readelf -W "$1" "$file" | grep -qE "$2" || echo "$file: no $2"
	done
}

@test "programs may lie at any address" {
	programs | lacking --dynamic '\(FLAGS_1\) .*\bPIE\b' | no_findings
}

@test "what is relocated can be written to no longer when they run" {
	binaries | lacking --segments '^ +GNU_RELRO ' | no_findings
	binaries | lacking --dynamic '\((FLAGS|FLAGS_1)\) .*\b(BIND_)?NOW\b' | no_findings
	binaries | while IFS= read -r file; do
		! readelf -dW "$file" | grep -q TEXTREL || echo "$file: its text is relocated"
	done | no_findings
}

@test "nothing that can be written to can be executed" {
	binaries | lacking --segments '^ +GNU_STACK .* RW +0x' | no_findings
	binaries | while IFS= read -r file; do
		! readelf -lW "$file" | grep -E '^ +LOAD .* RWE ' || echo "$file: writable and executable"
	done | no_findings
}

@test "stacks are guarded, and buffers whose size is known" {
	binaries | lacking --dyn-syms ' __stack_chk_fail' | no_findings
	binaries | lacking --dyn-syms ' __(mem|str|read|v?f?s?n?printf|v?asprintf)[a-z]*_chk' | no_findings
	[ "$FORTIFY" -ge 3 ] || fail "_FORTIFY_SOURCE is $FORTIFY"
}

@test "indirect jumps land where they are meant to" {
	[ "$(uname -m)" = x86_64 ] || skip 'machine: not x86_64'
	# What is linked in from elsewhere may lack it, so that the file as a whole does.
	find "$BUILDROOT/src" -name '*.o' | grep -q . || fail "no objects"
	find "$BUILDROOT/src" -name '*.o' | lacking --notes 'x86 feature: IBT, SHSTK' | no_findings
}

@test "libraries are looked for where the system has them, once installed" {
	DESTDIR=$BATS_TEST_TMPDIR meson install -C "$BUILDROOT" --no-rebuild --quiet
	find "$BATS_TEST_TMPDIR" -type f \( -path '*/bin/*' -o -name '*.so*' \) -print |
		while IFS= read -r file; do
			! readelf -dW "$file" | grep -E '\((RPATH|RUNPATH)\)' || echo "$file"
		done | no_findings
}
