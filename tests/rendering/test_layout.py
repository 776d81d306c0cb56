"""A layout is a value: it goes through JSON unchanged, and fills without letting anything in."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rendering import ESCAPES, Arm, Branch, FillError, Layout, Node, Static, Value, safe

statics = st.builds(Static, st.text())
values = st.builds(
    Value, st.sampled_from(["subscriber.name", "test"]), st.sampled_from(ESCAPES), st.text()
)


def branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    inner = st.lists(nodes, max_size=3).map(tuple)
    arms = st.builds(Arm, st.sampled_from(["", "test", "not test"]), inner, st.text())
    return st.builds(Branch, st.lists(arms, min_size=1, max_size=3).map(tuple))


nodes = st.recursive(st.one_of(statics, values), branches, max_leaves=12)
layouts = st.builds(Layout, st.lists(nodes, max_size=6).map(tuple))


@given(layouts)
def test_a_layout_goes_through_json_unchanged(layout: Layout) -> None:
    assert Layout.from_json(layout.to_json()) == layout


def test_the_first_arm_that_holds_is_taken() -> None:
    layout = Layout(
        (
            Branch(
                (
                    Arm("test", (Static("test"),)),
                    Arm("subscriber.name", (Value("subscriber.name", "text"),)),
                    Arm("", (Static("nobody"),)),
                )
            ),
        )
    )
    assert layout.fill({"test": True}) == "test"
    assert layout.fill({"subscriber.name": "Zoé"}) == "Zoé"
    assert layout.fill({}) == "nobody"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")))
def test_an_escaped_value_is_text_and_nothing_else(value: str) -> None:
    """It holds no quote, no tag and no open reference, and a browser reads the value itself."""
    filled = Layout((Value("subscriber.name", "html"),)).fill({"subscriber.name": value})
    assert not set(filled) & set("<>\"'")
    assert html.unescape(filled) == html.unescape(html.escape(value))


@pytest.mark.parametrize("character", ["\r", "\n", "\0", chr(0xD800), chr(0xDFFF)])
def test_what_no_line_can_hold_is_refused_not_stripped(character: str) -> None:
    for escape in ESCAPES:
        with pytest.raises(FillError, match=r"«subscriber\.name»"):
            Layout((Value("subscriber.name", escape),)).fill({"subscriber.name": f"a{character}b"})


def test_nothing_and_numbers_are_written_plainly() -> None:
    assert safe(None, "x") == ""
    assert safe(3, "x") == "3"
