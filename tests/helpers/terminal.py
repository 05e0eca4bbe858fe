#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""terminal.py MARKER KEYS COMMAND [ARG...]

Runs a command on a terminal of its own, as a shell's foreground job. Types
KEYS when the command has printed MARKER. Prints what the terminal showed, and
in a last line how the command ended: "exit 5" or "signal 2".
"""
import os
import pty
import signal
import sys

marker, keys, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]

signal.alarm(60)  # a hang is a failure, and takes the terminal's processes with it
pid, terminal = pty.fork()
if pid == 0:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)

shown = b""
typed = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # the last process has closed it
        break
    if not data:
        break
    shown += data
    if not typed and marker in shown:
        os.write(terminal, keys)
        typed = True
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
print(f"\nsignal {-code}" if code < 0 else f"\nexit {code}")
