"""What an issue looked like in a proof, and what has changed since, by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mailer.campaigns import Prepared
from mailer.content import KINDS, Edition, Section

_LINES = ("title", "subject", "preheader")
OUR_WORDS = frozenset({*_LINES, *KINDS, "sections", "template"})
"""Names of parts that are ours and not the author's."""


class ChangeKind(StrEnum):
    """What happened to a part of an issue."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One part, by name, and what happened to it."""

    kind: ChangeKind
    part: str


def looks_of(prepared: Prepared | None) -> dict[str, Any]:
    """A digest of each part that the editors know by name, as JSON has it."""
    if prepared is None:
        return {}
    issue = prepared.issue
    return {
        "editions": {locale: _edition(one) for locale, one in issue.editions.items()},
        "pictures": {name: image.digest for name, image in issue.images.items()},
        "issue": issue.digest,
        "whole": prepared.digest,
    }


def _edition(edition: Edition) -> dict[str, Any]:
    sections: dict[str, str] = {}
    for section in edition.sections:
        name = section.title or section.kicker or section.kind
        count = sum(key == name or key.startswith(f"{name} (") for key in sections)
        sections[f"{name} ({count + 1})" if count else name] = _digest(section)
    return {
        "lines": {key: getattr(edition, key) for key in _LINES},
        # A list, because JSONB forgets the order of keys.
        "sections": [[name, digest] for name, digest in sections.items()],
    }


def _digest(section: Section) -> str:
    facts = json.dumps(_without_lines(asdict(section)), sort_keys=True, default=str)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _without_lines(value: Any) -> Any:
    """A section that only moved down the file has not changed."""
    if isinstance(value, dict):
        return {key: _without_lines(each) for key, each in value.items() if key != "line"}
    if isinstance(value, list | tuple):
        return [_without_lines(each) for each in value]
    return value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What is not as it was; both as `looks_of` gives them, neither empty."""
    found: list[Change] = []
    several = len(after["editions"]) > 1 or len(before["editions"]) > 1
    for locale in dict.fromkeys([*before["editions"], *after["editions"]]):
        old, new = before["editions"].get(locale), after["editions"].get(locale)
        if old is None or new is None:
            kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
            found.append(Change(kind, f"issue.{locale}.md"))
            continue
        mark = f" [{locale}]" if several else ""
        found += [Change(one.kind, f"{one.part}{mark}") for one in _in_edition(old, new)]
    found += _named(before["pictures"], after["pictures"])
    if not found and before["whole"] != after["whole"]:
        part = "template" if before["issue"] == after["issue"] else "issue.md"
        found.append(Change(ChangeKind.CHANGED, part))
    return found


def _in_edition(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    yield from _named(before["lines"], after["lines"])
    old, new = dict(before["sections"]), dict(after["sections"])
    yield from _named(old, new)
    if _kept(old, new) != _kept(new, old):
        yield Change(ChangeKind.MOVED, "sections")


def _kept(names: Mapping[str, str], others: Mapping[str, str]) -> Sequence[str]:
    return [name for name in names if name in others]


def _named(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        if name not in before:
            yield Change(ChangeKind.ADDED, name)
        elif name not in after:
            yield Change(ChangeKind.REMOVED, name)
        elif before[name] != after[name]:
            yield Change(ChangeKind.CHANGED, name)
