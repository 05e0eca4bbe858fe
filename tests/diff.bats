# SPDX-License-Identifier: ISC
# Contract: procreport diff tells what has changed between two builds, and nothing else.

load lib/common

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	GOLDEN=$SRCROOT/tests/golden
	export LC_ALL=C TZ=UTC MAKEFLAGS=-j2
}

# Records a command in a directory: record DIR LOG COMMAND...  Without the variables
# of bats: they name folders below a TMPDIR that is another one later.
record() {
	local dir=$1 log=$PWD/$2 status=0

	shift 2
	(cd "$dir" && unset -v "${!BATS_@}" && "$PROCAUDIT" -o "$log" "$@") >/dev/null 2>&1 || status=$?
	check_log "$log" || return
	return "$status"
}

# What diff finds, compact: {"new-command":1}, {} if nothing.
found() {
	"$PROCREPORT" diff --json "$@" | jq -c '.differences | with_entries(select(.value > 0))'
}

# A jq filter on what diff finds.
differences() {
	"$PROCREPORT" diff --json a.jsonl b.jsonl | jq -c "$1"
}

# Two builds do the same.
same() {
	equal "$(found a.jsonl b.jsonl)" '{}'
	run -0 --separate-stderr "$PROCREPORT" diff --fail-on=any a.jsonl b.jsonl
	[[ -z $output && -z $stderr ]] || fail "$output$stderr"
}

# A small project in a directory, of programs that are everywhere: configure makes
# temporary files in many ways, the build runs in parallel.
project() {
	mkdir -p "$1"/{src,include,lib}
	cat >"$1/configure" <<-'END'
		#!/bin/sh
		tmp=$(mktemp -d ./confXXXXXX) && sub=$(mktemp) && test=conftest.$$
		cp configure $test.c && cp $test.c "$tmp/sub.c" && cat "$tmp/sub.c" >"$sub"
		sort "$sub" >/dev/null; rm -rf "$sub" $test.c "$tmp"
		sed "s|@top@|$PWD|" Makefile.in >Makefile
	END
	cat >"$1/Makefile.in" <<-'END'
		.RECIPEPREFIX = >
		TOP = @top@
		FLAGS = -O1
		export GREETING
		all: lib src/one.o src/two.o src/three.o
		> t=$$(mktemp); u=out.$$$$; cat Makefile >$$t; cp $$t $$u; cmp $$t $$u; rm $$t $$u
		> sh -c 'cat -- "$(TOP)"/src/*.o >/dev/null; test -d $(TOP)/include'
		lib:
		> $(MAKE) -C lib -f $(TOP)/lib.mk
		%.o: %.c
		> env -u NONE true $(FLAGS) -I$(TOP)/include -D"TOP=\"$(TOP)\"" $<; cp $< $@
		.PHONY: all lib
	END
	printf 'all:\n\t@cat %s | cat >/dev/null\n\t@expr 1 + 1 >/dev/null\n' '$(MAKEFILE_LIST)' >"$1/lib.mk"
	chmod +x "$1/configure"
	echo one >"$1/src/one.c"
	echo two >"$1/src/two.c"
	echo three >"$1/src/three.c"
}

# Builds a project: build DIR LOG
build() {
	record "$1" "$2" sh -c './configure && exec make'
}

# A build, and one of the same project elsewhere, edited by a command.
two_builds() {
	project a
	project elsewhere/b
	(cd elsewhere/b && eval "$1")
	build a a.jsonl
	build elsewhere/b b.jsonl
}

@test "as kept" {
	(cd "$GOLDEN" && "$PROCREPORT" diff build.jsonl rebuild.jsonl) >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/rebuild.diff"
	diff "$GOLDEN/rebuild.diff" got
	(cd "$GOLDEN" && "$PROCREPORT" diff --json build.jsonl rebuild.jsonl | jq .) >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/rebuild.diff-json"
	diff "$GOLDEN/rebuild.diff-json" got
}

