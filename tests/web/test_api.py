"""Subscribing from a program: what its description promises holds for whatever is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from web.stage import Stage

NEW = "collegue@ailleurs.example"


def wish(form: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a person filled in, who saw the words."""
    return {
        "email": NEW,
        "locale": "fr",
        "receive": form["receive"]["version"],
        "shown": form["shown"],
        **changes,
    }


def test_a_program_asks_for_the_words_and_sends_back_which_were_agreed_to(
    stage: Stage, client: TestClient
) -> None:
    form = client.get("/api/lists/cafe?lang=fr").json()
    assert form["receive"]["text"].startswith("J’accepte de recevoir Le Café")
    assert form["tracking"] == {}
    stage.clock.now += timedelta(seconds=5)
    answer = client.post("/api/lists/cafe/subscriptions", json=wish(form))
    assert (answer.status_code, answer.json()) == (202, {"status": "asked"})
    assert stage.statuses()[NEW] == "pending"
    assert len(stage.letters()) == 1


def test_what_is_wrong_is_said_by_field(stage: Stage, client: TestClient) -> None:
    form = client.get("/api/lists/cafe").json()
    hasty = client.post("/api/lists/cafe/subscriptions", json=wish(form))
    assert (hasty.status_code, list(hasty.json()["errors"])) == (422, ["again"])
    stage.clock.now += timedelta(seconds=5)
    for changes, field in (
        ({"email": "x"}, "email"),
        ({"receive": "0123"}, "agreed"),
        ({"receive": ""}, "agreed"),
        ({"name": "http://x.example"}, "name"),
        ({"surprise": 1}, "surprise"),
    ):
        answer = client.post("/api/lists/cafe/subscriptions", json=wish(form, **changes))
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert client.get("/api/lists/none").status_code == 404
    assert NEW not in stage.statuses()


def test_only_this_is_described_and_no_page_explains_it_from_elsewhere(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {"/api/lists/{list_key}", "/api/lists/{list_key}/subscriptions"}
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
@pytest.mark.parametrize("operation", ["GET /lists", "POST /subscriptions"])
def test_whatever_is_sent_is_answered_as_described(
    app: FastAPI, stage: Stage, operation: str, data: st.DataObject
) -> None:
    app.state.site = stage.site
    schema = schemathesis.openapi.from_dict(app.openapi())
    path = "/api/lists/{list_key}" + ("/subscriptions" if operation.startswith("POST") else "")
    case = data.draw(schema[path][operation.split()[0]].as_strategy())
    if data.draw(st.booleans()):
        case.path_parameters["list_key"] = "cafe"
    answer = case.call(app=app)
    # What no schema can say (an address, words that stand, a moment) is refused too: with 422.
    case.validate_response(answer, excluded_checks=[positive_data_acceptance])
    assert answer.status_code < 500
