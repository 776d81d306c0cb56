"""The weekly send that nobody watches, from an import to the editors' figures.

Real processes, and a clock that is turned: the service runs as on Thursday morning, is stopped, and
runs again as on Friday. Four lists stand beside: one whose issue has a fault, one without a ready
issue, one on pause, and one whose slot passed while nobody was awake.
"""

from __future__ import annotations

import http.client
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from arrivals import Arrivals, listening
from builders import ROOT
from chaos.processes import free_port
from mailer.config import Workspace
from mailer.store import Store
from mailer.store.tables import Campaign, IssueRow, MailingList, Slot
from running.issues import write_issue
from running.services import House, Service, until

WEEKLY = 'schedule = { every = "week", on = "friday", at = "07:30" }'
SCHEDULES = {
    "faulty": WEEKLY,
    "empty": WEEKLY,
    "paused": WEEKLY.replace(" }", ', pauses = ["2030-03-08"] }'),
    "late": WEEKLY.replace("friday", "thursday").replace("07:30", "20:00"),
}
LIST = """
[lists.{key}]
title = "{key}"
from = "{key} <{key}@cafe.example>"
postal_address = "12 rue des Moulins, 69001 Lyon, France"
contact = "redaction@cafe.example"
privacy_url = "https://cafe.example/confidentialite"
template = "cafe"
{schedule}
"""
TO = re.compile(rb"\r\nTo: ((?:[^\r]|\r\n[ \t])+)")
THURSDAY, FRIDAY = "2030-03-07T07:29:58+01:00", "2030-03-08T07:29:55+01:00"
SENT = "Le Café\u00a0: cafe-386 est parti"
EMPTY = "empty\u00a0: aucun numéro n’était prêt"


@dataclass
class Week:
    """What is known after both days."""

    arrivals: Arrivals
    imported: int
    standing_after_hold: str
    copies_on_thursday: int
    slots: dict[str, list[tuple[str, str]]]
    campaigns: dict[str, list[str]]

    def told(self, words: str) -> list[EmailMessage]:
        """The mails to the editors whose subject begins so: a proof's begins otherwise."""
        return [mail for mail in to_editors(self.arrivals) if mail["Subject"].startswith(words)]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    with listening() as arrivals:
        house = prepared_house(tmp_path_factory, arrivals)
        service = Service(house)
        service.pages = int(house.settings["MAILER_SITE__BASE_URL"].rpartition(":")[2])
        imported = imported_readers(house)
        standing = thursday(service, arrivals)
        early = len(copies(arrivals))
        house.run("schedule", "release", "2030-03-08", "--list", "cafe")
        store = Store(house.url)
        friday(service, store, arrivals, imported)
        yield Week(arrivals, imported, standing, early, slots(store), campaigns(store))
        store.close()


def prepared_house(factory: pytest.TempPathFactory, arrivals: Arrivals) -> House:
    house = House.make(factory.mktemp("week"), relay_port=arrivals.port)
    house.settings["MAILER_SITE__BASE_URL"] = f"http://127.0.0.1:{free_port()}"
    config = house.folder / "config.toml"
    lists = [LIST.format(key=key, schedule=schedule) for key, schedule in SCHEDULES.items()]
    config.write_text(config.read_text(encoding="utf-8") + "".join(lists), encoding="utf-8")
    Workspace.open(config)
    shutil.copytree(ROOT / "subscribers", house.folder / "subscribers")
    shutil.copytree(ROOT / "issues" / "cafe-386", house.folder / "issues" / "cafe-386")
    for key in SCHEDULES:
        write_issue(house.folder, 1, list_key=key, status="draft" if key == "empty" else "ready")
    fault = house.folder / "issues" / "faulty-1" / "issue.md"
    fault.write_text(f"{fault.read_text()}\n![Un pont](absent.png)\n", encoding="utf-8")
    return house


def imported_readers(house: House) -> int:
    """How many may be mailed."""
    house.run("import", "subscribers/cafe.csv", "--list", "cafe")
    told = house.run("send", "386", "--list", "cafe", "--dry-run", "--json")
    return int(re.findall(r'"readers": (\d+)', told)[0])


def thursday(service: Service, arrivals: Arrivals) -> str:
    """The proof comes, and the link in it holds the issue; returns what the page says then."""
    service.words = ("--rehearse-at", THURSDAY)
    service.start()
    service.wait_until_ready()
    proof = until(lambda: proofs(arrivals), "the proof of the issue comes")[0]
    part = proof.get_body(("plain",))
    assert part is not None
    link = re.search(r"http://\S+/hold/[\w-]+", part.get_content())
    assert link
    assert ask("GET", link[0])[0] == 200
    status, page = ask("POST", link[0], "act=hold")
    assert status == 200
    service.terminate()
    return page


