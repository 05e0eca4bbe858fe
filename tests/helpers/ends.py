#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""ends.py LOG REPORT: do the exit records tell what the report tells?

The report has one line for every process but the command: pid and wait
status, as helpers/bomb.c prints it. Prints the differences.
"""
import collections
import json
import signal
import sys


def signal_number(name):
    base, _, offset = name.partition("+")
    return int(getattr(signal, base)) + int(offset or 0)


def status(record):
    if "exit_code" in record:
        return record["exit_code"] << 8
    return signal_number(record["signal"]) | (128 if record.get("core_dumped") else 0)


def recorded(path):
    with open(path, encoding="utf-8") as log:
        records = map(json.loads, log)
        return [(r["pid"], status(r)) for r in records if r["event"] == "exit" and r["proc"] != 1]


def reported(path):
    with open(path, encoding="utf-8") as report:
        return [tuple(map(int, line.split())) for line in report]


log = collections.Counter(recorded(sys.argv[1]))
truth = collections.Counter(reported(sys.argv[2]))
for pid, end in sorted((truth - log).elements()):
    print(f"not recorded: the end of {pid} with wait status {end}")
for pid, end in sorted((log - truth).elements()):
    print(f"recorded but not true: the end of {pid} with wait status {end}")
if not truth:
    print("the report is empty")
sys.exit(log != truth or not truth)
