# SPDX-License-Identifier: ISC
# Lint: what others see of the library.

load lint

@test "the library exports exactly what its headers declare" {
	diff <(nm -D --defined-only "$BUILDROOT/src/lib/libprocaudit.so" |
		awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort) \
		<(for header in include/procaudit/*.h; do
			# Without comments.
			gcc -fpreprocessed -dD -E -P "$header"
		done | grep -oE '\bprocaudit_[a-z0-9_]+\(' | tr -d '(' | sort -u)
}

@test "every exported symbol has a version" {
	nm -D --defined-only "$BUILDROOT/src/lib/libprocaudit.so" | awk '$2 == "T"' |
		grep -v '@@PROCAUDIT_[0-9]' | no_findings
}

@test "no symbol of the list is gone, none is in the library that the list lacks" {
	# Debian's list, which dpkg-gensymbols compares, too: a symbol that goes needs
	# another soname, one that comes stands there with the version it came with.
	soname=$(readelf -d "$BUILDROOT/src/lib/libprocaudit.so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
	list=contrib/packaging/debian/libprocaudit${soname##*.}.symbols
	grep -q "^$soname " "$list"
	diff <(sed -n 's/^ \([^ ]*\) .*/\1/p' "$list" | sort) \
		<(nm -D --defined-only --with-symbol-versions "$BUILDROOT/src/lib/libprocaudit.so" |
			awk '{ sub(/@@/, "@", $3); print $2 == "A" ? $3 "@" $3 : $3 }' | sort)
}

@test "what programs were built with is as it was: sizes, offsets, values, parameters" {
	[ "$(uname -m)" = x86_64 ] || skip 'machine: the list is of x86_64'
	readelf -S "$BUILDROOT/src/lib/libprocaudit.so" | grep -q debug_info ||
		skip 'no debugging information'
	# A change of what is there needs another soname once it has been released.
	gdb -nx -q -batch -x tests/lint/abi.py "$BUILDROOT/src/lib/libprocaudit.so" >"$BATS_TEST_TMPDIR/abi"
	diff <(grep -v '^#' src/lib/libprocaudit.abi) "$BATS_TEST_TMPDIR/abi" ||
		fail 'What is printed by the second line of src/lib/libprocaudit.abi has changed'
}

@test "every public header is installed" {
	diff <(printf '%s\n' include/procaudit/*.h | sed 's|.*/||') \
		<(meson introspect --installed "$BUILDROOT" |
			jq -r 'keys[] | select(test("/include/procaudit/")) | sub(".*/"; "")' | sort)
}

# $1: the compiler and the language, $2: the header, $3…: more flags
compiles() {
	local compiler=$1 header=$2

	shift 2
	# Twice: it must guard itself.
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		$compiler -Wall -Wextra -Wpedantic -Werror -fsyntax-only -Iinclude "$@" - ||
		fail "$compiler $* does not compile $header"
}

@test "each public header compiles alone as C and as C++" {
	for header in include/procaudit/*.h; do
		name=${header#include/}
		for std in gnu11 gnu17; do
			compiles 'gcc -x c' "$name" -std=$std
		done
		compiles 'gcc -x c' "$name" -std=c11 -D_POSIX_C_SOURCE=200809L
		for std in c++11 c++20; do
			compiles 'g++ -x c++' "$name" -std=$std
		done
		compiles 'clang -x c' "$name" -std=gnu17 -Wno-c11-extensions
		compiles 'clang++ -x c++' "$name" -std=c++17
	done
}

@test "each private header compiles alone" {
	for header in src/*/*.h; do
		compiles 'gcc -x c' "${header##*/}" -std=gnu17 -D_GNU_SOURCE -I"${header%/*}" \
			-Wno-unused-function
	done
}
