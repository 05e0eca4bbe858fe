#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Takes the command lines out of the documents.

    commands.py SOURCE DIRECTORY

writes each into DIRECTORY/001, 002 …, and what they are into DIRECTORY/index, one a
line: number, document, first line; with tabs between. They are

    Markdown      lines of indented blocks, all or those behind "$ "; whole blocks
                  that are fenced as sh; and `…` in the text that begins with a program
                  of ours or of the build
    manual pages  lines and displays in EXAMPLES; elsewhere lines behind a prompt, and
                  displays and whole command lines in the text that begin with
                  procaudit or procreport
"""
import pathlib
import re
import sys

# In the text: a whole command line, not the name of an option or of a subcommand.
INLINE = re.compile(r"(?:\w+=\S+ )?(?:sudo|procaudit|procreport|join\.py|meson|ninja|bats|contrib/\w+) \S+ .+")


def logical_lines(lines):
    """Joins what goes on in the next line."""
    whole = ""
    for line in lines:
        whole += line
        if whole.endswith("\\"):
            whole += "\n"
            continue
        yield whole
        whole = ""


def commands_of(lines):
    session = [line[2:] for line in lines if line.startswith("$ ")]
    yield from logical_lines(session or [line for line in lines if line])


def markdown(text):
    text = text.replace("\r", "")

    def fenced(match):
        language, body = match[2], match[3]
        assert language in ("sh", "text"), f"a block without a language: {body}"
        if language == "sh":
            found.append(re.sub(f"^{match[1]}", "", body, flags=re.M).rstrip("\n"))
        return ""

    found = []
    text = re.sub(r"^( *)```(.*)\n((?:.*\n)*?) *```\n", fenced, text, flags=re.M)
    for block in re.findall(r"(?:(?<=\n\n)|^)((?:    .*\n|\n)+)", text):
        found += commands_of([line[4:] for line in block.split("\n")])
    prose = re.sub(r"^    .*\n", "", text, flags=re.M)
    spans = re.findall(r"`([^`]+)`", re.sub(r"\s*\n\s*", " ", prose))
    return found + [span for span in spans if INLINE.match(span)]


def plain(line):
    """A line of mdoc as it is shown."""
    for escape, char in ((r"\(dq", '"'), (r"\(aq", "'"), (r"\e", "\\"), (r"\-", "-"), (r"\&", "")):
        line = line.replace(escape, char)
    return line


def manual(text):
    section, display, found = "", None, []
    for line in text.split("\n"):
        if line.startswith(".Sh "):
            section = line[4:]
        elif line.startswith(".Bd -literal"):
            display = []
        elif line.startswith(".Ed"):
            first = display[0]
            if first.startswith("$ "):
                found += commands_of(display)
            elif re.match("procaudit |procreport ", first) or (
                    section == "EXAMPLES" and not first.startswith("/*")):
                found.append("\n".join(display))
            display = None
        elif display is not None:
            display.append(plain(line))
        elif re.match(r"\.Ql (procaudit|procreport) \S+ .*\w\b", line):
            found.append(plain(re.sub(r" [,.]$", "", line[4:])))
        elif line.startswith((".Dl $ ", ".Dl # ")) or (
                section == "EXAMPLES" and line.startswith(".Dl ")):
            found.append(re.sub(r"^[$#] ", "", plain(line[4:])))
    return found


def main():
    source, directory = map(pathlib.Path, sys.argv[1:])
    documents = [source / "README.md", *sorted(source.glob("contrib/**/*.md")),
                 *sorted(source.glob("man/*.[1-9]"))]
    directory.mkdir()
    number = 0
    with open(directory / "index", "w", encoding="utf-8") as index:
        for document in documents:
            text = document.read_text(encoding="utf-8")
            for command in (markdown if document.suffix == ".md" else manual)(text):
                number += 1
                (directory / f"{number:03}").write_text(command + "\n", encoding="utf-8")
                first = command.split("\n")[0]
                print(f"{number:03}\t{document.relative_to(source)}\t{first}", file=index)


if __name__ == "__main__":
    main()
