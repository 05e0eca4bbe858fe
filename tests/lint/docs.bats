# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031 # other programs' $; bats
# Lint: what is documented, completed and installed is what there is.
# CC, from meson, is the compiler with the sanitizers of this build.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	MAN=$SRCROOT/man
	SCHEMA=$SRCROOT/contrib/schema/procaudit-1.schema.json
	COMPLETIONS=$SRCROOT/contrib/completions
	# Nobody's own configuration.
	export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR
}

fail() {
	echo "$*" >&2
	return 1
}

# Shows both when they differ.
equal() {
	diff <(echo "$1") <(echo "$2") >&2 || fail "not the same: < is got, > is expected"
}

page() {
	mandoc -T ascii -O width=100 "$MAN/$1" | col -bx
}

# The literal displays of a page's EXAMPLES, into 1, 2, 3 …
displays() {
	awk '
		/^\.Sh /   { examples = $2 == "EXAMPLES" }
		/^\.Ed/    { out = "" }
		out != ""  { sub(/^\\&/, ""); gsub(/\\e/, "\\"); print > out }
		/^\.Bd -literal/ && examples { out = ++n }
	' "$MAN/$1"
}

# --- Options ------------------------------------------------------------------

help_options() {
	"$PROCAUDIT" --help | grep -E '^ +-' | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' |
		tr -d ',' | tr -s ' ' '\n' | grep . | sort
}

# The values that --help names for a long option: jsonl|text, [=full|brief].
help_values() {
	"$PROCAUDIT" --help | grep -oE -- "--$1(\[?=| )[a-z|]+" | sed 's/.*[= ]//' | tr '|' '\n' | sort
}

# What each shell offers for a command line, one word a line, sorted.
in_bash() {
	local program=${1%%|*}

	bash --norc -c '
		source "$1"
		_command_offset() { COMPREPLY=("${COMP_WORDS[@]:$1}"); } # as if it echoed
		IFS="|" read -ra COMP_WORDS <<<"$2|."
		unset "COMP_WORDS[-1]"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		"_$3" 2>/dev/null # compopt: not from readline
		printf "%s\n" "${COMPREPLY[@]}"
	' - "$COMPLETIONS/$program.bash" "$1" "$program" | sort
}

in_fish() {
	fish --no-config -c '
		source $argv[1]
		complete -c some-tool -x -a special
		complete -C $argv[2]
	' "$COMPLETIONS/${1%% *}.fish" "$1" | cut -f1 | sort
}

# A zsh on a terminal of its own lists the matches; compadd tells what it got.
in_zsh() {
	cat >drive.zsh <<-'END'
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
		zpty -w z '_some_tool() { compadd special }; compdef _some_tool some-tool'
		zpty -w z 'compadd() {
			if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
				builtin compadd "$@"
				return
			fi
			local -a hits
			builtin compadd -A hits "$@"
			print -lr -- "HIT:"$^hits
			builtin compadd "$@"
		}'
		zpty -w z 'probe() { zle list-choices; BUFFER=; print "PRO""BED" }'
		zpty -w z 'zle -N probe; bindkey "^Y" probe; print "REA""DY"'
		zpty -r z out '*READY*'
		zpty -w -n z "$2"$'\C-y'
		zpty -r z out '*PROBED*'
		print -r -- $out
		zpty -d z
	END
	TERM=xterm timeout 120 zsh -f drive.zsh "$COMPLETIONS" "$1" | tr -d '\r' |
		sed -n 's/.*HIT://p' | grep -vx -- - | sort
}

@test "the manual explains exactly the options of --help" {
	got=$(grep '^\.It Fl ' "$MAN/procaudit.1" | grep -oE 'Fl [\\A-Za-z-]+' |
		sed 's/Fl /-/; s/\\-/-/g' | sort)
	equal "$got" "$(help_options)"
}

@test "the manual lists the names that --redact=default stands for" {
	"$PROCAUDIT" --redact=default -o log true
	got=$(sed -n '/stands for these patterns/,/^\.Pp/p' "$MAN/procaudit.1" | sed -n 's/^\.Ql \([^ ]*\).*/\1/p')
	equal "$got" "$(jq -r 'select(.event == "header").redact_globs[]' log)"
}

