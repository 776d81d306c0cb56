"""What signatures cost: mails of 100 kB signed with RSA-2048, and with Ed25519 beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.campaigns import LARGE, SMALL, Prepare, Slope, send, slope
from benchmarks.figures import Figure, Figures
from benchmarks.mails import SIZES
from benchmarks.processes import smtp_sink
from mailer.config import Workspace
from mailer.desk import make_dkim_keys

ROUNDS = 3
CPU_LIMIT = 800.0
DOMAIN, SELECTOR = "cafe.example", "bench"
_TABLE = f'\n[dkim."{DOMAIN}"]\nselector = "{SELECTOR}"\n'
CONFIGURATIONS: Mapping[str, str] = {
    "none": "",
    "rsa": _TABLE,
    "both": f'{_TABLE}ed25519_selector = "{SELECTOR}e"\n',
}


def measure(figures: Figures) -> None:
    """Unsigned, with one signature and with two, in turns."""
    size = SIZES[-1]
    found: dict[str, list[Slope]] = {name: [] for name in CONFIGURATIONS}
    with smtp_sink() as port:
        for _ in range(ROUNDS):
            for name, slopes in found.items():
                slopes.append(
                    slope(
                        lambda n, name=name: send(n, size, port, before=_signing(name)),
                        SMALL,
                        LARGE,
                    )
                )
    cpu = {name: median(one.cpu for one in slopes) for name, slopes in found.items()}
    rsa, both = cpu["rsa"], cpu["both"]
    figures.add(
        Figure(f"cpu_{size.name}_rsa", rsa, "µs/message", f"{CPU_LIMIT:.0f}", rsa / CPU_LIMIT),
        at_most=1.0,
    )
    unsigned = f"unsigned, {cpu['none']:.0f}"
    figures.add(
        Figure(f"cpu_{size.name}_both", both, "µs/message", unsigned, both / cpu["none"]),
    )


def _signing(name: str) -> Prepare:
    def prepare(folder: Path) -> None:
        config = folder / "config.toml"
        make_dkim_keys(Workspace.open(config), DOMAIN, SELECTOR, with_ed25519=True)
        config.write_text(config.read_text(encoding="utf-8") + CONFIGURATIONS[name], "utf-8")

    return prepare
