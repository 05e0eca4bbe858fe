#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""session.py NAME SHELL [RECORDER...]

Plays a session of somebody who works with an interactive shell on a terminal,
and prints what the terminal showed. In the shell $P stands for RECORDER, or for
nothing: then the session is the bare one. Process ids are shown as PID.

Nothing waits for time: each step waits for what the terminal shows, or for the
states of the job's processes. FIFO, in the directory, lets a command go on.
"""
import os
import pty
import random
import re
import select
import signal
import sys

PROMPT = b"@@ "
HELPERS = os.environ["HELPERS"]
INT, QUIT, TSTP, EOF = "\x03", "\x1c", "\x1a", "\x04"


def stat(pid):
    """(state, ppid, pgrp, tpgid) of a process, or None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1]), int(fields[2]), int(fields[5])


def descendants(pid):
    """pid → stat of all that live below a process."""
    found, below = {}, [pid]
    for parent in below:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:
                below += [int(child) for child in file.read().split()]
        except OSError:
            pass
    for child in below[1:]:
        of = stat(child)
        if of and of[0] != "Z":
            found[child] = of
    return found


def until(condition):
    while not condition():
        select.select([], [], [], 0.002)  # once more, and not in a busy loop


class Session:
    def __init__(self, shell, recorder):
        self.shown = b""
        self.seen = 0  # what a step has waited for already
        self.shell, self.terminal = pty.fork()
        if self.shell == 0:
            for number in range(1, signal.SIGRTMAX + 1):
                if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
                    signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            options = {"bash": ["--norc", "--noprofile", "--noediting"]}
            environment = {key: os.environ[key] for key in ("PATH", "HELPERS", "LD_LIBRARY_PATH",
                           "ASAN_OPTIONS", "UBSAN_OPTIONS") if key in os.environ}
            environment |= {"PS1": PROMPT.decode(), "TERM": "dumb", "P": recorder, "HOME": "/"}
            os.execvpe(shell, [shell, *options.get(shell, []), "-i"], environment)
        self.prompt()
        self.line("ulimit -c 0")

    # --- What is typed and shown -------------------------------------------------

    def read(self):
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        self.shown += data
        return data

    def shows(self, text):
        """Waits until the terminal has shown the text, after what was seen before."""
        text = text if isinstance(text, bytes) else text.encode()
        while text not in self.shown[self.seen:]:
            if not self.read():
                sys.exit(f"the session ended before {text!r}:\n{self.text()}")
        self.seen = self.shown.index(text, self.seen) + len(text)

    def prompt(self):
        self.shows(PROMPT)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def line(self, command):
        """A command that ends by itself, or runs in the background."""
        self.type(command + "\n")
        self.prompt()

    def start(self, command, marker="up"):
        """A command in the foreground, until it has said the marker in a line."""
        self.type(command + "\n")
        self.shows(f"\n{marker}\r\n")

    def text(self):
        text = self.shown.decode(errors="replace").replace("\r\n", "\n")
        text = re.sub(r"(?m)^(\[\d+\]) \d+$", r"\1 PID", text)
        return re.sub(r"(?m)^\d+ (\d+)$", r"PID \1", text)

    # --- What processes do -------------------------------------------------------

    def jobs(self):
        """The process groups of the shell's children."""
        return {of[2] for of in descendants(self.shell).values()
                if of[1] == self.shell and of[2] != self.shell}

    def job(self):
        (group,) = self.jobs()
        return group

    def members(self, group):
        return {pid: of for pid, of in descendants(self.shell).items() if of[2] == group}

    def recorder_is_idle(self):
        return all(is_idle(pid) for pid in descendants(self.shell) if comm(pid) == "procaudit")

    def stopped(self):
        """Waits until all processes of the one job are stopped."""
        group = self.job()
        until(lambda: {of[0] for of in self.members(group).values()} <= {"T", "t"})

    def fg(self, name=None):
        """The job goes on in the foreground; waits until a program of that name sleeps there."""
        self.type("fg\n")
        self.shows("fg\r\n")
        self.shows("\r\n")  # the command line
        if name:
            self.foreground(name)

    def until_jobs(self, text, mark):
        """Until the shell has told of a change of the job. When it does is a matter of
        luck: of all that it has shown since the mark the last line with the text is kept.
        bash 5.2 misses the end of a stopped job now and then, until another child ends."""
        text = text.encode()
        while text not in self.shown[mark:]:
            self.line("/bin/true; jobs")
        lines = [re.sub(rb"(\[\d+\])-", rb"\1+", line)
                 for line in self.shown[mark:].split(b"\r\n") if text in line][-1:]
        self.shown = self.shown[:mark] + b"\r\n".join(lines) + b"\r\n"
        self.seen = len(self.shown)

    def foreground(self, name):
        """Waits until a program of this name has the foreground, and sleeps."""
        def is_there():
            return any(of[2] == of[3] and of[0] == "S" and comm(pid) == name
                       for pid, of in descendants(self.shell).items())
        until(is_there)

    def go(self, fifo="fifo"):
        """Lets a command go on that reads from the fifo; once, unless it holds the fifo open:
        it may open it again before it is closed here."""
        with open(fifo, "w", encoding="utf-8") as file:
            file.write("go\n")

    def end(self):
        self.type("exit\n")
        while self.read():
            pass
        os.waitpid(self.shell, 0)


