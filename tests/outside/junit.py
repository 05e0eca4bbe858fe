#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""junit.py FILE: a line "test: outcome" for each test of a JUnit report."""
import sys
import xml.etree.ElementTree as xml

OUTCOMES = ("failure", "error", "skipped")

for case in xml.parse(sys.argv[1]).getroot().iter("testcase"):
    outcome = next((o for o in OUTCOMES if case.find(o) is not None), "ok")
    print(f"{case.get('name').replace(': ', ':')}: {outcome}")
