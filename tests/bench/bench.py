#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What tracing costs: prints the time that each tracer adds to a command.

Every round runs each workload once bare and once under each tracer, in a new
order, so that a machine that gets slower gets slower for all; medians of the
rounds are compared. Only ratios mean anything from one machine to the next.

    bench.py [--rounds N] [--only WORKLOAD,...] PROCAUDIT FLOOR
"""
import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

STRACE = ("strace --seccomp-bpf -f -v -s 1000000 -qqq "
          "-e trace=execve,execveat -e signal=none -o strace.txt").split()


def tracers(options):
    """Name and command prefix of each; bare first."""
    rows = {"bare": [], "floor": [options.floor],
            "procaudit": [options.procaudit, "-o", "log.jsonl"]}
    if shutil.which("strace"):
        rows["strace"] = STRACE
    if shutil.which("bear"):
        rows["bear"] = ["bear", "--output", "bear.json", "--"]
    return rows


class Workload:
    """A command, and what has to be done before each run of it."""

    def __init__(self, command, prepare=lambda: None):
        self.command = command
        self.prepare = prepare


def sh_true():
    return Workload(["sh", "-c", "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"])


def own_build():
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

    def prepare():
        shutil.rmtree("build", ignore_errors=True)

    return Workload(["sh", "-c", f"meson setup -Dtests=false build '{source}' && ninja -C build"],
                    prepare)


WORKLOADS = {"sh-1000-true": sh_true, "own-build": own_build}


def seconds(workload, prefix):
    workload.prepare()
    start = time.perf_counter()
    done = subprocess.run(prefix + workload.command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(f"bench: status {done.returncode} of {prefix + workload.command}")
    return time.perf_counter() - start


def measure(workload, rows, rounds):
    times = {name: [] for name in rows}
    for prefix in rows.values():  # a warm-up that does not count
        seconds(workload, prefix)
    for number in range(rounds):
        for name in random.sample(list(rows), len(rows)):
            times[name].append(seconds(workload, rows[name]))
        print(f"\r{number + 1}/{rounds} rounds", end="", file=sys.stderr)
    print("\r", end="", file=sys.stderr)
    return {name: statistics.median(values) for name, values in times.items()}


def ratio(value, base):
    return f"{value / base:8.2f}" if base > 0 else "       -"


def show(name, medians):
    bare = medians["bare"]
    added = {row: value - bare for row, value in medians.items()}
    print(f"\n{name}: bare {bare:.3f} s")
    print(f"  {'':12}{'added s':>9}{'of bare':>9}{'/ floor':>9}{'/ strace':>9}")
    for row, value in added.items():
        if row == "bare":
            continue
        print(f"  {row:12}{value:9.3f}{100 * value / bare:8.1f}%"
              f" {ratio(value, added['floor'])} {ratio(value, added.get('strace', 0))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default=",".join(WORKLOADS))
    parser.add_argument("procaudit", type=os.path.abspath)
    parser.add_argument("floor", type=os.path.abspath)
    options = parser.parse_args()
    rows = tracers(options)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name in options.only.split(","):
            show(name, measure(WORKLOADS[name](), rows, options.rounds))
        os.chdir("/")


main()
