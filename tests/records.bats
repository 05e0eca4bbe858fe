# SPDX-License-Identifier: ISC
# Contract: which records there are, and what they say of small known trees.

# Scripts for the command are in single quotes.
# shellcheck disable=SC2016

load lib/common

# The records of an event, through jq.
records() {
	log "select(.event == \"$1\")" | jq -c "${@:2}"
}

# --- Header and trailer -------------------------------------------------------

@test "the header says what was recorded, where and by whom" {
	audit --threads --env=none true
	equal "$(records header -r .cwd)" "$PWD"
	equal "$(records header -r .command[])" true
	equal "$(records header -r .host)" "$(uname -n)"
	equal "$(records header -r .kernel)" "$(uname -r)"
	equal "$(records header -r .arch)" "$(uname -m)"
	equal "$(records header -r .boot_id)" "$(cat /proc/sys/kernel/random/boot_id)"
	equal "$(records header .uid,.gid)" "$(id -u)"$'\n'"$(id -g)"
	equal "procaudit $(records header -r .version)" "$("$PROCAUDIT" --version)"
	equal "$(records header .mode,.schema,.part)" $'"run"\n"procaudit/1"\n1'
	equal "$(records header .capture)" '{"failed":"none","env":"none","threads":true,"proc":true,"seccomp":false,"no_new_privs":false,"redact":"none","response_files":false}'
	equal "$(records header .tracer_pid)" "$(records exec .ppid)"
}

@test "the header keeps a hostile command" {
	local bytes=$'\xff\n"\\\x1b\xc2\x9b'
	audit /bin/sh -c : "$bytes" '' "$bytes"
	equal "$(records header -r .command_b64[3] | base64 -d)" "$bytes"
	equal "$(records header '[.command[4], .command_b64[4], .command_b64[0]]')" '["","",""]'
	equal "$(records header '.command == $exec[0].argv' --slurpfile exec <(records exec .))" true
}

@test "a header is as long as shippers need it, and not much longer" {
	audit true
	(($(head -1 "$LOG" | wc -c) < 2048))
}

@test "two logs have two ids" {
	audit true
	cp "$LOG" first
	audit true
	cat "$LOG" >>first
	check_log first
}

@test "the trailer tells how the command ended" {
	run -7 audit sh -c 'exit 7'
	equal "$(records trailer '[.exit_code, .complete, .gaps]')" '[7,true,0]'
}

@test "a command that is not found leaves a whole log" {
	run -127 audit no-such-program
	equal "$(log -r .event | tr '\n' ' ')" 'header exit trailer '
}

# --- Forks --------------------------------------------------------------------

# Records a child made in this way; its fork record must be of this kind.
forks() {
	audit_reports "$HELPERS/forks" "$1" "$HELPERS/report" child
	equal "$(records fork '[.proc, .child, .kind]')" "[1,2,\"$2\"]"
	equal "$(records exec 'select(.proc == 2) | [.parent, .image, .argv[1]]')" '[1,1,"child"]'
	equal "$(records exit '[.proc, .exit_code]')" $'[2,0]\n[1,0]'
}

@test "fork" {
	forks fork fork
}

@test "vfork" {
	forks vfork vfork
}

@test "posix_spawn" {
	forks spawn vfork
}

@test "clone without a signal at its end" {
	forks clone clone
}

@test "clone with another signal at its end" {
	forks usr2 clone
}

@test "clone3" {
	forks clone3 fork
}

@test "clone with shared memory, not a thread" {
	forks vm fork
}

@test "the end of a child made by vfork is one record" {
	audit "$HELPERS/forks" vfork /bin/false
	equal "$(records exit 'select(.proc == 2).exit_code')" 1
}

@test "CLONE_PARENT: created by one, child of another" {
	audit_reports /bin/sh -c '"$0" parent "$1"; :' "$HELPERS/forks" "$HELPERS/report"
	equal "$(records fork '[.proc, .child]')" $'[1,2]\n[2,3]'
	equal "$(records exec 'select(.proc == 3) | [.parent, .ppid == $shell]' \
		--argjson shell "$(records exec 'select(.proc == 1).pid')")" '[2,true]'
}

