"""The whole way of an issue on this machine: import, sandbox, pages, send, and a table of it.

With --serve it starts the sandbox and the pages again, on the same ports, until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
MAILER = str(Path(sys.executable).with_name("mailer"))
REMEMBERED = ROOT / "var" / "demo.json"
LIST = "cafe"
FILES = ("subscribers/cafe.csv", "subscribers/broken.csv")
LISTENING_WITHIN = 30.0


def main() -> None:
    """Run the demonstration, or only its two servers."""
    os.chdir(ROOT)
    ports = choose_ports()
    environment = {**os.environ, **overrides(ports)}
    if "--serve" in sys.argv[1:]:
        serve_until_stopped(ports, environment)
        return
    imports = [(file, run(environment, "import", file, "--list", LIST, "--json")) for file in FILES]
    with servers(ports, environment):
        sent = run(environment, "send", "newest", "--list", LIST, "--json")
        alive = links_alive(sent["issue"])
    report(imports, sent, alive, ports)


def choose_ports() -> dict[str, int]:
    """The ports remembered from last time, else config's, else free ones; remembered."""
    with Path("config.toml").open("rb") as file:
        config = tomllib.load(file)
    wanted = {
        "pages": int(config["site"]["base_url"].rpartition(":")[2]),
        "smtp": int(config["sandbox"]["port"]),
        "inbox": int(config["sandbox"]["page_port"]),
    }
    if REMEMBERED.is_file():
        # The links of mails that were sent lead to these, so they stay.
        return {name: int(port) for name, port in json.loads(REMEMBERED.read_text()).items()}
    chosen = {name: port if is_free(port) else free_port() for name, port in wanted.items()}
    REMEMBERED.parent.mkdir(exist_ok=True)
    REMEMBERED.write_text(json.dumps(chosen))
    return chosen


def overrides(ports: dict[str, int]) -> dict[str, str]:
    """The environment that lays these ports over config.toml."""
    return {
        "MAILER_SITE__BASE_URL": f"http://127.0.0.1:{ports['pages']}",
        "MAILER_SITE__PORT": str(ports["pages"]),
        "MAILER_SANDBOX__PORT": str(ports["smtp"]),
        "MAILER_SANDBOX__PAGE_PORT": str(ports["inbox"]),
        "MAILER_RELAYS__MAIN__PORT": str(ports["smtp"]),
    }


def run(environment: dict[str, str], *words: str) -> dict[str, Any]:
    """A command's JSON; its complaint ends the demonstration."""
    done = subprocess.run(
        [MAILER, *words], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@contextlib.contextmanager
def servers(ports: dict[str, int], environment: dict[str, str]) -> Iterator[None]:
    """The sandbox and the reader pages, listening; gone at the end."""
    busy = [port for port in ports.values() if not is_free(port)]
    if busy:
        sys.exit(
            f"port {busy[0]} is taken, and the links of mails sent before lead to it:"
            " stop what listens there, or remove var/ to begin anew"
        )
    processes = [
        subprocess.Popen([MAILER, command], env=environment, stdout=subprocess.DEVNULL)
        for command in ("sandbox", "serve")
    ]
    try:
        for port in ports.values():
            wait_until_listening(port, processes)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=15)


def serve_until_stopped(ports: dict[str, int], environment: dict[str, str]) -> None:
    """Both servers until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt), servers(ports, environment):
        print(f"inbox   http://127.0.0.1:{ports['inbox']}")
        print(f"pages   http://127.0.0.1:{ports['pages']}")
        print("Ctrl-C stops both", flush=True)
        signal.pause()


def wait_until_listening(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    """Return once somebody answers at `port`."""
    deadline = time.monotonic() + LISTENING_WITHIN
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            sys.exit("the sandbox or the pages did not start")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    sys.exit(f"nobody listens on port {port}")


def links_alive(slug: str) -> tuple[int, int]:
    """How many links of one kept copy there are, and how many of them answer."""
    kept = sorted((ROOT / "var" / "sandbox").rglob("*"), key=lambda file: file.stat().st_mtime)
    for file in reversed([one for one in kept if one.is_file()]):
        links = own_links(file)
        if any(f"/c/{slug}/" in link for link in links):
            return len(links), sum(map(is_alive, links))
    return 0, 0


def is_alive(link: str) -> bool:
    """Whether our own pages answer; where a redirect leads is not asked, it leaves this machine."""
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        return connection.getresponse().status < 400


def own_links(file: Path) -> list[str]:
    """The http links of a kept message, each once."""
    from email import message_from_bytes, policy

    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    html = message.get_body(("html",))
    if html is None:
        return []
    found = re.findall(r'(?:href|src)="(http://127[^"#]+)', html.get_content())
    return list(dict.fromkeys(found))


def report(
    imports: list[tuple[str, dict[str, Any]]],
    sent: dict[str, Any],
    alive: tuple[int, int],
    ports: dict[str, int],
) -> None:
    """The table of what happened."""
    table = Table("what", "how many", "why")
    for file, figures in imports:
        table.add_section()
        table.add_row(f"rows of {file}", str(figures["read"]), "")
        table.add_row("  imported", str(figures["imported"]), "")
        table.add_row("  merged", str(figures["merged"]), "the same person again")
        for reason, count in sorted(figures["refused_because"].items()):
            table.add_row("  refused", str(count), reason)
    table.add_section()
    table.add_row(f"audience of {sent['issue']}", str(sent["audience"]), "")
    for state, count in sent["states"].items():
        table.add_row(f"  {state.replace('_', ' ')}", str(count), "")
    for reason, count in {**sent["left_out"], **sent["skipped"]}.items():
        table.add_row("  skipped", str(count), reason)
    table.add_row("sent in this run", str(sent["sent_now"]), "never twice to anybody")
    if sent["sent_now"]:
        table.add_row("messages a second", f"{sent['messages_a_second']:.0f}", "")
    table.add_row("links of one copy", str(alive[0]), f"{alive[1]} of them alive")
    Console().print(table)
    print("See the mails and click their links:  make pages")
    print(f"  inbox http://127.0.0.1:{ports['inbox']}, pages http://127.0.0.1:{ports['pages']}")


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
