"""What the answers mean for the issue; all of it soft, as a server may be down for an hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mailer.composing import Finding, links_written
from mailer.content import Issue
from mailer.desk.links.following import MOST_HOPS, Trail
from mailer.errors import Where

_GONE: Final = frozenset({404, 410})
_FOR_GOOD: Final = frozenset({301, 308})  # RFC 9110 15.4.2, 15.4.9
_SHY: Final = frozenset({401, 403, 406, 429, 451, 503, 999})


def link_findings(issue: Issue, trails: Mapping[str, Trail]) -> Iterator[Finding]:
    """What is to be said of the links of an issue, each at its place."""
    for edition in issue.editions.values():
        told: set[str] = set()
        for link, where in links_written(edition):
            url = link.attributes.get("href", "")
            if url in trails and url not in told:
                told.add(url)
                yield from judge(url, trails[url], where)


def judge(url: str, trail: Trail, where: Where) -> Iterator[Finding]:
    """What one answer means."""
    last = trail.last
    status, fault = last.answer.status, last.answer.fault
    if trail.is_endless:
        what, mend = f"redirects more than {MOST_HOPS} times", "link to where it should end"
        yield _finding(url, trail, what, "browsers give up as well", mend, where)
    elif fault:
        why = "a reader who follows it gets nowhere"
        yield _finding(url, trail, fault, why, "mend the address, or take it out", where)
    elif status in _GONE:
        why = "a reader who follows it finds nothing there"
        mend = "find where it went, or take it out"
        yield _finding(url, trail, f"is dead: {status}", why, mend, where)
    elif status in _SHY:
        why = "it may refuse programs only, or everybody"
        yield _finding(url, trail, f"answers us {status}", why, "open it yourself", where)
    elif status >= 400:
        why = "a reader who follows it may see an error"
        yield _finding(url, trail, f"answers {status}", why, "try again, or ask its owner", where)
    elif _moved_for_good(trail):
        why = "the old address may end one day, and costs readers a moment"
        yield _finding(url, trail, "has moved for good", why, f"link to {last.url}", where)
    elif trail.has_https:
        why = "in clear text everybody on the way sees what is read, and can change it"
        mend = "write https"
        yield _finding(url, trail, "is http, and https answers as well", why, mend, where)


def chain_of(trail: Trail) -> str:
    """The way, hop by hop; nothing where there is but one."""
    if len(trail.hops) < 2:
        return ""
    steps = [f"{hop.answer.status or '?'} {hop.url}" for hop in trail.hops[1:]]
    return f" ({trail.hops[0].answer.status} → {' → '.join(steps)})"


def _moved_for_good(trail: Trail) -> bool:
    moves = [hop.answer.status for hop in trail.hops[:-1]]
    return bool(moves) and all(status in _FOR_GOOD for status in moves)


def _finding(url: str, trail: Trail, what: str, why: str, mend: str, where: Where) -> Finding:
    what = f"the link {url} {what}{chain_of(trail)}"
    return Finding("soft", what, why, mend, where, quote=url)
