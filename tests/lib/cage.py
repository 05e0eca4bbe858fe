# SPDX-License-Identifier: ISC
"""Runs commands in a pid namespace each (helpers/cage.c): none can get lost."""
import os
import pathlib
import subprocess
import threading

# Whoever has not ended after so many seconds hangs: far above what anything
# here takes on the slowest machine.
HANGS = 300

# What the kernel tells of a task that does nothing.
FILES = ("status", "syscall", "wchan", "stack")
STATUS = ("Name", "State", "Tgid", "PPid", "TracerPid", "SigPnd", "ShdPnd", "SigBlk", "SigCgt")


class Failure(Exception):
    """Something that must not be."""


class Unable(Exception):
    """This machine cannot run what was asked for."""


def read(path):
    try:
        return path.read_text(errors="replace")
    except OSError as e:
        return f"{e.strerror}\n"


def describe_task(task):
    lines = [f"task {task}"]
    for name in FILES:
        text = read(task / name)
        if name == "status":
            text = "\n".join(x for x in text.splitlines() if x.partition(":")[0] in STATUS)
        lines.append(f"{name}: {text.strip()}")
    return "\n    ".join("\n".join(lines).splitlines())


def children(pid):
    return [int(child) for child in read(pathlib.Path(f"/proc/{pid}/task/{pid}/children")).split()]


class Cage:
    """One command, as it runs and as it was."""

    def __init__(self, argv, directory, plan=(), **popen):
        """argv: of helpers/cage and of the command; plan: options of the former."""
        self.directory = pathlib.Path(directory)
        self.report = self.directory / "report"
        self.report.write_text("")
        self.hung = False
        popen = {"stdin": subprocess.DEVNULL, "env": environment()} | popen
        with open(self.directory / "out", "wb") as out, open(self.directory / "err", "wb") as err:
            popen = {"stdout": out, "stderr": err} | popen
            argv = [argv[0], *plan, self.report, *argv[1:]]
            self.process = subprocess.Popen(argv, cwd=self.directory, **popen)

    def text(self, name):
        return read(self.directory / name)

    def init(self):
        """The pid of the namespace's init, or None."""
        return next(iter(children(self.process.pid)), None)

    def dump(self):
        """What all its tasks do."""
        proc = pathlib.Path(f"/proc/{self.init()}/root/proc")
        tasks = sorted(proc.glob("[0-9]*/task/*"), key=lambda task: int(task.name))
        return "\n".join(describe_task(task) for task in tasks)

    def wait(self):
        """Waits until no process is left, and reads the report."""
        with Watch(self):
            status = self.process.wait()
        if self.hung:
            raise Failure("it hangs; what its tasks do is in the file hang")
        if status == 77:
            raise Unable(self.text("err").strip())
        self.lines = [line.split() for line in self.text("report").splitlines()]
        if status or self.lines[-1:] != [["over"]]:
            raise Failure(f"the cage broke, status {status}: {self.text('err')}")
        return self

    def give_up(self):
        """It hangs: writes down how, and kills it and everything in it."""
        self.hung = True
        (self.directory / "hang").write_text(self.dump())
        self.process.kill()

    def of(self, kind):
        return [line[1:] for line in self.lines if line[0] == kind]

    @property
    def status(self):
        """Of the command, as from waitpid(2)."""
        return int(self.of("main")[0][0])

    @property
    def killed(self):
        """The pid of the one that was killed in there, or None."""
        return next((int(line[0]) for line in self.of("killed")), None)


class Watch:
    """Gives a cage up that does not end, nor anything in it, for too long."""

    def __init__(self, run):
        self.run = run

    def __enter__(self):
        self.timer = threading.Timer(HANGS, self.run.give_up)
        self.timer.daemon = True
        self.timer.start()
        return self

    def __exit__(self, *_):
        self.timer.cancel()

    def again(self):
        self.__exit__()
        self.__enter__()


def environment():
    """The same for all, and little of it."""
    keep = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in keep if name in os.environ} | {"LC_ALL": "C.UTF-8"}
