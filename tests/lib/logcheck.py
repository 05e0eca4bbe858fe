#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks logs against the rules of procaudit-log(5). Prints one line per finding."""
import json
import sys


def check(path):
    with open(path, "rb") as log:
        for number, line in enumerate(log, 1):
            if json.loads(line)["seq"] != number - 1:
                yield f"line {number}: seq is not {number - 1}"


findings = [f"{path}: {text}" for path in sys.argv[1:] for text in check(path)]
print("\n".join(findings), end="\n" if findings else "")
sys.exit(1 if findings else 0)
