# SPDX-License-Identifier: ISC
# A secret that travels, and how it is looked for: load lib/canary
# shellcheck shell=bash

CANARY=canary-7e5fa1c09b

# Nothing in a file knows the canary: neither as it is, nor as base64, however it
# is aligned (each third digit group is looked for), nor in a twin.
no_canary() {
	/usr/bin/python3 - "$CANARY" "$@" <<-'END'
		import base64, re, sys

		canary, *files = sys.argv[1:]
		needles = [canary.encode()]
		for lead in range(3):
		    text = base64.b64encode(b"\0" * lead + canary.encode())
		    needles.append(text[4:-4])
		    needles.append(text[4:-4].translate(bytes.maketrans(b"+/", b"-_")))
		for name in files:
		    data = open(name, "rb").read()
		    texts = [data]
		    for run in re.findall(rb"[A-Za-z0-9+/_-]{8,}", data):
		        for skip in range(4):
		            part = run[skip:].translate(bytes.maketrans(b"-_", b"+/"))
		            texts.append(base64.b64decode(part + b"=" * (-len(part) % 4))
		                         if len(part) % 4 != 1 else base64.b64decode(part[:-1]))
		    for needle in needles:
		        for text in texts:
		            if needle in text:
		                sys.exit(f"{name} knows {needle}: {text[:400]}")
	END
}

# Every way in which a secret travels.
travel() {
	cat >travel <<-'END'
		#!/bin/sh
		/bin/true "$MY_TOKEN" "x$MY_TOKEN-y" "$(printf '\377%s\376' "$MY_TOKEN")"
		for lead in '' a ab; do
			/bin/true "$(printf '%s%s%s' "$lead" "$MY_TOKEN" "$lead" | base64)"
			/bin/true "$(printf '%s%s?' "$lead" "$MY_TOKEN" | base64 | tr '+/' '-_' | tr -d =)"
		done
		COPY=$MY_TOKEN URL="https://u:$MY_TOKEN@host/" /bin/true
		/bin/true "--password=$MY_TOKEN" --token "$MY_TOKEN" -H "Authorization: Bearer $MY_TOKEN"
		env -u MY_TOKEN -u COPY /bin/true "late $MY_TOKEN"
		sh -c "PGPASSWORD=$MY_TOKEN /bin/true; curl() { :; }; curl -u x:$MY_TOKEN"
		mkdir -p "d-$MY_TOKEN" && cp /bin/true "d-$MY_TOKEN/$MY_TOKEN"
		(cd "d-$MY_TOKEN" && "./$MY_TOKEN" && "$PWD/$MY_TOKEN")
		"./none/$MY_TOKEN" "$MY_TOKEN" 2>/dev/null
		"./d-$MY_TOKEN/$MY_TOKEN"
	END
	chmod +x travel
	export MY_TOKEN=$CANARY
}
