# SPDX-License-Identifier: ISC
# Contract: what the documents show works: every command line in them is run, as it
# stands there, by a newcomer in a small project; and every path that they name is
# there.

# Texts of others in single quotes; each test has variables of its own.
# shellcheck disable=SC2016,SC2030,SC2031

load lib/common
load helpers/await

# What is not run here: document and first line, as patterns, and why.
not_run() {
	cat <<-'END'
		README.md|contrib/quickstart|it installs packages; quickstart.bats runs it
		README.md|apt-get install *|it installs packages; see the test below
		README.md|systemctl enable --now procaudit@runner.service|it needs systemd as process 1; systemd.bats runs the unit
		*.md|*meson setup *|a build takes minutes; contrib/check has done it
		*.md|meson test *|these are tests; contrib/check runs them, unless they take hours
		man/procreport.1|procreport otlp --post=*|it needs a collector; otlppost.bats has one
		man/libprocaudit.3|cc -o example example.c $(pkg-config --cflags --libs libprocaudit)|it needs an installation; lint/docs.bats builds it
		man/libprocaudit.3|./example sh -c 'true; /bin/true'|lint/docs.bats runs it
		man/procaudit.1|systemctl enable --now procaudit@runner.service|it needs systemd as process 1; systemd.bats runs the unit
	END
}

# Whether a command is one of these; $PATTERN is which.
is_not_run() { # DOCUMENT FIRST-LINE
	local document first
	while IFS='|' read -r document first _; do
		PATTERN="$document|$first"
		# shellcheck disable=SC2053 # patterns
		[[ $1 == $document && $2 == $first ]] && return
	done < <(not_run)
	return 1
}

