"""What an issue can leave with, but had better not: size and headings here, more beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mailer.composing import leading, naming, opening, structure
from mailer.composing.contrast import readable
from mailer.composing.examined import Check, Examined
from mailer.composing.findings import Finding

GMAIL_CLIP: Final = 100_000  # octets of HTML; Gmail clips near 102 kB
LONGEST_STYLE: Final = 8192

_STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)


def size(seen: Examined) -> Iterator[Finding]:
    """Gmail shows the first 102 kB and hides the rest, with the way out in it."""
    octets = len(seen.copy.html.encode())
    if octets > GMAIL_CLIP:
        yield Finding(
            "soft",
            f"the HTML part has {octets // 1000} kB",
            "Gmail clips mails near 102 kB and hides what follows, the unsubscribe link too",
            "shorten the issue, or the template",
            seen.file,
        )
    for style in _STYLE.findall(seen.copy.html):
        if len(style) > LONGEST_STYLE:
            yield Finding(
                "soft",
                f"a style block has {len(style)} characters",
                f"Gmail drops a block of more than {LONGEST_STYLE}",
                "split it into two <mj-style>, or shorten it",
                seen.file,
            )


def headings(seen: Examined) -> Iterator[Finding]:
    """One h1, and no level skipped (WCAG 2.2, techniques H42 and G141)."""
    found = [element for element in seen.copy.tree.walk() if re.fullmatch("h[1-6]", element.name)]
    levels = [int(element.name[1]) for element in found]
    if levels.count(1) != 1:
        yield Finding(
            "soft",
            f"there are {levels.count(1)} headings of the first level",
            "who listens to the mail finds its title by the one h1",
            "let the template print the issue's title, and nothing else, as <h1>",
            seen.file,
        )
    for before, after, element in zip(levels, levels[1:], found[1:], strict=False):
        if after > before + 1:
            title = " ".join(element.text().split())
            yield Finding(
                "soft",
                f"the heading «{title}» skips a level, from h{before} to h{after}",
                "who moves from heading to heading misses a step",
                f"make it an h{before + 1}",
                seen.line_with(title),
                quote=f"# {title}",
            )


ADVICE: Final[tuple[Check, ...]] = (
    size,
    *opening.CHECKS,
    headings,
    *structure.CHECKS,
    readable,
    *leading.CHECKS,
    *naming.CHECKS,
)
