# SPDX-License-Identifier: ISC
# Contract: what goes wrong is said in one line, has the documented status, and
# never harms the command; where it cannot be recorded it is not started.
# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr

load lib/common
load helpers/await
load helpers/badlog

# The command line gives this status and exactly this one line on standard
# error; nothing on standard output, and nothing has run.
refused() { # STATUS LINE COMMAND...
	local status=0
	"${@:3}" >out 2>err || status=$?
	[ ! -e ran ] || fail "the command has run: ${*:3}"
	equal "$status: $(cat out err)" "$1: procaudit: $2"
	equal "$(wc -l <err)" 1
}

trailer() {
	log "select(.event == \"trailer\") | $1"
}

# --- The command line --------------------------------------------------------

@test "options that do not exist" {
	local try="(see 'procaudit --help')"
	refused 125 "unknown option '-Z' $try" "$PROCAUDIT" -Z touch ran
	refused 125 "unknown option '-Z' $try" "$PROCAUDIT" -qZv touch ran
	refused 125 "unknown or ambiguous option '--nope' $try" "$PROCAUDIT" --nope touch ran
	refused 125 "unknown or ambiguous option '--ver' $try" "$PROCAUDIT" --ver touch ran
}

@test "a message is written in one piece" {
	run -125 strace -o "$BATS_TEST_TMPDIR/calls" -e trace=write,writev "$PROCAUDIT" --nope true
	equal "$(grep -cE '^writev?\(2,' "$BATS_TEST_TMPDIR/calls")" 1
}

@test "options without their argument, and with one that they do not take" {
	local try="(see 'procaudit --help')"
	refused 125 "option '-o' needs an argument $try" "$PROCAUDIT" -o
	refused 125 "option '--env' needs an argument $try" "$PROCAUDIT" --env
	refused 125 "option '--threads=yes' takes no argument $try" "$PROCAUDIT" --threads=yes touch ran
}

@test "values that an option does not know" {
	local value
	for value in '' some FULL full,once; do
		refused 125 "--env: '$value' is none of full, once, none" "$PROCAUDIT" "--env=$value" touch ran
	done
	for value in '' json Text; do
		refused 125 "--format: '$value' is neither jsonl nor text" "$PROCAUDIT" -f "$value" touch ran
	done
	for value in '' x 1x never; do
		refused 125 "--linger: '$value' is invalid: seconds or 'forever' expected" \
			"$PROCAUDIT" "--linger=$value" touch ran
	done
	for value in '' hold stop,kill; do
		refused 125 "--on-log-error: '$value' is none of stop, continue, kill" \
			"$PROCAUDIT" "--on-log-error=$value" touch ran
	done
	refused 125 "--linger: '-1' is too small: seconds or 'forever' expected" \
		"$PROCAUDIT" --linger=-1 touch ran
	refused 125 "--linger: '9999999999999999999999' is too large: seconds or 'forever' expected" \
		"$PROCAUDIT" --linger=9999999999999999999999 touch ran
}

@test "no command: no log either" {
	refused 125 "no command given (see 'procaudit --help')" "$PROCAUDIT" -o "$LOG"
	refused 125 "no command given (see 'procaudit --help')" "$PROCAUDIT" -o "$LOG" --
	[ ! -e "$LOG" ]
}

@test "values that an option does not know, and options that need others" {
	local value try="(see 'procaudit --help')"
	refused 125 "--failed: 'some' is neither full nor brief" "$PROCAUDIT" --failed=some touch ran
	refused 125 "--redact: a pattern of names or 'default' expected" "$PROCAUDIT" --redact= touch ran
	refused 125 "--pidfile: a file expected" "$PROCAUDIT" --pidfile= touch ran
	refused 125 "unknown option '-\\001' $try" "$PROCAUDIT" $'-\001' touch ran
	for value in --max-line=2K --response-files; do
		refused 125 "${value%=*} is for the format jsonl" "$PROCAUDIT" -o "$LOG" -f text "$value" touch ran
	done
	refused 125 "--daemonize needs -o FILE" "$PROCAUDIT" -D -o - touch ran
	refused 125 "--rotate needs -o FILE" "$PROCAUDIT" --rotate=64K -o - touch ran
	[ ! -e "$LOG" ]
}

