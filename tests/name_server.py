"""A name server of our own on loopback, which answers from a table, or keeps silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], tuple[str, ...]]
"""By name and type: ("mail.example.net", "A")."""


@contextmanager
def name_server(records: Records, *, rcode: str = "") -> Iterator[int]:
    """The port it listens on; `rcode` is its answer to everything, such as SERVFAIL."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(listening, records, rcode, over))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", listening.getsockname())
            thread.join()


def _serve(listening: socket.socket, records: Records, rcode: str, over: threading.Event) -> None:
    while not over.is_set():
        octets, asker = listening.recvfrom(4096)
        if octets:
            listening.sendto(_answer(octets, records, rcode), asker)


def _answer(octets: bytes, records: Records, rcode: str) -> bytes:
    query = dns.message.from_wire(octets)
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(question.rdtype)
    if rcode:
        answer.set_rcode(dns.rcode.from_text(rcode))
    elif found := records.get((name, kind)):
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
    elif not any(known == name for known, _ in records):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()
