"""`mailer run`: what it keeps alive, what it tells of itself, and how it ends.

One service for the whole file, since a start costs seconds; the last test kills it.
"""

from __future__ import annotations

import base64
import http.server
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from arrivals import Arrivals, listening
from builders import KEYS, NOW, ROOT, add_readers, make_workspace
from chaos.processes import alive, free_port
from mailer.campaigns import CampaignEvent, steer
from mailer.cli import main
from mailer.clock import Rehearsal, utc_now
from mailer.config import ConfigError, Workspace
from mailer.keys import Keys, load_keys
from mailer.notices import Alarm, AlarmEvent, alarm
from mailer.running import PortTakenError, run_service
from mailer.store import Store, check_version
from running.issues import launch_issue
from running.services import House, Service, until

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
SECRET_GONE = {"MAILER_ALARMS__SECRET_FILE": "nowhere"}
HOOK = "/hook?for=mailer"


@dataclass
class Hook:
    """A webhook: what it heard, and what it will answer instead of 204."""

    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def calls(self, kind: str) -> list[tuple[str, dict[str, str], bytes]]:
        return [call for call in self.heard if json.loads(call[2])["type"] == kind]

    def handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hook.heard.append((self.path, headers, body))
                status = hook.answers.pop(0) if hook.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Quietly."""

        return Handler


@dataclass
class Scene:
    """A house with its service, the mail server beside it and the webhook."""

    house: House
    service: Service
    arrivals: Arrivals
    hook: Hook
    store: Store

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(self.house.folder / "config.toml")

    @property
    def keys(self) -> Keys:
        return load_keys(self.workspace.keys)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    hook = Hook()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), hook.handler())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with listening() as arrivals:
        house = House.make(tmp_path_factory.mktemp("service"), relay_port=arrivals.port)
        house.settings |= {
            "MAILER_ALARMS__WEBHOOK": f"http://127.0.0.1:{server.server_address[1]}{HOOK}",
            "MAILER_ALARMS__SECRET": SECRET,
            "MAILER_RELAYS__MAIN__RATE": '["40/s"]',
        }
        store = Store(house.url)
        check_version(store)
        with house.service() as service:
            yield Scene(house, service, arrivals, hook, store)
        store.close()
    server.shutdown()
    server.server_close()


def test_it_sends_what_somebody_else_launched_and_tells_its_numbers(scene: Scene) -> None:
    """A campaign and a notice that another process wrote into the database leave by themselves."""
    service, now = scene.service, utc_now()
    addresses = add_readers(scene.store, 40, keys=scene.keys, now=now)
    launch_issue(scene.store, scene.workspace, 900, now=now)
    until(lambda: len(scene.arrivals.wires) == 41, "every copy and the editors' alarm have come")
    until(
        lambda: service.metric('mailer_deliveries_total{outcome="accepted"}') == 40,
        "the copies are counted",
    )
    until(
        lambda: service.metric('mailer_notices_total{outcome="accepted"}') == 1,
        "the alarm is counted",
    )
    assert service.metric("mailer_queue_depth") == 0
    assert service.metric("mailer_database_up") == 1
    assert service.metric('mailer_part_up{part="worker-1"}') == 1
    assert service.metric('mailer_consent_events_total{action="confirmed"}') == 40
    assert service.ask("/healthz") == (200, "alive\n")
    assert json.loads(service.ask("/readyz")[1])["ready"] is True
    alarms = [wire for wire in scene.arrivals.wires if b"To: redaction@cafe.example" in wire]
    assert len(alarms) == 1
    assert b"cafe-900" in alarms[0]
    log, numbers = service.log.read_text(), service.ask("/metrics")[1]
    documented = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for name in re.findall(r"# TYPE (\w+)", numbers):
        assert f"`{name}" in documented, f"docs/running.md says nothing of {name}"
    for address in [*addresses, "redaction@cafe.example"]:
        assert address not in log
        assert address not in numbers
    assert all("timestamp" in line and "level" in line for line in service.lines())


def test_the_webhook_is_called_until_it_takes_the_call_and_never_where_it_redirects(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in scene.house.settings.items():
        monkeypatch.setenv(name, value)
    scene.hook.answers.append(302)
    one = Alarm(event=AlarmEvent.HELD, list_key="cafe", cause="1", issue="cafe-901", why="a fault")
    with scene.store.write() as connection:
        alarm(connection, scene.workspace, scene.keys, one, now=utc_now())
    until(lambda: len(scene.hook.calls("issue.held")) == 2, "the call is made again")
    first, second = scene.hook.calls("issue.held")
    assert first[0] == second[0] == HOOK
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert second[1]["webhook-signature"].startswith("v1,")
    assert json.loads(second[2])["data"] == {
        "list": "cafe",
        "issue": "cafe-901",
        "why": "a fault",
    }
    [sent] = scene.hook.calls("issue.sent")
    assert json.loads(sent[2])["data"]["figures"] == {"accepted": 40}


def test_nobody_waits_for_another_lists_campaign_or_for_one_that_is_paused(
    scene: Scene,
) -> None:
    """A campaign launched while another is on its way joins it; a paused one stops alone."""
    now, workspace, arrivals = utc_now(), scene.workspace, scene.arrivals
    add_readers(scene.store, 160, keys=scene.keys, now=now, first=101)
    add_readers(scene.store, 10, list_key="letter", keys=scene.keys, now=now, first=501)
    before = len(arrivals.wires)
    long = launch_issue(scene.store, workspace, 901, now=now)
    until(lambda: len(arrivals.wires) >= before + 20, "the long campaign is on its way")
    launch_issue(scene.store, workspace, 12, list_key="letter", now=now)

    def letters() -> int:
        return sum(
            b"letter@cafe.example" in wire.partition(b"\r\n\r\n")[0] for wire in arrivals.wires
        )

    until(lambda: letters() >= 10, "the second list's campaign is sent")
    assert len(arrivals.wires) - before < 200, "and the first is still on its way"
    with scene.store.write() as connection:
        steer(connection, long, CampaignEvent.PAUSED, utc_now(), "a wrong link")
    one = Alarm(event=AlarmEvent.EMPTY, list_key="cafe", cause="beside a pause", slot=now)
    with scene.store.write() as connection:
        alarm(connection, workspace, scene.keys, one, now=utc_now())
    words = b"Rien n=E2=80=99est parti"
    until(lambda: any(words in wire for wire in arrivals.wires), "a notice leaves")
    with scene.store.write() as connection:
        steer(connection, long, CampaignEvent.RESUMED, utc_now())
    until(
        lambda: scene.service.metric('mailer_deliveries_total{outcome="accepted"}') == 250,
        "the first campaign is finished too",
    )


@pytest.mark.parametrize("name", ["pages", "scheduler", "worker-1"])
def test_a_part_that_dies_is_started_again_and_the_editors_hear_of_it(
    scene: Scene, name: str
) -> None:
    before, heard = scene.service.part(name), len(scene.hook.calls("service.child_died"))
    os.kill(before, signal.SIGKILL)
    until(lambda: scene.service.part(name) != before, f"{name} lives again")
    scene.service.wait_until_ready()
    assert scene.service.metric(f'mailer_part_restarts_total{{part="{name}"}}') == 1
    until(lambda: len(scene.hook.calls("service.child_died")) > heard, "an alarm")
    assert json.loads(scene.hook.calls("service.child_died")[-1][2])["data"]["what"] == name


def test_parts_end_when_their_parent_is_killed(scene: Scene) -> None:
    family = scene.service.family()
    assert len(family) >= 4
    assert scene.service.process is not None
    scene.service.process.kill()
    scene.service.process.wait()
    until(lambda: not alive(family), "nobody is left behind", seconds=15)


AWAY = {
    "MAILER_RELAYS__MAIN__HOST": "mail.cafe.example",
    "MAILER_RELAYS__MAIN__SECURITY": "starttls",
}
THEN = Rehearsal(NOW, NOW)


@pytest.mark.parametrize(
    ("settings", "rehearsal", "words"),
    [
        (AWAY, THEN, "would leave this machine"),
        ({"MAILER_RELAYS__MAIN__PASSWORD_FILE": "nowhere"}, None, "password_file"),
        ({"MAILER_ALARMS__WEBHOOK": "http://[::1]/"} | SECRET_GONE, None, "secret_file"),
    ],
)
def test_what_could_not_end_well_is_refused_before_it_begins(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    rehearsal: Rehearsal | None,
    words: str,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    workspace = make_workspace(tmp_path)
    with pytest.raises(ConfigError, match=words):
        run_service(workspace, Store(workspace.store_url), KEYS, rehearsal=rehearsal)


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with listening() as taken, pytest.raises(PortTakenError, match="health endpoints cannot"):
        run_service(
            workspace,
            Store(workspace.store_url),
            KEYS,
            port=free_port(),
            health_port=taken.port,
        )


@pytest.mark.parametrize("moment", ["tomorrow", "2031-05-09T07:30:00"])
def test_a_rehearsal_begins_at_a_moment_that_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], moment: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["mailer", "run", "--rehearse-at", moment])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "offset from UTC" in capsys.readouterr().err