@test "CLONE_PARENT by the command itself: a child of procaudit" {
	audit_reports "$HELPERS/forks" parent "$HELPERS/report"
	equal "$(records exec 'select(.proc == 2) | [.parent, .ppid]')" \
		"[1,$(records header .tracer_pid)]"
}

@test "orphan: its creator has ended, its parent is another" {
	audit_reports "$HELPERS/forks" orphan "$HELPERS/report"
	equal "$(records fork '[.proc, .child]')" $'[1,2]\n[2,3]'
	equal "$(records exec 'select(.proc == 3) | [.parent, .ppid == $pid]' \
		--argjson pid "$(records exit 'select(.proc == 2).pid')")" '[2,false]'
}

@test "forks of threads name the thread" {
	audit_reports "$HELPERS/forks" threads "$HELPERS/report"
	equal "$(records fork -s 'map(.tid) | unique | length')" 4
	equal "$(records fork 'select(.tid == .pid)')" ''
	equal "$(records thread -s length)" 0
}

@test "--threads: threads come and go" {
	audit_reports --threads "$HELPERS/forks" threads "$HELPERS/report"
	equal "$(records thread -s 'map(.tid) | sort')" "$(records fork -s 'map(.tid) | sort')"
	equal "$(records thread -s 'map(.tid) | sort')" "$(records thread_exit -s 'map(.tid) | sort')"
	equal "$(records thread_exit -s 'map(.exit_code) | unique')" '[0]'
	equal "$(records header .capture.threads)" true
}

@test "a tree of shells: who created whom" {
	audit /bin/sh -c '/bin/sh -c "/bin/sh -c \"/bin/true; :\"; :"; :'
	equal "$(records fork '[.proc, .child]' | tr '\n' ' ')" '[1,2] [2,3] [3,4] '
	equal "$(records exec '[.proc, .parent]' | tr '\n' ' ')" '[1,null] [2,1] [3,2] [4,3] '
}

# --- Execs --------------------------------------------------------------------

@test "several programs of one process are its images" {
	audit /bin/sh -c 'exec /bin/sh -c "exec /bin/sh -c \"exec /bin/true\""'
	equal "$(records exec '[.proc, .image, .argv[0]]' | tr '\n' ' ')" \
		'[1,1,"/bin/sh"] [1,2,"/bin/sh"] [1,3,"/bin/sh"] [1,4,"/bin/true"] '
	equal "$(records exit .proc)" 1
}

@test "real and effective ids" {
	[ "$(id -u)" = 0 ] || skip 'root only'
	# Where they differ, ld.so takes some variables away.
	audit_reports env -i setpriv --ruid=11 --rgid=12 --egid=13 --clear-groups "$HELPERS/report"
	equal "$(records exec -s '.[-1] | [.uid, .euid, .gid, .egid]')" '[11,0,12,13]'
}

