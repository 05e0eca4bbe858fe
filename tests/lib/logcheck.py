#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks logs against procaudit-log(5): the schema, and the rules between records.

    logcheck.py [--no-trailer] [--summary] [--parts] LOG...

Prints one line per finding, FILE:LINE: TEXT, and then exits with status 1.
A file may hold several logs, one behind the other (procaudit -A). Rules that
lost records would break do not bind a log that owns up to a loss by a gap record,
nor one whose first parts are not there. A name that ends in .zst is decompressed.

With --parts the files together hold logs whose parts (procaudit --rotate) are put
in order before they are checked.
"""
import argparse
import base64
import binascii
import contextlib
import json
import pathlib
import re
import subprocess
import sys

import fastjsonschema

RECIPES = pathlib.Path(__file__).parents[2] / "contrib/recipes"
sys.path.insert(0, str(RECIPES))
sys.dont_write_bytecode = True
from join import Joiner  # noqa: E402

SCHEMA = pathlib.Path(__file__).parents[2] / "contrib/schema/procaudit-1.schema.json"

MAX_INTEGER = 2**53  # what jq and JavaScript still keep exact
MIN_HEADER = 1024  # what log shippers identify a file by
HEADER_START = b'{"v":1,"event":"header","log_id":"'

CONTROLS = bytes([*range(0x20), 0x7F])
C1 = re.compile(rb"\xc2[\x80-\x9f]")


class Finding(Exception):
    """A line that cannot be looked at any further."""


# --- One line -----------------------------------------------------------------


def close(definition):
    """The definition without room for keys that it does not name."""
    properties = definition["properties"].items()
    closed = {k: close(v) if v.get("type") == "object" else v for k, v in properties}
    return {**definition, "properties": closed, "additionalProperties": False}


class Validators:
    """Compiles the schema's definitions as they are asked for."""

    def __init__(self):
        self.definitions = json.loads(SCHEMA.read_text(encoding="utf-8"))["definitions"]
        self.compiled = {}

    def check(self, record):
        event = record.get("event")
        validate = self.compiled.get(event)
        if not validate:
            if not isinstance(event, str) or event not in self.definitions:
                raise Finding(f"the schema knows no event {event!r}")
            validate = fastjsonschema.compile(close(self.definitions[event]))
            self.compiled[event] = validate
        try:
            validate(record)
        except fastjsonschema.JsonSchemaException as e:
            raise Finding(f"{event}: not as the schema says: {e.message}") from None


def unique_keys(pairs):
    record = dict(pairs)
    if len(record) != len(pairs):
        raise Finding("a key appears twice")
    return record


decode = json.JSONDecoder(object_pairs_hook=unique_keys).decode


def parse(line):
    """The record of a line, which must be one plain JSON object."""
    if not line.endswith(b"\n"):
        raise Finding("the line does not end")
    if len(line.translate(None, CONTROLS)) != len(line) - 1:
        raise Finding("a raw control byte")
    try:
        text = line.decode()
    except UnicodeDecodeError as e:
        raise Finding(f"not UTF-8: {e}") from None
    if not line.isascii() and C1.search(line):
        raise Finding("a raw C1 control character")
    try:
        record = decode(text)
    except ValueError as e:
        raise Finding(f"not JSON: {e}") from None
    if type(record) is not dict:
        raise Finding("not a JSON object")
    # A text without escapes and foreign characters is its own string.
    if b"\\" in line or not line.isascii():
        check_round_trip(record)
    return record


def check_round_trip(record):
    try:
        again = json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as e:
        raise Finding(f"a lone surrogate: {e}") from None
    if json.loads(again) != record:
        raise Finding("changed by decoding and encoding")


def values(record):
    """All scalar values, at any depth."""
    for value in record.values() if isinstance(record, dict) else record:
        if isinstance(value, (dict, list)):
            yield from values(value)
        else:
            yield value


def check_values(line, record):
    for value in record.values():
        kind = type(value)
        if kind is int:
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                raise Finding(f"an integer above 2^53: {value}")
        elif kind is dict:
            check_values(b"", value)
        elif kind is not str and kind is not list and kind is not bool:
            raise Finding(f"a value that is neither text nor integer nor truth: {value!r}")
    if b"\\u0000" in line and any("\0" in v for v in values(record) if isinstance(v, str)):
        raise Finding("a NUL, which no string of the kernel's can hold")


