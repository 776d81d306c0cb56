"""Words, plurals, dates and numbers come in the language that was asked for."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from mailer.language import LOCALES, best_locale, translator

ROOT = Path(__file__).parents[2]
SENTENCE = re.compile(r'\b(?:_|gettext|ngettext)\(\s*"((?:[^"\\]|\\.)*)"')


def test_french_and_english_say_it_their_way() -> None:
    french, english = translator("fr"), translator("en")
    assert french.gettext("Unsubscribe") == "Se désabonner"
    assert english.gettext("Unsubscribe") == "Unsubscribe"
    assert french.gettext("By %(author)s", author="Zoé") == "Par Zoé"


def test_each_language_counts_its_own_way() -> None:
    forms = ("%(count)s minute to read", "%(count)s minutes to read")
    counted = [translator("fr").ngettext(*forms, count) for count in (0, 1, 2000)]
    assert counted == [
        "0\u00a0minute de lecture",
        "1\u00a0minute de lecture",
        "2\u202f000\u00a0minutes de lecture",
    ]
    assert translator("en").ngettext(*forms, 0) == "0 minutes to read"


@pytest.mark.parametrize(
    ("locale", "day", "told"),
    [
        ("fr", dt.date(2026, 11, 20), "vendredi 20 novembre 2026"),
        ("fr", dt.date(2026, 5, 1), "vendredi 1er mai 2026"),
        ("fr", dt.date(2026, 5, 11), "lundi 11 mai 2026"),
        ("en", dt.date(2026, 5, 1), "Friday, May 1, 2026"),
        ("en-GB", dt.date(2026, 5, 1), "Friday, 1 May 2026"),
    ],
)
def test_a_date_is_told_in_words(locale: str, day: dt.date, told: str) -> None:
    assert translator(locale).format_date(day, "full") == told


def test_a_moment_is_told_as_the_clock_on_that_wall_shows_it() -> None:
    moment = dt.datetime(2026, 7, 31, 22, 30, tzinfo=dt.UTC)
    told = translator("fr").format_datetime(moment, ZoneInfo("Europe/Paris"))
    assert told == "1er août 2026, 00:30"
    with pytest.raises(ValueError, match="time zone"):
        translator("fr").format_datetime(moment.replace(tzinfo=None), ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize("locale", ["xx", "de", "", "not a locale"])
def test_an_unknown_language_speaks_english_in_words_and_dates(locale: str) -> None:
    assert translator(locale).gettext("Unsubscribe") == "Unsubscribe"
    assert translator(locale).format_date(dt.date(2026, 5, 2)) == "May 2, 2026"


@pytest.mark.parametrize(
    ("wanted", "available", "best"),
    [
        ("fr", ("fr", "en"), "fr"),
        ("en_GB", ("fr", "en"), "en"),
        ("EN", ("fr", "en-GB"), "en-GB"),
        ("de", ("fr", "en"), "fr"),
        ("", ("fr", "en"), "fr"),
    ],
)
def test_a_reader_gets_the_nearest_language_there_is(
    wanted: str, available: tuple[str, ...], best: str
) -> None:
    assert best_locale(wanted, available) == best


def test_every_sentence_of_a_template_is_in_every_catalogue() -> None:
    templates = ROOT / "templates"
    said = {
        match[1]
        for path in (*templates.rglob("*.mjml"), *templates.rglob("*.txt"))
        for match in SENTENCE.finditer(path.read_text(encoding="utf-8"))
    }
    for locale in LOCALES:
        if locale != "en":  # whose sentences are the keys
            assert said <= known(locale), sorted(said - known(locale))


def known(locale: str) -> set[str]:
    path = ROOT / "src/mailer/locale" / locale / "LC_MESSAGES/mailer.po"
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale=locale) if message.id]
    assert all(message.string for message in messages)
    return {message.id if isinstance(message.id, str) else message.id[0] for message in messages}
