"""Routes that are served past the framework's machinery, since people wait for them all day.

On its way to a handler a request passes eight layers of the framework, and is then taken apart in
terms that fit every route there could be: a sixth of what a claim with a decision costs. A route
that is plain needs none of it. It stays a route of the framework, which describes it; and whatever
is not as the description says is handed on to the framework, so that it is told as everywhere.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import unwrap
from typing import Any, Protocol, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.convertors import StringConvertor

from services.review.api.caller import Guard
from services.review.api.heads import heads
from services.review.api.limits import SAID
from shared.observability import Receive, Scope, Send

_T = TypeVar("_T")


class Hands(Protocol):
    """Who does the work of requests, off the event loop."""

    async def do(self, work: Callable[[], _T]) -> _T:
        """Its outcome, or its error, once what it wrote is durable."""
        ...


class Direct:
    """ASGI application in front of the framework's."""

    def __init__(self, app: FastAPI, paths: Collection[str], hands: Hands) -> None:
        """Serve the routes of `app` that have these paths, and let it serve the others.

        Args:
            app: the framework's application.
            paths: of the routes to serve.
            hands: who does what they ask for.

        Raises:
            TypeError: one of them is not plain.
        """
        self._app = app
        self._hands = hands
        routes = [route.original_route for route in iter_route_contexts(app.routes)]
        self._plain = [_Plain.of(r) for r in routes if isinstance(r, APIRoute) and r.path in paths]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the routes, or hand it on."""
        response = await self._answer(scope) if SAID in scope else None
        await (response or self._app)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        for plain in self._plain:
            named = plain.match(scope)
            if named is not None:
                scope["route"], scope["path_params"] = plain.route, named
                return await self._answered(plain, Request(scope))
        return None

    async def _answered(self, plain: "_Plain", request: Request) -> Response | None:
        try:
            return await self._hands.do(partial(plain.answer, request))
        except Exception as error:
            handlers = self._app.exception_handlers
            known = [handlers[kind] for kind in type(error).__mro__ if kind in handlers]
            if not known:
                raise
            response: Response = await known[0](request, error)  # type: ignore[misc]
            return response


@dataclass(frozen=True, slots=True)
class _Plain:
    """A route that takes words of its path, headers and a JSON body, and one caller.

    Attributes:
        handler: what is called with them by name; it may take its time.
        caller: the name of the caller, whom the guard lets in.
    """

    route: APIRoute
    handler: Callable[..., Any]
    guard: Guard
    caller: str

    @classmethod
    def of(cls, route: APIRoute) -> "_Plain":
        """Such a route.

        Raises:
            TypeError: it takes or gives something else as well.
        """
        takes, guards = route.dependant, route.dependant.dependencies
        guard = guards[0].call if len(guards) == 1 else None
        others = (takes.query_params, takes.cookie_params, takes.request_param_name)
        words = all(isinstance(kind, StringConvertor) for kind in route.param_convertors.values())
        is_plain = words and not any(others) and len(takes.body_params) == 1
        if not is_plain or not isinstance(guard, Guard) or route.response_field is None:
            raise TypeError(f"{route.path} is not plain; leave it to the framework")
        return cls(route, unwrap(route.endpoint), guard, str(guards[0].name))

    def match(self, scope: Scope) -> Mapping[str, str] | None:
        """What the path names, if it is this route's."""
        if scope["method"] not in (self.route.methods or ()) or scope.get("root_path"):
            return None
        found = self.route.path_regex.match(scope["path"])
        return found.groupdict() if found else None

    def answer(self, request: Request) -> Response | None:
        """What the handler answers; None if what is asked is not as described."""
        given: dict[str, Any] = {self.caller: self.guard.admit(request)}
        takes = self.route.dependant
        for field in takes.path_params:
            given[field.name] = request.path_params[field.alias]
        said = [(takes.body_params[0], request.scope[SAID])]
        for field in takes.header_params:
            value = heads(request.scope).get(field.alias.lower().encode())
            said += [(field, value.decode("latin-1"))] if value is not None else []
        for field, value in said:
            given[field.name], errors = field.validate(value)
            if errors:
                return None
        assert self.route.response_field is not None  # noqa: S101 - it is plain
        content = self.route.response_field.serialize_json(self.handler(**given))
        status = self.route.status_code or 200
        return Response(content, status, media_type="application/json")
