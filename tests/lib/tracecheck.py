#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks a trace against the rules of Chrome's trace event format, as its document
and Perfetto's importer have them: tracecheck.py TRACE [LOG...]

With logs: the trace holds exactly their processes, programs and failures.
"""
import json
import sys

KEYS = {
    "X": {"ph", "pid", "tid", "ts", "dur", "name", "cat", "args"},
    "i": {"ph", "pid", "tid", "ts", "s", "name", "cat", "args"},
    "C": {"ph", "pid", "ts", "name", "args"},
    "M": {"ph", "pid", "tid", "name", "args"},
}
METADATA = {"process_name": "name", "thread_name": "name",
            "process_sort_index": "sort_index", "thread_sort_index": "sort_index"}


def check(ok, *what):
    if not ok:
        sys.exit(f"tracecheck: {what}")


def unique(pairs):
    check(len(pairs) == len({k for k, _ in pairs}), "a key twice", pairs)
    return dict(pairs)


def check_types(event):
    phase = event.get("ph")
    check(phase in KEYS, "phase", event)
    check(set(event) == KEYS[phase], "keys", event)
    for key in {"pid", "tid"} & set(event):
        # Perfetto reads them in 32 bits, and takes 0 for the idle thread.
        check(type(event[key]) is int and 0 < event[key] < 2**32, key, event)
    for key in {"ts", "dur"} & set(event):
        check(type(event[key]) is int and 0 <= event[key] < 2**53, key, event)
    for key in {"name", "cat"} & set(event):
        check(type(event[key]) is str and event[key], key, event)
    check(type(event["args"]) is dict, "args", event)
    if phase == "i":
        check(event["s"] == "t", "scope", event)
    if phase == "C":
        check(event["args"] and all(type(v) is int and v >= 0 for v in event["args"].values()), "counter", event)
    if phase == "M":
        check(event["name"] in METADATA, "metadata", event)
        check(list(event["args"]) == [METADATA[event["name"]]], "metadata's args", event)


class Trace:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file, object_pairs_hook=unique)
        check(type(self.document) is dict, "not the object form")
        check(self.document.get("displayTimeUnit") in ("ms", "ns"), "displayTimeUnit")
        self.events = self.document["traceEvents"]
        self.slices, self.instants, self.counters = [], [], {}
        self.metadata, self.pid_of, self.twice = {}, {}, 0
        last = {}
        for event in self.events:
            check_types(event)
            self.add(event, last)
        self.check_tracks()

    def add(self, event, last):
        phase, pid = event["ph"], event["pid"]
        if phase == "M":
            key = (event["name"], event["tid"])
            self.twice += key in self.metadata
            self.metadata[key] = event
            return
        track = (pid, event["name"]) if phase == "C" else (pid, event["tid"], phase)
        check(event["ts"] >= last.get(track, 0), "it goes back", event)
        # Slices of a track do not overlap, and come one after the other.
        last[track] = event["ts"] + event.get("dur", 0)
        if phase == "C":
            self.counters.setdefault(track, []).append((event["ts"], event["args"]))
            return
        # Perfetto looks threads up by their tid alone.
        check(self.pid_of.setdefault(event["tid"], pid) == pid, "a tid in two processes", event)
        (self.slices if phase == "X" else self.instants).append(event)

    def check_tracks(self):
        for tid, pid in self.pid_of.items():
            for name in ("thread_name", "thread_sort_index"):
                check((name, tid) in self.metadata, "no", name, tid)
                check(self.metadata[name, tid]["pid"] == pid, "pid of", name, tid)
        for pid in set(self.pid_of.values()):
            for name in ("process_name", "process_sort_index"):
                check((name, pid) in self.metadata, "no", name, pid)
            check(self.pid_of.get(pid, pid) == pid, "a pid is a tid of another process", pid)
        at = {}
        for event in self.slices:
            at.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
        for event in self.instants:
            check(any(a <= event["ts"] <= b for a, b in at.get(event["tid"], [])), "an instant in no slice", event)
        for track, values in self.counters.items():
            check(list(values[-1][1].values()) == [0], "at the end it is not 0", track, values[-1])


def compare(trace, paths):
    """What a plain reading of the logs gives, and what the trace has."""
    check(trace.twice == 0, "metadata twice")
    records = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            records.append([json.loads(line) for line in file])
    execs = [(f"{n}:" if n > 1 else "", r) for n, log in enumerate(records, 1) for r in log if r["event"] == "exec"]
    ran = [(log, r) for log, r in execs if r["success"]]
    ends = [r for log in records for r in log if r["event"] == "exit"]
    slices = [event for event in trace.slices if event["cat"] == "exec"]
    check(len(slices) == len(ran), "programs", len(slices), len(ran))
    by_id = {event["args"]["id"]: event for event in slices}
    for log, record in ran:
        got = by_id[f'{log}{record["proc"]}.{record["image"]}']
        name = record.get("exe", record.get("path")).rsplit("/", 1)[-1]
        check(got["name"] == name, "name", got, record)
        check(got["args"]["pid"] == record["pid"], "pid", got, record)
        check(got["args"].get("cwd") == record.get("cwd"), "cwd", got, record)
    lives = [[r for r in log if r["event"] in ("fork", "exec", "attach")] for log in records]
    procs = {(n, r.get("child", r["proc"])) for n, log in enumerate(lives) for r in log}
    check(len(trace.pid_of) == len(procs), "tracks", len(trace.pid_of), len(procs))
    bad = [r for r in ends if r.get("signal") or r["exit_code"] > 0]
    failures = [r for _, r in execs if not r["success"]]
    check(len(trace.instants) == len(bad) + len(failures), "instants", len(trace.instants))
    got = sorted(e["args"]["exit_code"] for e in trace.slices if "exit_code" in e["args"])
    check(got == sorted(r["exit_code"] for r in ends if "exit_code" in r), "exit codes", got)
    # The time of each process is filled by its slices, and nothing else.
    if len(paths) == 1:
        for tid in trace.pid_of:
            mine = [(e["ts"], e["ts"] + e["dur"]) for e in trace.slices if e["tid"] == tid]
            first = min(r["mono_us"] for r in lives[0] if r.get("child", r["proc"]) == tid)
            end = [r["mono_us"] for r in ends if r["proc"] == tid] or [records[0][-1]["mono_us"]]
            check(mine[-1][1] - mine[0][0] == end[0] - first, "time", tid, mine, first, end)
            check(all(a[1] == b[0] for a, b in zip(mine, mine[1:])), "holes", tid, mine)
        living = memory = most = peak = 0
        size = {r["proc"]: r.get("maxrss_kb", 0) for r in ends}
        changes = [(first, 1, size.get(p, 0)) for p in trace.pid_of for first in
                   [min(r["mono_us"] for r in lives[0] if r.get("child", r["proc"]) == p)]]
        changes += [(r["mono_us"], -1, -size[r["proc"]]) for r in ends]
        for at in sorted({c[0] for c in changes}):
            living += sum(c[1] for c in changes if c[0] == at)
            memory += sum(c[2] for c in changes if c[0] == at)
            most, peak = max(most, living), max(peak, memory)
        for (_, name), values in trace.counters.items():
            highest = max(v for _, args in values for v in args.values())
            if name == "sum of peak memory":
                check(highest == peak, "memory", highest, peak)
            else:
                check(highest >= most, "running", highest, most)


compare_to = sys.argv[2:]
checked = Trace(sys.argv[1])
if compare_to:
    compare(checked, compare_to)
print(f"{len(checked.pid_of)} tracks, {len(checked.slices)} slices, {len(checked.instants)} instants")