def friday(service: Service, store: Store, arrivals: Arrivals, readers: int) -> None:
    """The slot comes, and everybody hears what they must."""
    service.words = ("--rehearse-at", FRIDAY)
    service.start()
    service.wait_until_ready()
    until(lambda: campaigns(store).get("cafe") == ["finished"], "the campaign is finished")
    until(lambda: len(copies(arrivals)) == readers, "every reader has a copy")
    for words in ("faulty\u00a0:", EMPTY, "late\u00a0:", SENT):
        until(
            lambda: any(  # asked at once, in this turn of the loop
                mail["Subject"].startswith(words)  # noqa: B023
                for mail in to_editors(arrivals)
            ),
            f"the editors hear of {words}",
        )
    service.terminate()


def test_the_editors_see_the_issue_the_day_before_and_hold_it_by_a_link(week: Week) -> None:
    assert "act" in week.standing_after_hold
    assert "retenu" in week.standing_after_hold.lower()
    assert week.copies_on_thursday == 0


def test_let_go_it_leaves_at_its_time_to_everybody_once(week: Week) -> None:
    recipients = [TO.findall(wire)[0] for wire in copies(week.arrivals)]
    assert len(recipients) == len(set(recipients)) == week.imported
    assert week.slots["cafe"] == [("2030-03-08 06:30", "launched")]
    assert week.campaigns == {"cafe": ["finished"]}


def test_the_editors_get_its_figures(week: Week) -> None:
    [mail] = week.told(SENT)
    part = mail.get_body(("plain",))
    assert part is not None
    assert re.search(rf"^acceptés +{week.imported}\r?$", part.get_content(), re.MULTILINE)


def test_an_issue_with_a_fault_is_held_and_the_editors_are_told_why(week: Week) -> None:
    assert week.slots["faulty"] == [("2030-03-08 06:30", "held")]
    [mail] = week.told("faulty\u00a0: faulty-1 est retenu")
    part = mail.get_body(("plain",))
    assert part is not None
    assert "absent.png" in part.get_content()
    assert "/hold/" in part.get_content()


def test_a_slot_without_a_ready_issue_closes_and_the_editors_are_told(week: Week) -> None:
    assert week.slots["empty"] == [("2030-03-08 06:30", "empty")]
    assert len(week.told(EMPTY)) == 1


def test_nothing_happens_on_a_pause(week: Week) -> None:
    assert "launched" not in [state for _, state in week.slots.get("paused", [])]
    assert week.told("paused") == []


def test_what_is_later_than_its_grace_waits_for_a_person(week: Week) -> None:
    assert week.slots["late"] == [("2030-03-07 19:00", "held")]
    assert len(week.told("late\u00a0: late-1 est retenu")) == 1


def to_editors(arrivals: Arrivals) -> list[EmailMessage]:
    theirs = [wire for wire in list(arrivals.wires) if b"\r\nTo: redaction@cafe.example" in wire]
    return [message_from_bytes(wire, policy=policy.default) for wire in theirs]


def proofs(arrivals: Arrivals) -> list[EmailMessage]:
    return [mail for mail in to_editors(arrivals) if "#386" in mail["Subject"]]


def copies(arrivals: Arrivals) -> list[bytes]:
    return [wire for wire in list(arrivals.wires) if b"\r\nList-Id:" in wire]


def ask(method: str, link: str, body: str | None = None) -> tuple[int, str]:
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request(method, parts.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def slots(store: Store) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    with store.read() as connection:
        rows = connection.execute(
            select(MailingList.key, Slot.at, Slot.state)
            .join(Slot, Slot.list_id == MailingList.id)
            .where(Slot.state != "planned")
            .order_by(Slot.at)
        )
        for key, at, state in rows:
            found.setdefault(key, []).append((f"{at:%Y-%m-%d %H:%M}", state.value))
    return found


def campaigns(store: Store) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with store.read() as connection:
        rows = connection.execute(
            select(MailingList.key, Campaign.state)
            .join(Campaign, Campaign.list_id == MailingList.id)
            .join(IssueRow, IssueRow.id == Campaign.issue_id)
        )
        for key, state in rows:
            found.setdefault(key, []).append(state.value)
    return found
