# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the set-up scripts share. They say what they do, one line a step.

say() {
	printf '==> %s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Root's rights for one command.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root: $*"
	fi
}

# Those of the packages that are not installed, one a line.
missing_packages() {
	local package

	for package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			echo "$package"
	done
}

install_packages() {
	local missing

	command -v dpkg-query >/dev/null || {
		say "Not a Debian system: install what stands for $*"
		return
	}
	mapfile -t missing < <(missing_packages "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	say "Installing ${missing[*]}"
	as_root apt-get update -qq </dev/null
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# What building needs.
# shellcheck disable=SC2034 # for those who load this file
build_packages=(gcc libc6-dev meson ninja-build pkg-config libbsd-dev libmd-dev uthash-dev
	libyajl-dev libzstd-dev libsqlite3-dev libcurl4-openssl-dev)
