"""Which column is what: header names as people write them, in English and French."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailer.errors import Where
from mailer.importing.errors import ImportFileError


class Field(StrEnum):
    """What a column can mean to us."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LOCALE = "locale"
    TIMEZONE = "timezone"
    ACTION = "consent_action"
    DATE = "consent_date"
    SOURCE = "consent_source"
    WORDING = "consent_wording"
    IP = "consent_ip"
    USER_AGENT = "consent_user_agent"


# Folded names: no case, no accents, anything else a «_».
_NAMES: Mapping[Field, str] = {
    Field.EMAIL: (
        "email e_mail mail courriel mel email_address e_mail_address mail_address adresse_email "
        "adresse_e_mail adresse_mail adresse_electronique adresse_de_courriel courrier_electronique"
    ),
    Field.NAME: "name nom full_name fullname nom_complet display_name prenom_nom prenom_et_nom",
    Field.FIRST_NAME: "first_name firstname given_name forename prenom",
    Field.LAST_NAME: "last_name lastname family_name surname nom_de_famille",
    Field.LOCALE: "locale language lang langue",
    Field.TIMEZONE: "timezone time_zone tz fuseau fuseau_horaire",
    Field.ACTION: "consent_action action_du_consentement consentement_action",
    Field.DATE: (
        "consent_date date_du_consentement date_de_consentement date_consentement "
        "consentement_date opt_in_date optin_date opt_in_time date_d_inscription date_inscription"
    ),
    Field.SOURCE: (
        "consent_source source_du_consentement consentement_source opt_in_source source origine"
    ),
    Field.WORDING: (
        "consent_wording consent_text texte_du_consentement consentement_texte "
        "formulation_du_consentement wording formulation"
    ),
    Field.IP: (
        "consent_ip ip_du_consentement consentement_ip opt_in_ip optin_ip ip ip_address adresse_ip"
    ),
    Field.USER_AGENT: "consent_user_agent user_agent navigateur",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split()}
# An e-mail address where nothing else is one; else a street.
_WEAK = frozenset({"adresse", "address"})

REPORT_COLUMNS = ("refused_row", "refused_line", "refused_because")
"""What a report adds to a file's own columns; passed over when a mended report is imported."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file, by position from 0."""

    header: tuple[str, ...]
    fields: Mapping[Field, int]
    attributes: Mapping[str, int]
    ignored: tuple[int, ...]
    """Without a name, or put there by a report of ours."""

    def are_blank(self, cells: Sequence[str]) -> bool:
        """Whether a row says nothing in any of them."""
        return not any(
            cell.strip() for position, cell in enumerate(cells) if position not in self.ignored
        )

    def described(self) -> dict[str, str]:
        """The header's names, each with what we take it for."""
        meanings = {position: field.value for field, position in self.fields.items()}
        meanings |= {position: f"attribute {key}" for key, position in self.attributes.items()}
        return {
            name or f"column {position + 1}": meanings.get(position, "left out")
            for position, name in enumerate(self.header)
        }


def field_of(name: str) -> Field | None:
    """What a header name means, whatever its case, accents and hyphens; None: an attribute."""
    folded = fold(name)
    return Field.EMAIL if folded in _WEAK else _FIELDS.get(folded)


def fold(name: str) -> str:
    """A name as a key: «Adresse e-mail» -> «adresse_e_mail»."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"\W+", "_", letters).strip("_")


def recognise_columns(header: Sequence[str], where: Where) -> Columns:
    """What each column is; raises ImportFileError without an e-mail column, or with two alike."""
    names = tuple(name.strip() for name in header)
    folded = [fold(name) for name in names]
    strong = any(_FIELDS.get(name) is Field.EMAIL for name in folded)
    if any(_FIELDS.get(name) is Field.FIRST_NAME for name in folded):
        # «Nom» beside «Prénom» is the family's.
        folded = ["nom_de_famille" if name == "nom" else name for name in folded]
    fields: dict[Field, int] = {}
    attributes: dict[str, int] = {}
    ignored: list[int] = []
    for position, name in enumerate(folded):
        field = None if strong and name in _WEAK else field_of(name)
        if not name or name in REPORT_COLUMNS:
            ignored.append(position)
        elif field is None:
            _refuse_two(names, attributes.get(name), position, name, where)
            attributes[name] = position
        else:
            _refuse_two(names, fields.get(field), position, field, where)
            fields[field] = position
    if Field.EMAIL not in fields:
        raise _no_address_column(names, where)
    return Columns(names, fields, attributes, tuple(ignored))


def _refuse_two(
    names: Sequence[str], first: int | None, second: int, meaning: str, where: Where
) -> None:
    if first is not None:
        raise ImportFileError(
            f"two columns mean {meaning}: «{names[first]}» and «{names[second]}»",
            where=where,
            mend="rename one of them, or take it out",
        )


def _no_address_column(names: Sequence[str], where: Where) -> ImportFileError:
    if any("@" in name for name in names):
        return ImportFileError(
            "the first line holds an address: a header line is missing",
            where=where,
            mend="write the columns' names above it, one of them «email»",
        )
    shown = ", ".join(f"«{name[:30]}»" for name in names[:12] if name)
    return ImportFileError(
        f"no column holds e-mail addresses (found {shown or 'no names'})",
        where=where,
        mend="name it «email»",
    )
