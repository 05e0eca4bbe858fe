# SPDX-License-Identifier: ISC
# Lint: how the source is written.

load lint

@test "C is formatted by clang-format" {
	c_files | xargs "${CLANG_FORMAT:-clang-format}" --dry-run --Werror
}

@test "clang-tidy finds nothing, nor a function above 80 lines" {
	status=0
	# A file of several programs is looked at once.
	jq 'sort_by(.output) | unique_by(.file | split("/src/") | last)' \
		"$BUILDROOT/compile_commands.json" >"$BATS_TEST_TMPDIR/compile_commands.json"
	find src -name '*.c' -print0 |
		xargs -0 -P2 -n1 clang-tidy -p "$BATS_TEST_TMPDIR" --quiet >"$BATS_TEST_TMPDIR/out" 2>&1 ||
		status=$?
	[ "$status" -eq 0 ] || fail "$(grep -vE '^[0-9]+ warnings|^Suppressed|^Use -' "$BATS_TEST_TMPDIR/out")"
}

@test "shellcheck finds nothing" {
	shell_files | grep -q contrib/check || fail "contrib/check is not looked at"
	shell_files | xargs shellcheck
}

@test "no file of src has more than 500 lines" {
	find include src -name '*.[ch]' -exec awk '
		FNR == 501 { print FILENAME ": more than 500 lines" }' {} + | no_findings
}

@test "lines do not end in blanks, nor begin with a blank and a tab" {
	files | xargs grep -nE '[[:blank:]]$|^ +	' | no_findings
}

@test "files end with exactly one end of line" {
	files | while IFS= read -r file; do
		[ -s "$file" ] || continue
		[ "$(tail -c 2 "$file" | od -An -tx1)" != " 0a 0a" ] || echo "$file: an empty line at the end"
		[ -z "$(tail -c 1 "$file")" ] || echo "$file: no end of line at the end"
	done | no_findings
}

@test "every source has its licence in the first lines" {
	# Manual pages and completions begin with what their readers want.
	{ c_files; shell_files; } | while IFS= read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ISC' || echo "$file"
	done | no_findings
}

@test "nothing is left to be done" {
	files | xargs grep -nE '(^|[[:blank:]#*/])(TO''DO|FIX''ME|XX''X|HA''CK)\b' | no_findings
}

@test "no test waits by sleeping" {
	# To sleep is a fine workload for a tracee, and a loop may poll for what
	# must come.
	files | grep -E '^tests/.*\.(bats|bash)$' | xargs awk '
		FNR == 1 { loops = 0 }
		/^[[:blank:]]*(while|until|for) / { loops++ }
		/^[[:blank:]]*done/ { loops-- }
		/^[[:blank:]]*(run )?sleep [0-9.]+$/ && !loops { print FILENAME ":" FNR ": " $0 }
	' | no_findings
	files | grep -E '^tests/.*\.py$' | xargs grep -nE '^[[:blank:]]*time\.sleep\(' | no_findings
}
