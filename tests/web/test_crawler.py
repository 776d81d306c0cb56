"""A scanner that opens every link of every mail, and all that these lead to, changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urldefrag, urljoin, urlsplit

from sqlalchemy import select
from starlette.testclient import TestClient

from builders import KEYS
from mailer.audience import ensure_list
from mailer.campaigns import Copies, enqueue_test_copies, frozen_campaign, prepare
from mailer.delivery import Recipient
from mailer.rendering import parse_html
from mailer.store.tables import Notice, NoticeKind, Subscriber
from mailer.tokens import TokenPurpose
from web.stage import ROOT, SLUG, Stage, form, letter_path

BASE = "http://127.0.0.1:8025"
LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}
MOST = 1_500


def everything_that_is_mailed(stage: Stage, client: TestClient) -> list[EmailMessage]:
    """One copy for each reader, a test copy, and every letter that living with the list brings."""
    manage = {n: f"/m/{stage.site.signer.sign(TokenPurpose.MANAGE, n, 0)}" for n in (1, 2, 3)}
    client.post(f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, 2)}", data={"act": "leave"})
    client.post(f"/s/{stage.share_id}", data=form())
    stage.work()
    client.post(letter_path(stage.letters()[-1], "k"), data={"act": "confirm"})
    client.post(f"/s/{stage.share_id}", data=form(email=stage.readers[0]))
    client.post(f"/s/{stage.share_id}", data=form(email="autre@ailleurs.example"))
    client.post(manage[3], data={"act": "pause", "weeks": "2"})
    client.post(f"/p/{stage.token(TokenPurpose.PREFERENCES, 3)}", data={"act": "own"})
    stage.clock.now += timedelta(weeks=3)
    client.post(manage[1], data={"act": "address", "email": "neuf@courrier.example"})
    stage.work()
    workspace = stage.site.workspace
    with stage.store.write() as connection:
        ensure_list(connection, "cafe")
        prepared = prepare(workspace, ROOT / "issues" / SLUG)
        enqueue_test_copies(
            connection,
            prepared,
            ["redaction@cafe.example"],
            KEYS,
            share_id=stage.share_id,
            now=stage.clock(),
        )
        campaign = frozen_campaign(connection, stage.campaign)
        assert campaign is not None
        copies = Copies(campaign, KEYS, stage.clock)
        rows = connection.execute(
            select(
                Subscriber.address, Subscriber.name, Subscriber.locale, Subscriber.attributes
            ).order_by(Subscriber.id)
        ).all()
    wires = [copies.wire(Recipient(number, 0, 0, *row)) for number, row in enumerate(rows[:3], 1)]
    sent = [message_from_bytes(wire, policy=policy.default) for wire in wires]
    return [*sent, *stage.letters()]  # type: ignore[list-item]


def urls_of(mail: EmailMessage) -> Iterator[str]:
    """Every address in a mail: links, pictures, headers, and bare ones in the text."""
    for part in ("html", "plain"):
        body = mail.get_body((part,))
        assert body is not None
        text = body.get_content()
        yield from re.findall(r"https?://[^\s<>\"')\]]+", text)
    yield from re.findall(r"<(https?://[^>]+)>", str(mail["List-Unsubscribe"] or ""))


def urls_on(page: str, at: str) -> Iterator[str]:
    """Where a page leads or what it loads; a form that is sent by GET too."""
    for element in parse_html(page).walk():
        value = element.attributes.get(LINKS.get(element.name, ""), "")
        if element.name == "form" and element.attributes.get("method", "get").lower() == "get":
            value = element.attributes.get("action", "")
        if value:
            yield urljoin(at, value)


def test_every_link_of_every_mail_and_page_can_be_opened_twice(
    stage: Stage, client: TestClient
) -> None:
    """RFC 9110 9.2.1: safe methods; scanners follow links, and follow them again."""
    mails = everything_that_is_mailed(stage, client)
    kinds = set(_kinds(stage))
    assert kinds >= {
        NoticeKind.CONFIRMATION,
        NoticeKind.ALREADY_SUBSCRIBED,
        NoticeKind.GOODBYE,
        NoticeKind.ADDRESS_CHANGE,
        NoticeKind.TEST,
    }
    before = stage.consent_state()
    seeds = {urldefrag(url).url.rstrip(".,;") for mail in mails for url in urls_of(mail)}
    for _ in range(2):
        seen = crawl(client, seeds)
    assert stage.consent_state() == before
    sections = {urlsplit(url).path.split("/")[1] for url in seen}
    assert sections >= {"a", "c", "k", "l", "m", "n", "p", "s", "u", "undo", "v"}


def _kinds(stage: Stage) -> list[NoticeKind]:
    with stage.store.read() as connection:
        return list(connection.scalars(select(Notice.kind).distinct()))


def crawl(client: TestClient, seeds: set[str]) -> set[str]:
    """Open all that is ours, by GET and HEAD, and what that leads to; returns what was opened."""
    waiting, seen = sorted(seeds), set[str]()
    while waiting:
        url = waiting.pop()
        if url in seen or not url.startswith(BASE):
            continue
        seen.add(url)
        assert len(seen) < MOST, "a page leads to ever new ones"
        path = url.removeprefix(BASE) or "/"
        head, got = client.head(path), client.get(path)
        assert got.status_code < 400, f"{path}: {got.status_code}"
        assert head.status_code == got.status_code, path
        if "text/html" in got.headers.get("content-type", ""):
            waiting += [urldefrag(one).url for one in urls_on(got.text, url)]
    return seen
