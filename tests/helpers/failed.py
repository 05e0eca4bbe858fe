#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""failed.py [--no-env] LOG REPORTS: are the failed execs those that were made?

REPORTS is what helpers/asks.c prints. The n-th failed exec of each process that
reported must have exactly the keys and values of its n-th report, byte by byte;
none may be left over. --no-env: none of them has an environment. Prints the
differences.
"""
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
import compare  # noqa: E402

KEYS = ["tid", "syscall", "errno", "arch", "path_error", "argv_error", "env_error"]
BYTES = ["path", "cwd", "dirfd_path", "argv", "env"]


def logged(record):
    keys = {key: record[key] for key in KEYS if key in record}
    return keys | {key: compare.exact_key(record, key) for key in BYTES if key in record}


def told(report, has_env):
    report = {key: report[key] for key in KEYS + BYTES if key in report}
    for key in BYTES:
        value = report.get(key)
        if isinstance(value, list):
            report[key] = [bytes.fromhex(s) for s in value]
        elif value is not None:
            report[key] = bytes.fromhex(value)
    if not has_env:
        report.pop("env", None)
        report.pop("env_error", None)
    return report


def differences(records, reports):
    if len(records) != len(reports):
        yield f"{len(records)} failed execs, {len(reports)} were made"
    for record, report in zip(records, reports):
        for key in sorted({**record, **report}):
            a, b = record.get(key), report.get(key)
            if a != b:
                yield f"{key} {compare.difference(b, a)}"


def main():
    has_env = "--no-env" not in sys.argv
    log, reports = sys.argv[-2:]
    records = collections.defaultdict(list)
    truth = collections.defaultdict(list)
    for record in compare.read_execs(log):
        if not record["success"]:
            records[record["pid"]].append(logged(record))
    with open(reports, encoding="ascii") as lines:
        for report in map(json.loads, lines):
            truth[report["pid"]].append(told(report, has_env))
    found = [] if truth else ["nothing was reported"]
    for pid, made in truth.items():
        found += [f"pid {pid}: {text}" for text in differences(records[pid], made)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
