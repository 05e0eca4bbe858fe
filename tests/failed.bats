# SPDX-License-Identifier: ISC
# Contract: with --failed, each exec that fails is one record of what was asked for.
# Each test runs with --failed, and what is compared is every key.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016,SC2030,SC2031 # PATH is changed in subshells

load lib/common

# Records a command and compares its failed execs with $REPORTS, which is what
# helpers/asks.c prints.
audit_failed() {
	audit --failed "$@" >"$REPORTS" || return
	compare_failed
}

compare_failed() {
	/usr/bin/python3 "$SRCROOT/tests/helpers/failed.py" "$@" "$LOG" "$REPORTS" >&2 ||
		fail "$LOG is not what the programs asked for"
}

# Records these cases of helpers/asks.c.
asks() {
	audit_failed "$HELPERS/asks" "$@"
}

# The failed execs, through jq.
failed() {
	log 'select(.event == "exec" and (.success | not))' | jq -c "$@"
}

errnos() {
	failed -r .errno | tr '\n' ' '
}

needs_root() {
	[ "$(id -u)" = 0 ] || skip 'root only'
}

needs_x86_64() {
	[ "$(uname -m)" = x86_64 ] || skip 'x86_64 only'
}

# Files that cannot be executed, each for its own reason.
make_refused() {
	printf 'no interpreter\n' >text
	: >empty
	cp "$HELPERS/report" plain
	ln -s loop loop
	mkdir directory
	chmod +x text empty
	chmod -x plain
}

# --- Why it fails -------------------------------------------------------------

@test "a file that does not exist" {
	asks path:/nonexistent path:./nonexistent path:directory/nonexistent path:
	equal "$(errnos)" 'ENOENT ENOENT ENOENT ENOENT '
	equal "$(failed -r .path | tr '\n' ' ')" '/nonexistent ./nonexistent directory/nonexistent  '
}

@test "a file where a directory should be, a directory, no permission, a loop, a long name" {
	local long
	printf -v long '%0256d' 0
	make_refused
	asks path:text/x path:directory path:plain path:loop path:loop/x "path:$long" "path:/$long$long"
	equal "$(errnos)" 'ENOTDIR EACCES EACCES ELOOP ELOOP ENAMETOOLONG ENAMETOOLONG '
}

@test "a path longer than PATH_MAX" {
	local long
	printf -v long '/%.0s' {1..5000}
	asks "path:$long" path:/x
	equal "$(errnos)" 'ENAMETOOLONG ENOENT '
	equal "$(failed -s '.[0].path | length')" 5000
}

@test "a file without an interpreter" {
	make_refused
	asks path:text path:empty
	equal "$(errnos)" 'ENOEXEC ENOEXEC '
}

@test "a script whose interpreter does not exist" {
	printf '#!/nonexistent/sh -e\n' >script
	chmod +x script
	asks path:./script
	equal "$(errnos)" 'ENOENT '
	equal "$(failed -r .path)" ./script
}

@test "interpreters nested without end" {
	printf '#!%s\n' "$PWD/s" >s
	chmod +x s
	asks path:s
	equal "$(errnos)" 'ELOOP '
}

@test "a file that is open for writing" {
	cp "$HELPERS/report" busy
	exec {fd}>>busy
	asks path:busy
	exec {fd}>&-
	equal "$(errnos)" 'ETXTBSY '
}

@test "a file system that executes nothing" {
	needs_root
	mkdir mnt
	audit_failed "$(type -P unshare)" --mount /bin/sh -c 'mount -t tmpfs -o noexec none mnt &&
		cp "$1/report" mnt && exec "$1/asks" path:mnt/report' - "$HELPERS"
	equal "$(errnos | grep -o 'EACCES $')" 'EACCES '
	equal "$(failed -s -r 'last.path')" mnt/report
}

@test "without permission as another user" {
	needs_root
	cp "$HELPERS/report" secret
	chmod 700 secret
	public_copy "$HELPERS/asks" secret
	chmod 700 "$PUBLIC/secret"
	audit_failed "$(type -P setpriv)" --reuid=65534 --regid=65534 --clear-groups \
		"$PUBLIC/asks" path:"$PUBLIC/secret"
	equal "$(errnos)" 'EACCES '
}

@test "a string longer than the kernel takes it is kept whole" {
	asks long:/bin/true
	equal "$(errnos)" 'E2BIG '
	equal "$(failed '.argv | map(length)')" '[1,200000,1]'
}

