"""One row of the file: a person with what they agreed to, or the reason why it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.address import Address, AddressError
from mailer.consent import REFUSING
from mailer.importing.addresses import parse_address
from mailer.importing.columns import Columns, Field
from mailer.importing.evidence import Evidence, read_evidence
from mailer.importing.figures import Reason
from mailer.importing.reading import Record
from mailer.importing.terms import Cell, RefusedError, Terms
from mailer.importing.values import (
    LONGEST_ATTRIBUTE,
    find_locale,
    find_timezone,
    name_fault,
    text_fault,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not taken, and why."""

    record: Record
    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that can be taken, if what we know of the person allows it."""

    record: Record
    address: Address
    key: str
    """The address's, by which two spellings are one person."""
    name: str = ""
    locale: str
    timezone: str | None = None
    attributes: Mapping[str, str]
    evidence: Evidence


def read_row(record: Record, terms: Terms) -> Candidate | Refusal:
    """What the row says, checked."""
    try:
        return _read(record, terms)
    except RefusedError as refused:
        return Refusal(record, refused.reason, refused.detail)


def _read(record: Record, terms: Terms) -> Candidate:
    cells = _cells(record, len(terms.columns.header))
    fields = terms.columns.fields

    def cell(field: Field) -> str:
        position = fields.get(field)
        return "" if position is None else cells[position].strip()

    address = _address(cell(Field.EMAIL))
    evidence = read_evidence(cell, terms)
    if evidence.action in REFUSING:  # GDPR 5(1)(c): of who left, the address is enough
        return Candidate(
            record=record,
            address=address,
            key=address.key,
            locale=find_locale(cell(Field.LOCALE)) or terms.locale,
            attributes={},
            evidence=evidence,
        )
    first_name, name = _names(cell)
    return Candidate(
        record=record,
        address=address,
        key=address.key,
        name=name,
        locale=_locale(cell(Field.LOCALE), terms.locale),
        timezone=_timezone(cell(Field.TIMEZONE)),
        attributes=_attributes(cells, terms.columns, first_name),
        evidence=evidence,
    )


def _cells(record: Record, width: int) -> tuple[str, ...]:
    if record.fault:
        raise RefusedError(Reason.QUOTING, record.fault)
    # RFC 4180 2: every line has the header's number of cells. Empty ones at the end are a
    # spreadsheet's habit.
    given = len(record.cells)
    if given < width or any(record.cells[width:]):
        raise RefusedError(Reason.CELLS, f"{given} instead of {width}")
    return record.cells


def _address(text: str) -> Address:
    if not text:
        raise RefusedError(Reason.NO_ADDRESS)
    try:
        return parse_address(text)
    except AddressError as error:
        words = error.what.removeprefix("not an e-mail address: ")
        raise RefusedError(Reason.BAD_ADDRESS, words) from None


def _names(cell: Cell) -> tuple[str, str]:
    """First name and whole name, which is made of first and last where no column holds it."""
    first, last, name = cell(Field.FIRST_NAME), cell(Field.LAST_NAME), cell(Field.NAME)
    if not name:
        is_whole = first and first.casefold() in last.casefold().split()
        name = last if is_whole else f"{first} {last}".strip()
    for field, text in ((Field.FIRST_NAME, first), (Field.NAME, name)):
        if fault := name_fault(text):
            raise RefusedError(Reason.BAD_NAME, f"{field}: {fault}")
    return first, name


def _locale(text: str, default: str) -> str:
    locale = find_locale(text) if text else default
    if locale is None:
        raise RefusedError(Reason.BAD_LOCALE, text[:40])
    return locale


def _timezone(text: str) -> str | None:
    zone = find_timezone(text) if text else None
    if text and zone is None:
        raise RefusedError(Reason.BAD_TIMEZONE, text[:40])
    return zone


def _attributes(cells: tuple[str, ...], columns: Columns, first_name: str) -> dict[str, str]:
    values = {key: cells[position].strip() for key, position in columns.attributes.items()}
    values = {key: value for key, value in values.items() if value}
    for key, value in values.items():
        if fault := text_fault(value, LONGEST_ATTRIBUTE):
            raise RefusedError(Reason.BAD_ATTRIBUTE, f"{key}: {fault}")
    return values | ({"first_name": first_name} if first_name else {})
