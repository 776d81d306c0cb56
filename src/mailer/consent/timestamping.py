"""Time-stamps: an authority outside attests that a head existed at a moment (RFC 3161)."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailer.config import Workspace
from mailer.errors import MailerError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse, Verifier

ANSWER_SECONDS = 10.0
MOST_OCTETS = 100_000


class TimestampError(MailerError):
    """A time-stamp cannot be had, or is not what it should be."""


class Authority:
    """One time-stamping authority, known by its address and its root certificate."""

    def __init__(self, url: str, certificate: Path) -> None:
        self._url = url
        self._certificate = certificate

    def stamp(self, head: str) -> bytes:
        """The authority's answer about a head, checked before it is kept; raises TimestampError."""
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder

        asked = (
            TimestampRequestBuilder()
            .data(head.encode())
            .hash_algorithm(HashAlgorithm.SHA256)
            .nonce(nonce=True)
            .build()
        )
        answer = self._post(asked.as_bytes())
        builder = VerifierBuilder.from_request(asked).add_root_certificate(self._root())
        self._check(head, answer, builder.build())
        return answer

    def check(self, head: str, token: bytes) -> datetime:
        """When the authority saw that head; raises TimestampError where the token is about another.

        Its certificate need be valid at that moment only.
        """
        from rfc3161_client import VerifierBuilder

        verifier = VerifierBuilder().add_root_certificate(self._root()).build()
        return self._check(head, token, verifier).tst_info.gen_time

    def _check(self, head: str, token: bytes, verifier: Verifier) -> TimeStampResponse:
        from rfc3161_client import VerificationError, decode_timestamp_response

        try:
            answer = decode_timestamp_response(token)
            verifier.verify_message(answer, head.encode())
        except VerificationError as error:
            raise TimestampError(f"the time-stamp does not hold: {error}") from None
        except ValueError as error:
            raise TimestampError(f"the answer is no time-stamp: {error}") from None
        return answer

    def _post(self, question: bytes) -> bytes:
        """Ask over HTTP (RFC 3161 3.4)."""
        request = urllib.request.Request(  # noqa: S310  config.toml allows http and https alone
            self._url, question, {"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                return bytes(answer.read(MOST_OCTETS))
        except (OSError, urllib.error.URLError, ValueError) as error:
            host = urlsplit(self._url).hostname
            raise TimestampError(f"{host} gives no time-stamp: {error}") from None

    def _root(self) -> Certificate:
        from cryptography.x509 import load_pem_x509_certificate

        try:
            return load_pem_x509_certificate(self._certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise TimestampError(
                f"{self._certificate} is no certificate: {error}",
                mend="see consent.timestamp_certificate in config.toml",
            ) from None


def authority_of(workspace: Workspace) -> Authority | None:
    """The authority that config.toml names; None where it names none."""
    settings = workspace.settings.consent
    url, certificate = settings.timestamp_url, settings.timestamp_certificate
    return Authority(url, workspace.root / certificate) if url and certificate else None
