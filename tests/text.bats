# SPDX-License-Identifier: ISC
# Contract: the text format is for people: one line each, pasteable, harmless to terminals.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common

# The part of each line that stands behind time, pid and indentation.
commands() {
	LC_ALL=C sed -E 's/^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} +[0-9]+ +//' "${1:-text}"
}

# The text with times, pids, durations and the current directory made constant.
constant() {
	sed -E -e 's/^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} +[0-9]+ /TIME PID /' \
		-e 's/, [0-9]+\.[0-9]{3} s$/, TIME/' -e "s#$PWD#DIR#g" "${1:-text}"
}

# Nothing in the file drives a terminal, but for ends of lines and, where given,
# what matches the second argument.
harmless() {
	/usr/bin/python3 - "$@" <<-'END' >&2
		import re, sys, unicodedata
		text = open(sys.argv[1], newline="", encoding="utf-8").read()
		if len(sys.argv) > 2:
		    text = re.sub(sys.argv[2], "", text)
		found = {c for c in text if unicodedata.category(c) == "Cc"} - {"\n"}
		sys.exit(f"control characters: {found}" if found else 0)
	END
}

on_terminal() {
	TERM=xterm /usr/bin/python3 "$SRCROOT/tests/lib/terminal.py" "$@"
}

@test "a small tree, line by line" {
	local script='/bin/echo hello; (exit 3); (cd a\ b; /bin/true "x y" \$z; exec /bin/sh -c "exit 7")'
	mkdir 'a b'
	run -143 --separate-stderr "$PROCAUDIT" /bin/sh -c "$script; /bin/true; kill \$\$"
	equal "$output" hello
	# shellcheck disable=SC2154
	echo "$stderr" >text
	constant >got
	cat >expected <<-END
		TIME PID cd DIR
		TIME PID /bin/sh -c '$script; /bin/true; kill \$\$'
		TIME PID   /bin/echo hello
		TIME PID   # exit 0, TIME
		TIME PID   # exit 3, TIME
		TIME PID     cd 'DIR/a b'
		TIME PID     /bin/true 'x y' '\$z'
		TIME PID     # exit 0, TIME
		TIME PID   /bin/sh -c 'exit 7'
		TIME PID   # exit 7, TIME
		TIME PID   cd DIR
		TIME PID   /bin/true
		TIME PID   # exit 0, TIME
		TIME PID # killed by SIGTERM, TIME
	END
	diff expected got
}

@test "text is what comes without -o, on standard error" {
	"$PROCAUDIT" /bin/true x 2>text >out
	equal "$(cat out)" ''
	equal "$(commands | tail -n +2 | sed 's/, .*//')" $'/bin/true x\n# exit 0'
}

@test "time of day and pid stand in front" {
	local start end
	start=$(date +%T.%3N)
	"$PROCAUDIT" /bin/sh -c 'echo $$' 2>text >pid
	end=$(date +%T.%3N)
	cut -d' ' -f1 text >stamps
	[[ $start > $end ]] || # over midnight
		LC_ALL=C sort -c <<<"$start"$'\n'"$(cat stamps)"$'\n'"$end"
	equal "$(sed -E 's/^[^ ]+ +([0-9]+) .*/\1/' text | sort -u)" "$(cat pid)"
}

@test "the time of day is the local one" {
	TZ=XXX-5 "$PROCAUDIT" true 2>text
	equal "$(sed -E 's/:.*//; q' text)" "$(TZ=XXX-5 date -d "@$(stat -c %Y text)" +%H)"
}

@test "indentation is the depth of forks, up to a limit" {
	# Each shell runs the next one in a child.
	"$PROCAUDIT" /bin/sh -c '[ $1 -eq 0 ] || /bin/sh -c "$0" "$0" $(($1 - 1)); :' \
		'[ $1 -eq 0 ] || /bin/sh -c "$0" "$0" $(($1 - 1)); :' 40 2>text
	equal "$(grep -E ' (40|39|38|37|11|10|9|8|7|6|5|4|3|2|1|0)$' text |
		sed -E 's/^[^ ]+ +[0-9]+ ( *).* ([0-9]+)$/\1\2/' | awk '{ print length($0) - length($1) }' |
		tr '\n' ' ')" '0 2 4 6 58 60 60 60 60 60 60 60 60 60 60 60 '
}

@test "what is recorded can be pasted: hostile arguments come back byte by byte" {
	local case shell shells='bash'
	! type -P zsh >/dev/null || shells+=' zsh'
	for case in bytes invalid unicode empty none random:5 random:6 random:7; do
		"$PROCAUDIT" -o text -f text "$HELPERS/vectors" "$case" "$HELPERS/report" >told
		# cd, vectors, report, exit
		equal "$(wc -l <text)" 4
		harmless text
		commands | sed -n 3p >line
		for shell in $shells; do
			"$shell" ./line >pasted
			equal "$(jq -c '[.argv, .exe]' pasted)" "$(jq -c '[.argv, .exe]' told)" ||
				fail "$shell, $case"
		done
		bash --norc --noprofile -i <line >pasted 2>/dev/null
		equal "$(jq -c '[.argv, .exe]' pasted)" "$(jq -c '[.argv, .exe]' told)" ||
			fail "interactive bash, $case"
	done
}

