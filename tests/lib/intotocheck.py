#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks an attestation: intotocheck.py statement|predicate|byproduct FILE LOG...

By a JSON schema made from the specifications' field lists: in-toto's Statement v1,
ResourceDescriptor v1 and runtime-trace v0.1, whose required fields are required here.
Its events are exactly those of the logs, and digests are those that hashlib gives.
"""
import base64
import hashlib
import json
import sys

import jsonschema

DEFINITIONS = {
    "URI": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-F]{2})+$"},
    "Timestamp": {"type": "string",
                  "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$"},
    "DigestSet": {"type": "object", "minProperties": 1,
                  "properties": {"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
                  "additionalProperties": {"type": "string"}},
    "ResourceDescriptor": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "uri": {"$ref": "#/definitions/URI"},
                       "digest": {"$ref": "#/definitions/DigestSet"}, "content": {"type": "string"},
                       "downloadLocation": {"$ref": "#/definitions/URI"}, "mediaType": {"type": "string"},
                       "annotations": {"type": "object"}},
        "anyOf": [{"required": ["uri"]}, {"required": ["digest"]}, {"required": ["content"]}],
        "additionalProperties": False},
    "Subject": {"allOf": [{"$ref": "#/definitions/ResourceDescriptor"}, {"required": ["digest"]}]},
    "RuntimeTrace": {
        "type": "object",
        "required": ["monitor", "monitoredProcess", "monitorLog"],
        "properties": {
            "monitor": {"type": "object", "required": ["type"],
                        "properties": {"type": {"$ref": "#/definitions/URI"},
                                       "configSource": {"$ref": "#/definitions/ResourceDescriptor"},
                                       "tracePolicy": {"type": "object"}}},
            "monitoredProcess": {"type": "object", "required": ["hostID", "type", "event"],
                                 "properties": {"hostID": {"$ref": "#/definitions/URI"},
                                                "type": {"$ref": "#/definitions/URI"},
                                                "event": {"type": "string", "minLength": 1}}},
            "monitorLog": {"type": "object",
                           "anyOf": [{"required": ["process"]}, {"required": ["network"]},
                                     {"required": ["fileAccess"]}],
                           "properties": {"process": {"type": "array", "items": {"type": "object"}},
                                          "network": {"type": "array", "items": {"type": "object"}},
                                          "fileAccess": {"type": "array", "items": {
                                              "$ref": "#/definitions/ResourceDescriptor"}}}},
            "metadata": {"type": "object",
                         "properties": {"buildStartedOn": {"$ref": "#/definitions/Timestamp"},
                                        "buildFinishedOn": {"$ref": "#/definitions/Timestamp"},
                                        "procauditComplete": {"type": "boolean"},
                                        "procauditLogs": {"type": "array", "minItems": 1, "items": {
                                            "$ref": "#/definitions/ResourceDescriptor"}}}}}},
    "Statement": {
        "type": "object",
        "required": ["_type", "subject", "predicateType", "predicate"],
        "properties": {"_type": {"const": "https://in-toto.io/Statement/v1"},
                       "subject": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/Subject"}},
                       "predicateType": {"const": "https://in-toto.io/attestation/runtime-trace/v0.1"},
                       "predicate": {"$ref": "#/definitions/RuntimeTrace"}},
        "additionalProperties": False},
    "Byproducts": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/ResourceDescriptor"}},
}
KINDS = {"statement": "Statement", "predicate": "RuntimeTrace", "byproduct": "Byproducts"}


def check(ok, *what):
    if not ok:
        sys.exit(f"intotocheck: {what}")


def unique(pairs):
    check(len(pairs) == len({k for k, _ in pairs}), "a key twice", pairs)
    return dict(pairs)


def check_digests(files, names=None):
    for file in files:
        with open(file["name"], "rb") as opened:
            digest = hashlib.sha256(opened.read()).hexdigest()
        check(file["digest"] == {"sha256": digest}, "digest", file)
    if names is not None:
        check([f["name"] for f in files] == names, "names", files, names)


def exact(record, key):
    """The bytes of a string, or of strings, with their twins."""
    value, twin = record.get(key), record.get(key + "_b64")
    if isinstance(value, list):
        return [base64.b64decode(t) if t else v.encode() for v, t in zip(value, twin or [None] * len(value))]
    return base64.b64decode(twin) if twin else value


EVENTS = {"exec": "process", "attach": "process", "fork": "fork", "exit": "exit", "detach": "detach", "gap": "gap"}
KEYS = {"process": {"parent": "parent", "arguments": "argv", "workingDirectory": "cwd"},
        "failed": {"parent": "parent", "processBinary": "path", "arguments": "argv", "workingDirectory": "cwd",
                   "error": "errno"},
        "fork": {"childPid": "child_pid", "child": "child"},
        "exit": {"exitCode": "exit_code", "signal": "signal"},
        "detach": {"reason": "reason"}, "gap": {"reason": "reason", "count": "count"}}


def compare(predicate, paths):
    records = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            records += [json.loads(line) for line in file]
    header, trailer = records[0], records[-1]
    expected = [r for r in records if r["event"] in EVENTS]
    got = predicate["monitorLog"]["process"]
    check(len(got) == len(expected), "events", len(got), len(expected))
    for event, record in zip(got, expected):
        kind = EVENTS[record["event"]]
        if record.get("success") is False:
            kind = "failed"
        check(event["eventType"] == kind, "eventType", event, record)
        check((event["time"], event.get("pid")) == (record["ts"], record.get("pid")), "time or pid", event, record)
        for key, of in {"proc": "proc", **KEYS[kind]}.items():
            check(exact(event, key) == exact(record, of), key, event, record)
        if kind == "process":
            binary = exact(record, "exe" if "exe" in record else "path")
            check(exact(event, "processBinary") == binary, "processBinary", event, record)
            check(event.get("privileged") == (record["euid"] == 0 if "euid" in record else None), "privileged")
    ended = trailer["event"] == "trailer"
    metadata = predicate["metadata"]
    check(metadata["buildStartedOn"] == header["ts"], "begin", metadata)
    check(metadata.get("buildFinishedOn") == (trailer["ts"] if ended else None), "end", metadata)
    check(metadata["procauditComplete"] == (ended and trailer["complete"]), "complete", metadata)
    check(predicate["monitor"]["tracePolicy"]["failed"] == header["capture"]["failed"], "policy")


def main(kind, path, *logs):
    with open(path, encoding="utf-8") as file:
        document = json.load(file, object_pairs_hook=unique)
    schema = {"definitions": DEFINITIONS, "$ref": f"#/definitions/{KINDS[kind]}"}
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(document)
    if kind == "byproduct":
        check_digests(document, list(logs))
        return
    if kind == "statement":
        check_digests(document["subject"])
        document = document["predicate"]
    check_digests(document["metadata"]["procauditLogs"], list(logs))
    compare(document, sorted(logs, key=lambda log: json.loads(open(log, encoding="utf-8").readline())["part"]))
    print(f"{len(document['monitorLog']['process'])} events")


main(*sys.argv[1:])
