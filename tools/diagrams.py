"""Draws docs/states.md from the tables the code runs on, so that the picture is never stale."""

import sys
from collections.abc import Iterable
from pathlib import Path

from mailer.audience import MOVES
from mailer.campaigns import CAMPAIGN_MOVES, DELIVERY_MOVES
from mailer.running import PART_MOVES
from mailer.scheduling import SLOT_MOVES
from mailer.smtp import ROWS, Effect

FILE = Path(__file__).resolve().parents[1] / "docs" / "states.md"

HEAD = """\
# States

Drawn by `python tools/diagrams.py` from the tables in the code; a test fails when they differ. What
is not drawn cannot happen: the code raises.
"""

SMTP = """\
The state is the question whose answer comes next. Every state also ends in CLOSED, on 421, nonsense
or a lost connection; only from CONTENT is the message then in doubt.
"""


def page() -> str:
    """The whole page."""
    parts = [
        HEAD,
        "## A subscription\n",
        diagram((str(a or "[*]"), str(b), str(event)) for (a, event), b in MOVES.items()),
        "## A slot\n",
        diagram((str(a or "[*]"), str(b), str(event)) for (a, event), b in SLOT_MOVES.items()),
        "## A campaign\n",
        diagram((str(a), str(b), str(event)) for (a, event), b in CAMPAIGN_MOVES.items()),
        "## A delivery\n",
        "Over a campaign the states add up to its audience, at any moment.\n",
        diagram((str(a), str(b), str(event)) for (a, event), b in DELIVERY_MOVES.items()),
        "## A part of the service\n",
        "As its supervisor sees it.\n",
        diagram((str(a), str(b), str(event)) for (a, event), b in PART_MOVES.items()),
        "## An SMTP connection\n",
        SMTP,
        diagram(smtp_edges()),
    ]
    return "\n".join(parts)


def smtp_edges() -> Iterable[tuple[str, str, str]]:
    """The written cells of the protocol's table."""
    for state, row in ROWS.items():
        for event, (following, effect) in row.cells.items():
            words = event.name.lower().replace("_", " ")
            if effect is not Effect.NOTHING:
                words += f" / {effect.name.lower()}"
            yield state.name, following.name, words


def diagram(edges: Iterable[tuple[str, str, str]]) -> str:
    """A Mermaid state diagram, one arrow for all events between two states."""
    joined: dict[tuple[str, str], list[str]] = {}
    for before, after, event in edges:
        joined.setdefault((before, after), []).append(event.replace("_", " "))
    arrows = [f"    {a} --> {b}: {', '.join(words)}" for (a, b), words in joined.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```", ""])


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
    sys.exit(0)
