# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # stderr: bats
# Contract: the page that procreport html makes shows what the log says, in a browser,
# and nothing of the log is anything but text there.

load lib/common

: "${PROCREPORT:?set by meson test}"

# One browser for all; it ends with the other end of its standard input.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	export PYTHONPATH=$SRCROOT/tests/lib PYTHONDONTWRITEBYTECODE=1
	mkfifo hold address
	/usr/bin/python3 "$SRCROOT/tests/lib/page.py" "$PWD/browser" <hold >address 3>&- &
	BROWSER_PID=$!
	exec {BROWSER_FD}>hold
	read -r BROWSER <address
	export BROWSER
}

teardown_file() {
	exec {BROWSER_FD}>&-
	wait "$BROWSER_PID"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export GOLDEN LC_ALL=C TZ=UTC
}

# Runs the script on standard input, which has a page open as `page`, with names.
browse() {
	{
		printf 'import sys\nfrom page import *\n\ndef equal(got, expected):\n    assert got == expected, (got, expected)\n\n'
		cat
	} >browse.py
	timeout 600 /usr/bin/python3 browse.py "$@"
}

# Whatever could be taken for markup, script, an end of line or an end of data.
audit_hostile() {
	local dir='<b>"&amp;'$'\342\200\250''</title><script>hacked=1</script>'

	mkdir -p "${dir//\//_}"
	cp /bin/true '<img src=x onerror=hacked=2>'
	export DIR=${dir//\//_} HOSTILE='</script><script>hacked=3</script><!--<script>'
	# shellcheck disable=SC2016 # the command's own
	audit --failed sh -c '
		/bin/true "</script><script>alert(1);hacked=4</script>" "<!--<script>" "&lt;&quot;]]>" "" "a  b" \
			"$(printf "line\nbreak\ttab\033[31m")" "$(printf "\377\376<")" "$(printf "\342\200\250\342\200\251")" "\\u003c${HOSTILE}"
		"./<img src=x onerror=hacked=2>" again
		cd "$DIR" && NEW="<svg onload=hacked=5>" HOSTILE="changed</script>" /bin/true
		"./<script>hacked=6<none>"; sh -c "kill -9 \$\$"
		sh -c "exit 7"; exit 3' '</title><script>hacked=7</script>' 2>/dev/null || equal "$?" 3
}

@test "html: the page holds what the log does, and no byte of it is markup" {
	audit_hostile
	for log in "$LOG" "$GOLDEN"/*.jsonl; do
		"$PROCREPORT" html "$log" >page.html
		/usr/bin/python3 - page.html "$log" <<-'END'
			import base64, json, sys
			from page import Data

			def values(record, key):
			    if key not in record:
			        return None
			    exact = record.get(key + "_b64", [""] * len(record[key]))
			    return [base64.b64decode(b) if b else s.encode() for s, b in zip(record[key], exact)]

			data = Data(sys.argv[1])
			assert not set(data.text) & set("<>&\u2028\u2029"), "markup in the data"
			assert data.page.count("<script") == 2, "more scripts"
			records, envs = [], {}
			for line in open(sys.argv[2], "rb"):
			    record = json.loads(line)
			    if record["event"] == "env":
			        envs[record["env_id"]] = values(record, "env")
			    elif record["event"] in ("exec", "attach"):
			        record["values"] = values(record, "env") or envs.get(record.get("env_id"))
			        records.append(record)
			by_seq = {program["seq"]: program for program in data.programs}
			assert len(by_seq) == len(records) > 0
			for record in records:
			    program = by_seq[record["seq"]]
			    assert data.list(program["argv"]) == values(record, "argv"), record
			    assert data.list(program["env"]) == record["values"], record
			    for key in ("exe", "path", "cwd"):
			        exact = record.get(key + "_b64")
			        text = base64.b64decode(exact) if exact else record.get(key, "").encode()
			        assert data.strings[program[key]] == text, record
		END
	done
}

@test "html: what is open in a browser is text, whatever it looks like" {
	audit_hostile
	"$PROCREPORT" html "$LOG" >page.html
	log 'select(.event == "exec" and .success) | [.argv, (.env | map(select(startswith("HOSTILE="))))]' >expected
	browse "$(log -s 'map(select(.event == "fork")) | length + 1')" <<-'END'
		with Page("page.html") as page:
		    processes = int(sys.argv[1])
		    assert page.js("return typeof hacked") == "undefined"
		    # Each process has a row; each shows its arguments one by one.
		    equal(len(page.texts("#rows .process")), processes)
		    seen = []
		    for i in range(processes):
		        page.js("document.getElementById(`row-${arguments[0]}`).click()", i)
		        page.settle()
		        seen += page.texts("#details .argv li")
		        assert page.js("return typeof hacked") == "undefined"
		    for wanted in ("</script><script>alert(1);hacked=4</script>", "<!--<script>", "&lt;&quot;]]>",
		                   "line\\nbreak\\ttab\\x1b[31m", "\ufffd\ufffd<", "\\u2028\\u2029",
		                   "\\u003c</script><script>hacked=3</script><!--<script>"):
		        assert wanted in seen, (wanted, seen)
		    assert any("<img src=x onerror=hacked=2>" in text for text in page.texts("#rows .name"))
		    # No element has come from a string.
		    equal(page.js("return document.querySelectorAll('img, svg, script, b > b').length"), 2)
		    equal(page.one("h1").text, page.driver.title)
		    for tab in "summary", "failures":
		        page.one(f"#tab-{tab}").click()
		        assert page.one(f"#{tab}").is_displayed() and not page.one("#timeline").is_displayed()
		    equal(page.one("#badge").text, "4")
	END
}

@test "html: search, details, environment, keys" {
	audit_hostile
	"$PROCREPORT" html "$LOG" -o page.html
	browse <<-'END'
		with Page("page.html") as page:
		    page.press("/", "exe:onerror=hacked=2")
		    equal(page.one("#found").text.split()[0], "1")
		    page.press(Keys.ENTER)
		    equal(page.texts("#rows .selected .name"), ["<img src=x onerror=hacked=2>"])
		    equal(page.texts("#details .argv li"), ["./<img src=x onerror=hacked=2>", "again"])
		    # By a variable, by a folder; against the environment of what made it.
		    equal(page.search("env:svg cwd:title")[:2], "1 ")
		    page.press(Keys.ENTER)
		    changes = page.texts("#details .changes > div")
		    assert "NEW<svg onload=hacked=5>" in changes, changes
		    assert "HOSTILE</script><script>hacked=3</script><!--<script>changed</script>" in changes, changes
		    equal(page.search("argv:svg exe:true")[:2], "0 ")
		    equal(page.texts("#rows .process"), [])
		    equal(page.js("return document.getElementById('tree').dataset.empty"), "Nothing found")
		    equal(page.search("failed")[:2], "4 ")
		    page.press(Keys.ESCAPE)
		    equal(page.one("#search").get_attribute("value"), "")
		    # Through the tree.
		    rows = len(page.texts("#rows .process"))
		    page.press(Keys.HOME)
		    equal(page.js("return location.hash"), "#1")
		    page.press(Keys.ARROW_LEFT)
		    equal(len(page.texts("#rows .process")), 1)
		    page.press(Keys.ARROW_RIGHT)
		    equal(len(page.texts("#rows .process")), rows)
		    page.press(Keys.ARROW_DOWN)
		    equal(page.js("return location.hash"), "#2")
		    failures = []
		    for _ in range(5):
		        page.press("f")
		        failures.append(page.one("#details .chips span").text)
		    equal(sorted(failures[:4]), ["SIGKILL", "exit 127", "exit 3", "exit 7"])
		    equal(failures[4], failures[0])
		    page.press("x")
		    equal(len(page.texts("#rows .failed")), 4)
		    equal(len(page.texts("#rows .process")), 4)
		    page.press("x", "3")
		    # Tables lead to the process.
		    row = page.one("#failures tr[data-process]:nth-child(2)")
		    ident = row.find_element(By.CSS_SELECTOR, "td").text
		    row.click()
		    equal(page.js("return location.hash"), f"#{ident}")
		    assert page.one("#timeline").is_displayed()
		    page.press("?")
		    assert page.one("#keys").is_displayed()
	END
}

@test "html: the timeline is clicked, zoomed, moved; dark and light" {
	audit sh -c '/bin/true one; /bin/sleep 0.2; /bin/true two'
	"$PROCREPORT" html "$LOG" >page.html
	browse <<-'END'
		from selenium.webdriver.common.action_chains import ActionChains
		with Page("page.html") as page:
		    canvas = page.one("#canvas")
		    width, height = canvas.size["width"], canvas.size["height"]
		    def click(x, y, double=False):
		        chain = ActionChains(page.driver).move_to_element_with_offset(canvas, x - width // 2, y - height // 2)
		        (chain.double_click() if double else chain.click()).perform()
		        page.settle()
		    # The third row, one lane for each process: sleep, in the middle of the time.
		    click(width // 2, 84 + 2 * 22 + 11)
		    equal(page.texts("#details .argv li"), ["/bin/sleep", "0.2"])
		    all_of_it = page.pixels()
		    page.press("w")
		    assert page.pixels() != all_of_it
		    page.press("0")
		    equal(page.pixels(), all_of_it)
		    page.press(Keys.ENTER)
		    zoomed = page.pixels()
		    assert zoomed != all_of_it
		    page.press("w", "w")
		    closer = page.pixels()
		    page.press("d")
		    assert page.pixels() not in (all_of_it, zoomed, closer)
		    page.one("#zoomfit").click()
		    page.settle()
		    ActionChains(page.driver).move_to_element(page.one("h1")).perform()
		    page.settle()
		    equal(page.pixels(), all_of_it)
		    # As few lanes as possible: sleep has the second one, as both others.
		    page.press("l")
		    assert page.pixels() != all_of_it
		    page.press(Keys.ESCAPE)
		    equal(page.texts("#details .argv li"), [])
		    width = canvas.size["width"]
		    click(width // 2, 84 + 4 + 18 + 8)
		    equal(page.texts("#details .argv li"), ["/bin/sleep", "0.2"])
		    paper = "return getComputedStyle(document.body).backgroundColor"
		    light = page.js(paper)
		    page.press("t")
		    assert page.js(paper) != light
		with Page("page.html", scheme="dark") as page:
		    assert page.js(paper) != light
	END
}

@test "html: times and names as people read them, where there is little room" {
	cp /bin/true x86_64-linux-gnu-true
	cp /bin/true arm-none-eabi-ld
	audit sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do ./x*; done; ./a*; exit 3' || equal "$?" 3
	jq -c '.mono_us = .seq * 600000000' "$LOG" >slow.jsonl
	"$PROCREPORT" html slow.jsonl >page.html
	audit ./x*
	"$PROCREPORT" html "$LOG" >one.html
	browse <<-'END'
		SPY = """window.drawn = [];
		    const draw = CanvasRenderingContext2D.prototype.fillText;
		    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
		        drawn.push(text);
		        draw.call(this, text, ...where);
		    };"""
		def named(page):
		    return {text for text in page.js("return drawn") if "tru" in text}
		with Page("page.html") as page:
		    page.js(SPY)
		    page.press("0")
		    drawn = page.js("return drawn")
		    assert {"0:00:00 h", "1:00:00 h"} <= set(drawn), drawn
		    # The machine's name first makes room.
		    equal(named(page), {"tru"})
		    page.press("2")
		    assert " h" in page.texts("#summary .figure b")[0]
		    page.press("1", Keys.HOME, Keys.ARROW_DOWN)
		    page.js("drawn = []")
		    page.press(Keys.ENTER)
		    assert any(text.startswith("x86_64-linux-gnu-true") for text in named(page)), named(page)
		    equal(page.texts("#rows .name")[-2:], ["x86_64-linux-gnu-true", "arm-none-eabi-ld"])
		# All for the same machine: it is not worth the room.
		with Page("one.html") as page:
		    equal(page.texts("#rows .name"), ["true"])
		    page.press(Keys.HOME)
		    equal(page.one("#details h2").text, "x86_64-linux-gnu-true")
	END
}

@test "html: what is copied runs the same again" {
	mkdir "it's"
	# shellcheck disable=SC2016 # the command's own
	audit sh -c 'cd "it'\''s"; MARK="a \$x" /usr/bin/printf "%s|%s|%s|%s" "$(printf "\377\n")" "it'\''s \$HOME" "" "-x=\`id\`"; :' >expected
	"$PROCREPORT" html "$LOG" >page.html
	browse <<-'END' >/dev/null
		with Page("page.html") as page:
		    page.search("exe:printf")
		    page.press(Keys.ENTER)
		    copied = []
		    page.js("document.body.append(document.createElement('textarea'))")
		    for i in 0, 1:
		        page.all("#details .program .buttons button")[i].click()
		        page.driver.execute_async_script("""
		            const done = arguments[0], said = document.getElementById('said');
		            const look = () => said.textContent ? done() : requestAnimationFrame(look); look()""")
		        equal(page.texts("#said"), ["Copied"])
		        page.js("document.getElementById('said').textContent = ''")
		        box = page.one("body > textarea")
		        box.send_keys(Keys.CONTROL, "a")
		        box.send_keys(Keys.CONTROL, "v")
		        copied.append(box.get_attribute("value"))
		    assert "MARK=" in copied[1] and "MARK=" not in copied[0], copied
		    for i, text in enumerate(copied):
		        open(f"copied.{i}", "w").write(text)
	END
	(cd / && bash "$BATS_TEST_TMPDIR/copied.0") | cmp - expected
	(cd / && env -i /bin/bash "$BATS_TEST_TMPDIR/copied.1") | cmp - expected
}

@test "html: on paper all is light, and there is nothing to be pressed" {
	audit_hostile
	"$PROCREPORT" html "$LOG" >page.html
	browse <<-'END'
		def look(page):
		    return page.js("""const of = getComputedStyle(document.body);
		        return [of.backgroundColor, of.color, document.querySelector('#canvas').width]""")
		with Page("page.html", scheme="dark") as page:
		    page.search("exe:onerror")
		    page.press(Keys.ENTER)
		    before = look(page)
		    for name in "paper.pdf", "again.pdf":
		        with open(name, "wb") as file:
		            file.write(page.paper())
		    page.settle()
		    equal(look(page), before)
	END
	pdftotext -layout paper.pdf text
	grep -q 'exit 7' text
	grep -q SIGKILL text
	grep -q 'onerror=hacked=2' text
	run ! grep -qE 'Timeline|Theme|Search|Copy' text
	pdftotext -layout again.pdf - | diff text -
	# As bright as paper, with something on it.
	pdftoppm -gray -r 20 paper.pdf sheet
	/usr/bin/python3 - sheet-*.pgm <<-'END'
		import sys
		for name in sys.argv[1:]:
		    with open(name, "rb") as file:
		        pixels = file.read().split(b"\n255\n", 1)[1]
		    assert sum(pixels) / len(pixels) > 225 and min(pixels) < 160, name
	END
}

@test "html: without scripts there are the tables" {
	audit_hostile
	"$PROCREPORT" html "$LOG" >page.html
	browse <<-'END'
		with Page("page.html", script=False) as page:
		    assert page.one("#summary table").is_displayed() and page.one("#failures table").is_displayed()
		    assert not page.one("#timeline").is_displayed() and not page.one("#search").is_displayed()
		    text = page.one("body").text
		    assert "exit 7" in text and "SIGKILL" in text and "need JavaScript" in text
		    assert "</script><script>alert(1);hacked=4</script>" in page.one("#summary").get_attribute("textContent") + text
	END
}

@test "html: 20 000 processes" {
	/usr/bin/python3 "$SRCROOT/tests/bench/biglog.py" 20000 300 >big.jsonl
	"$PROCREPORT" html big.jsonl -o page.html
	# Strings come once, and lists as what is new in them.
	[ "$(stat -c %s page.html)" -lt $(($(stat -c %s big.jsonl) / 2)) ]
	browse 3>&1 <<-'END' >opened
		with Page("page.html") as page:
		    print(f"opened in {page.seconds:.2f} s")
		    equal(page.search("failed")[:2], "0 ")
		    page.press(Keys.ESCAPE)
		    total = page.js("return document.querySelector('#rows').offsetHeight / 22")
		    assert total >= 19000, total
		    # No more of them are in the document than can be seen.
		    assert len(page.all(".process")) < 100
		    page.press(Keys.END)
		    assert page.one(".process.selected").is_displayed()
		    last = page.js("return location.hash")
		    equal(page.search(f"id:{last[1:]}").split()[0], "1")
		    before = page.pixels()
		    # What was found can be seen when the search has ended, too.
		    page.press(Keys.ENTER)
		    page.press(Keys.ESCAPE)
		    assert page.one(".process.selected").is_displayed()
		    equal(page.js("return location.hash"), last)
		    page.press("0", "w", "w")
		    assert page.pixels() != before
	END
	sed 's/^/# /' opened >&3
}

@test "html: of too many processes those that failed and the longest are shown, and that is said" {
	/usr/bin/python3 "$SRCROOT/tests/bench/biglog.py" 2000 300 >big.jsonl
	# One in the middle fails.
	line=$(grep -n '"event":"exit"' big.jsonl | sed -n 700p | cut -d: -f1)
	sed -i "${line}s/\"exit_code\":0/\"exit_code\":9/" big.jsonl
	proc=$(sed -n "${line}p" big.jsonl | jq .proc)
	# Each program has an environment of its own.
	awk '/"event":"exec"/ { sub(/"env":\[/, "&\"NUMBER=" ++n "\",") } { print }' big.jsonl >each.jsonl
	"$PROCREPORT" html each.jsonl >all.html
	"$PROCREPORT" html --most=40 each.jsonl >page.html
	/usr/bin/python3 - "$proc" <<-'END'
		import sys
		from page import Data
		data = Data("page.html")
		assert len(data.processes) == 40 and data.raw["all_processes"] > 1900
		assert int(sys.argv[1]) in [p["proc"] for p in data.processes if p["exit"] == 9]
		for i, process in enumerate(data.processes):
		    assert process["parent"] < i and (process["parent"] >= 0 or process["proc"] == 1)
		def environments(data):
		    return {p["seq"]: data.list(p["env"]) for p in data.programs}
		all = environments(Data("all.html"))
		some = environments(data)
		assert len(all) == len({tuple(env) for env in all.values()}) > len(some) >= 40
		assert some == {seq: all[seq] for seq in some}
	END
	grep -q 'class="notice">This page shows 40 of [0-9]* processes' page.html
	grep -q '<td class="bad">exit 9</td>' page.html
	browse <<-'END'
		with Page("page.html") as page:
		    equal(page.js("return document.querySelector('#rows').offsetHeight / 22"), 40)
		    assert page.one(".notice").is_displayed()
	END
	"$PROCREPORT" html big.jsonl >page.html
	run ! grep -q 'class="notice">This page shows' page.html
}

@test "html: the same page, whatever way the log comes" {
	# But for the name of the file.
	page() {
		"$PROCREPORT" html "$@" | sed -E 's/"file":"[^"]*"/"file":""/; s|(<dt>log</dt><dd>)[^<]*|\1|'
	}
	page "$GOLDEN/build.jsonl" >expected
	grep -q '</html>' expected
	zstd -qf "$GOLDEN/build.jsonl" -o packed.zst
	page packed.zst | diff expected -
	page - <"$GOLDEN/build.jsonl" | diff expected -
	page - <packed.zst | diff expected -
	page <(cat "$GOLDEN/build.jsonl") | diff expected -
	"$PROCREPORT" html "$GOLDEN/build.jsonl" -o written.html
	"$PROCREPORT" html "$GOLDEN/build.jsonl" | diff written.html -
	"$PROCREPORT" html "$GOLDEN/build.jsonl" "$GOLDEN/odd.jsonl" -o written.html
	browse <<-'END'
		with Page("written.html") as page:
		    assert page.texts("#rows .process")
		    page.press(Keys.HOME)
		    equal(page.js("return location.hash"), "#1:1")
	END
}

@test "html: damaged logs, logs without an end, options that are wrong" {
	head -n 40 "$GOLDEN/build.jsonl" >cut.jsonl
	sed '10s/.*/no record/' cut.jsonl >damaged.jsonl
	"$PROCREPORT" html damaged.jsonl >page.html 2>errors
	grep -q '^procreport: damaged.jsonl:10: ' errors
	grep -q 'The log is damaged: 1 line of it was skipped' page.html
	head -n 1 cut.jsonl | "$PROCREPORT" html - >empty.html
	browse <<-'END'
		with Page("page.html") as page:
		    assert page.texts("#rows .process") and page.one(".notice").is_displayed()
		    assert "no end" in page.texts("#rows .end")
		with Page("empty.html") as page:
		    equal(page.texts("#rows .process"), [])
		    page.press("f", "l", "w", Keys.ENTER, Keys.ARROW_DOWN)
	END
	run -1 bash -c '"$PROCREPORT" html none.jsonl cut.jsonl 2>&1 >page.html'
	grep -qxF 'procreport: none.jsonl: No such file or directory' <<<"$output"
	grep -q '</html>' page.html
	echo kept >old.html
	run -1 --separate-stderr "$PROCREPORT" html cut.jsonl -o no/such/place.html
	equal "$stderr" 'procreport: cannot write no/such/place.html: No such file or directory'
	run -1 --separate-stderr "$PROCREPORT" html cut.jsonl -o /dev/full
	equal "$stderr" 'procreport: cannot write /dev/full: No space left on device'
	run -1 bash -c '"$PROCREPORT" html cut.jsonl 2>&1 >/dev/full'
	grep -q 'cannot write to standard output' <<<"$output"
	run -2 --separate-stderr "$PROCREPORT" html --no-such-option cut.jsonl
	equal "$stderr" "procreport: there is no such option here: '--no-such-option' (see 'procreport html --help')"
	run -2 "$PROCREPORT" html --most=0 cut.jsonl
	run -2 "$PROCREPORT" html
	equal "$(cat old.html)" kept
	"$PROCREPORT" html cut.jsonl -o old.html
	grep -q '</html>' old.html
}
