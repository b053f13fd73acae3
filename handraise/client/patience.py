"""Asking again while the service is busy or away, where that does no harm; errors as sentences."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import httpx

from handraise.client.steps import Request, Steps
from shared.errors import HandraiseError

T = TypeVar("T")
_BUSY = {429, 503}
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0


class ApiError(HandraiseError):
    """The service refused; the message is its problem document in one sentence."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        """Keep the HTTP status and the problem's type beside the message."""
        super().__init__(message)
        self.status = status
        self.kind = kind


class Unreachable(HandraiseError):
    """Nobody answers there: is it running? `handraise up` starts it, `handraise doctor` looks."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next request."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to ask again, ever more slowly, and who it is that is asked."""

    url: str
    retries: int


Reply: TypeAlias = httpx.Response | httpx.HTTPError | None
Deeds: TypeAlias = Generator[Request | Pause, Reply, T]


def patiently(steps: Steps[T], patience: Patience) -> Deeds[T]:
    """An operation as requests and pauses; an answer that is an error ends it.

    Raises:
        ApiError: the service refused.
        Unreachable: nobody answers.
    """
    try:
        request = next(steps)
        while True:
            response = yield from _insist(request, patience)
            request = steps.send(response)
    except StopIteration as done:
        result: T = done.value
        return result


def _insist(request: Request, patience: Patience) -> Deeds[httpx.Response]:
    for attempt in range(patience.retries + 1):
        reply = yield request
        assert reply is not None  # noqa: S101 - only a pause brings nothing
        if isinstance(reply, httpx.Response) and reply.is_success:
            return reply
        pause = _pause(request, reply, _FIRST_PAUSE * 2**attempt)
        if pause is None or attempt == patience.retries:
            raise _error(reply, patience.url)
        yield Pause(pause)
    raise AssertionError("the last attempt returns or raises")


def _pause(request: Request, reply: httpx.Response | httpx.HTTPError, usual: float) -> float | None:
    """How long to wait before asking again; None: do not."""
    if isinstance(reply, httpx.HTTPError):
        unsent = isinstance(reply, httpx.ConnectError)
        return usual if unsent or request.may_repeat else None
    if reply.status_code not in _BUSY or not request.may_repeat:
        return None
    asked = reply.headers.get("Retry-After", "")
    seconds = max(usual, float(asked)) if asked.isdecimal() else usual
    return seconds if seconds <= _LONGEST_PAUSE else None


def _error(reply: httpx.Response | httpx.HTTPError, url: str) -> HandraiseError:
    if isinstance(reply, httpx.Response):
        kind, sentence = _readable(reply)
        return ApiError(reply.status_code, sentence, kind)
    return Unreachable(
        f"{url} does not answer ({reply}): is it running? "
        "`handraise up` starts it, `handraise doctor` looks for the cause"
    )


def _readable(response: httpx.Response) -> tuple[str, str]:
    """A problem document (RFC 9457): its type, and the rest in one sentence."""
    try:
        problem = response.json()
        kind, title, detail = (str(problem.get(n, "")) for n in ("type", "title", "detail"))
    except (ValueError, AttributeError):
        kind, title, detail = "", response.reason_phrase, ""
    said = ": ".join(part for part in (title.rstrip("."), detail) if part)
    return kind, f"{said or 'refused'} ({response.status_code})"
