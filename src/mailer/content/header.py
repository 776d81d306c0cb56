"""The front matter: the block between two `---` lines that says what the issue is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from frontmatter.default_handlers import YAMLHandler

from mailer.content.errors import ContentError, Faults, nearest
from mailer.content.model import STATUSES
from mailer.content.source import foreign
from mailer.errors import Where, meant

_SHARED: Final = ("number", "list", "date", "status", "template", "locale")
_OWN: Final = ("title", "subject", "preheader")
KEYS: Final = (
    "number",
    "title",
    "subject",
    "preheader",
    "list",
    "locale",
    "date",
    "status",
    "template",
)
"""What front matter may say; docs/writing.md explains each."""

_NEEDED: Final = ("number", "title", "subject", "preheader", "list", "locale")
_MOST_NUMBER: Final = 2**31 - 1  # what both databases hold in an integer column
_LOCALE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}|\d{3}))?")

Value = str | int | dt.date | None


@dataclass(frozen=True, slots=True)
class Header:
    """What one file's front matter says. Keys at fault are absent from `values`."""

    values: Mapping[str, Value]
    lines: Mapping[str, int]
    body: str
    body_line: int
    """The line of the file on which the body begins."""

    def text(self, key: str) -> str:
        """A text value; empty where it is absent."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def line(self, key: str) -> int:
        """The line of a key, or of the front matter itself."""
        return self.lines.get(key, 1)


def locale_of(text: str) -> str | None:
    """A language tag in its usual case (`fr`, `en-GB`), or None where it is none (RFC 5646)."""
    match = _LOCALE.fullmatch(text)
    if match is None:
        return None
    language, region = match.groups()
    return language.lower() + (f"-{region.upper()}" if region else "")


def read_main(text: str, faults: Faults) -> Header:
    """The front matter of issue.md. Raises ContentError where there is none to speak of."""
    header = _read(text, faults)
    _require(header, _NEEDED, faults)
    return header


def read_translation(text: str, locale: str, main: Header, faults: Faults) -> Header:
    """The front matter of issue.en.md and its kind: its own words; the rest is issue.md's."""
    header = _read(text, faults)
    _require(header, _OWN, faults)
    expected = {**main.values, "locale": locale}
    for key in _SHARED:
        if key in header.values and header.values[key] != expected.get(key):
            owner = "the file's name" if key == "locale" else "issue.md"
            faults.add(header.line(key), f"«{key}» differs from {owner}", "remove the line here")
    return header


def _read(text: str, faults: Faults) -> Header:
    source, body, first, body_line = _split(text, faults.file)
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    slips: dict[str, int] = {}
    for key_node, value_node in _pairs(source, first, faults.file):
        line = first + key_node.start_mark.line
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
        if key not in KEYS:
            faults.add(line, f"unknown key «{key}»", nearest(key, KEYS))
            slips[meant(key, KEYS) or key] = line
        elif key in lines:
            faults.add(line, f"«{key}» stands here twice", f"see line {lines[key]}")
        else:
            lines[key] = line
            _take(key, value_node, line, values, faults)
    # Whoever mends a slip has the key: it is one fault, not a missing key too.
    return Header(values, slips | lines, body, body_line)


def _split(text: str, file: Path) -> tuple[str, str, int, int]:
    """Front matter, body, and the line on which each begins."""
    handler = YAMLHandler()
    mend = "begin the file with a line ---, then title, subject, …, then a line ---"
    if not handler.detect(text):
        raise ContentError("no front matter", where=Where(file, 1), mend=mend)
    try:
        source, body = handler.split(text)
    except ValueError:
        raise ContentError(
            "the front matter does not end", where=Where(file, 1), mend="close it with a line ---"
        ) from None
    before_body = text[: len(text) - len(body)]
    first = before_body[: before_body.index(source)].count("\n") + 1 if source.strip() else 1
    return source, body, first, before_body.count("\n") + 1


def _pairs(source: str, first: int, file: Path) -> list[tuple[yaml.Node, yaml.Node]]:
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first + (mark.line if mark else 0)
        raise ContentError(
            f"the front matter cannot be read: {error.problem or error.context}",
            where=Where(file, line),
            mend='put a text that holds : # or quotes between double quotes, as in title: "…"',
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ContentError("the front matter cannot be read", where=Where(file, first)) from None
    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        line = first + node.start_mark.line
        raise ContentError(
            "the front matter is no list of keys", where=Where(file, line), mend="write key: value"
        )
    return list(node.value)


def _take(key: str, node: yaml.Node, line: int, values: dict[str, Value], faults: Faults) -> None:
    """One value, of the type its key asks for, into `values`; else a fault."""
    value: object = None
    if isinstance(node, yaml.ScalarNode):
        try:
            value = yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            value = node.value
    problem, result = _READERS[key](value)
    if problem:
        what, mend = problem
        faults.add(line, f"«{key}» {what}", mend)
    else:
        values[key] = result


Problem = tuple[str, str] | None
Reading = tuple[Problem, Value]


def _number(value: object) -> Reading:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_NUMBER:
        return ("must be a whole number from 1 on", "as in number: 386"), None
    return None, value


def _date(value: object) -> Reading:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        mend = "write year-month-day without quotes or time, as in date: 2026-11-20"
        return ("must be a date", mend), None
    return None, value


def _status(value: object) -> Reading:
    if value not in STATUSES:
        return (f"must be one of: {', '.join(STATUSES)}", nearest(str(value), STATUSES)), None
    return None, str(value)


def _locale(value: object) -> Reading:
    # YAML 1.1 reads the Norwegian `no` as false; nobody else is surprised by this line.
    locale = locale_of("no" if value is False else str(value))
    if locale is None:
        return ("must be a language", "as in locale: fr"), None
    return None, locale


def _key(value: object) -> Reading:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        return ("must be a name of letters, digits, - and _", "as config.toml names it"), None
    return None, value


def _words(value: object) -> Reading:
    if not isinstance(value, str):
        return ("must be text", 'put it between double quotes, as in "…"'), None
    if any(ord(sign) < ord(" ") or sign in "\x7f\x85\u2028\u2029" for sign in value.strip()):
        return ("must be one line of text", "remove the line break or tab"), None
    if sign := foreign(value):
        return (f"holds the character {sign}, which cannot be sent", "remove it"), None
    return None, value.strip()


def _title(value: object) -> Reading:
    problem, words = _words(value)
    if problem is None and not words:
        return ("is empty", "write it out"), None
    return problem, words


_READERS: Final[Mapping[str, Callable[[object], Reading]]] = {
    "number": _number,
    "title": _title,
    "subject": _title,
    "preheader": _words,
    "list": _key,
    "locale": _locale,
    "date": _date,
    "status": _status,
    "template": _key,
}


def _require(header: Header, keys: tuple[str, ...], faults: Faults) -> None:
    for key in keys:
        if key not in header.lines:
            faults.add(1, f"the front matter has no «{key}»", f"add a line {key}: …")
