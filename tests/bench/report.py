#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""How fast procreport reads a log: report.py PROCREPORT BIGLOG.PY [EXECS [ENV_BYTES [ARG_BYTES]]]

Prints CPU time, throughput of one core, and memory of each subcommand. Never fails
for being slow.
"""
import os
import subprocess
import sys
import tempfile

VIEWS = (["verify"], ["summary"], ["tree"], ["list"], ["failed"], ["show", "4711"],
         ["sql"], ["scrub"], ["compdb"], ["shell"], ["trace"], ["otlp"], ["flame"], ["intoto"], ["html"])
BEHIND = {"sql": ["SELECT count(*) FROM exec"]}


def main():
    procreport, biglog = sys.argv[1:3]
    form = sys.argv[3:] or ["50000"]
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as log, open(os.devnull, "w") as null:
        subprocess.run([biglog, *form], stdout=log, check=True)
        size = os.path.getsize(log.name)
        print(f"{size / 1e6:.0f} MB, {form[0]} execs")
        for view in VIEWS:
            process = subprocess.Popen([procreport, *view, log.name, *BEHIND.get(view[0], [])], stdout=null)
            _, status, usage = os.wait4(process.pid, 0)
            if status != 0:
                sys.exit(f"{view[0]} failed: {status}")
            seconds = usage.ru_utime + usage.ru_stime
            print(f"{view[0]:10} {seconds:6.2f} s CPU {size / 1e6 / seconds:6.0f} MB/s "
                  f"{usage.ru_maxrss / 1024:6.0f} MiB")


main()
