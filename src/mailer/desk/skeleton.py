"""The skeleton of an issue: the sections a list always has, in its order, ready to be filled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from mailer.content import KINDS, Edition, Kind, Section

_FOLDER: Final = Path(__file__).with_name("first")


@dataclass(frozen=True, slots=True)
class Bone:
    """One section to be filled."""

    kind: Kind
    title: str
    """Empty where it is new each time."""
    kicker: str = ""
    column: str = ""
    """The standing column it is."""


FIRST: Final = (
    Bone("summary", ""),
    Bone("article", ""),
    Bone("briefs", ""),
    Bone("pick", ""),
    Bone("signoff", ""),
)
"""What a list begins with that has no issue yet."""


def skeleton(
    editions: Sequence[Edition], due: Collection[str], columns: Collection[str]
) -> tuple[Bone, ...]:
    """The sections of a list's next issue, after its last editions, newest first.

    The order is that of the newest. A title, or a line above it, that stood in the one before too
    is the list's own and stays; others are new each time. Of the standing columns those that are
    due are in it: in their old place where they had one, at the end where they had none.
    """
    if not editions:
        return (*FIRST, *(Bone("guest", "", column=key) for key in due))
    standing = _standing(editions[1:])
    bones = [
        _bone(section, standing)
        for section in editions[0].sections
        if not _is_opening(section) and (section.column is None or section.column.key in due)
    ]
    there = {bone.column for bone in bones}
    for key in (key for key in columns if key in due and key not in there):
        bones.insert(_place(editions, key, bones), Bone("guest", "", column=key))
    return tuple(bones)


def written(bones: Sequence[Bone], locale: str) -> str:
    """The skeleton as Markdown: a heading each, below it how its kind is written, as a comment."""
    examples = examples_of(locale)
    parts = [_opening(locale)]
    for bone in bones:
        parts.append(f"{_attributes(bone)}\n## {bone.title or _untitled(locale)}")
        parts.append(_comment(examples[bone.kind]))
    others = [kind for kind in KINDS if kind not in {bone.kind for bone in bones}]
    if others:
        parts.append(_comment("\n\n".join(examples[kind] for kind in others)))
    return "\n\n".join(parts) + "\n"


@lru_cache(maxsize=4)
def examples_of(locale: str) -> dict[str, str]:
    """How each kind of section is written."""
    text = (_FOLDER / f"kinds.{locale}.md").read_text(encoding="utf-8")
    blocks = (block.partition("\n") for block in text.split("\n@"))
    return {name.lstrip("@"): example.strip() for name, _, example in blocks}


def _is_opening(section: Section) -> bool:
    return section.kind == "note" and not section.title


def _standing(editions: Sequence[Edition]) -> set[tuple[Kind, str]]:
    return {
        (section.kind, words)
        for edition in editions
        for section in edition.sections
        for words in (section.title, section.kicker)
        if words
    }


def _bone(section: Section, standing: Collection[tuple[Kind, str]]) -> Bone:
    def kept(words: str) -> str:
        return words if (section.kind, words) in standing else ""

    if section.column is not None:  # the column has its own line above, in config.toml
        return Bone("guest", "", column=section.column.key)
    return replace(Bone(section.kind, ""), title=kept(section.title), kicker=kept(section.kicker))


def _place(editions: Sequence[Edition], column: str, bones: Sequence[Bone]) -> int:
    """Behind the section that stood before the column when it last appeared; else at the end."""
    for edition in editions:
        before: Kind | None = None
        for section in edition.sections:
            if section.column is not None and section.column.key == column:
                places = [n for n, bone in enumerate(bones, 1) if bone.kind == before]
                return places[-1] if places else len(bones)
            before = section.kind
    return len(bones)


def _attributes(bone: Bone) -> str:
    words = [f".{bone.kind}"]
    if bone.column:
        words.append(f"column={bone.column}")
    if bone.kicker:
        words.append(f'kicker="{bone.kicker}"')
    return f"{{{' '.join(words)}}}"


def _comment(words: str) -> str:
    return f"<!--\n{words}\n-->"


def _opening(locale: str) -> str:
    return "Bonjour [[ first_name ]] !" if locale == "fr" else "Hello [[ first_name ]]!"


def _untitled(locale: str) -> str:
    return "Titre" if locale == "fr" else "Title"
