"""A real Postfix on loopback: TLS and a login required, its queue and log in a folder of ours.

The programs come from Debian's package, unpacked by tools/postfix.py: nothing is installed, no
user is made, and what it takes goes on to our own sink. Its master wants to be root, who hands
every other process to a system user that has nothing to lose.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chaos.processes import free_port, listens
from chaos.saslauth import sasl_server
from tests.smtp.certificates import Authority
from tools import postfix

# Users that every Debian has. Postfix insists that the first two are nobody else's.
OWNER, DROP_GROUP, RUNS_AS = "mail", "uucp", "nobody"
LOGIN, PASSWORD = "publisher", "correct horse"
HOST = "127.0.0.1"
# What belongs to whom in a queue: Postfix's own list (postfix-files).
OWNED = [
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
]
SHARED = {"public": 0o710, "maildrop": 0o730}

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {programs}/usr/sbin
daemon_directory = {programs}/usr/lib/postfix/sbin
shlib_directory = {programs}/usr/lib/postfix
meta_directory = {folder}/conf
mail_owner = {owner}
setgid_group = {drop_group}
default_privs = {runs_as}
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG MAIL_LOGTAG LANG=C LD_LIBRARY_PATH={libraries}

myhostname = relay.example
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
notify_classes =

smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {folder}/{host}.pem
smtpd_tls_key_file = {folder}/{host}.pem
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl_port}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/conf/refused

relayhost = [127.0.0.1]:{sink_port}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs."""

    port: int
    folder: Path
    authority: Path
    """Who vouches for its certificate."""

    @property
    def log(self) -> Path:
        """What it wrote down."""
        return self.folder / "maillog"


def may_run() -> bool:
    """Whether we are who Postfix's master wants to be."""
    return os.geteuid() == 0


@contextlib.contextmanager
def running(folder: Path, *, sink_port: int, refused: Mapping[str, str]) -> Iterator[Postfix]:
    """Start it; `refused` are recipients with the answer each of them gets."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    authority = Authority(folder)
    authority.server(HOST)
    port = free_port()
    with sasl_server(LOGIN, PASSWORD) as sasl_port:
        _configure(folder, port, sink_port, sasl_port, refused)
        with _master(folder):
            _wait_until_it_listens(folder, port)
            yield Postfix(port, folder, authority.file)


def _configure(
    folder: Path, port: int, sink_port: int, sasl_port: int, refused: Mapping[str, str]
) -> None:
    conf = folder / "conf"
    conf.mkdir()
    main = MAIN.format(
        folder=folder,
        programs=postfix.FOLDER,
        libraries=postfix.environment()["LD_LIBRARY_PATH"],
        owner=OWNER,
        drop_group=DROP_GROUP,
        runs_as=RUNS_AS,
        host=HOST,
        sasl_port=sasl_port,
        sink_port=sink_port,
    )
    (conf / "main.cf").write_text(main)
    (conf / "master.cf").write_text(MASTER.format(port=port))
    (conf / "dynamicmaps.cf").touch()
    (conf / "refused").write_text("".join(f"{who} {words}\n" for who, words in refused.items()))
    (folder / "queue" / "pid").mkdir(parents=True)
    for name in (*(f"queue/{one}" for one in OWNED), "data"):
        (folder / name).mkdir(mode=0o700)
        shutil.chown(folder / name, OWNER)
    for name, mode in SHARED.items():
        (folder / "queue" / name).mkdir()
        shutil.chown(folder / "queue" / name, OWNER, DROP_GROUP)
        (folder / "queue" / name).chmod(mode)


@contextlib.contextmanager
def _master(folder: Path) -> Iterator[None]:
    master = subprocess.Popen(
        [postfix.FOLDER / "usr/lib/postfix/sbin/master", "-c", folder / "conf", "-d"],
        env=postfix.environment(),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=(folder / "said").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        yield
    finally:
        master.terminate()
        master.wait()


def _wait_until_it_listens(folder: Path, port: int) -> None:
    until = time.monotonic() + 20
    while not listens(port):
        if time.monotonic() > until:
            raise RuntimeError(f"Postfix does not listen, see {folder}")
        time.sleep(0.05)
