import json
import time
from collections.abc import Callable

import httpx
import pytest

from handraise.client import ApiError, Client, Unreachable
from shared.errors import HandraiseError
from shared.events import ScoringRequested

CLAIM = {
    "item": {"id": 4, "project": "p", "event_id": "e", "labels": ["a", "b"], "features": {}},
    "lease": {"id": "l-1", "token": 1, "expires_at": "2026-01-01T00:00:00Z"},
}
CLAIMS = {"claims": [CLAIM], "empty_because": None, "next_free_at": None}


class Script:
    """A service that gives the answers of a script, and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(script: Callable[[httpx.Request], httpx.Response]) -> Client:
    return Client("http://review", "t", transport=httpx.MockTransport(script))


def busy(**headers: str) -> httpx.Response:
    return httpx.Response(503, json={"title": "Busy"}, headers=headers)


def test_a_problem_document_becomes_a_sentence() -> None:
    script = Script(httpx.Response(409, json={"title": "Lease lost", "detail": "ada said b"}))

    with pytest.raises(ApiError, match=r"Lease lost: ada said b \(409\)") as refusal:
        client(script).report("p")

    assert refusal.value.status == 409


@pytest.mark.parametrize("content", [b"<html>", b"[]", b""])
def test_an_error_that_is_no_problem_document_is_readable_too(content: bytes) -> None:
    with pytest.raises(ApiError, match="Internal Server Error"):
        client(Script(httpx.Response(500, content=content))).report("p")


def test_an_answer_that_makes_no_sense_is_an_error_not_a_traceback() -> None:
    with pytest.raises(HandraiseError, match="does not understand"):
        client(Script(httpx.Response(200, json={"surprise": 1}))).report("p")


def test_a_busy_service_is_asked_again() -> None:
    script = Script(busy(**{"Retry-After": "0"}), httpx.Response(202, json={"accepted": 1}))

    client(script).send("p", [ScoringRequested(event_id="e", features={})])

    assert len(script.requests) == 2


def test_a_decision_whose_answer_was_lost_is_said_again_with_the_same_key() -> None:
    script = Script(
        httpx.Response(200, json=CLAIMS),
        httpx.ReadTimeout("lost"),
        httpx.Response(201, json={"status": "waiting", "decision": None, **CLAIMS}),
    )
    reviewer = client(script)
    [claim] = reviewer.claim("p", 1).claims

    answer = reviewer.decide(claim, "a", seconds_spent=1.5, claim_next=1)

    first, again = script.requests[1:]
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"]
    assert first.url.path == "/v1/leases/l-1/decision"
    assert json.loads(first.content) == {"label": "a", "seconds_spent": 1.5, "claim_next": 1}
    assert len(answer.claims) == 1


def test_a_claim_whose_answer_was_lost_is_not_made_twice() -> None:
    script = Script(httpx.ReadTimeout("lost"))

    with pytest.raises(Unreachable):
        client(script).claim("p", 5)


def test_a_claim_with_a_key_of_ones_own_is_made_again() -> None:
    script = Script(httpx.ReadTimeout("lost"), busy(), httpx.Response(200, json=CLAIMS))

    assert client(script).claim("p", 5, key="mine").claims

    assert {r.headers["Idempotency-Key"] for r in script.requests} == {"mine"}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_not_asked_again_where_that_may_do_harm(status: int) -> None:
    script = Script(httpx.Response(status, json={"title": "Busy"}))

    with pytest.raises(ApiError, match="Busy"):
        client(script).claim("p", 5)

    assert len(script.requests) == 1


def test_who_is_told_to_wait_for_long_is_told_so_at_once() -> None:
    refusal = httpx.Response(429, json={"title": "Wait"}, headers={"Retry-After": "3600"})

    with pytest.raises(ApiError, match="Wait"):
        client(Script(refusal)).projects()


def test_what_is_asked_again_waits_as_long_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    script = Script(
        busy(**{"Retry-After": "7"}), busy(), httpx.Response(200, json={"projects": []})
    )

    assert client(script).projects() == []

    assert slept == [7.0, 0.2]


def test_a_refusal_bears_the_type_of_its_problem() -> None:
    problem = {"type": "urn:handraise:problem:lease-lost", "title": "Lease lost"}

    with pytest.raises(ApiError) as refusal:
        client(Script(httpx.Response(409, json=problem))).report("p")

    assert refusal.value.kind == problem["type"]


def test_a_service_that_is_away_is_named_with_the_cure() -> None:
    script = Script(*[httpx.ConnectError("refused")] * 3)

    with pytest.raises(Unreachable, match="`handraise up` starts it"):
        client(script).projects()


def test_a_long_list_is_read_to_its_end() -> None:
    user = {"name": "ada", "role": "lead"}
    script = Script(
        httpx.Response(200, json={"users": [user], "next_cursor": "on"}),
        httpx.Response(200, json={"users": [user | {"name": "ben"}], "next_cursor": None}),
    )

    assert [u.name for u in client(script).users()] == ["ada", "ben"]
    assert [dict(r.url.params).get("cursor") for r in script.requests] == [None, "on"]


def test_names_are_quoted_in_addresses() -> None:
    script = Script(httpx.Response(404, json={}))

    with pytest.raises(ApiError):
        client(script).project("../users")

    assert script.requests[0].url.raw_path == b"/v1/projects/..%2Fusers"


@pytest.mark.parametrize("given", ["/login?token=x", "http://review/login?token=x", None])
def test_a_login_link_is_absolute_whatever_the_service_gives(given: str | None) -> None:
    script = Script(httpx.Response(201, json={"token": "x", "login_url": given}))

    token = client(script).create_token("ada", kind="login")

    assert token.link("http://review") == "http://review/login?token=x"
