# SPDX-License-Identifier: ISC
# Contract: packages are built from the tree, reproducibly, and what they hold
# works. Builds four times, so it stands by itself:
#
#	meson test -C build --suite packaging

load lib/common

# $1: where; everything of these builds is below it.
build_deb() {
	mkdir -p "$1/tmp" "$1/out"
	TMPDIR=$1/tmp "$SRCROOT/contrib/packaging/build-deb" "$1/out" >"$1/log" 2>&1 || {
		tail -n 60 "$1/log" >&2
		return 1
	}
}

setup_file() {
	build_deb "$BATS_FILE_TMPDIR/first"
	DEBS=$BATS_FILE_TMPDIR/first/out
	export DEBS
	# The installation, of all packages.
	for package in "$DEBS"/*.deb; do
		case $package in
		*-dbgsym_*) continue ;;
		esac
		dpkg-deb -x "$package" "$BATS_FILE_TMPDIR/root"
	done
	INSTALLED=$BATS_FILE_TMPDIR/root
	export INSTALLED
}

use_installed() {
	PATH=$INSTALLED/usr/bin:$PATH
	LD_LIBRARY_PATH=$(dirname "$INSTALLED"/usr/lib/*/libprocaudit.so)
	export PATH LD_LIBRARY_PATH
	unset PROCAUDIT PROCREPORT
}

@test "lintian finds nothing in the Debian packages" {
	lintian --allow-root --fail-on=error,warning "$DEBS"/*.changes >out 2>&1 || fail "$(cat out)"
	refute grep -E '^[EW]:' out
}

@test "there are a source package and three others, and each file is in one of them" {
	equal "$(cd "$DEBS" && printf '%s\n' *.dsc *.deb | sed 's/_.*//' | grep -v dbgsym | sort | xargs)" \
		'libprocaudit-dev libprocaudit1 procaudit procaudit'
	for package in "$DEBS"/*.deb; do
		dpkg-deb -c "$package" | awk '$1 !~ /^d/ { print $6 }'
	done | sort | uniq -d >twice
	equal "$(cat twice)" ''
	# What stands in both words: a manual page, a header, a library.
	[ -e "$INSTALLED/usr/share/man/man1/procaudit.1.gz" ]
	[ -e "$INSTALLED/usr/include/procaudit/tracer.h" ]
	[ -e "$INSTALLED/lib/systemd/system/procaudit@.service" ]
}

@test "the package says what it needs: libraries, and the version of libprocaudit" {
	dpkg-deb -f "$DEBS"/procaudit_*.deb Depends >depends
	for package in libprocaudit1 libbsd0 libc6 libzstd1 libyajl2 libsqlite3-0; do
		grep -qw "$package" depends || fail "$package is not in: $(cat depends)"
	done
	dpkg-deb -f "$DEBS"/libprocaudit-dev_*.deb Depends | grep -q 'libprocaudit1 (= 0'
}

@test "what is in the packages works: the tests that autopkgtest runs" {
	use_installed
	export PKG_CONFIG_LIBDIR=${LD_LIBRARY_PATH}/pkgconfig PKG_CONFIG_SYSROOT_DIR=$INSTALLED
	export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
	cd "$SRCROOT"
	sed -n 's/^Tests: //p' contrib/packaging/debian/tests/control >"$BATS_TEST_TMPDIR/names"
	while read -r name; do
		run -0 "contrib/packaging/debian/tests/$name"
		equal "${lines[-1]}" passed
	done <"$BATS_TEST_TMPDIR/names"
}

@test "another time, in another place, the same bytes" {
	build_deb "$BATS_FILE_TMPDIR/another/place"
	cd "$BATS_FILE_TMPDIR"
	for file in first/out/*.deb first/out/*.dsc first/out/*.xz; do
		cmp "$file" "another/place/out/${file##*/}"
	done
	rm -r another
}

@test "a program without debugging information is the same wherever it is built" {
	local place

	for place in a 'b/much/further/down with blanks'; do
		mkdir -p "$place/tree"
		tar -C "$SRCROOT" -c meson.build meson_options.txt include src man contrib | tar -C "$place/tree" -x
		meson setup --buildtype=release -Dtests=false "$place/build" "$place/tree" >log &&
			meson compile -C "$place/build" >>log || fail "$(cat log)"
	done
	for file in src/procaudit/procaudit src/procreport/procreport src/lib/libprocaudit.so; do
		cmp "a/build/$file" "$place/build/$file"
	done
}

@test "an archive by meson dist holds what git knows" {
	[ -e "$SRCROOT/.git" ] || skip 'machine: the source is not a clone'
	git clone -q "$SRCROOT" clone
	meson setup -Dtests=false clone/build clone >log
	meson dist -C clone/build --no-tests >log || fail "$(cat log)"
	equal "$(tar -tf clone/build/meson-dist/procaudit-*.tar.xz | grep -v '/$' | sed 's,^[^/]*/,,' | LC_ALL=C sort)" \
		"$(git -C clone ls-files | LC_ALL=C sort)"
}

@test "RPM packages" {
	local version

	version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$SRCROOT/meson.build")
	equal "$(rpmspec -q --srpm --qf '%{version}' "$SRCROOT/contrib/packaging/procaudit.spec")" "$version"
	mkdir -p rpm/SOURCES
	cp "$DEBS"/procaudit_*.orig.tar.xz "rpm/SOURCES/procaudit-$version.tar.xz"
	rpmbuild --nodeps --define "_topdir $PWD/rpm" --define 'debug_package %{nil}' \
		-bb "$SRCROOT/contrib/packaging/procaudit.spec" >log 2>&1 || fail "$(tail -n 60 log)"
	equal "$(find rpm/RPMS -name '*.rpm' -printf '%f\n' | sed "s/-$version.*//" | sort | xargs)" \
		'procaudit procaudit-devel procaudit-libs'
}

@test "the recipe for Alpine is a shell script about this version" {
	# shellcheck disable=SC1091 # a recipe
	equal "$(. "$SRCROOT/contrib/packaging/APKBUILD" && echo "$pkgname $pkgver")" \
		"procaudit $(sed -n "s/^  version: '\(.*\)',/\1/p" "$SRCROOT/meson.build")"
	shellcheck "$SRCROOT/contrib/packaging/APKBUILD"
}
