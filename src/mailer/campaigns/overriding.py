"""Hard findings that somebody let pass, with their reason, kept beside the campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from mailer.campaigns.errors import CampaignError
from mailer.composing import Finding
from mailer.store.tables import Override


@dataclass(frozen=True, slots=True)
class Overridden:
    """Who let which findings pass, when and why."""

    at: datetime
    who: str
    why: str
    findings: tuple[str, ...]


def forced(findings: Sequence[Finding], why: str) -> list[Finding]:
    """The hard findings that this reason lets pass, which is all of them.

    Raises CampaignError for an empty reason, and where one is of those that no reason lets pass.
    """
    if not why.strip():
        raise CampaignError("--force wants a reason", mend="write why: it is kept")
    hard = [one for one in findings if one.severity == "hard"]
    if final := [one for one in hard if not one.forcible]:
        raise CampaignError(
            f"no reason lets this pass: {final[0].what}", where=final[0].where, mend=final[0].mend
        )
    return hard


def keep_override(
    connection: Connection,
    campaign_id: int,
    findings: Sequence[Finding],
    *,
    who: str,
    why: str,
    now: datetime,
) -> None:
    """Write down who let these findings pass, and why."""
    connection.execute(
        insert(Override).values(
            campaign_id=campaign_id,
            at=now,
            who=who,
            why=why.strip(),
            findings=[str(one) for one in findings],
        )
    )


def overrides_of(connection: Connection, campaign_id: int) -> list[Overridden]:
    """What was let pass for a campaign, oldest first."""
    rows = connection.execute(
        select(Override.at, Override.who, Override.why, Override.findings)
        .where(Override.campaign_id == campaign_id)
        .order_by(Override.id)
    )
    return [Overridden(at, who, why, tuple(findings)) for at, who, why, findings in rows]
