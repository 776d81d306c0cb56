"""French spaces come by rule."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.content import typeset
from mailer.content.typography import LINE_END, typeset_runs

SPACES = " \t\n\u00a0\u2009\u202f"

# ␣ stands for U+00A0 and · for U+202F.
TYPESET = [
    ("Bonjour !", "Bonjour·!"),
    ("Bonjour!", "Bonjour·!"),
    ("Quoi ?!", "Quoi·?!"),
    ("oui ; non ? si : là", "oui·; non·? si␣: là"),
    ("Le Café – #386 : images", "Le Café – #386␣: images"),
    ("«mot» et « mot » et «  mot  »", "«␣mot␣» et «␣mot␣» et «␣mot␣»"),
    ("« Vraiment ? »", "«␣Vraiment·?␣»"),
    ("25 %, 25%, 12 €, 12€, 41 % !", "25␣%, 25␣%, 12␣€, 12␣€, 41␣%·!"),
    ("12 km, 6,2 Mo, 20 °C, 3 millions", "12␣km, 6,2␣Mo, 20␣°C, 3␣millions"),
    ("7:30 ou 7 h 30, 18 h", "7:30 ou 7␣h␣30, 18␣h"),
    ("1 000 000 de signes, 02 99 12 34 56", "1␣000␣000 de signes, 02␣99␣12␣34␣56"),
    ("n° 386, n°386, p. 42, art. 7, § 4", "n°␣386, n°␣386, p.␣42, art.␣7, §␣4"),
    ("M. Dupont, Mme Martin, J. R. R. Tolkien", "M.␣Dupont, Mme␣Martin, J.␣R.␣R.␣Tolkien"),
    ("le 1er mai, le 26 novembre 2026", "le 1er␣mai, le 26␣novembre 2026"),
]
AS_WRITTEN = [
    "https://labo.example/?q=a:b;c!d et www.labo.example/?q!",
    "redaction@cafe.example:25",
    "un smiley :) ou ;-)",
    "4,5:1 et 16:9",
    "en 2026 300 personnes",
    "12 heures, 3 sangliers, 5 l’eau",
    "une note a?b",
    ": en tête",
    "Et si M. voulait",
]


def shown(text: str) -> str:
    return text.replace("\u00a0", "␣").replace("\u202f", "·")


@pytest.mark.parametrize(("written", "wanted"), TYPESET)
def test_french_punctuation_numbers_and_names_get_their_spaces(written: str, wanted: str) -> None:
    assert shown(typeset(written, "fr")) == wanted
    assert shown(typeset(written, "fr-CA")) == wanted


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_addresses_times_and_smileys_stay_as_written(written: str) -> None:
    assert typeset(written, "fr") == written


def test_english_has_no_such_rules() -> None:
    assert typeset("Really? Yes: 25% !", "en") == "Really? Yes: 25% !"


def test_a_mark_finds_its_word_across_a_tag() -> None:
    """The word may be bold, or code, and the mark behind it not."""
    assert typeset_runs(["un ", "mot", " !"], "fr") == ["un ", "mot", "\u202f!"]
    assert typeset_runs(["mot", "!"], "fr") == ["mot", "\u202f!"]
    assert typeset_runs([None, ":"], "fr") == [None, "\u00a0:"]
    assert typeset_runs(["«", None, "»"], "fr") == ["«\u00a0", None, "\u00a0»"]


def test_no_rule_reaches_across_a_line_end() -> None:
    assert typeset_runs(["25", LINE_END, "% !"], "fr") == ["25", LINE_END, "%\u202f!"]


prose = st.text(
    st.one_of(
        st.sampled_from(" \u00a0\u202f\u2009\n;:!?«»%€$°nN.1230hkmMD’'()/@#=&*-[]\ufffcéÉ☕"),
        st.characters(exclude_categories=("Cs", "Co")),
    ),
    max_size=60,
)
french = st.lists(
    st.sampled_from(
        [*"«»;:!?%€ .,\n", " ", "mot", "Mot", "M.", "Mme", "n°", "12", "300", "h", "km", "er mai",
         "https://a.example", "\u00a0", "\u202f", "J."]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(st.one_of(prose, french))
@example("« ! »")
@example("1 000 000 km !")
def test_typesetting_twice_is_typesetting_once(text: str) -> None:
    once = typeset(text, "fr")
    assert typeset(once, "fr") == once


@given(st.one_of(prose, french))
def test_only_spaces_change(text: str) -> None:
    def bare(given: str) -> str:
        return given.translate(dict.fromkeys(map(ord, SPACES)))

    assert bare(typeset(text, "fr")) == bare(text)


@given(st.one_of(prose, french))
def test_no_space_is_ever_lost(text: str) -> None:
    """Where two words stood apart they still do."""
    assert len(typeset(text, "fr").split()) >= len(text.split())


@given(st.lists(st.one_of(st.none(), prose, french, st.just(LINE_END)), max_size=8))
def test_the_pieces_of_a_text_come_out_as_the_text_would(runs: list[str | None]) -> None:
    whole = "".join("\ufffc" if run is None else run for run in runs)
    done = typeset_runs(runs, "fr")
    assert [run is None for run in done] == [run is None for run in runs]
    assert "".join("\ufffc" if run is None else run for run in done) == typeset(whole, "fr")
