"""The route that tells programs which events there are."""

from functools import cache
from typing import Any

from fastapi import APIRouter

from services.review.api.one_thread import OneThread
from shared import asyncapi


def router() -> APIRouter:
    """`/asyncapi`."""
    routes = APIRouter(tags=["contracts"], route_class=OneThread)
    document = cache(asyncapi.document)

    @routes.get("/asyncapi")
    def show_events() -> dict[str, Any]:
        """The AsyncAPI 3.0 document of all streams and events."""
        return document()

    return routes
