"""Reading: one's own copy online, where its links lead, and its pictures."""

from __future__ import annotations

import contextlib
import mimetypes
import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.concurrency import run_in_threadpool

from mailer.campaigns import LinkTable
from mailer.stats import Followed, ReaderAct
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.answers import PERSONAL, PUBLIC
from mailer.web.bearers import bearer
from mailer.web.counting import by_machine, day_of
from mailer.web.door import policy
from mailer.web.leaving import test_copy
from mailer.web.routes import frequent, readable
from mailer.web.site import Site, site_of

router = APIRouter()
# A transparent GIF of one pixel.
_PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_SLUG = re.compile(r"[a-z0-9-]{1,40}")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@frequent(router, "/c/{slug}/{n}")
@frequent(router, "/c/{slug}/{n}/{token}")
async def follow(request: Request) -> Response:
    """On to where the issue's own link leads: nowhere else can this lead to.

    A token behind it says whose copy it stood in. It leads on whatever the token is: readers
    withdraw, keys grow old, and the mail stays in the mailbox.
    """
    slug, n = request.path_params["slug"], request.path_params["n"]
    if not (_SLUG.fullmatch(slug) and _NUMBER.fullmatch(n)):
        raise InvalidTokenError("this link is not valid")
    site = site_of(request)
    table = site.targets.known(slug) or await run_in_threadpool(_look_up, site, slug)
    url = table.urls.get(int(n)) if table else None
    if table is None or url is None:
        raise InvalidTokenError("this link is not valid")
    is_personal = "token" in request.path_params
    if table.is_launched:
        day = day_of(site, table.list_key, site.clock())
        site.collector.count(Followed(table.issue_id, int(n), day, by_machine(request)))
        if is_personal:
            _note(request, site, TokenPurpose.CLICK, int(n))
    kept = PERSONAL if is_personal else {"Cache-Control": "no-cache"}
    return Response(status_code=302, headers={"Location": url, **kept})


def _note(request: Request, site: Site, purpose: TokenPurpose, n: int) -> None:
    """What the holder of a token did, if it is one of ours; whether it is kept is theirs to say."""
    with contextlib.suppress(InvalidTokenError):
        use = site.signer.read_use(purpose, request.path_params["token"])
        machine = by_machine(request)
        site.collector.note(ReaderAct(use.campaign, use.delivery, n, site.clock(), machine))


@frequent(router, "/o/{token}")
async def pixel(request: Request) -> Response:
    """The same small picture for everybody, whatever the token is (CNIL 2026-042)."""
    _note(request, site_of(request), TokenPurpose.OPEN, 0)
    return Response(_PIXEL, media_type="image/gif", headers=PERSONAL)


def _look_up(site: Site, slug: str) -> LinkTable | None:
    with site.reading() as connection:
        return site.targets.find(connection, slug)


@readable(router, "/v/{token}")
def view_online(request: Request, token: str) -> Response:
    """A reader's issue in the browser, without what is personal."""
    site = site_of(request)
    holder = bearer(site, TokenPurpose.VIEW, token)
    if holder.is_nobody:
        return test_copy(request)
    with site.reading() as connection:
        reader = holder.reader(connection)
        copies = site.shelf.copies(connection, holder.campaign)
    if copies is None:
        raise InvalidTokenError("this link is not valid")
    icon = f'<link rel="icon" href="{site.base_path}/icon.svg" type="image/svg+xml">'
    return mail_page(site, copies.page(reader.person.locale), head=icon)


def mail_page(
    site: Site,
    html: str,
    *,
    head: str = "",
    above: str = "",
    below: str = "",
    status: int = 200,
    is_public: bool = False,
    has_script: bool = False,
) -> HTMLResponse:
    """A mail's own HTML as an answer: the main thing between what stands above and below it."""
    start, tag, rest = html.partition("<body")
    attributes, _, content = rest.partition(">")
    mail, end, tail = content.rpartition("</body>")
    start = start.replace("</head>", f"{head}</head>", 1)
    body = f"{start}{tag}{attributes}>{above}<main>{mail}</main>{below}{end}{tail}"
    headers = {
        **(PUBLIC if is_public else PERSONAL),
        "Content-Security-Policy": policy(site.origin, is_mail=True, has_script=has_script),
    }
    return HTMLResponse(body, status_code=status, headers=headers)


@readable(router, "/i/{slug}/{name:path}")
def picture(request: Request, slug: str, name: str) -> Response:
    """A picture that an issue shows."""
    site = site_of(request)
    if not _SLUG.fullmatch(slug) or "\0" in name:
        raise InvalidTokenError("this link is not valid")
    with site.reading() as connection:
        file = site.shelf.picture(connection, slug, name)
    if file is None:
        raise InvalidTokenError("this link is not valid")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=kind, headers={"Cache-Control": "public, max-age=86400"})
