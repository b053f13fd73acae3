"""Long answers leave portion by portion, and arrive whole."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.responses import Response, StreamingResponse

from services.review.api.outward import Outward

MOST = 32_768


def sent(app: Any) -> list[MutableMapping[str, Any]]:
    """What the server is given of an answer's body."""
    messages: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError("the other side never leaves")

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(Outward(app)(scope, receive, send))
    assert messages[0]["type"] == "http.response.start"
    return messages[1:]


@pytest.mark.parametrize("length", [0, 1, MOST - 1, MOST, MOST + 1, 2 * MOST, 10 * MOST + 7])
def test_an_answer_of_any_length_arrives_whole(length: int) -> None:
    body = bytes(number % 251 for number in range(length))
    portions = sent(Response(body))
    assert b"".join(portion["body"] for portion in portions) == body
    assert max(len(portion["body"]) for portion in portions) <= MOST
    assert [p for p in portions if not p.get("more_body")] == portions[-1:]


def test_what_is_streamed_goes_on_at_once() -> None:
    said = [b"one", b"x" * (MOST + 5), b"two"]
    portions = sent(StreamingResponse(iter(said)))
    assert [p["body"] for p in portions] == [b"one", b"x" * MOST, b"x" * 5, b"two", b""]
    assert [p for p in portions if not p.get("more_body")] == portions[-1:]
