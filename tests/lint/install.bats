# SPDX-License-Identifier: ISC
# Lint: exactly what is to be installed is, and all of it goes again. In a copy of
# what meson knows of the build: it notes there what it has installed.

load lint

setup() {
	export DESTDIR=$BATS_TEST_TMPDIR/dest
	COPY=$BATS_TEST_TMPDIR/copy
	mkdir -p "$COPY/meson-logs" "$COPY/meson-private"
	cp "$BUILDROOT/meson-private/install.dat" "$COPY/meson-private"
	find "$BUILDROOT" -mindepth 1 -maxdepth 1 ! -name 'meson-*' -exec ln -s -t "$COPY" {} +
	cd "$SRCROOT" || return
	meson install -C "$COPY" --no-rebuild --quiet
}

# Below the prefix; lib is the directory of libraries, whatever it is called.
expected() {
	printf '%s\n' bin/procaudit bin/procreport \
		lib/libprocaudit.so lib/libprocaudit.so.1 lib/libprocaudit.so.1.0.0 \
		lib/pkgconfig/libprocaudit.pc \
		lib/systemd/system/procaudit@.service lib/tmpfiles.d/procaudit.conf \
		share/doc/procaudit/examples/logrotate/procaudit \
		share/procaudit/procaudit-1.schema.json \
		share/bash-completion/completions/proc{audit,report} \
		share/fish/vendor_completions.d/proc{audit,report}.fish \
		share/zsh/site-functions/_proc{audit,report}
	for file in include/procaudit/*.h; do
		echo "$file"
	done
	for file in man/*.[1-8]; do
		echo "share/man/man${file##*.}/${file#man/}"
	done
}

@test "exactly what is to be installed is installed" {
	prefix=$DESTDIR$(meson introspect --buildoptions "$BUILDROOT" | jq -r '.[] | select(.name == "prefix").value')
	libdir=$(meson introspect --buildoptions "$BUILDROOT" | jq -r '.[] | select(.name == "libdir").value')
	diff <(expected | sort) <(cd "$prefix" && find . ! -type d -printf '%P\n' | sed "s|^$libdir/|lib/|" | sort)
	# Nothing beside the prefix.
	diff <(find "$prefix" ! -type d | sort) <(find "$DESTDIR" ! -type d | sort)
}

@test "nothing that is installed can be written to by others" {
	find "$DESTDIR" ! -type l -perm /022 | no_findings
}

@test "a directory in which nothing can be linked is refused at once" {
	run ! meson setup "$BATS_TEST_TMPDIR/a,b"
	[[ $output == *'a comma in the path of the source or of the build directory'* ]]
}

# Prints what is installed, as below /usr with libraries in $1.
installed() {
	local prefix libdir

	prefix=$(meson introspect --buildoptions "$BUILDROOT" | jq -r '.[] | select(.name == "prefix").value')
	libdir=$(meson introspect --buildoptions "$BUILDROOT" | jq -r '.[] | select(.name == "libdir").value')
	(cd "$DESTDIR$prefix" && find . ! -type d -printf 'usr/%P\n') |
		sed -E "s,^usr/$libdir/(libprocaudit|pkgconfig),usr/$1/\1,"
}

# Names each file of standard input that is not in exactly one place of $1: "package
# pattern" on each line, where a directory stands for all below.
misplaced() {
	local file package packages pattern

	while IFS= read -r file; do
		packages=
		while read -r package pattern; do
			# shellcheck disable=SC2053 # patterns
			[[ $file != $pattern && $file != ${pattern%/}/* ]] || packages+=" $package"
		done <"$1"
		[[ $packages =~ ^\ [^\ ]+$ ]] || echo "$file:$packages"
	done
}

@test "each file is in one of Debian's packages" {
	for file in contrib/packaging/debian/*.install; do
		sed "s,^,$(basename "$file" .install) ," "$file"
	done >"$BATS_TEST_TMPDIR/places"
	# What debian/rules moves.
	installed lib/any | sed 's,/site-functions/,/vendor-completions/,; s,^usr/lib/systemd/,lib/systemd/,' |
		misplaced "$BATS_TEST_TMPDIR/places" | no_findings
}

@test "each file is in one of RPM's packages" {
	sed -n '/^%files/,/^%changelog/p' contrib/packaging/procaudit.spec |
		awk '/^%files/ { package = "procaudit-" $2 } /^%{/ { print package, $1 }' |
		sed 's,%{_bindir},usr/bin,; s,%{_datadir},usr/share,; s,%{_includedir},usr/include,
			s,%{_libdir},usr/lib64,; s,%{_mandir},usr/share/man,; s,%{_unitdir},usr/lib/systemd/system,
			s,%{_tmpfilesdir},usr/lib/tmpfiles.d,; s,%{name},procaudit,' >"$BATS_TEST_TMPDIR/places"
	grep % "$BATS_TEST_TMPDIR/places" | no_findings
	# The examples are among its documents.
	installed lib64 | grep -v '^usr/share/doc/' | misplaced "$BATS_TEST_TMPDIR/places" | no_findings
}

@test "all packages are of this version" {
	version=$(meson introspect --projectinfo "$BUILDROOT" | jq -r .version)
	head -n 1 contrib/packaging/debian/changelog | grep -qF "procaudit ($version-"
	grep -qxE "Version: +$version" contrib/packaging/procaudit.spec
	grep -qE "^\* .* - $version-[0-9]+$" contrib/packaging/procaudit.spec
	# shellcheck disable=SC1091 # a recipe
	[ "$(. contrib/packaging/APKBUILD && echo "$pkgver")" = "$version" ] || fail APKBUILD
}

@test "uninstalling leaves nothing" {
	find "$DESTDIR" -type f | grep -q . || fail "nothing was installed"
	# What `ninja uninstall` runs.
	(cd "$COPY" && meson --internal uninstall) >/dev/null
	find "$DESTDIR" ! -type d | no_findings
	# Directories that meson has made go, too: it may leave only those it was given.
	find "$DESTDIR" -mindepth 1 -type d -empty | no_findings
}
