"""An operation, described once, as a method of both clients."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload

from handraise.client.connections import AsyncConnection, Connection
from handraise.client.steps import Steps

P = ParamSpec("P")
T = TypeVar("T")


class Operation(Generic[P, T]):
    """Becomes a method: of a `Client` one that returns, of an `AsyncClient` one to await."""

    def __init__(self, describe: Callable[P, Steps[T]]) -> None:
        """Make a method of a function that gives the operation's steps."""
        self._describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Connection, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, client: AsyncConnection, owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(
        self, client: Connection | AsyncConnection | None, owner: type
    ) -> Self | Callable[P, T | Coroutine[Any, Any, T]]:
        """The operation, bound to a client."""
        if client is None:
            return self

        @wraps(self._describe)
        def call(*args: P.args, **kwargs: P.kwargs) -> T | Coroutine[Any, Any, T]:
            return client.run(self._describe(*args, **kwargs))

        return call
