"""Links are asked where they lead: politely, never inside, and every answer is told as it is."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from builders import make_workspace
from mailer.campaigns import prepare
from mailer.desk.links import Asker, Hop, Trail, follow_all, link_findings
from mailer.desk.links.asking import Answer, _is_public
from mailer.desk.links.following import follow
from mailer.desk.links.judging import judge
from mailer.errors import Where

AGENT = "mailer/test (link check; +https://cafe.example)"


class Site:
    """A web server with a page for each case, which counts who asks what at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.most_at_once = 0
        self.most_of_a_host = 0
        self._here: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.crowded = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                site.answer(self, "HEAD")

            def do_GET(self) -> None:
                site.answer(self, "GET")

            def log_message(self, *args: Any) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
        self.port = self.server.server_port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def answer(self, handler: http.server.BaseHTTPRequestHandler, method: str) -> None:
        host = handler.headers["Host"]
        with self._lock:
            self.asked.append((method, handler.path, handler.headers["User-Agent"]))
            self._here[host] += 1
            self.most_at_once = max(self.most_at_once, self._here.total())
            self.most_of_a_host = max(self.most_of_a_host, self._here[host])
            if self._here.total() == 4:
                self.crowded.set()
        if handler.path.startswith("/crowd"):
            self.crowded.wait(5)
        status, location = self.page(handler.path, method)
        with self._lock:  # before the answer: whoever has it may ask again at once
            self._here[host] -= 1
        handler.send_response(status)
        if location:
            handler.send_header("Location", location)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def page(self, path: str, method: str) -> tuple[int, str]:
        pages = {
            "/dead": (404, ""),
            "/shy": (403, ""),
            "/broken": (500, ""),
            "/moved": (301, "/moved-again"),
            "/moved-again": (308, "/new"),
            "/for-now": (302, "/new"),
            "/loop": (301, "/loop"),
            "/nowhere": (301, "http://[broken"),
            "/no-head": (405, "") if method == "HEAD" else (200, ""),
        }
        return pages.get(path, (200, ""))


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def said(site: Site, path: str) -> list[str]:
    url = site.url(path)
    trail = follow(Asker(AGENT, may_be_private=True).ask, url)
    found = list(judge(url, trail, Where("issue.md", 7)))
    assert all(one.severity == "soft" and one.why and one.mend for one in found)
    assert all(str(one.where) == "issue.md:7" for one in found)
    root = site.url("")
    return [
        part.replace(root, "")
        for one in found
        for part in (one.what.removeprefix(f"the link {url} "), one.mend)
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/fine", []),
        ("/no-head", []),
        ("/for-now", []),
        ("/dead", ["is dead: 404", "find where it went, or take it out"]),
        ("/shy", ["answers us 403", "open it yourself"]),
        ("/broken", ["answers 500", "try again, or ask its owner"]),
        (
            "/moved",
            ["has moved for good (301 → 308 /moved-again → 200 /new)", "link to /new"],
        ),
        ("/nowhere", ["sends us to what is no address", "mend the address, or take it out"]),
    ],
)
def test_every_answer_of_a_server_is_told_as_it_is(site: Site, path: str, told: list[str]) -> None:
    assert said(site, path) == told


def test_redirects_are_followed_five_times_and_no_more(site: Site) -> None:
    before = len(site.asked)
    what, _ = said(site, "/loop")
    assert what.startswith("redirects more than 5 times (301 → 301 /loop")
    assert len(site.asked) - before == 6


def test_we_say_who_we_are_and_ask_for_the_head_first(site: Site) -> None:
    said(site, "/no-head")
    assert site.asked[-2:] == [("HEAD", "/no-head", AGENT), ("GET", "/no-head", AGENT)]


def test_at_most_four_are_asked_at_once_and_one_of_a_host() -> None:
    with serving() as site:
        hosts = [f"127.0.0.{n}" for n in range(1, 7)]
        urls = [site.url(f"/crowd/{n}", host) for host in hosts for n in range(3)]
        trails = follow_all(Asker(AGENT, may_be_private=True).ask, urls)
    assert set(trails) == set(urls)
    assert all(trail.last.answer.status == 200 for trail in trails.values())
    assert (site.most_at_once, site.most_of_a_host) == (4, 1)


def test_nobody_is_sent_into_our_own_network(site: Site) -> None:
    before = len(site.asked)
    for host in ("127.0.0.1", "localhost", "127.1.2.3"):
        answer = Asker(AGENT, seconds=1).ask(site.url("/fine", host))
        assert "private network" in answer.fault, (host, answer)
    assert len(site.asked) == before


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("192.168.1.9", False),
        ("100.64.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("fe80::1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert _is_public(address) is public


@pytest.mark.parametrize(
    "url", ["http://", "ftp://a.example/", "http://[::", "http://a:b/", "http://x\u2028.example/"]
)
def test_what_is_no_address_is_told_and_not_asked(url: str) -> None:
    assert Asker(AGENT, seconds=1).ask(url).fault


def test_a_server_that_says_nothing_is_given_up() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        answer = Asker(AGENT, may_be_private=True, seconds=0.1).ask(url)
    assert answer.fault == "does not answer in time"
    assert Asker(AGENT, may_be_private=True).ask(url).fault == "refuses the connection"


def test_http_where_https_answers_is_found() -> None:
    pages = {"http://a.example/x": 200, "https://a.example/x": 200, "http://b.example/": 200}
    asked = {url: follow(lambda one: Answer(pages.get(one, 500)), url) for url in pages}
    found = [one.what for url, trail in asked.items() for one in judge(url, trail, Where("x"))]
    assert found == ["the link http://a.example/x is http, and https answers as well"]


def test_a_link_is_told_once_with_its_place(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    folder = tmp_path / "issues" / "one"
    folder.mkdir(parents=True)
    (folder / "issue.md").write_text(
        "---\nnumber: 1\nlist: cafe\nlocale: fr\ntitle: Un\nsubject: Un\npreheader: Un\n---\n"
        "\n## Un\n\n[Là](https://a.example/x), et [encore là](https://a.example/x)\n"
    )
    trail = Trail((Hop("https://a.example/x", Answer(410)),))
    issue = prepare(workspace, folder).issue
    found = list(link_findings(issue, {"https://a.example/x": trail}))
    assert [(one.what, one.where.line if one.where else 0) for one in found] == [
        ("the link https://a.example/x is dead: 410", 10)
    ]
