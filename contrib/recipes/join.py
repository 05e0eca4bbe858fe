#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Joins what procaudit --max-line has divided: reads a log, or some records of one
in their order, and prints it as it is without that option.

    join.py [LOG]

Sequence numbers and the trailer's counts and bytes become those of what is printed.
Records whose parts are missing are printed as far as they go, and lines that are no
records left out, with the status 1.
"""
import json
import re
import signal
import sys

# Log shippers tell files apart by so many first bytes.
HEADER_SIZE = 1100

CONTROLS = re.compile("[\x7f-\x9f]")


def join(record, part):
    """Puts the values of one part where they belong."""
    value, values = record.get(part["key"]), part["values"]
    if not isinstance(value, (str, list)) or part.get("joins") and not value and value != "":
        raise ValueError(f"{part['key']} has nothing to go on from")
    if isinstance(value, str):
        record[part["key"]] = value + values[0]
        return
    if part.get("joins"):
        value[-1] += values[0]
        values = values[1:]
    value += values


class Joiner:
    """Takes records one by one; hands them out when they are whole."""

    def __init__(self):
        self.record = None  # one that is yet to get parts
        self.missing = 0

    def add(self, record):
        """The record that is whole now, or None. A part that belongs to nothing, or a
        record that comes too early, is a ValueError."""
        if record["event"] == "part":
            if not self.missing or record["of"] != self.record["seq"]:
                raise ValueError(f"part of {record['of']}, which is not there")
            if record["number"] != self.record["parts"] - self.missing + 1:
                raise ValueError(f"part {record['number']} is not the next one")
            join(self.record, record)
            self.missing -= 1
        elif self.missing:
            raise ValueError(f"{self.missing} parts of {self.record['seq']} are missing")
        else:
            self.record, self.missing = record, record.get("parts", 0)
        return None if self.missing else self.record

    def give_up(self):
        """The record that is not whole, if there is one."""
        record, missing = self.record, self.missing
        self.record, self.missing = None, 0
        return record if missing else None


class Printer:
    """Numbers records as if there had been no parts."""

    def __init__(self, out):
        self.out = out
        self.parts = 0  # so far in this log
        self.bytes = 0

    def print(self, record):
        if record["event"] == "header":
            self.bytes = 0
            self.parts = 0 if record["seq"] == 0 else self.parts
            record.get("capture", {}).pop("max_line", None)
        record["seq"] -= self.parts
        self.parts += record.pop("parts", 0)
        if "counts" in record:
            record["counts"].pop("part", None)
            record["bytes"] = self.bytes
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        line = CONTROLS.sub(lambda c: f"\\u{ord(c[0]):04x}", text).encode() + b"\n"
        if record["event"] == "header":
            line = line[:-2] + b" " * (HEADER_SIZE - len(line)) + line[-2:]
        self.bytes += len(line)
        self.out.write(line)


def main():
    joiner, printer, status = Joiner(), Printer(sys.stdout.buffer), 0
    with open(sys.argv[1] if len(sys.argv) > 1 else 0, "rb") as log:
        for number, line in enumerate(log, 1):
            try:
                record = json.loads(line)
            except ValueError as e:  # a crash has torn it
                print(f"join.py: line {number} is left out: {e}", file=sys.stderr)
                status = 1
                continue
            try:
                whole = joiner.add(record)
            except ValueError as e:
                print(f"join.py: {e}", file=sys.stderr)
                status = 1
                torn = joiner.give_up()
                if torn:
                    printer.print(torn)
                whole = joiner.add(record) if record["event"] != "part" else None
            if whole:
                printer.print(whole)
    torn = joiner.give_up()
    if torn:
        printer.print(torn)
        print(f"join.py: parts of {torn['seq']} are missing", file=sys.stderr)
        status = 1
    return status


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        sys.exit(main())
    except OSError as e:
        sys.exit(f"join.py: {e}")
