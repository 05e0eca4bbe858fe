# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Logs that fail: load helpers/badlog

# Makes a file system of so many KiB, $DISK, with a mount option. It is in a mount namespace that
# lasts as long as this test.
make_disk() { # KIB [OPTION]
	unshare -Urm true 2>/dev/null || skip "no user and mount namespaces here"
	mkdir disk
	mkfifo keep
	OPTIONS=size=$1k${2+,$2} unshare -Urm sh -c 'mount -t tmpfs -o "$OPTIONS" none disk &&
		echo $$ >keeper; exec cat' <keep 3>&- &
	exec 6>keep
	await test -s keeper
	DISK=/proc/$(cat keeper)/root$PWD/disk
}

# Takes so many KiB of it away.
fill_disk() { # KIB
	head -c $(($1 * 1024)) /dev/zero >"$DISK/filler"
}

# Opens descriptor 8, a pipe that nobody reads.
break_pipe() {
	mkfifo broken
	# shellcheck disable=SC2094
	exec 7<>broken 8>broken 7<&-
}