@test "more than the kernel takes altogether is kept whole" {
	(ulimit -s 8192 && asks total:3000000)
	equal "$(errnos)" 'E2BIG '
	equal "$(failed '.argv | map(length) | add')" 2999970
}

@test "8 MB of arguments, more than any limit allows, are kept whole" {
	(ulimit -s unlimited && asks total:8000000)
	equal "$(failed '.argv | map(length) | add')" 7999920
}

@test "100 000 arguments" {
	asks many:100000
	equal "$(failed '.argv | length')" 100000
}

# --- What is asked for --------------------------------------------------------

@test "every byte from 1 to 255" {
	asks bytes:/nonexistent bytes:$'\xff\xc2\x9b\n'
	failed -e -s 'all(has("argv_b64") and has("env_b64"))'
}

@test "a file name that cannot be read" {
	asks badpath
	equal "$(failed '[.errno, .path, .path_error, .argv_error]')" '["EFAULT",null,"EFAULT",null]'
}

@test "a bad pointer in the midst of argv: the readable rest is kept" {
	asks badarg:/bin/true badarg:/nonexistent
	equal "$(errnos)" 'EFAULT ENOENT '
	equal "$(failed '[.argv, .argv_error, .env_error]' | uniq)" '[["one","three",""],"EFAULT",null]'
}

@test "a bad pointer in the midst of the environment: the readable rest is kept" {
	asks badenv:/bin/true badenv:/nonexistent
	equal "$(errnos)" 'EFAULT ENOENT '
	equal "$(failed '[.env, .env_error, .argv_error]' | uniq)" '[["one","three",""],"EFAULT",null]'
}

@test "vectors that cannot be read at all" {
	asks badvectors:/bin/true
	equal "$(failed '[.errno, .argv, .argv_error, .env, .env_error]')" \
		'["EFAULT",[],"EFAULT",[],"EFAULT"]'
}

@test "vectors that end with their mapping instead of with NULL" {
	asks cut:/bin/true
	equal "$(failed '[.errno, (.argv | length), .argv_error]')" '["EFAULT",3,"EFAULT"]'
}

@test "a string that ends with its mapping instead of with a NUL byte" {
	asks torn:/bin/true
	equal "$(failed '[.errno, .argv, .argv_error]')" '["EFAULT",["a","c"],"EFAULT"]'
}

@test "strings and vectors that end exactly with their mapping are whole" {
	asks edge:/nonexistent
	failed -e 'has("argv_error") or has("env_error") or has("path_error") | not'
}

@test "pointers across the borders of pages are whole" {
	asks pages:/nonexistent
	failed -e 'has("argv_error") or has("env_error") | not'
}

@test "neither argv nor environment" {
	asks null:/nonexistent
	equal "$(failed '[.argv, .env]')" '[[],[]]'
}

@test "the working directory is that of each call" {
	mkdir $'d\xff\n'
	cat >script <<-'END'
		cd "$2" && "$1/asks" path:x; cd / && "$1/asks" path:x
	END
	audit_failed /bin/sh ./script "$HELPERS" $'d\xff\n'
	equal "$(failed -s '[last.cwd, (.[0] | has("cwd_b64"))]')" '["/",true]'
}

# --- How it is asked ----------------------------------------------------------

@test "execveat relative to a directory" {
	make_refused
	asks "at:$PWD/directory:x" "at:$PWD:text" "at:/:$PWD/plain" "at:$PWD:"
	equal "$(errnos)" 'ENOENT ENOEXEC EACCES ENOENT '
	equal "$(failed -s -r '.[0].dirfd_path')" "$PWD/directory"
}

@test "execveat of an open file itself" {
	make_refused
	asks "empty:$PWD/plain" "empty:$PWD/text"
	equal "$(errnos)" 'EACCES ENOEXEC '
	equal "$(failed -s '[.[].path]')" '["",""]'
}

@test "execveat relative to a descriptor that is closed" {
	asks closed:x
	equal "$(failed '[.errno, has("dirfd_path")]')" '["EBADF",false]'
}

@test "execveat that only asks whether it could is no record" {
	make_refused
	asks check:/bin/true "check:$PWD/plain" path:x "check:$PWD/text"
	equal "$(errnos)" 'ENOENT '
	equal "$(log 'select(.event == "exec" and .success)' | wc -l)" 1
}

