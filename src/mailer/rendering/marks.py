"""Stage two's tags, taken out of the sources before stage one and found again at the end.

In between each is a plain ASCII word that nothing else can be: it carries a random nonce, so no
issue's text can forge one. Between table rows a bare word would be moved by an HTML parser, so a
block tag stands in a comment there; within a tag or a comment, where that cannot be, it is bare.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from mailer.errors import Where
from mailer.rendering.errors import TemplateError
from mailer.rendering.expressions import ExpressionError, evaluator
from mailer.rendering.markup import TAG, line_of
from mailer.rendering.sources import Masked, mask

HOLE_OPEN: Final = "\ue000"
HOLE_CLOSE: Final = "\ue001"
"""Around a personal field in an issue's text (private-use characters, refused in its source)."""

TagKind = Literal["value", "if", "elif", "else", "endif"]

_TAG: Final = re.compile(
    r"(?P<escaped>\\\[[\[%])|(?P<open>\[\[|\[%)(?P<inside>.*?)(?P<close>\]\]|%\])"
)
_OPENED: Final = re.compile(r"\[\[|\[%")
_HOLE: Final = re.compile(f"{HOLE_OPEN}([^{HOLE_CLOSE}]*){HOLE_CLOSE}")
_BLOCK: Final = re.compile(r"[-+]?\s*(\w*)\s*(.*?)\s*[-+]?", re.DOTALL)
_LOOSE: Final = re.compile(f"[{HOLE_OPEN}{HOLE_CLOSE}]")


@dataclass(frozen=True, slots=True)
class Tag:
    """One stage-two tag of a source: what it says and where."""

    kind: TagKind
    expression: str
    where: Where
    shown: str
    """Where it stands as findings tell it: the file below its folder, and the line."""

    @property
    def text(self) -> str:
        """As its author wrote it, more or less."""
        if self.kind == "value":
            return f"[[ {self.expression} ]]"
        return f"[% {f'{self.kind} {self.expression}'.strip()} %]"


@dataclass(slots=True)
class Marks:
    """The words that stand for tags, for one set of templates."""

    nonce: str = field(default_factory=lambda: secrets.token_hex(6))
    _tags: list[Tag] = field(default_factory=list)
    _numbers: dict[Tag, int] = field(default_factory=dict)

    @property
    def word(self) -> re.Pattern[str]:
        """Any of the words. Groups: `kind` (v value, b block, l block alone on its line), `n`."""
        return re.compile(rf"mk{self.nonce}(?P<kind>[vbl])(?P<n>\d+)z")

    @property
    def commented(self) -> re.Pattern[str]:
        """A block tag's word in a comment of its own."""
        return re.compile(rf"<!--(mk{self.nonce}[bl]\d+z)-->")

    def tag(self, match: re.Match[str]) -> Tag:
        """The tag a match of `word` stands for."""
        return self._tags[int(match["n"])]

    def numbers(self, text: str) -> list[int]:
        """The numbers of all words in a text, in order."""
        return [int(match["n"]) for match in self.word.finditer(text)]

    def named(self, number: int) -> Tag:
        """The tag of that number."""
        return self._tags[number]

    def holds(self, text: str) -> bool:
        """Whether any word stands in the text."""
        return self.nonce in text

    def take(self, source: str, file: Path, *, markup: bool) -> str:
        """The source with words for its tags. Lines stay where they are."""
        masked = mask(source)
        placed = list(_markup_spans(masked)) if markup else []
        open_ifs: list[Tag] = []
        errors: list[TemplateError] = []

        def replace(match: re.Match[str]) -> str:
            if _inside(match.start(), masked.comments):
                return match[0]
            if match["escaped"]:
                return match[0][1:]
            try:
                tag = _read(match, Where(file, line_of(source, match.start())))
                _nest(tag, open_ifs)
            except TemplateError as error:
                errors.append(error)
                return match[0]
            if tag.kind == "value":
                return self._word("v", tag)
            if _inside(match.start(), masked.jinja):
                errors.append(
                    TemplateError(
                        f"{tag.text} stands within a {{{{ }}}} or {{% %}}", where=tag.where
                    )
                )
            if not markup:
                return self._word("l" if _alone(source, match) else "b", tag)
            word = self._word("b", tag)
            return word if _inside(match.start(), placed) else f"<!--{word}-->"

        taken = _TAG.sub(replace, source)
        errors.extend(_unclosed(source, masked, file))
        errors.extend(
            TemplateError(
                "[% if %] without its [% endif %]",
                where=tag.where,
                mend="write [% endif %] where the branch ends",
            )
            for tag in open_ifs
        )
        if errors:
            raise _all(errors)
        return taken

    def take_holes(self, text: str, where: Where) -> str:
        """A text with words for an issue's personal fields."""
        shown = f"{Path(where.file).parent.name}/{Path(where.file).name}"

        def replace(match: re.Match[str]) -> str:
            tag = _checked(Tag("value", f"subscriber.{match[1]}", where, shown))
            return self._word("v", tag)

        taken = _HOLE.sub(replace, text)
        if _LOOSE.search(taken):
            raise TemplateError("a private-use character (U+E000, U+E001)", where=where)
        return taken

    def _word(self, kind: str, tag: Tag) -> str:
        if tag not in self._numbers:
            self._numbers[tag] = len(self._tags)
            self._tags.append(tag)
        return f"mk{self.nonce}{kind}{self._numbers[tag]}z"


