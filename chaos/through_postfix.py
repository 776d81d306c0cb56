"""A campaign through a real Postfix, whose log must agree with the ledger line by line."""

from __future__ import annotations

import time

from chaos import maillog, postfix
from chaos.campaign import Campaign, sink
from chaos.ledger import Ledger
from chaos.processes import free_port
from chaos.temper import Temper
from chaos.trial import Fault, Verdict, judged, settings_for
from chaos.workspace import Workspace, reader_address

NOBODY = "550 5.1.1 No such reader"
LATER = "450 4.2.1 Come back later"
EMPTY_WITHIN_SECONDS = 120.0
SHOWN = 5


def through_postfix(copy: Workspace, audience: int) -> Verdict:
    """Send it: every fiftieth reader is unknown there, every seventieth told to come back."""
    begun = time.monotonic()
    refused = {reader_address(n): LATER for n in range(70, audience + 1, 70)}
    refused |= {reader_address(n): NOBODY for n in range(50, audience + 1, 50)}
    port = free_port()
    sink_book = copy.folder / "sink.jsonl"
    with (
        sink(port, sink_book, Temper()),
        postfix.running(copy.folder / "postfix", sink_port=port, refused=refused) as relay,
    ):
        workspace = copy.with_settings(**settings_for(relay.port), **_settings(relay))
        story = Campaign(workspace, sink_book, seconds=300).until_over()
        log = _complete(relay)
    ledger = Ledger(workspace.database)
    wrongs = list(maillog.disagreements(log, ledger.rows(), postfix.LOGIN))
    ledger.close()
    story.wrongs += wrongs[:SHOWN]
    story.notes.append(
        f"log and ledger: {len(log.taken)} queue ids, {log.refused.total()} refusals,"
        f" {len(wrongs)} disagreements"
    )
    fault = Fault(name=f"a real Postfix, TLS and login, {audience}")
    return judged(fault, workspace, audience, sink_book, story, time.monotonic() - begun)


def _settings(relay: postfix.Postfix) -> dict[str, str]:
    return {
        "MAILER_RELAYS__MAIN__HOST": postfix.HOST,
        "MAILER_RELAYS__MAIN__SECURITY": "starttls",
        "MAILER_RELAYS__MAIN__CA_FILE": str(relay.authority),
        "MAILER_RELAYS__MAIN__USERNAME": postfix.LOGIN,
        "MAILER_RELAYS__MAIN__PASSWORD": postfix.PASSWORD,
        "MAILER_DELIVERY__RETRY_FOR": "20s",
    }


def _complete(relay: postfix.Postfix) -> maillog.MailLog:
    """Its log, once its queue is empty."""
    until = time.monotonic() + EMPTY_WITHIN_SECONDS
    while not (log := maillog.read(relay.log)).is_complete and time.monotonic() < until:
        time.sleep(0.2)
    return log
