"""What follows from a row depends on the ledger's order, never on a date in a file."""

from datetime import timedelta

import pytest

from builders import NOW
from mailer.audience import Standing, Word
from mailer.importing import Reason
from mailer.importing.deciding import Verdict, decide, moved
from mailer.importing.evidence import Evidence
from mailer.store.tables import Action, Channel, SubscriptionStatus

EARLIER, LATER = NOW - timedelta(days=400), NOW - timedelta(days=40)
ACTIVE, GONE = SubscriptionStatus.ACTIVE, SubscriptionStatus.UNSUBSCRIBED
PENDING, KEPT_OUT = SubscriptionStatus.PENDING, SubscriptionStatus.SUPPRESSED
FORM, PAGE, IMPORT, ADMIN = Channel.FORM, Channel.PAGE, Channel.IMPORT, Channel.ADMIN


def says(action: Action, at=LATER) -> Evidence:
    """A row's evidence."""
    return Evidence(
        action=action, at=at, wording=None, source="", ip=None, user_agent=None, detail={}
    )


def stands(
    status: SubscriptionStatus | None = None,
    newest: Action | None = None,
    channel: Channel = PAGE,
    at=EARLIER,
    *,
    suppressed: bool = False,
) -> Standing:
    """A known person; nobody where nothing is said."""
    return Standing(
        person_id=None if status is None else 1,
        status=status,
        newest=None if newest is None else Word(newest, channel, at),
        suppressed=suppressed,
    )


@pytest.mark.parametrize(
    ("standing", "fate"),
    [
        (stands(), Verdict.MOVED),
        (stands(suppressed=True), Reason.SUPPRESSED),
        (stands(ACTIVE, Action.CONFIRMED), Verdict.MERGED),
        (stands(ACTIVE, Action.CONFIRMED, suppressed=True), Reason.SUPPRESSED),
        (stands(PENDING, Action.REQUESTED, FORM), Verdict.MOVED),
        (stands(KEPT_OUT, Action.CONFIRMED), Reason.SUPPRESSED),
        (stands(GONE, Action.WITHDRAWN), Reason.LEFT),
        (stands(GONE, Action.WITHDRAWN, IMPORT, EARLIER), Reason.LEFT),
        (stands(GONE, Action.OBJECTED), Reason.OBJECTED),
        (stands(GONE, Action.ERASED, ADMIN), Reason.LEFT),
        (stands(GONE, Action.ANNULLED, ADMIN), Verdict.MOVED),
    ],
)
@pytest.mark.parametrize("action", [Action.GRANTED, Action.CONFIRMED])
def test_a_consent_in_a_file(standing: Standing, fate: object, action: Action) -> None:
    assert decide(standing, says(action)) is fate


@pytest.mark.parametrize(
    ("standing", "fate"),
    [
        (stands(), Verdict.MOVED),
        (stands(suppressed=True), Reason.SUPPRESSED),
        (stands(ACTIVE, Action.CONFIRMED, suppressed=True), Verdict.MOVED),
        (stands(ACTIVE, Action.CONFIRMED, PAGE, EARLIER), Verdict.MOVED),
        (stands(ACTIVE, Action.CONFIRMED, PAGE, NOW), Reason.CAME_BACK),
        (stands(ACTIVE, Action.GRANTED, IMPORT, NOW), Verdict.MOVED),
        (stands(ACTIVE, Action.GRANTED, ADMIN, NOW), Verdict.MOVED),
        (stands(PENDING, Action.REQUESTED, FORM, NOW), Reason.CAME_BACK),
        (stands(PENDING, Action.REQUESTED, FORM, EARLIER), Verdict.MOVED),
        (stands(GONE, Action.WITHDRAWN), Verdict.MERGED),
        (stands(GONE, Action.OBJECTED), Verdict.MERGED),
        (stands(GONE, Action.ANNULLED, ADMIN), Verdict.MOVED),
        (stands(KEPT_OUT, Action.CONFIRMED), Verdict.MOVED),
    ],
)
@pytest.mark.parametrize("action", [Action.WITHDRAWN, Action.OBJECTED])
def test_a_withdrawal_in_a_file(standing: Standing, fate: object, action: Action) -> None:
    assert decide(standing, says(action)) is fate


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", [None, *SubscriptionStatus])
def test_whatever_is_decided_is_a_move_that_exists(
    status: SubscriptionStatus | None, action: Action
) -> None:
    standing = stands(status, None if status is None else action)
    for said in (Action.GRANTED, Action.CONFIRMED, Action.WITHDRAWN, Action.OBJECTED):
        if decide(standing, says(said)) is Verdict.MOVED:
            after = moved(standing, says(said))
            assert after.status is (ACTIVE if said in {Action.GRANTED, Action.CONFIRMED} else GONE)
