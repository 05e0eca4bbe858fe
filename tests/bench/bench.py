#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What tracing costs: prints the time that each tracer adds to a command.

Every round runs each workload once bare and once under each tracer, in a new
order, so that a machine that gets slower gets slower for all; medians of the
rounds are compared. Only ratios mean anything from one machine to the next.
"floor" records nothing; "recording" is the same loop that also gets what a record
needs, with as few calls as can get it, and writes as many bytes.

    bench.py [--rounds N] [--only WORKLOAD,...] PROCAUDIT FLOOR LOAD ENCODE
"""
import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

STRACE = ("strace --seccomp-bpf -f -v -s 1000000 -qqq "
          "-e trace=execve,execveat -e signal=none -o strace.txt").split()
HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))


def tracers(options):
    """Name and command prefix of each; bare first."""
    rows = {"bare": [], "floor": [options.floor],
            "  recording": [options.floor, "-r", "floor.out"],
            "procaudit": [options.procaudit, "-o", "log.jsonl"],
            "  --failed": [options.procaudit, "--failed", "-o", "log.jsonl"]}
    if shutil.which("strace"):
        rows["strace"] = STRACE
    if shutil.which("bear"):
        rows["bear"] = ["bear", "--output", "bear.json", "--"]
    return rows


class Workload:
    """A command, what has to be done before the first and before each run of it,
    and whether it prints the seconds that count itself."""

    def __init__(self, command, setup=None, prepare=None, prints=False):
        self.command = command
        self.setup = setup or (lambda: None)
        self.prepare = prepare or (lambda: None)
        self.prints = prints


def quiet(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **options)


def remove(*names):
    for name in names:
        if os.path.isdir(name):
            shutil.rmtree(name)
        elif os.path.exists(name):
            os.unlink(name)


CONFIGURE_AC = """AC_INIT([bench], [1])
AC_PROG_CC
AC_CHECK_HEADERS([stdio.h stdlib.h string.h unistd.h fcntl.h errno.h signal.h sys/wait.h
  sys/stat.h sys/time.h poll.h none.h nothing.h locale.h wchar.h])
AC_CHECK_FUNCS([fork vfork execve waitpid poll select mmap munmap nothing strdup strndup
  memmem pipe2 dup3 openat])
AC_CHECK_TYPES([pid_t, size_t, none_t])
AC_CONFIG_FILES([out])
AC_OUTPUT
"""


def configure(_):
    def setup():
        os.mkdir("configure.d")
        with open("configure.d/configure.ac", "w", encoding="ascii") as out:
            out.write(CONFIGURE_AC)
        with open("configure.d/out.in", "w", encoding="ascii") as out:
            out.write("@CC@\n")
        quiet("autoconf", cwd="configure.d")

    return Workload(["sh", "-c", "cd configure.d && ./configure"], setup,
                    lambda: remove("configure.d/config.status", "configure.d/config.log"))


def make(_):
    def setup():
        quiet("sh", os.path.join(SOURCE, "tests/lib/project.sh"), "project", "200")

    return Workload(["make", "-s", "-j2", "-C", "project"], setup,
                    lambda: quiet("sh", "-c", "rm -f project/*.o project/*.a project/prog"))


def own_build(_):
    return Workload(["sh", "-c", f"meson setup -Dtests=false own '{SOURCE}' && ninja -C own"],
                    prepare=lambda: remove("own"))


def load(*arguments):
    return lambda options: Workload([options.load, *arguments], prints=True)


WORKLOADS = {
    "sh-1000-true": lambda _: Workload(
        ["sh", "-c", "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"]),
    "configure": configure,
    "spawn-2000": load("2000"),
    "make-200": make,
    "beside-10000-threads": load("-t", "10000", "50"),
    "beside-5000-processes": load("-p", "5000", "50"),
    "environment-1M-500": load("-e", "1000000", "500"),
    "own-build": own_build,
}


def seconds(workload, prefix):
    workload.prepare()
    start = time.perf_counter()
    done = subprocess.run(prefix + workload.command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    end = time.perf_counter()
    if done.returncode:
        sys.exit(f"bench: status {done.returncode} of {prefix + workload.command}")
    return float(done.stdout.split()[-1]) if workload.prints else end - start


def measure(workload, rows, rounds):
    times = {name: [] for name in rows}
    workload.setup()
    for prefix in rows.values():  # a warm-up that does not count
        seconds(workload, prefix)
    for number in range(rounds):
        for name in random.sample(list(rows), len(rows)):
            times[name].append(seconds(workload, rows[name]))
        if sys.stderr.isatty():
            print(f"\r{number + 1}/{rounds} rounds ", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    return {name: statistics.median(values) for name, values in times.items()}


def ratio(value, base):
    return f"{value / base:9.2f}" if base > 0 else "        -"


def show(name, medians):
    bare = medians["bare"]
    added = {row: value - bare for row, value in medians.items()}
    print(f"\n{name}: bare {bare:.3f} s")
    print(f"  {'':12}{'added s':>9}{'of bare':>9}{'/ floor':>9}{'/ strace':>9}")
    for row, value in added.items():
        if row != "bare":
            print(f"  {row:12}{value:9.3f}{100 * value / bare:8.1f}%"
                  f"{ratio(value, added['floor'])}{ratio(value, added.get('strace', 0))}",
                  flush=True)


def instructions(options, count):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           options.encode, str(count)], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def best_encoding(options, *arguments):
    return max((subprocess.run([options.encode, "200000", *arguments], capture_output=True, text=True,
                               check=True).stdout for _ in range(3)), key=lambda s: float(s.split()[0]))


def encoding(options):
    print(f"\nencoding, 4 KiB of environment: {best_encoding(options)}", end="")
    print(f"  with --redact=default: {best_encoding(options, 'default')}", end="")
    if shutil.which("valgrind"):
        each = (instructions(options, 2000) - instructions(options, 1000)) / 1000
        print(f"  {each:.0f} instructions per exec event")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", help="workloads, separated by commas: "
                        + ", ".join([*WORKLOADS, "encoding"]))
    for program in ("procaudit", "floor", "load", "encode"):
        parser.add_argument(program, type=os.path.abspath)
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [*WORKLOADS, "encoding"]
    rows = tracers(options)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name in names:
            if name == "encoding":
                encoding(options)
            elif name == "configure" and not shutil.which("autoconf"):
                print("\nconfigure: autoconf is not installed")
            else:
                show(name, measure(WORKLOADS[name](options), rows, options.rounds))
        os.chdir("/")


main()
