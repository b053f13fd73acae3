"""Who is calling, and whether they may: a bearer token, or the session cookie of a page.

Every route depends on a guard of the doorkeeper, or its path is named in `PUBLIC`; the application
does not start with a route that has neither. A guard checks the permission, then the project that
the path names, so that no handler can forget to.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from services.review.api.cookies import Cookie
from services.review.api.heads import heads
from services.review.api.one_thread import has_thread
from services.review.api.rates import CALLER
from services.review.domain.access import Permission, User, project_of
from services.review.errors import Forbidden, NotAuthenticated, NotFound
from services.review.use_cases.access import ControlAccess

PUBLIC: Mapping[str, str] = {
    "/": "leads to /review",
    "/login": "the way in",
    "/logout": "the way out, also for whose session is over",
    "/login/provider": "the way in by a provider of identities",
    "/login/provider/back": "the way back from it",
    "/static": "styles and scripts",
    "/asyncapi": "what events there are; nothing of this installation",
    "/openapi.json": "what routes there are; nothing of this installation",
    "/docs": "the same for people",
    "/docs/oauth2-redirect": "a part of /docs",
    "/redoc": "the same for people",
    "/static-offline-docs": "styles and scripts of /docs",
    "/health/live": "for whatever keeps the process running",
    "/health/ready": "for whatever keeps the process running",
    "/metrics": "for Prometheus; a proxy keeps strangers away",
}
"""The paths that anybody may ask for, and why."""

_SAFE = {"GET", "HEAD", "OPTIONS"}
_OWN = {"lease", "item"}


class Guard:
    """Lets in whoever has the permission for the project, and says who it is."""

    def __init__(self, door: "Doorkeeper", permission: Permission | None, *, lists: bool) -> None:
        self.permission = permission
        self.lists = lists
        self._door = door

    async def __call__(self, request: Request) -> User:
        """Who is calling; it is looked up in a thread."""
        if has_thread(request):
            return self.admit(request)
        return await run_in_threadpool(self.admit, request)

    def admit(self, request: Request) -> User:
        """Who is calling.

        Raises:
            NotAuthenticated: nobody that we know.
            Forbidden: the role does not allow it.
            NotFound: the path names a project that is not one of the caller's.
        """
        user = self._door.caller(request)
        if self.permission is not None and not user.may(self.permission):
            raise Forbidden(f"the role {user.role.value!r} may not {self.permission.value}")
        self._check_scope(user, request.path_params)
        return user

    def _check_scope(self, user: User, named: Mapping[str, str]) -> None:
        projects = [named["project"]] if "project" in named else []
        projects += [project_of(named["queue"])] if "queue" in named else []
        for project in projects:
            if not user.sees(project):
                raise NotFound(f"{project!r} is no project of yours; GET /v1/projects lists them")
        if projects or self.lists or not _OWN.isdisjoint(named):
            return
        if user.projects is not None:
            raise Forbidden("this concerns all projects, and yours are only some")


class Doorkeeper:
    """Makes the guards that routes depend on."""

    def __init__(self, access: ControlAccess, cookie: Cookie, public_url: str | None) -> None:
        self._access = access
        self._cookie = cookie
        self._ours = _origin(public_url) if public_url else None

    def allow(self, permission: Permission, *, lists: bool = False) -> Guard:
        """A guard for a route.

        What the path names says whom it is for: `{project}` or `{queue}`, who sees the project;
        `{lease}` or `{item}`, its owner, which the use case checks; nothing of these, who sees all
        projects, unless `lists`.

        Args:
            permission: what the caller's role must grant.
            lists: the handler shows only what the caller sees.
        """
        return Guard(self, permission, lists=lists)

    def known(self) -> Guard:
        """A guard for what concerns callers themselves: anybody whom we know."""
        return Guard(self, None, lists=True)

    def caller(self, request: Request) -> User:
        """Who is calling; the guard against too many requests is told.

        Raises:
            NotAuthenticated: nobody that we know.
            Forbidden: another site's page uses the visitor's session.
        """
        try:
            user = self._proved(request)
        except NotAuthenticated:
            request.scope[CALLER] = None
            raise
        request.scope[CALLER] = user.name
        return user

    def _proved(self, request: Request) -> User:
        shown = heads(request.scope).get(b"authorization", b"").decode("latin-1")
        scheme, _, token = shown.partition(" ")
        if scheme.lower() == "bearer" and token:
            return self._access.user_of_token(token.strip())
        session = self._cookie.read(request)
        if not session:
            raise NotAuthenticated("send `Authorization: Bearer TOKEN`, or open a login link")
        self.refuse_other_sites(request)
        return self._access.user_of_session(session)

    def refuse_other_sites(self, request: Request) -> None:
        """Let no other site's page do anything in a visitor's name.

        Raises:
            Forbidden: what asks is not one of our own pages.
        """
        if request.method not in _SAFE and not self._is_from_our_page(request):
            raise Forbidden("a session works from our own pages only; use a token")

    def _is_from_our_page(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        return request.headers.get("origin") == (self._ours or _origin(str(request.url)))


def check_routes(routes: Sequence[BaseRoute]) -> None:
    """Refuse to serve a route that neither has a guard nor is public.

    Raises:
        AssertionError: there is one; the message names it.
    """
    for route in iter_route_contexts(routes):
        if route.path not in PUBLIC and guard_of(route) is None:
            raise AssertionError(f"{route.path} says not who may call it; depend on door.allow()")


def guard_of(route: RouteContext) -> Guard | None:
    """The guard on which a route depends."""
    if isinstance(route.original_route, APIRoute):
        for dependency in route.original_route.dependant.dependencies:
            if isinstance(dependency.call, Guard):
                return dependency.call
    return None


def address_of(request: Request) -> str:
    """Where a request comes from; a trusted proxy names the address behind it."""
    return request.client.host if request.client else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
