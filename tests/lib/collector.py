#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A collector on the loopback: collector.py PORT_FILE REQUESTS [ANSWER...]

Answers each request by the next ANSWER, and all further ones by success: a status,
"drop" (the connection ends without an answer), or STATUS:BODY; a number behind an @ is
Retry-After. What comes is kept in REQUESTS, one JSON object a line. Its port is in
PORT_FILE once it listens.
"""
import http.server
import json
import os
import sys

PORT_FILE, REQUESTS, *ANSWERS = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = ANSWERS.pop(0) if ANSWERS else "200:{}"
        with open(REQUESTS, "a", encoding="utf-8") as kept:
            print(json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()},
                              "body": body.decode(), "answer": answer}), file=kept)
        if answer == "drop":
            self.close_connection = True
            return
        answer, _, text = answer.partition(":")
        status, _, after = answer.partition("@")
        self.send_response(int(status))
        if after:
            self.send_header("Retry-After", after)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    with open(PORT_FILE + ".new", "w", encoding="utf-8") as port:
        print(server.server_address[1], file=port)
    os.rename(PORT_FILE + ".new", PORT_FILE)
    server.serve_forever()
