#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""terminal.py MARKER KEYS COMMAND [ARG...]

Runs a command on a terminal of its own, as a shell's foreground job. Types
KEYS when the command has printed MARKER and waits for them: a shell that is
interrupted between its prompt and its read(2) knows of a trap, and reads on.
Prints what the terminal showed, and in a last line how the command ended:
"exit 5" or "signal 2".
"""
import glob
import os
import pty
import select
import signal
import sys

marker, keys, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]

signal.alarm(300)  # a hang is a failure, and takes the terminal's processes with it
pid, terminal = pty.fork()
if pid == 0:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)


def at_rest():
    """No process of the foreground job runs: they sleep, are stopped, or have ended."""
    job = os.tcgetpgrp(terminal)
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, "rb") as file:
                state, _, group = file.read().rpartition(b")")[2].split()[:3]
        except OSError:  # it has ended meanwhile
            continue
        if int(group) == job and state not in b"StTZX":
            return False
    return True


shown = b""
typed = False
while True:
    ready = select.select([terminal], [], [], None if typed or marker not in shown else 0.01)[0]
    if not ready:
        if at_rest():
            os.write(terminal, keys)
            typed = True
        continue
    try:
        data = os.read(terminal, 4096)
    except OSError:  # the last process has closed it
        break
    if not data:
        break
    shown += data
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
print(f"\nsignal {-code}" if code < 0 else f"\nexit {code}")
