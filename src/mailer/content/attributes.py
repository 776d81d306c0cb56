"""The attribute line before a heading, as in `{.guest column=compliance}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mailer.content.errors import Faults, nearest
from mailer.content.model import KINDS, Kind

FIELDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "kicker": KINDS,
    "hide_title": KINDS,
    "sources": KINDS,
    "column": ("guest",),
    "advertiser": ("sponsor",),
    "attribution": ("quote",),
}
"""What an attribute line may say, and of which kinds; docs/writing.md explains each."""

_ONE: Final = re.compile(
    r"""\s*(?:\.(?P<cls>[^\s.#={}"]+)|\#(?P<id>[^\s.#={}"]+)"""
    r"""|(?P<key>[\w-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"“”«»'{}=]+)))(?=[\s}])"""
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an attribute line says, checked; `kind` is None where it names none."""

    line: int
    kind: Kind | None = None
    button: bool = False
    anchor: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def says(self, name: str) -> str:
        """A field's value; empty where it is absent."""
        return self.fields.get(name, "")


def read_attributes(text: str, line: int, faults: Faults) -> Attributes:
    """The attribute line's content; what is wrong with it is noted."""
    classes: list[str] = []
    anchor = ""
    fields: dict[str, str] = {}
    inner = text.strip()
    at = 1
    while one := _ONE.match(inner, at):
        at = one.end()
        if one["cls"]:
            classes.append(one["cls"])
        elif one["id"]:
            anchor = _anchor(one["id"], anchor, line, faults)
        elif one["key"] in fields:
            faults.add(line, f"«{one['key']}» stands here twice", "keep one of them")
        else:
            quoted = one["quoted"]
            value = one["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            fields[one["key"]] = value.strip()
    rest = inner[at:].strip()
    if rest != "}":
        shown = rest.removesuffix("}").strip() or "}"
        mend = 'as in {.article kicker="Two words"}, with straight quotes and } at the end'
        faults.add(line, f"an attribute line that cannot be read, from «{shown[:40]}» on", mend)
    kind, button = _kind(classes, line, faults)
    _check_fields(fields, kind, line, faults)
    return Attributes(line, kind, button, anchor, fields)


def _anchor(name: str, before: str, line: int, faults: Faults) -> str:
    if before:
        faults.add(line, "an attribute line with two names", f"keep #{before} or #{name}")
    elif not _NAME.fullmatch(name):
        mend = "a letter first, then letters without accents, digits, - and _"
        faults.add(line, f"#{name} cannot be the name of a place", mend)
    else:
        return name
    return before


def _kind(classes: list[str], line: int, faults: Faults) -> tuple[Kind | None, bool]:
    kinds = [kind for kind in KINDS if kind in classes]
    for name in classes:
        if name not in KINDS and name != "button":
            faults.add(line, f"unknown kind «.{name}»", nearest(name, (*KINDS, "button")))
    if len(kinds) > 1:
        faults.add(line, "a section of two kinds", f"keep .{kinds[0]} or .{kinds[1]}")
    return (kinds[0] if kinds else None), "button" in classes


def _check_fields(fields: Mapping[str, str], kind: Kind | None, line: int, faults: Faults) -> None:
    for name, value in fields.items():
        kinds = FIELDS.get(name)
        if kinds is None:
            faults.add(line, f"unknown attribute «{name}»", nearest(name, FIELDS))
        elif kind is not None and kind not in kinds:
            faults.add(line, f"«{name}» is no attribute of .{kind}", f"it belongs to .{kinds[0]}")
        elif not value:
            faults.add(line, f"«{name}» is empty", "write its value or remove it")
        elif name == "hide_title" and value not in ("true", "false"):
            faults.add(line, f"«hide_title» cannot be «{value}»", "true or false")
