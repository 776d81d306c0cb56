"""mailer dkim, as a publisher types it, and the mail that leaves after it."""

from __future__ import annotations

import json
import re
import sys
from email import message_from_bytes
from pathlib import Path

import pytest

from arrivals import listening
from builders import ROOT, add_readers, make_workspace
from mailer.cli import main
from mailer.config import Workspace
from mailer.keys import load_keys
from mailer.message import read_signing_key, record_name
from mailer.store import Store, upgrade
from signatures import verdicts


class Terminal:
    """Types commands in a workspace and keeps what they said."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.keys = folder / "var" / "keys" / "dkim"
        self.patch = patch
        self._capsys = capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self.patch.chdir(self.folder)
        self.patch.setattr(sys, "argv", ["mailer", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        code = left.value.code
        return (0 if code is None else int(code)), said.out, said.err

    def configure(self, lines: str) -> None:
        """Add lines to config.toml."""
        with (self.folder / "config.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{lines}\n")


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    make_workspace(tmp_path)
    (tmp_path / "issues").symlink_to(ROOT / "issues")
    return Terminal(tmp_path, capsys, monkeypatch)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


def records(said: str) -> dict[str, str]:
    """Name -> text of each record, as a zone file's reader joins its strings."""
    found = re.findall(r"^(\S+)\. IN TXT \(\n(.*?)\n\)$", said, re.MULTILINE | re.DOTALL)
    return {name: "".join(re.findall(r'"([^"]*)"', strings)) for name, strings in found}


def config_lines(said: str) -> str:
    """What `new` says to add to config.toml."""
    return said[said.index("[dkim.") :]


def test_a_new_key_lies_where_only_we_may_read_it(terminal: Terminal) -> None:
    code, out, err = terminal.run("dkim", "new", "cafe.example", "--selector", "m202611")
    assert (code, err) == (0, "")
    assert "made var/keys/dkim/cafe.example.m202611.pem" in out
    assert modes(terminal.keys) == {"cafe.example.m202611.pem": 0o600}
    assert {terminal.keys.stat().st_mode & 0o777, terminal.keys.parent.stat().st_mode & 0o777} == {
        0o700
    }
    pem = (terminal.keys / "cafe.example.m202611.pem").read_bytes()
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert not any(line in out for line in pem.decode().splitlines())


def test_the_record_is_what_dns_needs(terminal: Terminal) -> None:
    _, out, _ = terminal.run("dkim", "new", "cafe.example", "--selector", "m202611")
    pem = (terminal.keys / "cafe.example.m202611.pem").read_bytes()
    assert records(out) == {
        "m202611._domainkey.cafe.example": read_signing_key(pem).record,
    }
    strings = re.findall(r'^    "([^"]*)"$', out, re.MULTILINE)
    assert len(strings) == 2
    assert all(len(string) <= 255 for string in strings)


def test_the_selector_is_named_after_this_month_unless_told(terminal: Terminal) -> None:
    code, out, _ = terminal.run("dkim", "new", "cafe.example", "--ed25519")
    assert code == 0
    (first, second) = sorted(modes(terminal.keys))
    assert re.fullmatch(r"cafe\.example\.m20\d{4}\.pem", first)
    assert second == first.replace(".pem", "e.pem")
    assert len(records(out)) == 2


def test_a_key_is_never_overwritten(terminal: Terminal) -> None:
    words = ("dkim", "new", "cafe.example", "--selector", "s")
    terminal.run(*words)
    before = (terminal.keys / "cafe.example.s.pem").read_bytes()
    code, out, err = terminal.run(*words, "--ed25519")
    assert (code, out) == (2, "")
    assert "there is a key already" in err
    assert "--selector" in err
    assert (terminal.keys / "cafe.example.s.pem").read_bytes() == before
    assert modes(terminal.keys).keys() == {"cafe.example.s.pem"}


def test_the_records_can_be_read_again(terminal: Terminal) -> None:
    _, made, _ = terminal.run("dkim", "new", "cafe.example", "--selector", "s", "--ed25519")
    terminal.run("dkim", "new", "cafe.example", "--selector", "old")
    terminal.run("dkim", "new", "fr.cafe.example", "--selector", "s")
    terminal.configure(config_lines(made))
    code, out, err = terminal.run("dkim", "show", "Cafe.Example")
    assert (code, err) == (0, "")
    assert out.index("cafe.example.s.pem signs") < out.index("cafe.example.old.pem is not in")
    shown = records(out)
    assert shown.items() >= records(made).items()
    assert len(shown) == 3


