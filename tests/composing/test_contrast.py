"""Contrast is computed where both colours are known, in light and in dark, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.composing.colours import colour_of, contrast, written
from mailer.composing.contrast import faint_words
from mailer.rendering import parse_html

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
DARK = "<style>@media (prefers-color-scheme:dark){%s}</style>"


def faint(html: str) -> list[tuple[str, bool, float]]:
    found = faint_words(html, parse_html(html))
    return [(one.words, one.is_dark, round(one.ratio, 2)) for one in found]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#ffffff", 21.0), ("#777", "white", 4.48), ("#767676", "rgb(255, 255, 255)", 4.54)],
)
def test_the_ratio_is_the_one_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    first, second = colour_of(one), colour_of(other)
    assert first
    assert second
    assert round(contrast(first, second), 2) == ratio


@given(COLOURS, COLOURS)
def test_a_ratio_lies_between_1_and_21_either_way_round(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    assert 1 <= contrast(one, other) <= 21.001
    assert contrast(one, other) == contrast(other, one)
    assert colour_of(written(one)) == one


def test_colours_are_inherited_and_the_nearest_background_counts() -> None:
    html = '<body style="background:#fff;color:#999"><div><p>pale</p>'
    assert faint(html) == [("pale", False, 2.85)]
    assert faint(html + '<p style="background-color:#000">white on black</p>')[1:] == []
    assert faint('<table bgcolor="#ffffff"><td style="color:#fff">gone</td></table>')


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color:#999">no background</p>',
        '<p style="background:#fff">no colour</p>',
        '<p style="background:url(a.png) #fff;color:#999">a picture</p>',
        '<p style="background:#fff;color:rgba(0,0,0,.1)">half a colour</p>',
        '<div style="background:#fff;color:#000"><a href="https://a.example">a link</a></div>',
        '<p style="background:#fff;color:#fff;display:none">hidden</p>',
        '<p style="background:#fff;color:#fff;font-size:1px">a spacer</p>',
        '<p style="background:#fff;color:#fff">👉 …</p>',
        '<style>p:nth-child(2){color:#000}</style><p style="background:#fff;color:#999">x</p>',
        '<style>@media (width:9px){p{color:#000}}</style><p style="background:#fff;color:#999">x',
    ],
)  # fmt: skip
def test_what_nobody_can_know_is_not_guessed(html: str) -> None:
    assert faint(html) == []


def test_the_dark_is_judged_by_its_own_rules() -> None:
    mail = '<div class="page" style="background:#fff;color:#222"><p class="low">words</p></div>'
    assert faint(DARK % ".page{background:#111!important}" + mail) == [("words", True, 1.19)]
    assert faint(DARK % ".page{background:#111!important;color:#eee!important}" + mail) == []
    rule = ".page{background:#111!important;color:#eee!important} .page>p{color:#333!important}"
    assert [one[:2] for one in faint(DARK % rule + mail)] == [("words", True)]


def test_an_elements_own_style_wins_over_a_rule_that_is_not_important() -> None:
    mail = '<p style="background:#fff;color:#222">words</p>'
    assert faint(DARK % "p{background:#000}" + mail) == []
    assert faint(DARK % "p{background:#000!important}" + mail) == [("words", True, 1.32)]


def test_rules_for_other_states_and_other_programs_do_not_count() -> None:
    style = "<style>a:hover{color:#fff} [data-ogsc] p{background:#000}</style>"
    assert faint(style + '<p style="background:#fff;color:#222">words</p>') == []