@test "the synopsis has every option, once" {
	# By its letter where it has one, else by its name.
	got=$(page procaudit.1 | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' |
		grep -oE '\[--?[A-Za-z][A-Za-z-]*' | tr -d '[' |
		sed -E '/^-[A-Za-z]+$/{s/^-//;s/./-&\n/g}' | grep . | sort)
	expected=$("$PROCAUDIT" --help | grep -oE '^ +(-[A-Za-z]|--[a-z-]+)' | tr -d ' ' | sort)
	equal "$got" "$expected"
}

@test "bash completes exactly the options of --help" {
	equal "$(in_bash 'procaudit|-')" "$(help_options)"
}

@test "fish completes exactly the options of --help" {
	# It offers --failed with and without the argument.
	equal "$(in_fish 'procaudit -' | sed 's/=$//' | sort -u)" "$(help_options)"
}

@test "zsh completes exactly the options of --help" {
	equal "$(in_zsh 'procaudit -')" "$(help_options)"
}

@test "bash, fish and zsh complete the values that --help names" {
	for option in format env on-log-error sync; do
		expected=$(help_values "$option")
		[ "$(wc -l <<<"$expected")" -gt 1 ] || fail "--help names no values of --$option"
		equal "$(in_bash "procaudit|--$option|")" "$expected"
		equal "$(in_bash "procaudit|--$option|=|")" "$expected"
		equal "$(in_fish "procaudit --$option ")" "$expected"
		equal "$(in_zsh "procaudit --$option ")" "$expected"
		equal "$(in_zsh "procaudit --$option=")" "$expected"
	done
	# An argument that may be left out is in the same word.
	expected=$(help_values failed)
	[ "$(wc -l <<<"$expected")" -gt 1 ] || fail "--help names no values of --failed"
	equal "$(in_bash 'procaudit|--failed|=|')" "$expected"
	equal "$(in_fish 'procaudit --failed=' | sed 's/^--failed=//')" "$expected"
	equal "$(in_zsh 'procaudit --failed=')" "$expected"
	in_bash 'procaudit|--linger|=|' | grep -qx forever
	in_fish 'procaudit --linger ' | grep -qx forever
	in_zsh 'procaudit --linger=' | grep -qx forever
	expected=$(sed -n '/^\.Bl -column/,/^\.El/p' "$MAN/procaudit.1" | sed -n 's/^\.It \([a-z-]*\) Ta .*/\1/p' | sort)
	[ "$(wc -l <<<"$expected")" -gt 10 ]
	equal "$(in_bash 'procaudit|--max-line|=|')" "$expected"
	equal "$(in_fish 'procaudit --max-line ')" "$expected"
	equal "$(in_zsh 'procaudit --max-line=')" "$expected"
	for name in $expected; do
		"$PROCAUDIT" --max-line="$name" -o log true
	done
	equal "$(in_bash 'procaudit|--redact|=|')" default
	equal "$(in_fish 'procaudit --redact ')" default
	equal "$(in_zsh 'procaudit --redact=')" default
}

@test "bash, fish and zsh complete files for -o" {
	touch some.jsonl
	equal "$(in_bash 'procaudit|-Ao|some')" some.jsonl
	equal "$(in_fish 'procaudit -Ao some')" some.jsonl
	equal "$(in_zsh 'procaudit -Ao some')" some.jsonl
	equal "$(in_bash 'procaudit|--redact-hmac|=|some')" some.jsonl
	equal "$(in_fish 'procaudit --redact-hmac=some' | sed 's/^--redact-hmac=//')" some.jsonl
	equal "$(in_zsh 'procaudit --redact-hmac=some')" some.jsonl
}

@test "bash leaves the command to its own completion" {
	equal "$(in_bash 'procaudit|-o|log|-f|text|some-tool|s')" "$(printf '%s\n' s some-tool)"
	equal "$(in_bash 'procaudit|--env|=|once|--threads|--|some-tool|-')" "$(printf '%s\n' - some-tool)"
	equal "$(in_bash 'procaudit|--output|log|--format|text|--env|full|--linger|3|-u|root|some-tool')" some-tool
	equal "$(in_bash 'procaudit|--failed|some-tool')" some-tool
	equal "$(in_bash 'procaudit|--redact|a|--redact-hmac|some-tool')" some-tool
	equal "$(in_bash 'procaudit|--failed|=|brief|some-tool')" some-tool
}

