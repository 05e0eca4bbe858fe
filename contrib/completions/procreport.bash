# SPDX-License-Identifier: ISC
# bash completion for procreport(1)
# shellcheck shell=bash

# Sets word_options to what a subcommand takes.
_procreport_options()
{
	word_options="--color -h --help"
	case $1 in
	verify) word_options+=" --json -q --quiet" ;;
	summary) word_options+=" --json --top --utc" ;;
	list)
		word_options+=" --cwd --env --failed --json --match -0 --null --pid --program"
		word_options+=" --since --until --under --utc"
		;;
	tree) word_options+=" --depth --failed --from --json --match --no-fold" ;;
	show) word_options+=" --json --sh --utc" ;;
	failed) word_options+=" --json --misses" ;;
	follow)
		word_options+=" --cwd --failed --forever --from-start -n --lines --match --pid --program --utc"
		;;
	scrub) word_options+=" --home --host --key -o --output --redact --user" ;;
	sql) word_options+=" --json -o --output" ;;
	trace) ;;
	intoto) word_options+=" --byproduct --subject" ;;
	otlp) word_options+=" --args --batch --post" ;;
	compdb) word_options+=" --all --append -o --output --per-output" ;;
	html) word_options+=" --most -o --output" ;;
	shell) word_options+=" --from" ;;
	dot) word_options+=" --depth --failed --from --match --no-fold" ;;
	flame) word_options+=" --count --cpu --from --wall" ;;
	diff)
		word_options+=" --all-env --fail-on --ignore --ignore-env --json --map -q --quiet"
		word_options+=" --times --top"
		;;
	*) word_options="-h --help -V --version" ;;
	esac
}

_procreport()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word_options

	COMPREPLY=()
	_procreport_options "${COMP_WORDS[1]-}"
	if [[ $cur == "=" ]]; then
		cur=
	elif [[ $prev == "=" ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "verify summary list tree show failed follow sql trace otlp intoto compdb flame html diff dot scrub shell" -- "$cur")
		return
	fi
	case $prev in
	--color)
		mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur")
		return
		;;
	--fail-on)
		mapfile -t COMPREPLY < <(compgen -W "new-program gone-program new-command gone-command
			changed-program changed-flags changed-env changed-status changed-count
			incomplete any" -- "$cur")
		return
		;;
	--cwd)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--top | --batch | --post | --pid | --program | --match | --since | --until | --under | --env | --depth | --from | --most | -n | --lines | --ignore | --ignore-env | --redact) return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$word_options" -- "$cur")
	else
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}

complete -F _procreport procreport
