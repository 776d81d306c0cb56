"""A compiled mail as it is kept: its layouts and the headers that every copy shares."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from mailer.rendering import Layout

Box = tuple[str, str]
"""A display name and an address."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Header values that are the same in every copy; an empty one is left out.

    `feedback_id` is «campaign:list:kind:sender» (Gmail). `list_title`, `archive` and `owner`
    belong to a list's mails only; `automatic` mails say Auto-Submitted (RFC 3834 5).
    """

    sender: Box
    reply_to: Box | None = None
    list_id: str = ""
    list_title: str = ""
    archive: str = ""
    owner: str = ""
    feedback_id: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class FrozenMail:
    """One mail in one language, before any reader. What a campaign stores is its JSON."""

    locale: str
    headers: Headers
    subject: Layout
    html: Layout
    text: Layout
    boundary: str

    def to_json(self) -> str:
        """JSON from which `from_json` makes an equal mail, whose copies are the same bytes."""
        return json.dumps(
            {
                "locale": self.locale,
                "headers": asdict(self.headers),
                "boundary": self.boundary,
                **{part: json.loads(getattr(self, part).to_json()) for part in _LAYOUTS},
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> FrozenMail:
        """The mail that `to_json` wrote."""
        stored = json.loads(text)
        known = {field.name for field in fields(Headers)}
        headers = {key: value for key, value in stored["headers"].items() if key in known}
        for box in ("sender", "reply_to"):
            if headers.get(box):
                headers[box] = tuple(headers[box])
        layouts = {part: Layout.from_json(json.dumps(stored[part])) for part in _LAYOUTS}
        return cls(
            locale=stored["locale"],
            headers=Headers(**headers),
            boundary=stored["boundary"],
            **layouts,
        )


_LAYOUTS = ("subject", "html", "text")