@test "fish completes the command as if it stood alone" {
	equal "$(in_fish "procaudit -o 'a log' -f text some-tool s")" special
	equal "$(in_fish 'procaudit --env=once --threads -- some-tool s')" special
	equal "$(in_fish 'procaudit --output log --format text --env full --linger 3 -u root some-tool s')" special
	equal "$(in_fish 'procaudit --failed some-tool s')" special
	equal "$(in_fish 'procaudit --redact a --redact-hmac some-tool s')" special
	equal "$(in_fish 'procaudit --failed=brief some-tool s')" special
	equal "$(in_fish 'procaudit some-tool -')" ''
}

@test "zsh completes the command as if it stood alone" {
	equal "$(in_zsh "procaudit -o 'a log' -f text some-tool s")" special
	equal "$(in_zsh 'procaudit --env=once --threads -- some-tool s')" special
	equal "$(in_zsh 'procaudit --output log --format text --env full --linger 3 -u root some-tool s')" special
	equal "$(in_zsh 'procaudit --failed some-tool s')" special
	equal "$(in_zsh 'procaudit --redact a --redact-hmac some-tool s')" special
	equal "$(in_zsh 'procaudit --failed=brief some-tool s')" special
	equal "$(in_zsh 'procaudit some-tool -')" ''
	equal "$(in_zsh 'procaudit some-tool -o s')" special
}

# --- Subcommands --------------------------------------------------------------

subcommands() {
	"$PROCREPORT" --help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p' | sort
}

# Options of a subcommand, in its help.
sub_options() {
	"$PROCREPORT" "$1" --help | grep -E '^ +-' | grep -oE '^ +(-[A-Za-z0-9], )?--[a-z-]+' |
		tr -d ',' | tr -s ' ' '\n' | grep . | sort
}

@test "bash, fish and zsh complete the subcommands of procreport, and their options" {
	[ "$(subcommands | wc -l)" -ge 1 ] || fail "no subcommands in --help"
	equal "$(in_bash 'procreport|')" "$(subcommands)"
	equal "$(in_fish 'procreport ')" "$(subcommands)"
	equal "$(in_zsh 'procreport ')" "$(subcommands)"
	for sub in $(subcommands); do
		expected=$(sub_options "$sub")
		equal "$(in_bash "procreport|$sub|-")" "$expected"
		equal "$(in_fish "procreport $sub -")" "$expected"
		equal "$(in_zsh "procreport $sub -")" "$expected"
	done
	for when in "$(in_bash 'procreport|verify|--color|=|')" "$(in_fish 'procreport verify --color ')" \
		"$(in_zsh 'procreport verify --color=')"; do
		equal "$when" "$(printf 'always\nauto\nnever')"
	done
	touch some.jsonl
	equal "$(in_bash 'procreport|verify|some')" some.jsonl
	equal "$(in_fish 'procreport verify some')" some.jsonl
	equal "$(in_zsh 'procreport verify some')" some.jsonl
}

@test "procreport(1) explains exactly the subcommands, and their options" {
	equal "$(sed -n '/^\.Sh DESC/,/^\.Sh ENV/s/^\.Ss //p' "$MAN/procreport.1" | sort)" "$(subcommands)"
	common=$(sed -n '1,/^\.Ss /p' "$MAN/procreport.1" | sed -n '/^\.Sh DESC/,$p' | grep '^\.It Fl')
	for sub in $(subcommands); do
		here=$(awk -v "wanted=$sub" '/^\.S[sh] /{ here = $2 == wanted } here && /^\.It Fl/' "$MAN/procreport.1")
		equal "$(grep -oE 'Fl [\\A-Za-z0-9-]+' <<<"$common"$'\n'"$here" | sed 's/Fl /-/; s/\\-/-/g' | sort)" \
			"$(sub_options "$sub")"
	done
}

