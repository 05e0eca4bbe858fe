#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks OTLP/JSON: otlpcheck.py [--args] [--batch=N] [--parent=TRACEPARENT] OTLP [LOG...]

Each line is parsed by protobuf's own JSON parser as an ExportTraceServiceRequest,
and is checked for what OpenTelemetry demands beyond (ids in hexadecimal digits,
enumerations as numbers). With logs: the spans are exactly their processes.
"""
import base64
import json
import re
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

# The messages of opentelemetry-proto 1.x that a request is made of; *: repeated.
MESSAGES = {
    "ExportTraceServiceRequest": {"resource_spans": (1, "*ResourceSpans")},
    "ResourceSpans": {"resource": (1, "Resource"), "scope_spans": (2, "*ScopeSpans"),
                      "schema_url": (3, "string")},
    "Resource": {"attributes": (1, "*KeyValue"), "dropped_attributes_count": (2, "uint32")},
    "ScopeSpans": {"scope": (1, "InstrumentationScope"), "spans": (2, "*Span"), "schema_url": (3, "string")},
    "InstrumentationScope": {"name": (1, "string"), "version": (2, "string"),
                             "attributes": (3, "*KeyValue"), "dropped_attributes_count": (4, "uint32")},
    "KeyValue": {"key": (1, "string"), "value": (2, "AnyValue")},
    "AnyValue": {"string_value": (1, "string"), "bool_value": (2, "bool"), "int_value": (3, "int64"),
                 "double_value": (4, "double"), "array_value": (5, "ArrayValue"),
                 "kvlist_value": (6, "KeyValueList"), "bytes_value": (7, "bytes")},
    "ArrayValue": {"values": (1, "*AnyValue")},
    "KeyValueList": {"values": (1, "*KeyValue")},
    "Span": {"trace_id": (1, "bytes"), "span_id": (2, "bytes"), "trace_state": (3, "string"),
             "parent_span_id": (4, "bytes"), "flags": (16, "fixed32"), "name": (5, "string"),
             "kind": (6, "SpanKind"), "start_time_unix_nano": (7, "fixed64"),
             "end_time_unix_nano": (8, "fixed64"), "attributes": (9, "*KeyValue"),
             "dropped_attributes_count": (10, "uint32"), "events": (11, "*Event"),
             "dropped_events_count": (12, "uint32"), "status": (15, "Status")},
    "Event": {"time_unix_nano": (1, "fixed64"), "name": (2, "string"), "attributes": (3, "*KeyValue"),
              "dropped_attributes_count": (4, "uint32")},
    "Status": {"message": (2, "string"), "code": (3, "StatusCode")},
}
ENUMS = {
    "SpanKind": ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"],
    "StatusCode": ["UNSET", "OK", "ERROR"],
}


def request_class():
    file = descriptor_pb2.FileDescriptorProto(name="otlp.proto", package="otlp", syntax="proto3")
    for name, values in ENUMS.items():
        enum = file.enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=f"{name}_{value}", number=number)
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        if name == "AnyValue":
            message.oneof_decl.add(name="value")
        for field, (number, kind) in fields.items():
            label = "LABEL_REPEATED" if kind[0] == "*" else "LABEL_OPTIONAL"
            kind = kind.lstrip("*")
            made = message.field.add(name=field, number=number,
                                     label=descriptor_pb2.FieldDescriptorProto.Label.Value(label))
            if kind in MESSAGES or kind in ENUMS:
                made.type_name = f".otlp.{kind}"
                made.type = made.TYPE_MESSAGE if kind in MESSAGES else made.TYPE_ENUM
            else:
                made.type = descriptor_pb2.FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
            if name == "AnyValue":
                made.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName("otlp.ExportTraceServiceRequest")
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def check(ok, *what):
    if not ok:
        sys.exit(f"otlpcheck: {what}")


def unique(pairs):
    check(len(pairs) == len({k for k, _ in pairs}), "a key twice", pairs)
    return dict(pairs)


IDS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}
TIMES = {"startTimeUnixNano", "endTimeUnixNano", "timeUnixNano"}


def walk(value, key=None):
    """OpenTelemetry's own rules; gives what protobuf's parser takes for it."""
    if isinstance(value, dict):
        return {k: walk(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [walk(v) for v in value]
    check(value is not None, "null", key)
    if key in IDS:
        check(re.fullmatch(f"[0-9a-f]{{{IDS[key]}}}", value) and set(value) != {"0"}, key, value)
        return base64.b64encode(bytes.fromhex(value)).decode()
    if key in TIMES or key == "intValue":
        check(type(value) is str and re.fullmatch("[0-9]+", value), key, value)
        check(int(value) < 2**(63 if key == "intValue" else 64), key, value)
    if key in ("kind", "code", "flags", "droppedEventsCount"):
        check(type(value) is int, key, value)
    return value


def plain(value):
    (kind, inner), = value.items()
    if kind == "intValue":
        return int(inner)
    return [plain(v) for v in inner["values"]] if kind == "arrayValue" else inner


def attributes(of):
    return unique([(a["key"], plain(a["value"])) for a in of["attributes"]])


class Export:
    def __init__(self, path, batch):
        self.spans, self.resources = [], []
        request = request_class()
        with open(path, encoding="utf-8", newline="\n") as file:
            for line in file:
                check(line.endswith("\n"), "no end of line")
                document = json.loads(line, object_pairs_hook=unique)
                parsed = json_format.Parse(json.dumps(walk(document)), request())
                self.add(document, parsed, batch)
        ids = [s["spanId"] for s in self.spans]
        check(len(ids) == len(set(ids)), "a span id twice")

    def add(self, document, parsed, batch):
        (spans_of,), (parsed_of,) = document["resourceSpans"], parsed.resource_spans
        (scope,), (parsed_scope,) = spans_of["scopeSpans"], parsed_of.scope_spans
        check(scope["scope"]["name"] == "procreport" and scope["scope"]["version"], "scope", scope["scope"])
        check(0 < len(scope["spans"]) <= batch, "spans of a request", len(scope["spans"]))
        resource = attributes(spans_of["resource"])
        if not self.resources or self.resources[-1] != resource:
            self.resources.append(resource)
        for span, message in zip(scope["spans"], parsed_scope.spans):
            # What came out of protobuf's parser is what was meant.
            check(message.span_id.hex() == span["spanId"], "span id", span)
            check(message.start_time_unix_nano == int(span["startTimeUnixNano"]), "start", span)
            check(message.start_time_unix_nano <= message.end_time_unix_nano, "it ends first", span)
            check(message.kind == 1 and message.name, "kind or name", span)
            check(len(span["events"]) <= 128, "events")
            for event in span["events"]:
                check(event["name"].startswith("procaudit."), "event", event)
                at = int(event["timeUnixNano"])
                check(message.start_time_unix_nano <= at <= message.end_time_unix_nano, "event", event)
            span["all"] = attributes(span)
            span["resource"] = resource
            self.spans.append(span)


class Process:
    """What a plain reading of a log says of a process."""

    def __init__(self, record, parent=None, creator=None):
        self.first, self.parent, self.creator = record, parent, creator
        self.execs, self.failures, self.end, self.gaps = [], [], None, 0
        self.exe = creator.exe if creator else None
        self.forked = record["event"] == "fork"


def read(path):
    processes, header, records = {}, None, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            records.append(record)
            event = record["event"]
            if event == "header":
                header = header or record
            elif event == "fork":
                creator = processes.get(record.get("proc"))
                processes.setdefault(record["child"], Process(record, record.get("proc"), creator))
            elif event in ("exec", "attach"):
                process = processes.setdefault(record["proc"], Process(record, record.get("parent")))
                if event == "exec" and not record["success"]:
                    process.failures.append(record)
                    continue
                process.execs.append(record)
                process.exe, process.forked = record.get("exe", record.get("path")), False
            elif event == "exit":
                processes.setdefault(record["proc"], Process(record)).end = record
            elif event == "gap":
                process = processes.get(record.get("proc", 1))
                if process:
                    process.gaps += 1
    return header, processes, records


def status(end):
    if end.get("signal"):
        return {"message": end["signal"], "code": 2}, end["signal"]
    if end["exit_code"] > 0:
        return {"message": f'exit {end["exit_code"]}', "code": 2}, str(end["exit_code"])
    return None, None


def compare_process(span, process, by_proc, args):
    got = span["all"]
    name = (process.exe or "?").rsplit("/", 1)[-1] or process.exe
    check(span["name"] == name + (" (fork)" if process.forked else ""), "name", span, name)
    parent = by_proc.get(process.parent)
    if parent:
        check(span["parentSpanId"] == parent["spanId"], "parent", span)
    check(got.get("process.executable.path") == process.exe, "exe", span)
    if process.end:
        expected, error = status(process.end)
        check(span.get("status") == expected, "status", span)
        check(got.get("error.type") == error, "error.type", span)
        check(got.get("process.exit.code") == process.end.get("exit_code"), "exit code", span)
        check(got.get("procaudit.maxrss_kb") == process.end.get("maxrss_kb"), "maxrss", span)
    else:
        check("status" not in span and "process.exit.code" not in got, "an end", span)
        check(got["procaudit.end"] in ("let go", "no end"), "end", span)
    if process.execs:
        last = process.execs[-1]
        check(got["process.pid"] == last["pid"], "pid", span)
        check(got.get("process.working_directory") == last.get("cwd"), "cwd", span)
        check(got.get("process.user.id") == last.get("euid"), "euid", span)
        check(got.get("process.args_count") == (len(last["argv"]) if "argv" in last else None), "argc", span)
        check(got.get("process.command_args") == (last.get("argv") if args else None), "argv", span)
    events = {}
    for event in span["events"]:
        events.setdefault(event["name"], []).append(attributes(event))
    failed = events.pop("procaudit.exec_failed", [])
    check([f.get("error.type") for f in failed] == [f.get("errno") for f in process.failures], "failures", span)
    check([f.get("procaudit.path") for f in failed] == [f.get("path") for f in process.failures], "paths", span)
    before = [e["process.executable.path"] for e in events.pop("procaudit.replaced", [])]
    check(before == [e["exe"] for e in process.execs[:-1]], "programs before", span)
    check(len(events.pop("procaudit.gap", [])) == process.gaps, "gaps", span)
    check(not events, "events", events)


def compare(spans, path, args, traceparent):
    header, processes, records = read(path)
    spans = [s for s in spans if s["resource"]["service.instance.id"] == header["log_id"]]
    by_proc = unique([(s["all"]["procaudit.proc"], s) for s in spans])
    check(set(by_proc) == set(processes), "processes", set(by_proc) ^ set(processes))
    trace_id = traceparent.split("-")[1] if traceparent else header["log_id"]
    check({s["traceId"] for s in spans} <= {trace_id}, "trace ids")
    for proc, process in processes.items():
        compare_process(by_proc[proc], process, by_proc, args)
    orphans = [s for p, s in by_proc.items() if processes[p].parent not in by_proc]
    for span in orphans:
        if processes[span["all"]["procaudit.proc"]].parent is None:
            expected = traceparent.split("-")[2] if traceparent else None
            check(span.get("parentSpanId") == expected, "who has no creator", span)
            check(span["flags"] & 0x300 == (0x300 if traceparent else 0x100), "flags", span)
    for resource in {id(s["resource"]): s["resource"] for s in spans}.values():
        check(resource["service.name"] == "procaudit", "resource", resource)
        check(resource.get("host.name") == header.get("host"), "host", resource)
    # The first span has the time of the log, to a microsecond.
    if 1 in by_proc and processes[1].end and processes[1].first["event"] == "exec":
        length = int(by_proc[1]["endTimeUnixNano"]) - int(by_proc[1]["startTimeUnixNano"])
        check(length == 1000 * (processes[1].end["mono_us"] - processes[1].first["mono_us"]), "length")


def main(words):
    named = dict(w[2:].partition("=")[::2] for w in words if w.startswith("--"))
    path, *logs = [w for w in words if not w.startswith("--")]
    export = Export(path, int(named.get("batch", 512)))
    for log in logs:
        compare(export.spans, log, "args" in named, named.get("parent"))
    if logs:
        wanted = {read(log)[0]["log_id"] for log in logs}
        check({s["resource"]["service.instance.id"] for s in export.spans} <= wanted, "of another log")
    print(f"{len(export.spans)} spans")


if __name__ == "__main__":
    main(sys.argv[1:])
