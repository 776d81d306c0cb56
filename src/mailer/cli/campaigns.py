"""mailer campaigns: what was sent, is being sent, failed; and steering it from any terminal."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailer.campaigns import CampaignLine, Overridden

app = typer.Typer(
    help="What was sent, is being sent, failed; pause, resume, cancel, retry.\n\n"
    "Example: `mailer campaigns`",
    invoke_without_command=True,
)

Number = Annotated[int, typer.Argument(help="The campaign's number, as `mailer campaigns` shows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
REFRESH_SECONDS = 0.5


@app.callback()
def campaigns(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the campaigns, newest first.

    Example: `mailer campaigns`
    """
    if context.invoked_subcommand is not None:
        return
    from mailer.campaigns import campaign_lines

    with open_store(open_workspace(context)) as store, store.read() as connection:
        lines = campaign_lines(connection)
    _print(lines, as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    number: Number,
    *,
    watch: Annotated[bool, typer.Option(help="Go on showing it until it is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the sum of one campaign; with --watch live, until nothing of it is left to do.

    Example: `mailer campaigns show 3 --watch`
    """
    from mailer.campaigns import CampaignError, campaign_lines, overrides_of
    from mailer.store.tables import CampaignState

    with open_store(open_workspace(context)) as store:
        while True:
            with store.read() as connection:
                lines = campaign_lines(connection, number)
                overrides = overrides_of(connection, number)
            if not lines:
                raise CampaignError(f"there is no campaign {number}", mend="see: mailer campaigns")
            _print(lines, overrides, as_json=as_json)
            if not watch or lines[0].state in {CampaignState.FINISHED, CampaignState.CANCELLED}:
                return
            time.sleep(REFRESH_SECONDS)


@app.command()
def pause(context: typer.Context, number: Number, reason: Reason = "") -> None:
    """Stop taking new messages; what is on its way is finished and recorded.

    Example: `mailer campaigns pause 3 --reason "wrong link"`
    """
    from mailer.campaigns import CampaignEvent

    _steer(context, number, CampaignEvent.PAUSED, reason)


@app.command()
def resume(context: typer.Context, number: Number) -> None:
    """Let a paused campaign go on; then run `mailer send` again if no sender is running.

    Example: `mailer campaigns resume 3`
    """
    from mailer.campaigns import CampaignEvent

    _steer(context, number, CampaignEvent.RESUMED, "")


@app.command()
def cancel(context: typer.Context, number: Number, reason: Reason = "") -> None:
    """End a campaign for good: nobody who has not got it yet will.

    Example: `mailer campaigns cancel 3 --reason "sent too early"`
    """
    from mailer.campaigns import CampaignEvent

    _steer(context, number, CampaignEvent.CANCELLED, reason)


@app.command()
def retry(context: typer.Context, number: Number) -> None:
    """Make the failed deliveries wait again; `mailer send` then takes them.

    Example: `mailer campaigns retry 3`
    """
    from mailer.campaigns import retry_failed

    with open_store(open_workspace(context)) as store, store.write() as connection:
        retried = retry_failed(connection, number)
    typer.echo(f"{retried} failed deliveries of campaign {number} wait again")


@app.command()
def doubt(
    context: typer.Context,
    number: Number,
    *,
    resend: Annotated[bool, typer.Option("--resend", help="Send all of them again.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Count all as arrived.")] = False,
) -> None:
    """List the messages whose connection was lost after the last line, and decide on them.

    Example: `mailer campaigns doubt 3 --accept`
    """
    from mailer.campaigns import DeliveryEvent, doubtful, resolve_doubts
    from mailer.clock import utc_now
    from mailer.errors import InputError

    if resend and accept:
        raise InputError("--resend and --accept exclude each other", mend="choose one")
    with open_store(open_workspace(context)) as store:
        if resend or accept:
            event = DeliveryEvent.RESOLVED if resend else DeliveryEvent.ACCEPTED
            with store.write() as connection:
                count = resolve_doubts(connection, number, event, utc_now())
            typer.echo(f"{count} messages {'wait to be sent again' if resend else 'accepted'}")
            return
        with store.read() as connection:
            rows = doubtful(connection, number)
    for row in rows:
        typer.echo(f"{row.delivery_id}\t{row.address}\t{row.relay}\t{row.doubts}")
    typer.echo(f"{len(rows)} messages in doubt")


def _steer(context: typer.Context, number: int, event: Any, reason: str) -> None:
    from mailer.campaigns import steer
    from mailer.clock import utc_now

    with open_store(open_workspace(context)) as store, store.write() as connection:
        state = steer(connection, number, event, utc_now(), reason)
    typer.echo(f"campaign {number} is {state}")


def _print(
    lines: list[CampaignLine], overrides: Sequence[Overridden] = (), *, as_json: bool
) -> None:
    """The campaigns; with what was let pass, where one is shown."""
    if as_json:
        rows = [_as_data(line) for line in lines]
        for row in rows if overrides else ():
            row["forced"] = [
                {"at": one.at.isoformat(), "who": one.who, "why": one.why, "findings": one.findings}
                for one in overrides
            ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich.table import Table

    from mailer.cli.tables import show
    from mailer.store.tables import DeliveryState

    table = Table("no", "issue", "state", "audience", "launched (UTC)", "why")
    shown = [state for state in DeliveryState if any(line.counts.get(state) for line in lines)]
    for state in shown:
        table.add_column(state.value.replace("_", " "), justify="right")
    for line in lines:
        table.add_row(
            str(line.id),
            line.slug,
            line.state.value,
            str(line.audience),
            f"{line.launched_at:%Y-%m-%d %H:%M}",
            line.reason,
            *(str(line.counts.get(state, 0)) for state in shown),
        )
    show(table)
    for one in overrides:
        typer.echo(f"forced by {one.who}, {one.at:%Y-%m-%d %H:%M} UTC: {one.why}")
        for finding in one.findings:
            typer.echo(f"  {finding}")


def _as_data(line: CampaignLine) -> dict[str, object]:
    return {
        "campaign": line.id,
        "issue": line.slug,
        "state": line.state,
        "reason": line.reason,
        "launched_at": line.launched_at.isoformat(),
        "finished_at": line.finished_at.isoformat() if line.finished_at else None,
        "audience": line.audience,
        "states": {state.value: count for state, count in line.counts.items()},
    }
