#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Writes a log as of a large build: biglog.py EXECS [ENV_BYTES [ARG_BYTES]] >log.jsonl

A shell runs make, make runs compilers, each with two programs below it; about a
fifth of the commands is repeated. Compilers have ARG_BYTES of arguments more, each
others. It keeps every rule of procaudit-log(5).
"""
import json
import sys

LOG_ID = "0123456789abcdef" * 2


def main():
    execs = int(sys.argv[1])
    env_bytes = int(sys.argv[2]) if len(sys.argv) > 2 else 3200
    arg_bytes = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    env = [f"VARIABLE_{i}=/usr/lib/{'x' * 40}/{i}:\"quoted\"" for i in range(env_bytes // 75)]
    env_json = json.dumps(env)
    out = sys.stdout
    state = {"seq": 0, "mono": 0, "bytes": 0}
    counts = {}

    def record(event, rest):
        seq, mono = state["seq"], state["mono"]
        second, us = divmod(mono, 1000000)
        line = (
            f'{{"v":1,"event":"{event}",{rest.pop("first", "")}"seq":{seq},'
            f'"ts":"2026-11-21T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.{us:06}000Z",'
            f'"mono_us":{mono}{rest.pop("raw", "")}'
        )
        line += "".join(f",{json.dumps(k)}:{json.dumps(v)}" for k, v in rest.items())
        if event == "header":
            line += " " * (1100 - len(line))
        line += "}\n"
        out.write(line)
        state["bytes"] += len(line)
        state["seq"] += 1
        state["mono"] += 20
        counts[event] = counts.get(event, 0) + 1

    def pid(proc):
        return proc % 4000000 + 100

    def fork(parent, child):
        record("fork", {"pid": pid(parent), "proc": parent, "child_pid": pid(child), "child": child, "kind": "vfork"})

    def run(proc, parent, exe, argv):
        rest = {"raw": f',"pid":{pid(proc)},"proc":{proc},"image":1'
                + (f',"parent":{parent}' if parent else "")
                + f',"success":true,"path":"{exe}","exe":"{exe}","argv":{json.dumps(argv)},'
                f'"cwd":"/src/project","arch":"x86_64","env":{env_json}'}
        record("exec", rest)

    def end(proc, began):
        usage = {k: 10 for k in ("utime_us", "stime_us", "maxrss_kb", "minflt", "majflt", "inblock", "oublock", "nvcsw", "nivcsw")}
        record("exit", {"pid": pid(proc), "proc": proc, "exit_code": 0, "duration_us": state["mono"] - began,
                        "cpu_us": 15, **usage})

    record("header", {"first": f'"log_id":"{LOG_ID}",', "part": 1, "schema": "procaudit/1", "version": "0.1.0",
                      "mode": "run", "command": ["make"], "uid": 0, "gid": 0, "tracer_pid": 99,
                      "capture": {"failed": "none", "env": "full", "threads": False, "proc": True,
                                  "seccomp": False, "no_new_privs": False}})
    began = {1: state["mono"]}
    run(1, None, "/usr/bin/make", ["make", "-j8"])
    proc = 1
    while proc < execs:
        cc = proc = proc + 1
        name = f"src/module_{proc % (execs // 5 * 4 + 1)}/file.c"
        fork(1, cc)
        began[cc] = state["mono"] - 20
        more = [f"-I/src/project/modules/{'y' * 40}/{proc}/{i}" for i in range(arg_bytes // 75)]
        run(cc, 1, "/usr/bin/gcc",
            ["cc", "-O2", "-Wall", "-Iinclude", "-DNAME=\"x\"", *more, "-c", name, "-o", name + ".o"])
        for exe in ("/usr/lib/gcc/cc1", "/usr/bin/as"):
            if proc >= execs:
                break
            proc += 1
            fork(cc, proc)
            began[proc] = state["mono"] - 20
            run(proc, cc, exe, [exe, "-quiet", name, "-O2", "-o", f"/tmp/cc{cc % 1000}.s"])
            end(proc, began.pop(proc))
        end(cc, began.pop(cc))
    end(1, began[1])
    size = state["bytes"]
    every = {k: counts.get(k, 0) for k in
             ("header", "fork", "exec", "exit", "thread", "thread_exit", "detach", "gap", "env")}
    record("trailer", {"exit_code": 0, "counts": every, "gaps": 0, "complete": True, "bytes": size})


main()
