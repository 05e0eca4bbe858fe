# SPDX-License-Identifier: ISC
# Contract: what procreport exports is what other tools take, and what the log says.

load lib/common

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export GOLDEN LC_ALL=C TZ=UTC
}

# What is printed of golden logs, compared with what is kept beside them. With
# UPDATE_GOLDEN=1 it is written there.
golden() {
	local name=$1

	shift
	(cd "$GOLDEN" && "$PROCREPORT" "$@") >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/$name"
	diff "$GOLDEN/$name" got
}

# Whatever way a log comes, the output is the same.
same_however_read() {
	"$PROCREPORT" "$@" "$GOLDEN/build.jsonl" >expected
	[ -s expected ]
	zstd -qf "$GOLDEN/build.jsonl" -o packed.zst
	"$PROCREPORT" "$@" packed.zst | diff expected -
	"$PROCREPORT" "$@" - <"$GOLDEN/build.jsonl" | diff expected -
	"$PROCREPORT" "$@" - <packed.zst | diff expected -
	"$PROCREPORT" "$@" <(cat "$GOLDEN/build.jsonl") | diff expected -
	equal "$("$PROCREPORT" "$@" none.jsonl "$GOLDEN/build.jsonl" 2>errors || echo "$?")" "$(cat expected)"$'\n'1
	equal "$(cat errors)" 'procreport: none.jsonl: No such file or directory'
	run -1 bash -c '"$PROCREPORT" "$@" "$GOLDEN/build.jsonl" 2>&1 >/dev/full' - "$@"
	grep -q 'cannot write to standard output' <<<"$output"
}

# Forks, execs in a row, failures, kills, words of any bytes.
audit_much() {
	# shellcheck disable=SC2016 # the command's own
	audit --failed sh -c '
		for i in 1 2 3 4 5; do /bin/true "$i" "a b" "$(printf "\377\n;\042")" & done; wait
		(cd / && MARK=x sh -c "exec /bin/true under-root") & wait
		cp /bin/true "$(printf "odd;\042\134 \n\377&lt;<b>\033name")"
		./odd*; ./odd* again
		sh -c "./no-such-thing; kill -9 \$\$"; (exit 3); nosuchcommand
		/bin/false; exec /bin/true last' 2>/dev/null
}

# --- trace ------------------------------------------------------------------------

check_trace() {
	/usr/bin/python3 "$SRCROOT/tests/lib/tracecheck.py" "$@"
}

@test "trace: as kept, whatever way the log comes" {
	golden build.trace trace build.jsonl
	same_however_read trace
}

