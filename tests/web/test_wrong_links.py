"""A wrong link gets the same friendly page, whatever is wrong with it, and never has an effect."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from mailer.tokens import TokenPurpose
from web.stage import SLUG, Stage, form

SECTIONS = {
    "u": TokenPurpose.UNSUBSCRIBE,
    "p": TokenPurpose.PREFERENCES,
    "v": TokenPurpose.VIEW,
    "m": TokenPurpose.MANAGE,
    "k": TokenPurpose.CONFIRM,
    "undo": TokenPurpose.UNDO,
    "n": TokenPurpose.ADDRESS,
    "b": TokenPurpose.ADDRESS_UNDO,
}
BODIES = {"List-Unsubscribe": "One-Click", "act": "leave", "locale": "en", **form()}


def assert_friendly(client: TestClient, path: str) -> None:
    wrong = client.get("/u/nonsense")
    assert wrong.status_code == 404
    answers = [client.get(path)]
    if not path.startswith("/v/"):  # where nothing can be posted
        answers.append(client.post(path, data=BODIES))
    for answer in answers:
        assert (answer.status_code, answer.content) == (404, wrong.content), path
        assert answer.headers["cache-control"] == "no-store"
    assert client.head(path).status_code == 404


def test_a_flipped_bit_in_any_token_is_a_wrong_link(stage: Stage, client: TestClient) -> None:
    before = stage.consent_state()
    for first, (section, purpose) in enumerate(SECTIONS.items()):
        octets = urlsafe_b64decode(padded(stage.token(purpose)))
        method = "GET" if section == "v" else "POST"
        for bit in range(first, len(octets) * 8, len(SECTIONS)):  # each bit in one of them
            flipped = bytearray(octets)
            flipped[bit // 8] ^= 1 << bit % 8
            token = urlsafe_b64encode(flipped).rstrip(b"=").decode()
            answer = client.request(method, f"/{section}/{token}", data=BODIES)
            assert answer.status_code == 404, (section, bit)
    assert stage.consent_state() == before


def padded(token: str) -> str:
    return token + "=" * (-len(token) % 4)


@pytest.mark.parametrize("section", SECTIONS)
def test_truncated_lengthened_or_another_purposes_token_is_a_wrong_link(
    stage: Stage, client: TestClient, section: str
) -> None:
    token = stage.token(SECTIONS[section])
    before = stage.consent_state()
    for wrong in (token[:-1], token[1:], f"{token}A", f"{token}=", f"{token}%20", token.swapcase()):
        assert_friendly(client, f"/{section}/{wrong}")
    for other, purpose in SECTIONS.items():
        if other != section:
            assert_friendly(client, f"/{section}/{stage.token(purpose)}")
    assert stage.consent_state() == before


@pytest.mark.parametrize("section", SECTIONS)
def test_a_token_about_nobody_is_a_wrong_link(
    stage: Stage, client: TestClient, section: str
) -> None:
    """Signed well, but the reader was erased since, or never was."""
    token = stage.site.signer.sign(SECTIONS[section], 999, 999)
    assert_friendly(client, f"/{section}/{token}")
    for numbers in ((), (1,), (1, 1, 1)):
        assert_friendly(client, f"/{section}/{stage.site.signer.sign(SECTIONS[section], *numbers)}")


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=90)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=TEXT, section=st.sampled_from([*SECTIONS, "s", f"c/{SLUG}", "c", f"i/{SLUG}", "style"]))
def test_no_path_at_all_is_a_fault_of_ours(
    both: Stage, on_both: TestClient, text: str, section: str
) -> None:
    path = f"/{section}/{quote(text, safe='')}"
    for answer in (on_both.get(path), on_both.post(path, data=BODIES)):
        assert answer.status_code in {302, 404, 405}, path
        if answer.status_code == 404:
            assert "Ce lien ne mène nulle part" in answer.text


NOWHERE = (
    f"/c/{SLUG}/0",
    f"/c/{SLUG}/9999",
    f"/c/{SLUG}/99999999999999999999",
    f"/c/{SLUG}/1x",
    f"/c/{SLUG}/-1",
    f"/c/{SLUG}/%00",
    f"/c/{SLUG}",
    "/c/cafe-999/1",
    "/c/%00/1",
    "/s/%00",
    "/s/unknown",
    f"/s/{'x' * 500}",
    "/i/cafe-386/issue.md",
    "/i/cafe-386/..%2Fcafe-385%2Fhorloge.png",
    "/i/cafe-386/%2E%2E/cafe-385/horloge.png",
    "/i/cafe-386/horloge.png",
    "/i/cafe-386/%00.png",
    "/i/..%2F..%2Fconfig.toml/x",
    "/i/cafe-385/horloge.png",
    "/style/..%2Fcafe.css",
    "/style/none.css",
    "/wp-login.php",
    "/%ff",
    "/u/",
)


def test_what_is_not_there_gets_the_same_page_on_both_databases(
    both: Stage, on_both: TestClient
) -> None:
    wrong = on_both.get("/u/nonsense").content
    for path in NOWHERE:
        answer = on_both.get(path)
        assert (answer.status_code, answer.content) == (404, wrong), path


def test_the_page_speaks_the_browsers_language(client: TestClient) -> None:
    for wanted, words in (
        ("en-GB,en;q=0.9", "This link leads nowhere"),
        ("fr-CA", "Ce lien ne mène nulle part"),
        ("de, en;q=0.5", "This link leads nowhere"),
        ("xx, *;q=0", "Ce lien ne mène nulle part"),
        ("", "Ce lien ne mène nulle part"),
    ):
        answer = client.get("/u/nonsense", headers={"accept-language": wanted})
        assert words in answer.text


PURPOSES = {
    **SECTIONS,
    "o": TokenPurpose.OPEN,
    f"c/{SLUG}/1": TokenPurpose.CLICK,
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(section=st.sampled_from([*PURPOSES]), bit=st.integers(0, 8 * 64), method=st.booleans())
def test_any_flipped_bit_of_any_token_is_without_a_fault_and_without_an_effect(
    stage: Stage, client: TestClient, section: str, bit: int, method: bool
) -> None:
    before = stage.consent_state()
    octets = bytearray(urlsafe_b64decode(padded(stage.token(PURPOSES[section]))))
    octets[bit // 8 % len(octets)] ^= 1 << bit % 8
    token = urlsafe_b64encode(octets).rstrip(b"=").decode()
    answer = client.request("POST" if method else "GET", f"/{section}/{token}", data=BODIES)
    assert answer.status_code in {200, 302, 404, 405}
    # A link leads on and a picture stays the same, whatever became of the token behind it.
    leads_on = {200, 405} if section == "o" else {302, 405}
    assert answer.status_code in (leads_on if section[0] in "oc" else {404, 405})
    assert stage.consent_state() == before
    stage.site.collector.flush()
    with stage.store.read() as connection:
        for table in ("reader_clicks", "reader_opens"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
