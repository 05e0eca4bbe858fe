# SPDX-License-Identifier: ISC
# Contract: real workloads. What strace sees of the same command is in the log.

load lib/common

# Runs the command in the directory `work` under each of procaudit and strace;
# `again` makes the directory anew.
both_see_the_same() {
	again
	(cd work && env -u _ "$PROCAUDIT" -o "$LOG" "$@" >../out.procaudit)
	check_log "$LOG"
	again
	(cd work && env -u _ strace -f -v -s 1000000 -xx -qqq -e trace=execve,execveat \
		-e signal=none -o ../strace.txt "$@" >../out.strace)
	cmp out.procaudit out.strace
	/usr/bin/python3 "$SRCROOT/tests/lib/strace_diff.py" "$LOG" strace.txt
}

again() {
	rm -rf work
	mkdir work
}

# How often a program was executed, by the name of its file.
times_run() {
	log -s --arg name "$1" 'map(select(.event == "exec" and
		(.exe | endswith("/" + $name)))) | length'
}

@test "make -j2 of 200 C files and a static library" {
	again() {
		rm -rf work
		sh "$SRCROOT/tests/lib/project.sh" work 200
	}
	both_see_the_same make -s -j2
	work/prog
	equal "$(times_run cc1)" 201
	log -e -s 'map(select(.event == "exec" and .argv[0:2] == ["ar", "rcs"])) |
		length == 1 and (.[0].argv | length) == 203'
	log -e -s 'map(select(.event == "exec" and .argv[0] == "cc" and
		.argv[1:4] == ["-DVALUE=1", "-DTEXT=\"a b\"", "-O1"])) | length == 201'
	log -e -s 'map(select(.event == "exec" and (.argv[0] | endswith("as")))) | length == 201'
	log -e -s 'map(select(.event == "exec" and (.argv[0] | endswith("/collect2")))) | length == 1'
	log -e -s 'map(select(.event == "exec" and (.argv[0] | endswith("/ld")))) | length == 1'
}

@test "a Python script that spawns" {
	both_see_the_same /usr/bin/python3 "$SRCROOT/tests/helpers/spawner.py"
}

@test "a Perl script that spawns" {
	both_see_the_same perl "$SRCROOT/tests/helpers/spawner.pl"
}

@test "shell scripts, with and without an interpreter line, in pipelines" {
	again() {
		rm -rf work
		mkdir work
		printf '#!/bin/sh -e\n/bin/echo "$@" | cat | /bin/cat\n' >work/script
		printf '#!./script x\n' >work/nested
		printf '/bin/echo none "$@"\n' >work/none
		chmod +x work/*
	}
	both_see_the_same sh -c './script 1 "2 3"; ./nested a; ./none b; ls -d . >/dev/null'
}
