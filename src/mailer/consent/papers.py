"""A proof as a file: JSON for programs, or one HTML page to print that holds the same JSON.

Either is checked to the last byte: the JSON has one spelling, the page ends in a signature over
everything before it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jinja2 import Environment, StrictUndefined, Template

from mailer.consent.proving import (
    FORMAT,
    Document,
    faults_of,
    public_key,
    signed_by,
    signer_of,
)
from mailer.errors import InputError
from mailer.language import translator

_EMBEDDED = re.compile(
    rb'<script type="application/json" id="proof">(.*?)</script>', flags=re.DOTALL
)
_ENDING = re.compile(rb"<!-- ed25519 ([0-9a-f]{64}) ([0-9a-f]{128}) -->\n")
_ENDING_OCTETS = len(f"<!-- ed25519 {'0' * 64} {'0' * 128} -->\n")


class ProofError(InputError):
    """This file is no proof, or it was changed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A proof whose every byte is what was signed."""

    document: Document
    key: str
    """The public key that signed it: to be compared with the one the publisher shows."""


def as_json(document: Document) -> bytes:
    """The document as a file for programs."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def as_page(document: Document, key: Ed25519PrivateKey) -> bytes:
    """The document as a page to read and print, with itself inside, signed as a whole."""
    speaks = translator(document["language"])
    embedded = json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")
    page = _template().render(proof=document, _=speaks.gettext, lang=speaks.code, json=embedded)
    octets = (page.rstrip("\n") + "\n").encode()
    return octets + f"<!-- ed25519 {public_key(key)} {key.sign(octets).hex()} -->\n".encode()


def check_proof(octets: bytes) -> Checked:
    """Check a proof, JSON or page, on its own; raises ProofError saying what is wrong with it."""
    is_page = octets.lstrip()[:1] == b"<"
    document = _from_page(octets) if is_page else _parsed(octets)
    if not is_page and as_json(document) != octets:
        raise ProofError("the file was changed after it was signed")
    key = signed_by(document)
    if key is None:
        raise ProofError("the signature is not that of this document: it was changed")
    try:
        faults = faults_of(document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise ProofError("it was signed so, but is no proof of this version") from None
    if faults:
        raise ProofError(f"it was signed so, but contradicts itself: {'; '.join(faults)}")
    if is_page and octets[-_ENDING_OCTETS:].split()[2].decode() != key:
        raise ProofError("the page and the document in it were signed by two keys")
    return Checked(document, key)


def _from_page(octets: bytes) -> Document:
    page, ending = octets[:-_ENDING_OCTETS], octets[-_ENDING_OCTETS:]
    signed = _ENDING.fullmatch(ending)
    if signed is None:
        raise ProofError("the page has no signature at its end: it is no proof, or was changed")
    if signer_of(page, signed[1].decode(), signed[2].decode()) is None:
        raise ProofError("the signature is not that of this page: it was changed")
    embedded = _EMBEDDED.search(page)
    if embedded is None:
        raise ProofError("the page holds no proof")
    return _parsed(embedded[1])


def _parsed(octets: bytes) -> Document:
    try:
        document = json.loads(octets)
    except ValueError:
        raise ProofError("the file is no proof: it cannot be read") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ProofError("the file is no proof, or one of another version of mailer")
    return document


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("mailer.consent") / "pages" / "proof.html"
    return environment.from_string(source.read_text(encoding="utf-8"))
