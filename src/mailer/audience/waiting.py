"""Sign-ups that wait to be worked on: written by a form's answer, taken once by whoever works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from mailer.address import Address
from mailer.audience.membership import Act
from mailer.store.tables import Channel, MailingList, Purpose, SignUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for with a form, and in which words."""

    list_key: str
    list_id: int
    address: Address
    name: str
    locale: str
    wording_id: int
    tracking: Mapping[Purpose, int]
    share_id: str | None
    act: Act


def note_sign_up(connection: Connection, asked: Asked) -> None:
    """Write down what was asked: the same work, whoever the address belongs to."""
    connection.execute(
        insert(SignUp).values(
            list_id=asked.list_id,
            address=str(asked.address),
            name=asked.name,
            locale=asked.locale,
            wording_id=asked.wording_id,
            tracking={purpose.value: id_ for purpose, id_ in asked.tracking.items()},
            share_id=asked.share_id,
            came_at=asked.act.at,
            place=asked.act.place,
            ip=asked.act.ip,
            user_agent=asked.act.user_agent,
        )
    )


def take_sign_ups(connection: Connection, *, limit: int) -> list[Asked]:
    """The oldest that wait, gone from here once the transaction ends well."""
    rows = connection.execute(
        select(SignUp.__table__, MailingList.key)
        .join(MailingList, MailingList.id == SignUp.list_id)
        .order_by(SignUp.id)
        .limit(limit)
        .with_for_update(of=SignUp, skip_locked=True)
    ).all()
    if rows:
        connection.execute(delete(SignUp).where(SignUp.id.in_([row.id for row in rows])))
    return [
        Asked(
            list_key=row.key,
            list_id=row.list_id,
            address=Address.parse(row.address),
            name=row.name,
            locale=row.locale,
            wording_id=row.wording_id,
            tracking={Purpose(name): id_ for name, id_ in row.tracking.items()},
            share_id=row.share_id,
            act=Act(
                at=row.came_at,
                channel=Channel.FORM,
                place=row.place,
                ip=row.ip,
                user_agent=row.user_agent,
            ),
        )
        for row in rows
    ]