@test "--help and --version where standard output takes nothing" {
	local option
	for option in -h --help -V --version; do
		refused 125 'cannot write to standard output: No space left on device' \
			sh -c '"$@" >/dev/full' sh "$PROCAUDIT" "$option" touch ran
	done
}

@test "descriptors are closed and there is no /dev/null: nothing is started" {
	unshare -Urm true 2>/dev/null || skip "no user and mount namespaces here"
	refused 125 'cannot open /dev/null for a closed descriptor: No such file or directory' \
		unshare -Urm sh -c 'mount -t tmpfs none /dev && exec "$@" <&-' sh "$PROCAUDIT" -o "$LOG" touch ran
	refused 125 'unknown option '"'-Z' (see 'procaudit --help')" \
		unshare -Urm sh -c 'mount -t tmpfs none /dev && exec "$@" <&-' sh "$PROCAUDIT" -Z touch ran
}

# --- The command -------------------------------------------------------------

@test "a command that does not exist, or whose interpreter does not: 127" {
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	local command
	for command in no-such-program ./no/such/program '' ./script; do
		refused 127 "cannot execute '$command': No such file or directory" \
			"$PROCAUDIT" -o "$LOG" "$command"
		check_log "$LOG"
		equal "$(trailer '[.exit_code, .counts.exec, .counts.exit]')" '[127,0,1]'
	done
}

@test "a command that cannot be executed: 126" {
	local long
	long=./$(printf '%04096d' 0)
	: >plain
	: >busy
	mkdir directory
	refused 126 "cannot execute './plain': Permission denied" "$PROCAUDIT" -o "$LOG" ./plain
	refused 126 "cannot execute './directory': Permission denied" "$PROCAUDIT" -o "$LOG" ./directory
	refused 126 "cannot execute './plain/x': Not a directory" "$PROCAUDIT" -o "$LOG" ./plain/x
	refused 126 "cannot execute '$long': File name too long" "$PROCAUDIT" -o "$LOG" "$long"
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .counts.exec, .counts.exit]')" '[126,0,1]'
}

# --- A log that cannot be opened ---------------------------------------------

@test "a log that cannot be opened: nothing is started" {
	mkdir directory
	: >file
	refused 125 "cannot open the log absent/log: No such file or directory" \
		"$PROCAUDIT" -o absent/log touch ran
	refused 125 "cannot open the log directory: Is a directory" "$PROCAUDIT" -o directory touch ran
	refused 125 "cannot open the log file/log: Not a directory" "$PROCAUDIT" -o file/log touch ran
	refused 125 "cannot open the log : No such file or directory" "$PROCAUDIT" -o '' touch ran
	refused 125 "cannot open the log /sys/log: Permission denied" "$PROCAUDIT" -o /sys/log touch ran
}

@test "a log that cannot be appended to is left as it is" {
	echo 'precious data' >file
	refused 125 "cannot append to file: it is not a procaudit log" "$PROCAUDIT" -A -o file touch ran
	equal "$(cat file)" 'precious data'
}

@test "a log that takes nothing: nothing is started" {
	refused 125 "cannot write the log /dev/full: No space left on device" \
		"$PROCAUDIT" -o /dev/full touch ran
	status=0
	"$PROCAUDIT" -o - touch ran >/dev/full 2>err || status=$?
	equal "$status: $(cat err)" \
		'125: procaudit: cannot write the log standard output: No space left on device'
	[ ! -e ran ]
}

@test "a log that may not grow: nothing is started" {
	(
		ulimit -f 1
		refused 125 "cannot write the log $LOG: File too large" "$PROCAUDIT" -o "$LOG" touch ran
	)
}

@test "a log whose reader has gone: nothing is started" {
	local status=0
	break_pipe
	"$HELPERS/sigset" -d 13 "$PROCAUDIT" -o - touch ran >&8 2>err || status=$?
	exec 8>&-
	equal "$status: $(cat err)" \
		'125: procaudit: cannot write the log standard output: Broken pipe'
	[ ! -e ran ]
}

@test "a disk that is full: nothing is started" {
	make_disk 4
	fill_disk 4
	refused 125 "cannot write the log $DISK/log: No space left on device" \
		"$PROCAUDIT" -o "$DISK/log" touch ran
}

# --- ptrace ------------------------------------------------------------------

