#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Compares the successful execs of a log with those that strace saw.

    strace_diff.py LOG STRACE_OUTPUT

STRACE_OUTPUT comes from another run of the same deterministic command with
`strace -f -v -s 1000000 -xx -e trace=execve,execveat`. Both sides are taken as
multisets of path, argv and env, with the random parts of temporary names made
equal. strace shows what the caller asked for, the log what ran: for a script
the interpreter and its argument stand in front, and argv[0] is the path.
"""
import base64
import collections
import json
import re
import sys

TEMPORARY = re.compile(rb"/cc[A-Za-z0-9]{6}(?=[.]|$)|/tmp[a-z0-9_]{8}\b")
CALL = re.compile(r"^(\d+) +(?:execve\(|execveat\([^,]*, )(.*)$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. execve(?:at)? resumed>(.*)$")
UNFINISHED = " <unfinished ...>"


def normal(data):
    return TEMPORARY.sub(b"/ccXXXXXX", data)


def exact(record, key):
    """The bytes of a string or of each string of an array."""
    value, twin = record[key], record.get(key + "_b64")
    if isinstance(value, list):
        twins = twin or [""] * len(value)
        return tuple(normal(base64.b64decode(b) if b else s.encode())
                     for s, b in zip(value, twins))
    return normal(base64.b64decode(twin) if twin else value.encode())


def from_log(path):
    with open(path, encoding="utf-8") as log:
        for line in log:
            record = json.loads(line)
            if record["event"] == "exec":
                yield exact(record, "path"), exact(record, "argv"), exact(record, "env")


def unhex(text):
    return normal(bytes.fromhex(text.replace("\\x", "")))


def parse(call):
    """path, argv, env of a whole successful call; None of any other."""
    if not re.search(r"\) += 0$", call):
        return None
    strings = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
    path, rest = call.split(", ", 1)
    argv, rest = rest.split("], ", 1)
    env = rest.split("]", 1)[0]
    vectors = [tuple(unhex(s) for s in strings.findall(text)) for text in (argv, env)]
    return unhex(path.strip('"')), vectors[0], vectors[1]


def from_strace(path):
    begun = {}
    with open(path, encoding="ascii") as output:
        for line in output:
            line = line.rstrip("\n")
            match = CALL.match(line)
            if match and line.endswith(UNFINISHED):
                begun[match[1]] = match[2][:-len(UNFINISHED)]
                continue
            resumed = RESUMED.match(line)
            if resumed:
                call = parse(begun.pop(resumed[1]) + resumed[2])
            else:
                call = match and parse(match[2])
            if call:
                yield call


def as_script(record):
    """What the caller asked for, if the record shows a script: every way."""
    path, argv, env = record
    for position, word in enumerate(argv):
        if position and word == path:
            yield path, argv[position + 1:], env


def main():
    ours = collections.Counter(from_log(sys.argv[1]))
    theirs = collections.Counter(from_strace(sys.argv[2]))
    if not theirs:
        sys.exit("strace saw nothing")
    missing = theirs - ours
    extra = ours - theirs
    scripts = collections.Counter((p, a[1:], e) for (p, a, e), n in missing.items()
                                  for _ in range(n))
    for record, number in list(extra.items()):
        for asked in as_script(record):
            if scripts[asked] >= number:
                scripts[asked] -= number
                del extra[record]
                break
    scripts = +scripts
    for title, rest in (("only strace", scripts), ("only the log", extra)):
        for record, number in rest.items():
            print(f"{title}, {number} times: {record[0]!r} {record[1]!r}")
    print(f"{sum(ours.values())} execs in the log, {sum(theirs.values())} in strace's")
    sys.exit(bool(scripts or extra))


main()