@test "ids are those of the user namespace that the program is in" {
	local user=()
	unshare --user --map-root-user true || skip 'no user namespaces'
	[ "$(id -u)" != 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	public_copy "$HELPERS/report"
	audit_reports "${user[@]}" unshare --user --map-root-user "$PUBLIC/report"
	equal "$(records exec -s '.[-1] | [.uid, .euid, .gid, .egid]')" '[0,0,0,0]'
	refute equal "$(records exec -s '.[-2] | [.uid, .euid, .gid, .egid]')" '[0,0,0,0]'
}

@test "an exec that fails is no record" {
	run -126 audit /bin/sh -c 'exec /dev/null'
	equal "$(records exec .image)" 1
}

@test "a process that forks and never executes has no exec record" {
	audit /bin/sh -c '(exit 3); (exit 4); :'
	equal "$(records exec .proc)" 1
	equal "$(records exit '[.proc, .exit_code]' | tr '\n' ' ')" '[2,3] [3,4] [1,0] '
}

# --- Ends ---------------------------------------------------------------------

@test "exit codes from 0 to 255" {
	audit /bin/sh -c 'i=0; while [ $i -lt 256 ]; do (exit $i); i=$((i + 1)); done; :'
	equal "$(records exit 'select(.proc != 1).exit_code' | tr '\n' ' ')" "$(seq -s ' ' 0 255) "
}

@test "death by each signal that kills" {
	local names script='for s in HUP INT KILL PIPE ALRM TERM USR1 RTMIN RTMIN+3 RTMAX; do
		"$0" -c "ulimit -c 0; kill -$s \$\$"; done; :'
	audit env --default-signal /bin/bash -c "$script" /bin/bash
	names=$(records exit -r 'select(.proc != 1) | .signal' | tr '\n' ' ')
	equal "$names" \
		'SIGHUP SIGINT SIGKILL SIGPIPE SIGALRM SIGTERM SIGUSR1 SIGRTMIN SIGRTMIN+3 SIGRTMIN+30 '
	equal "$(records exit 'select(has("core_dumped"))')" ''
}

@test "death with a core dump" {
	audit /bin/sh -c '(ulimit -c "$(ulimit -Hc)"; exec /bin/sh -c "kill -SEGV \$\$"); :'
	equal "$(records exit 'select(.proc == 2) | [.signal, .core_dumped]')" '["SIGSEGV",true]'
}

@test "the command's own death by a signal is in the trailer" {
	run -143 audit /bin/sh -c 'kill -TERM $$'
	equal "$(records trailer '[.signal, .exit_code, .complete]')" '["SIGTERM",null,true]'
}

@test "times are those of the process; usage counts the children that it waited for" {
	# The child uses 0.3 s of CPU time and 50 MB.
	audit /bin/sh -c '"$@"; :' - \
		/usr/bin/perl -e '$x = "x" x 5e7; 1 while (times)[0] < .3; exit 0'
	equal "$(records exit 'select(.proc == 2) |
		[.cpu_us >= 300000, .utime_us + .stime_us >= 300000, .duration_us >= 300000,
		 .duration_us + 10000 >= .cpu_us, .maxrss_kb >= 48000, .minflt > 1000]' |
		jq -c unique)" '[true]'
	equal "$(records exit 'select(.proc == 1) |
		[.cpu_us < 150000, .utime_us + .stime_us >= 300000, .duration_us >= 300000,
		 .maxrss_kb >= 48000]' | jq -c unique)" '[true]'
	# It begins when the child is heard of, behind the shell's exec, and not after its fork
	# record; each is cut to microseconds.
	log -s -e '(map(select(.event == "exec"))[0].mono_us) as $exec |
		(map(select(.event == "fork"))[0].mono_us) as $fork |
		map(select(.event == "exit" and .proc == 2))[0] |
		.mono_us - .duration_us | $exec <= . and . <= $fork + 1'
}

@test "a duration is the time from fork to exit" {
	local start end total
	start=$(date +%s%6N)
	audit /bin/sleep 0.2
	end=$(date +%s%6N)
	total=$(records exit .duration_us)
	((total >= 200000 && total <= end - start)) || fail "$total"
}

@test "ts is the time of day" {
	local start end
	start=$(date -u +%FT%T.%NZ)
	audit true
	end=$(date -u +%FT%T.%NZ)
	log -r .ts >stamps
	equal "$({ echo "$start"; cat stamps; echo "$end"; } | LC_ALL=C sort -c 2>&1)" ''
}

# --- Where the log goes -------------------------------------------------------

@test "-o -: the log on standard output" {
	"$PROCAUDIT" -o - true >"$LOG"
	check_log "$LOG"
}

@test "-o -: between the command's own output, line by line" {
	"$PROCAUDIT" -o - /bin/sh -c 'echo one; /bin/true; echo two' >out
	equal "$(grep -v '^{"v":1,"event":' out | tr '\n' ' ')" 'one two '
	grep '^{"v":1,"event":' out >"$LOG"
	check_log "$LOG"
}

@test "-o -: into a pipe" {
	"$PROCAUDIT" -o - true | cat >"$LOG"
	check_log "$LOG"
}

@test "-f jsonl on standard error" {
	"$PROCAUDIT" -f jsonl /bin/sh -c ':' 2>"$LOG"
	check_log "$LOG"
}

@test "-f text -o FILE" {
	"$PROCAUDIT" -f text -o "$LOG" /bin/true 'a b'
	grep -q "[0-9] /bin/true 'a b'\$" "$LOG"
	refute grep -q '[{]' "$LOG"
}

@test "a log is for its owner alone" {
	umask 0
	audit true
	equal "$(stat -c %a "$LOG")" 600
	"$PROCAUDIT" -f text -o text true
	equal "$(stat -c %a text)" 600
	"$PROCAUDIT" -A -o appended true
	equal "$(stat -c %a appended)" 600
}

