"""RFC 5322 and MIME: headers and bodies as the bytes that go over the wire."""

from mailer.message.addresses import address_header, list_id_header
from mailer.message.dkim import DkimSigner, record_name, signature_fields
from mailer.message.errors import BodyError, HeaderError, SigningKeyError
from mailer.message.headers import (
    END_OF_HEADERS,
    date_header,
    header,
    plain_header,
    uri_header,
)
from mailer.message.identity import message_id, message_ids
from mailer.message.multipart import Alternative, boundary_for, multipart_alternative
from mailer.message.quoted_printable import check_text, encode_chunk, encode_value
from mailer.message.relaxed import BodyHash
from mailer.message.signing_keys import (
    KeyType,
    SigningKey,
    new_signing_key,
    read_signing_key,
    txt_strings,
)

__all__ = [
    "END_OF_HEADERS",
    "Alternative",
    "BodyError",
    "BodyHash",
    "DkimSigner",
    "HeaderError",
    "KeyType",
    "SigningKey",
    "SigningKeyError",
    "address_header",
    "boundary_for",
    "check_text",
    "date_header",
    "encode_chunk",
    "encode_value",
    "header",
    "list_id_header",
    "message_id",
    "message_ids",
    "multipart_alternative",
    "new_signing_key",
    "plain_header",
    "read_signing_key",
    "record_name",
    "signature_fields",
    "txt_strings",
    "uri_header",
]
