"""A time-stamping authority on loopback (RFC 3161): its own root, real signatures, DER by hand."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import _rust

SHA256 = "2.16.840.1.101.3.4.2.1"
RSA_SHA256 = "1.2.840.113549.1.1.11"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
DAY = timedelta(days=1)


class TimestampAuthority:
    """Answers until closed; `spoil` changes what it answers."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.spoil: Callable[[bytes], bytes] = lambda octets: octets
        root_key, root = _root(self.now)
        self._key, self._certificate = _signer(root_key, root, self.now)
        self.root_file = folder / "tsa.pem"
        self.root_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsr"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, question: bytes) -> bytes:
        """A granted response, signed over the question's own digest and nonce."""
        asked = _rust.parse_timestamp_request(question)
        info = sequence(
            integer(1),
            oid("1.2.3.4.1"),
            sequence(algorithm(SHA256), octets(asked.message_imprint.message)),
            integer(7),
            tagged(0x18, f"{self.now:%Y%m%d%H%M%SZ}".encode()),
            integer(asked.nonce),
        )
        certificate = self._certificate.public_bytes(serialization.Encoding.DER)
        attributes = b"".join(
            sorted(
                [
                    attribute(CONTENT_TYPE, oid(TST_INFO)),
                    attribute(MESSAGE_DIGEST, octets(hashlib.sha256(info).digest())),
                    attribute(
                        SIGNING_CERTIFICATE,
                        sequence(sequence(sequence(octets(hashlib.sha256(certificate).digest())))),
                    ),
                ]
            )
        )
        signature = self._key.sign(tagged(0x31, attributes), padding.PKCS1v15(), hashes.SHA256())
        signer = sequence(
            integer(1),
            sequence(
                self._certificate.issuer.public_bytes(), integer(self._certificate.serial_number)
            ),
            algorithm(SHA256),
            tagged(0xA0, attributes),
            algorithm(RSA_SHA256),
            octets(signature),
        )
        signed = sequence(
            integer(3),
            tagged(0x31, algorithm(SHA256)),
            sequence(oid(TST_INFO), tagged(0xA0, octets(info))),
            tagged(0xA0, certificate),
            tagged(0x31, signer),
        )
        granted = sequence(integer(0))
        return sequence(granted, sequence(oid(SIGNED_DATA), tagged(0xA0, signed)))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                body = authority.spoil(authority.answer(question))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def tagged(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def sequence(*parts: bytes) -> bytes:
    return tagged(0x30, b"".join(parts))


def integer(value: int) -> bytes:
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    return tagged(0x04, value)


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = bytes([40 * first + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return tagged(0x06, content)


def algorithm(dotted: str) -> bytes:
    return sequence(oid(dotted), tagged(0x05, b""))


def attribute(dotted: str, value: bytes) -> bytes:
    return sequence(oid(dotted), tagged(0x31, value))


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _root(now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _name("A test's root")
    certificate = (
        _begun(name, name, key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _signer(
    root_key: rsa.RSAPrivateKey, root: x509.Certificate, now: datetime
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    certificate = (
        _begun(_name("A test's clock"), root.subject, key, now)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(issuer, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return key, certificate


def _begun(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
    )