@test "from a thread that is not the leader" {
	make_refused
	asks -t path:x path:plain "at:$PWD:text" badarg:/bin/true
	failed -e -s 'all(.tid != null and .tid != .pid)'
}

@test "from a thread that is not the leader, threads recorded" {
	audit_failed --threads "$HELPERS/asks" -t path:x path:y
	equal "$(failed .tid | sort -u)" "$(log 'select(.event == "thread").tid')"
}

@test "from children of vfork, whose ends are recorded" {
	make_refused
	asks -v path:x path:plain "at:$PWD:text" badenv:/bin/true
	equal "$(failed .pid | sort -u | wc -l)" 4
	equal "$(log 'select(.event == "exit" and .proc != 1).exit_code' | tr '\n' ' ')" '9 9 9 9 '
}

@test "from the child of posix_spawn, whose end is recorded" {
	run -1 audit --failed "$HELPERS/forks" spawn /nonexistent a ''
	equal "$(failed '[.proc, .errno, .path, .argv]')" \
		'[2,"ENOENT","/nonexistent",["/nonexistent","a",""]]'
	equal "$(log 'select(.event == "exit" and .proc == 2).exit_code')" 127
}

@test "from the newest thread, before its creator can tell of it" {
	# Enough of them that creators' events are late now and then.
	: >"$REPORTS"
	audit --failed /bin/sh -c 'i=0; while [ $i -lt 30 ]; do
		for j in 1 2 3 4; do "$1" -t path:x >>"$2" & done; wait; i=$((i + 1)); done' - \
		"$HELPERS/asks" "$REPORTS"
	equal "$(wc -l <"$REPORTS")" 120
	compare_failed
}

# --- Other ABIs ---------------------------------------------------------------

@test "from i386 programs" {
	needs_x86_64
	make_refused
	audit_failed "$HELPERS/asks-i386" path:x path:plain null:x bytes:x long:/bin/true badpath \
		badarg:/bin/true badenv:/bin/true badvectors:/bin/true cut:/bin/true torn:/bin/true \
		edge:x pages:x many:100000 "at:$PWD:text" "empty:$PWD/plain" closed:x check:/bin/true
	equal "$(failed .arch | sort -u)" '"i386"'
	equal "$(failed -s length)" 17
}

@test "from a thread of an i386 program" {
	needs_x86_64
	audit_failed "$HELPERS/asks-i386" -t path:x bytes:x edge:x
}

@test "by the i386 system call from 64-bit code" {
	needs_x86_64
	make_refused
	asks -i path:x path:plain null:x bytes:x badpath badarg:/bin/true badenv:/bin/true \
		"at:$PWD:text" "empty:$PWD/plain" closed:x check:/bin/true
	equal "$(failed .arch | sort -u)" '"i386"'
	equal "$(failed -s length)" 10
}

# --- Where environments are ---------------------------------------------------

@test "--failed=brief: no environment in what fails, and in all that succeeds" {
	audit --failed=brief "$HELPERS/asks" path:x badenv:/bin/true badarg:/bin/true null:x >"$REPORTS"
	compare_failed --no-env
	log -s -e 'map(select(.event == "exec")) | all(has("env") == .success)'
}

@test "--failed=full is the default" {
	audit --failed true
	equal "$(log 'select(.event == "header").capture.failed')" '"full"'
	audit --failed=full "$HELPERS/asks" path:x >"$REPORTS"
	compare_failed
}

@test "--env=once: what fails names its environment, too" {
	audit_failed --env=once "$HELPERS/asks" path:x path:y bytes:x badenv:/bin/true null:x null:y
	equal "$(failed '.env_id != null' | tr '\n' ' ')" 'true true true false true true '
	equal "$(failed -s '[.[].env_id] | (.[0] == .[1] and .[4] == .[5] and .[0] != .[4])')" true
}

@test "--env=once: a search through PATH costs one environment" {
	(PATH=/nonexistent/a:/nonexistent/b:$PATH && audit --failed --env=once env true)
	equal "$(log 'select(.event == "env")' | wc -l)" 1
	equal "$(log 'select(.event == "exec").env_id' | sort -u)" 1
}

@test "--env=none: no environment anywhere" {
	SECRET=hunter2 audit --failed --env=none "$HELPERS/asks" path:x badenv:/bin/true >"$REPORTS"
	compare_failed --no-env
	refute grep -q -e hunter2 -e 'env_id' "$LOG"
}

# --- Searches -----------------------------------------------------------------

