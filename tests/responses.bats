# SPDX-License-Identifier: ISC
# Contract: --response-files keeps what @FILE arguments hold, as the program that is
# given them finds it, and never more than it could read itself.

# Scripts for the command are in single quotes; bats sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load lib/common
load helpers/await

: "${PROCREPORT:?set by meson test}"

teardown() {
	[ -z "${TARGET-}" ] || kill -KILL "$TARGET" 2>/dev/null || :
	[ ! -s command ] || kill -KILL "$(cat command)" 2>/dev/null || :
}

# Records a command with the option.
keep() {
	audit --response-files "$@"
}

# Names, contents and errors of the last exec that has them, each null if absent.
kept() {
	log -s 'map(select(.event == "exec" and (.response_files or .response_files_error))) | last
		| [.response_files, .response_contents, .response_errors]'
}

# What became of one file: its content, or the error.
fate() { # NAME
	log -s -r --arg name "$1" 'map(select(.response_files)) | last | (.response_files | index($name)) as $i
		| if (.response_errors // [])[$i] // "" != "" then .response_errors[$i] else "<\(.response_contents[$i])>" end'
}

for_root() {
	[ "$(id -u)" = 0 ] || skip 'root only'
}

# A directory for everybody, where programs of others may be, and its path.
public() {
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	mkdir -m 777 public
	cd public || return
}

@test "what a response file holds is in the record, though the build removes it" {
	keep sh -c 'printf "%s\n" "-c a.c" "\"x y\"" >x.rsp; /bin/true first @x.rsp; rm x.rsp'
	equal "$(kept)" '[["x.rsp"],["-c a.c\n\"x y\"\n"],null]'
	equal "$(log 'select(.response_files).argv')" '["/bin/true","first","@x.rsp"]'
	equal "$(log 'select(.event == "header").capture.response_files')" true
	# Without the option nothing is read.
	echo -c >x.rsp
	audit true @x.rsp
	log -e -s 'any(has("response_files")) | not'
	equal "$(log 'select(.event == "header").capture.response_files')" false
}

@test "programs without such an argument have no such key" {
	echo x >user@host
	keep bash -c '/bin/true; /bin/true user@host @ "" -@x; exec -a @x true'
	log -e -s 'any(has("response_files")) | not'
	keep perl -e '%ENV = ("\@user\@host", 1); exec "/bin/true"'
	log -e -s 'any(has("response_files")) | not'
}

@test "files in files, each once, as GCC divides their words" {
	printf '%s' "@b.rsp '@c d.rsp' \"@e.rsp\" \\@f.rsp x@no '' @ \"@g" >a.rsp
	printf '@a.rsp\t\v\n@b.rsp' >b.rsp
	echo 'c d' >'c d.rsp'
	: >e.rsp
	echo f >f.rsp
	echo g >g
	keep true @a.rsp @b.rsp @a.rsp
	equal "$(log 'select(.response_files).response_files')" '["a.rsp","b.rsp","c d.rsp","e.rsp","f.rsp","g"]'
	equal "$(fate 'c d.rsp')$(fate e.rsp)$(fate f.rsp)" "<c d
><><f
>"
}

@test "depth, number and sizes are bounded, and the record says by what" {
	for i in 1 2 3 4 5 6; do
		echo "@$((i + 1))" >$i
	done
	keep true @1
	equal "$(kept)" '[["1","2","3","4","5"],["@2\n","@3\n","@4\n","@5\n",""],["","","","","ELOOP"]]'
	keep true @{a,b,c,d,e,f,g,h}
	equal "$(log 'select(.response_files) | .response_errors | unique')" '["ENOENT"]'
	keep true @{a,b,c,d,e,f,g,h,i}
	equal "$(log 'select(.response_files) | [.response_files_error, (.response_files | length)]')" '["E2BIG",8]'
	keep true $(seq -f @%g 20000)
	equal "$(log 'select(.response_files) | [.response_files_error, (.response_files | length)]')" '["E2BIG",8]'
	head -c $((1024 * 1024)) /dev/zero | tr '\0' ' ' >big1
	for i in 2 3 4 5; do
		cp big1 big$i
	done
	echo >one
	(cat big1 && echo) >bigger
	keep true @bigger @big1 @big2 @big3 @big4 @big5 @one
	equal "$(log 'select(.response_files) | [(.response_contents | map(length)), .response_errors]')" \
		'[[0,1048576,1048576,1048576,1048576,0,0],["EFBIG","","","","","E2BIG","E2BIG"]]'
}

@test "names lead where they lead the program: after chdir, up, by links, in another root" {
	mkdir -p sub/deep root/in
	echo here >here.rsp
	echo sub >sub/here.rsp
	echo deep >sub/deep/here.rsp
	ln -s "$PWD/sub/here.rsp" sub/absolute
	ln -s ../here.rsp sub/up
	keep sh -c 'cd sub/deep; /bin/true @here.rsp @../here.rsp @../absolute @../up @'"$PWD"'/here.rsp @../../here.rsp'
	equal "$(log 'select(.response_files).response_contents')" \
		'["deep\n","sub\n","sub\n","here\n","here\n","here\n"]'
	# The directory is renamed, and another one has its name.
	keep sh -c 'cd sub/deep; mv ../../sub ../../old; mkdir -p ../../sub/deep; echo wrong >../../sub/here.rsp; exec true @here.rsp @../here.rsp'
	equal "$(log 'select(.response_files).response_contents')" '["deep\n","sub\n"]'
	cp "$HELPERS/report-static" root/report
	echo inside >root/in/x.rsp
	echo inside2 >root/y.rsp
	ln -s /y.rsp root/in/link
	ln -s ../../../../y.rsp root/in/high
	echo outside >y.rsp
	keep unshare --user --map-root-user sh -c 'exec chroot root /report @/in/x.rsp @in/link @in/high @../../y.rsp @/here.rsp'
	equal "$(log -s 'map(select(.response_files)) | last | [.argv[0], .response_contents, .response_errors]')" \
		'["/report",["inside\n","inside2\n","inside2\n","inside2\n",""],["","","","","ENOENT"]]'
}

@test "what is no regular file is never opened" {
	mkfifo fifo
	mkdir directory
	echo x >file
	ln -s /proc/self/cwd/file magic
	ln -s loop loop
	# A writer that waits for its reader goes on to wait.
	(echo written >fifo) 3>&- &
	keep true @fifo @directory @/dev/null @/proc/self/environ @/dev/fd/0 @magic @loop @file/x <file
	equal "$(log 'select(.response_files).response_errors')" \
		'["EINVAL","EISDIR","EINVAL","EINVAL","ELOOP","ELOOP","ELOOP","ENOTDIR"]'
	equal "$(timeout 60 cat fifo)" written
	wait
}

@test "the time of the last access stays" {
	echo x >x.rsp
	touch -a -d '2001-02-03' x.rsp
	keep true @x.rsp
	equal "$(fate x.rsp)" "<x
>"
	equal "$(stat -c %X x.rsp)" "$(date -d 2001-02-03 +%s)"
}

@test "any bytes but NUL are kept as they are" {
	printf 'a\xff\x01\x1b\n' >bytes
	printf 'a\0b' >nul
	keep true @bytes @nul $'@\xfe'
	equal "$(log -r 'select(.response_files).response_contents_b64[0]' | base64 -d | od -An -tx1)" "$(od -An -tx1 bytes)"
	equal "$(log -r 'select(.response_files).response_files_b64[2]')" "$(printf '\xfe' | base64)"
	equal "$(fate nul)" EILSEQ
}

@test "nothing is read that the program could not read: user, groups, directories" {
	for_root
	public
	echo root >root
	echo group >group
	echo nobody >nobody
	mkdir -m 700 closed
	echo closed >closed/file
	chmod 600 root nobody
	chmod 640 group
	chown nobody nobody
	chgrp 4711 group
	# The file can be found by its name alone.
	ids='--reuid=65534 --regid=65534'
	for how in '-u nobody --' "setpriv $ids --clear-groups --" "setpriv $ids --groups=4712 --"; do
		# shellcheck disable=SC2086 # words
		keep $how true @root @group @nobody @closed/file @none
		equal "$(kept)" \
			'[["root","group","nobody","closed/file","none"],["","","nobody\n","",""],["EACCES","EACCES","","EACCES","ENOENT"]]'
	done
	# shellcheck disable=SC2086 # words
	keep setpriv $ids --groups=4711,4712 true @root @group
	equal "$(kept)" '[["root","group"],["","group\n"],["EACCES",""]]'
	# By the directory that it is in, too.
	keep sh -c 'cd closed && exec setpriv --reuid=65534 --regid=65534 --clear-groups true @file @../nobody'
	equal "$(kept)" '[["file","../nobody"],["",""],["EACCES","EACCES"]]'
	# Root's own come right behind that.
	keep sh -c 'setpriv --reuid=65534 --regid=65534 --clear-groups true @root; exec true @root @group @nobody @closed/file'
	equal "$(kept)" '[["root","group","nobody","closed/file"],["root\n","group\n","nobody\n","closed\n"],null]'
}

@test "nothing is read that the program could not read: capabilities" {
	for_root
	public
	echo nobody >nobody
	echo root >root
	chmod 600 nobody root
	chown nobody nobody
	keep setpriv --bounding-set=-all --inh-caps=-all true @nobody @root
	equal "$(kept)" '[["nobody","root"],["","root\n"],["EACCES",""]]'
	# What a user namespace gives counts there alone.
	keep -u nobody unshare --user --map-root-user true @nobody @root
	equal "$(kept)" '[["nobody","root"],["nobody\n",""],["","EACCES"]]'
}

@test "who is not root reads what he may" {
	public_copy
	cd "$PUBLIC" || return
	LOG=$PUBLIC/log.jsonl
	unprivileged sh -c 'echo mine >mine; echo closed >closed; chmod 0 closed'
	unprivileged "$PROCAUDIT" --response-files -o "$LOG" true @mine @closed
	check_log "$LOG"
	equal "$(kept)" '[["mine","closed"],["mine\n",""],["","EACCES"]]'
}

@test "root keeps the right to become others for that, and no more; the log goes on" {
	for_root
	for options in '' --failed; do
		# shellcheck disable=SC2086 # none or one
		keep $options sh -c 't=$(sed -n "s/^TracerPid:\t//p" /proc/self/status); echo "@none" >x
			setpriv --reuid=65534 --regid=65534 --clear-groups /bin/true @x
			grep -E "^(Uid|Gid|Groups|Cap...):" /proc/$t/status >recorder; /bin/true @x'
		equal "$(sed -n 's/^CapEff:\t//p' recorder)" 00000000000800e4
		equal "$(sed -n 's/^CapPrm:\t//p' recorder)" 00000000000800e4
		equal "$(grep -E '^(Uid|Gid|Groups)' recorder)" "$(grep -E '^(Uid|Gid|Groups)' /proc/self/status)"
		equal "$(log -s 'last.complete')" true
	done
}

@test "killed, procaudit ends as a whole also when it has been another user" {
	for_root
	mkfifo go
	"$PROCAUDIT" --response-files -o "$LOG" sh -c 'echo $$ >command; setpriv --reuid=65534 --regid=65534 --clear-groups true @x
		sed -n "s/^TracerPid:\t//p" /proc/self/status >tracer; read x <go' 3>&- &
	TARGET=$!
	await [ -s tracer ]
	tracer=$(cat tracer)
	kill -KILL "$TARGET"
	await gone "$tracer"
	echo >go
	await gone "$(cat command)"
	rm command
}

@test "secrets are masked in them as in arguments" {
	printf '%s\n' '-DKEY=the-value-of-it' '--password "two words"' 'plain' >x.rsp
	MY_TOKEN=the-value-of-it keep --redact=default true @x.rsp
	equal "$(fate x.rsp)" "<-DKEY=***
--password \"***\"
plain
>"
	cp "$LOG" masked
	MY_TOKEN=the-value-of-it keep true @x.rsp
	grep -q the-value "$LOG"
	"$PROCREPORT" scrub -o copy.jsonl "$LOG"
	check_log copy.jsonl
	refute grep -qE 'the-value|two words' copy.jsonl
	grep -q plain copy.jsonl
}

@test "--max-line divides them, and nothing is lost" {
	seq -f '-DNUMBER_%g="a b"' 2000 >x.rsp
	echo '@x.rsp' >y.rsp
	keep --max-line=2048 true @y.rsp
	[ "$(LC_ALL=C awk '{ if (length($0) > n) n = length($0) } END { print n + 1 }' "$LOG")" -le 2048 ]
	"$SRCROOT/contrib/recipes/join.py" "$LOG" >joined
	jq -j 'select(.response_files).response_contents[1]' joined | cmp - x.rsp
}

@test "attached to a process: its next programs, too" {
	mkfifo go
	echo x >x.rsp
	setsid sh -c 'exec 5<>go; read x <&5; exec true @x.rsp' 3>&- &
	TARGET=$!
	"$PROCAUDIT" --response-files -o "$LOG" -p "$TARGET" 3>&- &
	await grep -qs '"event":"attach"' "$LOG"
	echo >go
	wait
	check_log "$LOG"
	equal "$(kept)" '[["x.rsp"],["x\n"],null]'
}

@test "text has no room for them" {
	run -125 --separate-stderr "$PROCAUDIT" --response-files true
	equal "$stderr" 'procaudit: --response-files is for the format jsonl'
}

@test "procreport show tells of them" {
	printf '%s\n' '-c "a b"' >x.rsp
	keep true @x.rsp @none
	"$PROCREPORT" show 1 "$LOG" | sed -n '/^response/,/^$/p' >got
	equal "$(cat got)" 'response files
  x.rsp: $'"'"'-c "a b"\n'"'"'
  none: ENOENT'
	equal "$("$PROCREPORT" show --json 1 "$LOG" | jq -c '[.response_files, .response_contents, .response_errors]')" \
		"$(kept)"
}

# --- procreport compdb -----------------------------------------------------------

# The arguments of its entries.
arguments() {
	"$PROCREPORT" compdb "${1-$LOG}" | jq -c '.[].arguments'
}

@test "compdb: a build that removes its response files has whole entries" {
	echo 'int f(void) { return X; }' >a.c
	cat >build <<-'END'
		printf '%s\n' '' '"-DX=1 + 1" @more.rsp' >x.rsp
		printf '%s' '-o a\ b.o a.c' >more.rsp
		gcc -c @x.rsp || exit
		rm x.rsp more.rsp
	END
	keep sh ./build
	[ -e 'a b.o' ]
	equal "$(arguments)" '["/usr/bin/gcc","-c","-DX=1 + 1","-o","a b.o","a.c"]'
	equal "$("$PROCREPORT" compdb "$LOG" | jq -c '.[] | [.file, .output]')" "[\"$PWD/a.c\",\"$PWD/a b.o\"]"
	# What is there now is something else, if older.
	echo '-DOTHER a.c' >x.rsp
	touch -d '2001-01-01' x.rsp
	equal "$(arguments)" '["/usr/bin/gcc","-c","-DX=1 + 1","-o","a b.o","a.c"]'
	"$PROCREPORT" scrub -o copy.jsonl "$LOG"
	equal "$(arguments copy.jsonl)" '["/usr/bin/gcc","-c","-DX=1 + 1","-o","a b.o","a.c"]'
	"$PROCAUDIT" --response-files --max-line=2048 -o divided.jsonl sh ./build
	equal "$(arguments divided.jsonl)" '["/usr/bin/gcc","-c","-DX=1 + 1","-o","a b.o","a.c"]'
	# Without the option it says what would help.
	audit sh ./build
	run -0 --separate-stderr "$PROCREPORT" compdb "$LOG"
	[[ -n $stderr && $stderr == *'1 command whose sources stand in response files that are gone (procaudit --response-files keeps them)'* ]]
}

@test "compdb: what was no file then stays a word; what could not be kept is looked for" {
	echo 'int f(void);' >a.c
	keep sh -c 'gcc -fsyntax-only a.c @late' 2>/dev/null || :
	echo '-DX' >late
	touch -d '2001-01-01' late
	equal "$(arguments)" '["/usr/bin/gcc","-fsyntax-only","a.c","@late"]'
	(echo '-DBIG' && head -c $((1024 * 1024)) /dev/zero | tr '\0' '\n') >big
	touch -d '2001-01-01' big
	keep gcc -fsyntax-only a.c @big
	equal "$(fate big)" EFBIG
	equal "$(arguments)" '["/usr/bin/gcc","-fsyntax-only","a.c","-DBIG"]'
}