def _all(errors: list[TemplateError]) -> Exception:
    from mailer.errors import ManyErrors

    return errors[0] if len(errors) == 1 else ManyErrors(errors)


def _read(match: re.Match[str], where: Where) -> Tag:
    shown = f"{Path(where.file).parent.name}/{Path(where.file).name}:{where.line}"
    pair = match["open"] + match["close"]
    if pair not in ("[[]]", "[%%]"):
        raise TemplateError(
            f"«{match[0]}» begins with {match['open']} and ends otherwise", where=where
        )
    if match["open"] == "[[":
        return _checked(Tag("value", match["inside"].strip(), where, shown))
    block = _BLOCK.fullmatch(match["inside"])
    word, rest = (block[1], block[2]) if block else ("", "")
    if word in ("if", "elif"):
        return _checked(Tag("if" if word == "if" else "elif", rest, where, shown))
    if word in ("else", "endif") and not rest:
        return Tag("else" if word == "else" else "endif", "", where, shown)
    raise TemplateError(
        f"[% {word or '…'} %] is not for the second stage, which knows if, elif, else and endif",
        where=where,
        mend="loops, macros and sets belong to the first stage: {% … %}",
    )


def _checked(tag: Tag) -> Tag:
    try:
        evaluator(tag.expression)
    except ExpressionError as error:
        raise TemplateError(f"{tag.text}: {error}", where=tag.where) from None
    return tag


def _nest(tag: Tag, open_ifs: list[Tag]) -> None:
    if tag.kind == "if":
        open_ifs.append(tag)
    elif tag.kind != "value" and not open_ifs:
        raise TemplateError(f"{tag.text} without an [% if %]", where=tag.where)
    elif tag.kind == "endif":
        open_ifs.pop()


def _alone(source: str, match: re.Match[str]) -> bool:
    start = source.rfind("\n", 0, match.start()) + 1
    end = source.find("\n", match.end())
    line = source[start : end if end >= 0 else len(source)]
    return line.strip() == match[0]


def _inside(position: int, spans: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _markup_spans(masked: Masked) -> Iterator[tuple[int, int]]:
    """Where tags and comments stand: a word there cannot be wrapped in a comment."""
    return (match.span() for match in TAG.finditer(masked.text))


def _unclosed(source: str, masked: Masked, file: Path) -> Iterator[TemplateError]:
    rest = _TAG.sub(lambda match: " " * len(match[0]), source)
    for match in _OPENED.finditer(rest):
        if not _inside(match.start(), masked.jinja) and not _inside(match.start(), masked.comments):
            yield TemplateError(
                f"{match[0]} is not closed on its line",
                where=Where(file, line_of(source, match.start())),
                mend=f"write \\{match[0]} for the characters themselves",
            )
