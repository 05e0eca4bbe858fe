#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""journal.py LOG JOURNAL...: whether a log has all that `crew threads` says it did.

Each child that began after the last attach record and ended before the first
detach record must be there, with its fork, exec and exit. Prints how many those
are; one line for each that is not, and then exits with status 1.
"""
import datetime
import json
import sys


def nanoseconds(ts):
    whole, _, rest = ts.rstrip("Z").partition(".")
    second = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return int(second.timestamp()) * 10**9 + int(rest)


def window(records):
    """The time in which nothing may be missed."""
    attached = [nanoseconds(r["ts"]) for r in records if r["event"] == "attach"]
    detached = [nanoseconds(r["ts"]) for r in records if r["event"] in ("detach", "trailer")]
    return max(attached), min(detached)


def missing(records, journal, told=None):
    """told: when procaudit was told to let go, before any thread was."""
    begin, end = window(records)
    end = told or end
    seen = {event: set() for event in ("fork", "exec", "exit")}
    for record in records:
        if record["event"] in seen:
            seen[record["event"]].add(record.get("child_pid", record.get("pid")))
    for line in journal:
        pid, began, ended = map(int, line.split())
        if begin < began and ended < end:
            yield pid, [event for event, pids in seen.items() if pid not in pids]


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        records = [json.loads(line) for line in log]
    status = count = 0
    for path in sys.argv[2:]:
        with open(path, encoding="ascii") as journal:
            for pid, events in missing(records, journal):
                count += 1
                if events:
                    print(f"process {pid} has no {', '.join(events)}")
                    status = 1
    print(f"{count} processes")
    return status


if __name__ == "__main__":
    sys.exit(main())
