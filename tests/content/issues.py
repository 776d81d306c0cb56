"""Builders for issues on disk that show only the facts a test is about."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from mailer.content import Column, Issue, Section, read_issue
from mailer.errors import MailerError, ManyErrors

HEADER = """\
---
number: 7
title: "Un titre"
subject: "Un sujet"
preheader: "Un aperçu"
list: cafe
locale: fr
date: 2026-11-20
status: ready
---
"""
BODY_LINE = 11
"""The line of the file on which a body below HEADER begins."""

ENGLISH = '---\ntitle: "A title"\nsubject: "A subject"\npreheader: "A preview"\n---\n'

COLUMNS = {"compliance": Column("compliance", kicker="Parole d’expert", blurb="Qui : elle !")}


def png(width: int = 8, height: int = 4) -> bytes:
    """A whole PNG picture, grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def write(
    folder: Path,
    body: str = "Bonjour.\n",
    *,
    header: str = HEADER,
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """An issue's folder with issue.md and whatever else stands beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "issue.md").write_text(header + body, "utf-8")
    for name, content in (files or {}).items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def read(folder: Path, body: str, **given: bytes | str) -> Issue:
    """An issue with this body, read; other files are given with __ for the dot in their name."""
    files = {name.replace("__", "."): data for name, data in given.items()}
    return read_issue(write(folder, body, files=files), columns=COLUMNS)


def sections(folder: Path, body: str, **given: bytes | str) -> tuple[Section, ...]:
    """The sections of an issue with this body."""
    return read(folder, body, **given).main.sections


def section(folder: Path, body: str, **given: bytes | str) -> Section:
    """The only section of an issue with this body."""
    (only,) = sections(folder, body, **given)
    return only


def faults(folder: Path) -> list[str]:
    """What reading an issue complains about, as `file:line: what — mend` below its folder."""
    try:
        read_issue(folder, columns=COLUMNS)
    except ManyErrors as many:
        return [_short(error, folder) for error in many.errors]
    except MailerError as error:
        return [_short(error, folder)]
    return []


def _short(error: MailerError, folder: Path) -> str:
    return str(error).replace(f"{folder}/", "")
