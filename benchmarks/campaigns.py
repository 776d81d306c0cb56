"""One campaign into the sink, and what a further message costs: the slope between two sizes.

Starting the command, reading and compiling the issue cost the same whether two thousand or twelve
thousand get it; the difference between the two is what messages cost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mails import ROOT, Size, launch_ahead
from benchmarks.processes import MAILER, Cost, Watch, run
from benchmarks.readers import fresh, make_workspace, plain_template
from mailer.config import Workspace
from mailer.store import Store

BASE = ROOT / "var" / "bench"
SMALL, LARGE = 2_000, 12_000
Prepare = Callable[[Path], object]
"""Done to a fresh workspace before its campaign is sent."""


@dataclass(frozen=True, slots=True)
class Slope:
    """What a further message costs."""

    cpu: float
    """Microseconds, user and system, of all our processes."""
    system: float
    """Microseconds of them in the kernel."""
    rate: float
    """Messages a second."""
    start: float
    """Milliseconds of processor time that the command takes beside."""


def slope(cost_of: Callable[[int], Cost], small: int = SMALL, large: int = LARGE) -> Slope:
    """The slope between two campaigns."""
    few, many = cost_of(small), cost_of(large)
    more = large - small
    cpu = (many.cpu - few.cpu) / more
    return Slope(
        cpu=cpu * 1e6,
        system=(many.system - few.system) / more * 1e6,
        rate=more / (many.wall - few.wall),
        start=(few.cpu - cpu * small) * 1e3,
    )


def workspace_of(readers: int) -> Path:
    """The workspace with that many readers."""
    return make_workspace(BASE / str(readers), readers)


def send(
    readers: int,
    size: Size,
    port: int,
    *,
    workers: int = 1,
    environment: Mapping[str, str] | None = None,
    before: Prepare = lambda _workspace: None,
    watch: Watch | None = None,
) -> Cost:
    """`mailer send` to that many readers; raises RuntimeError unless all were accepted."""
    with fresh(workspace_of(readers)) as workspace:
        before(workspace)
        if size.name == "2kB":
            with plain_template():
                _launch(workspace, size)
        variables = {
            **size.environment,
            "MAILER_RELAYS__MAIN__PORT": str(port),
            "MAILER_DELIVERY__WORKERS": str(workers),
            "MAILER_SITE__EDITORS": "[]",  # nobody is told: a report is no copy
            **(environment or {}),
        }
        os.sync()  # what the copy has left to write is not this campaign's cost
        command = [MAILER, "send", size.issue, "--list", "cafe", "--json"]
        cost = run(command, workspace, variables, watch=watch)
    report = json.loads(cost.said.splitlines()[-1])
    if report["states"] != {"accepted": readers}:
        raise RuntimeError(f"{readers} readers, but {report['states']}")
    return cost


def _launch(folder: Path, size: Size) -> None:
    workspace = Workspace.open(folder / "config.toml")
    store = Store(workspace.store_url)
    launch_ahead(workspace, store, size)
    store.close()
