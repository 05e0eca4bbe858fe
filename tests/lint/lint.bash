# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Loaded by the lint tests: load lint

bats_require_minimum_version 1.5.0

: "${SRCROOT:?set by meson test}" "${BUILDROOT:?}"

setup() {
	cd "$SRCROOT" || return
}

fail() {
	echo "$*" >&2
	return 1
}

# Every line of standard input is a finding.
no_findings() {
	local findings

	findings=$(cat)
	[ -z "$findings" ] || fail "$findings"
}

# All files of the project, one a line; not what is generated or meant to be odd.
files() {
	find include src tests man contrib ./.[ceghs]* ./*.build ./*.txt ./*.md LICENSE \
		-name .git -prune -o -path '*/fuzz/corpus' -prune -o -name __pycache__ -prune -o \
		-name '*.png' -prune -o -type f -print 2>/dev/null | sort -u
}

c_files() {
	files | grep '\.[ch]$'
}

# By name or by the first line; zsh and fish have no linter.
shell_files() {
	local file first

	files | while IFS= read -r file; do
		read -r first <"$file" || true
		case $file:$first in
		tests/golden/*) ;; # written by procreport
		*.bats:* | *.bash:* | *.sh:* | *:'#!'*[/\ ]sh | *:'#!'*bash | *:'#!'*bats) echo "$file" ;;
		esac
	done
}
