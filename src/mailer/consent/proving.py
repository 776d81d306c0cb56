"""A proof: one person's story with everything that shows it is true, checked without a database.

The document is signed as a whole (Ed25519). Each sealed entry carries its path to the root of its
seal (RFC 9162 2.1.3), so that it can be held against a head that left the house long before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from mailer.consent.canonical import compact, head_of, leaf_of, written
from mailer.consent.merkle import path_to, root_by_path
from mailer.consent.sealing import heads
from mailer.consent.story import Told
from mailer.consent.telling import details, moment, sentence
from mailer.store.tables import Seal, SealedRecord

FORMAT = "mailer consent proof 1"
Document = dict[str, Any]

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_KEY = re.compile(r"[0-9a-f]{64}")


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half of a proof key, as it is printed and published: 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def make_proof(
    connection: Connection,
    key: Ed25519PrivateKey,
    story: Sequence[Told],
    *,
    address: str,
    titles: Mapping[str, str],
    standing: Sequence[str],
    locale: str,
    now: datetime,
) -> Document:
    """The signed document about one person.

    `standing` are sentences: whether mail may go there today and why.
    """
    newest = heads(connection, limit=1)
    document: Document = {
        "format": FORMAT,
        "made_at": written(now),
        "made_on": moment(now, locale),
        "language": locale,
        "address": address,
        "lists": {one.record.list_key: _title(titles, one) for one in story},
        "entries": [_entry(connection, one, titles, locale) for one in story],
        "wordings": {one.record.wording: _wording(one) for one in story if one.shown},
        "seals": _seals(connection, {one.seal for one in story if one.seal is not None}),
        "newest_head": newest[0].head if newest else None,
        "standing": list(standing),
    }
    signature = key.sign(compact(document)).hex()
    return document | {"signature": {"ed25519": public_key(key), "value": signature}}


def signed_by(document: Document) -> str | None:
    """The public key that rightly signed the document; None where none did."""
    signature = document.get("signature")
    if not isinstance(signature, dict) or set(signature) != {"ed25519", "value"}:
        return None
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    return signer_of(compact(unsigned), signature["ed25519"], signature["value"])


def signer_of(octets: bytes, key: object, signature: object) -> str | None:
    """`key`, if it signed these octets; None otherwise. Each has one spelling only."""
    if not (isinstance(key, str) and isinstance(signature, str)):
        return None
    if not (_KEY.fullmatch(key) and _SIGNATURE.fullmatch(signature)):
        return None
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), octets)
    except (InvalidSignature, ValueError):
        return None
    return key


def faults_of(document: Document) -> list[str]:
    """What in a signed document contradicts itself; nothing where its entries lead to its heads."""
    faults = []
    for number, seal in document["seals"].items():
        head = head_of(
            seal["previous"],
            seal["count"],
            seal["root"],
            datetime.fromisoformat(seal["sealed_at"]),
        )
        if head != seal["head"]:
            faults.append(f"seal {number} is not what its head says")
    for entry in document["entries"]:
        if entry["seal"] and not _leads_to_root(entry, document["seals"]):
            faults.append(f"entry {entry['fields'][1]} is not under its seal")
        if entry["wording"] and entry["wording"] not in document["wordings"]:
            faults.append(f"entry {entry['fields'][1]} lacks its wording")
    return faults + [
        f"wording {digest} is another text"
        for digest, wording in document["wordings"].items()
        if _digest(wording["text"]) != digest
    ]


def _leads_to_root(entry: Document, seals: Document) -> bool:
    place = entry["seal"]
    seal = seals.get(str(place["number"]))
    if seal is None:
        return False
    path = [bytes.fromhex(one) for one in place["path"]]
    root = root_by_path(leaf_of(entry["fields"]), place["position"], seal["count"], path)
    return root is not None and root.hex() == seal["root"]


def _entry(connection: Connection, one: Told, titles: Mapping[str, str], locale: str) -> Document:
    return {
        "when": moment(one.record.recorded_at, locale),
        "sentence": sentence(one, titles, locale),
        "details": list(details(one, locale)),
        "wording": one.record.wording,
        "fields": one.record.fields(),
        "evidence": None
        if one.kept is None
        else {
            "address": one.kept.address,
            "network": one.kept.ip_prefix,
            "browser": one.kept.browser,
            "file_row": one.kept.file_row,
            "detail": one.kept.detail,
        },
        "seal": _place(connection, one),
    }


def _place(connection: Connection, one: Told) -> Document | None:
    if one.seal is None or one.position is None:
        return None
    leaves = connection.scalars(
        select(SealedRecord.leaf)
        .where(SealedRecord.seal_id == one.seal)
        .order_by(SealedRecord.position)
    ).all()
    path = [each.hex() for each in path_to(leaves, one.position)]
    return {"number": one.seal, "position": one.position, "path": path}


def _seals(connection: Connection, numbers: set[int]) -> Document:
    rows = connection.execute(select(Seal.__table__).where(Seal.id.in_(numbers)).order_by(Seal.id))
    return {
        str(row.id): {
            "previous": row.previous,
            "count": row.count,
            "root": row.root,
            "sealed_at": written(row.sealed_at),
            "head": row.head,
            "timestamp": row.timestamp_token.hex() if row.timestamp_token else None,
        }
        for row in rows
    }


def _wording(one: Told) -> Document:
    assert one.shown is not None
    return {
        "text": one.shown.text,
        "locale": one.shown.locale,
        "first_used_at": written(one.shown.first_used_at),
    }


def _title(titles: Mapping[str, str], one: Told) -> str:
    return titles.get(one.record.list_key, one.record.list_key)


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