@test "the synopsis of procreport(1) has every option of each subcommand, once" {
	page procreport.1 | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | tr -s '\n ' ' ' |
		sed 's/ procreport /\n/g' >synopsis
	for sub in $(subcommands); do
		# By its letter where it has one, else by its name; the filters have a name.
		expected=$("$PROCREPORT" "$sub" --help | grep -oE '^ +(-[A-Za-z0-9]|--[a-z-]+)' |
			tr -d ' ' | grep -vx -e -h | sort)
		grep "^$sub " synopsis >here
		if grep -qF '[filters]' here; then
			expected=$(grep -vxE -e '--(program|match|cwd|pid|since|until|under|env|failed)' <<<"$expected")
		fi
		equal "$(grep -oE '[[| ]--?[A-Za-z0-9][a-z-]*' here | tr -d '[| ' | sort)" "$expected" || fail "$sub"
	done
}

# --- Manual pages -------------------------------------------------------------

@test "mandoc finds nothing to warn of in the manual pages" {
	for page in "$MAN"/*.[1-8]; do
		mandoc -T lint -W warning "$page"
	done
}

# groff 1.22 ends them behind the macro that comes next, at the end of the line.
@test "quotation marks in the manual pages end where the word does" {
	run grep -nE '\bQl .* [,.;:] [A-Z][a-z]( |$)' "$MAN"/*.[1-8]
	equal "$output" ''
}

@test "the manual tells of every function that the library exports, and no other" {
	got=$(grep -oE '^\.F[no] procaudit_[a-z_]+' "$MAN/libprocaudit.3" | cut -d' ' -f2 | sort -u)
	equal "$got" "$(nm -D --defined-only "$BUILDROOT"/src/lib/libprocaudit.so |
		sed -n 's/.* T \(procaudit_[a-z_]*\).*/\1/p' | sort)"
}

# --- Log format ---------------------------------------------------------------

@test "the schema is valid draft-07, closes nothing, and rejects what is wrong" {
	/usr/bin/python3 - "$SCHEMA" <<-'END'
		import json, sys
		import fastjsonschema, jsonschema

		schema = json.load(open(sys.argv[1], encoding="utf-8"))
		jsonschema.Draft7Validator.check_schema(schema)
		assert "additionalProperties" not in json.dumps(
		    {k: v for k, v in schema.items() if k != "$comment"})
		validate = fastjsonschema.compile(schema)

		def accepts(record):
		    valid = not list(jsonschema.Draft7Validator(schema).iter_errors(record))
		    try:
		        validate(record)
		    except fastjsonschema.JsonSchemaException:
		        assert not valid, f"the validators differ: {record}"
		        return False
		    assert valid, f"the validators differ: {record}"
		    return True

		base = {"v": 1, "seq": 4, "ts": "2026-11-21T13:31:06.000000000Z", "mono_us": 7}
		for event in schema["definitions"]:
		    assert not accepts({**base, "event": event}), f"{event} requires nothing"
		good = {**base, "event": "thread_exit", "pid": 3, "proc": 1, "tid": 4, "exit_code": 0}
		assert accepts(good)
		assert accepts({**good, "new_key": [None]})
		assert accepts({**base, "event": "new_event"})
		for key, value in [("v", 2), ("seq", -1), ("seq", "4"), ("mono_us", 2**53 + 1),
		                   ("ts", "2026-11-21T13:31:06Z"), ("pid", 0), ("tid", None),
		                   ("exit_code", 256), ("signal", "SIGTERM"), ("core_dumped", True)]:
		    assert not accepts({**good, key: value}), (key, value)
	END
}

@test "a key has one type in all records" {
	/usr/bin/python3 - "$SCHEMA" <<-'END'
		import json, sys
		types = {}
		for event, definition in json.load(open(sys.argv[1]))["definitions"].items():
		    for key, value in definition["properties"].items():
		        kind = value.get("type", type(value.get("const")).__name__)
		        types.setdefault(key, {}).setdefault(kind, []).append(event)
		different = {k: v for k, v in types.items() if len(v) > 1}
		assert not different, different
	END
}

