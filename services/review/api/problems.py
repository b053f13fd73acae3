"""Errors as problem documents (RFC 9457); each says the cure."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.review.errors import ReviewError
from shared.errors import Unavailable

MEDIA_TYPE = "application/problem+json"


def install(app: FastAPI) -> None:
    """Turn every error of the API into a problem document."""
    app.add_exception_handler(ReviewError, _review_error)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _problem(
    status: int, slug: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
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
    return _problem(error.status, error.slug, title, str(error))


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    title = "Something Handraise stands on does not answer; nothing was changed."
    return _problem(503, "unavailable", title, f"{error}; try again", {"Retry-After": "1"})


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    parts = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:10]]
    return _problem(422, "invalid", "The request's content is not acceptable.", "; ".join(parts))


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    detail = "see /docs for what there is" if error.status_code == 404 else str(error.detail)  # noqa: PLR2004
    return _problem(error.status_code, "http", str(error.detail), detail, dict(error.headers or {}))
