"""How many look-ups a domain's SPF record costs its receivers (RFC 7208 4.6.4)."""

from __future__ import annotations

from dataclasses import dataclass

from mailer.desk.doctor.lookups import Lookups

MOST_LOOKUPS = 10
VERSION = "v=spf1"
_COSTLY = frozenset({"a", "mx", "ptr", "exists"})


@dataclass(frozen=True, slots=True)
class Spf:
    """What a domain's record says, and what it costs."""

    records: tuple[str, ...]
    lookups: int = 0
    ends: str = ""
    """Its last word on everybody else: -all, ~all, ?all, +all, or nothing."""
    fault: str = ""


def read_spf(lookups: Lookups, domain: str) -> Spf:
    """The domain's SPF; raises LookupFailedError."""
    records = _records(lookups, domain)
    if len(records) != 1:
        return Spf(records)
    count, ends, fault = _cost(lookups, records[0], (domain.lower(),))
    return Spf(records, count, ends, fault)


def _records(lookups: Lookups, domain: str) -> tuple[str, ...]:
    # RFC 7208 4.5: the version stands alone or before a space.
    return tuple(text for text in lookups.texts(domain) if text.lower().split(" ")[0] == VERSION)


def _cost(lookups: Lookups, record: str, way: tuple[str, ...]) -> tuple[int, str, str]:
    count, ends, fault = 0, "", ""
    for term in record.lower().split()[1:]:
        bare = term.lstrip("+-~?")
        name, _, target = bare.replace("redirect=", "redirect:").partition(":")
        name = name.partition("/")[0]
        if name == "all":
            ends = term if term[0] in "+-~?" else f"+{term}"
        elif name in {"include", "redirect"}:
            more, inner, trouble = _followed(lookups, target, way)
            count += 1 + more
            fault = fault or trouble
            ends = inner if name == "redirect" and not ends else ends
        elif name in _COSTLY:
            count += 1
        if count > MOST_LOOKUPS:
            break
    return count, ends, fault


def _followed(lookups: Lookups, target: str, way: tuple[str, ...]) -> tuple[int, str, str]:
    if "%" in target:  # a macro: what it costs depends on the mail
        return 0, "", ""
    if target in way:
        return 0, "", f"it leads back to {target}"
    records = _records(lookups, target)
    if len(records) != 1:
        return 0, "", f"{target} has {len(records)} SPF records"
    return _cost(lookups, records[0], (*way, target))
