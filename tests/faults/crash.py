"""A process that kills itself at a chosen point, as exactly as no signal from outside can."""

import inspect
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any


@dataclass(frozen=True)
class Crash:
    """Planted into a service: SIGKILL at the n-th call of a function.

    Attributes:
        function: "module:Class.method" or "module:function".
        count: at which call.
        after: when the function has returned, not before it begins.
    """

    function: str
    count: int = 1
    after: bool = False

    def __call__(self) -> None:
        owner, _, name = self.function.replace(":", ".").rpartition(".")
        target = resolve_name(owner)
        setattr(target, name, self._around(getattr(target, name)))

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        calls = _Calls(self.count)

        def sync(*arguments: Any, **named: Any) -> Any:
            due = calls.are_over()
            if due and not self.after:
                _die()
            result = function(*arguments, **named)
            if due:
                _die()
            return result

        async def asynchronous(*arguments: Any, **named: Any) -> Any:
            due = calls.are_over()
            if due and not self.after:
                _die()
            result = await function(*arguments, **named)
            if due:
                _die()
            return result

        return asynchronous if inspect.iscoroutinefunction(function) else sync


class _Calls:
    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    def are_over(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left == 0


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
