"""Redirects and one-click POSTs a second, beside the bare framework in the same run."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.campaigns import workspace_of
from benchmarks.figures import Figure, Figures
from benchmarks.mails import ROOT
from benchmarks.processes import MAILER, free_port, served
from benchmarks.readers import fresh
from mailer.campaigns import launch, prepare
from mailer.clock import utc_now
from mailer.config import Workspace
from mailer.keys import load_keys
from mailer.store import Store
from mailer.tokens import Signer, TokenPurpose
from tools import wrk

READERS = 20_000
ROUNDS = 3
SECONDS = 4
CONNECTIONS = 64
SLUG = "cafe-386"
REDIRECTS, ONE_CLICK = 0.6, 0.3
"""At least so much of the bare framework's rate."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What wrk saw."""

    requests: int
    per_second: float
    p99: float
    """Milliseconds."""


def redirects(figures: Figures) -> None:
    """Content links of a launched issue, followed by people."""
    environment = {"LINKS": f"/c/{SLUG}/"}

    def round_(_folder: Path, ours: int, bare: int) -> tuple[Answers, Answers]:
        return _ask(ours, environment), _ask(bare, environment)

    _report(figures, "redirects", REDIRECTS, [_round(round_) for _ in range(ROUNDS)])


def one_click(figures: Figures) -> None:
    """A fresh token each, and the withdrawal on the disk before the answer."""

    def round_(folder: Path, ours: int, bare: int) -> tuple[Answers, Answers]:
        environment = {"TOKENS": str(_tokens(folder))}
        found = _ask(ours, environment)
        if found.requests > READERS:
            raise RuntimeError("more presses than readers: make more readers")
        written = _withdrawals(folder)
        # What was on its way when wrk stopped listening was answered to nobody.
        if not found.requests <= written <= found.requests + CONNECTIONS:
            raise RuntimeError(f"{found.requests} answers, but {written} withdrawals")
        return found, _ask(bare, environment)

    _report(figures, "one_click", ONE_CLICK, [_round(round_) for _ in range(ROUNDS)])


def _round(ask: Callable[[Path, int, int], tuple[Answers, Answers]]) -> tuple[Answers, Answers]:
    """Our pages and the bare framework, one process each, one asked after the other."""
    wrk.main()
    with fresh(workspace_of(READERS)) as folder, contextlib.ExitStack() as servers:
        _launch(folder)
        ours, bare = free_port(), free_port()
        servers.enter_context(_pages(folder, ours))
        servers.enter_context(served([sys.executable, "-m", "benchmarks.bare", str(bare)], bare))
        return ask(folder, ours, bare)


def _pages(folder: Path, port: int) -> AbstractContextManager[None]:
    environment = {**os.environ, "MAILER_CONFIG": str(folder / "config.toml")}
    return served([MAILER, "serve", "--port", str(port)], port, environment)


def _ask(port: int, environment: Mapping[str, str]) -> Answers:
    options = (f"-c{CONNECTIONS}", "-t1", f"-d{SECONDS}s", "-s", str(ROOT / "benchmarks/ask.lua"))
    done = subprocess.run(
        wrk.command(*options, f"http://127.0.0.1:{port}/"),
        env={**wrk.environment(), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("FIGURES"))
    requests, microseconds, p99, wrong = map(int, line.split()[1:])
    if wrong:
        raise RuntimeError(f"wrong answers: {done.stdout}")
    return Answers(requests, requests / microseconds * 1e6, p99 / 1e3)


def _report(
    figures: Figures, name: str, least: float, rounds: list[tuple[Answers, Answers]]
) -> None:
    bare = median(theirs.per_second for _, theirs in rounds)
    rate = median(ours.per_second for ours, _ in rounds)
    beside = f"bare FastAPI, {bare:.0f}"
    figures.add(Figure(name, rate, "requests/s", beside, rate / bare), at_least=least)
    p99 = median(ours.p99 for ours, _ in rounds)
    theirs = median(theirs.p99 for _, theirs in rounds)
    beside = f"bare FastAPI, {theirs:.1f} ms"
    figures.add(Figure(f"{name}_p99", p99, "ms", beside, p99 / theirs))


def _launch(folder: Path) -> None:
    workspace = Workspace.open(folder / "config.toml")
    store = Store(workspace.store_url)
    plan = prepare(workspace, workspace.issues / SLUG).plan(500)
    with store.write() as connection:
        launch(connection, plan, share_id=secrets.token_urlsafe(9), now=utc_now())
    store.close()


def _tokens(folder: Path) -> Path:
    signer = Signer(load_keys(folder / "var" / "keys").links)
    file = folder / "tokens"
    tokens = (signer.sign(TokenPurpose.UNSUBSCRIBE, 1, n) for n in range(1, READERS + 1))
    file.write_text("\n".join(tokens))
    return file


def _withdrawals(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / "var" / "mailer.db")) as database:
        question = "SELECT count(*) FROM consent_records WHERE action = 'withdrawn'"
        return int(database.execute(question).fetchone()[0])
