"""Routes that are served in one thread."""

import asyncio
import threading

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from services.review.api.one_thread import OneThread, has_thread


class Said(BaseModel):
    """A body."""

    word: str


class Heard(BaseModel):
    """An answer."""

    word: str
    threads: list[int]


async def guard(request: Request) -> int:
    assert has_thread(request)
    return threading.get_ident()


@pytest.fixture
def client() -> TestClient:
    """An application with such routes, and one that is not."""
    routes = APIRouter(route_class=OneThread)
    loops: list[int] = []

    @routes.post("/say", status_code=201)
    def say(body: Said, guarded: int = Depends(guard)) -> Heard:
        """Hear a word."""
        return Heard(word=body.word, threads=[guarded, threading.get_ident(), *loops])

    @routes.get("/wait")
    async def wait() -> None:
        await asyncio.sleep(0)

    @routes.get("/fail")
    def fail() -> None:
        raise LookupError("as it is")

    app = FastAPI()
    app.include_router(routes)

    @app.middleware("http")
    async def note(request: Request, go_on):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        loops[:] = [threading.get_ident()]
        assert not has_thread(request)
        return await go_on(request)

    return TestClient(app)


def test_guard_and_handler_share_a_thread_that_is_not_the_loops(client: TestClient) -> None:
    answer = client.post("/say", json={"word": "aye"})

    assert answer.status_code == 201
    guarded, handled, loop = answer.json()["threads"]
    assert guarded == handled
    assert handled != loop


def test_a_body_is_checked_as_ever(client: TestClient) -> None:
    assert client.post("/say", json={"word": 7}).status_code == 422
    assert client.post("/say", content=b"{", headers={"Content-Type": "application/json"}).is_error


def test_errors_come_through(client: TestClient) -> None:
    with pytest.raises(LookupError, match="as it is"):
        client.get("/fail")


def test_who_would_wait_is_told_so(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="use a usual route"):
        client.get("/wait")


def test_a_dependency_that_needs_a_thread_is_refused() -> None:
    routes = APIRouter(route_class=OneThread)

    def slow() -> int:
        return 1

    with pytest.raises(TypeError, match="make it async"):

        @routes.get("/late")
        def late(_: int = Depends(slow)) -> None: ...


def test_the_document_describes_them_as_usual(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/say"]["post"]
    assert described["description"] == "Hear a word."
    assert "201" in described["responses"]
    assert described["requestBody"]["required"]
