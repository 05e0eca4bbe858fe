# SPDX-License-Identifier: ISC
# Contract: procreport diff finds the same build in folders of other names, and tells
# which it took for the same; what it cannot know, --map says.

load lib/common

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	WORK=$PWD
	# What a compiler cache knows already is not compiled again.
	export LC_ALL=C TZ=UTC MAKEFLAGS='' CCACHE_DISABLE=1
}

# Records a command in a directory: record DIR LOG COMMAND...  Without the variables
# of bats: they name folders below a TMPDIR.
record() {
	local dir=$1 log=$WORK/$2

	shift 2
	(cd "$dir" && unset -v "${!BATS_@}" && "$PROCAUDIT" -o "$log" "$@") >/dev/null 2>&1 || return
	check_log "$log"
}

# A project of two folders with a source each, and a Makefile for it: sources DIR.
sources() {
	mkdir -p "$1"/{one,two,include}
	echo 'int one(void) { return ONE; }' >"$1/one/one.c"
	echo 'int two(void) { return ONE; }' >"$1/two/two.c"
	echo '#define ONE 1' >"$1/include/one.h"
	cat >"$1/Makefile" <<-'END'
		.RECIPEPREFIX = >
		TOP := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
		FLAGS = -O1 -g
		vpath %.c $(TOP)one $(TOP)two
		all: one.o two.o
		> mkdir -p sub && sh -c 'cd sub && ar rc both.a ../one.o ../two.o && nm both.a >list'
		%.o: %.c
		> cc $(FLAGS) -include one.h -I$(TOP)include -DTOP='"$(TOP)"' -c -o $(CURDIR)/$@ $<
	END
}

# What diff finds, compact: {"new-command":1}, {} if nothing.
found() {
	"$PROCREPORT" diff --json "$@" | jq -c '.differences | with_entries(select(.value > 0))'
}

# Two logs are of the same build, with these maps: same LINES...
same() {
	local status=0

	"$PROCREPORT" diff --fail-on=any a.jsonl b.jsonl >told || status=$?
	diff <(printf '%s\n' "$@") told || fail "$(cat told)"
	equal "$status" 0
	equal "$(found a.jsonl b.jsonl)" '{}'
	# The other way round, too.
	"$PROCREPORT" diff --fail-on=any b.jsonl a.jsonl >told
	diff <(printf '%s\n' "$@" | sed -E 's/^(%[a-z0-9]*%)  (.*) = ([^ ]*)( \(--map\))?$/\1  \3 = \2/') told
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq -c '[.maps[] | [.a, .b]]')" \
		"$("$PROCREPORT" diff --json b.jsonl a.jsonl | jq -c '[.maps[] | [.b, .a]]')"
}

@test "make -C into another folder" {
	sources build-a
	sources build-b
	record . a.jsonl make -C build-a
	record . b.jsonl make -C build-b
	same "%map1%  $WORK/build-a = $WORK/build-b"
	[ "$("$PROCREPORT" list a.jsonl | wc -l)" -gt 8 ]
}

@test "cd into another folder in a script" {
	sources x
	sources elsewhere/y
	record . a.jsonl sh -c 'cd x && make'
	record . b.jsonl sh -c 'cd elsewhere/y && make'
	same "%map1%  $WORK/x = $WORK/elsewhere/y"
}

@test "a folder given to a driver that goes there" {
	sources a
	sources b
	# shellcheck disable=SC2016 # the script's
	printf '#!/bin/sh\n[ "$1" = --build ] && cd "$2" && shift 2 && exec make "$@"\n' >driver
	chmod +x driver
	record . a.jsonl ./driver --build "$WORK/a" all
	mkdir other
	record other b.jsonl "$WORK/driver" --build "$WORK/b" all
	# The driver is named otherwise: by the folder that the first build runs in.
	"$PROCREPORT" diff --json a.jsonl b.jsonl >out
	equal "$(jq -c '[.maps[] | [.a, .b]]' out)" "[[\"$WORK/a\",\"$WORK/b\"]]"
	equal "$(jq '.differences | ."new-command" + ."gone-command"' out)" 0
	rm -r b && sources b
	record . b.jsonl ./driver --build "$WORK/b" all
	same "%map1%  $WORK/a = $WORK/b"
}