@test "ptrace forbidden by a seccomp filter: nothing is started" {
	local why='ptrace is forbidden here by a seccomp filter; allow it for this container (docker run --cap-add=SYS_PTRACE)'
	refused 125 "$why" "$HELPERS/deny" ptrace EPERM "$PROCAUDIT" -o "$LOG" touch ran
	refused 125 "$why" "$HELPERS/deny" ptrace EACCES "$PROCAUDIT" -o "$LOG" touch ran
	# PTRACE_SEIZE and PTRACE_INTERRUPT alone
	refused 125 "$why" "$HELPERS/deny" ptrace:0x4206 EPERM "$PROCAUDIT" -o "$LOG" touch ran
	refused 125 "$why" "$HELPERS/deny" ptrace:0x4207 EPERM "$PROCAUDIT" -o "$LOG" touch ran
}

@test "ptrace forbidden by Yama: nothing is started, and the remedy is named" {
	unshare -Urm true 2>/dev/null || skip "no user and mount namespaces here"
	# There is no Yama in every kernel: its file is put there, and a filter
	# refuses what it would.
	cat >with-scope <<-'END'
		mount -t tmpfs none /proc/sys/kernel && mkdir /proc/sys/kernel/yama &&
		echo "$1" >/proc/sys/kernel/yama/ptrace_scope && shift && exec "$@"
	END
	refused 125 "ptrace is forbidden here: kernel.yama.ptrace_scope is 2; run procaudit as root, or ask root to 'sysctl kernel.yama.ptrace_scope=1'" \
		unshare -Urm sh with-scope 2 "$HELPERS/deny" ptrace EPERM "$PROCAUDIT" -o "$LOG" touch ran
	refused 125 "ptrace is forbidden here: kernel.yama.ptrace_scope is 3; it cannot be lowered before the next boot" \
		unshare -Urm sh with-scope 3 "$HELPERS/deny" ptrace EPERM "$PROCAUDIT" -o "$LOG" touch ran
}

@test "a kernel without PTRACE_GET_SYSCALL_INFO: nothing is started" {
	refused 125 'this kernel has no PTRACE_GET_SYSCALL_INFO; Linux 5.3 or later is needed' \
		"$HELPERS/deny" ptrace:0x420e EIO "$PROCAUDIT" -o "$LOG" touch ran
}

@test "the seccomp filter of --failed cannot be set: nothing is started" {
	refused 125 'cannot set the seccomp filter for --failed: Invalid argument' \
		"$HELPERS/deny" seccomp EINVAL "$PROCAUDIT" --failed -o "$LOG" touch ran
	check_log "$LOG"
	equal "$(trailer '[.exit_code, .counts.exec]')" '[125,0]'
}

@test "no process can be made: nothing is started" {
	refused 125 'cannot start tracing: Resource temporarily unavailable' \
		"$HELPERS/deny" clone EAGAIN "$PROCAUDIT" -o "$LOG" touch ran
}

# --- Less than ptrace --------------------------------------------------------

# What an exec record says but for numbers that differ from run to run.
exec_record() {
	log 'select(.event == "exec") | del(.seq, .ts, .mono_us, .pid)'
}

@test "process_vm_readv forbidden: the same record by another way" {
	local error big
	big=$(printf '%0100000d' 0)
	"$HELPERS/deny" ptrace:0 EPERM "$PROCAUDIT" -o "$LOG" /bin/echo "$big" '' $'\xff' >/dev/null
	exec_record | jq 'del(.ppid)' >expected
	equal "$(jq -r '.argv[1] | length' expected)" 100000
	for error in ENOSYS EPERM; do
		"$HELPERS/deny" process_vm_readv "$error" "$PROCAUDIT" -o "$LOG" /bin/echo "$big" '' $'\xff' >/dev/null
		check_log "$LOG"
		exec_record | jq 'del(.ppid)' | diff expected -
		equal "$(trailer .complete)" true
	done
}

@test "pidfd_open forbidden: the parent is known all the same" {
	local error
	for error in ENOSYS EPERM; do
		"$HELPERS/deny" pidfd_open "$error" "$PROCAUDIT" -o "$LOG" sh -c '/bin/true; exit 0'
		check_log "$LOG"
		equal "$(log -s 'map(select(.event == "exec")) | .[1].ppid == .[0].pid')" true
	done
}
