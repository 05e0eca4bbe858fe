#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Damages a good log in every way that logcheck.py knows and looks for what it says."""
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import logcheck  # noqa: E402

USAGE = dict.fromkeys(
    "utime_us stime_us maxrss_kb minflt majflt inblock oublock nvcsw nivcsw".split(), 0
)
CAPTURE = {
    "failed": "none", "env": "once", "threads": True, "proc": True,
    "seccomp": False, "no_new_privs": False,
}  # fmt: skip


def header(log_id="0" * 32):
    return {
        "event": "header", "log_id": log_id, "part": 1, "schema": "procaudit/1",
        "version": "x" * 1024, "mode": "run", "command": ["x"], "uid": 0, "gid": 0,
        "tracer_pid": 9, "capture": dict(CAPTURE),
    }  # fmt: skip


def good():
    """A log without v, seq and the like, and without its trailer."""
    root, child = {"pid": 10, "proc": 1}, {"pid": 11, "proc": 2}
    program = {
        "success": True, "path": "/x", "exe": "/x", "cwd": "/", "argv": ["x"], "env_id": 1,
    }  # fmt: skip
    return [
        header(),
        {"event": "env", "env_id": 1, "env": ["A=\ufffd"], "env_b64": ["QT3/"]},
        {"event": "exec", **root, "image": 1, **program},
        {"event": "fork", **root, "child_pid": 11, "child": 2, "kind": "fork"},
        {"event": "exec", **child, "image": 1, "parent": 1, **program},
        {"event": "thread", **child, "tid": 12},
        {"event": "exec", **child, "image": 2, "parent": 1, **program, "old_tid": 12},
        {"event": "thread", **child, "tid": 13},
        {"event": "thread_exit", **child, "tid": 13, "exit_code": 0},
        {"event": "exit", **child, "exit_code": 3, "duration_us": 6, **USAGE},
        {"event": "exit", **root, "signal": "SIGSEGV", "core_dumped": True, **USAGE},
    ]


def encode(records, trailer=None, seq=0):
    """The log's bytes, with what every record has and a trailer that fits them."""
    events = "header fork exec exit thread thread_exit attach detach gap env stats part".split()
    data = b""
    for number, record in enumerate(records, seq):
        common = {"v": 1, "event": record["event"]}
        if "log_id" in record:
            common["log_id"] = record["log_id"]
        common |= {"seq": number, "ts": "2026-11-21T00:00:00.000000000Z", "mono_us": number}
        data += json.dumps(common | record, separators=(",", ":")).encode() + b"\n"
    if trailer is None:
        return data
    counts = {event: sum(r["event"] == event for r in records) for event in events}
    end = {
        "event": "trailer", "signal": "SIGSEGV", "core_dumped": True, "counts": counts,
        "gaps": counts["gap"], "complete": not counts["gap"], "bytes": len(data),
    }  # fmt: skip
    return data + encode([end | trailer], seq=len(records))


def divided():
    """good(), its environment in four lines."""
    part = {"event": "part", "of": 1}
    records = good()
    records[1:2] = [
        {"event": "env", "env_id": 1, "env": ["A="], "env_b64": [], "parts": 3},
        {**part, "number": 1, "key": "env", "joins": True, "values": ["\ufffd", "B"]},
        {**part, "number": 2, "key": "env", "joins": True, "values": ["=1"]},
        {**part, "number": 3, "key": "env_b64", "values": ["QT3/", ""]},
    ]
    return records


def parts():
    """The bytes of the same log in two parts."""
    records = good()
    program = {**records[6], "env_id": 2}
    records[6:7] = [{**header(), "part": 2}, {**records[1], "env_id": 2}, program]
    for record in records:
        if record.get("duration_us"):
            record["duration_us"] += 2
    lines = encode(records, {}).splitlines(keepends=True)
    return b"".join(lines[:6]), b"".join(lines[6:])


VALIDATORS = logcheck.Validators()