@test "a log that others could read is made private, unless it is appended to" {
	touch "$LOG"
	chmod 644 "$LOG"
	audit true
	equal "$(stat -c %a "$LOG")" 600
	chmod 640 "$LOG"
	audit -A true
	equal "$(stat -c %a "$LOG")" 640
}

@test "umask itself is the command's as it was" {
	umask 0027
	equal "$(audit /bin/sh -c umask)" 0027
}

@test "an older log is replaced" {
	audit /bin/sh -c '/bin/true; /bin/true'
	audit true
	equal "$(records header -s length)" 1
}

@test "the command does not see the log" {
	audit /bin/sh -c 'ls -l /proc/self/fd/; env; cat /proc/$$/cmdline' >seen
	refute grep -F "${LOG##*/}" seen
}

# --- Appending ----------------------------------------------------------------

@test "-A: one log behind the other" {
	audit /bin/sh -c 'exit 0'
	cp "$LOG" first
	run -3 audit -A /bin/sh -c 'exit 3'
	cmp -n "$(stat -c %s first)" first "$LOG"
	equal "$(records trailer .exit_code | tr '\n' ' ')" '0 3 '
}

@test "-A: a log that does not exist, or is empty" {
	audit -A true
	: >"$LOG"
	audit -A true
	equal "$(records header -s length)" 1
}

@test "-A: what is not a log is refused and left alone, and nothing is run" {
	local content
	for content in 'hello' $'hello\n' '{"v":1,"event":"exec"}'$'\n' $'\n' '{"v":1,'; do
		printf %s "$content" >file
		run -125 --separate-stderr "$PROCAUDIT" -A -o file touch ran
		# shellcheck disable=SC2154
		equal "$stderr" 'procaudit: cannot append to file: it is not a procaudit log'
		equal "$(cat file; echo .)" "$content."
		[ ! -e ran ]
	done
}

@test "-A -f text: text behind text" {
	"$PROCAUDIT" -f text -o text /bin/true one
	"$PROCAUDIT" -f text -A -o text /bin/true two
	equal "$(grep -o '/bin/true .*' text)" $'/bin/true one\n/bin/true two'
}

# --- Readers ------------------------------------------------------------------

@test "every reader of JSON finds the same strings" {
	audit --env=once /bin/sh -c 'cd "$2" && for c in bytes invalid unicode empty none; do
		"$0/vectors" $c "$0/report"; done; "$0/vectors" random:1 "$1"' "$HELPERS" \
		"$(type -P true)" "$(mkdir $'d\xff\n\xc2\x9b' && echo $'d\xff\n\xc2\x9b')" >/dev/null
	cat >dump.py <<-'END'
		import json, sys
		def strings(value):
		    if isinstance(value, str):
		        print(value.encode().hex())
		    elif isinstance(value, (dict, list)):
		        for item in value.values() if isinstance(value, dict) else value:
		            strings(item)
		for line in sys.stdin.buffer:
		    strings(json.loads(line))
	END
	/usr/bin/python3 dump.py <"$LOG" >python
	(($(wc -l <python) > 1000))
	# jq and a further decoding and encoding in between.
	jq -c . "$LOG" | /usr/bin/python3 dump.py | cmp - python
	jq -a -c . "$LOG" | jq -c . | /usr/bin/python3 dump.py | cmp - python
	if type -P node >/dev/null; then
		cat >dump.js <<-'END'
			function strings(value) {
			  if (typeof value === "string")
			    console.log(Buffer.from(value).toString("hex"));
			  else if (typeof value === "object")
			    Object.values(value).forEach(strings);
			}
			require("fs").readFileSync(0, "utf8").split("\n").slice(0, -1)
			  .forEach(line => strings(JSON.parse(line)));
		END
		node dump.js <"$LOG" | cmp - python
	fi
}

@test "numbers are exact in every reader" {
	audit /bin/sh -c '/bin/true; /bin/true'
	jq -c 'del(.ts)' "$LOG" >by-jq
	/usr/bin/python3 -c '
import json, sys
for line in sys.stdin:
    record = json.loads(line)
    del record["ts"]
    print(json.dumps(record, separators=(",", ":"), ensure_ascii=False))' <"$LOG" | cmp - by-jq
}
