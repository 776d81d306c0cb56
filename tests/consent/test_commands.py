"""mailer consent and mailer bounces, as an operator types them."""

import json
import sys
from pathlib import Path

import pytest

from builders import add_readers, make_workspace
from mailer.cli import main
from mailer.keys import load_keys
from mailer.store import Store, check_version

JEANNE = "lecteur1@courrier.example"


class Terminal:
    """Types commands in a workspace of three readers."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.workspace = make_workspace(folder)
        self.store = Store(self.workspace.store_url)
        check_version(self.store)
        add_readers(self.store, 3, keys=load_keys(self.workspace.keys))
        self._capsys, self._patch = capsys, patch
        patch.chdir(folder)

    def run(self, *words: str) -> tuple[int, str]:
        """Exit code, and what was said."""
        self._patch.setattr(sys, "argv", ["mailer", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        return int(left.value.code or 0), said.out + said.err

    def data(self, *words: str):  # type: ignore[no-untyped-def]
        """What --json prints."""
        code, said = self.run(*words, "--json")
        assert code == 0, said
        return json.loads(said)


@pytest.fixture
def terminal(tmp_path, capsys, monkeypatch):  # type: ignore[no-untyped-def]
    terminal = Terminal(tmp_path / "workspace", capsys, monkeypatch)
    yield terminal
    terminal.store.close()


def test_it_is_sealed_verified_and_held_against_a_head(terminal: Terminal) -> None:
    assert terminal.data("consent", "verify")["unsealed"] == 3
    [made] = terminal.data("consent", "seal")
    assert made["entries"] == 3
    seen = terminal.data("consent", "verify", "--against", made["head"])
    assert (seen["whole"], seen["sealed"], seen["unsealed"]) == (True, 3, 0)
    code, said = terminal.run("consent", "verify", "--against", "0" * 63 + "1")
    assert (code, "past rewritten" in said) == (1, True)
    code, said = terminal.run("consent", "verify", "--against", "short")
    assert (code, "is no head" in said) == (2, True)
    assert "everything is sealed" in terminal.run("consent", "seal")[1]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["accepté et confirmé", "recevoir Le Café", "Le Café est envoyé à cette adresse"]),
        ("en", ["agreed to and confirmed: receiving Le Café", "newest word"]),
    ],
)
def test_the_story_is_told_in_plain_words(
    terminal: Terminal, language: str, words: list[str]
) -> None:
    code, said = terminal.run("consent", "show", JEANNE, "--language", language)
    assert code == 0
    for word in [*words, "Je souhaite recevoir"]:
        assert word in said


def test_a_withdrawal_on_the_persons_word_is_told_as_such(terminal: Terminal) -> None:
    assert terminal.run("consent", "withdraw", JEANNE, "--list", "cafe") == (0, "withdrawn\n")
    said = terminal.run("consent", "withdraw", JEANNE, "--list", "cafe")[1]
    assert "already" in said
    story = terminal.data("consent", "show", JEANNE, "--language", "en")
    assert [one["action"] for one in story["entries"]] == ["confirmed", "withdrawn"]
    assert "on the person's word" in story["entries"][1]["sentence"]
    assert story["today"] == ["Le Café is not sent to this address: unsubscribed (entry 4)."]


def test_a_stranger_has_no_story(terminal: Terminal) -> None:
    code, said = terminal.run("consent", "show", "nobody@ailleurs.example", "--language", "en")
    assert (code, "holds nothing about this address" in said) == (0, True)
    code, said = terminal.run("consent", "withdraw", "nobody@ailleurs.example", "--list", "cafe")
    assert (code, "never had to do with cafe" in said) == (2, True)


def test_a_proof_is_written_and_checked(terminal: Terminal) -> None:
    terminal.run("consent", "seal")
    code, said = terminal.run("consent", "show", JEANNE, "--proof", "jeanne.html")
    assert code == 0
    key = said.split()[-1]
    assert terminal.data("keys")["proofs_public_key"] == key
    for name in ("jeanne.json", "jeanne.html"):
        code, said = terminal.run("consent", "check-proof", name, "--key", key)
        assert code == 0, said
        assert "1 entries, 1 of them sealed" in said
    code, said = terminal.run("consent", "check-proof", "jeanne.json", "--key", "0" * 64)
    assert (code, "signed by another key" in said) == (2, True)
    Path("jeanne.json").write_text(Path("jeanne.json").read_text().replace("cafe", "cafė"))
    assert terminal.run("consent", "check-proof", "jeanne.json")[0] == 2


def test_wordings_are_listed_with_who_agreed(terminal: Terminal) -> None:
    [one] = terminal.data("consent", "wordings")
    assert (one["list_key"], one["purpose"], one["people"]) == ("cafe", "receive", 3)
    people = terminal.data("consent", "wordings", "--who", str(one["id"]))
    assert {person["address"] for person in people} >= {JEANNE}
    assert len(people) == 3


def test_keys_are_shown_and_rotated(terminal: Terminal) -> None:
    code, said = terminal.run("keys", "rotate")
    assert (code, "link key 2 signs from now on" in said) == (0, True)
    rows = {row["key"]: row["use"] for row in terminal.data("keys")["keys"]}
    assert rows["links 2"] == "signs"
    assert rows["links 1"].startswith("verifies until 20")
    assert rows["suppression"] == "for good, never rotated"


def test_without_a_mailbox_bounces_says_what_to_set(terminal: Terminal) -> None:
    code, said = terminal.run("bounces", "--once")
    assert (code, "set inbound.maildir" in said) == (2, True)


def test_a_maildir_is_read_once(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (terminal.workspace.root / "mail" / "new").mkdir(parents=True)
    monkeypatch.setenv("MAILER_INBOUND__MAILDIR", "mail")
    assert terminal.data("bounces", "--once") == {"left": 0, "again": 0, "other": 0}
