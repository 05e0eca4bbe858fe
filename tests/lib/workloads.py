# SPDX-License-Identifier: ISC
"""Commands that are hard to follow, and what is known of their output."""
import collections
import dataclasses
import pathlib
from collections.abc import Callable

LIB = pathlib.Path(__file__).parent


def lines(text):
    return sorted(text.splitlines())


def statuses(text):
    """Of a report of pids and wait statuses, what does not depend on pids."""
    return collections.Counter(line.split()[1] for line in text.splitlines())


def count(text):
    return len(text.splitlines())


def anything(text):
    return bool(text)


@dataclasses.dataclass(frozen=True)
class Workload:
    argv: Callable[..., list]  # of a random.Random and a number in 1 … 10, the size
    same: Callable[[str], object] = str  # what of the output is the same each time
    truth: str = ""  # "ends", "argv", "reports": what the log has to agree with
    robust: bool = False  # ends, whoever in it is killed
    endless: bool = False  # ends when it is killed


def helper(*words, **more):
    """A helper, each word of which may depend on a random number and the size."""

    def argv(rng, size):
        words_now = [word(rng, size) if callable(word) else word for word in words]
        return [f"@HELPERS@/{words_now[0]}", *map(str, words_now[1:])]

    return Workload(argv, **more)


def seed(rng, _):
    return rng.randrange(2**32)


def times(factor):
    return lambda _, size: factor * size


def one_of(*values):
    return lambda rng, _: rng.choice(values)


def program(*words, **more):
    return Workload(lambda _rng, _size: list(words), **more)


PIPES = """
trap 'echo caught' USR1
for i in 1 2 3 4; do
	seq 200 | sort -r | head -n 5 | cksum
	(exit $i) & wait $!
	echo $?
done
sh -c 'kill -USR1 $PPID'
{ sleep 0.01; echo late; } | cat
kill -TERM $$
"""

BUILD = """
export MAKEFLAGS= MAKELEVEL=
sh "$1/project.sh" build 8 && cd build && make -s -j4 && ./prog
"""

WORKLOADS = [
    helper("bomb", seed, times(150), same=count, truth="ends", robust=True),
    helper("bomb", "-k", seed, times(120), same=anything, truth="ends", robust=True),
    helper("crowd", "processes", seed, 120, times(2), same=statuses, truth="ends"),
    helper("crowd", "threads", seed, 120, times(2), same=statuses, truth="ends", robust=True),
    helper("crowd", "ring", seed, 60, times(1), same=statuses, truth="ends"),
    helper("crowd", "stops", seed, 80, times(1), same=statuses, truth="ends"),
    helper("newborns", "killed", times(40), same=count, truth="ends", robust=True),
    helper("newborns", "stopping", times(30), same=statuses, truth="ends"),
    helper("newborns", "stopped", times(30), same=statuses, truth="ends"),
    helper("newborns", "vforked", times(8), same=statuses, truth="ends"),
    helper("newborns", "threads", times(100), robust=True),
    helper("newborns", "born-stopped", times(30), same=statuses, truth="ends"),
    helper("newborns", "sigchld", times(50), robust=True),
    helper("newborns", "exec", times(4), same=anything, truth="ends"),
    helper("newborns", "signal", one_of(17, 10, 34, 50), same=statuses, truth="ends"),
    helper("killexec", "leader", times(6), one_of(500, 3000, 9000), same=count, truth="ends"),
    helper("killexec", "thread", times(6), one_of(500, 3000, 9000), same=count, truth="ends"),
    helper("threadexec", one_of("alive", "execs", "ending", "zombie"), times(15), robust=True),
    helper("racer", times(15), same=count, truth="argv", robust=True),
    helper(
        "forks",
        one_of("fork", "vfork", "clone", "usr2", "clone3", "spawn", "vm", "parent", "orphan"),
        "/bin/echo",
        "made",
        robust=True,
    ),
    helper(
        "vectors",
        one_of("bytes", "invalid", "unicode", "empty", "long:131071", "many:20000", "random:7"),
        "@HELPERS@/report",
        same=count,
        truth="reports",
        robust=True,
    ),
    helper("hazards", "queued", seed, times(300)),
    helper("hazards", "caught", seed, times(200)),
    helper("hazards", "stops", seed, times(20)),
    helper("hazards", "sessions", seed, times(4), same=lines, robust=True),
    helper("hazards", "daemons", seed, times(6), same=lines, robust=True),
    helper("hazards", "spaces", seed, times(3), same=lines),
    program("sh", "-c", PIPES, robust=True),
    program("sh", "-c", BUILD, "sh", str(LIB), robust=True),
    program("perl", str(LIB.parent / "helpers" / "spawner.pl"), robust=True),
    program("/usr/bin/python3", str(LIB.parent / "helpers" / "spawner.py"), robust=True),
]

ENDLESS = helper("hazards", "endless", seed, times(2), same=anything, endless=True)
