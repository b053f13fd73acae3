"""Errors as problem documents (RFC 9457); each says the cure."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from services.review.errors import ReviewError, TooManyAttempts
from shared.errors import Malformed, Unavailable

MEDIA_TYPE = "application/problem+json"
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Stable; programs may depend on it."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and the cure."},
    },
}
_CONTENT = {MEDIA_TYPE: {"schema": _SCHEMA}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request cannot be carried out.", "content": _CONTENT},
    "503": {"description": "Something does not answer; nothing was changed.", "content": _CONTENT},
}
"""What any route may answer, for the OpenAPI document."""


def install(app: FastAPI) -> None:
    """Turn every error of the API into a problem document."""
    app.add_exception_handler(ReviewError, _review_error)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(Malformed, _malformed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def problem(
    status: int, slug: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem document as an answer."""
    content = {
        "type": f"urn:handraise:problem:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return JSONResponse(content, status, headers, MEDIA_TYPE)


async def _review_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ReviewError)  # noqa: S101 - registered for this type
    title = (type(error).__doc__ or "").strip()
    headers = None
    if isinstance(error, TooManyAttempts):
        headers = {"Retry-After": str(error.retry_after)}
    return problem(error.status, error.slug, title, str(error), headers)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    title = "Something Handraise stands on does not answer; nothing was changed."
    return problem(503, "unavailable", title, f"{error}; try again", {"Retry-After": "1"})


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    parts = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:10]]
    return problem(422, "invalid", "The request's content is not acceptable.", "; ".join(parts))


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    return problem(422, "invalid", "The request's content is not acceptable.", str(error))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    detail = "see /docs for what there is" if error.status_code == 404 else str(error.detail)  # noqa: PLR2004
    headers = dict(error.headers or {})
    if error.status_code == 405:  # noqa: PLR2004
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return problem(error.status_code, "http", str(error.detail), detail, headers)


def _methods(request: Request) -> set[str]:
    """The methods of all routes with this path; the framework names those of the first only."""
    return {
        method
        for method in _METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