# What the newcomer has: a project of three sources, some scripts, and logs of builds.
# Other people's programs that not every machine has do here what is expected of them.
setup_file() {
	export PLACE=$BATS_FILE_TMPDIR CCACHE_DISABLE=1 # which cc may be
	umask 022
	# Some commands become another user.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$PLACE"
	export WORK=$PLACE/work PRISTINE=$PLACE/pristine BIN=$PLACE/bin COMMANDS=$PLACE/commands
	/usr/bin/python3 "$SRCROOT/tests/lib/commands.py" "$SRCROOT" "$COMMANDS"
	mkdir -p "$BIN" "$WORK"/{dist,run,src/lib,tmp,var/log/procaudit}
	# Process 12 is a compiler, and one fails.
	cat >"$WORK/Makefile" <<-'END'
		.RECIPEPREFIX = >
		CFLAGS = -O2
		all: hello
		made:
		> -/bin/false
		> mkdir made
		> ./curl
		> ./curl again
		hello: made one.o two.o main.o
		> cc -o hello one.o two.o main.o
		check: hello
		> ./hello
	END
	cat >"$WORK/main.c" <<-'END'
		int one(void), two(void);
		int main(void)
		{
			return one() + two() != 3;
		}
	END
	printf 'int one(void)\n{\n\treturn 1;\n}\n' >"$WORK/one.c"
	printf 'int two(void)\n{\n\treturn 2;\n}\n' >"$WORK/two.c"
	cp /bin/true "$WORK/curl"
	cp /bin/true "$WORK/app"
	cp /bin/true "$WORK/dist/app"
	script "$WORK/configure" 'uname; cc --version; test -e main.c'
	script "$WORK/job" '/bin/true; MYAPP_KEY=12345678 /bin/true'
	script "$WORK/runner" '/bin/true'
	script "$WORK/server" '/bin/true'
	script "$WORK/start-server" 'sleep 1000 & echo $! >server.pid'
	script "$BIN/less" 'exec cat'
	script "$BIN/sudo" 'exec "$@"'
	script "$BIN/curl" 'exec cat'
	script "$BIN/pidof" '[ "$1" = runner ] && echo "$PID"'
	script "$BIN/flamegraph.pl" 'awk '\''!/^[^ ]+ [0-9]+$/ { exit 1 } END { exit !NR }'\'
	ln -s "$SRCROOT/contrib/recipes/join.py" "$BIN/join.py"
	export USER=root
	PATH=${PROCAUDIT%/*}:${PROCREPORT%/*}:$BIN:$PATH
	cp -a "$WORK/." "$WORK.tree"
	(cd "$WORK" && CFLAGS=-O2 procaudit --failed --env=once -o "$PLACE/build" make)
	rm -r "$WORK"
	mv "$WORK.tree" "$PRISTINE"
	for log in log log.txt old.txt log.jsonl build.jsonl yesterday.jsonl var/log/procaudit/runner.jsonl; do
		cp "$PLACE/build" "$PRISTINE/$log"
	done
	ln -s "$BUILDROOT" "$PRISTINE/build"
	ln -s "$SRCROOT/tests" "$SRCROOT/contrib" "$PRISTINE"
	mkdir "$PRISTINE/tmp/copy"
	(cd "$PRISTINE" && cp curl Makefile ./*.c tmp/copy)
}

script() { # FILE TEXT
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

teardown() {
	[ -z "${PID-}" ] || kill -KILL "$PID" 2>/dev/null || :
	[ ! -e "$WORK/server.pid" ] || kill -KILL "$(cat "$WORK/server.pid")" 2>/dev/null || :
}

attached() {
	grep -qs '"event":"attach"' "$WORK"/*.jsonl "$WORK"/var/log/*.jsonl "$WORK"/var/log/procaudit/*
}

traced() {
	! untraced "$1"
}

# What the command is about: runner, a process that ends when the command has seen
# enough of it.
begin_runner() {
	sleep 1000 3>&- &
	export PID=$!
	case $1 in
	*tracer_pid*)
		rm log.jsonl
		"$PROCAUDIT" -o log.jsonl -p "$PID" 3>&- &
		await attached
		RECORDER=$(jq -n 'first(inputs).tracer_pid' log.jsonl)
		;;
	esac
}

end_runner() { # COMMAND JOB
	case $1 in
	*'procaudit -D'* | *TracerPid*) await gone "$2" ;;
	*tracer_pid*) await traced "$RECORDER" ;;
	*) await attached ;;
	esac
	kill "$PID"
}

# Runs a command in the project, fresh.
run_command() { # FILE
	local command job status=0
	unset PID RECORDER
	rm -rf "$WORK"
	cp -a "$PRISTINE" "$WORK"
	cd "$WORK" || return
	command=$(sed "s#/var/log/#$WORK&#g; s#/run/#$WORK&#g; s#/src/lib\b#$WORK&#g; s#/tmp/copy#$WORK&#g" "$1")
	[[ $command != *'pidof runner'* && $command != *'$PID'* && $command != *tracer_pid* ]] ||
		begin_runner "$command"
	# The leak sanitizer, if we have it, cannot work below a debugger.
	[[ $command != strace* && $command != gdb* ]] ||
		local -x ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
	(unset "${!BATS_@}" && exec bash -e -o pipefail -c "$command") >out 2>err </dev/null 3>&- &
	job=$!
	[ -z "${PID-}" ] || end_runner "$command" "$job"
	wait "$job" || status=$?
	equal "$status" 0 || fail "$(cat "$1" out err)" || return
	run ! grep -E '^(procaudit|procreport|jq|bash|make): [^[]' err
	after "$command"
}

# What else is to be seen.
after() { # COMMAND
	case $1 in
	*linger=0*) kill "$(cat server.pid)" ;;
	*./server) await grep -q '"event":"trailer"' var/log/server.jsonl ;;
	*--pidfile*) await test ! -e run/procaudit.pid && await grep -q '"event":"trailer"' var/log/procaudit/runner.jsonl ;;
	gdb*) grep -q '^#0 .*dispatch (' out || fail "$(cat out err)" ;;
	*--sh*) [ -e main.o ] ;;
	*build.sh*copy*) [ -x tmp/copy/hello ] ;;
	bats*) grep -qx 'ok 1 .*' out ;;
	*flamegraph.pl* | *-Tsvg* | *'>'* | *' -o '* | *' -q '* | *diff* | *--cwd=* | *LD_PRELOAD* | *ld-* | *attached_env* | *'JOIN response'* | *CFLAGS* | *GITHUB_TOKEN* | *follow*) ;;
	*) [ -s out ] || [ -s err ] || fail "it prints nothing: $1" ;;
	esac
}

# All commands of a document that are to be run; there are at least so many.
run_commands() { # NUMBER DOCUMENT
	local number document first count=0
	while IFS=$'\t' read -r number document first; do
		[ "$document" = "$2" ] || continue
		is_not_run "$document" "$first" && continue
		run_command "$COMMANDS/$number" || fail "in $document: $first" || return
		count=$((count + 1))
	done <"$COMMANDS/index"
	[ "$count" -ge "$1" ] || fail "only $count commands found in $2"
}

needs_root() {
	[ "$(id -u)" = 0 ] || skip 'root only'
}

@test "README.md" {
	needs_root
	run_commands 27 README.md
}

@test "contrib/HACKING.md" {
	needs_root
	run_commands 5 contrib/HACKING.md
}

@test "contrib/recipes/README.md" {
	run_commands 1 contrib/recipes/README.md
}

@test "procaudit(1)" {
	needs_root
	run_commands 16 man/procaudit.1
}

@test "procreport(1)" {
	run_commands 18 man/procreport.1
}

@test "procaudit-log(5)" {
	run_commands 10 man/procaudit-log.5
}

@test "every document with commands has its test, and what is not run is shown" {
	local number document first
	while IFS=$'\t' read -r number document first; do
		if is_not_run "$document" "$first"; then
			echo "$PATTERN" >>seen
		else
			echo "$document" >>run
		fi
	done <"$COMMANDS/index"
	equal "$(sort -u seen)" "$(not_run | cut -d'|' -f1,2 | sort)"
	equal "$(grep -o '^	run_commands [0-9]* .*' "$BATS_TEST_FILENAME" | cut -d' ' -f3 | sort)" "$(sort -u run)"
	[ -z "$(not_run | awk -F'|' 'NF != 3 || $3 == ""')" ]
}

@test "README names the packages that contrib/quickstart installs" {
	local shown=() build_packages=()
	read -ra shown < <(sed -n 's/^    apt-get install //p' "$SRCROOT/README.md")
	# shellcheck source=contrib/lib.sh
	source "$SRCROOT/contrib/lib.sh"
	# gcc brings libc6-dev, and meson ninja-build.
	equal "$(printf '%s\n' "${shown[@]}" libc6-dev ninja-build | sort)" "$(printf '%s\n' "${build_packages[@]}" | sort)"
}

@test "every path that the documents name is there" {
	cd "$SRCROOT" || return
	grep -noE '\b(src|include|tests|man|contrib)/[A-Za-z0-9_.@*/-]*[A-Za-z0-9*]' README.md contrib/*.md contrib/*/*.md >"$PLACE/paths"
	[ "$(wc -l <"$PLACE/paths")" -gt 50 ]
	while IFS=: read -r document line path; do
		compgen -G "$path" >/dev/null || [ -e "$BUILDROOT/$path" ] || echo "$document:$line: there is no $path"
	done <"$PLACE/paths" >"$PLACE/missing"
	equal "$(cat "$PLACE/missing")" ''
	# In the map names of the same directory follow each other.
	sed -n '/^```text/,/^```$/p' contrib/HACKING.md | grep -o 'src/[^ ]*\( [a-z_]*\.c\)*' | while read -ra names; do
		for path in "${names[@]}"; do
			[[ $path == */* ]] || path=${names[0]%/*}/$path
			compgen -G "$path" >/dev/null || echo "$path"
		done
	done >"$PLACE/missing"
	equal "$(cat "$PLACE/missing")" ''
}
