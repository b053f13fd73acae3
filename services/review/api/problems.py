"""Errors as problem documents (RFC 9457); each says the cure."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from services.review import errors
from services.review.errors import ReviewError, TooManyAttempts
from shared.errors import Malformed, Unavailable

MEDIA_TYPE = "application/problem+json"
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_BEFORE_THE_APPLICATION: Mapping[str, tuple[int, str]] = {
    "http": (400, "This is no request that we understand."),
    "no-such-route": (404, "There is no such address."),
    "method-not-allowed": (405, "The address does not know this method."),
    "slow-body": (408, "The body did not arrive in time."),
    "too-large": (413, "The body is too large."),
    "content-encoding": (415, "The body is compressed."),
    "too-many-requests": (429, "Too many requests came from this caller."),
    "long-headers": (431, "The headers are too long."),
    "unavailable": (
        503,
        "Something Handraise stands on does not answer; nothing was changed.",
    ),
}
TYPES: Mapping[str, tuple[int, str]] = {
    **_BEFORE_THE_APPLICATION,
    **{
        error.slug: (error.status, (error.__doc__ or "").strip())
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, ReviewError) and error is not ReviewError
    },
}
"""Every problem that there is: its status and its title, by the last word of its type."""


def type_of(slug: str) -> str:
    """A problem's type in full."""
    return f"urn:handraise:problem:{slug}"


def install(app: FastAPI) -> None:
    """Turn every error of the API into a problem document."""
    app.add_exception_handler(ReviewError, _review_error)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(Malformed, _malformed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def problem(
    slug: str, detail: str, headers: Mapping[str, str] | None = None, status: int | None = None
) -> JSONResponse:
    """A problem document as an answer, with the status of its sort unless another is given."""
    usual, title = TYPES[slug]
    content = {
        "type": type_of(slug),
        "title": title,
        "status": status or usual,
        "detail": detail,
    }
    return JSONResponse(content, status or usual, headers, MEDIA_TYPE)


async def _review_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ReviewError)  # noqa: S101 - registered for this type
    headers = None
    if isinstance(error, TooManyAttempts):
        headers = {"Retry-After": str(error.retry_after)}
    return problem(error.slug, str(error), headers)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return problem("unavailable", f"{error}; try again", {"Retry-After": "1"})


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    parts = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:10]]
    return problem("invalid", "; ".join(parts))


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    return problem("invalid", str(error))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    headers = dict(error.headers or {})
    if error.status_code == 404:  # noqa: PLR2004
        return problem("no-such-route", "see /docs for what there is", headers)
    if error.status_code == 405:  # noqa: PLR2004
        headers["Allow"] = allowed = ", ".join(sorted(_methods(request)))
        return problem("method-not-allowed", f"use one of {allowed}; see /docs", headers)
    return problem("http", str(error.detail), headers, error.status_code)


def _methods(request: Request) -> set[str]:
    """The methods of all routes with this path; the framework names those of the first only."""
    return {
        method
        for method in _METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
