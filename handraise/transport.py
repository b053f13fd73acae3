"""HTTP to the review service: asking again where that is safe, errors as readable sentences."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ValidationError

from shared.errors import HandraiseError

TIMEOUT_SECONDS = 30.0
_BUSY = {429, 503}
_A_PAGE = "500"
_ALL: Mapping[str, str] = {}
M = TypeVar("M", bound=BaseModel)


class ApiError(HandraiseError):
    """The service refused; the message is its problem document in one sentence."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the HTTP status beside the message."""
        super().__init__(message)
        self.status = status


class Unreachable(HandraiseError):
    """Nobody answers there: is it running? `handraise up` starts it, `handraise doctor` looks."""


class Connection:
    """A connection to the review service; use it as a context manager."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        retries: int = 2,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare a connection; nothing is sent.

        Args:
            url: the review service.
            token: bearer token.
            retries: how often to ask again, ever more slowly, while the service is away.
            transport: another way to the service than the network.
        """
        self._url = url
        self._retries = retries
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            transport=transport,
        )

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def call(
        self,
        answer: type[M],
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> M:
        """Ask, and read the answer as `answer`.

        Raises:
            ApiError: the service refused.
            Unreachable: nobody answers.
        """
        response = self.request(method, path, body, headers)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise HandraiseError(
                f"{self._url}{path} gave an answer that this version does not understand: {error}"
            ) from error

    def pages(self, answer: type[M], path: str, wanted: Mapping[str, str] = _ALL) -> Iterator[M]:
        """Each page of a list, as `answer`, whose `next_cursor` says that there is another."""
        query = {**wanted, "limit": _A_PAGE}
        while True:
            page = self.call(answer, "GET", f"{path}?{urlencode(query)}")
            yield page
            cursor: str | None = getattr(page, "next_cursor", None)
            if cursor is None:
                return
            query["cursor"] = cursor

    def request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask again while the service is busy or restarts, where asking twice does no harm."""
        repeatable = method != "POST" or "Idempotency-Key" in (headers or {})
        for pause in (*(0.1 * 2**n for n in range(self._retries)), None):
            try:
                response = self._http.request(method, path, json=body, headers=headers)
            except httpx.HTTPError as error:
                again = repeatable or isinstance(error, httpx.ConnectError)
                if pause is None or not again:
                    raise Unreachable(
                        f"{self._url} does not answer ({error}): is it running? "
                        "`handraise up` starts it, `handraise doctor` looks for the cause"
                    ) from error
                time.sleep(pause)
                continue
            if response.is_success:
                return response
            if response.status_code not in _BUSY or pause is None:
                raise ApiError(response.status_code, _readable(response))
            time.sleep(_asked_pause(response) or pause)
        raise AssertionError("unreachable")


def _asked_pause(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), 5.0) if asked.isdecimal() else 0.0


def _readable(response: httpx.Response) -> str:
    """A problem document (RFC 9457) in one sentence."""
    try:
        problem = response.json()
        title, detail = problem.get("title", ""), problem.get("detail", "")
    except (ValueError, AttributeError):
        title, detail = response.reason_phrase, ""
    if not isinstance(detail, str):
        detail = str(detail)
    said = ": ".join(part for part in (str(title).rstrip("."), detail) if part)
    return f"{said or 'refused'} ({response.status_code})"


def part(text: str) -> str:
    """Text as one part of a path."""
    return quote(text, safe="")
