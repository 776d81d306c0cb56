"""mailer doctor: each thing that can be wrong has its one finding, with the mend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, add_readers, make_workspace
from mailer.config import Workspace
from mailer.desk import make_dkim_keys
from mailer.desk.backup import back_up
from mailer.desk.doctor import Diagnosis, Health, Lookups, examine
from mailer.desk.doctor.spf import MOST_LOOKUPS, read_spf
from mailer.keys import load_keys
from mailer.store import Store, check_version
from name_server import Records, name_server

DOMAIN = "lecafe.org"
SENDER = f"Le Café <cafe@{DOMAIN}>"


def findings(file: Path, port: int, *, now: datetime = NOW) -> dict[str, Diagnosis]:
    found = examine(file, now, Lookups(("127.0.0.1",), port))
    return {one.topic: one for one in found}


def workspace_at(folder: Path, **changes: str) -> Workspace:
    """The sample's, with one list that belongs to a real domain."""
    made = make_workspace(folder)
    text = made.file.read_text(encoding="utf-8")
    text = text[: text.index("[lists.letter]")]
    text = text.replace("Le Café <cafe@cafe.example>", SENDER)
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^#?{key} = .*$", f"{key} = {value}", text, count=1)
        assert count
    made.file.write_text(text, encoding="utf-8")
    return Workspace.open(made.file)


SOUND: Records = {
    (DOMAIN, "TXT"): ('"v=spf1 include:spf.relay.org ip4:192.0.2.1 -all"', '"other=1"'),
    ("spf.relay.org", "TXT"): ('"v=spf1 a mx ~all"',),
    (f"_dmarc.{DOMAIN}", "TXT"): ('"v=DMARC1; p=reject"',),
}


def test_a_sound_domain_is_good(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with name_server(SOUND) as port:
        found = findings(workspace.file, port)
    assert found[f"SPF of {DOMAIN}"].health is Health.GOOD
    assert "3 of 10 look-ups" in found[f"SPF of {DOMAIN}"].what
    assert found[f"DMARC of {DOMAIN}"].what.startswith("p=reject")
    assert found[f"DKIM of {DOMAIN}"].health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("records", "topic", "said"),
    [
        ({}, "SPF", "there is no record"),
        ({(DOMAIN, "TXT"): ('"v=spf1 -all"', '"v=spf1 a -all"')}, "SPF", "several records"),
        ({(DOMAIN, "TXT"): ('"v=spf1 include:gone.org -all"',)}, "SPF", "gone.org has 0 SPF"),
        ({(DOMAIN, "TXT"): (f'"v=spf1 redirect={DOMAIN}"',)}, "SPF", "leads back to"),
        ({(DOMAIN, "TXT"): ('"v=spf1 a +all"',)}, "SPF", "lets everybody send"),
        ({(DOMAIN, "TXT"): ('"v=spf1 ' + "a " * 11 + '-all"',)}, "SPF", "more than 10"),
        (SOUND | {(f"_dmarc.{DOMAIN}", "TXT"): ()}, "DMARC", "there is no record"),
    ],
    ids=["none", "two", "dead include", "circle", "everybody", "too many", "no DMARC"],
)
def test_what_receivers_would_refuse_is_told(
    tmp_path: Path, records: Records, topic: str, said: str
) -> None:
    workspace = workspace_at(tmp_path)
    with name_server(records) as port:
        finding = findings(workspace.file, port)[f"{topic} of {DOMAIN}"]
    assert finding.health in {Health.ILL, Health.FRAIL}
    assert said in finding.what
    assert finding.mend


