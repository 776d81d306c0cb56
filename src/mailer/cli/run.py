"""mailer run: the whole service, until it is told to stop."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from mailer.clock import Rehearsal
    from mailer.running import Addresses


def run(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help="Another port for the pages.")] = None,
    health_port: Annotated[
        int | None, typer.Option(help="Another port for /healthz, /readyz and /metrics.")
    ] = None,
    rehearse_at: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT",
            help="Begin at that moment instead of now, as in 2026-11-27T07:29:30+01:00; refused"
            " unless every relay is this machine.",
        ),
    ] = None,
    rehearse_speed: Annotated[
        float, typer.Option(min=0.1, max=10_000, help="A rehearsal's seconds in one of ours.")
    ] = 1.0,
) -> None:
    """Run the whole service, pages, scheduler and delivery, until Ctrl-C or SIGTERM.

    Example: `mailer run`
    """
    from mailer.keys import load_keys
    from mailer.running import run_service, set_up_logs

    rehearsal = _rehearsal(rehearse_at, rehearse_speed)
    workspace = open_workspace(context)
    set_up_logs()
    with open_store(workspace) as store:
        run_service(
            workspace,
            store,
            load_keys(workspace.keys),
            rehearsal=rehearsal,
            port=port,
            health_port=health_port,
            ready=_announce,
        )


def _announce(addresses: Addresses) -> None:
    typer.echo(f"pages: {addresses.pages}")
    typer.echo(f"health: {addresses.health}/readyz")


def _rehearsal(rehearse_at: str | None, speed: float) -> Rehearsal | None:
    from mailer.clock import Rehearsal, utc_now
    from mailer.errors import InputError

    if rehearse_at is None:
        if speed != 1.0:
            raise InputError(
                "--rehearse-speed is a rehearsal's", mend="say when it begins: --rehearse-at"
            )
        return None
    try:
        moment = datetime.fromisoformat(rehearse_at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(
            f"--rehearse-at {rehearse_at!r} is no moment with its offset from UTC",
            mend="write it as 2026-11-27T07:29:30+01:00",
        )
    return Rehearsal(moment, utc_now(), speed)
