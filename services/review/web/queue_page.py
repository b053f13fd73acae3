"""The page on which the queues are seen as they stand; it is told of changes by `/v1/stream`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.use_cases.queues import Queue
from services.review.use_cases.watching import WatchQueues
from services.review.web.html import Pages, page_route
from services.review.web.words import span, standing


def router(pages: Pages, door: Doorkeeper, watch: WatchQueues) -> APIRouter:
    """`/queues`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Reader = Annotated[User, Depends(door.allow(Permission.READ, lists=True))]  # noqa: N806 - a type

    @routes.get("/queues")
    def show_queues(reader: Reader) -> Response:
        """Every queue that the caller sees."""
        seen = watch.look(reader)
        return pages.show("queues.html", rows=_rows(seen.queues, seen.at), user=reader)

    return routes


def _rows(queues: Sequence[Queue], now: datetime) -> list[dict[str, object]]:
    """What a page shows of each queue; `queues.js` says the same in the same words."""
    return [
        {
            "name": queue.state.queue,
            "title": queue.project.configuration.title,
            "depth": queue.state.depth,
            "standing": standing(queue.state, now),
            "age": span((now - queue.state.oldest_at).total_seconds())
            if queue.state.oldest_at
            else "",
            "overdue": queue.state.overdue,
            "workers": queue.workers,
        }
        for queue in queues
    ]
