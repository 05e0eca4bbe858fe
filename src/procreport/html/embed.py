#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Makes a page's parts into C: embed.py OUTPUT PAGE.html PAGE.css SCRIPT.js...

The page is divided where it says @@name@@; each part is called html_ and the name of
what comes behind the one before it. The script and the style are put where @@script@@
and @@style@@ stand; their hashes, for the Content-Security-Policy, where @@script-hash@@
and @@style-hash@@ do.
"""
import base64
import hashlib
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def hashed(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def without_licence(text):
    """One licence line is enough for the page."""
    return re.sub(r"\A(/\*|//) SPDX-License-Identifier: ISC( \*/)?\n", "", text)


def as_array(name, text):
    data = text.encode()
    lines = [",".join(map(str, data[i : i + 24])) for i in range(0, len(data), 24)]
    return "const struct html_part html_%s = {\n(const unsigned char[]){%s}, %d};\n" % (
        name, ",\n".join(lines), len(data))


def main():
    output, page, style, *scripts = sys.argv[1:]
    style = without_licence(read(style))
    script = "'use strict';\n{\n" + "\n".join(without_licence(read(path)) for path in scripts) + "}\n"
    # Nothing in it may end the element that it is in.
    assert "</script" not in script.lower() and "<!--" not in script
    assert "</style" not in style.lower()
    page = read(page)
    for mark, text in (("script-hash", hashed(script)), ("style-hash", hashed(style)),
                       ("script", script), ("style", style)):
        assert page.count(f"@@{mark}@@") == 1
        page = page.replace(f"@@{mark}@@", text)
    parts = re.split(r"@@([a-z]+)@@", "@@head@@" + page)[1:]
    with open(output, "w", encoding="ascii") as file:
        file.write('/* Made by embed.py. */\n#include "html_parts.h"\n\n')
        for name, text in zip(parts[::2], parts[1::2]):
            file.write(as_array(name, text))


main()
