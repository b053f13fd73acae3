"""Styles and scripts, small on the wire."""

import gzip
from functools import lru_cache
from pathlib import Path

from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope
from typing_extensions import override

_HERE = Path(__file__).parent


class Assets(StaticFiles):
    """Styles and scripts: kept by the browser, but asked for anew, so that no two versions mix.

    They hold no secret and nothing that a visitor sends, so that compressing them tells nobody
    anything; pages and answers are left as they are.
    """

    def __init__(self) -> None:
        super().__init__(directory=_HERE / "static")

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        asked = Headers(scope=scope)
        if isinstance(response, FileResponse) and _takes_gzip(asked):
            body = _compressed(str(response.path), response.headers["last-modified"])
            kind, etag = response.media_type, f"W/{response.headers['etag']}"
            response = Response(body, 200, {"Content-Encoding": "gzip", "ETag": etag}, kind)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _takes_gzip(asked: Headers) -> bool:
    """Whether the browser wants all of it and can unpack it."""
    return "gzip" in asked.get("accept-encoding", "") and "range" not in asked


@lru_cache(maxsize=64)
def _compressed(path: str, _changed: str) -> bytes:
    """A file, packed once for each of its versions."""
    return gzip.compress(Path(path).read_bytes(), mtime=0)
