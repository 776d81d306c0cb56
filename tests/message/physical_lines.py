"""What every physical line of a body we write must hold to, read from the bytes alone."""

from __future__ import annotations

import re

_LINE = re.compile(rb"(?:[ !-<>-~]|=[0-9A-F]{2})*=?")
_SPLIT_CHARACTER = re.compile(rb"=[89AB][0-9A-F]")


def assert_wire_ready(body: bytes) -> None:
    """RFC 2045 6.7, RFC 2049 3, RFC 5321 2.3.8 and 4.5.2, RFC 6376 3.4.4 for joined chunks."""
    assert body == b"" or body.endswith(b"\r\n")
    assert body.count(b"\r") == body.count(b"\n") == body.count(b"\r\n")
    soft_before = False
    for line in body.split(b"\r\n")[:-1]:
        assert len(line) <= 76, line
        assert _LINE.fullmatch(line), line
        assert not line.startswith((b".", b"From ")), line
        assert b"  " not in line, line
        assert not line.removesuffix(b"=").endswith(b" "), line
        assert not (soft_before and _SPLIT_CHARACTER.match(line)), line
        soft_before = line.endswith(b"=")
