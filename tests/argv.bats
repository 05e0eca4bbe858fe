# SPDX-License-Identifier: ISC
# Contract: argv, path, exe and cwd are what the program itself finds, byte by byte.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common

# Records what `vectors` passes in this case.
vectors() {
	audit_reports "$HELPERS/vectors" "$1" "$HELPERS/report"
}

# Records a program that is executed in this way, with some arguments.
execways() {
	audit_reports "$HELPERS/execways" "$1" "$HELPERS/report" a '' $'b\xff\n'
	equal "$(log 'select(.event == "exec" and .image == 2).argv[1:]')" '["a","","b�\n"]'
}

# The exec record of the reporting program.
reporter() {
	log 'select(.event == "exec" and .image == 2)' | jq -c "$@"
}

# --- What is passed -----------------------------------------------------------

@test "every byte from 1 to 255 is kept" {
	vectors bytes
	equal "$(reporter '.argv | length')" $((255 * 7 + 1))
}

@test "everything that is not UTF-8 is kept" {
	vectors invalid
	reporter -e '[.argv_b64[] | select(. == "")] == []'
}

@test "everything that is UTF-8 stands as it is, without a twin" {
	vectors unicode
	reporter -e 'has("argv_b64") or has("env_b64") | not'
}

@test "empty strings and duplicates are kept" {
	vectors empty
	equal "$(reporter .argv)" \
		'["","","A=1","A=1","A=2","=","=X=1","==","A","A","A="," ","","last=",""]'
}

@test "no arguments at all are what the kernel makes of them" {
	vectors none
	equal "$(reporter .argv)" '[""]'
	equal "$(reporter .env)" '[]'
}

@test "random vectors are kept" {
	local seed
	for seed in {1..40}; do
		vectors "random:$seed" || fail "seed $seed"
	done
}

@test "a single string as long as the kernel takes it" {
	vectors long:131071
	equal "$(reporter '.argv | length')" 1
}

@test "2 MiB of arguments" {
	(ulimit -s 8192 && vectors total:2096000)
	equal "$(reporter '.argv | length')" 16
}

@test "6 MiB of arguments, where the stack is unlimited" {
	(ulimit -s unlimited && vectors total:6160000)
	equal "$(reporter '.argv | length')" 47
}

@test "100 000 arguments" {
	(ulimit -s 8192 && vectors many:100000)
	equal "$(reporter '.argv | length')" 100000
}

@test "200 000 arguments, where the stack is unlimited" {
	(ulimit -s unlimited && vectors many:200000)
	equal "$(reporter '.argv | length')" 200000
}

# --- How it is passed ---------------------------------------------------------

@test "execve with a relative path" {
	cp "$HELPERS/report" ./-report
	audit_reports "$HELPERS/execways" plain ./-report a
	equal "$(reporter .path)" '"./-report"'
	equal "$(reporter .exe)" "\"$PWD/-report\""
}

@test "fexecve from memory" {
	execways memfd
	reporter -e '.exe | test("^/memfd:ugly\n\"\ufffd\u009b \\(deleted\\)$")'
	reporter -e '.path | test("^/dev/fd/[0-9]+$")'
}

@test "fexecve of a deleted file" {
	execways deleted
	reporter -e '.exe | test("/deleted\n\"\ufffd\u009b \\(deleted\\)$")'
}

@test "execveat relative to a directory" {
	execways at
	reporter -e '.path | test("^/dev/fd/[0-9]+/report$")'
}

@test "exec from a thread that is not the leader" {
	execways thread
	reporter -e '.old_tid != .pid and .image == 2'
}

@test "exec from a thread that is not the leader, threads recorded" {
	audit_reports --threads "$HELPERS/execways" thread "$HELPERS/report"
	equal "$(log 'select(.event == "thread").tid')" "$(reporter .old_tid)"
	equal "$(log 'select(.event == "thread_exit")')" ''
}

@test "device and inode of exe are those of the file" {
	audit /bin/sh -c :
	equal "$(log -r 'select(.event == "exec") | .exe_dev + " " + .exe_ino')" \
		"$(stat -Lc '%d %i' /bin/sh)"
}