def comm(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except OSError:
        return None


# --- Sessions: one function each, which is told the session ------------------------

CAT = "sh -c 'echo up; exec cat'"
LATER = "sh -c 'echo up; read x <fifo; exec cat'"


def interrupt(s):
    s.start(f"$P {CAT}")
    s.type(INT)
    s.prompt()
    s.line("echo $?")
    s.start("$P sh -c 'trap \"echo caught; exit 5\" INT; echo up; while :; do read x; done'")
    s.foreground("sh")  # before its read(2) it would note the signal and read
    s.type(INT)
    s.prompt()
    s.line("echo $?")


def quit_key(s):
    s.start(f"$P {CAT}")
    s.type(QUIT)
    s.prompt()
    s.line("echo $?")


def suspend(s):
    s.start(f"$P {CAT}")
    s.type(TSTP)
    s.prompt()
    s.line("echo $?")
    s.line("jobs")
    s.fg("cat")
    s.type("one\n")
    s.shows("one\r\none\r\n")
    s.type(TSTP)
    s.prompt()
    s.fg("cat")
    s.type("two\n")
    s.shows("two\r\ntwo\r\n")
    s.type(EOF)
    s.prompt()
    s.line("echo $?")


def background(s):
    """^Z, bg, a read in the background, fg."""
    s.start(f"$P {LATER}")
    s.type(TSTP)
    s.prompt()
    s.line("bg")
    mark = len(s.shown)
    s.go()
    s.until_jobs("Stopped", mark)
    s.fg("cat")
    s.type("one\n")
    s.shows("one\r\none\r\n")
    s.type(INT)
    s.prompt()
    s.line("echo $?")


def background_read(s):
    s.line("$P sh -c 'read x <fifo; exec cat' &")
    mark = len(s.shown)
    s.go()
    s.until_jobs("Stopped", mark)
    s.fg("cat")
    s.type("one\n" + EOF)
    s.prompt()
    s.line("echo $?")


def background_write(s):
    s.line("stty tostop")
    s.line("$P sh -c 'read x <fifo; echo written; exit 3' &")
    mark = len(s.shown)
    s.go()
    s.until_jobs("Stopped", mark)
    s.fg()
    s.shows("written")
    s.prompt()
    s.line("echo $?")


def kill_job(s):
    s.start(f"$P {CAT}")
    s.type(TSTP)
    s.prompt()
    group = s.job()
    mark = len(s.shown)
    s.line("kill %1")
    s.until_jobs("Terminated", mark)
    until(lambda: not s.members(group))
    s.line("kill %1 2>/dev/null; echo gone")


def pipeline(s):
    for command in f"cat | $P {CAT} | cat", f"$P {CAT} | cat", f"cat | $P {CAT}":
        s.start(command)
        # Before its exec each of them ignores ^Z, as the shell does.
        until(lambda: sum(comm(one) == "cat" for one in s.members(s.job())) == command.count("cat"))
        s.type(TSTP)
        s.prompt()
        s.stopped()
        s.fg("cat")
        s.type("one\n")
        s.shows("one\r\none\r\n")
        s.type(TSTP)
        s.prompt()
        s.stopped()
        s.fg("cat")
        s.type(INT)
        s.prompt()
        s.line("echo $?")


def ignoring(s):
    """A command that ignores ^Z: the shell goes on waiting for it."""
    s.start("$P sh -c 'trap \"\" TSTP; echo up; read x; echo got $x'")
    s.type(TSTP + "line\n")
    s.shows("got line")
    s.prompt()
    s.line("echo $?")


def editor(s):
    """Commands that catch ^Z, and stop themselves when they are ready to."""
    for how in "TSTP", "STOP", "TTIN", "TTOU":
        s.start(f"$P $HELPERS/editor {how}")
        for _ in range(2):
            s.type(TSTP)
            s.prompt()
            s.line("jobs")
            s.fg()
            s.shows("back\r\n")
        s.type("q\n")
        s.prompt()
        s.line("echo $?")


def from_outside(s):
    """Signals to the job, as kill sends them."""
    s.start(f"$P {CAT}")
    s.type(TSTP)
    s.prompt()
    group = s.job()
    for name in "STOP", "TSTP", "TTIN", "TTOU":
        # Without the terminal it stops again as soon as it reads: it does not yet.
        s.line(f"kill -{name} %1")
        s.stopped()
    s.fg("cat")
    for number in signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU:
        os.killpg(group, number)
        s.prompt()
        # SIGSTOP stops procaudit at once: cat may get the line, if it runs only then.
        s.stopped()
        s.line("jobs")
        s.fg("cat")
    s.type(EOF)
    s.prompt()
    s.line("echo $?")


def to_the_command(s):
    """Signals to the command alone: the shell sees it stop, and go on."""
    for number in signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU:
        s.start("$P sh -c 'echo $$ >pid; echo up; exec cat'")
        s.foreground("cat")
        with open("pid", encoding="utf-8") as file:
            pid = int(file.read())
        os.kill(pid, number)
        s.prompt()
        s.line("jobs")
        s.fg("cat")
        s.type(EOF)
        s.prompt()
        s.line("echo $?")


def continued_alone(s):
    """Somebody continues a stopped command by its own pid: it goes on."""
    s.start("$P sh -c 'echo $$ >pid; echo up; read x <fifo; echo told; exit 4'")
    s.type(TSTP)
    s.prompt()
    mark = len(s.shown)
    with open("pid", encoding="utf-8") as file:
        os.kill(int(file.read()), signal.SIGCONT)
    s.go()
    s.shows("told\r\n")
    s.until_jobs("Exit 4", mark)


def to_the_leader(s):
    """Signals to what the shell has started, and to nothing else."""
    for number in signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU:
        s.start("$P sh -c 'echo up; read x <fifo; echo told; exit 4'")
        leader = s.job()
        os.kill(leader, number)
        s.prompt()
        s.line("jobs")
        mark = len(s.shown)
        os.kill(leader, signal.SIGCONT)
        s.go()
        s.shows("told\r\n")
        s.until_jobs("Exit 4", mark)


def killed_stopped(s):
    """Somebody kills a stopped command by its own pid: the job ends."""
    s.start("$P sh -c 'echo $$ >pid; echo up; read x <fifo'")
    s.type(TSTP)
    s.prompt()
    mark = len(s.shown)
    with open("pid", encoding="utf-8") as file:
        os.kill(int(file.read()), signal.SIGKILL)
    s.until_jobs("Killed", mark)


def left_running(s):
    """The command is stopped alone; what it has started runs on, and forks."""
    s.start("$P sh -c '"
            "(exec 5<>fifo; read x <&5; (sh -c \"echo child\"); read x <&5; (sh -c \"echo done\") >out) & "
            "echo $$ >pid; echo up; wait; exit 3'")
    with open("pid", encoding="utf-8") as file:
        pid = int(file.read())
    os.kill(pid, signal.SIGSTOP)
    s.prompt()
    s.go()
    s.shows("child\r\n")
    s.go()
    until(lambda: os.path.exists("out") and os.path.getsize("out") == 5)
    os.unlink("out")
    s.fg()
    s.prompt()
    s.line("echo $?")


def vfork(s):
    """^Z while a parent waits in vfork: it stops when the child lets it go."""
    s.type("$P $HELPERS/newborns vfork fifo\n")

    def child():
        """The child of the vfork, which waits for the fifo."""
        named = {pid: of for pid, of in descendants(s.shell).items() if comm(pid) == "newborns"}
        return next((pid for pid, of in named.items() if of[1] in named), None)
    until(lambda: child() and stat(child())[0] == "S")
    pid = child()
    s.type(TSTP)
    until(lambda: stat(pid)[0] in "Tt")
    os.kill(pid, signal.SIGCONT)
    s.go()
    s.prompt()
    s.fg()
    s.prompt()
    s.line("echo $?")


def threads(s):
    """A command with many threads, whose first one has ended or has not."""
    for how in "threads", "headless":
        s.start(f"$P $HELPERS/editor {how}")
        for _ in range(20):
            s.type(TSTP)
            s.prompt()
            s.fg()
            s.type("x\n")
            s.shows("read\r\n")
        s.type("q\n")
        s.prompt()
        s.line("echo $?")


def shell_below(s):
    """A shell with job control as the command."""
    s.line("$P bash --norc --noprofile --noediting -i")
    s.start(CAT)
    s.type(TSTP)
    s.prompt()
    s.fg("cat")
    s.type("one\n")
    s.shows("one\r\none\r\n")
    s.type(TSTP)
    s.prompt()
    s.type(TSTP)  # a shell ignores it
    s.fg("cat")
    s.type(EOF)
    s.prompt()
    s.line("exit 7")
    s.line("echo $?")


def storm(s):
    """^Z and fg, again and again."""
    s.start(f"$P {CAT}")
    for _ in range(200):
        s.type(TSTP)
        s.prompt()
        s.fg("cat")
    s.type("one\n")
    s.shows("one\r\none\r\n")
    s.type(EOF)
    s.prompt()
    s.line("echo $?")


def end_storm(s):
    """How many stops the shell has noticed is a matter of luck."""
    seen = s.seen
    s.shown = s.shown[:seen]
    s.go()
    until(lambda: not s.jobs())
    s.shown, s.seen = s.shown[:seen], seen
    s.type("wait; jobs; echo storm over\n")
    s.shows("storm over\r\n")
    s.prompt()
    s.shown = b"storm over\n"


def storm_outside(s):
    """Stops and continuations in any order, to the job as a whole and to the
    command alone: each one reaches all."""
    chance = random.Random(1)
    s.line("$P sh -c 'echo $$ >pid; read x <fifo; exit 6' &")
    group = s.job()
    until(lambda: os.path.exists("pid") and os.path.getsize("pid"))
    with open("pid", encoding="utf-8") as file:
        pid = int(file.read())

    def send(*numbers):
        number = chance.choice(numbers)
        if chance.random() < 0.5:
            os.killpg(group, number)
        else:
            os.kill(pid, number)

    def states():
        return {of[0] for of in s.members(group).values()}

    def reached(condition):
        until(lambda: condition(states()) and s.recorder_is_idle())

    for _ in range(150):
        send(signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
        reached(lambda states: states <= {"T", "t"})
        send(signal.SIGCONT)
        reached(lambda states: not states & {"T", "t"})
    end_storm(s)


def haste(s):
    """Signals as fast as they can be sent, to the job, the command, or what the
    shell has started: whatever that leads to, the job can be continued and
    stopped as a whole afterwards."""
    chance = random.Random(int(os.environ.get("SEED", "1")))
    s.line("$P sh -c 'echo $$ >pid; read x <fifo; exit 6' &")
    group = s.job()
    until(lambda: os.path.exists("pid") and os.path.getsize("pid"))
    with open("pid", encoding="utf-8") as file:
        pid = int(file.read())
    stops = signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU

    def send(kill, number):
        last = chance.choice(stops + (signal.SIGCONT,) * 4)
        kill(number, last)
        if chance.random() < 0.3:
            os.sched_yield()

    def job(number):
        os.killpg(group, number)
        until(lambda: all((of[0] in "Tt") == (number != signal.SIGCONT)
                          for of in s.members(group).values()) and s.recorder_is_idle())

    for _ in range(int(os.environ.get("ROUNDS", "200"))):
        for _ in range(chance.randrange(5)):
            send(*chance.choice(((os.killpg, group), (os.kill, pid), (os.kill, group))))
        until(s.recorder_is_idle)
        job(signal.SIGCONT)
        job(chance.choice(stops))
    job(signal.SIGCONT)
    end_storm(s)


def lingering(s):
    """^C when only the recorder is left, and knows it: what comes before is the command's."""
    s.start("$P sh -c '(echo up; read x <fifo) & exit 3'")

    def has_ended():
        with open("log", "rb") as log:
            return b'"event":"exit"' in log.read()
    until(has_ended)
    s.type(INT)
    s.prompt()
    s.line("echo $?")
    with open("fifo", "w", encoding="ascii") as fifo:  # it lives, and has the terminal
        fifo.write("\n")


def is_idle(pid):
    """Stopped; or asleep, and no signal but SIGCHLD waits for it."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
    except (OSError, ValueError):
        return False
    pending = int(status["ShdPnd"], 16) & ~(1 << (signal.SIGCHLD - 1))
    return status["State"][0] == "T" or (status["State"][0] == "S" and not pending)


def main():
    name, shell, recorder = sys.argv[1], sys.argv[2], " ".join(sys.argv[3:])
    signal.alarm(int(os.environ.get("SESSION_SECONDS", "300")))  # a hang is a failure, and takes the terminal's processes with it
    os.mkfifo("fifo")
    session = Session(shell, recorder)

    def hang(*_):
        sys.exit(f"this hangs:\n{session.text()}\n"
                 + "\n".join(f"{pid} {comm(pid)} {of}"
                             for pid, of in descendants(session.shell).items()))
    signal.signal(signal.SIGALRM, hang)
    globals()[name](session)
    session.end()
    print(session.text(), end="")


if __name__ == "__main__":
    main()
