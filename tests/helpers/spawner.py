# SPDX-License-Identifier: ISC
"""Starts programs in the ways that Python has."""
import os
import subprocess

subprocess.run(["/bin/echo", "run", "ä", ""], check=True)
subprocess.run("echo shell | cat; /bin/true", shell=True, check=True)
subprocess.run([b"/bin/echo", b"\xff\xfe"], env={b"A": b"\xff", b"B": b""}, check=True)
with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, cwd="/") as cat:
    cat.communicate(b"cat\n")
os.system("/bin/echo system")
pid = os.posix_spawn("/bin/echo", ["renamed", "spawn"], {"X": "1"})
os.waitpid(pid, 0)
pid = os.fork()
if pid == 0:
    os.execlp("sh", "sh", "-c", "exec /bin/echo exec")
os.waitpid(pid, 0)