@test "each of several programs of one process" {
	audit_reports "$HELPERS/execways" plain "$HELPERS/execways" at "$HELPERS/execways" thread \
		"$HELPERS/execways" memfd "$HELPERS/report" x
	equal "$(log 'select(.event == "exec").image' | tr '\n' ' ')" '1 2 3 4 5 '
}

@test "five nested interpreters" {
	local n last=$HELPERS/report
	for n in 1 2 3 4 5; do
		printf '#!%s arg%d\n' "$last" "$n" >"s$n"
		chmod +x "s$n"
		last=$PWD/s$n
		((${#last} < 240)) || fail "the path is too long for #!: $last"
	done
	audit_reports "$HELPERS/execways" plain ./s5 $'\xff' ''
	equal "$(reporter '[.argv[] | sub(".*/"; "")]')" \
		'["report","arg1","s1","arg2","s2","arg3","s3","arg4","s4","arg5","s5","�",""]'
	equal "$(reporter .path)" '"./s5"'
	equal "$(reporter .exe)" "\"$HELPERS/report\""
}

@test "a program under a name that is not UTF-8" {
	local name=$'r\xffe\npo\xc2\x9brt'
	cp "$HELPERS/report" "$name"
	audit_reports "$HELPERS/execways" plain "./$name"
	equal "$(reporter -r .path_b64 | base64 -d)" "./$name"
}

# --- Where it runs ------------------------------------------------------------

@test "cwd with hostile bytes" {
	local name=$'a\nb\xff\x1b[31m\xc2\x9b"\\ (deleted)'
	mkdir "$name"
	cd "$name"
	audit_reports "$HELPERS/execways" plain "$HELPERS/report"
	equal "$(reporter -r .cwd_b64 | base64 -d)" "$PWD"
	equal "$(log -r 'select(.event == "header").cwd_b64' | base64 -d)" "$PWD"
}

@test "cwd that has been deleted" {
	COMPARE='--unknown cwd' execways rmdir
	equal "$(reporter .cwd)" "\"$PWD/gone (deleted)\""
}

@test "cwd as long as a path can be" {
	execways deep:4095
	equal "$(reporter -r .cwd_b64 | base64 -d | wc -c)" 4095
}

@test "cwd that is longer than a path can be" {
	local bytes
	for bytes in 4096 4097 5000 20000; do
		COMPARE='--unreadable cwd' execways "deep:$bytes"
		equal "$(reporter .cwd_error)" '"ENAMETOOLONG"'
	done
}

# --- What may not be read -----------------------------------------------------

@test "a program that may be executed and not read: argv is there, the rest has its error" {
	local bytes=$'\xff\n'
	public_copy "$HELPERS/execways" "$HELPERS/report"
	chmod 0111 "$PUBLIC/report"
	LOG=$PUBLIC/log.jsonl
	unprivileged "$PROCAUDIT" -o "$LOG" "$PUBLIC/execways" plain "$PUBLIC/report" a '' "$bytes" \
		>"$REPORTS"
	check_log "$LOG"
	COMPARE='--unreadable path --unreadable env --unreadable cwd --unreadable exe
		--unreadable arch --unreadable uid --unreadable euid --unreadable gid --unreadable egid' \
		compare_reports
	equal "$(reporter .argv_b64[3])" '"/wo="'
	equal "$(reporter .env_error)" '"EPERM"'
	equal "$(reporter .path_error)" '"EPERM"'
}

@test "an argument list that is too long to be read in one piece from /proc" {
	local long
	printf -v long '%100000s' x
	public_copy "$HELPERS/report"
	chmod 0111 "$PUBLIC/report"
	LOG=$PUBLIC/log.jsonl
	unprivileged "$PROCAUDIT" -o "$LOG" "$PUBLIC/report" "$long" "$long" '' >"$REPORTS"
	check_log "$LOG"
	equal "$(log 'select(.event == "exec").argv | map(length)[1:]')" '[100000,100000,0]'
}
