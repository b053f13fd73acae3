"""Long work that lets others have the interpreter, again and again."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

_T = TypeVar("_T")

_STINT_SECONDS = 0.001
_REST_SECONDS = 0.004


def unhurriedly(things: Iterable[_T]) -> Iterator[_T]:
    """The things, with a rest each time that a stint of the processor has gone into them.

    A thread that computes lets go of the interpreter every five milliseconds, and who is served
    meanwhile has to ask for it back after each statement: a score of times for one answer. Not for
    transactions that write, since others wait for their end.
    """
    began = time.thread_time()
    for thing in things:
        yield thing
        if time.thread_time() - began >= _STINT_SECONDS:
            time.sleep(_REST_SECONDS)
            began = time.thread_time()