@test "procaudit-log(5) explains exactly the keys of the schema, record by record, and their types" {
	/usr/bin/python3 - "$SCHEMA" "$MAN/procaudit-log.5" <<-'END'
		import json, re, sys

		schema = json.load(open(sys.argv[1], encoding="utf-8"))

		def kind(value):
		    if "const" in value:
		        return {bool: "boolean", int: "integer", str: "string"}[type(value["const"])]
		    if value["type"] == "array":
		        return "array of strings"
		    return value["type"]

		def keys(properties, prefix=""):
		    for key, value in properties.items():
		        yield prefix + key, kind(value)
		        yield from keys(value.get("properties", {}), f"{prefix}{key}.")

		sections, section = {}, None
		for line in open(sys.argv[2], encoding="utf-8"):
		    if line.startswith((".Ss ", ".Sh ")):
		        section = sections.setdefault(line[4:].strip(), {})
		    item = re.match(r"\.It Va (.*) Pq (.*)", line)
		    if item:
		        for key in item[1].split(" , "):
		            assert key not in section, f"{key} twice"
		            section[key] = item[2]
		        assert section, line

		common = sections.pop("Every record")
		process = {k: common.pop(k) for k in ("pid", "proc", "ns_pid")}
		documented = {k: v for k, v in sections.items() if v}
		assert set(documented) == set(schema["definitions"]), set(documented)
		for event, definition in schema["definitions"].items():
		    here = dict(keys(definition["properties"]))
		    if "pid" in here:
		        assert process.items() <= here.items(), event
		    page = {**documented[event], **common, **(process if "pid" in here else {})}
		    assert page == here, (event, dict(page.items() ^ here.items()))
	END
}

@test "the examples of procaudit-log(5) work on a log" {
	cp /bin/true curl
	"$PROCAUDIT" -o build.jsonl --env=once --failed sh -c './curl "$(printf "a\377")" b
		./none
		(exit 3)
		sh -c "kill -9 \$\$; :"
		sh -c "./curl c; :"' 2>/dev/null
	displays procaudit-log.5
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ -s "$i" ] || fail "there is no example $i"
		bash -e -o pipefail "$i" >"out.$i" || fail "example $i failed: $(cat "$i" "out.$i")"
	done
	[ ! -e 11 ] || fail "an example is not tested"
	equal "$(cat out.1)" true
	equal "$(cat out.2)" true
	grep -qE "^ +2 $PWD/curl$" out.3
	grep -qF "cd '$PWD' && './curl' 'c'" out.4
	equal "$(cut -f1 out.5 | sort)" "$(printf '127\n3\nSIGKILL')"
	# What failed is not taken for what ran.
	run ! grep -E "^ +[0-9]+ \./none|&& '\./none'$" out.3 out.4
	grep -qxF "127"$'\t'"'(fork)'" out.5
	grep -qF "'kill -9 \$\$; :'" out.5
	grep -qE "^[0-9.e-]+"$'\t'"$PWD/curl$" out.6
	grep -qF './curl c <- sh -c ./curl c; : <- sh -c ' out.7
	LC_ALL=C grep -qax $'a\377' out.8
	equal "$(jq -s 'length > 3 and all(.env | any(startswith("PATH=")))' out.9)" true
	grep -qxF "ENOENT"$'\t'"$PWD"$'\t'./none out.10
}

@test "the examples of procaudit-log(5) tell a log that is not whole" {
	"$PROCAUDIT" -o build.jsonl true
	sed -i '$d' build.jsonl
	displays procaudit-log.5
	run ! bash -e -o pipefail 1
	"$PROCAUDIT" -A -o build.jsonl true
	run -0 bash -e -o pipefail 1
	run ! bash -e -o pipefail 2
}

@test "the reader knows exactly the keys of the schema, and the values" {
	gcc -std=gnu17 -D_GNU_SOURCE -I"$SRCROOT/include" -I"$SRCROOT/src/lib" -o keys -x c - \
		"$SRCROOT/src/lib/keys.c" <<-'END'
		#include "keys.h"
		#include <stdio.h>

		int main(void)
		{
			unsigned row, kind;

			for (row = 0; row < key_count; row++)
				for (kind = 1; kind < PROCAUDIT_RECORD_KINDS; kind++)
					if (keys[row].events & BIT(kind))
						printf("%s %s %d %s\n", procaudit_record_name(kind),
							keys[row].name, !!(keys[row].required & BIT(kind)),
							keys[row].values ? keys[row].values : "");
		}
	END
	./keys >known
	/usr/bin/python3 - "$SCHEMA" known <<-'END'
		import json, sys

		schema = json.load(open(sys.argv[1], encoding="utf-8"))
		expected, values = set(), {}

		def add(event, properties, required, prefix=""):
		    for key, value in properties.items():
		        expected.add((event, prefix + key, str(int(key in required))))
		        values.setdefault(prefix + key, set()).update(value.get("enum", []))
		        if "properties" in value:
		            add(event, value["properties"], value["required"], prefix + key + ".")

		for event, definition in schema["definitions"].items():
		    add(event, definition["properties"], definition["required"])
		known = set()
		for line in open(sys.argv[2]):
		    event, key, required, listed = line[:-1].split(" ")
		    known.add((event, key, required))
		    if values.get(key):
		        assert set(listed[1:-1].split("|")) == values[key], (key, listed, values[key])
		assert known == expected, known ^ expected
	END
}

