#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Works out folded stacks of a log by itself: flamecheck.py cpu|wall|count LOG FOLDED"""
import collections
import json
import re
import sys
from urllib.parse import unquote_to_bytes

measure, log, folded = sys.argv[1:]
with open(log, encoding="utf-8") as file:
    records = [json.loads(line) for line in file]
stop = records[-1]["mono_us"]

begin, end, parent, images, cpu = {}, {}, {}, collections.defaultdict(list), {}
for r in records:
    if r["event"] == "fork":
        begin[r["child"]], parent[r["child"]] = r["mono_us"], r["proc"]
    elif r["event"] == "exec":
        begin.setdefault(r["proc"], r["mono_us"])
        if r["success"]:
            name = r["exe"].rsplit("/", 1)[-1].encode()
            if "exe_b64" in r:
                import base64
                name = base64.b64decode(r["exe_b64"]).rsplit(b"/", 1)[-1]
            images[r["proc"]].append((r["mono_us"], name))
    elif r["event"] == "exit":
        end[r["proc"]], cpu[r["proc"]] = r["mono_us"], r.get("cpu_us", 0)


def base(proc):
    return stack(parent[proc], begin[proc]) if proc in parent else ()


def stack(proc, at):
    """What it runs at a time, below what its creator ran when it began."""
    ran = [name for since, name in images[proc] if since <= at]
    return base(proc) + (ran[-1] if ran else b"(fork)" if proc in parent else b"(unknown)",)


expected = collections.Counter()
for proc in begin:
    finish = end.get(proc, stop)
    if measure == "count":
        for at, name in images[proc]:
            expected[base(proc) + (name,)] += 1
    elif measure == "cpu":
        expected[stack(proc, stop)] += cpu.get(proc, 0)
    else:
        # Cut into pieces in which nothing changes.
        children = [(begin[c], end.get(c, stop)) for c in parent if parent[c] == proc]
        cuts = {begin[proc], finish, *(at for at, _ in images[proc]), *(t for c in children for t in c)}
        cuts = sorted(t for t in cuts if begin[proc] <= t <= finish)
        for a, b in zip(cuts, cuts[1:]):
            if not any(c[0] <= a and b <= c[1] for c in children):
                expected[stack(proc, a)] += b - a
expected = {k: v for k, v in expected.items() if v}

got = {}
with open(folded, "rb") as file:
    for line in file.read().split(b"\n")[:-1]:
        assert re.fullmatch(rb"[!-:<-~]+(;[!-:<-~]+)* [1-9][0-9]*", line), line
        frames, value = line.split(b" ")
        key = tuple(unquote_to_bytes(f) for f in frames.split(b";"))
        assert key not in got, line
        got[key] = int(value)
for key in {*got, *expected}:
    assert got.get(key) == expected.get(key), (key, got.get(key), expected.get(key))
total = sum(got.values())
if measure == "cpu":
    assert total == sum(cpu.values()), total
if measure == "count":
    assert total == sum(map(len, images.values())), total
assert total or measure == "cpu", "nothing to compare"
