"""Workspaces with readers, each made once and copied for each trial."""

from __future__ import annotations

import shutil
from pathlib import Path

from chaos.trial import settings_for
from chaos.workspace import Workspace, make_workspace
from tests.fixtures.postgres import Postgres


class Templates:
    """Makes copies; a PostgreSQL is started when the first one asks for it."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._copies = 0
        self._made: dict[tuple[int, bool], Workspace] = {}
        self._names: dict[int, str] = {}
        self._server: Postgres | None = None

    def __enter__(self) -> Templates:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._server is not None:
            self._server.stop()

    def copy(self, readers: int, *, postgres: bool = False) -> Workspace:
        """A workspace with so many readers, for one trial alone."""
        template = self._template(readers, postgres=postgres)
        self._copies += 1
        copy = template.copy_to(self._folder / f"trial-{self._copies}")
        if postgres:
            server = self._postgres()
            url = server.url(server.create(self._names[readers]))
            return copy.with_settings(MAILER_STORE__URL=url)
        return copy

    def _template(self, readers: int, *, postgres: bool) -> Workspace:
        key = readers, postgres
        if key not in self._made:
            settings = settings_for(1)
            if postgres:
                server = self._postgres()
                self._names[readers] = server.create()
                settings["MAILER_STORE__URL"] = server.url(self._names[readers])
            name = f"template-{readers}{'-postgres' if postgres else ''}"
            self._made[key] = make_workspace(self._folder / name, readers, settings)
        return self._made[key]

    def _postgres(self) -> Postgres:
        if self._server is None:
            self._server = Postgres()
            self._server.start()
        return self._server