def findings(data, trailer_wanted=True):
    with tempfile.NamedTemporaryFile() as log:
        log.write(data)
        log.flush()
        file = logcheck.File(log.name, VALIDATORS, trailer_wanted)
        file.check()
        return "".join(f"{line}: {text}\n" for line, text in file.findings)


def findings_of_parts(*pieces):
    """Of these files, and whether it is a whole log."""
    with contextlib.ExitStack() as stack:
        names = []
        for data in pieces:
            file = stack.enter_context(tempfile.NamedTemporaryFile())
            file.write(data)
            file.flush()
            names.append(file.name)
        log = logcheck.Parts(names, VALIDATORS, True)
        log.check()
        found = "".join(f"{line}: {text.partition(': ')[2]}\n" for line, text in log.findings)
        return found, log.summary()["complete"]


# What is done to the records of good(), and what is said of it.
RECORD_DAMAGE = {
    "a hole in seq": (lambda r: r[5].update(seq=7), "6: seq is 7, not 5"),
    "time that goes back": (lambda r: r[5].update(mono_us=1), "6: mono_us goes back"),
    "an unknown event": (lambda r: r[5].update(event="party"), "6: .* no event 'party'"),
    "an unknown key": (lambda r: r[5].update(color=1), "6: thread: not as the schema says"),
    "an unknown capture": (lambda r: r[0]["capture"].update(x=True), "1: header: not as"),
    "a missing key": (lambda r: r[3].pop("child"), "4: fork: not as"),
    "null": (lambda r: r[2].update(ppid=None), "3: exec: not as"),
    "a fraction": (lambda r: r[9].update(minflt=0.5), "10: exit: not as"),
    "an integer above 2^53": (lambda r: r[9].update(minflt=2**53 + 1), "10: exit: not as"),
    "neither code nor signal": (lambda r: r[9].pop("exit_code"), "10: exit: not as"),
    "both code and signal": (lambda r: r[9].update(signal="SIGHUP"), "10: exit: not as"),
    "neither argv nor an error": (lambda r: r[2].pop("argv"), "3: exec: not as"),
    "an inode as a number": (lambda r: r[2].update(exe_dev=1, exe_ino=1), "3: exec: not as"),
    "a NUL": (lambda r: r[2].update(cwd="/\0"), "3: a NUL"),
    "a lone surrogate": (lambda r: r[2].update(cwd="/\udc80"), "3: a lone surrogate"),
    "bad base64": (lambda r: r[1].update(env_b64=["QT3"]), "2: env: not as"),
    "base64 with other spare bits": (
        lambda r: r[1].update(env=["\ufffd"], env_b64=["/x=="]), "2: .*canonical"),
    "a needless twin": (lambda r: r[2].update(cwd_b64="Lw=="), "3: cwd_b64: not needed"),
    "needless twins": (lambda r: r[2].update(argv_b64=[""]), "3: argv_b64: not needed"),
    "a twin of something else": (
        lambda r: r[1].update(env=["B=\ufffd"]), "2: env: .* does not stand for"),
    "twins too many": (lambda r: r[1].update(env_b64=["QT3/", ""]), "2: env_b64: 2 elements"),
    "a short header": (lambda r: r[0].update(version="0"), r"1: the header has \d+ bytes"),
    "no header": (lambda r: r.pop(0), "1: env before the header"),
    "a fork record of the command": (
        lambda r: r.insert(3, {**r[3], "child": 1}), r"4: fork: not as|the command itself"),
    "a process without a fork record": (
        lambda r: r.pop(3), "4: process 2 has had no fork record"),
    "two fork records": (lambda r: r.insert(3, dict(r[3])), "5: process 2 has two fork"),
    "a fork record too late": (
        lambda r: r.insert(6, r.pop(3)), "7: process 2 has its fork record after others"),
    "a fork record after the end": (
        lambda r: r.insert(10, r.pop(3)), "11: process 2 has a fork record after its end"),
    "a pid that changes": (lambda r: r[6].update(pid=14), "7: process 2 has pid 14"),
    "another pid than announced": (
        lambda r: r[3].update(child_pid=14), "5: process 2 has pid 11, and had 14"),
    "a record after the exit": (
        lambda r: r.insert(7, r.pop(9)), "9: process 2 has ended at seq 7"),
    "a fork after the exit": (
        lambda r: r.append({**r[3], "child": 3}), "12: process 1 has ended"),
    "two exits": (lambda r: r.append(dict(r[10])), "12: process 1 has ended at seq 10"),
    "a hole in image": (lambda r: r[6].update(image=3), "7: image is 3, not 2"),
    "a parent that is not the creator": (
        lambda r: r[4].update(parent=2), "5: parent is 2, not 1"),
    "no parent": (lambda r: r[4].pop("parent"), "5: parent is None, not 1"),
    "an env_id of nothing": (lambda r: r[4].update(env_id=2), "5: no env record has env_id 2"),
    "an env_id twice": (lambda r: r.insert(2, dict(r[1])), "3: two env records"),
    "no environment": (lambda r: r[4].pop("env_id"), "5: nothing where env_id is wanted"),
    "an environment not wanted": (
        lambda r: r[0]["capture"].update(env="none"), "3: .* no environment is wanted"),
    "env_id instead of env": (
        lambda r: r[0]["capture"].update(env="full"), "3: .* where env is wanted"),
    "a thread's end before it": (lambda r: r.insert(7, r.pop(8)), "8: process 2 has no thread 13"),
    "a thread without an end": (lambda r: r.pop(8), r"9: process 2 still has the threads \[13\]"),
    "a thread twice": (lambda r: r.insert(7, dict(r[7])), "9: thread 13 exists already"),
    "an old_tid of nobody": (lambda r: r.pop(5), "6: old_tid 12 is no thread"),
    "a thread that outlives an exec": (
        lambda r: r[6].pop("old_tid"), r"7: process 2 still has the threads \[12\]"),
    "a tid of nobody": (lambda r: r[3].update(tid=14), "4: process 1 has no thread 14"),
    "threads not wanted": (
        lambda r: r[0]["capture"].update(threads=False), "6: thread though no threads"),
    "a duration too short": (
        lambda r: r[9].update(duration_us=4), "10: duration_us is 4, seen for 5"),
    "a duration too long": (
        lambda r: r[9].update(duration_us=11), "10: duration_us is 11, seen for 5"),
    "a process without an end": (lambda r: r.pop(9), "11: complete, and process 2 has no end"),
    "an attach of a process that is known": (
        lambda r: (r[0].update(mode="attach", pids=["1"]), r[0].pop("command"),
                   r.insert(3, {**r[2], "event": "attach"}), r[3].pop("image"), r[3].pop("success"), r[3].pop("path")),
        "4: process 1 is attached to, and was known"),
    "an attach though a command was run": (
        lambda r: (r.insert(2, {**r[2], "event": "attach"}), r[2].pop("image"), r[2].pop("success"), r[2].pop("path")),
        "3: attach though a command was run"),
    "a mode without its pids": (
        lambda r: (r[0].update(mode="attach"), r[0].pop("command")), "1: the mode is attach, with"),
    "complete in spite of a detach": (
        lambda r: r.insert(9, {"event": "detach", "pid": r[9]["pid"], "proc": r.pop(9)["proc"],
                               "reason": "linger"}), "12: complete in spite of detach"),
}  # fmt: skip