@test "what is recorded can be pasted: programs with names that mean something to a shell" {
	local name
	mkdir names
	cd names
	for name in -x true cd '~' '=x' A=1 '*' '#' "it's" $'n\nl' $'\xff' $'\xc2\x9b' 'a b' ä; do
		cp "$HELPERS/report" "./$name"
		"$PROCAUDIT" -o text -f text "$HELPERS/execways" plain "$name" x >told
		commands text | sed -n 3p >line
		equal "$(wc -l <text)" 4
		bash ./line >pasted
		equal "$(jq -c '[.argv[1:], .exe]' pasted)" "$(jq -c '[.argv[1:], .exe]' told)"
	done
}

@test "argv[0] that is not the program's name is kept" {
	"$PROCAUDIT" -o text -f text bash -c 'exec -a -login "$0" x' "$HELPERS/report" >told
	equal "$(commands text | tail -n 2 | head -n 1)" "(exec -a -login $HELPERS/report x)"
}

@test "a whole record can be run as a script" {
	# Every directory is entered before its command.
	local script='for d in "$@"; do (cd "$d" && "$HELPERS/report" in "$d"); done'
	set -- a 'b c' $'d\xff\n' "e'f" '(g)' a
	mkdir -p "$@"
	HELPERS=$HELPERS "$PROCAUDIT" -o text -f text bash -c "$script" - "$@" >told
	# The first two lines are the shell itself.
	commands text | tail -n +3 >script
	bash script >again
	equal "$(wc -l <again)" 6
	equal "$(jq -c '[.argv, .cwd]' again)" "$(jq -c '[.argv, .cwd]' told)"
}

@test "cd is said when the directory changes, and not else" {
	mkdir a
	"$PROCAUDIT" -o text -f text /bin/sh -c '/bin/true; /bin/true; cd a; /bin/true; /bin/true; :'
	equal "$(commands text | grep ^cd)" "cd $PWD"$'\n'"cd $PWD/a"
}

@test "ends: exit code, signal, core dump, duration" {
	"$PROCAUDIT" -o text -f text env --default-signal /bin/sh -c '(exit 255)
		/bin/sh -c "ulimit -c 0; kill -HUP \$\$"; /bin/sleep 0.1
		(ulimit -c "$(ulimit -Hc)"; exec /bin/sh -c "kill -ABRT \$\$"); :'
	commands text | grep '^#' | sed -E 's/, .*//' | uniq >ends
	grep -qx '# exit 255' ends
	grep -qx '# killed by SIGHUP' ends
	grep -qx '# killed by SIGABRT (core dumped)' ends
	commands text | grep -A1 '^/bin/sleep' | grep -qE '^# exit 0, 0\.[1-9][0-9]{2} s|^# exit 0, [1-9]'
}

@test "--threads: threads have their lines" {
	"$PROCAUDIT" --threads -o text -f text "$HELPERS/forks" threads /bin/true
	equal "$(commands text | grep -cE '^# thread [0-9]+$')" 4
	equal "$(commands text | grep -cE '^# thread [0-9]+ ended$')" 4
}

@test "no environment is shown" {
	SECRET=hunter2 "$PROCAUDIT" true 2>text
	refute grep hunter2 text
}

@test "an argv that could not be read says so" {
	public_copy "$HELPERS/report"
	chmod 0111 "$PUBLIC/report"
	unprivileged "$PROCAUDIT" "$PUBLIC/report" x 2>text >told
	# argv is public all the same.
	equal "$(commands text | sed -n 1p)" "$PUBLIC/report x"
}

# --- Colour -------------------------------------------------------------------

@test "no colour into a file or a pipe" {
	TERM=xterm "$PROCAUDIT" /bin/sh -c 'exit 1' 2>text || true
	harmless text
	{ TERM=xterm "$PROCAUDIT" /bin/false || true; } 2>&1 | cat >text
	harmless text
	equal "$(commands text | tail -1 | cut -c 1-8)" '# exit 1'
}

@test "colour on a terminal, and no other control byte whatever the arguments" {
	local case
	for case in bytes invalid unicode random:8; do
		on_terminal "$PROCAUDIT" "$HELPERS/vectors" "$case" /bin/true >text
		grep -q $'\e\[1m' text
		harmless text $'\e\\[[0-9;]*m|\r(?=\n)'
	done
}

@test "colour does not change the text" {
	on_terminal "$PROCAUDIT" /bin/sh -c '/bin/true "a b"; exit 1' >colored || true
	grep -q $'\e\[31m' colored
	sed -E $'s/\e\\[[0-9;]*m//g; s/\r//' colored >text
	"$PROCAUDIT" /bin/sh -c '/bin/true "a b"; exit 1' 2>plain || true
	equal "$(constant text)" "$(constant plain)"
}

@test "every line ends without colour" {
	on_terminal "$PROCAUDIT" /bin/sh -c '/bin/true "a b"; kill -9 $$' >text || true
	(($(wc -l <text) == 5))
	# What is behind the last reset has no other sequence.
	refute grep -P '\e\[(?!0?m)[0-9;]*m(?!.*\e\[0?m)' text
}

@test "NO_COLOR is honoured, if it is not empty" {
	NO_COLOR=1 on_terminal "$PROCAUDIT" true >text
	harmless text $'\r(?=\n)'
	NO_COLOR='' on_terminal "$PROCAUDIT" true >text
	grep -q $'\e\[1m' text
}

@test "no colour on a terminal that knows none" {
	TERM=dumb /usr/bin/python3 "$SRCROOT/tests/lib/terminal.py" "$PROCAUDIT" true >text
	harmless text $'\r(?=\n)'
}

@test "JSON Lines are never coloured" {
	on_terminal "$PROCAUDIT" -f jsonl true | tr -d '\r' >"$LOG"
	check_log "$LOG"
}
