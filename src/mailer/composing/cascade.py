"""The rules of a mail's style blocks that set colours, and which of them an element gets.

Only what mails use is understood: elements, classes, ids and attributes, «a b» and «a>b». A
selector that is not understood is named, so that nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mailer.rendering import Element

Path = Sequence[Element]
"""An element with all that it stands in, outermost first."""

COLOURED: Final = ("color", "background", "background-color")

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK: Final = re.compile(r"([^{}]*)\{((?:[^{}]|\{[^{}]*\})*)\}")
_DARK: Final = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_STEP: Final = re.compile(r"\s*(>)\s*|\s+")
_SIMPLE: Final = re.compile(r"[.#]?-?[A-Za-z_][\w-]*|\*|\[[\w-]+\]|:(?:hover|active|focus|visited)")
_STATE: Final = (":hover", ":active", ":focus", ":visited")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One property's value, and whether it is `!important`."""

    name: str
    value: str
    is_important: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector, as steps from the outside in, and what it says about colours."""

    steps: tuple[tuple[str, tuple[str, ...]], ...]
    """For each step: «>» or « » before it, and the simple selectors of one element."""
    declarations: tuple[Declaration, ...]

    @property
    def specificity(self) -> tuple[int, int, int]:
        """Ids, classes and attributes, elements."""
        simple = [one for _, parts in self.steps for one in parts]
        ids = sum(one.startswith("#") for one in simple)
        classes = sum(one.startswith((".", "[")) for one in simple)
        return ids, classes, len(simple) - ids - classes - simple.count("*")

    def matches(self, path: Path) -> bool:
        """Whether the last element of the path is meant."""
        return _matches(self.steps, path)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a mail's style blocks say about colours."""

    always: tuple[Rule, ...]
    dark: tuple[Rule, ...]
    has_dark: bool
    unknown: tuple[str, ...]
    """Selectors that set colours and are not understood, or at-rules that may."""


def sheet_of(styles: Sequence[str]) -> Sheet:
    """The rules in the style blocks, in their order."""
    always: list[Rule] = []
    dark: list[Rule] = []
    unknown: list[str] = []
    has_dark = False
    for head, body in _blocks("\n".join(styles)):
        if _DARK.fullmatch(head):
            has_dark = True
            for inner, declarations in _blocks(body):
                _read(inner, declarations, dark, unknown)
        elif not head.startswith("@"):
            _read(head, body, always, unknown)
        elif any(declared(inner) for _, inner in _blocks(body)):
            unknown.append(head)
    return Sheet(tuple(always), tuple(dark), has_dark, tuple(unknown))


def declared(style: str) -> tuple[Declaration, ...]:
    """What a style attribute, or a rule's body, says about colours."""
    return tuple(_declared(style))


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    for block in _BLOCK.finditer(_COMMENT.sub("", css)):
        yield block[1].strip().removeprefix("}").strip(), block[2]


def _read(selectors: str, body: str, rules: list[Rule], unknown: list[str]) -> None:
    declarations = tuple(_declared(body))
    if not declarations:
        return
    for selector in selectors.split(","):
        steps = _steps(selector.strip())
        if steps is None:
            unknown.append(selector.strip())
        elif not any(one in _STATE for _, simple in steps for one in simple):
            rules.append(Rule(steps, declarations))


def _declared(body: str) -> Iterator[Declaration]:
    for part in body.split(";"):
        name, colon, value = part.partition(":")
        name, value = name.strip().lower(), value.strip()
        if colon and name in COLOURED:
            bare = re.sub(r"\s*!\s*important\s*$", "", value, flags=re.IGNORECASE)
            yield Declaration(name, bare, bare != value)


def _steps(selector: str) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    pieces = _STEP.split(selector)
    compounds, joints = pieces[::2], [" ", *(joint or " " for joint in pieces[1::2])]
    steps = []
    for joint, compound in zip(joints, compounds, strict=True):
        simple = _SIMPLE.findall(compound)
        if not simple or "".join(simple) != compound:
            return None
        steps.append((joint, tuple(simple)))
    return tuple(steps)


def _matches(steps: Sequence[tuple[str, tuple[str, ...]]], path: Path) -> bool:
    joint, simple = steps[-1]
    if not path or not all(_is(path[-1], one) for one in simple):
        return False
    if len(steps) == 1:
        return True
    outer = path[:-1]
    if joint == ">":
        return _matches(steps[:-1], outer)
    return any(_matches(steps[:-1], outer[:end]) for end in range(len(outer), 0, -1))


def _is(element: Element, simple: str) -> bool:
    if simple == "*":
        return True
    if simple.startswith("."):
        return simple[1:] in element.attributes.get("class", "").split()
    if simple.startswith("#"):
        return element.attributes.get("id") == simple[1:]
    if simple.startswith("["):
        return simple[1:-1] in element.attributes
    return element.name == simple.lower()