# --- Library ------------------------------------------------------------------

@test "the program of libprocaudit(3) is man/example.c" {
	displays libprocaudit.3
	diff "$MAN/example.c" 1
	# Shown as it is written: indented by five columns, tabs to the next stop.
	equal "$(page libprocaudit.3 | sed -n '/^EXAMPLES/,/Build and run/p' |
		grep -v '^EXAMPLES\|^     This\|^     Build' | sed 's/^     //' | tr -d ' ' | grep .)" \
		"$(tr -d '\t ' <"$MAN/example.c" | grep .)"
}

# $1: the program. It prints pid and argv of sh and true, and ends as they do.
run_example() {
	run -0 --separate-stderr "$1" sh -c 'true; /bin/true'
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} =~ ^[0-9]+\ sh\ -c\ true\;\ /bin/true$ ]]
	[[ ${lines[1]} =~ ^[0-9]+\ /bin/true$ ]]
	[ -z "$stderr" ]
	run -7 "$1" sh -c 'exit 7'
	run -137 "$1" sh -c 'kill -9 $$'
	run -127 --separate-stderr "$1" ./no-such-program
	equal "$stderr" "cannot execute ./no-such-program: No such file or directory"
	run -125 "$1"
}

@test "the program of libprocaudit(3) works" {
	run_example "$BUILDROOT/tests/lint/example"
}

# --- Installation -------------------------------------------------------------

# The one file below DESTDIR whose path ends so.
installed() {
	local found

	found=$(find "$DESTDIR" -path "*/$1" ! -type d)
	[ "$(grep -c . <<<"$found")" -eq 1 ] || fail "installed as $1: '$found'"
	echo "$found"
}

@test "meson install installs everything, and a program builds with pkg-config alone" {
	export DESTDIR=$BATS_TEST_TMPDIR/dest
	meson install -C "$BUILDROOT" --no-rebuild --quiet

	for file in share/man/man1/procaudit.1 share/man/man1/procreport.1 share/man/man3/libprocaudit.3 \
		share/man/man5/procaudit-log.5 share/procaudit/procaudit-1.schema.json \
		share/doc/procaudit/examples/logrotate/procaudit \
		lib/systemd/system/procaudit@.service lib/tmpfiles.d/procaudit.conf \
		share/bash-completion/completions/procaudit share/zsh/site-functions/_procaudit \
		share/bash-completion/completions/procreport share/zsh/site-functions/_procreport \
		share/fish/vendor_completions.d/procaudit.fish \
		share/fish/vendor_completions.d/procreport.fish; do
		installed "$file" >/dev/null
	done
	for header in "$SRCROOT"/include/procaudit/*.h; do
		diff "$header" "$(installed "include/procaudit/${header##*/}")"
	done

	library=$(installed libprocaudit.so)
	export LD_LIBRARY_PATH=${library%/*}
	equal "$("$(installed bin/procaudit)" --version)" "$("$PROCAUDIT" --version)"
	equal "$("$(installed bin/procreport)" --version)" "$("$PROCREPORT" --version)"

	pc=$(installed pkgconfig/libprocaudit.pc)
	export PKG_CONFIG_LIBDIR=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$DESTDIR
	export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
	equal "procaudit $(pkg-config --modversion libprocaudit)" "$("$PROCAUDIT" --version)"
	flags=$(pkg-config --cflags --libs libprocaudit)
	# shellcheck disable=SC2086 # words
	$CC -Wall -Wextra -Werror -o example "$MAN/example.c" $flags
	run_example ./example
}