def test_the_records_can_be_read_by_a_program(terminal: Terminal) -> None:
    _, made, _ = terminal.run("dkim", "new", "cafe.example", "--selector", "s", "--json")
    _, shown, _ = terminal.run("dkim", "show", "cafe.example", "--json")
    assert json.loads(made) == json.loads(shown)
    (record,) = json.loads(made)
    assert record["name"] == record_name("cafe.example", "s")
    assert record["value"] == "".join(record["strings"])
    assert record["in_use"] is False


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("new", "../cafe"), "not a domain"),
        (("new", ""), "not a domain"),
        (("new", "cafe.example", "--selector", "../s"), "a selector is made of"),
        (("new", "cafe.example", "--selector", "s" * 63, "--ed25519"), "a selector is made of"),
        (("show", "cafe.example"), "make one: mailer dkim new cafe.example"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    terminal: Terminal, words: tuple[str, ...], why: str
) -> None:
    code, out, err = terminal.run("dkim", *words)
    assert (code, out) == (2, "")
    assert why in err
    assert len(err.splitlines()) == 1
    assert not terminal.keys.exists() or not list(terminal.keys.iterdir())


def test_a_folder_that_cannot_be_made_is_one_clear_line(terminal: Terminal) -> None:
    terminal.keys.parent.parent.mkdir()
    terminal.keys.parent.write_text("a file in the way")
    code, _, err = terminal.run("dkim", "new", "cafe.example")
    assert code == 1
    assert "the key cannot be written" in err
    assert len(err.splitlines()) == 1


def test_a_domain_that_no_list_sends_from_is_pointed_out(terminal: Terminal) -> None:
    code, _, err = terminal.run("dkim", "new", "other.example")
    assert code == 0
    assert "no list sends from other.example" in err
    assert "cafe.example" in err


@pytest.fixture
def readers(terminal: Terminal) -> list[str]:
    workspace = Workspace.open(terminal.folder / "config.toml")
    store = Store(workspace.store_url)
    upgrade(store)
    added = add_readers(store, 5, keys=load_keys(workspace.keys))
    store.close()
    return added


def test_what_is_sent_after_following_the_advice_is_signed(
    terminal: Terminal, readers: list[str]
) -> None:
    """A campaign and its test copies, as they arrive."""
    _, made, _ = terminal.run("dkim", "new", "cafe.example", "--selector", "s", "--ed25519")
    terminal.configure(config_lines(made))
    with listening() as arrivals:
        terminal.patch.setenv("MAILER_RELAYS__MAIN__PORT", str(arrivals.port))
        code, _, err = terminal.run("send", "386", "--list", "cafe", "--test")
        assert (code, err) == (0, "")
        code, _, err = terminal.run("send", "386", "--list", "cafe")
        assert (code, err) == (0, "")
    to = [message_from_bytes(wire)["To"] for wire in arrivals.wires]
    assert "redaction@cafe.example" in to[0]
    reached = [re.sub(r".*<|>", "", each) for each in to]
    assert sorted(one for one in reached if one in readers) == sorted(readers)
    assert [verdicts(wire, records(made)) for wire in arrivals.wires] == [[True, True]] * len(to)


def test_a_key_that_is_gone_stops_a_campaign_before_its_first_message(
    terminal: Terminal, readers: list[str]
) -> None:
    _, made, _ = terminal.run("dkim", "new", "cafe.example", "--selector", "s")
    terminal.configure(config_lines(made))
    file = terminal.keys / "cafe.example.s.pem"
    kept = file.read_bytes()
    file.unlink()
    with listening() as arrivals:
        terminal.patch.setenv("MAILER_RELAYS__MAIN__PORT", str(arrivals.port))
        code, _, err = terminal.run("send", "386", "--list", "cafe")
        assert code == 2
        assert "the DKIM key of cafe.example cannot be read" in err
        assert arrivals.wires == []
        file.write_bytes(kept)
        code, _, err = terminal.run("send", "386", "--list", "cafe")
    assert (code, err) == (0, "")
    to = [message_from_bytes(wire)["To"] for wire in arrivals.wires]
    assert sum(any(reader in one for reader in readers) for one in to) == len(readers)
