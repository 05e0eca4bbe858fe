# SPDX-License-Identifier: ISC
# Contract: the command line, and exit statuses.

load lib/common

@test "the exit status is the command's" {
	run -7 audit sh -c 'exit 7'
}

@test "a command that is not found gives 127 and one line" {
	# A directory that may not be searched would make it EACCES, as with env(1).
	PATH=/usr/bin:/bin run -127 audit no-such-program
	equal "$output" "procaudit: cannot execute 'no-such-program': No such file or directory"
}
