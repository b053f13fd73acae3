"""How the service's routes come into its application."""

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from services.review.api.document import OTHERWISE, operation_id


def serve(app: FastAPI, routes: APIRouter) -> None:
    """Serve these routes as they are.

    `include_router` would build each a second time, and search one router after the other with
    every request.
    """
    for route in routes.routes:
        if isinstance(route, APIRoute):
            route.responses = OTHERWISE | route.responses
            route.unique_id = operation_id(route)
    app.router.routes.extend(routes.routes)
