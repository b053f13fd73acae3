"""Cookies: not for scripts, not for other sites, over TLS never in the clear."""

from typing import Literal

from fastapi import Request, Response

SESSION = "handraise_session"
"""The name of the cookie that proves a visitor."""
STREAKS = "handraise_streaks"
"""The name of the cookie of who has asked to see streaks."""


class Cookie:
    """Sets, reads and clears a cookie.

    Over TLS it bears the prefix `__Host-`: browsers let neither a subdomain nor a plain page set
    such a cookie, so nobody can plant a session of their own.
    """

    def __init__(
        self, name: str, public_url: str | None, same_site: Literal["strict", "lax"] = "strict"
    ) -> None:
        """Describe a cookie.

        Args:
            name: what it is called; over TLS with `__Host-` before it.
            public_url: how people reach the installation, where a proxy stands in front.
            same_site: `lax` for what must come along when another site sends a browser back.
        """
        self._plain_name = name
        self._same_site = same_site
        self._always_secure = (public_url or "").startswith("https:")

    def read(self, request: Request) -> str | None:
        """What a browser sent along."""
        return request.cookies.get(self._name(request)) or None

    def set(self, request: Request, response: Response, value: str, seconds: int) -> None:
        """Let the browser keep a value for so many seconds."""
        response.set_cookie(
            self._name(request),
            value,
            max_age=seconds,
            httponly=True,
            samesite=self._same_site,
            secure=self._is_secure(request),
        )

    def clear(self, request: Request, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self._name(request),
            httponly=True,
            samesite=self._same_site,
            secure=self._is_secure(request),
        )

    def _name(self, request: Request) -> str:
        return f"__Host-{self._plain_name}" if self._is_secure(request) else self._plain_name

    def _is_secure(self, request: Request) -> bool:
        return self._always_secure or request.url.scheme == "https"
