"""A workspace in one file: taken while the service runs, and put back where nothing stands."""

from mailer.desk.backup.errors import BackupError
from mailer.desk.backup.manifest import Manifest, last_backup
from mailer.desk.backup.restoring import restore
from mailer.desk.backup.taking import back_up

__all__ = ["BackupError", "Manifest", "back_up", "last_backup", "restore"]
