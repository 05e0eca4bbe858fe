# SPDX-License-Identifier: ISC
# Lint: who includes whom. A file of src/lib includes only what stands below
# it in this table, or before it in its own layer. Left (L) and right (R) do
# not know each other: the tracer works without JSON, the encoder without
# ptrace, and they meet in <procaudit/event.h>.

load lint

layers() {
	cat <<-'END'
		0 - macro buf numbers
		0 R json
		1 - event
		1 L abi image interrupt stop words
		1 R shell text arena value keys twin unzstd
		2 L mem proc census obstacle queue seccomp task timeout view wait
		2 R split hmac mask names secrets shapes common lexicon identity redact envtable encoder encode jsonl encode_frame encode_jsonl encode_text line
		2 R record parse source whole reader
		3 L asked privilege script guise response collect seize spawn seat
		4 L state newborn restart exec groupstop end wakeup fault dispatch hold join attach tracer
	END
}

# "file: unit: included", for each include of the project's own headers.
includes() {
	grep -nE '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*("|<procaudit/)' "$1"/*.[ch] |
		sed -E 's|^[^:]*/([^/:]*)\.([ch]):([0-9]+):.*["<](.*)\.h[">].*|\1.\2:\3 \1 \4|'
}

@test "every file of src/lib has its place in a layer" {
	diff <(layers | cut -d' ' -f3- | tr ' ' '\n' | sort) \
		<(find src/lib -name '*.[ch]' -printf '%f\n' | sed 's/\..*//' | sort -u)
}

@test "src/lib includes only what is below" {
	includes src/lib | grep -q . || fail "no includes found"
	awk '
		FNR == NR {
			for (i = 3; i <= NF; i++) {
				side[$i] = $2; place[$i] = ++n
			}
			next
		}
		{
			unit = $2; other = $3
			if (other == "procaudit/event")
				other = "event"
			else if (other == "procaudit/tracer")
				bad = side[unit] != "L"
			else if (other ~ /^procaudit\/(encode|reader|redact|text)$/)
				bad = side[unit] != "R"
			else if (!(other in side))
				bad = 1
			if (other in side && other != unit) {
				bad = place[other] > place[unit]
				if (side[other] != "-" && side[other] != side[unit])
					bad = 1
			}
			if (bad)
				print $1 " includes " $3
			bad = 0
		}' <(layers) <(includes src/lib) | no_findings
}

@test "the programs see only the public headers and their own" {
	for program in src/*/; do
		[ "$program" != src/lib/ ] || continue
		includes "${program%/}" | while read -r where _ header; do
			[ -e "$program$header.h" ] || [ -e "include/$header.h" ] ||
				echo "$program$where includes $header.h"
		done
		# Neither by another path.
		grep -nE '#[[:blank:]]*include.*\.\.' "$program"*.[ch] || true
	done | no_findings
}

@test "the public headers see only each other" {
	grep -nE '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*"' include/procaudit/*.h |
		no_findings
}