def check_twin(key, shown, twin):
    """twin stands for bytes that shown, being text, cannot hold."""
    try:
        data = base64.b64decode(twin, validate=True)
    except binascii.Error as e:
        raise Finding(f"{key}_b64: {e}") from None
    if base64.b64encode(data).decode() != twin:
        raise Finding(f"{key}_b64: not in the canonical form: {twin}")
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        raise Finding(f"{key}_b64: not needed, {data!r} is UTF-8")
    if data.decode("utf-8", "replace") != shown:
        raise Finding(f"{key}: {shown!r} does not stand for {data!r}")


def check_twins(record):
    for name in [name for name in record if name.endswith("_b64")]:
        key = name[: -len("_b64")]
        shown, twin = record.get(key), record[name]
        if type(shown) is not type(twin):
            raise Finding(f"{name}: not a twin of {key}")
        if isinstance(twin, str):
            check_twin(key, shown, twin)
            continue
        if len(shown) != len(twin):
            raise Finding(f"{name}: {len(twin)} elements for {len(shown)}")
        if not any(twin):
            raise Finding(f"{name}: not needed, all elements are exact")
        for a, b in zip(shown, twin):
            if b:
                check_twin(key, a, b)


# --- One log ------------------------------------------------------------------


class Process:
    """What the records of one process that lives have told so far."""

    __slots__ = ("pid", "parent", "announced", "since", "images", "threads")

    def __init__(self, pid, parent, announced, since):
        self.pid = pid
        self.parent = parent  # the creator's number, or None
        self.announced = announced  # by a fork record, or by being the command
        self.since = since  # mono_us of its first record
        self.images = 0
        self.threads = set()  # further threads that live


