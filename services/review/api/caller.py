"""Who is calling: a bearer token, or the session cookie of a page."""

from collections.abc import Callable

from fastapi import Request

from services.review.domain.access import Permission, User
from services.review.errors import Forbidden, NotAuthenticated
from services.review.use_cases.access import ControlAccess

COOKIE = "handraise_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}

Guard = Callable[[Request], User]


class Doorkeeper:
    """Makes the guards that routes depend on."""

    def __init__(self, access: ControlAccess) -> None:
        self._access = access

    def allow(self, permission: Permission) -> Guard:
        """A guard that lets in whoever has the permission, and says who it is."""

        def guard(request: Request) -> User:
            user = self.caller(request)
            if not user.may(permission):
                raise Forbidden(f"the role {user.role.value!r} may not {permission.value}")
            return user

        return guard

    def caller(self, request: Request) -> User:
        """Who is calling.

        Raises:
            NotAuthenticated: nobody that we know.
            Forbidden: another site's page uses the visitor's session.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self._access.user_of_token(token.strip())
        session = request.cookies.get(COOKIE)
        if not session:
            raise NotAuthenticated("send `Authorization: Bearer TOKEN`, or open a login link")
        if request.method not in _SAFE and not _from_our_page(request):
            raise Forbidden("a session works from our own pages only; use a token")
        return self._access.user_of_session(session)


def _from_our_page(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin") == f"{request.url.scheme}://{request.url.netloc}"
