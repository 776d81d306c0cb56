"""Pictures by what they weigh and how large they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mailer.composing.findings import Finding
from mailer.composing.links import COLUMN_PIXELS
from mailer.composing.written import fragments
from mailer.content import Edition, Issue
from mailer.errors import Where

HEAVY: Final = 300_000  # octets: two seconds on a slow phone
FINE: Final = 2  # pixels for each that is shown: enough for every eye
WASTE: Final = 3  # more than that no screen shows


def picture_findings(issue: Issue, edition: Edition) -> Iterator[Finding]:
    """Pictures that are heavy, or larger than any screen shows them."""
    for piece in fragments(edition.sections):
        for shown in piece.tree.walk():
            name = shown.attributes.get("src", "").removeprefix("image:")
            image = issue.images.get(name) if shown.name == "img" else None
            if image is None:
                continue
            asked = shown.attributes.get("width", "")
            width = min(int(asked) if asked.isdigit() else image.width, COLUMN_PIXELS)
            where = Where(edition.file, piece.line)
            if image.width > WASTE * width:
                yield Finding(
                    "soft",
                    f"the picture {name} is {image.width} pixels wide and shown at {width}",
                    f"it has {image.octets // 1000} kB, most of which no screen shows",
                    f"save it {FINE * width} pixels wide",
                    where,
                    quote=name,
                )
            elif image.octets > HEAVY:
                yield Finding(
                    "soft",
                    f"the picture {name} has {image.octets // 1000} kB",
                    "a reader on the way waits for it, and pays for it",
                    "save it as JPEG, or with fewer colours",
                    where,
                    quote=name,
                )