TRAILER_DAMAGE = {
    "wrong counts": ({"counts": dict.fromkeys(
        "header fork exec exit thread thread_exit attach detach gap env stats".split(), 1)}, "12: counts"),
    "wrong gaps": ({"gaps": 1}, "12: gaps is 1, and there are 0"),
    "wrong bytes": ({"bytes": 1}, "12: bytes is 1, and there are"),
    "another status": ({"signal": "SIGHUP"}, "12: signal is SIGHUP, and the command's was"),
}

BYTE_DAMAGE = {
    "a control byte": (lambda d: d.replace(b"}\n", b"}\t\n", 1), "1: a raw control byte"),
    "DEL": (lambda d: d.replace(b'"/x"', b'"/\x7f"', 1), "3: a raw control byte"),
    "a carriage return": (lambda d: d.replace(b"\n", b"\r\n", 1), "1: a raw control byte"),
    "a raw C1 control": (lambda d: d.replace(b'"/x"', b'"/\xc2\x9b"', 1), "3: a raw C1"),
    "not UTF-8": (lambda d: d.replace(b'"/x"', b'"/\xff"', 1), "3: not UTF-8"),
    "an overlong form": (lambda d: d.replace(b'"/x"', b'"/\xc0\xaf"', 1), "3: not UTF-8"),
    "a BOM": (lambda d: b"\xef\xbb\xbf" + d, "1: not JSON"),
    "not JSON": (lambda d: d.replace(b'"/x"', b'"/x', 1), "3: not JSON"),
    "not an object": (lambda d: d + b"[]\n", "13: not a JSON object"),
    "an empty line": (lambda d: d + b"\n", "13: not JSON"),
    "a key twice": (lambda d: d.replace(b'"v":1', b'"v":1,"v":1', 1), "1: a key appears twice"),
    "a torn line": (lambda d: d[:-2], "12: the line does not end"),
    "no trailer": (lambda d: d[: d.rindex(b"\n", 0, -1) + 1], "11: the log ends without"),
    "a record after the trailer": (
        lambda d: d + d.splitlines(keepends=True)[1], "13: env after the trailer"),
    "a log twice": (lambda d: d + d, "13: two logs have the log_id 0"),
    "another beginning": (
        lambda d: d.replace(b'{"v":1,', b'{', 1).replace(b'"part"', b'"v":1,"part"', 1),
        "1: the header does not begin with its log_id"),
    "nothing": (lambda d: b"", "0: no log"),
}  # fmt: skip


