"""What a person lets us tie to them: opens, clicks, forwards. Off until they say yes, one by one.

Each purpose is granted and withdrawn on its own, and refusing one never refuses the list (GDPR
7(4), recital 43). Pixels and links tied to a person need that consent (CNIL 2026-042, EDPB
2/2023).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from mailer.audience.membership import Act, Membership, write_down
from mailer.audience.people import Person
from mailer.consent import PERMITTING, REFUSING
from mailer.keys import Keys
from mailer.store.tables import Action, ConsentRecord, Purpose, Subscriber

TRACKING: Final = (Purpose.OPENS, Purpose.CLICKS, Purpose.FORWARDS)
"""In the order in which they are asked."""

NO_TRACKING: Final[Mapping[Purpose, int]] = MappingProxyType({})

NOT_AGAIN_FOR: Final = timedelta(days=183)
"""After a refusal, or silence, nobody is asked again for six months (CNIL 2026-042)."""


def asked_purposes(configured: Collection[str]) -> tuple[Purpose, ...]:
    """The purposes that a list asks for, by its `tracking` in config.toml."""
    return tuple(purpose for purpose in TRACKING if purpose.value in configured)


def permits_tracking(
    purpose: Purpose, list_id: int, configured: Collection[str]
) -> ColumnElement[bool]:
    """Holds for rows of Subscriber whose newest word about `purpose` on the list is a yes.

    `configured`: the list's `tracking` in config.toml; what it does not ask for is permitted for
    nobody, whatever they said before.
    """
    if purpose.value not in configured:
        return false()
    newest = (
        select(ConsentRecord.action)
        .where(
            ConsentRecord.subject == Subscriber.subject,
            ConsentRecord.list_id == list_id,
            ConsentRecord.purpose == purpose,
        )
        .order_by(ConsentRecord.id.desc())
        .limit(1)
        .correlate(Subscriber)
        .scalar_subquery()
    )
    return newest.in_(PERMITTING)


def tracking_of(connection: Connection, subject: str, list_id: int) -> frozenset[Purpose]:
    """The purposes a person's newest word permits, whether or not the list still asks for them."""
    words = _newest_words(connection, subject, list_id)
    return frozenset(purpose for purpose, word in words.items() if word.action in PERMITTING)


def may_be_asked(
    connection: Connection, reader: Membership, purpose: Purpose, now: datetime
) -> bool:
    """Whether it is long enough ago that the person refused, or left the box unticked."""
    last = connection.scalar(
        select(func.max(ConsentRecord.recorded_at)).where(
            ConsentRecord.subject == reader.person.subject,
            ConsentRecord.list_id == reader.list_id,
            or_(
                ConsentRecord.purpose == purpose,
                and_(
                    ConsentRecord.purpose == Purpose.RECEIVE,
                    ConsentRecord.action == Action.REQUESTED,
                ),
            ),
        )
    )
    return last is None or now - last >= NOT_AGAIN_FOR


def request_tracking(
    connection: Connection,
    keys: Keys,
    person: Person,
    list_id: int,
    wordings: Mapping[Purpose, int],
    act: Act,
) -> None:
    """Note what was ticked on a form; it permits nothing before it is confirmed."""
    for purpose, wording in wordings.items():
        write_down(
            connection,
            keys,
            person,
            list_id,
            Action.REQUESTED,
            act,
            wording_id=wording,
            purpose=purpose,
        )


def requested_tracking(
    connection: Connection, reader: Membership, request_id: int
) -> dict[Purpose, int]:
    """What was ticked with the request of that ledger entry and is unanswered, by wording id."""
    words = _newest_words(connection, reader.person.subject, reader.list_id)
    # Those of this request stand after it; an older request's were never answered.
    return {
        purpose: word.wording_id
        for purpose, word in words.items()
        if word.action is Action.REQUESTED and word.id > request_id and word.wording_id is not None
    }


def answer_tracking(
    connection: Connection,
    keys: Keys,
    reader: Membership,
    request_id: int,
    act: Act,
    *,
    is_yes: bool,
) -> None:
    """Confirm or refuse what was ticked with a request."""
    for purpose, wording in requested_tracking(connection, reader, request_id).items():
        if is_yes:
            _write(connection, keys, reader, purpose, Action.CONFIRMED, act, wording)
        else:
            _write(connection, keys, reader, purpose, Action.WITHDRAWN, act)


def choose_tracking(
    connection: Connection,
    keys: Keys,
    reader: Membership,
    wordings: Mapping[Purpose, int],
    asked: Collection[Purpose],
    act: Act,
) -> bool:
    """Grant what is ticked and withdraw what is not, of the purposes `asked` (GDPR 7(3)).

    `wordings`: of each ticked purpose, the words that were shown. What stands already is not
    written again, and a box that was never ticked is no withdrawal. Returns whether any changed.
    """
    words = _newest_words(connection, reader.person.subject, reader.list_id)
    permitted = {purpose for purpose, word in words.items() if word.action in PERMITTING}
    changed = False
    for purpose in asked:
        if purpose in wordings and purpose not in permitted:
            _write(connection, keys, reader, purpose, Action.GRANTED, act, wordings[purpose])
            changed = True
        elif purpose not in wordings and purpose in permitted:
            _write(connection, keys, reader, purpose, Action.WITHDRAWN, act)
            changed = True
    return changed


def refuse_all_tracking(connection: Connection, keys: Keys, reader: Membership, act: Act) -> None:
    """Withdraw whatever stands, also in mails already sent (CNIL 2026-042)."""
    words = _newest_words(connection, reader.person.subject, reader.list_id)
    for purpose, word in words.items():
        if word.action not in REFUSING:
            _write(connection, keys, reader, purpose, Action.WITHDRAWN, act)


@dataclass(frozen=True, slots=True)
class _Word:
    id: int
    action: Action
    wording_id: int | None


def _newest_words(connection: Connection, subject: str, list_id: int) -> dict[Purpose, _Word]:
    newest = (
        select(func.max(ConsentRecord.id))
        .where(
            ConsentRecord.subject == subject,
            ConsentRecord.list_id == list_id,
            ConsentRecord.purpose.in_(TRACKING),
        )
        .group_by(ConsentRecord.purpose)
    )
    rows = connection.execute(
        select(
            ConsentRecord.purpose,
            ConsentRecord.id,
            ConsentRecord.action,
            ConsentRecord.wording_id,
        ).where(ConsentRecord.id.in_(newest))
    )
    return {row.purpose: _Word(row.id, row.action, row.wording_id) for row in rows}


def _write(
    connection: Connection,
    keys: Keys,
    reader: Membership,
    purpose: Purpose,
    action: Action,
    act: Act,
    wording_id: int | None = None,
) -> None:
    write_down(
        connection,
        keys,
        reader.person,
        reader.list_id,
        action,
        act,
        wording_id=wording_id,
        purpose=purpose,
    )