class Log:
    """Follows the records of one log. Findings go to report(text), those that
    a loss of records explains to suspect(text)."""

    def __init__(self, report, suspect):
        self.report = report
        self.suspect = suspect
        self.seq = 0
        self.mono_us = 0
        self.bytes = 0  # of the lines so far, without the current one
        self.counts = {}
        self.processes = {}  # those that live
        self.ended = {}  # number: seq of the exit or detach record
        self.root_end = None  # that record of the command
        self.environments = set()  # of this part
        self.env_ids = set()
        self.header = None  # of this part
        self.first_part = None
        self.attaches = False  # to what ran already, in place of a command
        self.let_go = 0  # detach records that were asked for
        self.trailer = None
        self.joiner = Joiner()
        self.line = b""  # the last one that is no part of another

    def add(self, line, record):
        """One line. What it says is looked at when all its parts are there."""
        if self.first_part is None:
            self.seq = record["seq"] if record["part"] > 1 else 0
            self.first_part = record["part"]
        if record["seq"] != self.seq:
            self.report(f"seq is {record['seq']}, not {self.seq}")
        if record["mono_us"] < self.mono_us:
            self.report(f"mono_us goes back from {self.mono_us} to {record['mono_us']}")
        self.seq = record["seq"] + 1
        self.mono_us = record["mono_us"]
        event = record["event"]
        if event != "part":
            self.line = line
        self.join(record)
        self.counts[event] = self.counts.get(event, 0) + 1
        self.bytes += len(line)
        limit = self.header["capture"].get("max_line") if self.header else None
        if limit and len(line) > limit:
            self.report(f"{len(line)} bytes, and max_line is {limit}")

    def join(self, record):
        try:
            whole = self.joiner.add(record)
        except ValueError as e:
            self.suspect(str(e))
            torn = self.joiner.give_up()
            if torn:
                self.follow(self.line, torn)
            whole = self.joiner.add(record) if record["event"] != "part" else None
        if whole:
            try:
                check_twins(whole)
            except Finding as e:
                self.report(str(e))
            self.follow(self.line, whole)

    def follow(self, line, record):
        event = record["event"]
        process = self.process_of(record, event) if "proc" in record else None
        if event == "header":
            self.on_header(line, record)
        elif event == "fork":
            self.on_fork(record)
        elif event == "attach":
            self.on_attach(record, process)
        elif event == "exec":
            self.on_exec(record, process)
        elif event in ("exit", "detach"):
            self.on_end(record, process)
        elif event in ("thread", "thread_exit"):
            self.on_thread(record, process)
        elif event == "env":
            self.on_env(record)
        elif event == "stats":
            self.check_counts(record)
        elif event == "trailer":
            self.on_trailer(record)

    def process_of(self, record, event):
        """The process that acts, or comes to an end, in this record."""
        proc, pid = record["proc"], record.get("pid")
        process = self.processes.get(proc)
        if proc in self.ended:
            self.report(f"process {proc} has ended at seq {self.ended[proc]}")
            return process or Process(pid, None, True, self.mono_us)
        if not process:
            known = event == "attach" or (proc == 1 and not self.attaches)
            if not known:
                self.suspect(f"process {proc} has had no fork record")
            process = self.processes[proc] = Process(pid, None, known, self.mono_us)
        elif event == "attach":
            self.report(f"process {proc} is attached to, and was known")
        if process.pid != pid:
            self.report(f"process {proc} has pid {pid}, and had {process.pid}")
        if event == "thread":
            return process
        tid = record.get("tid")
        if tid and self.header["capture"]["threads"] and tid not in process.threads:
            self.suspect(f"process {proc} has no thread {tid}")
        return process

    def is_followed_by(self, header):
        """Whether that begins this log's next part."""
        if not self.header or self.trailer or self.header["log_id"] != header["log_id"]:
            return False
        return header["part"] == self.header["part"] + 1

    def check_part(self, header):
        """The next part stands alone, and its header says the same."""
        self.environments.clear()
        for key in self.header.keys() | header.keys():
            if key not in ("seq", "ts", "mono_us", "part") and self.header.get(key) != header.get(key):
                self.report(f"{key} is {header.get(key)!r}, and was {self.header.get(key)!r}")

    def on_header(self, line, record):
        if self.header:
            self.check_part(record)
        self.header = record
        self.attaches = record["mode"] == "attach"
        if self.attaches == ("command" in record) or self.attaches != ("pids" in record):
            self.report(f"the mode is {record['mode']}, with the wrong one of command and pids")
        if len(line) < MIN_HEADER:
            self.report(f"the header has {len(line)} bytes, not {MIN_HEADER}")
        if not line.startswith(HEADER_START):
            self.report("the header does not begin with its log_id")

    def on_fork(self, record):
        child, pid, parent = record["child"], record["child_pid"], record.get("proc")
        process = self.processes.get(child)
        if child == 1 and not self.attaches:
            self.report("the command itself has a fork record")
        elif child == parent:
            self.report(f"process {child} is its own creator")
        elif child in self.ended:
            self.report(f"process {child} has a fork record after its end")
        elif not process:
            self.processes[child] = Process(pid, parent, True, self.mono_us)
        elif process.announced:
            self.report(f"process {child} has two fork records")
        else:
            self.report(f"process {child} has its fork record after others")
            process.parent, process.announced = parent, True

    def on_attach(self, record, process):
        if not self.attaches:
            self.report("attach though a command was run")
        process.parent = record.get("parent")
        self.check_environment(record)

    def on_failed_exec(self, record):
        capture = self.header["capture"]
        if capture["failed"] == "none":
            self.report("an exec that failed, without --failed")
        if capture["failed"] == "brief" and ("env" in record or "env_id" in record):
            self.report("an environment in an exec that failed, with --failed=brief")
        for key in ("image", "exe", "uid", "old_tid"):
            if key in record:
                self.report(f"{key} of an exec that failed")

    def on_exec(self, record, process):
        if not process:
            self.report("exec of no process")
            return
        if not record["success"]:
            self.on_failed_exec(record)
        else:
            process.images += 1
            if record.get("image") != process.images:
                self.suspect(f"image is {record.get('image')}, not {process.images}")
                process.images = record.get("image", 0)
            if "errno" in record:
                self.report("errno of an exec that succeeded")
        self.check_responses(record)
        if record.get("parent") != process.parent:
            self.suspect(f"parent is {record.get('parent')}, not {process.parent}")
        if record["success"] or self.header["capture"]["failed"] == "full":
            self.check_environment(record)
        if not self.header["capture"]["threads"] or not record["success"]:
            return
        old_tid = record.get("old_tid")
        if old_tid and old_tid not in process.threads:
            self.suspect(f"old_tid {old_tid} is no thread of process {record['proc']}")
        process.threads.discard(old_tid)
        self.check_threads_gone(record["proc"], process)

    def check_responses(self, record):
        files = record.get("response_files", [])
        contents = record.get("response_contents", [])
        errors = record.get("response_errors", [""] * len(files))
        if not len(files) == len(contents) == len(errors):
            self.report(f"{len(files)} response files, {len(contents)} contents, {len(errors)} errors")
        if "response_errors" in record and not any(errors):
            self.report("response_errors without any")
        if any(content and error for content, error in zip(contents, errors)):
            self.report("what a response file holds, and why it could not be read")
        if len(set(zip(files, record.get("response_files_b64", files)))) != len(files):
            self.report("a response file twice")
        if files and not (record["success"] and self.header["capture"].get("response_files")):
            self.report("response files that nobody has asked for")

    def check_environment(self, record):
        mode = self.header["capture"]["env"]
        has = {key for key in ("env", "env_id", "env_error") if key in record}
        if mode == "none" and has:
            self.report(f"{has} though no environment is wanted")
        if mode == "full" and ("env_id" in has or not has):
            self.report(f"{has or 'nothing'} where env is wanted")
        if mode == "once" and not has & {"env_id", "env_error"}:
            self.report(f"{has or 'nothing'} where env_id is wanted")
        if "env_id" in has and record["env_id"] not in self.environments:
            self.report(f"no env record has env_id {record['env_id']}")

    def on_env(self, record):
        if record["env_id"] in self.env_ids:
            self.report(f"two env records have env_id {record['env_id']}")
        self.env_ids.add(record["env_id"])
        self.environments.add(record["env_id"])

    def on_end(self, record, process):
        if not process:
            self.report(f"{record['event']} of no process")
            return
        if record["event"] == "detach" and record["reason"] == "signal":
            self.let_go += 1
        if record["event"] == "exit":
            self.check_duration(record, process)
            self.check_threads_gone(record["proc"], process)
        # A log of millions of processes is not to be kept in memory.
        self.processes.pop(record["proc"], None)
        self.ended[record["proc"]] = record["seq"]
        if record["proc"] == 1:
            self.root_end = record

    def check_duration(self, record, process):
        """It began when the process was first seen, at its first record or before."""
        known = record["mono_us"] - process.since - 1  # both are rounded
        if not known <= record.get("duration_us", known) <= record["mono_us"] + 1:
            self.report(f"duration_us is {record['duration_us']}, seen for {known}")

    def check_threads_gone(self, proc, process):
        if process.threads:
            self.suspect(f"process {proc} still has the threads {sorted(process.threads)}")
            process.threads.clear()

    def on_thread(self, record, process):
        if not self.header["capture"]["threads"]:
            self.report(f"{record['event']} though no threads are wanted")
            return
        if not process or "tid" not in record:
            self.suspect(f"{record['event']} of no thread")
        elif record["event"] == "thread_exit":
            process.threads.discard(record["tid"])
        elif record["tid"] in process.threads:
            self.suspect(f"thread {record['tid']} exists already")
        else:
            process.threads.add(record["tid"])

    def check_counts(self, record):
        if self.first_part > 1:
            return
        counts = {event: n for event, n in record["counts"].items() if n}
        gaps = self.counts.get("gap", 0)
        if counts != self.counts:
            self.report(f"counts {counts}, and there are {self.counts}")
        if record["gaps"] != gaps:
            self.report(f"gaps is {record['gaps']}, and there are {gaps}")
        if record["bytes"] != self.bytes:
            self.report(f"bytes is {record['bytes']}, and there are {self.bytes}")

    def on_trailer(self, record):
        self.trailer = record
        self.check_counts(record)
        if record["complete"]:
            self.check_complete(record)
        if not self.attaches:
            self.check_root_status(record)

    def check_complete(self, record):
        if self.counts.get("gap"):
            self.report("complete in spite of gap records")
        if self.counts.get("detach", 0) > (self.let_go if self.attaches else 0):
            self.report("complete in spite of detach records")
        for proc in self.processes:
            self.report(f"complete, and process {proc} has no end")
        root_wanted = self.first_part == 1 and not self.attaches
        if 1 not in self.processes and 1 not in self.ended and root_wanted:
            self.report("complete, and there is no command")

    def check_root_status(self, record):
        end = self.root_end
        for key in ("exit_code", "signal", "core_dumped"):
            told = end.get(key) if end else record.get(key)
            if record.get(key) != told:
                self.suspect(f"{key} is {record.get(key)}, and the command's was {told}")


