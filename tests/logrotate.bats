# SPDX-License-Identifier: ISC
# Contract: logrotate(8) with the settings that we ship loses nothing.
# shellcheck disable=SC2030,SC2031,SC2154 # bats

load lib/common
load helpers/await
load helpers/background
load helpers/parts

configure() {
	mkdir -m 755 logs
	LOG=$PWD/logs/runner.jsonl
	sed "s|/var/log/procaudit|$PWD/logs|; s|/run/procaudit.pid|$PWD/pid|g" \
		"$SRCROOT/contrib/logrotate/procaudit" >logrotate.conf
	chmod 644 logrotate.conf
}

rotate() {
	logrotate --force --state "$PWD/state" "$PWD/logrotate.conf"
}

@test "logrotate moves the log away again and again, compresses it, and nothing is lost" {
	configure
	begin --env=once
	for _ in 1 2 3 4; do
		more 5
		rotate
		await test -s "$LOG"
		more 5
	done
	more 0
	ends_with 0
	equal "$(cat err)" ''
	check_parts
	equal "$(find logs -printf '%f\n' | sort | tr '\n' ' ')" \
		'logs runner.jsonl runner.jsonl.1 runner.jsonl.2.zst runner.jsonl.3.zst runner.jsonl.4.zst '
	equal "$(stat -c %a "${parts[@]}" | sort -u)" 600
	equal "$(last '[.complete, .counts.exec, .counts.header]')" '[true,42,5]'
}

@test "logrotate leaves a log alone that nobody writes" {
	configure
	"$PROCAUDIT" -o "$LOG" true
	rotate
	LOG=$LOG.1
	check_log "$LOG"
}
