"""The container's files keep the main rules of hadolint, and name only what is there.

Docker does not run here: what builds and starts is not proved by this.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from mailer.config import Workspace

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
TAG = re.compile(r"[\w./-]+:(?!latest\b)[\w.-]+")


def instructions() -> Iterator[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments, on one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, words = line.partition(" ")
            yield name, " ".join(words.split())


def all_of(name: str) -> list[str]:
    return [words for one, words in instructions() if one == name]


def test_images_have_a_version_and_it_is_not_the_latest() -> None:
    """DL3006, DL3007."""
    images = [words.split()[0] for words in all_of("FROM")]
    images += [service["image"] for service in COMPOSE["services"].values()]
    assert images
    assert all(TAG.fullmatch(image) for image in images)


def test_packages_are_pinned_and_leave_nothing_behind() -> None:
    """DL3008, DL3013, DL3015, DL3042: apt not at all, pip from the lock file or this folder."""
    for run in all_of("RUN"):
        assert "apt" not in run.split()
        for command in re.findall(r"pip install (.*?)(?: &&|$)", run):
            assert "--no-cache-dir" in command
            locked = "--require-hashes" in command and "--requirement" in command
            assert locked or command.endswith(" .")


def test_a_run_hides_no_failure_and_changes_no_folder() -> None:
    """DL3003, DL3004, DL4006."""
    for run in all_of("RUN"):
        assert not re.search(r"(?<!\|)\|(?!\|)|;|\bcd |\bsudo\b", run), run


def test_files_are_copied_from_the_context_which_holds_no_secret() -> None:
    """DL3020, DL3021, DL3022, DL3045; and .dockerignore lets through what is copied."""
    assert not all_of("ADD")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert not {"var", ".git", ".env"} & let_through
    stages = re.findall(r"\bAS (\w+)", " ".join(all_of("FROM")))
    for copy in all_of("COPY"):
        *sources, target = copy.split()
        if sources[0].startswith("--from="):
            assert sources[0].removeprefix("--from=") in stages
            continue
        assert len(sources) == 1 or target.endswith("/")
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source in let_through, source


def test_what_the_wheel_is_made_of_is_copied_before_it_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    needed = {*included, "src", "pyproject.toml", project["project"]["readme"], "LICENSE"}
    assert needed <= {source for copy in all_of("COPY") for source in copy.split()[:-1]}


def test_it_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    """DL3000, DL3002, DL3025, DL3057, DL4000, DL4003, DL4004."""
    names = [name for name, _ in instructions()]
    assert all_of("USER")[-1] not in {"root", "0"}
    assert all(words.startswith("/") for words in all_of("WORKDIR"))
    for name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
        assert names.count(name) == 1
        (words,) = all_of(name)
        assert json.loads(words[words.index("[") :])
    assert "MAINTAINER" not in names


def test_the_health_check_tells_well_from_ill() -> None:
    (words,) = all_of("HEALTHCHECK")
    command = json.loads(words[words.index("[") :])

    class Well(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Well) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        asked = [word.replace("8027", str(server.server_port)) for word in command[1:]]
        assert ask(asked) == 0
        server.shutdown()
    assert ask(asked) != 0


def ask(words: list[str]) -> int:
    return subprocess.run([sys.executable, *words], capture_output=True, check=False).returncode


def test_the_mailer_can_write_its_workspace_and_nothing_else() -> None:
    mailer = COMPOSE["services"]["mailer"]
    assert mailer["read_only"] is True
    assert mailer["cap_drop"] == ["ALL"]
    assert mailer["security_opt"] == ["no-new-privileges:true"]
    assert [volume.partition(":")[2] for volume in mailer["volumes"]] == ["/workspace"]
    for service in COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert "privileged" not in service


def test_what_is_set_in_the_container_are_keys_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    words = dict(pair.split("=", 1) for line in all_of("ENV") for pair in line.split())
    set_there = {**words, **COMPOSE["services"]["mailer"]["environment"]}
    for name, value in set_there.items():
        if name.startswith("MAILER_"):
            monkeypatch.setenv(name, value)
    settings = Workspace.open(ROOT / "config.toml").settings
    assert settings.site.listen == "0.0.0.0"
    assert settings.store.url == "postgresql+psycopg://mailer@database/mailer"


def test_what_compose_is_told_stands_in_the_docs_and_out_of_git() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    docs = (ROOT / "docs" / "going-live.md").read_text(encoding="utf-8")
    assert asked == set(re.findall(r"(\w+)=\$\(.*\.env", docs))
    assert {"/.env", "/workspace/"} <= set((ROOT / ".gitignore").read_text("utf-8").splitlines())