# --- One file -----------------------------------------------------------------


@contextlib.contextmanager
def open_log(path):
    """Its bytes, decompressed."""
    if not str(path).endswith(".zst"):
        with open(path, "rb") as lines:
            yield lines
        return
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as zstd:
        yield zstd.stdout
        zstd.stdout.read()
    if zstd.returncode:
        raise Finding(f"{path}: not a whole zstd file")


class File:
    """Checks one file and gathers what is found in it."""

    def __init__(self, path, validators, trailer_wanted):
        self.path = path
        self.validators = validators
        self.trailer_wanted = trailer_wanted
        self.line = 0
        self.findings = []  # (line, text)
        self.suspects = []  # the same, of the current log, unless it has a gap
        self.log = None
        self.logs = []
        self.ids = set()

    def report(self, text):
        self.findings.append((self.line, text))

    def suspect(self, text):
        self.suspects.append((self.line, text))

    def check(self):
        with open_log(self.path) as lines:
            for self.line, line in enumerate(lines, 1):
                try:
                    self.check_line(line)
                except Finding as e:
                    self.report(str(e))
        if not self.logs:
            self.report("no log")
        self.end_log()

    def check_line(self, line):
        record = parse(line)
        self.validators.check(record)
        check_values(line, record)
        if record["event"] == "header":
            if not self.log or not self.log.is_followed_by(record):
                self.begin_log(record)
        elif not self.log:
            raise Finding(f"{record['event']} before the header")
        elif self.log.trailer:
            raise Finding(f"{record['event']} after the trailer")
        self.log.add(line, record)

    def begin_log(self, record):
        self.end_log()
        if record["log_id"] in self.ids:
            self.report(f"two logs have the log_id {record['log_id']}")
        self.ids.add(record["log_id"])
        self.log = Log(self.report, self.suspect)
        self.logs.append(self.log)

    def end_log(self):
        if not self.log:
            return
        if not self.log.trailer and self.trailer_wanted:
            self.report("the log ends without a trailer")
        if not self.log.counts.get("gap") and self.log.first_part == 1:
            self.findings += self.suspects
        self.suspects = []

    def summary(self):
        """Sums over all logs of the file."""
        counts = {}
        for log in self.logs:
            for event, n in log.counts.items():
                counts[event] = counts.get(event, 0) + n
        return {
            "logs": len(self.logs),
            "processes": sum(len(log.processes) + len(log.ended) for log in self.logs),
            "complete": all(
                log.first_part == 1 and log.trailer and log.trailer["complete"]
                for log in self.logs
            ),
            "counts": counts,
            "findings": len(self.findings),
        }


