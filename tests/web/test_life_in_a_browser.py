"""The whole life of a subscription in a real browser: a phone's width, by keyboard, in French and
English, from the form to the story that the ledger tells of it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from builders import KEYS
from mailer.campaigns import PersonalLinks, launch
from mailer.tokens import Signer
from terminal import type_in
from web.phone import Phone
from web.stage import Stage, plan_of

# What a reader is told on the way, and what the ledger tells in the end, by language.
TOLD = {
    "fr-FR": ("Regardez maintenant", "Bienvenue", "Rien n’a changé", "Désabonnement", "Heureux"),
    "en-GB": ("Now look", "Welcome", "Nothing has changed", "You have left", "Good to have you"),
}
STORY = {
    "fr-FR": ("demandé, pas encore confirmé", "accepté et confirmé", "retiré", "accepté"),
    "en-GB": ("asked for, not yet confirmed", "agreed to and confirmed", "withdrawn", "agreed to"),
}


@pytest.mark.parametrize("locale", TOLD)
def test_a_life_from_subscribing_to_coming_back(
    life: Stage, origin: str, browser: Browser, locale: str
) -> None:
    asked, welcome, nothing, left, back = TOLD[locale]
    first, second = (f"{name}.{locale[:2]}@ailleurs.example" for name in ("anne", "zoe"))
    reader = Phone.of(life, origin, browser, locale)
    reader.open("/l/cafe")
    reader.look("subscribe")
    reader.sign_up(first)
    assert asked in reader.look("asked")
    reader.follow_mail("k")
    reader.look("confirm")
    reader.press("main button")
    assert welcome in reader.look("welcome")
    # An issue goes out; its reader passes it on.
    links = issue_for(life, first)
    friend = Phone.of(life, origin, browser, locale)
    friend.open(links["share"])
    friend.sign_up(second)
    friend.follow_mail("k")
    friend.press("main button")
    assert life.statuses()[second] == "active"
    assert came_through(life, second) == links["share"].rpartition("/")[2]
    # The friend finds the footer's link in the copy they were sent.
    friend.open(links["unsubscribe"])
    friend.look("leave")
    friend.press("button[value=forwarded]")
    assert nothing in friend.look("forwarded")
    assert life.statuses()[first] == "active"
    # The reader leaves, and comes back by the mail that said goodbye.
    reader.open(links["unsubscribe"])
    reader.press("button[value=leave]")
    assert left in reader.look("left")
    assert life.statuses()[first] == "unsubscribed"
    reader.follow_mail("undo")
    reader.look("undo")
    reader.press("main button")
    assert back in reader.look("back")
    assert life.statuses()[second] == "active"
    reader.close()
    friend.close()
    # Asked why this person gets mail, the publisher shows all of it.
    words = ("consent", "show", first, "--language", locale[:2])
    story = type_in(life.site.workspace.root, *words)
    assert story.returncode == 0, story.stderr
    at = 0
    for told in STORY[locale]:
        at = story.stdout.index(told, at) + len(told)


def issue_for(stage: Stage, address: str) -> dict[str, str]:
    """The paths in a reader's copy, after an issue was launched again for whoever is new."""
    with stage.store.write() as connection:
        launched = launch(connection, plan_of("cafe-386"), share_id="unused", now=stage.clock())
        delivery = connection.scalars(
            text(
                "SELECT deliveries.id FROM deliveries JOIN subscribers"
                " ON subscribers.id = subscriber_id WHERE address = :address"
            ),
            {"address": address},
        ).one()
    links = PersonalLinks("", Signer(KEYS.links), launched.campaign_id, stage.share_id)
    return {name: str(url) for name, url in links.of(delivery).items()}


def came_through(stage: Stage, address: str) -> str | None:
    with stage.store.read() as connection:
        return connection.scalar(
            text(
                "SELECT share_id FROM subscriptions JOIN subscribers"
                " ON subscribers.id = subscriber_id WHERE address = :address"
            ),
            {"address": address},
        )
