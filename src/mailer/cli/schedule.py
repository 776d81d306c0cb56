"""mailer schedule: the next slots and what goes out in each; pause, skip, hold and let go."""

from __future__ import annotations

import getpass
import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mailer.scheduling import Forecast, Means, SlotEvent, SlotLine

app = typer.Typer(
    help="The next slots and what goes out in each; pause, skip, hold, let go.\n\n"
    "Example: `mailer schedule --count 8`",
    invoke_without_command=True,
)

ListKey = Annotated[
    str | None, typer.Option("--list", help="The list; needed where several have a schedule.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
SlotName = Annotated[
    str, typer.Argument(help="Its local date, 2026-12-04, or 2026-12-04T07:30; else the next one.")
]
MOST = 100


@app.callback()
def schedule(
    context: typer.Context,
    list_key: ListKey = None,
    count: Annotated[int, typer.Option(min=1, max=MOST, help="How many slots of each list.")] = 5,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what is held, and the next slots with the issue of each, in local time and UTC.

    Example: `mailer schedule --count 8`
    """
    if context.invoked_subcommand is not None:
        return
    from mailer.clock import utc_now
    from mailer.scheduling import forecast, scheduled_list

    with _means(context) as means:
        keys = [scheduled_list(means, list_key)[0]] if list_key else list(means.lists)
        found = {key: forecast(means, key, utc_now(), count) for key in keys}
    if as_json:
        rows = [_as_data(line) for lines in found.values() for line in lines]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for key, lines in found.items():
        _show(key, lines)
    if not found:
        typer.echo("no list has a schedule: see docs/scheduling.md")


@app.command()
def pause(
    context: typer.Context,
    list_key: ListKey = None,
    first: Annotated[str, typer.Option("--from", help="The first day; today by default.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; the first by default.")] = "",
    reason: Reason = "",
) -> None:
    """Keep a list silent for some days; `mailer schedule resume` takes it back.

    Example: `mailer schedule pause --from 2026-12-24 --to 2027-01-03 --reason "Christmas"`
    """
    from mailer.audience import ensure_list
    from mailer.clock import utc_now
    from mailer.scheduling import add_pause, scheduled_list, zone_of

    now = utc_now()
    with _means(context) as means:
        key, mailing_list = scheduled_list(means, list_key)
        first_day = _day(first) or now.astimezone(zone_of(mailing_list)).date()
        last_day = _day(last) or first_day
        with means.store.write() as connection:
            id_ = ensure_list(connection, key)
            line = add_pause(
                connection, id_, first_day, last_day, by=_who(), now=now, reason=reason
            )
        typer.echo(f"{key}: no issue on {line.days.words}")


@app.command()
def resume(context: typer.Context, list_key: ListKey = None) -> None:
    """Take back the pauses that were decided at the terminal; those of config.toml stay.

    Example: `mailer schedule resume`
    """
    from mailer.audience import ensure_list
    from mailer.clock import utc_now
    from mailer.scheduling import end_pauses, scheduled_list

    with _means(context) as means:
        key, _ = scheduled_list(means, list_key)
        with means.store.write() as connection:
            lines = end_pauses(connection, ensure_list(connection, key), by=_who(), now=utc_now())
        for line in lines:
            typer.echo(f"{key}: no longer paused on {line.days.words}")
        if not lines:
            typer.echo(f"{key}: nothing was paused from the terminal")


@app.command()
def skip(
    context: typer.Context, slot: SlotName = "", list_key: ListKey = None, reason: Reason = ""
) -> None:
    """Let a slot pass without an issue.

    Example: `mailer schedule skip 2026-12-25 --reason "Christmas"`
    """
    from mailer.scheduling import SlotEvent

    _change(context, list_key, slot, SlotEvent.SKIPPED, reason)


@app.command()
def unskip(context: typer.Context, slot: SlotName = "", list_key: ListKey = None) -> None:
    """Take a skip back, while the slot lies ahead.

    Example: `mailer schedule unskip 2026-12-25`
    """
    from mailer.scheduling import SlotEvent

    _change(context, list_key, slot, SlotEvent.UNSKIPPED, "")


@app.command()
def hold(
    context: typer.Context, slot: SlotName = "", list_key: ListKey = None, reason: Reason = ""
) -> None:
    """Hold the issue of a slot until somebody lets it go.

    Example: `mailer schedule hold --reason "a name is wrong"`
    """
    from mailer.scheduling import SlotEvent

    _change(context, list_key, slot, SlotEvent.HELD, reason)


@app.command()
def release(context: typer.Context, slot: SlotName = "", list_key: ListKey = None) -> None:
    """Let a held issue go: at its time, or at once where that has passed.

    Example: `mailer schedule release`
    """
    from mailer.scheduling import SlotEvent

    _change(context, list_key, slot, SlotEvent.RELEASED, "")


@app.command()
def now(
    context: typer.Context,
    list_key: ListKey = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask to confirm.")] = False,
) -> None:
    """Launch the next issue now, outside the rule; `mailer run` sends it.

    Example: `mailer schedule now --list cafe`
    """
    from mailer.clock import utc_now
    from mailer.scheduling import scheduled_list, send_now

    with _means(context) as means:
        key, mailing_list = scheduled_list(means, list_key)
        if not yes and not means.workspace.is_local(mailing_list):
            typer.confirm(f"Send the next issue of {key} to its readers now?", abort=True)
        _say(key, send_now(means, key, by=_who(), now=utc_now()))


@contextmanager
def _means(context: typer.Context) -> Iterator[Means]:
    """The one Means of a command; its database is closed after it."""
    from mailer.keys import load_keys
    from mailer.scheduling import Means

    workspace = open_workspace(context)
    with open_store(workspace) as store:
        yield Means(workspace, store, load_keys(workspace.keys))


def _change(
    context: typer.Context, list_key: str | None, slot: str, event: SlotEvent, reason: str
) -> None:
    from mailer.clock import utc_now
    from mailer.scheduling import change_slot, scheduled_list

    with _means(context) as means:
        key, _ = scheduled_list(means, list_key)
        line = change_slot(means, key, slot, event, by=_who(), now=utc_now(), reason=reason)
        _say(key, line)


def _say(list_key: str, line: SlotLine) -> None:
    why = f": {line.reason}" if line.reason else ""
    typer.echo(f"{list_key}: the slot of {line.at:%Y-%m-%d %H:%M} UTC is {line.state}{why}")


def _who() -> str:
    """Who typed it, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a bare container
        return "somebody at the terminal"


def _day(text: str) -> date | None:
    from datetime import date

    from mailer.errors import InputError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{text!r} is no day", mend="write it as 2026-12-24") from None


def _show(list_key: str, lines: list[Forecast]) -> None:
    from rich.table import Table

    from mailer.cli.tables import show

    table = Table(title=list_key, title_justify="left")
    for words in ("local time", "UTC", "state", "issue"):
        table.add_column(words, no_wrap=True)
    table.add_column("why")
    for line in lines:
        table.add_row(
            f"{line.local:%a %Y-%m-%d %H:%M}",
            f"{line.at:%m-%d %H:%M}",
            line.state,
            line.issue,
            f"{line.why} ({line.by})".lstrip() if line.by else line.why,
        )
    show(table)


def _as_data(line: Forecast) -> dict[str, object]:
    moments = ("at", "opens", "local")
    return {
        key: value.isoformat() if key in moments else value for key, value in asdict(line).items()
    }
