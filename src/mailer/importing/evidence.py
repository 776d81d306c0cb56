"""What a row says of a person's consent: done what, when, where and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mailer.consent import REFUSING
from mailer.importing.columns import Field, fold
from mailer.importing.figures import Reason
from mailer.importing.moments import MomentError, parse_moment
from mailer.importing.terms import Cell, RefusedError, Terms
from mailer.importing.values import LONGEST_SOURCE, LONGEST_WORDING, text_fault
from mailer.store.tables import Action

_WORDS = {
    Action.REQUESTED: "requested demande pending unconfirmed non_confirme en_attente",
    Action.GRANTED: "granted accorde donne opt_in optin single_opt_in",
    Action.CONFIRMED: "confirmed confirme double_opt_in",
    Action.WITHDRAWN: "withdrawn retire unsubscribed opt_out optout desabonne desinscrit",
    Action.OBJECTED: "objected oppose opposition",
}
_ACTIONS = {word: action for action, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One ledger entry to be, as the file tells it (GDPR 7(1), EDPB 5/2020)."""

    action: Action
    at: datetime
    wording: str | None
    source: str
    ip: str | None
    user_agent: str | None
    detail: Mapping[str, str]
    """What is kept besides: a date as it was typed, and what the basis gave."""


def read_evidence(cell: Cell, terms: Terms) -> Evidence:
    """The row's evidence; raises RefusedError where it shows no consent."""
    action = _action(cell, terms)
    return _refusal(cell, terms, action) if action in REFUSING else _consent(cell, terms, action)


@lru_cache(maxsize=256)
def find_action(text: str) -> Action | None:
    """The action that a cell names, in English or French; None where it names none we know."""
    word = fold(text)
    forms = (word, word.removesuffix("_e"), word.removesuffix("e"))  # désabonné(e), désabonnée
    return next((_ACTIONS[form] for form in forms if form in _ACTIONS), None)


def _action(cell: Cell, terms: Terms) -> Action:
    """A file without such a column claims the least: that people agreed."""
    text = cell(Field.ACTION)
    if not text:
        if Field.ACTION in terms.columns.fields and terms.basis is None:
            raise RefusedError(Reason.NO_EVIDENCE, "no consent_action")
        return Action.GRANTED
    action = find_action(text)
    if action is None:
        raise RefusedError(Reason.BAD_ACTION, text[:40])
    if action is Action.REQUESTED:  # GDPR 4(11), 7(1): asked for, never confirmed: no consent
        raise RefusedError(Reason.NOT_CONFIRMED)
    return action


def _consent(cell: Cell, terms: Terms, action: Action) -> Evidence:
    """Date, wording and source: the row's own, and only what it lacks from the basis."""
    basis = terms.basis
    stated = {
        "consent_date": cell(Field.DATE),
        "consent_wording": _plain_ends(cell(Field.WORDING)),
        "consent_source": cell(Field.SOURCE) or terms.source,
    }
    lacking = [name for name, value in stated.items() if not value]
    if lacking and basis is None:
        raise RefusedError(Reason.NO_EVIDENCE, f"no {', no '.join(lacking)}")
    date, wording, source = stated.values()
    if fault := text_fault(source, LONGEST_SOURCE):
        raise RefusedError(Reason.BAD_SOURCE, fault)
    if fault := text_fault(wording, LONGEST_WORDING, breaks=True):
        raise RefusedError(Reason.BAD_WORDING, fault)
    try:
        at, detail = _moment(date, terms)
    except MomentError as error:
        raise RefusedError(Reason.BAD_DATE, str(error)) from None
    if basis is not None and lacking:
        at = at or basis.at
        wording = wording or basis.wording
        source = source or basis.text
        detail = {**detail, "from the basis": ", ".join(lacking)}
    assert at is not None
    return _evidence(cell, action, at, wording, source, detail)


def _refusal(cell: Cell, terms: Terms, action: Action) -> Evidence:
    """Who said no is heard however thin the proof is (GDPR 7(3), 21(3)).

    A date that is missing or cannot be read becomes that of the import.
    """
    stated = cell(Field.DATE)
    try:
        at, detail = _moment(stated, terms)
    except MomentError:
        at, detail = None, {"stated date": stated[:40]}
    wording = _plain_ends(cell(Field.WORDING))
    source = cell(Field.SOURCE) or terms.source
    return _evidence(
        cell,
        action,
        at or terms.now,
        "" if text_fault(wording, LONGEST_WORDING, breaks=True) else wording,
        "" if text_fault(source, LONGEST_SOURCE) else source,
        detail,
    )


def _evidence(
    cell: Cell,
    action: Action,
    at: datetime,
    wording: str,
    source: str,
    detail: Mapping[str, str],
) -> Evidence:
    return Evidence(
        action=action,
        at=at,
        wording=wording or None,
        source=source,
        ip=cell(Field.IP) or None,
        user_agent=cell(Field.USER_AGENT) or None,
        detail=detail,
    )


def _moment(text: str, terms: Terms) -> tuple[datetime | None, dict[str, str]]:
    """The moment, and the text itself where it said less than an instant; None without a text."""
    if not text:
        return None, {}
    moment = parse_moment(text, terms.zone, terms.day_order, terms.now)
    return moment.at, {"stated date": text} if moment.assumed else {}


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
