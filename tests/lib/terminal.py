#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs a command on a terminal of its own, and copies to standard output what comes there.

    terminal.py COMMAND [ARG...]

The exit status is the command's.
"""
import os
import pty
import sys


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # EIO: nobody holds the other end any more
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