@test "trace: keeps the rules of the format, and has what the logs have" {
	audit_much
	"$PROCREPORT" trace "$LOG" >trace.json
	check_trace trace.json "$LOG"
	for log in "$GOLDEN"/*.jsonl; do
		"$PROCREPORT" trace "$log" >trace.json
		check_trace trace.json "$log"
	done
	"$PROCREPORT" trace "$LOG" "$GOLDEN"/*.jsonl >trace.json
	check_trace trace.json "$LOG" "$GOLDEN"/*.jsonl
}

@test "trace: logs that end early, begin late, or are damaged keep the rules, too" {
	audit_much
	records=$(wc -l <"$LOG")
	for ((i = 2; i < records; i += 9)); do
		head -n "$i" "$LOG" >cut.jsonl
		"$PROCREPORT" trace cut.jsonl >trace.json
		check_trace trace.json cut.jsonl
		sed "2,${i}d" "$LOG" >cut.jsonl
		"$PROCREPORT" trace cut.jsonl >trace.json
		check_trace trace.json
		# Time that goes back, a number that no recorder gives, an end that comes twice.
		sed -E "${i}s/\"mono_us\":[0-9]+/\"mono_us\":1/; $((i + 1))s/\"proc\":[0-9]+/\"proc\":9007199254740991/
			$((i + 2))p" "$LOG" >odd.jsonl
		"$PROCREPORT" trace odd.jsonl "$LOG" >trace.json 2>/dev/null
		check_trace trace.json
	done
	head -n 1 "$LOG" | "$PROCREPORT" trace - >trace.json
	check_trace trace.json
}

@test "trace: the Performance panel of Chromium takes every track and every slice" {
	audit_much
	"$PROCREPORT" trace "$LOG" >one.json
	"$PROCREPORT" trace "$LOG" "$GOLDEN"/*.jsonl >all.json
	PYTHONPATH=$SRCROOT/tests/lib PYTHONDONTWRITEBYTECODE=1 timeout 600 /usr/bin/python3 - one.json all.json <<-'END'
		import collections, json, sys
		from devtools import DevTools

		with DevTools() as tools:
		    for path in sys.argv[1:]:
		        events = json.load(open(path, encoding="utf-8"))["traceEvents"]
		        names, slices = {}, collections.defaultdict(list)
		        for event in events:
		            if event["ph"] == "M" and event["name"].endswith("_name"):
		                names[event["name"], event["tid"]] = event["args"]["name"]
		            elif event["ph"] == "X":
		                slices[event["tid"]].append({key: event[key] for key in ("ts", "dur", "name", "cat", "args")})
		        got = tools.read(path)
		        assert got["generic"]
		        for pid, name in got["processes"]:
		            assert name == names.pop(("process_name", pid)), name
		        for thread in got["threads"]:
		            assert thread["name"] == names.pop(("thread_name", thread["tid"])), thread
		            assert thread["slices"] == slices.pop(thread["tid"]), thread
		            assert thread["depth"] == 1, thread
		        assert not names and not slices, (names, slices)
	END
	grep -q '"name":"odd;\\"\\\\ \\n.&lt;<b>\\u001bname"' <(LC_ALL=C sed 's/\xef\xbf\xbd/./' one.json)
}

@test "trace: memory is needed for living processes alone" {
	/usr/bin/python3 "$SRCROOT/tests/bench/biglog.py" 2000 30000 >big.jsonl
	# The address sanitizer takes more for itself than there is.
	limit=40000
	[[ $(ldd "$PROCREPORT") != *libasan* ]] || limit=unlimited
	(ulimit -v "$limit" && "$PROCREPORT" trace big.jsonl) >trace.json
	check_trace trace.json
}

# --- flame ------------------------------------------------------------------------

@test "flame: as kept, whatever way the log comes" {
	golden build.flame flame build.jsonl
	golden build.flame-wall flame --wall build.jsonl
	golden both.flame flame --count odd.jsonl build.jsonl
	"$PROCREPORT" flame --count --wall --cpu "$GOLDEN/build.jsonl" | diff "$GOLDEN/build.flame" -
	same_however_read flame --wall
}

@test "flame: each stack has what the log says, and they add up" {
	audit_much
	"$PROCREPORT" flame --count "$LOG" >folded
	equal "$(grep odd folded)" 'dash;odd%3B"\%20%0A%FF&lt%3B<b>%1Bname 2'
	head -n 40 "$LOG" >cut.jsonl
	for log in "$LOG" cut.jsonl "$GOLDEN"/*.jsonl; do
		for measure in cpu wall count; do
			"$PROCREPORT" flame --$measure "$log" >folded
			/usr/bin/python3 "$SRCROOT/tests/lib/flamecheck.py" "$measure" "$log" folded
		done
	done
}

# Frames by depth and name, with their sums: as flamegraph.pl draws them, which reads
# < and > as brackets, and as the folded stacks have them.
same_frames() {
	/usr/bin/python3 - "$@" <<-'END'
		import collections, re, sys
		import xml.etree.ElementTree as xml
		drawn, folded = collections.Counter(), collections.Counter()
		at = "{http://www.w3.org/2000/svg}"
		frames = [g for g in xml.parse(sys.argv[1]).iter(at + "g") if g.get("class") == "func_g"]
		bottom = max(float(g.find(at + "rect").get("y")) for g in frames)
		for g in frames:
		    name, sum = re.fullmatch(r"(.+) \(([0-9,]+) samples, [0-9.]+%\)", g.findtext(at + "title")).groups()
		    drawn[round((bottom - float(g.find(at + "rect").get("y"))) / 16), name] += int(sum.replace(",", ""))
		for line in open(sys.argv[2], encoding="ascii"):
		    stack, value = line.rsplit(" ", 1)
		    for depth, name in enumerate(("all", *stack.translate({60: "(", 62: ")"}).split(";"))):
		        folded[depth, name] += int(value)
		assert drawn == folded, (drawn - folded, folded - drawn)
	END
}

@test "flame: flamegraph.pl draws every frame, whatever its name" {
	[ -e "${FLAMEGRAPH:=/usr/share/perl5/Devel/NYTProf/flamegraph.pl}" ] || FLAMEGRAPH=$(command -v flamegraph.pl)
	audit_much
	for log in "$LOG" "$GOLDEN/build.jsonl"; do
		for measure in cpu wall count; do
			"$PROCREPORT" flame --$measure "$log" >folded
			perl "$FLAMEGRAPH" --minwidth=0 folded >graph.svg 2>errors
			[ ! -s errors ] || fail "flamegraph.pl: $(cat errors)"
			same_frames graph.svg folded
		done
	done
	"$PROCREPORT" flame --count "$LOG" | perl "$FLAMEGRAPH" --minwidth=0 | grep -q 'odd%3B'
}

@test "flame: stacks without end are cut, and nothing of them is lost" {
	head -n 1 "$GOLDEN/build.jsonl" >deep.jsonl
	for ((i = 1; i < 3000; i++)); do
		printf '{"v":1,"event":"fork","seq":%d,"ts":"2026-11-21T20:26:36.%09dZ","mono_us":%d,"pid":%d,"proc":%d,"child_pid":%d,"child":%d,"kind":"fork"}\n' \
			"$i" $((i * 1000)) $((i + 21)) "$i" "$i" $((i + 1)) $((i + 1))
	done >>deep.jsonl
	"$PROCREPORT" flame --wall deep.jsonl >folded
	equal "$(awk '{ sum += $2 } END { print sum }' folded)" 2998
	equal "$(awk -F';' 'NF > most { most = NF } END { print most }' folded)" 1000
}

@test "flame: --from begins with a process" {
	id=$("$PROCREPORT" list --json --match='^cc ' "$GOLDEN/build.jsonl" | jq -r .proc | head -n 1)
	"$PROCREPORT" flame --count --from="$id" "$GOLDEN/build.jsonl" >folded
	equal "$(cut -d';' -f1 folded | cut -d' ' -f1 | sort -u)" x86_64-linux-gnu-gcc-12
	equal "$(wc -l <folded)" 3
}

# --- dot --------------------------------------------------------------------------

# What Graphviz makes of a graph: its nodes and edges, as JSON with the strings that
# it shows.
render() {
	dot -Tsvg >graph.svg 2>errors
	[ ! -s errors ] || fail "dot: $(cat errors)"
	/usr/bin/python3 - graph.svg <<-'END'
		import json, sys
		import xml.etree.ElementTree as xml
		at = "{http://www.w3.org/2000/svg}"
		for group in xml.parse(sys.argv[1]).iter(at + "g"):
		    if group.get("class") in ("node", "edge"):
		        link = group.find(f".//{at}a")
		        print(json.dumps({
		            "class": group.get("class"),
		            "title": group.findtext(at + "title"),
		            "text": [text.text for text in group.iter(at + "text")],
		            "tooltip": link.get("{http://www.w3.org/1999/xlink}title") if link is not None else None}))
	END
}

@test "dot: as kept, whatever way the log comes" {
	golden build.dot dot build.jsonl
	golden both.dot dot --failed --depth=2 --no-fold odd.jsonl build.jsonl
	same_however_read dot
}

@test "dot: Graphviz shows what tree prints, whatever is to be seen, and no byte more" {
	audit_much
	for options in '' --no-fold --failed --depth=1 --match=true --from=2; do
		# shellcheck disable=SC2086 # none is no option
		"$PROCREPORT" dot $options "$LOG" >graph.dot
		LC_ALL=C run ! grep -q $'[\001-\010\013-\037\177]' graph.dot
		render <graph.dot >shown
		# shellcheck disable=SC2086 # none is no option
		"$PROCREPORT" tree --json $options "$LOG" >tree.json
		equal "$(jq -r 'select(.class == "node" and (.title | startswith("p"))).title' shown | sort)" \
			"$(jq -r '"p\(.log)_\(.proc)"' tree.json | sort)"
		equal "$(jq -r 'select(.class == "edge" and (.title | contains("f") | not)).title' shown | sort)" \
			"$(jq -r 'select(.depth > 0) | "p\(.log)_\(.parent)->p\(.log)_\(.proc)"' tree.json | sort)"
	done
	# Whoever points at a node sees the command as list prints it; its text is that, too.
	"$PROCREPORT" dot --no-fold "$LOG" | render >shown
	equal "$(jq -r 'select(.text[0] | contains("odd")).tooltip' shown | sort)" \
		"$("$PROCREPORT" list --match=odd "$LOG" | grep -v '^sh -c' | sort)"
	equal "$(jq -r 'select(.text[0] | contains("odd")).text[0]' shown | tr '\240' ' ' | sed 's/\xc2//g' | sort)" \
		"$("$PROCREPORT" list --match=odd "$LOG" | grep -v '^sh -c' | sort)"
	"$PROCREPORT" dot --failed "$LOG" | render >shown
	equal "$(jq -r 'select(.class == "node" and (.title | startswith("f"))).title' shown | sort)" \
		"$(log -r 'select(.success == false) | "f1_\(.seq)"' | sort)"
}

# --- shell ------------------------------------------------------------------------

@test "shell: as kept, whatever way the log comes" {
	golden build.shell shell build.jsonl
	golden both.shell shell odd.jsonl build.jsonl
	same_however_read shell
}

@test "shell: a log whose first part is missing has an environment of its own" {
	PATH=/other:$PATH audit sh -c '/bin/true'
	jq -c 'if .event == "header" then .part = 2 else . end' "$LOG" >rest.jsonl
	"$PROCREPORT" shell "$GOLDEN/build.jsonl" rest.jsonl >script
	[ "$(sed -n 's/^export PATH=//p' script | tail -n 1)" = "/other:$PATH" ]
	run -0 tail -n 1 script
	equal "$output" /bin/true
}

# A build with makes below, variables of the command line and of the environment,
# redirections, loops, a script of its own, failures that do not matter.
write_build() {
	mkdir -p "$1/lib dir"
	printf 'int %s(void) { return VALUE; }\n' one >"$1/lib dir/one.c"
	printf '#include <stdio.h>\n#include "said.h"\nint one(void);\nint main(void) { printf("%%s %%d\\n", SAID, one()); }\n' >"$1/main.c"
	printf '#!/bin/sh -e\nsed "s/x/$WORD/" "$1" >"$2"\n' >"$1/gen.sh"
	printf '#define SAID "x"\n' >"$1/said.in"
	chmod +x "$1/gen.sh"
	cat >"$1/Makefile" <<-'END'
		.RECIPEPREFIX = >
		export WORD = the word
		VALUE = 1
		all: main list
		said.h: said.in
		>./gen.sh $< $@
		main: main.c said.h
		>-test -f nothing
		>cd 'lib dir' && $(MAKE) libone.a
		>for i in a b; do touch $$i.stamp; done
		>$(CC) -O1 -o $@ main.c 'lib dir/libone.a'
		list: main
		>ls *.c | sort >$@; ./main >>$@
		>/bin/echo 'it is done;  "$$HOME"'
	END
	cat >"$1/lib dir/Makefile" <<-'END'
		.RECIPEPREFIX = >
		libone.a: one.o
		>$(AR) rcD $@ one.o
		one.o: one.c
		>$(CC) -O1 -DVALUE=$(VALUE) -c one.c
	END
}

# Names and contents of a directory.
products() {
	(cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

@test "shell: the script makes what the build made, in a fresh copy" {
	unset AR CC MAKEFLAGS MAKELEVEL MFLAGS
	write_build built
	write_build copy
	products copy >before
	(cd built && audit make -s VALUE=7) >/dev/null 2>&1
	products built >expected
	refute diff -q before expected
	"$PROCREPORT" shell "$LOG" >script
	run ! grep -qwi make <(grep -v '^#' script)
	equal "$(grep -cE "^env VALUE=7 'WORD=the word' (cc|ar) " script)" 3
	equal "$(grep '|| :' script)" "env VALUE=7 'WORD=the word' /bin/sh -c 'test -f nothing' || :  # exit 1"
	bash script "$PWD/copy" >/dev/null
	products copy | diff expected -
	# And in its own place.
	rm -r built && write_build built
	bash script >/dev/null
	products built | diff expected -
	# Of a part, that part.
	id=$(log 'select(.event == "exec" and .argv[0:1] == ["make"] and .argv[-1] == "libone.a") | .proc')
	"$PROCREPORT" shell --from="$id" "$LOG" >part
	equal "$(grep -cE ' (cc|ar) ' part)" 2
	rm -r built && write_build built
	bash part >/dev/null
	products 'built/lib dir' | diff <(grep 'lib dir' expected | sed 's|/lib dir||') -
}

@test "shell: what automake's makefiles do to run make in each directory is no command" {
	unset MAKEFLAGS MAKELEVEL MFLAGS
	for dir in built copy; do
		mkdir -p "$dir/src" "$dir/empty"
		echo text >"$dir/src/in"
		printf 'all: out\n\nout: in\n\tcp in out\n' >"$dir/src/Makefile"
		printf 'all:\n' >"$dir/empty/Makefile"
		cat >"$dir/Makefile" <<-'END'
			.RECIPEPREFIX = >
			all-recursive:
			>@fail=; dot_seen=no; target=`echo $@ | sed s/-recursive//`; \
			>for subdir in empty src .; do \
			>  if test "$$subdir" = .; then dot_seen=yes; local_target="$$target-am"; \
			>  else local_target="$$target"; fi; \
			>  (cd $$subdir && $(MAKE) $$local_target) || exit 1; \
			>done; test -z "$$fail"
			all-am:
			>touch here
		END
	done
	(cd built && audit make) >/dev/null
	products built >expected
	"$PROCREPORT" shell "$LOG" >script
	equal "$(sed -n '/^cd --.*src$/,$p' script)" $'cd -- "$top"/src\ncp in out\n\ncd -- "$top"\ntouch here'
	run ! grep -qw -e make -e sed -e empty <(grep -v -e '^#' -e PATH= script)
	bash script "$PWD/copy"
	products copy | diff expected -
}

@test "shell: response files are made again, of any bytes, and nobody's are overwritten" {
	mkdir work
	cat >reads <<-'END'
		#!/bin/bash
		for arg; do
			printf '%s:' "$arg"
			if [[ $arg = @* ]]; then cat "${arg#@}" 2>&1; fi
		done >>"$RESULT"
		rm -f -- gone.rsp sub/*
		:
	END
	chmod +x reads
	export RESULT=$BATS_TEST_TMPDIR/result
	odd=$(printf 'o\n\377 \047\042$x')
	cat >build <<-'END'
		cd work
		printf 'one\n\n' >gone.rsp
		../reads @gone.rsp @none
		printf '\001\377\047"\134\n$(id) `id` %%s ]' >gone.rsp
		../reads x @gone.rsp
		mkdir sub
		printf '%s' two >"sub/$1"
		printf changed >stays.rsp
		: >empty.rsp
		../reads "@sub/$1" @stays.rsp @empty.rsp
		rm empty.rsp
		printf '%070000d' 0 >large.rsp
		../reads @large.rsp
		rm -r sub large.rsp
	END
	audit --response-files bash build "$odd"
	mv result expected
	equal "$(ls work)" stays.rsp
	"$PROCREPORT" shell "$LOG" >script
	bash script 2>messages
	cmp expected result
	[ ! -s messages ]
	# In another place, where there is one by such a name; the rest is made.
	rm -r result work
	mkdir -p other/work
	cp reads other
	printf mine >other/work/stays.rsp
	(cd other && bash ../script "$PWD") 2>messages || fail "$(cat messages)"
	equal "$(cat messages)" "$PWD/other/work/stays.rsp: this is another file than that in the log"
	equal "$(cat other/work/stays.rsp)" mine
	sed 's/changed/mine/' expected | cmp - result
}

@test "shell: words, names, directories and variables of any bytes" {
	odd=$(printf 'a\n\377 "\047\134$dir;#')
	mkdir "$odd"
	ln -s /bin/echo "$odd/-n"
	# shellcheck disable=SC2016 # the command's own
	audit --env=once bash -c '
		cd "$1"
		env -u HOME "$(printf "x y=\001\377\n")" "-n=--" "B=$(printf "\047\134\042")" /bin/true "" -n -- "a b" "\$(id)" "*" "$1"
		./-n one
		(exec -a "-a name" /bin/echo two); (exec -a "" /bin/echo three); (exec -a a=b /bin/echo four)
		/bin/sh -c "/bin/echo five | /bin/cat >five"; /bin/sh -c "/bin/echo six; /bin/echo seven"; :' - "$odd" >/dev/null
	"$PROCREPORT" shell "$LOG" >script
	LC_ALL=C run ! grep -q $'[\001-\010\013-\037\177-\377]' script
	mv "$LOG" first.jsonl
	audit --env=once bash script >/dev/null
	for file in first.jsonl "$LOG"; do
		"$PROCREPORT" list --json "$file" | jq -c 'select(.success and (.exe | test("/(echo|true|cat)$")))
			| [.argv, .argv_b64, .cwd, .cwd_b64]' | sed 's|\["true"|["/bin/true"|' >"$file.ran"
	done
	[ "$(wc -l <first.jsonl.ran)" -ge 8 ]
	# A path stands for the name of one of bash's own. Both ends of a pipe come at once.
	diff <(grep -v cat first.jsonl.ran) <(grep -v cat "$LOG.ran")
	equal "$(sort "$LOG.ran")" "$(sort first.jsonl.ran)"
	# Variables.
	for file in first.jsonl "$LOG"; do
		jq -c 'select(.event == "env") | [.env, .env_b64 // []] | transpose | map(if .[1] and .[1] != "" then .[1] else .[0] end)
			| map(select(test("^(_|PWD|OLDPWD|SHLVL)=") | not)) | sort' "$file" | sort -u >"$file.env"
	done
	diff first.jsonl.env "$LOG.env"
}
