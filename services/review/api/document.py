"""The OpenAPI document: what FastAPI finds out by itself, and the rest of what programs need.

Who may call is read from the guards, what may go wrong from the path, the body and what a route
declares by `may_say`, examples from `examples.py`.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.review.api.caller import guard_of
from services.review.api.cookies import SESSION
from services.review.api.examples import EXAMPLES
from services.review.api.examples_parameters import PARAMETERS
from services.review.api.problems import MEDIA_TYPE, TYPES, type_of
from services.review.errors import ReviewError

_DECLARED = "x-problems"
_KEY = "Idempotency-Key"
_ANY = ("too-many-requests", "unavailable")
_GUARDED = ("not-authenticated", "forbidden")
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION,
        "description": "What our own pages send after a login; over TLS its name begins with "
        "`__Host-`.",
    },
}
_TAGS = {
    "sending": "What upstream systems send.",
    "records": "What was decided, and why.",
    "second looks": "Decisions that are made again.",
    "queues": "Where events wait for people.",
    "items": "What a reviewer does with an item that they hold.",
    "reviewers": "How good people are at what they do.",
    "projects": "What is to be decided, and by which policy.",
    "dead letters": "What could not be processed.",
    "repairs": "What should have followed and did not.",
    "models": "Which model versions there are, and which of them serves.",
    "users": "Who may call, and how they prove it.",
    "contracts": "Which events there are.",
}
_PROBLEM = {
    "title": "Problem",
    "description": "A problem document (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "description": "Stable; programs may depend on it.",
            "examples": [*map(type_of, TYPES)],
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and the cure."},
    },
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
OTHERWISE: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request is not acceptable as it came.", "content": _CONTENT}
}
"""What any route may answer besides."""


def operation_id(route: APIRoute) -> str:
    """An operation is named as its function is."""
    return route.name


def may_say(*errors: type[ReviewError]) -> dict[str, Any]:
    """Declares what may go wrong with a route besides what its path and body tell."""
    return {_DECLARED: [error.slug for error in errors]}


def complete(app: FastAPI) -> None:
    """Let the application tell all of itself; the document is made when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to extend it
    _tell_from_one_copy(app)


def _tell_from_one_copy(app: FastAPI) -> None:
    """The document is long: whoever asks gets the same bytes, not some that were made for them."""

    @cache
    def made() -> bytes:
        return bytes(JSONResponse(app.openapi()).body)

    async def tell(_: Request) -> Response:
        return Response(made(), media_type="application/json")

    routes = app.router.routes
    (place,) = (i for i, r in enumerate(routes) if getattr(r, "path", None) == app.openapi_url)
    routes[place] = Route(str(app.openapi_url), tell, include_in_schema=False)


def _complete(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        routes=app.routes,
        separate_input_output_schemas=False,  # they are the same, but where one names itself
    )
    guarded = {
        (route.path_format, method.lower())
        for route in iter_route_contexts(app.routes)
        if guard_of(route) is not None
        for method in route.methods or ()
    }
    for path, method, operation in _operations(document):
        has_guard = (path, method) in guarded
        operation["security"] = [{scheme: []} for scheme in _SCHEMES] if has_guard else []
        _describe_parameters(operation)
        _add_problems(operation, [*_found(path, operation, has_guard=has_guard)])
        _describe_success(operation, document["components"]["schemas"])
    schemas: dict[str, Any] = document["components"]["schemas"]
    for name, example in EXAMPLES.items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    schemas["Problem"] = _PROBLEM
    document["components"]["securitySchemes"] = _SCHEMES
    document["tags"] = [{"name": name, "description": said} for name, said in _TAGS.items()]
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _describe_parameters(operation: Mapping[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            description, example = PARAMETERS[parameter["name"]]
            parameter |= {"description": description, "example": example}


def _describe_success(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """What an answer is, in the words of its schema."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            content = answer.get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            said = schemas.get(name, {}).get("description", "It is done.")
            answer["description"] = said.partition("\n\n")[0]


def _found(path: str, operation: dict[str, Any], *, has_guard: bool) -> Iterator[str]:
    """What may go wrong with a route, in the order of its status."""
    slugs = {*_ANY, *operation.pop(_DECLARED, ())} if has_guard else {_ANY[0]}
    if has_guard:
        slugs |= {*_GUARDED}
    if "{" in path:
        slugs.add("not-found")
    if operation.get("parameters") or "requestBody" in operation:
        slugs.add("invalid")
    if any(parameter["name"] == _KEY for parameter in operation.get("parameters", ())):
        slugs.add("idempotency-key-reused")
    yield from sorted(slugs, key=lambda slug: (TYPES[slug][0], slug))


def _add_problems(operation: dict[str, Any], slugs: list[str]) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    otherwise = answers.pop("4XX")
    by_status: dict[int, list[str]] = {}
    for slug in slugs:
        by_status.setdefault(TYPES[slug][0], []).append(slug)
    for status, those in by_status.items():
        answers[str(status)] = _answer(status, those)
    answers["4XX"] = otherwise


def _answer(status: int, slugs: list[str]) -> dict[str, Any]:
    content: dict[str, Any] = deepcopy(_CONTENT)
    content[MEDIA_TYPE]["examples"] = {slug: {"value": _example(slug)} for slug in slugs}
    answer = {"description": " Or: ".join(TYPES[s][1] for s in slugs), "content": content}
    if status in _WAITS:
        answer["headers"] = {"Retry-After": _RETRY_AFTER}
    return answer


_WAITS = {429, 503}
_RETRY_AFTER = {
    "description": "Seconds after which to send it again.",
    "schema": {"type": "integer", "minimum": 1},
}


def _example(slug: str) -> dict[str, Any]:
    status, title = TYPES[slug]
    detail = "what is wrong here, and the cure"
    return {"type": type_of(slug), "title": title, "status": status, "detail": detail}
