"""Telling machines from people, as far as a request shows it: scanners, proxies, previews."""

from __future__ import annotations

_MARKS = (
    "bot",
    "crawl",
    "spider",
    "preview",
    "scanner",
    "proxy",
    "curl",
    "wget",
    "python",
    "go-http-client",
    "java/",
    "headless",
    "googleimageproxy",
    "yahoomailproxy",
    "barracuda",
    "mimecast",
    "proofpoint",
)


def is_machine(user_agent: str | None, *, method: str = "GET") -> bool:
    """Whether a request is no person's act: counted apart, never as a reader's."""
    if method == "HEAD" or not user_agent:
        return True
    if user_agent.strip() == "Mozilla/5.0":  # Apple's mail privacy proxy says no more than that
        return True
    lowered = user_agent.lower()
    return any(mark in lowered for mark in _MARKS)
