"""Where an issue's links lead, by their words and their addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from mailer.composing.examined import Check, Examined
from mailer.composing.findings import Finding
from mailer.composing.written import fragments
from mailer.content import Edition
from mailer.errors import Where
from mailer.rendering import Element

# Words that say nothing where they stand alone, as a screen reader lists links (WCAG 2.2, 2.4.4).
EMPTY_WORDS: Final = frozenset(
    {
        *("ici", "là", "cliquez ici", "cliquer ici", "en savoir plus", "lire la suite", "suite"),
        *("plus", "lien", "ce lien", "voir", "lire", "cet article", "plus d'infos"),
        *("here", "click here", "this", "link", "this link", "more", "read more", "learn more"),
    }
)
# Names that other people's tools hang on addresses to follow who clicked.
TRACKERS: Final = frozenset(
    {
        *("fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "twclid", "ttclid"),
        *("li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "vero_id", "oly_enc_id"),
        *("oly_anon_id", "_hsenc", "_hsmi", "__hstc", "__hssc", "hsctatracking", "ml_subscriber"),
        *("ml_subscriber_hash", "_openstat", "ck_subscriber_id", "sc_eh", "sc_uid", "wickedid"),
        *("bsft_eid", "bsft_clkid", "s_cid", "xtor", "at_medium", "at_campaign", "rb_clickid"),
    }
)


def empty_words(seen: Examined) -> Iterator[Finding]:
    """A link's words say where it leads (WCAG 2.2, 2.4.4)."""
    for link, where in links_written(seen.edition):
        words = " ".join(link.text().replace("’", "'").split()).strip(" .…!?:>→»«()[]").lower()
        has_picture = any(one.name == "img" for one in link.walk())
        if words in EMPTY_WORDS or not (words or has_picture):
            yield Finding(
                "soft",
                f"a link says only «{' '.join(link.text().split())}»",
                "who hears the links one after another does not learn where it leads",
                "let its words name what is behind it",
                where,
                quote=link.attributes.get("href", ""),
            )


def twice(seen: Examined) -> Iterator[Finding]:
    """Each address in one item alone: readers who follow it again have been there."""
    places: dict[str, dict[int, int]] = defaultdict(dict)
    for piece in seen.written:
        for link in _links(piece.tree):
            url = link.attributes.get("href", "")
            if url.startswith(("http://", "https://")):
                places[url].setdefault(piece.item, piece.line)
    for url, lines in places.items():
        if len(lines) > 1:
            first, second, *_ = lines.values()
            yield Finding(
                "soft",
                f"the same link in {len(lines)} places: {url}",
                "a reader who follows the second has been there, and the figures mix them",
                f"keep the one where it belongs; the first is in the section of line {first}",
                Where(seen.edition.file, second),
                quote=url,
            )


def trackers(seen: Examined) -> Iterator[Finding]:
    """No tool of somebody else follows our readers (ePrivacy 5(3))."""
    for link, where in links_written(seen.edition):
        url = link.attributes.get("href", "")
        if names := tracking_names(url):
            yield Finding(
                "soft",
                f"the link {url} carries {', '.join(names)}",
                "these are somebody else's, to tell who came from where; often from another's mail",
                f"take it away: {without(url, names)}",
                where,
                quote=url,
            )


CHECKS: Final[tuple[Check, ...]] = (empty_words, twice, trackers)


def links_written(edition: Edition) -> Iterator[tuple[Element, Where]]:
    """The links that the author wrote, and where."""
    for piece in fragments(edition.sections):
        for link in _links(piece.tree):
            yield link, Where(edition.file, piece.line)


def tracking_names(url: str) -> list[str]:
    """The parameters of an address that follow people, in their order."""
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    return [name for name in dict.fromkeys(names) if _follows(name.lower())]


def without(url: str, names: list[str]) -> str:
    """The address without these parameters; what is left of its query stays as it was written."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair.partition("=")[0] not in names and pair]
    return parts._replace(query="&".join(kept)).geturl()


def _follows(name: str) -> bool:
    return name in TRACKERS or name.startswith(("utm_", "mtm_", "pk_", "hsa_", "stm_"))


def _links(tree: Element) -> Iterator[Element]:
    return (one for one in tree.walk() if one.name == "a" and one.attributes.get("href"))
