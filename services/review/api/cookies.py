"""The session cookie: not for scripts, not for other sites, over TLS never in the clear."""

from fastapi import Request, Response

_NAME = "handraise_session"
_SECURE_NAME = f"__Host-{_NAME}"


class SessionCookie:
    """Sets, reads and clears the cookie.

    Over TLS it bears the prefix `__Host-`: browsers let neither a subdomain nor a plain page set
    such a cookie, so nobody can plant a session of their own.
    """

    def __init__(self, public_url: str | None) -> None:
        """Know how people reach the installation, where a proxy with TLS stands in front."""
        self._always_secure = (public_url or "").startswith("https:")

    def read(self, request: Request) -> str | None:
        """The session that a browser sent along."""
        return request.cookies.get(self._name(request)) or None

    def set(self, request: Request, response: Response, session: str, seconds: int) -> None:
        """Log the browser in for so many seconds."""
        response.set_cookie(
            self._name(request),
            session,
            max_age=seconds,
            httponly=True,
            samesite="strict",
            secure=self._is_secure(request),
        )

    def clear(self, request: Request, response: Response) -> None:
        """Let the browser forget the session."""
        response.delete_cookie(
            self._name(request),
            httponly=True,
            samesite="strict",
            secure=self._is_secure(request),
        )

    def _name(self, request: Request) -> str:
        return _SECURE_NAME if self._is_secure(request) else _NAME

    def _is_secure(self, request: Request) -> bool:
        return self._always_secure or request.url.scheme == "https"
