# SPDX-License-Identifier: ISC
# Contract: the unit of contrib/systemd is one that systemd takes, that leaves little
# open, and in which procaudit can do its work.

# shellcheck disable=SC2016,SC2046 # it is another shell that expands it; options without blanks

load lib/common
load helpers/await

UNIT=$SRCROOT/contrib/systemd/procaudit@.service

# The words of the unit's setting, as systemd would pass them for this instance.
setting() { # KEY INSTANCE
	/usr/bin/python3 - "$UNIT" "$@" <<-'END'
		import shlex, sys

		unit, key, instance = sys.argv[1:]
		text = open(unit).read().replace("\\\n", " ")
		for line in text.splitlines():
		    if line.startswith(key + "="):
		        for word in shlex.split(line.partition("=")[2]):
		            print(word.replace("%i", instance).replace("$$", "$"))
	END
}

# A service that runs, and a systemctl that knows it. $SERVICE is its pid.
start_service() {
	mkfifo go
	mkdir bin logs
	sh -c 'echo $$ >service; exec 5<>go; read x <&5; for i in 1 2 3; do /bin/echo $i; done; exit 0' 3>&- &
	await test -s service
	SERVICE=$(cat service)
	printf '#!/bin/sh\n[ "$*" = "show --property=MainPID --value build-runner.service" ] && echo %s\n' \
		"$SERVICE" >bin/systemctl
	chmod +x bin/systemctl
	ln -s "$PROCAUDIT" bin/procaudit
	mapfile -t command < <(setting ExecStart build-runner)
	export LOGS_DIRECTORY=$PWD/logs OPTIONS PATH=$PWD/bin:$PATH
	OPTIONS=$(setting Environment build-runner)
	OPTIONS=${OPTIONS#OPTIONS=}
	LOG=$PWD/logs/build-runner.jsonl
}

# Waits until the service is recorded, and lets it end.
serve() {
	await grep -qs '"event":"attach"' "$LOG"
	# As ExecReload= does, without a terminal.
	mv "$LOG" old.jsonl
	kill -HUP "$(jq -r 'select(.event == "header") | .tracer_pid' old.jsonl)"
	await grep -qs '"event":"header"' "$LOG"
	check_log --no-trailer old.jsonl
	echo go >go
	wait
	check_log "$LOG"
	equal "$(jq -cs 'map(select(.event == "attach")) | map(.pid)' old.jsonl)" "[$SERVICE]"
	equal "$(log -s '[last.complete, last.counts.exec]')" '[true,3]'
}

teardown() {
	[ -z "${SERVICE-}" ] || kill -KILL "$SERVICE" 2>/dev/null || :
}

@test "systemd understands the unit, and finds little left open" {
	type -P systemd-analyze >/dev/null || fail 'systemd is not installed'
	run -0 systemd-analyze verify --man=no "$UNIT"
	equal "$output" ''
	# 100 is a unit without any restriction.
	systemd-analyze security --offline=yes --threshold=20 "$UNIT"
}

@test "each setting is one of systemd's, and what is left out is said why" {
	local name
	for name in User DynamicUser PrivateUsers PrivatePIDs ProcSubset RootDirectory; do
		grep -qE "^# .*\b$name=" "$UNIT" || fail "$name"
	done
	refute grep -nE '[[:blank:]]$|^[A-Za-z]+=$' "$UNIT"
}

@test "what the unit starts records its service, with no more rights and files than it leaves" {
	[ "$(id -u)" = 0 ] || skip 'root only'
	unshare -m true 2>/dev/null || skip 'machine: this root has no mount namespaces'
	start_service
	setpriv --bounding-set=-all,+sys_ptrace,+dac_read_search --inh-caps=-all --no-new-privs true ||
		skip 'machine: this root has no CAP_SYS_PTRACE'
	# As ProtectSystem=strict, LogsDirectory=, ProtectProc= and PrivateNetwork= do.
	setsid unshare -mn sh -c '
		# This mount alone becomes read-only, and for us alone, not the file system.
		mount --make-rprivate / && mount --bind logs logs && mount -o remount,bind,ro / || exit
		! touch /tmp/written "$PWD/written" 2>/dev/null || exit
		mount -t proc -o hidepid=2 proc /proc || exit
		exec setpriv --bounding-set=-all,+sys_ptrace,+dac_read_search --inh-caps=-all \
			--no-new-privs "$@"' sh "${command[@]}" 2>messages 3>&- &
	serve
	equal "$(cat messages)" ''
	equal "$(log -r 'select(.event == "header") | [.mode, .pids[0], .capture.env, (.boot_id | length)] | map(tostring) | join(" ")')" \
		"attach $SERVICE once 36"
}

@test "the unit's filter lets pass every system call that procaudit makes" {
	local rule
	start_service
	export OPTIONS="$OPTIONS --rotate=64K"
	setsid strace -f -qq -o trace "${command[@]}" 2>messages 3>&- &
	serve
	# The last setting of a call counts.
	while read -r rule; do
		case $rule in
		~*) for name in ${rule#\~}; do calls "$name"; done | sort -u >denied
			sort -u allowed | comm -23 - denied >rest && mv rest allowed ;;
		*) for name in $rule; do calls "$name"; done >>allowed ;;
		esac
	done < <(sed -n 's/^SystemCallFilter=//p' "$UNIT")
	sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' trace | sort -u >made
	grep -qx ptrace made && grep -qx process_vm_readv made && grep -qx capset made
	equal "$(sort -u allowed | comm -13 - made | xargs)" ''
}

# Those of a set, or the one itself.
calls() { # NAME
	local name
	case $1 in
	@*)
		systemd-analyze syscall-filter "$1" | sed -n 's/^    \([@a-z]\)/\1/p' |
			while read -r name; do calls "$name"; done
		;;
	*) echo "$1" ;;
	esac
}

@test "without options of its own a service has those of the unit, else those of /etc/default" {
	grep -qx 'EnvironmentFile=-/etc/default/procaudit' "$UNIT"
	"$PROCAUDIT" -o "$LOG" $(setting Environment x | sed s/OPTIONS=//) true
	check_log "$LOG"
}

@test "the log's directory is made for root alone" {
	[ "$(id -u)" = 0 ] || skip 'root only'
	mkdir root
	systemd-tmpfiles --root="$PWD/root" --create "$SRCROOT/contrib/tmpfiles/procaudit.conf"
	equal "$(stat -c '%a %u %g' root/var/log/procaudit)" '750 0 0'
	equal "$(sed -n 's/^LogsDirectoryMode=//p' "$UNIT")" 0750
}
