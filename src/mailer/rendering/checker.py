"""A template source is read by ourselves first: tags that balance, words that MJML knows.

mrml's errors carry no position, and what it does not know it passes through or drops. Each file is
checked on its own, partials too: what an `{% if %}` opens must be closed in that very branch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final

from mailer.errors import Where
from mailer.rendering.errors import TemplateError
from mailer.rendering.expressions import nearest
from mailer.rendering.markup import TAG, attributes_of, line_of
from mailer.rendering.sources import BLANK, Control, mask
from mailer.rendering.vocabulary import EVERY_ATTRIBUTE, VOCABULARY, VOID, Component

_RAW_TEXT: Final = frozenset(("mj-style", "style", "script"))


@dataclass(slots=True)
class _Open:
    """An element that is open, or (without a component) HTML, or a stage's statement."""

    name: str
    line: int
    control: Control | None = None
    in_attributes: bool = False

    def is_closed_by(self, name: str) -> bool:
        """`<h{{ n }}>` by the same, `<h2{{ attributes }}>` by `</h2>`."""
        return self.control is None and name in (self.name, self.name.partition("{{")[0])

    @property
    def component(self) -> Component | None:
        return VOCABULARY.get(self.name)


@dataclass(slots=True)
class _Reading:
    """One pass over one file."""

    source: str
    file: Path | str
    stack: list[_Open] = field(default_factory=list)
    errors: list[TemplateError] = field(default_factory=list)

    def fault(self, what: str, line: int, mend: str = "") -> None:
        self.errors.append(TemplateError(what, where=Where(self.file, line), mend=mend))


def check_mjml(source: str, file: Path | str) -> list[TemplateError]:
    """Everything wrong with the markup of one template file, each with its line."""
    reading = _Reading(source, file)
    masked = mask(source)
    controls = list(masked.controls)
    position = 0
    while match := TAG.search(masked.text, position):
        while controls and controls[0].position < match.start():
            _control(reading, controls.pop(0))
        within: list[Control] = []
        while controls and controls[0].position < match.end():
            within.append(controls.pop(0))
        position = match.end()
        if match["comment"]:
            continue
        _within_a_tag(reading, within)
        line = line_of(source, match.start())
        name = source[match.start("name") : match.end("name")]
        if match["end"]:
            _end(reading, name, line)
            continue
        _start(reading, name, match["attributes"], line, closed=bool(match["closed"]))
        if name in _RAW_TEXT and not match["closed"]:
            end = masked.text.find(f"</{name}", position)
            position = end if end >= 0 else position
    for control in controls:
        _control(reading, control)
    for left in reading.stack:
        if left.control is None:
            reading.fault(f"<{left.name}> is never closed", left.line, f"add </{left.name}>")
    return sorted(reading.errors, key=lambda error: (error.where.line or 0) if error.where else 0)


def _control(reading: _Reading, control: Control) -> None:
    line = line_of(reading.source, control.position)
    if control.opens:
        reading.stack.append(_Open(control.word, line, control))
        return
    if not (control.divides or control.ends):
        return
    if not any(entry.control for entry in reading.stack):
        return  # the stage's own parser says it better
    while (left := reading.stack[-1]).control is None:
        word = f"{control.stage} {control.word} {control.stage[::-1].translate(_MIRROR)}"
        reading.fault(
            f"<{left.name}> is opened in this branch and not closed before {word} (line {line})",
            left.line,
            f"add </{left.name}>, or open and close it outside of the branch",
        )
        reading.stack.pop()
    if control.ends:
        reading.stack.pop()


def _within_a_tag(reading: _Reading, controls: list[Control]) -> None:
    """What is opened within a tag is closed in it; then it changes no nesting."""
    depth = 0
    for control in controls:
        depth += control.opens - control.ends
        if depth < 0:
            _control(reading, control)
            break
    if depth:
        control = controls[0]
        reading.fault(
            f"{control.stage} {control.word} … stands within a tag, and what belongs to it outside",
            line_of(reading.source, control.position),
            "both belong into the same text or the same attribute",
        )


_MIRROR: Final = str.maketrans("{[", "}]")


def _end(reading: _Reading, name: str, line: int) -> None:
    stack = reading.stack
    if name.lower() in VOID:
        return
    if stack and stack[-1].is_closed_by(name):
        stack.pop()
        return
    inside = takewhile(lambda entry: entry.control is None, reversed(stack))
    if not any(entry.is_closed_by(name) for entry in inside):
        outside = any(entry.is_closed_by(name) for entry in stack)
        reading.fault(
            f"</{name}> closes an element that was opened outside of this branch"
            if outside
            else f"</{name}> closes nothing",
            line,
            f"open <{name}> before it, or take it away",
        )
        return
    while not (left := stack.pop()).is_closed_by(name):
        reading.fault(
            f"<{left.name}> is not closed before </{name}> (line {line})",
            left.line,
            f"add </{left.name}>",
        )


def _start(reading: _Reading, name: str, attributes: str, line: int, *, closed: bool) -> None:
    parent = next((entry for entry in reversed(reading.stack) if entry.control is None), None)
    in_macro = any(entry.control and entry.control.word == "macro" for entry in reading.stack)
    is_mjml = name == "mjml" or name.startswith("mj-")
    if is_mjml:
        _component(reading, name, attributes, line, None if in_macro else parent)
    elif parent is not None and parent.component is not None and not parent.component.holds_html:
        reading.fault(
            f"<{name}> cannot stand directly in <{parent.name}>",
            line,
            f"write <mj-{name}>"
            if f"mj-{name}" in VOCABULARY
            else "put HTML into mj-text, mj-table or mj-raw",
        )
    if closed or (not is_mjml and name.lower().partition("{{")[0] in VOID):
        return
    in_attributes = name == "mj-attributes" or bool(parent and parent.in_attributes)
    reading.stack.append(_Open(name, line, in_attributes=in_attributes))


def _component(
    reading: _Reading, name: str, attributes: str, line: int, parent: _Open | None
) -> None:
    component = VOCABULARY.get(name)
    if component is None:
        mend = "use {% include %}" if name == "mj-include" else ""
        reading.fault(f"MJML has no <{name}>{nearest(name, list(VOCABULARY))}", line, mend)
        return
    _place(reading, name, line, parent)
    allowed = EVERY_ATTRIBUTE | {"name"} if "*" in component.attributes else component.attributes
    for attribute, _ in attributes_of(attributes):
        if BLANK not in attribute and attribute not in allowed:
            near = nearest(attribute, sorted(allowed))
            reading.fault(f"<{name}> has no attribute {attribute!r}{near}", line)


def _place(reading: _Reading, name: str, line: int, parent: _Open | None) -> None:
    if parent is None or parent.in_attributes:
        return
    if parent.component is None and parent.name.startswith("mj-"):
        return  # reported where it stands
    if parent.component is None or parent.component.holds_html:
        reading.fault(f"<{name}> cannot stand in the HTML of <{parent.name}>", line)
    elif name not in parent.component.children:
        holds = ", ".join(sorted(parent.component.children)) or "nothing"
        reading.fault(
            f"<{name}> cannot stand in <{parent.name}>", line, f"<{parent.name}> holds {holds}"
        )
