"""Answers Postfix's question whether a login is right, in Dovecot's authentication protocol 1.1.

One line a message, words parted by tabs. Only PLAIN (RFC 4616) is offered, one login is right.
"""

from __future__ import annotations

import base64
import contextlib
import socketserver
import threading
from collections.abc import Iterator

GREETING = (
    "VERSION\t1\t1",
    "MECH\tPLAIN\tplaintext",
    "SPID\t1",
    "CUID\t1",
    "COOKIE\t" + "0" * 32,
    "DONE",
)


@contextlib.contextmanager
def sasl_server(user: str, password: str) -> Iterator[int]:
    """Its port of loopback, as long as it runs."""
    right = base64.b64encode(f"\0{user}\0{password}".encode()).decode()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say(*GREETING)
            for line in self.rfile:
                verb, *words = line.decode().rstrip("\n").split("\t")
                if verb == "AUTH":
                    known = f"resp={right}" in words
                    self._say(f"{'OK' if known else 'FAIL'}\t{words[0]}\tuser={user}")

        def _say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\n" for line in lines).encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
