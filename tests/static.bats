# SPDX-License-Identifier: ISC
# Contract: -Dstatic=true makes the recorder one file, which needs nothing else.

load lib/common

# Once for all. Not optimised: what it does is the same.
setup_file() {
	[ -x "$HELPERS/report-static" ] || return 0
	build_static >"$BATS_FILE_TMPDIR/log" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/log" >&2
		return 1
	}
}

build_static() {
	env -u CFLAGS -u LDFLAGS CC=musl-gcc meson setup --werror --optimization=0 -Dstatic=true \
		"$BATS_FILE_TMPDIR/build" "$SRCROOT" || return
	meson compile -C "$BATS_FILE_TMPDIR/build"
}

setup() {
	[ -x "$HELPERS/report-static" ] || skip 'machine: no static variant for this architecture'
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	REPORTS=$BATS_TEST_TMPDIR/reports.jsonl
	PROCAUDIT=$BATS_FILE_TMPDIR/build/src/procaudit/procaudit
}

# A directory with the recorder, a static program and, if that is there, /proc.
box() {
	mkdir -p root/proc
	cp "$PROCAUDIT" root/procaudit
	cp "$HELPERS/report-static" root/report
}

# A command in that box, its own pid 1.
in_box() {
	# shellcheck disable=SC2016 # expanded in the namespace
	unshare --mount --pid --fork "${unshare_user[@]}" sh -c \
		'mount -t proc proc root/proc && exec chroot root "$@"' - "$@"
}

namespaces() {
	unshare_user=()
	[ "$(id -u)" = 0 ] || unshare_user=(--user --map-root-user)
	unshare --mount --pid --fork "${unshare_user[@]}" mount -t tmpfs none /mnt 2>/dev/null ||
		skip 'machine: no namespaces'
}

@test "it has neither interpreter nor libraries" {
	readelf -lW "$PROCAUDIT" >segments
	refute grep -q INTERP segments
	grep -q 'GNU_STACK.* RW ' segments
	grep -qF 'no dynamic section' <(readelf -d "$PROCAUDIT")
	equal "$("$PROCAUDIT" --version)" "procaudit $(meson introspect --projectinfo "$BUILDROOT" | jq -r .version)"
}

@test "it records in a chroot that holds nothing but it and one static program" {
	namespaces
	box
	equal "$(cd root && find . -type f | sort)" $'./procaudit\n./report'
	in_box /procaudit -o /log.jsonl /report a 'b c' >"$REPORTS"
	mv root/log.jsonl "$LOG"
	check_log "$LOG"
	compare_reports
	equal "$(log -s 'last | [.complete, .counts.exec, .exit_code]')" '[true,1,0]'
	equal "$(log 'select(.event == "exec") | [.exe, .argv, .cwd]')" '["/report",["/report","a","b c"],"/"]'
}

@test "as somebody else, by number" {
	namespaces
	[ "$(id -u)" = 0 ] || skip 'machine: only root becomes somebody else'
	box
	in_box /procaudit -u 65534:65534 -o /log.jsonl /report >"$REPORTS"
	mv root/log.jsonl "$LOG"
	check_log "$LOG"
	equal "$(log 'select(.event == "exec") | [.uid, .gid]')" '[65534,65534]'
	compare_reports
}

@test "the same records as the shared build's, with statuses, signals and --failed" {
	local recorder script='(exit 3); kill -USR1 $$ 2>/dev/null; ./none; /nonexistent/program; exit 7'

	trap '' USR1
	for recorder in "$BUILDROOT/src/procaudit/procaudit" "$PROCAUDIT"; do
		: >none && chmod +x none
		run -7 "$recorder" --failed -o "$LOG" sh -c "$script"
		check_log "$LOG"
		log 'select(.event == "exec" or .event == "exit") | [.event, .success, .errno, .path, .argv, .exit_code, .signal]' \
			>"${recorder//\//_}"
	done
	cmp -- *_procaudit
	[ -s "${recorder//\//_}" ]
}

@test "what is wrong is said in the same words" {
	local arguments recorder

	for recorder in "$BUILDROOT/src/procaudit/procaudit" "$PROCAUDIT"; do
		for arguments in -o -qo -p --output --nope -Z --quiet=x '--user= true' '-u no/such true' \
			'-u :no-such-group true' /; do
			echo "$arguments"
			# shellcheck disable=SC2086 # words
			"$recorder" -o "$LOG" $arguments 2>&1 || echo "$?"
		done >"${recorder//\//_}"
	done
	diff -- *_procaudit
	[ "$(wc -l <"${recorder//\//_}")" -eq 33 ]
}

@test "a script without #! is read by sh, wherever it is" {
	local name recorder

	echo 'exit 7' >script && chmod +x script
	for recorder in "$BUILDROOT/src/procaudit/procaudit" "$PROCAUDIT"; do
		for name in ./script "$PWD/script" script; do
			PATH=/nonexistent:$PWD:$PATH run -7 "$recorder" --failed -o "$LOG" "$name" 'an argument'
			check_log "$LOG"
			log 'select(.event == "exec") | [.errno, .path, .argv]'
		done >"${recorder//\//_}"
	done
	diff -- *_procaudit
	grep -qxF '[null,"/bin/sh",["/bin/sh","./script","an argument"]]' "${recorder//\//_}"
}

@test "what is masked with a key is the same" {
	local recorder

	echo 'a key of some length, a key of some length, a key of some length, and more' >key
	for recorder in "$BUILDROOT/src/procaudit/procaudit" "$PROCAUDIT"; do
		TOKEN=hunter2222 "$recorder" --redact=default --redact-hmac=key -o "$LOG" true
		check_log "$LOG"
		log 'select(.event == "exec") | .env[] | select(startswith("TOKEN="))' >>masked
	done
	equal "$(wc -l <masked)" 2
	equal "$(sort -u masked | wc -l)" 1
	refute grep -q hunter masked
}

@test "a pidfile is held by one of the two, whichever it is" {
	local first second shared=$BUILDROOT/src/procaudit/procaudit

	for first in "$shared" "$PROCAUDIT"; do
		second=$shared
		[ "$first" != "$shared" ] || second=$PROCAUDIT
		# shellcheck disable=SC2016 # expanded by the recorded shell
		"$first" --pidfile=pid -o "$LOG" sh -c '"$1" --pidfile=pid -o other true; echo $?' - "$second" >out 2>err
		equal "$(cat out)" 125
		grep -qE "^procaudit: process [0-9]+ holds the pidfile pid" err
		[ ! -e pid ]
	done
}

@test "compression is not in it, and it says so" {
	run -125 "$PROCAUDIT" --rotate=1M --compress -o "$LOG" true
	[[ $output == *zstd* ]]
}

@test "another C library than musl is refused" {
	run ! meson setup -Dstatic=true build "$SRCROOT"
	[[ $output == *'-Dstatic=true needs musl: CC=musl-gcc meson setup'* ]]
}
