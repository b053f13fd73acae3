"""The route by which pages learn how the queues stand, without asking again and again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from services.review.api.answers import QueueAnswer, QueuesAnswer
from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.use_cases.watching import WatchQueues

_EVERY_SECONDS = 1.0
_LOOKS = 60
"""Then a page comes back by itself, and shows anew who it is."""
_STREAM = "text/event-stream"
_EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"const": "queues"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}
_DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {_STREAM: {"schema": _EVENT}},
        "description": "`queues` events, whose data is what `GET /v1/queues` gives.",
    }
}


def router(door: Doorkeeper, watch: WatchQueues, is_leaving: Callable[[], bool]) -> APIRouter:
    """`/v1/stream`; it ends when the process is to stop."""
    routes = APIRouter(prefix="/v1", tags=["queues"])
    Reader = Annotated[User, Depends(door.allow(Permission.READ, lists=True))]  # noqa: N806 - a type

    @routes.get("/stream", response_class=StreamingResponse, responses=_DESCRIBED)
    async def watch_queues(request: Request, reader: Reader) -> StreamingResponse:
        """How the queues stand: once, or for a minute to who accepts `text/event-stream`."""
        looks = _LOOKS if request.headers.get("accept") == _STREAM else 1
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        told = _told(watch, reader, looks, is_leaving)
        return StreamingResponse(told, media_type=_STREAM, headers=headers)

    return routes


async def _told(
    watch: WatchQueues, reader: User, looks: int, is_leaving: Callable[[], bool]
) -> AsyncIterator[str]:
    """An event for each change that is more than a second gone by; else a sign of life."""
    before = None
    yield "retry: 1000\n"
    for look in range(looks):
        if look:
            await asyncio.sleep(_EVERY_SECONDS)
        if is_leaving():
            return
        seen = await run_in_threadpool(watch.glance, reader)
        answer = QueuesAnswer(queues=[QueueAnswer.of(queue, seen.at) for queue in seen.queues])
        standing = _without_age(answer)
        yield (
            ":\n\n"
            if standing == before
            else f"event: queues\ndata: {answer.model_dump_json()}\n\n"
        )
        before = standing


def _without_age(answer: QueuesAnswer) -> str:
    """What changes only by something that happens."""
    content = answer.model_dump(mode="json")
    oldest = [queue.pop("oldest_age_seconds") is None for queue in content["queues"]]
    return json.dumps([content, oldest])
