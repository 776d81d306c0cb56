"""Where a link leads: absolute, mailto:, tel: or a place in this issue, as ASCII (RFC 3986)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import idna
import mdurl

from mailer.content.errors import ContentError, nearest

SCHEMES: Final = ("https", "http", "mailto", "tel")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?")


def clean_link(written: str) -> str:
    """The link as it goes into an href; raises ContentError saying what is wrong with it."""
    link = written.strip()
    if not link or link == "#":
        raise ContentError("a link leads nowhere", mend="write its address between ( and )")
    if "[[" in link:
        raise ContentError(
            "a link may not hold a personal field", mend="an address must not tell who reads it"
        )
    if re.search(r"[\s\x00-\x1f\x7f<>\"]", link):
        raise ContentError(f"a blank, quote or bracket in the link «{link}»", mend="write %20")
    if link.startswith("#"):
        return link
    match = _SCHEME.match(link)
    scheme = match.group(1).lower() if match else ""
    if scheme in ("http", "https"):
        return _web(link)
    if scheme == "mailto":
        return _mail(link)
    if scheme == "tel":
        return _phone(link)
    raise _unknown(link, scheme)


def _web(link: str) -> str:
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    user, at, _ = parts.netloc.rpartition("@")
    name = _domain(host)
    if name is None:
        raise ContentError(
            f"the link «{link}» names no web site", mend="as in https://example.com/page"
        )
    place = f"{mdurl.encode(user)}{at}{name}" + (f":{port}" if port is not None else "")
    path, query, fragment = (mdurl.encode(part) for part in parts[2:])
    return urlunsplit((parts.scheme.lower(), place, path, query, fragment))


def _domain(host: str) -> str | None:
    """The host as DNS knows it: A-labels by IDNA 2008 with UTS 46, or an IP address."""
    if ":" in host:
        return f"[{host}]" if re.fullmatch(r"[0-9A-Fa-f:.]+", host) else None
    if host.isascii():
        return host if _HOST.fullmatch(host) and ".." not in host else None
    try:
        return idna.encode(host, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None


def _mail(link: str) -> str:
    address, mark, fields = link.partition(":")[2].partition("?")
    local, at, domain = address.rpartition("@")
    name = _domain(domain)
    if not (local and at and name) or "@" in local:
        raise ContentError(
            f"the link «{link}» names no address", mend="as in mailto:name@example.com"
        )
    return f"mailto:{mdurl.encode(local)}@{name}{mark}{mdurl.encode(fields)}"


def _phone(link: str) -> str:
    number = re.sub(r"[().\-]", "", link.partition(":")[2])
    if not re.fullmatch(r"\+?[0-9*#]+", number):  # RFC 3966, without its parameters
        raise ContentError(f"the link «{link}» is no phone number", mend="as in tel:+33123456789")
    return f"tel:{number}"


def _unknown(link: str, scheme: str) -> ContentError:
    if scheme and not link[len(scheme) + 1 :].split("/")[0].isdigit() and "." not in scheme:
        return ContentError(f"«{scheme}:» is no kind of link", mend=nearest(scheme, SCHEMES))
    if re.match(r"(//|www\.|[\w-]+(\.[\w-]+)+(/|:|$))", link) and not _is_file(link):
        return ContentError(
            f"the link «{link}» has no scheme", mend=f"write https://{link.lstrip('/')}"
        )
    return ContentError(
        f"the link «{link}» has no scheme",
        mend="write the whole address, from https:// on, or #name for a place in this issue",
    )


def _is_file(link: str) -> bool:
    return bool(re.search(r"\.(png|jpe?g|gif|webp|svg|pdf|html?|md|txt)$", link.lower())) and (
        "/" not in link
    )
