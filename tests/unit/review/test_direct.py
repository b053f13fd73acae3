"""Plain routes are served past the framework, which serves whatever is not as described."""

import threading
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from services.review.adapters.hands import Pool
from services.review.api import problems
from services.review.api.caller import Doorkeeper
from services.review.api.cookies import SESSION, Cookie
from services.review.api.direct import Direct
from services.review.api.limits import Limits
from services.review.api.one_thread import OneThread
from services.review.api.outward import Outward
from services.review.api.rates import RateLimits
from services.review.api.repeating import Key
from services.review.domain.access import Permission, User
from services.review.domain.rates import Rate, Rates
from services.review.errors import LeaseLost
from services.review.metrics import Metrics
from services.review.use_cases.access import ControlAccess
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore

PATH = "/say/{word}"
KNOWN = {"Authorization": "Bearer secret"}
OFTEN = Rate(per_second=100, burst=100)


class Said(BaseModel):
    """A body."""

    times: int = 1


class Heard(BaseModel):
    """An answer."""

    words: list[str]
    key: str | None
    thread: int


class Office:
    """An application with a plain route, and one that is not."""

    def __init__(self) -> None:
        self.passed = 0
        access = ControlAccess(FakeStore(), FakeClock(), admin_token="secret")  # noqa: S106
        door = Doorkeeper(access, Cookie(SESSION, None), None)
        caller = Annotated[User, Depends(door.allow(Permission.REVIEW, lists=True))]
        routes = APIRouter(route_class=OneThread)

        @routes.post(PATH, status_code=201)
        def say(word: str, body: Said, who: caller, key: Key = None) -> Heard:
            if word == "late":
                raise LeaseLost("somebody was faster")
            assert isinstance(who, User)
            words = [f"{who.name}: {word}"] * body.times
            return Heard(words=words, key=key, thread=threading.get_ident())

        @routes.post("/ask")
        def ask(body: Said, who: caller, where: str = "") -> Heard:
            return Heard(words=[where], key=None, thread=0)

        self.framework = FastAPI()
        self.framework.include_router(routes)
        problems.install(self.framework)
        self.framework.middleware("http")(self._count)
        limited = Limits(Direct(self.framework, [PATH], Pool(2)), most_bytes=1000)
        refused = Metrics(CollectorRegistry()).requests_limited
        self._app: Any = Outward(RateLimits(limited, Rates(OFTEN, OFTEN), refused))
        self.loop_thread = 0
        self.client = TestClient(self._serve, headers=KNOWN)

    async def _serve(self, *request: Any) -> None:
        self.loop_thread = threading.get_ident()
        await self._app(*request)

    async def _count(self, request: Request, go_on: Any) -> Any:
        self.passed += 1
        return await go_on(request)

    def say(self, word: str = "yes", **more: Any) -> Any:
        return self.client.post(f"/say/{word}", **({"json": {}} | more))


@pytest.fixture
def office() -> Office:
    return Office()


def test_what_is_as_described_is_answered_in_a_thread_past_the_framework(office: Office) -> None:
    answer = office.say(json={"times": 2}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    heard = Heard.model_validate(answer.json())
    assert (heard.words, heard.key) == (["admin: yes"] * 2, "k")
    assert heard.thread != office.loop_thread
    assert office.passed == 0


def test_what_goes_wrong_on_the_way_is_a_problem_document_as_everywhere(office: Office) -> None:
    late = office.say("late")
    assert (late.status_code, late.json()["detail"]) == (409, "somebody was faster")
    stranger = office.say(headers={"Authorization": "Bearer wrong"})
    assert (stranger.status_code, stranger.json()["type"][-17:]) == (401, "not-authenticated")
    assert office.passed == 0


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"json": {"times": "often"}}, 422),
        ({"json": [1]}, 422),
        ({"headers": {"Idempotency-Key": "k" * 201}}, 422),
        ({"json": None, "content": b"{}"}, 422),
        ({"json": None}, 422),
    ],
)
def test_what_is_not_as_described_is_told_by_the_framework(
    office: Office, more: dict[str, Any], status: int
) -> None:
    answer = office.say(**more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert office.passed == 1


def test_other_methods_and_paths_are_the_frameworks(office: Office) -> None:
    assert office.client.request("PUT", "/say/yes", json={}).status_code == 405
    assert office.client.post("/ask", json={}).json()["words"] == [""]
    assert office.client.post("/say/a/b", json={}).status_code == 404
    assert office.passed == 3


@pytest.mark.parametrize("path", ["/say/yes", "/ask"])
def test_whom_the_guard_lets_in_counts_as_a_user_from_then_on(office: Office, path: str) -> None:
    shown = [KNOWN, KNOWN, {"Authorization": "Bearer wrong"}, KNOWN]
    answers = [office.client.post(path, json={}, headers=headers) for headers in shown]
    sorts = [answer.headers["ratelimit-policy"].partition(";")[0] for answer in answers]
    assert sorts == ['"stranger"', '"user"', '"stranger"', '"user"']


def test_a_route_that_takes_more_is_refused(office: Office) -> None:
    with pytest.raises(TypeError, match="/ask is not plain"):
        Direct(office.framework, ["/ask"], Pool(2))