def test_a_published_key_is_held_against_ours(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    ours = make_dkim_keys(workspace, DOMAIN, "m1")[0]
    other = make_dkim_keys(workspace, DOMAIN, "m2")[0]
    workspace = workspace_at(tmp_path)
    with workspace.file.open("a") as config:
        config.write(f'\n[dkim."{DOMAIN}"]\nselector = "m1"\n')
    topic = f"DKIM {ours.name}"
    for record, health in ((ours, Health.GOOD), (other, Health.ILL), (None, Health.ILL)):
        strings = " ".join(f'"{part}"' for part in record.strings) if record else '"p"'
        with name_server(SOUND | {(ours.name, "TXT"): (strings,)}) as port:
            assert findings(workspace.file, port)[topic].health is health


def test_the_bounce_domain_needs_somebody_who_takes_mail(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path, bounce_domain=f'"b.{DOMAIN}"')
    spf = {(f"b.{DOMAIN}", "TXT"): ('"v=spf1 mx -all"',)}
    with name_server(SOUND | spf) as port:
        assert findings(workspace.file, port)[f"bounces to b.{DOMAIN}"].health is Health.ILL
    mx = {(f"b.{DOMAIN}", "MX"): ("10 mx.lecafe.org.",)}
    with name_server(SOUND | spf | mx) as port:
        found = findings(workspace.file, port)
    assert found[f"bounces to b.{DOMAIN}"].what == "MX mx.lecafe.org"
    assert found[f"SPF of b.{DOMAIN}"].health is Health.GOOD


def test_without_a_network_it_says_so_and_blames_nobody(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with name_server({}, rcode="SERVFAIL") as port:
        finding = findings(workspace.file, port)[f"DNS of {DOMAIN}"]
    assert finding.health is Health.UNKNOWN
    assert "gives no answer" in finding.what


def test_a_relay_that_is_not_there_is_ill(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path, port="9")
    with name_server(SOUND) as port:
        finding = findings(workspace.file, port)["relay main"]
    assert finding.health is Health.ILL
    assert "nobody answers at 127.0.0.1" in finding.what


def test_keys_that_others_may_read_are_ill(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    load_keys(workspace.keys)
    found = {one.topic: one for one in examine(workspace.file, NOW, Lookups(), offline=True)}
    assert found["keys"].health is Health.GOOD
    (workspace.keys / "suppression.key").chmod(0o644)
    found = {one.topic: one for one in examine(workspace.file, NOW, Lookups(), offline=True)}
    assert found["keys"].what == "others may read suppression.key"


def test_a_clock_that_was_turned_back_is_told(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    store = Store(workspace.store_url)
    check_version(store)
    add_readers(store, 1)
    store.close()
    for now, health in ((NOW, Health.GOOD), (NOW - timedelta(days=1), Health.ILL)):
        found = {one.topic: one for one in examine(workspace.file, now, Lookups(), offline=True)}
        assert found["clock"].health is health


def test_the_age_of_the_backup_is_told(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "there")

    def health(now: datetime) -> Health:
        found = examine(workspace.file, now, Lookups(), offline=True)
        return next(one.health for one in found if one.topic == "backup")

    assert health(NOW) is Health.FRAIL
    back_up(workspace, tmp_path / "copy.tar.gz", NOW)
    assert health(NOW) is Health.GOOD
    assert health(NOW + timedelta(days=8)) is Health.FRAIL


def test_a_config_that_cannot_be_read_is_the_one_finding(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[sites]\n")
    found = list(examine(file, NOW, Lookups(), offline=True))
    assert {one.topic for one in found} == {"config"}
    assert any("unknown key sites" in one.what for one in found)


class Table:
    """Lookups that answer from a table, for laws that need many of them."""

    def __init__(self, texts: Mapping[str, tuple[str, ...]]) -> None:
        self._texts = texts

    def texts(self, name: str) -> tuple[str, ...]:
        return self._texts.get(name, ())


NAMES = st.sampled_from(["a.org", "b.org", "c.org", "d.org"])
TERMS = st.one_of(
    st.sampled_from(
        ["a", "mx/24", "ip4:192.0.2.0/24", "-all", "~all", "exists:%{i}.x.org", "?", ""]
    ),
    NAMES.map("include:{}".format),
    NAMES.map("redirect={}".format),
    st.text(max_size=6),
)


@settings(max_examples=150)
@given(st.dictionaries(NAMES, st.lists(TERMS, max_size=8)))
def test_no_record_however_strange_or_circular_is_read_for_ever(
    records: dict[str, list[str]],
) -> None:
    table = {name: (f"v=spf1 {' '.join(terms)}",) for name, terms in records.items()}
    found = read_spf(Table(table), "a.org")  # type: ignore[arg-type]
    assert found.lookups >= 0
    if not any(
        "include" in term or "redirect" in term for terms in records.values() for term in terms
    ):
        assert found.lookups <= max(MOST_LOOKUPS + 1, 0)


def test_the_moment_it_tells_is_the_one_it_was_given(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    found = {one.topic: one for one in examine(workspace.file, now, Lookups(), offline=True)}
    assert "2026-11-27 07:30 CET" in found["schedule of cafe"].what