@test "a log does not differ from itself" {
	for log in "$GOLDEN"/*.jsonl; do
		run -0 --separate-stderr "$PROCREPORT" diff --fail-on=any "$log" "$log"
		[[ -z $output && -z $stderr ]] || fail "$log: $output$stderr"
		run -0 --separate-stderr "$PROCREPORT" diff --fail-on=any --all-env "$log" <(cat "$log")
		[[ -z $output && -z $stderr ]] || fail "$log: $output$stderr"
	done
}

@test "exchanged logs give the same differences, the other way round" {
	for pair in "build rebuild" "odd build" "odd rebuild"; do
		read -r a b <<<"$pair"
		"$PROCREPORT" diff --json "$GOLDEN/$a.jsonl" "$GOLDEN/$b.jsonl" >there
		"$PROCREPORT" diff --json "$GOLDEN/$b.jsonl" "$GOLDEN/$a.jsonl" >back
		equal "$(jq -c '.differences | [."new-program", ."gone-program", ."new-command", ."gone-command",
				."changed-program", ."changed-flags", ."changed-env", ."changed-status", ."changed-count"]' there)" \
			"$(jq -c '.differences | [."gone-program", ."new-program", ."gone-command", ."new-command",
				."changed-program", ."changed-flags", ."changed-env", ."changed-status", ."changed-count"]' back)"
		equal "$(jq -c '.new_commands | map([.b, .count, .argv])' there)" \
			"$(jq -c '.gone_commands | map([.a, .count, .argv])' back)"
		equal "$(jq -c '.changed_commands[] | [.a, .b, .count, .removed, .added]' there | sort)" \
			"$(jq -c '.changed_commands[] | [.b, .a, .count, .added, .removed]' back | sort)"
		equal "$(jq -c '.changed_env[] | [.count, .before, .after]' there | sort)" \
			"$(jq -c '.changed_env[] | [.count, .after, .before]' back | sort)"
		equal "$(jq -c '.changed_counts[] | [.before, .after]' there | sort)" \
			"$(jq -c '.changed_counts[] | [.after, .before]' back | sort)"
	done
}

@test "the same build elsewhere, later, with other jobs and another session is the same" {
	project a
	project elsewhere/of/b
	mkdir home tmp
	export MAKEFLAGS=-j2 SHLVL=3 WINDOWID=77
	build a a.jsonl
	export MAKEFLAGS=-j1 HOME="$PWD/home" TMPDIR="$PWD/tmp" SSH_TTY=/dev/pts/9 WINDOWID=78
	build elsewhere/of/b b.jsonl
	same
	[ "$("$PROCREPORT" list a.jsonl | wc -l)" -gt 25 ]
	run -3 "$PROCREPORT" diff --all-env --top=99 --fail-on=changed-env a.jsonl b.jsonl
	[[ $output == *WINDOWID=78* && $output == *SSH_TTY=/dev/pts/9* ]]
}

@test "a flag that changed is all that is found, once" {
	two_builds "sed -i s/-O1/-O2/ Makefile.in"
	# The shell that runs it, env, and what env runs.
	equal "$(found a.jsonl b.jsonl)" '{"changed-flags":9}'
	equal "$(differences '[.changed_commands[] | select(.argv[0] != "/bin/sh") | [.count, .removed, .added]] | unique')" \
		'[[3,["-O1"],["-O2"]]]'
	run -3 "$PROCREPORT" diff --fail-on=changed-flags a.jsonl b.jsonl
	run -0 "$PROCREPORT" diff --fail-on=new-command,gone-command --fail-on=changed-env a.jsonl b.jsonl
}

@test "a new program and its command" {
	# shellcheck disable=SC2016 # the Makefile's
	two_builds 'printf "> uname -s >/dev/null\n" >new; sed -i "/^all:/r new" Makefile.in; rm new'
	equal "$(found a.jsonl b.jsonl)" '{"new-program":1,"new-command":2}'
	equal "$(differences '[.new_programs[0].exe, .new_commands[-1].argv]')" \
		"[\"$(readlink -f "$(command -v uname)")\",[\"uname\",\"-s\"]]"
	run -3 "$PROCREPORT" diff -q --fail-on=new-program a.jsonl b.jsonl
	[ -z "$output" ]
	run -0 "$PROCREPORT" diff --fail-on=gone-program b.jsonl b.jsonl
	run -3 "$PROCREPORT" diff --fail-on=gone-program b.jsonl a.jsonl
}

@test "a file that is gone: its commands, and it alone where it is missing" {
	two_builds 'rm src/two.c; sed -i "s/ .TOP.\/src\/..o/ /; s/ src\/two.o//" Makefile.in'
	equal "$(found a.jsonl b.jsonl)" '{"gone-command":4,"changed-flags":1}' ||
		{ "$PROCREPORT" diff a.jsonl b.jsonl; false; }
	equal "$(differences '[.gone_commands[] | .argv | map(select(test("two"))) | length > 0] | all')" true
}

@test "a variable that changed" {
	project a
	project b
	GREETING=hi GONE=1 build a a.jsonl
	GREETING="$PWD/b" NEW=1 build b b.jsonl
	equal "$(found a.jsonl b.jsonl)" '{"changed-env":3}'
	equal "$(differences '[.changed_env[] | [.before, .after]] | sort')" \
		'[[null,"NEW=1"],["GONE=1",null],["GREETING=hi","GREETING=%root%"]]'
	equal "$(found --ignore-env='G*' --ignore-env=NEW a.jsonl b.jsonl)" '{}'
	# In all commands, as many as there are.
	equal "$(differences '[.changed_env[].count] | unique')" "[$("$PROCREPORT" list a.jsonl | wc -l)]"
}

@test "how often, how it ended, and which program" {
	cp /bin/true tool
	record . a.jsonl sh -c './tool a; ./tool a; ./tool a; ./tool b; sh -c "exit 0"; :' one
	rm tool
	cp /bin/false tool
	record . b.jsonl sh -c './tool a; ./tool a; ./tool a; ./tool b; sh -c "exit 0"; :' one
	equal "$(found a.jsonl b.jsonl)" '{"changed-status":2}'
	equal "$(differences '[.changed_statuses[] | [.before, .after]]')" \
		'[[["exit 0","exit 0","exit 0"],["exit 1","exit 1","exit 1"]],[["exit 0"],["exit 1"]]]'
	record . b.jsonl sh -c './tool a; ./tool b; ./tool a; sh -c "kill -9 \$\$"; :' one
	equal "$(differences '[.changed_counts[] | [.before, .after]]')" '[[3,2]]'
	# A link that leads elsewhere now.
	mkdir x
	cp /bin/true x/old
	cp /bin/true x/new
	ln -s old x/tool
	record . a.jsonl x/tool a
	ln -sf new x/tool
	record . b.jsonl x/tool a
	equal "$(found a.jsonl b.jsonl)" '{"new-program":1,"gone-program":1,"changed-program":1}'
}

@test "execs that failed, where both logs tell of them" {
	record . a.jsonl --failed sh -c './none; ./tool; :'
	cp /bin/true tool
	record . b.jsonl --failed sh -c './none; ./tool; :'
	equal "$(found a.jsonl b.jsonl)" '{"new-program":1,"changed-status":1}'
	equal "$(differences '.changed_statuses[0] | [.before, .after]')" '[["ENOENT"],["exit 0"]]'
	record . b.jsonl sh -c './none; ./tool; :'
	run -0 --separate-stderr "$PROCREPORT" diff a.jsonl b.jsonl
	[[ $stderr == *'only A tells of them'* ]]
}

@test "numbers are left out that are process ids, and no others" {
	# shellcheck disable=SC2016 # the commands' own
	script='/bin/true file.$$; /bin/true $PPID; /bin/true x y 4711; (exec /bin/true a$$b); :'
	record . a.jsonl sh -c "$script"
	record . b.jsonl sh -c "$script"
	same
	record . b.jsonl sh -c "${script/4711/4712}"
	equal "$(differences '[.changed_commands[] | select(.argv[0] != "sh") | [.removed, .added]]')" \
		'[[["4711"],["4712"]]]'
}

@test "a number that is a process id by chance, in one build only, stays what it is" {
	# The first process has the id 4711 in one, 4712 in the other; another flag keeps
	# the commands from being the same anyway.
	for n in 1 2; do
		sed "s/\"pid\":12569,/\"pid\":471$n,/" "$GOLDEN/build.jsonl" |
			sed "s/\"hello.c\",\"-quiet\"/\"file4711\",\"file4712\",\"-O$n\"/" >"$n.jsonl"
	done
	equal "$("$PROCREPORT" diff --json 1.jsonl 2.jsonl | jq -c '.differences."changed-flags", [.changed_commands[] | .removed, .added]')" \
		'1'$'\n''[["-O1"],["-O2"]]'
}

@test "the names that CMake gives to its trials are no difference" {
	trial() { # LOG FOLDER TARGET: a folder of six letters and digits, a target of five
		record src "$1" sh -c "cd b/CMakeFiles/CMakeScratch/TryCompile-$2 &&
			/bin/true -I\$PWD $3/fast CMakeFiles/$3.dir/x.c.o -o $3; /bin/true ./$3"
	}
	mkdir -p src/b/CMakeFiles/CMakeScratch/TryCompile-{0DwSmB,3ADJh4,3ADJh4x}
	trial a.jsonl 0DwSmB cmTC_6bc27
	trial b.jsonl 3ADJh4 cmTC_d3adb
	same
	trial b.jsonl 3ADJh4x cmTC_d3adb
	run -3 "$PROCREPORT" diff -q --fail-on=any a.jsonl b.jsonl
	trial b.jsonl 3ADJh4 cmTC_d3adbe
	run -3 "$PROCREPORT" diff -q --fail-on=any a.jsonl b.jsonl
}

@test "what looks like a folder of the build, or like a temporary name, and is none" {
	mkdir -p src tmp
	record src a.jsonl sh -c '/bin/true /usr"$PWD" "$PWD"2 ./src 1 2 3 /tmp/config sub/tmp.abcdefghij x.tmp.AbCdEf.i y/tmpab_d1fgh/z tmpfile'
	mkdir -p other/src
	record other/src b.jsonl sh -c '/bin/true /usr"$PWD" "$PWD"2 ./src 1 2 3 /tmp/report sub/tmp.bcdefghijk x.tmp.aaaaaa.i y/tmpabcdefgh/z tmpfool'
	equal "$(differences '.changed_commands[] | select(.argv[0] != "sh") | .removed |
		[.[0], (.[1] | endswith("/src2")), .[2:]]')" "[\"/usr$PWD/src\",true,[\"%tmp%/config\",\"tmpfile\"]]"
}

@test "--ignore: what matches is the same" {
	record . a.jsonl /bin/true -DDATE="2026-11-21 10:00" --version=1.0
	record . b.jsonl /bin/true -DDATE="2026-11-22 11:30" --version=1.0
	equal "$(found a.jsonl b.jsonl)" '{"changed-flags":1}'
	equal "$(found --ignore='[0-9]{4}-[0-9]{2}-[0-9]{2}' --ignore='[0-9]+:[0-9]+' a.jsonl b.jsonl)" '{}'
	# What may match nothing, does so at the begin.
	equal "$(found --ignore='[0-9:-]*' a.jsonl b.jsonl)" '{}'
	run -2 --separate-stderr "$PROCREPORT" diff --ignore='(' a.jsonl b.jsonl
	[[ $stderr == "procreport: --ignore: '(': "* ]]
}

@test "parts of a log stand for it, in any order; others are refused" {
	for log in a b; do
		record . $log.jsonl --rotate=64K sh -c 'for i in 1 2 3 4 5 6 7 8 9; do X=$(printf %9999d 0) /bin/true "$i"; done'
	done
	[ -e a.jsonl.000001 ]
	run -0 "$PROCREPORT" diff --fail-on=any b.jsonl* a.jsonl*
	[ -z "$output" ] || fail "$output"
	run -3 --separate-stderr "$PROCREPORT" diff -q --fail-on=any a.jsonl b.jsonl
	[[ $stderr == *'A is not complete'* ]]
	run -2 --separate-stderr "$PROCREPORT" diff a.jsonl*
	run -2 --separate-stderr "$PROCREPORT" diff a.jsonl* b.jsonl* "$GOLDEN/build.jsonl"
	[[ $stderr == *"build.jsonl' is of neither"* ]]
	run -2 "$PROCREPORT" diff "$GOLDEN/build.jsonl"
}

@test "what is missing in a log is no sameness" {
	sed '$d' "$GOLDEN/build.jsonl" >cut.jsonl
	run -3 --separate-stderr "$PROCREPORT" diff --fail-on=incomplete "$GOLDEN/build.jsonl" cut.jsonl
	[[ $stderr == *'B is not complete'* ]]
	run -1 "$PROCREPORT" diff "$GOLDEN/build.jsonl" /dev/null
	run -1 "$PROCREPORT" diff none.jsonl "$GOLDEN/build.jsonl"
	run -2 --separate-stderr "$PROCREPORT" diff --fail-on=new-program,nonsense "$GOLDEN"/{build,odd}.jsonl
	[[ $stderr == *"'nonsense' is no kind"* ]]
}

@test "tables are cut where --top says, and tell so; --times tells the slower" {
	record . a.jsonl sh -c ':'
	record . b.jsonl sh -c 'for i in 1 2 3 4 5; do /bin/true "$i"; done; :'
	"$PROCREPORT" diff --top=2 a.jsonl b.jsonl | grep -q 'and 3 more (--top=5 shows all)'
	run ! grep -q more <("$PROCREPORT" diff --top=5 a.jsonl b.jsonl)
	"$PROCREPORT" diff --times a.jsonl a.jsonl | grep -q 'wall time'
	equal "$("$PROCREPORT" diff --times --json b.jsonl b.jsonl | jq -c .slower)" '[]'
}

@test "nothing of a log reaches a terminal as it stands there; colours as asked for" {
	record . a.jsonl env X="$(printf 'a\033]0;owned\007')" /bin/true "$(printf 'a\033]0;owned\007b\302\233c')" x
	record . b.jsonl env X="$(printf 'b\033]0;owned\007')" /bin/true "$(printf 'b\033]0;owned\007b\302\233c')" x
	for options in '' --json '--json --times' '--all-env --times'; do
		# shellcheck disable=SC2086 # words
		"$PROCREPORT" diff $options a.jsonl b.jsonl >out
		[ -s out ]
		LC_ALL=C run ! grep -q $'[\001-\010\013-\037\177]\|\302[\200-\237]' out
	done
	"$PROCREPORT" diff --color=always a.jsonl b.jsonl | grep -qF $'\033[32m+'
}