class LogcheckTest(unittest.TestCase):
    def test_good_logs(self):
        data = encode(good(), {})
        self.assertEqual(findings(data), "")
        second = good()
        second[0] = header("1" * 32)
        self.assertEqual(findings(data + encode(second, {})), "")
        self.assertEqual(findings(encode(good()), trailer_wanted=False), "")

    def test_damaged_records(self):
        for name, (damage, expected) in RECORD_DAMAGE.items():
            with self.subTest(name):
                records = good()
                damage(records)
                self.assertRegex(findings(encode(records, {})), re.compile("^" + expected, re.M))

    def test_damaged_trailers(self):
        for name, (damage, expected) in TRAILER_DAMAGE.items():
            with self.subTest(name):
                self.assertRegex(findings(encode(good(), damage)), "^" + expected)

    def test_damaged_bytes(self):
        for name, (damage, expected) in BYTE_DAMAGE.items():
            with self.subTest(name):
                found = findings(damage(encode(good(), {})))
                self.assertRegex(found, re.compile("^" + expected, re.M))

    def test_a_gap_excuses_what_is_missing_and_no_more(self):
        gap = {"event": "gap", "reason": "write_error", "count": 1}
        for missing in (3, 5, 8):
            records = good()
            records[missing] = gap
            self.assertEqual(findings(encode(records, {})), "")
        records.append(gap)
        self.assertRegex(findings(encode(records, {"complete": True})), "complete in spite of gap")
        records.append(dict(good()[10]))
        self.assertRegex(findings(encode(records, {})), "process 1 has ended")

    def test_divided_records(self):
        self.assertEqual(findings(encode(divided(), {})), "")
        for name, (damage, expected) in {
            "a missing part": (lambda r: r.pop(3), "part 3 is not the next one"),
            "a missing last part": (lambda r: r.pop(4), "1 parts of 1 are missing"),
            "a part too many": (lambda r: r.insert(5, {**r[4], "number": 4}), "part of 1, which is not"),
            "parts in another order": (lambda r: r.insert(2, r.pop(3)), "part 2 is not"),
            "a part of another record": (lambda r: r[2].update(of=0), "part of 0, which is not"),
            "a part of no key": (lambda r: r[2].update(key="argv"), "argv has nothing to go on"),
            "a part of a number": (lambda r: r[2].update(key="env_id"), "env_id has nothing to"),
            "a part of nothing": (lambda r: r[1].pop("parts"), "part of 1, which is not"),
            "a part that does not join": (lambda r: r[3].pop("joins"), "env_b64: 2 elements for 3"),
            "a twin of other bytes": (lambda r: r[4].update(values=["QUE=", ""]), "env_b64: not|env: "),
            "a line too long": (
                lambda r: (r[0]["capture"].update(max_line=2048), r[3].update(values=["1" * 2048])),
                r"4: \d+ bytes, and max_line is 2048"),
        }.items():  # fmt: skip
            with self.subTest(name):
                records = divided()
                damage(records)
                self.assertRegex(findings(encode(records, {})), expected)

    def test_parts(self):
        one, two = parts()
        self.assertEqual(findings(one + two), "")
        for order in ((one, two), (two, one)):
            self.assertEqual(findings_of_parts(*order), ("", True))
        # Each can be checked alone, but is not the whole.
        self.assertEqual(findings(two), "")
        self.assertEqual(findings_of_parts(two), ("", False))
        self.assertEqual(findings(one, trailer_wanted=False), "")
        self.assertIn("the log ends without a trailer", findings_of_parts(one)[0])

    def test_damaged_parts(self):
        one, two = parts()
        lines = two.splitlines(keepends=True)
        for damaged, expected in {
            b"".join([lines[0], *lines[2:]]): "no env record has env_id 2",
            b"".join([*lines[:3], *lines[4:]]): "seq is 10, not 9",
            two.replace(b'"part":2', b'"part":3'): "the log ends without a trailer",
            two.replace(b'"uid":0', b'"uid":1'): "uid is 1, and was 0",
            two.replace(b'"env_id":2', b'"env_id":1'): "two env records have env_id 1",
            two.replace(b'"header":2', b'"header":1'): "counts ",
        }.items():
            with self.subTest(expected):
                self.assertIn(expected, findings_of_parts(one, damaged)[0])
        self.assertIn("seq is 6, not 5", findings_of_parts(b"".join(one.splitlines(True)[:-1]), two)[0])

    def test_compressed_parts(self):
        one, two = parts()
        with tempfile.TemporaryDirectory() as directory:
            name = f"{directory}/log.000001"
            with open(name, "wb") as file:
                file.write(one)
            with open(f"{directory}/log", "wb") as file:
                file.write(two)
            subprocess.run(["zstd", "-q", "--rm", name], check=True)
            log = logcheck.Parts([f"{directory}/log", f"{name}.zst"], VALIDATORS, True)
            log.check()
            self.assertEqual(log.findings, [])
            with open(f"{name}.zst", "r+b") as file:
                file.truncate(20)
            with self.assertRaises(logcheck.Finding):
                logcheck.Parts([f"{name}.zst"], VALIDATORS, True).check()

    def test_program(self):
        with tempfile.NamedTemporaryFile() as log:
            log.write(encode(good(), {}) + b"x")
            log.flush()
            run = subprocess.run(
                [sys.executable, logcheck.__file__, "--summary", log.name],
                capture_output=True,
                text=True,
            )
            self.assertEqual(run.stderr, f"{log.name}:13: the line does not end\n")
        self.assertEqual(run.returncode, 1)
        summary = json.loads(run.stdout)
        self.assertEqual(summary["processes"], 2)
        self.assertEqual(summary["counts"]["exec"], 3)
        self.assertEqual(summary["findings"], 1)
        self.assertTrue(summary["complete"])


if __name__ == "__main__":
    unittest.main()
