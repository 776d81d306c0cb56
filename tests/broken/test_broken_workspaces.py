"""What is broken gives one clear finding with its place and its mend, and never a traceback."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broken.workspaces import OWN_FAULT, broken, cases, said, sound
from cli.test_bad_input import as_a_process

MUTATED = (
    "config.toml",
    "issues/cafe-900/issue.md",
    "templates/cafe/issue.mjml",
    "templates/cafe/head.mjml",
    "templates/shared/issue.txt",
)
BY_THE_COMMAND = ("config-not-toml", "issue-dead-anchor", "template-jinja")


def without_lines(text: str) -> str:
    """The text with N for line numbers in files of the sample, which moves on."""
    return re.sub(r"(config\.toml|\.mjml|\.txt):\d+:", r"\1:N:", text)


def test_there_are_more_than_forty_of_them() -> None:
    assert len(cases()) > 40


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.stem)
def test_each_gives_its_one_clear_finding(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, told = broken(case, tmp_path / "workspace")
    done = said(folder, list(told["command"]), monkeypatch, capsys)  # type: ignore[call-overload]
    assert OWN_FAULT not in done.err
    assert len(done.findings) == 1, done.err
    assert str(told["says"]) in without_lines(done.findings[0]), done.findings[0]
    assert " — " in done.findings[0] or "did you mean" in done.findings[0], "it tells the mend"
    assert done.code == told["exit"], done


def test_the_workspace_that_they_break_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = said(sound(tmp_path / "workspace"), ["check", "900"], monkeypatch, capsys)
    assert (done.code, done.err) == (0, "")
    assert "cafe-900: nothing stops it" in done.out


@pytest.mark.parametrize("name", BY_THE_COMMAND)
def test_the_command_itself_says_the_same(name: str, tmp_path: Path) -> None:
    case = next(case for case in cases() if case.stem == name)
    folder, told = broken(case, tmp_path / "workspace")
    done = as_a_process(folder, *told["command"])  # type: ignore[misc]
    assert done.returncode == told["exit"]
    assert "Traceback" not in done.stderr
    assert str(told["says"]) in without_lines(done.stderr)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound(tmp_path_factory.mktemp("mutated") / "workspace")


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_change_of_a_few_octets_makes_it_fail_by_its_own_fault(
    data: st.DataObject,
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = workspace / data.draw(st.sampled_from(MUTATED), label="file")
    kept = file.read_bytes()
    octets = bytearray(kept)
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        at = data.draw(st.integers(0, len(octets)), label="at")
        act = data.draw(st.sampled_from(["flip", "cut", "insert"]), label="act")
        if act == "flip" and at < len(octets):
            octets[at] ^= 1 << data.draw(st.integers(0, 7), label="bit")
        elif act == "cut":
            del octets[at : at + data.draw(st.integers(1, 40), label="length")]
        else:
            octets[at:at] = data.draw(st.binary(max_size=8) | WORDS, label="octets")
    try:
        file.write_bytes(octets)
        done = said(workspace, ["check", "900"], monkeypatch, capsys)
    finally:
        file.write_bytes(kept)
        shutil.rmtree(tmp_path, ignore_errors=True)
        tmp_path.mkdir()
    assert OWN_FAULT not in done.err, done.err
    assert "Traceback" not in done.err
    assert done.code in {0, 1, 2}
    assert done.code == 0 or done.findings


WORDS = st.sampled_from(
    [
        *(b"[[ ", b" ]]", b"{{ ", b" }}", b"{% if x %}", b"[% if test %]", b"[% endif %]"),
        *(b"<!--", b"-->", b"<mj-raw>", b"</mj-text>", b'"', b"'''", b"\0", b"\r", b"---\n"),
        *("«\u00a0é☕️".encode(), b"\xe9", b"&#0;", b"{.guest column=x}\n", b"- \n  ", b"1e999"),
    ]
)
