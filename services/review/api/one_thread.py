"""Routes that are served in one thread, from the proof of the caller to the written answer.

The framework hands the guard, the handler and the check of the answer to a thread each; between
threads a request waits for whatever else is running, which costs more than all three do.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from typing_extensions import override

_MARK = "handraise.one_thread"


class OneThread(APIRoute):
    """A route whose handler and guards may take their time, and wait for nothing by `await`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401
        super().__init__(path, _as_coroutine(endpoint), **options)
        for dependency in self.dependant.dependencies:
            if not _is_called_in_place(dependency.call):
                raise TypeError(f"{path}: {dependency.call!r} would need a thread; make it async")

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def serve(request: Request) -> Response:
            await request.body()
            request.scope[_MARK] = True
            return await run_in_threadpool(_finish, handle(request))

        return serve


def has_thread(request: Request) -> bool:
    """Whether what runs now has a thread to itself."""
    return _MARK in request.scope


def _is_called_in_place(call: object) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def _as_coroutine(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The same handler, such that the framework calls it where it stands."""
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def handler(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        return endpoint(*given, **named)

    return handler


def _finish(handling: Coroutine[Any, Any, Response]) -> Response:
    """Run to the end what never waits.

    Raises:
        RuntimeError: it does.
    """
    try:
        handling.send(None)
    except StopIteration as done:
        response: Response = done.value
        return response
    handling.close()
    raise RuntimeError("a handler in a thread of its own waits by await; use a usual route")
