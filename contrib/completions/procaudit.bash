# SPDX-License-Identifier: ISC
# bash completion for procaudit(1); uses bash-completion where it is loaded.
# shellcheck shell=bash

# Sets command to the index of the first word of COMMAND, or to 0 if it has
# not begun, and option to the option that the current word is an argument of.
_procaudit_parse()
{
	local i word

	command=0 option=
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if ((i == COMP_CWORD)) && [[ $word == -* ]]; then
			return
		fi
		case $word in
		--)
			command=$((i + 1))
			return
			;;
		--output | --max-line | --format | --env | --redact | --attach | --linger | --user | --on-log-error | --rotate | --keep | --sync | --pidfile | --ready-fd) ;;
		--failed | --redact-hmac)
			# Its argument, if any, is in the same word.
			[[ ${COMP_WORDS[i + 1]-} == "=" ]] || continue
			;;
		--*)
			continue
			;;
		-*)
			# Letters, and perhaps o, f, p or u as the last, whose argument follows.
			[[ $word =~ ^-[^ofpu]*[ofpu]$ ]] || continue
			;;
		*)
			command=$i
			return
			;;
		esac
		option=$word
		((++i))
		# readline splits --env=full into three words.
		[[ ${COMP_WORDS[i]-} == "=" ]] && ((i < COMP_CWORD)) && ((++i))
		((i >= COMP_CWORD)) && return
		option=
	done
}

_procaudit()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command option

	COMPREPLY=()
	_procaudit_parse
	[[ $cur == "=" ]] && cur=
	case $option in
	--output | -*o)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--format | -*f)
		mapfile -t COMPREPLY < <(compgen -W "jsonl text" -- "$cur")
		return
		;;
	--user | -*u)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	--env)
		mapfile -t COMPREPLY < <(compgen -W "full once none" -- "$cur")
		return
		;;
	--failed)
		mapfile -t COMPREPLY < <(compgen -W "full brief" -- "$cur")
		return
		;;
	--max-line)
		mapfile -t COMPREPLY < <(compgen -W "rsyslog splunk docker containerd fluent-bit journald vector loki cloudwatch otel kafka filebeat duckdb" -- "$cur")
		return
		;;
	--redact)
		mapfile -t COMPREPLY < <(compgen -W "default" -- "$cur")
		return
		;;
	--redact-hmac)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--on-log-error)
		mapfile -t COMPREPLY < <(compgen -W "stop continue kill" -- "$cur")
		return
		;;
	--rotate)
		mapfile -t COMPREPLY < <(compgen -W "10M 100M 1G" -- "$cur")
		return
		;;
	--sync)
		mapfile -t COMPREPLY < <(compgen -W "none interval record" -- "$cur")
		return
		;;
	--pidfile)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--keep | --ready-fd)
		return
		;;
	--attach | -*p)
		mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid= 2>/dev/null)" -- "$cur")
		return
		;;
	--linger)
		mapfile -t COMPREPLY < <(compgen -W "forever 0" -- "$cur")
		return
		;;
	esac
	if ((command == 0)); then
		mapfile -t COMPREPLY < <(compgen -W "
			-o --output -A --append --rotate --keep --compress --sync --max-line -f --format --env --redact --redact-hmac --failed --response-files --threads
			-p --attach -D --daemonize --pidfile --ready-fd --linger -u --user --kill-on-exit --on-log-error -v --verbose -q --quiet -h --help -V --version
		" -- "$cur")
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$command"
	elif ((command == COMP_CWORD)); then
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	else
		compopt -o default
	fi
}

complete -F _procaudit procaudit
