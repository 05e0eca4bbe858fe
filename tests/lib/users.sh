#!/bin/sh
# SPDX-License-Identifier: ISC
# What users do with packages of Debian, as root of a system that is thrown away
# afterwards: packaging.bats runs it in a chroot where /packages has them, and
# /packages/later the same with a higher version. Prints nothing if all is well.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

fail() {
	echo "$*" >&2
	exit 1
}

quietly() {
	"$@" >/tmp/said 2>&1 || {
		cat /tmp/said
		fail "failed: $*"
	} >&2
}

# All that is there, but for what apt, dpkg and man keep for themselves.
files() {
	find / -xdev \( -path /var/cache -o -path /var/lib/apt -o -path '/var/lib/dpkg/*-old' \
		-o -path /packages -o -path /tmp \) -prune -o -print | sort
}

# What the packages of $1 have put where users look for it.
look_around() {
	[ "$(dpkg-query -W -f '${Version}\n' procaudit libprocaudit1 libprocaudit-dev | uniq)" = \
		"$(dpkg-deb -f "$1"/procaudit_*.deb Version)" ] || fail "not the version of $1"
	for name in procaudit procreport libprocaudit procaudit-log; do
		man "$name" 2>/tmp/said | grep -q '^DESCRIPTION' || fail "man $name: $(cat /tmp/said)"
	done
	for name in procaudit procreport; do
		"$name" --version | grep -q "^$name [0-9]" || fail "$name --version"
		for file in bash-completion/completions/$name zsh/vendor-completions/_$name \
			fish/vendor_completions.d/$name.fish; do
			[ -s "/usr/share/$file" ] || fail "no completion: $file"
		done
	done
	[ -s /usr/share/doc/procaudit/changelog.gz ] || fail 'no news'
	[ -e /lib/systemd/system/procaudit@.service ] || fail 'no service'
	# The systemd of this Debian makes it.
	[ "$(stat -c '%a %U' /var/log/procaudit)" = '750 root' ] || fail 'no directory for logs'
	dpkg --verify procaudit libprocaudit1 libprocaudit-dev
	[ -z "$(dpkg --audit)" ] || fail "$(dpkg --audit)"
}

# Logs of apt and dpkg come with the first package.
quietly apt-get update
quietly apt-get install -y --no-install-recommends libyajl2
quietly apt-get purge -y libyajl2
files >/tmp/before

quietly apt-get install -y --no-install-recommends /packages/*.deb
look_around /packages
procaudit -o /var/log/procaudit/log true
quietly apt-get install -y --no-install-recommends /packages/later/*.deb
look_around /packages/later
procreport verify /var/log/procaudit/log >/tmp/said || fail 'an upgrade has done something to a log'

# Who removes a package keeps what it has written.
quietly apt-get remove -y procaudit
[ -s /var/log/procaudit/log ] || fail 'the log has been removed'
quietly apt-get purge -y --auto-remove procaudit libprocaudit1 libprocaudit-dev
files >/tmp/after
diff /tmp/before /tmp/after || fail 'this is left'
