"""How HTML leaves this service: always escaped, always with the same strict headers."""

import json
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from typing_extensions import override

from services.review.errors import NotAuthenticated, ReviewError
from shared.errors import Unavailable

if TYPE_CHECKING:
    from jinja2 import Environment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Pages:
    """Fills the templates."""

    def __init__(self, *, passwords: bool, provider: bool, images: str) -> None:
        """Know which ways in the login page offers, and from where pictures may be shown."""
        policy = HEADERS["Content-Security-Policy"].replace("data:", f"data: {images}".rstrip())
        self._headers = {**HEADERS, "Content-Security-Policy": policy}
        self._shown = {"passwords": passwords, "provider": provider, "images": images}

    @cached_property
    def _templates(self) -> "Environment":
        """Loaded with the first page: who only uses the API spares 2 MB."""
        from services.review.web.templating import environment  # noqa: PLC0415 - see above

        return environment(**self._shown)

    def show(self, template: str, status: int = 200, **content: object) -> HTMLResponse:
        """One page."""
        text = self._templates.get_template(template).render(**content)
        return HTMLResponse(text, status, self._headers)

    def sorry(self, request: Request, error: ReviewError | Unavailable) -> HTMLResponse:
        """The page for an error; it says the cure."""
        if isinstance(error, Unavailable):
            return self.show("sorry.html", 503, title="Not reachable just now", detail=f"{error}")
        if not isinstance(error, NotAuthenticated):
            title = (type(error).__doc__ or "").strip().removesuffix(".")
            return self.show("sorry.html", error.status, title=title, detail=str(error))
        if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
            # A strict cookie stays at home when another site's link leads here; our own page
            # asks once more, and then it comes along.
            return self.show("again.html", address=request.url.path)
        return self.show("login.html", error.status, detail="")


def to(address: str) -> RedirectResponse:
    """Send the browser to another page of ours."""
    return RedirectResponse(address, 303, HEADERS)


def page_route(pages: Pages) -> type[APIRoute]:
    """The class of routes whose errors are pages, where the API's are problem documents."""

    class PageRoute(APIRoute):
        @override
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_with_page(request: Request) -> Response:
                try:
                    return await handle(request)
                except (ReviewError, Unavailable) as error:
                    return pages.sorry(request, error)

            return handle_with_page

    return PageRoute


def readable(value: object) -> str:
    """A value of an event as people read it.

    >>> [readable(value) for value in (None, True, 1.5, "as is", [])]
    ['none', 'yes', '1.5', 'as is', '[]']
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list):
        return json.dumps(value, indent=2, ensure_ascii=False)
    return str(value)


def fields(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and readable values, in the sender's order."""
    return [(name, readable(value)) for name, value in values.items()]