@test "a search through PATH: one record for each try, in its order" {
	local env
	env=$(type -P env)
	make_refused
	mkdir bin good
	cp plain bin/tool # not executable
	printf '#!/bin/sh\nexit 7\n' >good/tool
	chmod +x good/tool
	(PATH=/nonexistent:$PWD/text:$PWD/bin:$PWD/good &&
		run -7 audit --failed "$env" tool 1 2)
	equal "$(failed '[.errno, .path, .argv]')" \
"$(jq -nc --arg d "$PWD" '["ENOENT","/nonexistent/tool",["tool","1","2"]],
		["ENOTDIR",$d + "/text/tool",["tool","1","2"]],
		["EACCES",$d + "/bin/tool",["tool","1","2"]]')"
	equal "$(log -s 'map(select(.event == "exec" and .success)) | last | [.path, .argv_asked]')" \
		"[\"$PWD/good/tool\",[\"tool\",\"1\",\"2\"]]"
}

@test "procaudit's own search for the command" {
	(PATH=/nonexistent/a:/nonexistent/b:$PATH && audit --failed env true)
	equal "$(failed -s 'map(select(.argv == ["env", "true"]) | .path)[:2]')" \
		'["/nonexistent/a/env","/nonexistent/b/env"]'
	equal "$(failed -s 'map(select(.argv == ["true"]) | .path)[:2]')" \
		'["/nonexistent/a/true","/nonexistent/b/true"]'
}

@test "a command that does not exist" {
	run -127 audit --failed /nonexistent/command a ''
	equal "$(failed '[.proc, .errno, .path, .argv]')" \
		'[1,"ENOENT","/nonexistent/command",["/nonexistent/command","a",""]]'
	run -126 audit --failed /dev/null
	equal "$(errnos)" 'EACCES '
}

@test "a script without #!, and what the shell makes of it" {
	printf 'exit 7\n' >script
	chmod +x script
	# execvp(3): ENOEXEC makes it sh's.
	run -7 audit --failed ./script arg
	equal "$(log 'select(.event == "exec") | [.errno, .path, .argv]')" \
		$'["ENOEXEC","./script",["./script","arg"]]\n[null,"/bin/sh",["/bin/sh","./script","arg"]]'
}

# --- Beside what succeeds -----------------------------------------------------

@test "failures do not count as images, and an image more does not change them" {
	audit_failed "$HELPERS/execways" plain /bin/sh -c '"$0" path:x; exec "$0" path:y' "$HELPERS/asks"
	equal "$(log 'select(.event == "exec" and .success).image' | tr '\n' ' ')" '1 2 1 3 '
}

@test "many programs at once" {
	audit_failed /bin/sh -c 'i=0; while [ $i -lt 50 ]; do
		"$0" path:x bytes:y many:100 & "$0" -v path:x & "$0" -t path:z & i=$((i + 1)); done
		wait' "$HELPERS/asks"
	equal "$(failed -s length)" 250
}

# --- What ran instead ---------------------------------------------------------

succeeded() {
	log 'select(.event == "exec" and .success)' | jq -c "$@"
}

@test "a script: what was asked for is told beside what ran" {
	printf '#!%s -x  y\n' "$HELPERS/report" >script
	chmod +x script
	audit_reports --failed "$HELPERS/execways" plain ./script a '' $'\xff'
	equal "$(succeeded -r 'select(.image == 2).argv_asked_b64[3]' | base64 -d)" $'\xff'
	equal "$(succeeded 'select(.image == 2) | .argv_asked[:3], (.argv | length)')" \
		$'["./script","a",""]\n6'
}

@test "nested scripts: what the first caller asked for" {
	printf '#!%s\n' "$HELPERS/report" >s1
	printf '#!%s/s1 two\n' "$PWD" >s2
	printf '#!%s/s2 three\n' "$PWD" >s3
	chmod +x s1 s2 s3
	audit_reports --failed "$HELPERS/execways" at "$PWD/s3" a
	equal "$(succeeded 'select(.image == 2) | [.argv_asked, .syscall, .argv[-1]]')" \
		"[[\"$PWD/s3\",\"a\"],\"execveat\",\"a\"]"
	equal "$(succeeded 'select(.image == 2) | .argv | length')" 7
}

