"""A new key for links: old mails keep working, and nobody has to be restarted."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW
from mailer.keys import KeyFileError, link_keys, load_keys, ring, rotate_links
from mailer.tokens import InvalidTokenError, Signer, TokenPurpose

YEAR = timedelta(days=365)


def sign(signer: Signer) -> str:
    return signer.sign(TokenPurpose.UNSUBSCRIBE, 7, 386)


def read(signer: Signer, token: str) -> tuple[int, ...]:
    return signer.read(TokenPurpose.UNSUBSCRIBE, token)


def test_links_of_old_mails_work_after_a_rotation(tmp_path: Path) -> None:
    old = sign(Signer(load_keys(tmp_path).links))
    rotate_links(tmp_path, NOW, YEAR)
    signer = Signer(load_keys(tmp_path).links)
    assert read(signer, old) == read(signer, sign(signer)) == (7, 386)
    assert sign(signer) != old


def test_a_running_process_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Signer(load_keys(tmp_path).links)
    old = sign(running)
    rotate_links(tmp_path, NOW, YEAR)
    another = sign(Signer(load_keys(tmp_path).links))
    with pytest.raises(InvalidTokenError):  # within the second it looks no file up again
        read(running, another)
    monkeypatch.setattr(ring, "LOOK_SECONDS", 0.0)
    assert read(running, another) == read(running, old) == (7, 386)
    assert sign(running) == another


def test_it_notices_within_a_second_or_two(tmp_path: Path) -> None:
    running = Signer(load_keys(tmp_path).links)
    old = sign(running)
    rotate_links(tmp_path, NOW, YEAR)
    deadline = time.monotonic() + 5
    while sign(running) == old:
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def test_a_file_that_is_lost_later_keeps_nobody_from_leaving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "LOOK_SECONDS", 0.0)
    running = Signer(load_keys(tmp_path).links)
    old = sign(running)
    (tmp_path / "links.keys").write_text("spoilt")
    assert read(running, old) == (7, 386)
    (tmp_path / "links.keys").unlink()
    assert read(running, old) == (7, 386)


def test_a_key_goes_when_its_youngest_link_is_too_old(tmp_path: Path) -> None:
    old = sign(Signer(load_keys(tmp_path).links))
    assert rotate_links(tmp_path, NOW, YEAR)[1] == ()
    assert rotate_links(tmp_path, NOW + YEAR, YEAR)[1] == ()
    assert read(Signer(load_keys(tmp_path).links), old) == (7, 386)
    new, [gone] = rotate_links(tmp_path, NOW + YEAR + timedelta(seconds=1), YEAR)
    assert (gone.id, new.id) == (1, 4)
    assert [one.id for one in link_keys(tmp_path)] == [2, 3, 4]
    with pytest.raises(InvalidTokenError):
        read(Signer(load_keys(tmp_path).links), old)


def test_no_other_key_changes(tmp_path: Path) -> None:
    before = load_keys(tmp_path)
    rotate_links(tmp_path, NOW, YEAR)
    after = load_keys(tmp_path)
    assert (before.suppression, before.evidence, before.messages) == (
        after.suppression,
        after.evidence,
        after.messages,
    )
    assert before.links != after.links


def test_rotations_at_once_are_as_many_keys(tmp_path: Path) -> None:
    load_keys(tmp_path)
    threads = [threading.Thread(target=rotate_links, args=(tmp_path, NOW, YEAR)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.id for one in link_keys(tmp_path)] == [1, 2, 3, 4, 5, 6, 7]


def test_only_we_may_read_it(tmp_path: Path) -> None:
    rotate_links(tmp_path / "keys", NOW, YEAR)
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()}
    assert set(modes.values()) == {0o600}
    assert not [name for name in modes if name.startswith(".")]


@pytest.mark.parametrize("text", ["", "1 00\n", "x y\n", "1 " + "0" * 64 + " someday\n"])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    load_keys(tmp_path)
    (tmp_path / "links.keys").write_text(text)
    with pytest.raises(KeyFileError, match="damaged"):
        load_keys(tmp_path)


def test_a_secret_is_in_no_words(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)
    secret = (tmp_path / "links.keys").read_text().split()[1]
    rotate_links(tmp_path, NOW, YEAR)
    for words in (repr(keys), repr(keys.links), repr(link_keys(tmp_path))):
        assert secret not in words
        assert repr(bytes.fromhex(secret)) not in words
