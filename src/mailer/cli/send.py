"""mailer send: launch a campaign now, or go on with it."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailer.campaigns import Launched, Prepared
    from mailer.composing import Finding
    from mailer.config import Workspace
    from mailer.delivery import Dispatch, Recovered, Tally
    from mailer.store import Store

INTERRUPTED = 130


def send(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="Its folder, its number, or «newest».")],
    list_key: Annotated[str | None, typer.Option("--list", help="The list it is for.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option(help="Say who would get it; write nothing.")] = False,
    test: Annotated[bool, typer.Option(help="Mail a copy to the editors only.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask to confirm.")] = False,
    force: Annotated[
        str | None,
        typer.Option(
            metavar="WHY",
            help="Let hard findings pass that are not about the law; the reason is kept.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Send an issue to everybody who consented; the same command goes on where it stopped.

    Example: `mailer send 386 --list cafe`
    """
    from mailer.campaigns import locate_issue, prepare
    from mailer.cli.findings import refuse_hard_findings
    from mailer.clock import utc_now
    from mailer.delivery import Dispatch
    from mailer.keys import load_keys

    workspace = open_workspace(context)
    prepared = prepare(workspace, locate_issue(workspace, issue, list_key))
    _refuse_other_list(prepared, list_key)
    passed = refuse_hard_findings(workspace, prepared, drafts_may_pass=test, force=force)
    with open_store(workspace) as store:
        if dry_run:
            _show_audience(store, prepared, utc_now(), as_json=as_json)
            return
        keys = load_keys(workspace.keys)
        dispatch = Dispatch(workspace, store, keys, utc_now)
        _report_recovery(dispatch.recover())
        if test:
            _send_test(dispatch, prepared)
            return
        _refuse_unsafe(workspace, store, prepared)
        _confirm(workspace, store, prepared, utc_now(), is_sure=yes)
        report = _send(dispatch, prepared, passed, force or "")
    report.show(as_json=as_json)
    if report.was_stopped:
        raise typer.Exit(INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of the command did, and how the campaign stands after it."""

    slug: str
    launched: Launched
    tally: Tally
    states: dict[str, int]
    left_out: dict[str, int]
    skipped: dict[str, int]
    seconds: float
    doubts: int
    next_try: str
    was_stopped: bool

    def show(self, *, as_json: bool) -> None:
        """Print it."""
        rate = self.tally.accepted / self.seconds if self.seconds else 0.0
        if as_json:
            figures = {
                "campaign": self.launched.campaign_id,
                "issue": self.slug,
                "audience": self.launched.audience,
                "added": self.launched.added,
                "states": self.states,
                "left_out": self.left_out,
                "skipped": self.skipped,
                "doubts": self.doubts,
                "sent_now": self.tally.accepted,
                "seconds": round(self.seconds, 3),
                "messages_a_second": round(rate, 1),
                "next_try": self.next_try,
            }
            typer.echo(json.dumps(figures, ensure_ascii=False))
            return
        from mailer.cli.tables import figures_table, show

        rows = [(state.replace("_", " "), count) for state, count in self.states.items()]
        rows += [(f"skipped: {why}", count) for why, count in self.skipped.items()]
        rows += [(f"left out: {why}", count) for why, count in self.left_out.items()]
        show(figures_table(f"campaign {self.launched.campaign_id}, issue {self.slug}", rows))
        sent = self.tally.accepted
        messages = "1 message" if sent == 1 else f"{sent} messages"
        typer.echo(f"{messages} in {self.seconds:.1f} s, {rate:.0f} a second")
        if not self.launched.audience:
            typer.echo("nobody consents to getting this list yet, so nobody got it")
        elif self.tally.accepted == 0 and not self.launched.added:
            typer.echo("nobody new: everybody in the audience was served before")
        if self.doubts:
            typer.echo(f"{self.doubts} were in doubt at some time")
        if self.tally.last_refusal:
            typer.echo(f"last refusal: {self.tally.last_refusal}")
        if self.next_try:
            typer.echo(f"deferred ones are due again from {self.next_try}: run the command again")
        if self.tally.halted:
            typer.echo(f"stopped before the end: {self.tally.halted}")
        if self.was_stopped:
            typer.echo("stopped; the same command goes on")


def _send(dispatch: Dispatch, prepared: Prepared, passed: Sequence[Finding], why: str) -> Report:
    import getpass
    import time

    from mailer.campaigns import keep_override, launch, left_out, skipped_because, sum_of
    from mailer.cli.progress import SendingProgress
    from mailer.delivery import when_due

    workspace, store = dispatch.workspace, dispatch.store
    plan = prepared.plan(workspace.settings.delivery.batch_size)
    now = dispatch.clock()
    with store.write() as connection:
        launched = launch(connection, plan, share_id=secrets.token_urlsafe(9), now=now)
        if passed:
            who = getpass.getuser()
            keep_override(connection, launched.campaign_id, passed, who=who, why=why, now=now)
        before = sum_of(connection, launched.campaign_id)
    begun = time.monotonic()
    progress = SendingProgress(before)
    tally = progress.run(dispatch, launched.campaign_id, prepared.issue.list)
    seconds = time.monotonic() - begun
    with store.read() as connection:
        total = sum_of(connection, launched.campaign_id)
        list_id = _list_id(connection, prepared)
        return Report(
            slug=prepared.slug,
            launched=launched,
            tally=tally,
            states={state.value: count for state, count in sorted(total.by_state.items())},
            left_out=left_out(connection, list_id, prepared.issue.list, now),
            skipped=skipped_because(connection, launched.campaign_id),
            seconds=seconds,
            doubts=total.doubts,
            next_try=when_due(dispatch, launched.campaign_id),
            was_stopped=progress.was_stopped,
        )


def _list_id(connection: Connection, prepared: Prepared) -> int:
    from mailer.audience import list_id

    found = list_id(connection, prepared.issue.list)
    assert found is not None
    return found


def _send_test(dispatch: Dispatch, prepared: Prepared) -> None:
    import asyncio

    from mailer.campaigns import enqueue_test_copies
    from mailer.errors import InputError
    from mailer.notices import signers_of

    editors = dispatch.workspace.settings.site.editors
    if not editors:
        raise InputError("there are no editors to send a test copy to", mend="set site.editors")
    domain = prepared.frame.sender.address.rpartition("@")[2]
    signers = signers_of(dispatch.workspace, domain)
    with dispatch.store.write() as connection:
        enqueue_test_copies(
            connection,
            prepared,
            editors,
            dispatch.keys,
            share_id=secrets.token_urlsafe(9),
            now=dispatch.clock(),
            signers=signers,
        )
    tally = asyncio.run(dispatch.notices(prepared.issue.list))
    typer.echo(f"{tally.accepted} test copies of {prepared.slug} sent to {', '.join(editors)}")
    if tally.last_refusal:
        typer.echo(f"last refusal: {tally.last_refusal}")


def _show_audience(store: Store, prepared: Prepared, now: datetime, *, as_json: bool) -> None:
    from mailer.audience import list_id
    from mailer.campaigns import count_readers, left_out
    from mailer.cli.tables import figures_table, show

    key = prepared.issue.list
    with store.read() as connection:
        id_ = list_id(connection, key)
        readers = 0 if id_ is None else count_readers(connection, id_, key, now)
        reasons = {} if id_ is None else left_out(connection, id_, key, now)
    if as_json:
        typer.echo(json.dumps({"issue": prepared.slug, "readers": readers, "left_out": reasons}))
        return
    rows = [("would get it", readers), *((f"left out: {why}", n) for why, n in reasons.items())]
    show(figures_table(f"issue {prepared.slug}, dry run", rows))


def _refuse_other_list(prepared: Prepared, list_key: str | None) -> None:
    from mailer.campaigns import CampaignError
    from mailer.errors import Where

    if list_key is not None and prepared.issue.list != list_key:
        raise CampaignError(
            f"this issue is of list {prepared.issue.list}, not {list_key}",
            where=Where(prepared.issue.main.file),
            mend=f"send it with --list {prepared.issue.list}",
        )


def _refuse_unsafe(workspace: Workspace, store: Store, prepared: Prepared) -> None:
    from mailer.audience import list_id
    from mailer.campaigns import refuse_what_the_world_must_not_see

    if not workspace.is_local(workspace.list(prepared.issue.list)):
        with store.read() as connection:
            id_ = list_id(connection, prepared.issue.list)
            refuse_what_the_world_must_not_see(connection, prepared.frame, id_)


def _confirm(
    workspace: Workspace, store: Store, prepared: Prepared, now: datetime, *, is_sure: bool
) -> None:
    from mailer.audience import list_id
    from mailer.campaigns import count_readers
    from mailer.errors import InputError

    mailing_list = workspace.list(prepared.issue.list)
    if is_sure or workspace.is_local(mailing_list):
        return
    if not sys.stdin.isatty():
        hosts = ", ".join(relay.host for relay in workspace.relays(mailing_list).values())
        raise InputError(
            f"sending through {hosts} wants a confirmation", mend="add --yes in scripts"
        )
    key = prepared.issue.list
    with store.read() as connection:
        id_ = list_id(connection, key)
        readers = 0 if id_ is None else count_readers(connection, id_, key, now)
    typer.confirm(f"Send {prepared.slug} to {readers} readers of {key}?", abort=True)


def _report_recovery(recovered: Recovered) -> None:
    if recovered.workers:
        typer.echo(
            f"read back {recovered.workers} journal(s) of a run that ended early:"
            f" {recovered.outcomes} outcomes, {recovered.doubts} in doubt",
            err=True,
        )
