# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Logs in parts, and what makes them: load helpers/parts, after background
# shellcheck disable=SC2016 # it is the command's shell that expands it

setup_file() {
	# Makes records of some 250 KB.
	export FORTY='i=0; while [ $i -lt 40 ]; do /bin/true; i=$((i+1)); done;'
	# A shell that runs so many for each line that it reads from go.
	export ON_DEMAND='exec 5<>go; while read -r x <&5; do i=0
		while [ $i -lt "$x" ]; do /bin/true; i=$((i+1)); done; echo "$x" >>count; [ "$x" -gt 0 ] || exit 0; done'
	export BIG_ENV
	BIG_ENV=$(printf %05000d 0)
}

# What stands for the log, oldest first.
parts() {
	find "${LOG%/*}" -path "$LOG.[0-9]*" | sort
	echo "$LOG"
}

# All parts together are a log without faults, and so is each of them alone.
check_parts() { # [OPTION...]
	mapfile -t parts < <(parts)
	check_log "$@" --parts "${parts[@]}" || return
	check_log --no-trailer "${parts[@]}"
}

# Of all parts, in order.
all() { # JQ...
	local part
	for part in $(parts); do
		case $part in
		*.zst) zstdcat "$part" ;;
		*) cat "$part" ;;
		esac
	done | jq -c "$@"
}

count() { # EVENT
	all "select(.event == \"$1\")" | wc -l
}

# The sole trailer, which is the last record.
last() {
	equal "$(count trailer)" 1
	tail -n 1 "$LOG" | jq -c "$1"
}

# Lets the shell of ON_DEMAND run so many programs, and waits until it has.
more() { # COUNT
	local before
	before=$(wc -l 2>/dev/null <count || echo 0)
	echo "$1" >go
	await more_done "$before"
}

more_done() {
	[ "$(wc -l 2>/dev/null <count || echo 0)" -gt "$1" ]
}

begin() { # [OPTION...]
	rm -f go count
	prepare
	start "$@" sh -c "$ON_DEMAND" 2>err
	more 1
}
