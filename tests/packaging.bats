# SPDX-License-Identifier: ISC
# Contract: packages are built from the tree, reproducibly, and what they hold
# works, also where nothing else is. Builds many times, so it stands by itself:
#
#	meson test -C build --suite packaging

load lib/common

# $1: where; everything of these builds is below it. $2…: a command that runs it.
build_deb() {
	mkdir -p "$1/tmp" "$1/out"
	TMPDIR=$1/tmp "${@:2}" "$SRCROOT/contrib/packaging/build-deb" "$1/out" >"$1/log" 2>&1 || {
		tail -n 60 "$1/log" >&2
		return 1
	}
}

setup_file() {
	build_deb "$BATS_FILE_TMPDIR/first" env TZ=Etc/GMT+12 LC_ALL=C
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

# $1: a package, of which one with a higher version is made in $2.
make_later() {
	dpkg-deb -R "$1" unpacked
	version=$(dpkg-deb -f "$1" Version)
	sed -i "s/$version/&+later/" unpacked/DEBIAN/control
	dpkg-deb --root-owner-group -b unpacked "$2" >/dev/null
	rm -r unpacked
}

@test "in a clean Debian apt installs, upgrades and purges them, and autopkgtest passes" {
	local mirror=http://deb.debian.org/debian package

	[ "$(id -u)" = 0 ] || skip 'machine: only root makes a chroot'
	/usr/lib/apt/apt-helper download-file "$mirror/dists/bookworm/InRelease" release >/dev/null 2>&1 ||
		skip 'machine: no mirror of Debian'
	mkdir -p packages/later
	for package in "$DEBS"/*.deb; do
		case $package in
		*-dbgsym_*) continue ;;
		esac
		cp "$package" packages
		make_later "$package" packages/later
	done
	cp "$SRCROOT/tests/lib/users.sh" packages
	# It has /proc and /dev while the hooks run, and is gone afterwards.
	mmdebstrap --variant=apt --include=man-db,systemd \
		--customize-hook='cp -r packages "$1"' \
		--customize-hook='chroot "$1" /packages/users.sh' \
		--customize-hook='autopkgtest -B packages/*.deb "$DEBS"/*.dsc -- chroot "$1"' \
		bookworm /dev/null "$mirror" >log 2>&1 || fail "$(tail -n 60 log)"
	equal "$(sed '1,/@ summary$/d' log | grep -cE '^(smoke|library) +PASS')" 2
}

@test "another time, in another place, the same bytes" {
	# With other rights, another home, name and locale, and on another day: that of these
	# two zones is never the same.
	refute [ "$(TZ=Etc/GMT-14 date +%d)" = "$(TZ=Etc/GMT+12 date +%d)" ]
	umask 077
	build_deb "$BATS_FILE_TMPDIR/another/place" env TZ=Etc/GMT-14 HOME=/nonexistent \
		LC_ALL="$(locale -a | grep -vxE 'C|POSIX' | tail -n 1)" USER=another LOGNAME=another
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

# An option of this build.
option() {
	meson introspect --buildoptions "$BUILDROOT" | jq -r ".[] | select(.name == \"$1\").value"
}

@test "RPM packages" {
	local version

	version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$SRCROOT/meson.build")
	equal "$(rpmspec -q --srpm --qf '%{version}' "$SRCROOT/contrib/packaging/procaudit.spec")" "$version"
	mkdir -p rpm/SOURCES
	cp "$DEBS"/procaudit_*.orig.tar.xz "rpm/SOURCES/procaudit-$version.tar.xz"
	rpmbuild --nodeps --define "_topdir $PWD/rpm" --define 'debug_package %{nil}' \
		--define '_build_id_links none' -bb "$SRCROOT/contrib/packaging/procaudit.spec" >log 2>&1 || fail "$(tail -n 60 log)"
	equal "$(find rpm/RPMS -name '*.rpm' -printf '%f\n' | sed "s/-$version.*//" | sort | xargs)" \
		'procaudit procaudit-devel procaudit-libs'

	# Installed and removed in a root of its own: all of what meson installs, nothing else.
	mkdir root
	rpm --root "$PWD/root" --initdb
	rpm --root "$PWD/root" --nodeps --noscripts -i rpm/RPMS/*/*.rpm
	meson introspect --installed "$BUILDROOT" | jq -r 'to_entries[].value' | grep -v '/share/doc/' |
		sed -E "s,^$(option prefix)/$(option libdir)/(libprocaudit|pkgconfig),/usr/lib64/\\1,
			s,^$(option prefix)/,/usr/," | sort >expected
	# Not every rpmbuild compresses manual pages.
	rpm --root "$PWD/root" -qal | grep -v '/share/\(doc\|licenses\)/' | while IFS= read -r file; do
		[ -d "root$file" ] || echo "${file%.gz}"
	done | sort >files
	diff expected files
	rpm --root "$PWD/root" -qal | while IFS= read -r file; do
		[ -e "root$file" ] || [ -L "root$file" ] || fail "$file was not installed"
	done
	rpm --root "$PWD/root" --noscripts -e procaudit procaudit-devel procaudit-libs
	equal "$(find root ! -type d -not -path '*/lib/rpm/*' -not -path '*/.rpmdb/*')" ''
}

@test "the recipe for Alpine is a shell script about this version" {
	# shellcheck disable=SC1091 # a recipe
	equal "$(. "$SRCROOT/contrib/packaging/APKBUILD" && echo "$pkgname $pkgver")" \
		"procaudit $(sed -n "s/^  version: '\(.*\)',/\1/p" "$SRCROOT/meson.build")"
	shellcheck "$SRCROOT/contrib/packaging/APKBUILD"
}

@test "the recipe for Alpine makes what meson installs, and the static recorder" {
	[ -x "$HELPERS/report-static" ] || skip 'machine: no musl'
	tar -xf "$DEBS"/procaudit_*.orig.tar.xz
	# What abuild does with it; the C library is another for the static recorder only.
	cat >abuild <<-'END'
		set -eu
		. "$1"
		meson() {
			case " $* " in
			*' -Dstatic=true '*) CC=musl-gcc command meson "$@" ;;
			*) command meson "$@" ;;
			esac
		}
		amove() {
			mkdir -p "$subpkgdir/${1%/*}"
			mv "$pkgdir/$1" "$subpkgdir/$1"
		}
		pkgdir=$2 subpkgdir=$3
		cd "$pkgname-$pkgver"
		build
		package
		recorder
	END
	sh abuild "$SRCROOT/contrib/packaging/APKBUILD" "$PWD/all" "$PWD/recorder" >log 2>&1 ||
		fail "$(tail -n 60 log)"
	equal "$(cd recorder && find . -type f)" ./usr/lib/procaudit/procaudit-static
	recorder/usr/lib/procaudit/procaudit-static -o "$LOG" true
	check_log "$LOG"
	diff <(meson introspect --installed procaudit-*/output | jq -r 'to_entries[].value' |
		grep -v /systemd/ | sort) \
		<(cd all && find . ! -type d | sed 's/^\.//' | sort)
}
