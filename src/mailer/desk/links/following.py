"""From an address, over redirects, to where it ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final
from urllib.parse import urljoin, urlsplit

from mailer.desk.links.asking import Answer

MOST_AT_ONCE: Final = 4
MOST_HOPS: Final = 5

Ask = Callable[[str], Answer]
"""What the server of an address says; never raises."""

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})  # RFC 9110 15.4


@dataclass(frozen=True, slots=True)
class Hop:
    """One address on the way, and what its server said."""

    url: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Trail:
    """The way from an address to where it ends."""

    hops: tuple[Hop, ...]
    is_endless: bool = False
    """Whether it went on after the last hop we would take."""
    has_https: bool = False
    """Whether an address that is http answers as well as https."""

    @property
    def last(self) -> Hop:
        """Where it ends."""
        return self.hops[-1]


def follow(ask: Ask, url: str) -> Trail:
    """Ask, and follow at most five redirects."""
    hops: list[Hop] = []
    for _ in range(MOST_HOPS + 1):
        answer = ask(url)
        hops.append(Hop(url, answer))
        if answer.status not in REDIRECTS or not answer.location:
            return Trail(tuple(hops), has_https=_answers_as_https(ask, hops))
        following = _joined(url, answer.location)
        if not following:
            fault = Answer(answer.status, fault="sends us to what is no address")
            return Trail((*hops[:-1], Hop(url, fault)))
        url = following
    return Trail(tuple(hops), is_endless=True)


def follow_all(
    ask: Ask, urls: Iterable[str], *, on_answer: Callable[[], object] = lambda: None
) -> dict[str, Trail]:
    """Where each leads: a few at a time, and never two of one host."""
    urls = _spread(list(dict.fromkeys(urls)))

    def one(url: str) -> Trail:
        trail = follow(ask, url)
        on_answer()
        return trail

    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="links") as pool:
        return dict(zip(urls, pool.map(one, urls), strict=True))


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _answers_as_https(ask: Ask, hops: Sequence[Hop]) -> bool:
    only = hops[0]
    if len(hops) > 1 or not only.url.startswith("http://") or only.answer.fault:
        return False
    parts = urlsplit(only.url)
    if parts.port not in {None, 80}:
        return False
    secure = parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80"))
    return 200 <= ask(secure.geturl()).status < 300


def _spread(urls: Sequence[str]) -> list[str]:
    """The addresses in turns of their hosts, so that workers seldom wait for the same one."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_host[url.partition("://")[2].partition("/")[0].lower()].append(url)
    return [url for url in chain.from_iterable(zip_longest(*by_host.values())) if url]