@test "sources beside the folder that the build runs in" {
	for ws in 42 43; do
		sources ws/$ws/src
		mkdir ws/$ws/build
	done
	record ws/42/build a.jsonl make -f "$WORK/ws/42/src/Makefile"
	record ws/43/build b.jsonl make -f "$WORK/ws/43/src/Makefile"
	same "%map1%  $WORK/ws/42 = $WORK/ws/43"
	# The build folder deeper, the sources two folders above it.
	for ws in 42 43; do mkdir -p "ws/$ws/out/release"; done
	record ws/42/out/release a.jsonl make -f "$WORK/ws/42/src/Makefile"
	record ws/43/out/release b.jsonl make -f "$WORK/ws/43/src/Makefile"
	same "%map1%  $WORK/ws/42 = $WORK/ws/43"
}

@test "folders of several parts, each found by what runs in it" {
	for n in a b; do
		sources $n/lib
		mkdir -p $n/tool
		printf 'all:\n\t@expr 1 + 2; cp /dev/null x; test -e %s/lib/one.o\n' "$WORK/$n" >$n/tool/Makefile
	done
	record / a.jsonl sh -c "make -C $WORK/a/lib && make -C $WORK/a/tool"
	record / b.jsonl sh -c "make -C $WORK/b/lib && make -C $WORK/b/tool"
	same "%map1%  $WORK/a = $WORK/b"
	# Without anything in common in their paths.
	mv b/lib first
	mv b/tool second
	sed -i "s|$WORK/b/lib|$WORK/first|" second/Makefile
	rm first/*.o second/x
	record / b.jsonl sh -c "make -C $WORK/first && make -C $WORK/second"
	same "%map1%  $WORK/a/lib = $WORK/first" "%map2%  $WORK/a/tool = $WORK/second"
}

@test "variables that name a mapped folder, from the root or from where the build began" {
	sources out/a
	sources out/b
	record . a.jsonl env TOP="$WORK/out/a" make -C out/a O=out/a X="$WORK/out/a/include"
	record . b.jsonl env TOP="$WORK/out/b" make -C out/b O=out/b X="$WORK/out/b/include"
	same "%map1%  $WORK/out/a = $WORK/out/b"
	rm out/b/*.o
	record . b.jsonl env TOP="$WORK/out/a" make -C out/b O=out/c X="$WORK/out/b/include"
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq -c '[.changed_env[] | [.before, .after]] | unique |
		map(select(.[0] | test("^(O|TOP)=")))')" \
		'[["O=out/a","O=out/c"],["TOP=%map1%","TOP=%root%/out/a"]]'
}

@test "what has changed in a mapped folder is found, and nothing else" {
	sources build-a
	sources build-b
	sed -i 's/-O1/-O2/' build-b/Makefile
	record . a.jsonl make -C build-a
	record . b.jsonl make -C build-b
	"$PROCREPORT" diff --json a.jsonl b.jsonl >there
	"$PROCREPORT" diff --json b.jsonl a.jsonl >back
	equal "$(jq -c '.differences | ."new-command", ."gone-command", ."changed-env"' there)" \
		"$(printf '0\n0\n0')"
	equal "$(jq -c '[.changed_commands[] | [.removed, .added]] | unique' there)" '[[["-O1"],["-O2"]]]'
	equal "$(jq -c '.changed_commands[] | [.a, .b, .count, .removed, .added]' there | sort)" \
		"$(jq -c '.changed_commands[] | [.b, .a, .count, .added, .removed]' back | sort)"
}

@test "an argument that names another folder, in which nothing runs, is a change" {
	record . a.jsonl sh -c '/bin/true -I/old/include -O2 x.c; :'
	record . b.jsonl sh -c '/bin/true -I/new/include -O2 x.c; :'
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq -c '[.maps, .differences."changed-flags"]')" '[null,2]'
	# Neither is it one that both builds name, beside those that they run in.
	mkdir -p ws/{1,2,old}/build
	record ws/1/build a.jsonl sh -c "/bin/true -I$WORK/ws/old/include -I$WORK/ws/1/include; :"
	record ws/2/build b.jsonl sh -c "/bin/true -I$WORK/ws/1/include -I$WORK/ws/2/include; :"
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq -c '[.maps, .differences."changed-flags"]')" '[null,2]'
}

@test "folders that do other things are not the same" {
	mkdir a b
	record . a.jsonl sh -c 'cd a; /bin/true 1 2; /bin/true 3 4; :'
	record . b.jsonl sh -c 'cd b; /bin/true 5 6; /bin/true 7 8; :'
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq .maps)" null
	# Nor one of the system.
	record . a.jsonl sh -c 'cd /usr; /bin/true 1 2; :'
	record . b.jsonl sh -c 'cd a; /bin/true 1 2; :'
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq .maps)" null
	# Nor one in which the other side runs, further down.
	mkdir a/sub
	record . a.jsonl sh -c 'cd a; /bin/true 1 2; :'
	record . b.jsonl sh -c 'cd a/sub; /bin/true 1 2; :'
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq .maps)" null
	equal "$("$PROCREPORT" diff --json b.jsonl a.jsonl | jq .maps)" null
	# Nor one that is in use on both sides.
	record . a.jsonl sh -c 'cd a; /bin/true 1 2; cd ../b; /bin/true 1 2; :'
	record . b.jsonl sh -c 'cd a; /bin/true 1 2; :'
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq .maps)" null
}

@test "which of two that do the same is not guessed; --map says it" {
	mkdir a1 a2 b1 b2
	record . a.jsonl sh -c 'for d in a1 a2; do cd $d; /bin/true 1; /bin/true $PWD; cd ..; done'
	record . b.jsonl sh -c 'for d in b1 b2; do cd $d; /bin/true 1; /bin/true $PWD; cd ..; done'
	equal "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq .maps)" null
	[ "$("$PROCREPORT" diff --json a.jsonl b.jsonl | jq '.differences."new-command"')" -ge 4 ]
	equal "$(found --map "$WORK/a1=$WORK/b2" --map="$WORK/a2/=$WORK/b1" a.jsonl b.jsonl)" '{"changed-flags":1}'
	"$PROCREPORT" diff --map "$WORK/a1=$WORK/b2" --map="$WORK/a2/=$WORK/b1" a.jsonl b.jsonl |
		grep -Fx "%map2%  $WORK/a2 = $WORK/b1 (--map)"
	# One that is given tells of the other.
	equal "$("$PROCREPORT" diff --json --map "$WORK/a1=$WORK/b1" a.jsonl b.jsonl | jq -c '[.maps[] | [.name, .given, .a]]')" \
		"[[\"%map1%\",true,\"$WORK/a1\"],[\"%map2%\",false,\"$WORK/a2\"]]"
}

@test "--map: also where a build runs in another part of it" {
	sources one/tree
	sources two/tree
	mkdir one/x
	record one/x a.jsonl make -C "$WORK/one/tree"
	record two/tree b.jsonl make -C "$WORK/two/tree"
	equal "$(found --map="$WORK/one=$WORK/two" a.jsonl b.jsonl |
		jq -c 'del(."changed-env", ."changed-count")')" '{"new-command":1,"gone-command":1}'
	for bad in "$WORK" "a=/b" "/a=b" "/=/b" "/a=/"; do
		run -2 "$PROCREPORT" diff --map="$bad" a.jsonl b.jsonl
		[[ $output == "procreport: --map: '$bad'"* ]] || fail "$output"
	done
}
