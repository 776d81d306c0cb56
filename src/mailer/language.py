"""What the mailer says in each language: catalogue strings, plurals, dates, numbers, direction.

English sentences are the keys. To add a string: write `_("A sentence")` where it is said and its
translation into locale/fr/LC_MESSAGES/mailer.po. Catalogues are read as they are (no .mo files).
"""

from __future__ import annotations

import datetime as dt
import io
from functools import lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = ("fr", "en")
"""The languages that have a catalogue."""

FALLBACK: Final = "en"

DateStyle = Literal["short", "medium", "long", "full"]


class Language:
    """One language: its words and its ways of writing dates and numbers.

    `code` is the locale as it was asked for (`fr`, `en-GB`), in the form that HTML's `lang` takes.
    """

    __slots__ = ("_catalogue", "_locale", "code")

    def __init__(self, locale: Locale, catalogue: GNUTranslations) -> None:
        self._locale = locale
        self._catalogue = catalogue
        self.code = str(locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as HTML's `dir` takes it."""
        return self._locale.text_direction

    def gettext(self, message: str, /, **values: object) -> str:
        """The message in this language; `%(name)s` in it is filled from `values`."""
        return _fill(self._catalogue.gettext(message), values)

    def ngettext(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """The form for `count` in this language; `%(count)s` is the count, written its way."""
        text = self._catalogue.ngettext(singular, plural, count)
        return _fill(text, {"count": self.format_number(count), **values})

    def format_date(self, value: dt.date, style: DateStyle | str = "long") -> str:
        """A date in words: a style's name, or a CLDR pattern such as `EEEE d MMMM`."""
        text = dates.format_date(value, style, locale=self._locale)
        if self._locale.language == "fr" and value.day == 1 and style != "short":
            return f" {text}".replace(" 1 ", " 1er ", 1).removeprefix(" ")
        return text

    def format_datetime(
        self, moment: dt.datetime, zone: ZoneInfo, style: DateStyle | str = "long"
    ) -> str:
        """A moment as a clock on the wall of `zone` shows it: date and hour, without seconds."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be told to a reader")
        local = moment.astimezone(zone)
        return f"{self.format_date(local.date(), style)}, {self.format_time(moment, zone)}"

    def format_time(self, moment: dt.datetime, zone: ZoneInfo) -> str:
        """The hour and minute of a moment in `zone`."""
        return dates.format_time(moment, "short", tzinfo=zone, locale=self._locale)

    def format_number(self, value: float) -> str:
        """A number with this language's separators."""
        return numbers.format_decimal(value, locale=self._locale)


def best_locale(wanted: str, available: tuple[str, ...] | list[str]) -> str:
    """The language of `available` (never empty) that serves `wanted` best; else the first.

    `en-GB` is served by `en`, and `en` by `en-GB` (RFC 4647 3.4, and its reverse).
    """
    tag = _tag(wanted)
    for candidate in available:
        if _tag(candidate) == tag:
            return candidate
    language = tag.partition("-")[0]
    for candidate in available:
        if _tag(candidate).partition("-")[0] == language:
            return candidate
    return available[0]


@lru_cache(maxsize=64)
def translator(locale: str) -> Language:
    """The language for a tag such as `fr` or `en-GB`; an unknown one speaks English."""
    try:
        known = Locale.parse(_tag(locale), sep="-")
    except (ValueError, UnknownLocaleError):
        known = Locale.parse(FALLBACK)
    language = known.language if known.language in LOCALES else FALLBACK
    if known.language != language:  # words and dates speak one language
        known = Locale.parse(FALLBACK)
    return Language(known, _catalogue(language))


@lru_cache(maxsize=8)
def _catalogue(language: str) -> GNUTranslations:
    source = files("mailer") / "locale" / language / "LC_MESSAGES" / "mailer.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _fill(text: str, values: dict[str, object]) -> str:
    return text % values if values else text


def _tag(locale: str) -> str:
    return locale.strip().replace("_", "-").lower()
