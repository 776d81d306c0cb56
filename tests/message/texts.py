"""Texts that have broken mail before, and hypothesis strategies around them."""

from __future__ import annotations

from hypothesis import strategies as st

SUBJECT = "RnD ☕️ – #386\u00a0: images, la création…"
EMOJI = [
    "☕️",
    "👩🏽‍💻",
    "👨‍👩‍👧‍👦",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "🇫🇷🇧🇪🇨🇭",
    "1️⃣",
    "🏳️‍🌈",
    "❤️‍🔥",
    "🤷🏾‍♀️",
]
NAMES = [
    "Marie",
    "Jean-François Lefèvre",
    "Anne Martin",
    "J. R. O'Neil",
    'Zoé "la Plume" Dupont',
    'a "quoted" \\ backslash',
    "Dupont, Jean (Paris) <jean@example.com>",
    "=?utf-8?q?not_encoded?=",
    "=?utf-8?q?half",
    "x" * 200,
    "é" * 200,
    "mot " * 49 + "fin.",
    "Łukasz   Trois\u00a0Espaces ",
    " devant",
    "  ",
    "ﷺ عبد الله",
    "김철수 \u1112\u1161\u11ab",
    "Z̸̡̛͇̟̮͍͙̗̜̖͓̦̣̹̬̝̓̽̏̈́͋̽̀̎̑̾̕͠a̶l̵g̷o" * 6,
    ".hidden",
    "From here",
    "a_b?c=d",
    "tab\there",
    "{{ name }} [[ x ]] <b>&amp;</b>",
    *EMOJI,
    "".join(EMOJI) * 5,
]

_awkward = st.sampled_from(
    [" ", "  ", ".", "..", "From ", "=", "=\n", "\n", "\n.\n", "\t", "é", "\u202f", "\u2028", "~"]
    + ["x" * width for width in (60, 71, 72, 73, 74, 75, 76, 77)]
    + EMOJI
)
_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")
_line_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")


def _pieces(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(_awkward, st.text(characters, max_size=90)), max_size=8).map("".join)


bodies = _pieces(_characters)
"""Any text a body can carry, LF its line break."""

values = st.one_of(
    st.sampled_from([SUBJECT, *NAMES]),
    _pieces(_line_characters).map(lambda text: text.replace("\n", " ")),
)
"""Any text of one line."""