@test "binfmt_misc: what was asked for is told beside what ran" {
	# In a user namespace it is a private one (Linux 6.7).
	printf 'procaudit-test of a format\n' >file
	chmod +x file
	mkdir misc
	cat >register <<-'END'
		mount -t binfmt_misc none misc && echo ":t:M::procaudit-test::$1/report:" >misc/register &&
			exec "$1/execways" plain ./file a ''
	END
	"$(type -P unshare)" --user --map-root-user --mount /bin/sh -c \
		'mount -t binfmt_misc none misc && [ ! -e misc/t ]' || skip 'no private binfmt_misc'
	audit --failed "$(type -P unshare)" --user --map-root-user --mount \
		/bin/sh ./register "$HELPERS" >"$REPORTS"
	equal "$(succeeded -s 'last | [.argv_asked, .argv, .exe]')" \
		"[[\"./file\",\"a\",\"\"],[\"$HELPERS/report\",\"./file\",\"a\",\"\"],\"$HELPERS/report\"]"
	equal "$(jq -c '.argv | length' "$REPORTS")" 4
}

@test "what was asked for is told only where it differs" {
	audit_reports --failed "$HELPERS/vectors" bytes "$HELPERS/report"
	succeeded -e -s 'all(has("argv_asked") or has("argv_asked_b64") | not)'
	# argc 0: the kernel adds an empty string.
	audit_reports --failed "$HELPERS/vectors" none "$HELPERS/report"
	equal "$(succeeded 'select(.image == 2) | [.argv, .argv_asked]')" '[[""],[]]'
}

@test "syscall is the call that was made, and known with --failed only" {
	audit_reports --failed "$HELPERS/execways" at "$HELPERS/execways" plain "$HELPERS/execways" memfd \
		"$HELPERS/report"
	equal "$(succeeded -r .syscall | tr '\n' ' ')" 'execve execveat execve execveat '
	audit "$HELPERS/execways" at "$HELPERS/report" >"$REPORTS"
	succeeded -e -s 'all(has("syscall") | not)'
}

# The records of what succeeds, without what differs from run to run and what
# is told with --failed besides.
timeless() {
	log 'select(.event == "exec" and .success or .event == "exit" or .event == "fork") |
		del(.seq, .ts, .mono_us, .pid, .ppid, .child_pid, .old_tid, .tid, .syscall, .argv_asked,
			.argv_asked_b64, .dirfd_path, .duration_us, .cpu_us, .utime_us, .stime_us, .maxrss_kb, .minflt,
			.majflt, .inblock, .oublock, .nvcsw, .nivcsw)'
}

@test "what succeeds has the same records with --failed and without" {
	local script='cd / && for way in plain at thread; do
		"$0/execways" $way "$0/report" $way ""; done
		for kind in fork vfork clone3 spawn; do "$0/forks" $kind "$0/report" $kind; done
		PATH=/nonexistent:$PATH; true; env true; "$1/script" x; "$0/vectors" bytes "$0/report"
		exec "$0/vectors" random:3 "$0/report"'
	printf '#!/bin/sh\nexec /bin/true\n' >script
	chmod +x script
	audit /bin/sh -c "$script" "$HELPERS" "$PWD" >"$REPORTS"
	timeless >without
	audit_reports --failed /bin/sh -c "$script" "$HELPERS" "$PWD"
	timeless >with
	(($(wc -l <with) > 40))
	diff without with
}

@test "a caller cannot keep procaudit busy with vectors that have no end" {
	# 100 000 times a string of 100 MiB that nobody can keep: hours, if each were read.
	cat >busy.py <<-'END'
		import ctypes, mmap
		libc = ctypes.CDLL(None, use_errno=True)
		text = ctypes.create_string_buffer(b"x" * (100 << 20))
		argv = (ctypes.c_void_p * 100001)(*[ctypes.addressof(text)] * 100000, None)
		bad = (ctypes.c_void_p * 2000001)(*[16] * 2000000, None)
		libc.execve(b"/bin/true", argv, None)
		libc.execve(b"/bin/true", bad, bad)
	END
	timeout 600 "$PROCAUDIT" -o "$LOG" --failed /usr/bin/python3 busy.py
	check_log "$LOG"
	equal "$(failed '[.errno, .argv_error]')" $'["E2BIG","E2BIG"]\n["E2BIG","E2BIG"]'
}

@test "-v counts them" {
	"$PROCAUDIT" -v --failed -o "$LOG" /bin/sh -c '/no/such/program 2>/dev/null; exit 0' 2>err
	equal "$(cat err)" "procaudit: 2 processes, 1 program executed, 1 failed, complete; log: $LOG"
}
