#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Compares exec records with what the programs themselves report (helpers/report.c).

    compare.py [--unreadable KEY]... [--unknown KEY]... LOG REPORTS

The n-th report of a process must equal its n-th exec record of a reporting
program in all that both tell, byte by byte; none may be left over. KEY is one
that procaudit cannot read: its record must name the error instead; or one that
the program cannot know. Prints one line per difference and then exits with
status 1.
"""
import argparse
import base64
import collections
import json
import sys

NUMBERS = ("pid", "ppid", "uid", "euid", "gid", "egid", "arch")
STRINGS = ("cwd", "path", "exe")
VECTORS = ("argv", "env")


def exact(shown, twin):
    """The bytes of a string of the log."""
    return base64.b64decode(twin) if twin else shown.encode()


def exact_key(record, key):
    """The bytes of a key, which may be a vector; None if it is absent."""
    shown = record.get(key)
    if shown is None:
        return None
    if isinstance(shown, str):
        return exact(shown, record.get(key + "_b64"))
    return [exact(*pair) for pair in zip(shown, record.get(key + "_b64", [""] * len(shown)))]


def read_execs(path):
    """The exec records of a log, environments included, in order."""
    environments = {}
    execs = []
    with open(path, encoding="utf-8") as log:
        for record in map(json.loads, log):
            if record["event"] == "env":
                environments[record["env_id"]] = {
                    key: record[key] for key in ("env", "env_b64") if key in record
                }
            elif record["event"] == "exec":
                execs.append(record | environments.get(record.get("env_id"), {}))
    return execs


def read_reports(path):
    """What programs reported: bytes where the log has text."""
    reports = []
    with open(path, encoding="ascii") as lines:
        for report in map(json.loads, lines):
            for key in STRINGS:
                if key in report:
                    report[key] = bytes.fromhex(report[key])
            for key in VECTORS:
                report[key] = [bytes.fromhex(s) for s in report[key]]
            reports.append(report)
    return reports


def short(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:150]} ... {text[-150:]} ({len(text)} characters)"


def difference(told, logged):
    """Says where two values differ."""
    if not isinstance(told, list) or not isinstance(logged, list):
        return f"is {short(logged)}, the program has {short(told)}"
    for i, (a, b) in enumerate(zip(told, logged)):
        if a != b:
            return f"[{i}] is {short(b)}, the program has {short(a)}"
    return f"has {len(logged)} elements, the program has {len(told)}"


def compare(report, record, unreadable, unknown):
    for key in NUMBERS:
        if key in unreadable and key not in record:
            continue
        if report.get(key) != record.get(key):
            yield f"{key} {difference(report.get(key), record.get(key))}"
    for key in STRINGS + VECTORS:
        if key in unreadable:
            if key in record or key + "_error" not in record:
                yield f"{key} is readable after all"
            continue
        logged = exact_key(record, key)
        if key in unknown:
            if key in report:
                yield f"{key} is known to the program: {short(report[key])}"
        elif report.get(key) != logged:
            yield f"{key} {difference(report.get(key), logged)}"
        if key + "_error" in record:
            yield f"{key}_error is {record[key + '_error']}"


def by_process(items):
    processes = collections.defaultdict(list)
    for item in items:
        processes[item["pid"]].append(item)
    return processes


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--unreadable", metavar="KEY", action="append", default=[])
    parser.add_argument("--unknown", metavar="KEY", action="append", default=[])
    parser.add_argument("log")
    parser.add_argument("reports")
    options = parser.parse_args()
    all_reports = read_reports(options.reports)
    reports = by_process(all_reports)
    programs = {report["exe"] for report in all_reports}
    execs = by_process(
        record
        for record in read_execs(options.log)
        if exact_key(record, "exe") in programs or record["pid"] in reports and "exe" not in record
    )
    found = [] if reports else ["no program reported anything"]
    for pid in {**execs, **reports}:
        if len(execs[pid]) != len(reports[pid]):
            found.append(f"pid {pid}: {len(execs[pid])} execs, {len(reports[pid])} reports")
        for record, report in zip(execs[pid], reports[pid]):
            found += [
                f"pid {pid}, seq {record['seq']}: {text}"
                for text in compare(report, record, options.unreadable, options.unknown)
            ]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