class Parts(File):
    """The same for files that together hold logs in parts, in any order."""

    def __init__(self, paths, validators, trailer_wanted):
        super().__init__(None, validators, trailer_wanted)
        self.paths = paths

    def report(self, text):
        super().report(f"{self.path}: {text}")

    def suspect(self, text):
        super().suspect(f"{self.path}: {text}")

    def pieces(self):
        """What stands between one header and the next: path, first and last line, in order."""
        found, seen = [], {}
        for path in self.paths:
            with open_log(path) as lines:
                number = 0
                for number, line in enumerate(lines, 1):
                    if number > 1 and not line.startswith(HEADER_START):
                        continue
                    if number > 1:
                        found[-1][3] = number - 1
                    record = parse(line)
                    log = seen.setdefault(record.get("log_id"), len(seen))
                    found.append([(log, record.get("part", 0)), path, number, None])
                if number:
                    found[-1][3] = number
        return [piece[1:] for piece in sorted(found, key=lambda piece: piece[0])]

    def check(self):
        for self.path, first, last in self.pieces():
            with open_log(self.path) as lines:
                for self.line, line in enumerate(lines, 1):
                    if not first <= self.line <= last:
                        continue
                    try:
                        self.check_line(line)
                    except Finding as e:
                        self.report(str(e))
        if not self.logs:
            self.report("no log")
        self.end_log()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--no-trailer", action="store_true", help="logs may end without one")
    parser.add_argument("--summary", action="store_true", help="print counts as JSON, too")
    parser.add_argument("--parts", action="store_true", help="the files are parts of logs")
    parser.add_argument("log", nargs="+")
    options = parser.parse_args()
    validators = Validators()
    status = 0
    for path in [options.log] if options.parts else options.log:
        kind = Parts if options.parts else File
        file = kind(path, validators, not options.no_trailer)
        file.check()
        for line, text in sorted(file.findings):
            where = "line" if options.parts else path
            print(f"{where}:{line}: {text}", file=sys.stderr if options.summary else sys.stdout)
            status = 1
        if options.summary:
            print(json.dumps(file.summary()))
    return status


if __name__ == "__main__":
    sys.exit(main())
