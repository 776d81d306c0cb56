"""A publisher's workspace with invented readers, made and used through the command line alone."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MAILER = str(Path(sys.executable).with_name("mailer"))
LIST = "cafe"
NUMBER = "900"
WORDING = "Oui, je veux recevoir Le Café."
NAMES = ("Anne", "Björn", "Chloé", "Đặng", "Élodie", "Fatima", "Gwenaël", "Ηλίας")
# Short, so that a campaign is many messages and little copying.
ISSUE = """---
number: 900
list: cafe
locale: fr
title: "Une lettre courte"
subject: "☕️ Le Café – #900 : une lettre courte"
preheader: "Elle arrivera, quoi qu’il advienne."
status: ready
---

Bonjour [[ first_name ]] ! Cette lettre est courte : son voyage est plus long qu’elle.

## Le voyage

Coupures, pannes, redémarrages : [rien ne l’arrête](https://voyage.example/lettre).
"""


class CommandError(Exception):
    """A command that must succeed failed."""


@dataclass(frozen=True)
class Workspace:
    """A folder with a configuration, templates, one issue and a database."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    """Overrides, as environment variables."""

    @property
    def database(self) -> str:
        """Its database's address."""
        default = f"sqlite:///{self.folder}/var/mailer.db"
        return self.settings.get("MAILER_STORE__URL", default)

    @property
    def journals(self) -> Path:
        """Where its workers keep their journals."""
        return self.folder / "var" / "journal"

    def with_settings(self, **settings: str) -> Workspace:
        """The same with more overrides."""
        return Workspace(self.folder, {**self.settings, **settings})

    def copy_to(self, folder: Path) -> Workspace:
        """A copy that begins where this one stands."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Workspace(folder, self.settings)

    def start(self, *words: str, output: Path) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own; what it says goes to the file."""
        with output.open("ab") as file:
            return subprocess.Popen(
                [MAILER, *words],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def run(self, *words: str) -> str:
        """Run a command to its end and return what it printed; raises CommandError."""
        done = subprocess.run(
            [MAILER, *words],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"mailer {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def figures(self, *words: str) -> Any:
        """What a command prints with --json; raises CommandError."""
        return json.loads(self.run(*words, "--json"))

    def _environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MAILER_")}
        return {**clean, **self.settings}


def make_workspace(folder: Path, readers: int, settings: Mapping[str, str]) -> Workspace:
    """A new workspace whose list has so many confirmed readers, imported from a CSV file."""
    shutil.rmtree(folder, ignore_errors=True)
    issue = folder / "issues" / f"{LIST}-{NUMBER}"
    issue.mkdir(parents=True)
    (issue / "issue.md").write_text(ISSUE, encoding="utf-8")
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "config.toml", folder)
    workspace = Workspace(folder, settings)
    workspace.run("import", str(_readers_file(folder, readers)), "--list", LIST)
    return workspace


def reader_address(number: int) -> str:
    """The address of one invented reader; numbers count from 1."""
    return f"reader{number}@domain{number % 97}.example"


def _readers_file(folder: Path, readers: int) -> Path:
    file = folder / "readers.csv"
    with file.open("w", encoding="utf-8", newline="") as output:
        rows = csv.writer(output)
        rows.writerow(
            (
                "email",
                "name",
                "locale",
                "consent_action",
                "consent_date",
                "consent_source",
                "consent_wording",
            )
        )
        for number in range(1, readers + 1):
            name = f"{NAMES[number % len(NAMES)]} Le Goff-{number}"
            address = reader_address(number)
            rows.writerow(
                (
                    address,
                    name,
                    "fr",
                    "confirmed",
                    "2025-01-02",
                    "https://cafe.example/abonnement",
                    WORDING,
                )
            )
    return file
