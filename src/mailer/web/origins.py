"""A form that acts for a known person is sent from our own page, or by the person's own hand.

There is no cookie here and nothing else that a browser adds by itself: what lets a form act is the
signed token in its address, which no other site knows. This door stands behind that one, for a
token that got away: a browser says where a POST comes from, and another site's is refused.
"""

from __future__ import annotations

from fastapi import Depends, Request

from mailer.tokens import InvalidTokenError
from mailer.web.site import site_of


def is_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site's page sent this.

    Fetch Metadata decides where it is sent; else Origin, which our own pages, that tell no
    referrer, send as «null».
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched:
        return fetched not in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    return origin not in {"null", site_of(request).origin}


def _refuse_elsewhere(request: Request) -> None:
    if is_from_elsewhere(request):
        raise InvalidTokenError("this form was sent from another site")


from_our_page = Depends(_refuse_elsewhere)
"""For routes where a known person acts; never for sign-ups, nor for RFC 8058's POST."""
