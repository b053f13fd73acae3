"""The guard in front of the API, by itself: what it lets in, and what it says otherwise."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import pytest

from services.review.api.limits import Limits
from services.review.api.outward import Outward

BYTES = 2048
_NONE: Mapping[str, str] = {}


async def mirror(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers with the body that it got."""
    message = await receive()
    assert not message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


async def ask(
    chunks: Sequence[bytes], headers: Mapping[str, str] = _NONE, pause: float = 0
) -> httpx.Response:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            await asyncio.sleep(pause)
            yield chunk

    guarded: Any = Outward(Limits(mirror, BYTES, seconds=0.2))
    transport = httpx.ASGITransport(guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        given = {"Content-Type": "application/json", **headers}
        return await client.post("/v1/x", content=body(), headers=given)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "chunks",
    [
        [b"{}"],
        [b'{"a"', b":1", b"}"],
        [b"{}" + b" " * (BYTES - 2)],
        [b'"' + b"x" * 500 + b'"'],
    ],
)
async def test_what_is_within_the_limits_arrives_whole(chunks: list[bytes]) -> None:
    answer = await ask(chunks)
    assert (answer.status_code, answer.content) == (200, b"".join(chunks))


@pytest.mark.asyncio
@pytest.mark.parametrize("chunks", [[b" " * (BYTES + 1)], [b" " * 1000] * 3, [b" "] * (BYTES + 1)])
async def test_one_byte_too_many_is_refused_however_it_comes(chunks: list[bytes]) -> None:
    answer = await ask(chunks)
    assert answer.status_code == 413
    assert "HANDRAISE_MAX_BODY_BYTES" in answer.json()["detail"]
    assert answer.headers["connection"] == "close"


@pytest.mark.asyncio
@pytest.mark.parametrize("length", ["2049", "9" * 30])
async def test_an_announced_size_is_believed(length: str) -> None:
    assert (await ask([b"{}"], {"Content-Length": length})).status_code == 413


@pytest.mark.asyncio
async def test_a_body_that_trickles_in_is_given_up() -> None:
    answer = await ask([b" "] * 100, pause=0.05)
    assert (answer.status_code, answer.json()["type"]) == (408, "urn:handraise:problem:slow-body")


@pytest.mark.asyncio
@pytest.mark.parametrize("depth", [1, 100, 900])
async def test_depth_is_bounded_before_anything_is_parsed(depth: int) -> None:
    answer = await ask([b"[" * depth + b"]" * depth])
    assert answer.status_code == (200 if depth <= 100 else 422)


@pytest.mark.asyncio
async def test_what_is_not_json_is_not_judged_as_json() -> None:
    answer = await ask([b"a=b&c=%00"], {"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.content) == (200, b"a=b&c=%00")


@pytest.mark.asyncio
async def test_refusals_are_problem_documents() -> None:
    answer = await ask([b"{"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.content)["status"] == answer.status_code == 422
